package door

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

const password = "correct horse battery"

type rig struct {
	*testing.T
	*Door
	db  store.DB
	now time.Time
	o   Options
}

func open(t *testing.T, o Options) *rig {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	r := &rig{T: t, db: db, now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	o.DB, o.Log, o.Name, o.Now = db, zap.NewNop(), "sixtwenty-6200", func() time.Time { return r.now }
	r.o = o
	r.again()
	return r
}

// again opens the door anew, as after a restart.
func (r *rig) again() {
	d, err := New(r.Context(), r.o)
	if err != nil {
		r.Fatal(err)
	}
	r.Door = d
}

// enter signs in and gives the cookie.
func (r *rig) enter(secret, from string, had ...*http.Cookie) (*http.Cookie, error) {
	req := httptest.NewRequest(http.MethodPost, "/", nil)
	req.RemoteAddr = from
	for _, c := range had {
		req.AddCookie(c)
	}
	w := httptest.NewRecorder()
	err := r.Enter(w, req, secret)
	for _, c := range w.Result().Cookies() {
		return c, err
	}
	return nil, err
}

func (r *rig) inside(c *http.Cookie) bool {
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	if c != nil {
		req.AddCookie(c)
	}
	return r.Inside(req)
}

const here = "127.0.0.1:5000"

func TestALinkOpensOnce(t *testing.T) {
	r := open(t, Options{Link: true})
	token := r.Link()
	c, err := r.enter(token, here)
	if err != nil || !r.inside(c) {
		t.Fatalf("the link does not open: %v", err)
	}
	if _, err := r.enter(token, here); !errors.Is(err, ErrWrong) {
		t.Errorf("it opens twice: %v", err)
	}
	late := r.Link()
	r.now = r.now.Add(linkLive)
	if _, err := r.enter(late, here); !errors.Is(err, ErrWrong) {
		t.Errorf("it opens after a day: %v", err)
	}
	first := r.Link()
	for range maxLinks {
		r.now = r.now.Add(time.Second)
		r.Link()
	}
	if _, err := r.enter(first, here); !errors.Is(err, ErrWrong) {
		t.Errorf("more than %d links open: %v", maxLinks, err)
	}
	if r := open(t, Options{Hash: cheap()}); r.Link() != "" {
		t.Error("a link is given where none opens")
	}
}

// cheap is a hash that takes little time to check.
func cheap() string { return hash(password, least) }

func TestAPasswordOpens(t *testing.T) {
	r := open(t, Options{Hash: cheap()})
	for _, wrong := range []string{"", "wrong password", password + " ", strings.Repeat("x", maxPassword+1)} {
		if _, err := r.enter(wrong, here); !errors.Is(err, ErrWrong) {
			t.Errorf("%.20q: %v", wrong, err)
		}
	}
	if c, err := r.enter(password, here); err != nil || !r.inside(c) {
		t.Errorf("the password does not open: %v", err)
	}
}

// TestTheCookieIsHard: no script reads it, no other site sends it with a form, and over TLS it is bound to the host.
func TestTheCookieIsHard(t *testing.T) {
	for _, tls := range []bool{false, true} {
		r := open(t, Options{Link: true, TLS: tls})
		c, err := r.enter(r.Link(), here)
		if err != nil {
			t.Fatal(err)
		}
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge <= 0 {
			t.Errorf("the cookie is %v", c)
		}
		if c.Secure != tls || strings.HasPrefix(c.Name, "__Host-") != tls {
			t.Errorf("with TLS %v the cookie is %v", tls, c)
		}
		if len(c.Value) < 43 { // 32 characters are 160 bits
			t.Errorf("the token has %d characters", len(c.Value))
		}
	}
}

// TestNoTokenIsKept: who reads the database cannot come in by it.
func TestNoTokenIsKept(t *testing.T) {
	r := open(t, Options{Link: true})
	c, err := r.enter(r.Link(), here)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	err = r.db.View(t.Context(), func(tx store.Reader) error {
		for p, err := range tx.Scan(string(sessions), store.Range{}) {
			if err != nil {
				return err
			}
			found++
			if strings.Contains(p.Key+string(p.Value), c.Value) {
				t.Error("the token is kept")
			}
			forged := *c
			forged.Value = sumOf(c.Value)
			if r.inside(&forged) {
				t.Error("what is kept opens")
			}
		}
		return nil
	})
	if err != nil || found != 1 {
		t.Errorf("%d sessions are kept: %v", found, err)
	}
}

func TestSessionsEnd(t *testing.T) {
	r := open(t, Options{Link: true})
	in := func() *http.Cookie {
		c, err := r.enter(r.Link(), here)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := in()
	r.again()
	if !r.inside(c) {
		t.Error("a restart ends a session")
	}
	r.now = r.now.Add(idle)
	if r.inside(c) {
		t.Error("an idle session is open")
	}
	c = in()
	for range 7 * 4 {
		r.now = r.now.Add(6 * time.Hour)
		r.inside(c)
	}
	if r.inside(c) {
		t.Error("a session in use lasts for ever")
	}
	c = in()
	w, req := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", nil)
	req.AddCookie(c)
	if err := r.Leave(w, req); err != nil || r.inside(c) {
		t.Errorf("who left is still inside: %v", err)
	}
	if r.again(); r.inside(c) {
		t.Error("who left is inside again after a restart")
	}
	first := in()
	for range maxOpen {
		r.now = r.now.Add(time.Second)
		in()
	}
	if r.inside(first) {
		t.Errorf("more than %d sessions are open", maxOpen)
	}
}

// TestNoSessionCanBePlanted: a cookie from before the sign-in is worth nothing after it.
func TestNoSessionCanBePlanted(t *testing.T) {
	r := open(t, Options{Link: true})
	planted := &http.Cookie{Name: "sixtwenty-6200", Value: "PLANTEDPLANTEDPLANTEDPLANTEDPLANTEDPLANTEDPLANTED"}
	c, err := r.enter(r.Link(), here, planted)
	if err != nil {
		t.Fatal(err)
	}
	if c.Value == planted.Value || r.inside(planted) {
		t.Error("the planted session is open")
	}
	after, err := r.enter(r.Link(), here, c)
	if err != nil || after.Value == c.Value || r.inside(c) || !r.inside(after) {
		t.Errorf("a second sign-in keeps the first session: %v", err)
	}
}

func TestGuessingIsSlow(t *testing.T) {
	r := open(t, Options{Link: true, Hash: cheap()})
	const thief = "192.0.2.7:4000"
	for range maxWrong {
		if _, err := r.enter("guess", thief); !errors.Is(err, ErrWrong) {
			t.Fatal(err)
		}
	}
	if _, err := r.enter(password, "192.0.2.7:4001"); !errors.Is(err, ErrTooMany) {
		t.Errorf("after %d wrong ones: %v", maxWrong, err)
	}
	if _, err := r.enter(r.Link(), here); err != nil {
		t.Errorf("the thief shuts the owner out: %v", err)
	}
	r.now = r.now.Add(shutFor)
	if _, err := r.enter(password, thief); err != nil {
		t.Errorf("it is shut for ever: %v", err)
	}
	for i := range maxWrong {
		_, _ = r.enter("guess", fmt.Sprintf("[2001:db8::%d]:1", i))
	}
	if _, err := r.enter("guess", "[2001:db8::ffff]:1"); !errors.Is(err, ErrTooMany) {
		t.Errorf("another address of the same network may guess: %v", err)
	}
}

// TestManyAtOnceAreNoMoreThanManyInTurn: the count is taken before the hash.
func TestManyAtOnceAreNoMoreThanManyInTurn(t *testing.T) {
	r := open(t, Options{Hash: cheap()})
	var mu sync.Mutex
	looked := 0
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if _, err := r.enter("guess", "192.0.2.7:4000"); errors.Is(err, ErrWrong) {
				mu.Lock()
				looked++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if looked > maxWrong || looked == 0 {
		t.Errorf("%d guesses were looked at, expected 1 to %d", looked, maxWrong)
	}
}

func TestAddressesAreBounded(t *testing.T) {
	var g guesses
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for i := range maxAddresses + 10 {
		req := &http.Request{RemoteAddr: fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255)}
		g.try(addressOf(req, false), now)
	}
	if len(g.by) > maxAddresses {
		t.Errorf("%d addresses are remembered", len(g.by))
	}
	late := addressOf(&http.Request{RemoteAddr: "192.0.2.1:1"}, false)
	if g.try(late, now) || !g.try(late, now.Add(shutFor)) {
		t.Error("a full memory lets somebody new guess, or is full for ever")
	}
}

func TestAddressOf(t *testing.T) {
	for _, c := range []struct {
		remote, forwarded string
		proxied           bool
		want              string
	}{
		{"192.0.2.1:80", "198.51.100.1", true, "192.0.2.1"},
		{"127.0.0.1:80", "198.51.100.1", false, "127.0.0.1"},
		{"127.0.0.1:80", "203.0.113.9, 198.51.100.1", true, "198.51.100.1"},
		{"127.0.0.1:80", "nonsense", true, "127.0.0.1"},
		{"[::ffff:192.0.2.1]:80", "", false, "192.0.2.1"},
		{"[2001:db8:1:2:3::4]:80", "", false, "2001:db8:1:2::"},
	} {
		req := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
		if c.forwarded != "" {
			req.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := addressOf(req, c.proxied).String(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestHashes(t *testing.T) {
	if _, err := Hash("short"); !errors.Is(err, ErrShort) {
		t.Errorf("a short password: %v", err)
	}
	a, err := Hash(password)
	b, again := Hash(password)
	if err != nil || again != nil || a == b || !Matches(a, password) || Matches(a, password+"!") {
		t.Error("hashes are not what they should be")
	}
	for _, bad := range []string{
		"secret", strings.Replace(a, "argon2id", "argon2i", 1), strings.Replace(a, "m=65536", "m=99999999", 1),
		strings.Replace(a, "t=2", "t=0", 1), a[:len(a)-50], a + "$", strings.Replace(a, "p=2", "p=-1", 1),
	} {
		if _, err := New(t.Context(), Options{Hash: bad}); err == nil || Matches(bad, password) {
			t.Errorf("%q is taken for a hash", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=2$c2FsdHNhbHRzYWx0$a2V5a2V5a2V5a2V5a2V5a2V5")
	f.Fuzz(func(t *testing.T, hash string) {
		if h, err := parse(hash); err == nil && (h.memory > 1<<20 || h.passes > 20 || len(h.salt) < 8) {
			t.Errorf("%q is out of bounds", hash)
		}
	})
}
