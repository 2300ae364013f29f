package wechatbox

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// commands are the shell blocks of a document, in order.
func commands(doc string) []string {
	var list []string
	for _, part := range strings.Split(doc, "```sh\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		list = append(list, block)
	}
	return list
}

func TestTheCommandsOfTheDocumentationRun(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	doc, err := os.ReadFile("../docs/box.md")
	ok(t, err)
	b := demo(t, Options{AutoScan: true})
	addr := listen(t, b, nil)
	signedIn(t, b)
	ok(t, b.EndSession("xiaoliu", retNotIn)) // a client that does not poll would hold up the clock
	list := commands(string(doc))
	if len(list) < 30 {
		t.Fatalf("%d commands", len(list))
	}
	for _, block := range list[1:] {
		if strings.Contains(block, "/box/kick") {
			signedIn(t, b)
		}
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", block)
		cmd.Env = append(os.Environ(), "BOX=http://"+addr, "no_proxy=*")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.HasPrefix(strings.TrimSpace(string(out)), "{") && !strings.HasPrefix(strings.TrimSpace(string(out)), "[") {
			t.Fatalf("%s\n%v\n%s", block, err, out)
		}
	}
	g := must(b.Group("dushuhui"))
	if g.Name != "六点二十晨读" || len(g.Members) != 7 {
		t.Errorf("afterwards: %+v", g)
	}
}

// TestTheDocumentationNamesRealTests keeps the table of proofs honest.
func TestTheDocumentationNamesRealTests(t *testing.T) {
	doc, err := os.ReadFile("../docs/box.md")
	ok(t, err)
	var code strings.Builder
	files, err := os.ReadDir(".")
	ok(t, err)
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "_test.go") {
			code.Write(must(os.ReadFile(f.Name())))
		}
	}
	n := 0
	for _, part := range strings.Split(string(doc), "`Test")[1:] {
		name, _, _ := strings.Cut(part, "`")
		n++
		if !strings.Contains(code.String(), "func Test"+name+"(") {
			t.Errorf("there is no Test%s", name)
		}
	}
	if n < 30 {
		t.Errorf("only %d tests are named", n)
	}
}

func ask(t *testing.T, h http.Handler, method, path, body string) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	out := map[string]any{}
	_ = json.Unmarshal(w.Body.Bytes(), &out) // lists are not looked at
	return w.Code, out
}

func TestErrorsOfTheAPISayWhatWouldBeRight(t *testing.T) {
	b := demo(t, Options{})
	must(b.AddPerson(Person{ID: "ming2", Nick: "小明"}))
	h := b.API()
	for _, x := range []struct {
		body   string
		status int
		field  string
	}{
		{`{"chat":"dushuhui","from":"xiaomin","text":"x"}`, 404, "nearest"},
		{`{"chat":"dushuhu","from":"xiaoming","text":"x"}`, 404, "nearest"},
		{`{"chat":"dushuhui","from":"小明","text":"x"}`, 409, "ids"},
		{`{"chat":"dushuhui","from":"dawei","text":"x"}`, 409, "error"},
		{`{"chat":"dushuhui","from":"xiaoming","texxt":"x"}`, 400, "error"},
		{`{"chat":`, 400, "error"},
	} {
		if status, out := ask(t, h, "POST", "/box/say", x.body); status != x.status || out[x.field] == nil {
			t.Errorf("%s: %d %v", x.body, status, out)
		}
	}
	if status, _ := ask(t, h, "GET", "/box/nothing", ""); status != 404 {
		t.Errorf("an unknown call: %d", status)
	}
	if status, out := ask(t, h, "POST", "/box/clock", `{"add":"-1h"}`); status != 409 {
		t.Errorf("back in time: %d %v", status, out)
	}
	if status, out := ask(t, h, "POST", "/box/behave", `{"sendLimmit":1}`); status != 400 {
		t.Errorf("an unknown switch: %d %v", status, out)
	}
}

func TestTheAPIIsForThisMachineAlone(t *testing.T) {
	for _, remote := range []bool{false, true} {
		b := demo(t, Options{Remote: remote})
		for name, change := range map[string]func(*http.Request){
			"another machine": func(r *http.Request) { r.RemoteAddr = "192.0.2.7:5000" },
			"rebound name":    func(r *http.Request) { r.Host = "evil.example" },
		} {
			r := httptest.NewRequest("GET", "http://127.0.0.1/box/world", nil)
			r.RemoteAddr = "127.0.0.1:1"
			change(r)
			w := httptest.NewRecorder()
			b.API().ServeHTTP(w, r)
			if (w.Code == http.StatusOK) != remote {
				t.Errorf("%s, remote %v: %d", name, remote, w.Code)
			}
		}
		r := httptest.NewRequest("POST", "http://127.0.0.1/box/say", strings.NewReader("{}"))
		r.RemoteAddr = "127.0.0.1:1"
		r.Header.Set("Origin", "https://evil.example")
		w := httptest.NewRecorder()
		b.API().ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("a page of another origin: %d", w.Code)
		}
	}
}

func TestWindingByTimeOfDay(t *testing.T) {
	start := time.Date(2026, 3, 1, 7, 0, 0, 0, time.FixedZone("", 8*3600))
	b := demo(t, Options{Clock: NewClock(start)})
	ok(t, b.Clock().SetSpeed(0))
	for to, want := range map[string]string{"06:19:50": "2026-03-02T06:19:50+08:00", "2026-03-02T06:20:00+08:00": "2026-03-02T06:20:00+08:00"} {
		if at := must(b.target("", to)); at.Format(time.RFC3339) != want {
			t.Errorf("to %s is %s", to, at)
		}
	}
	status, out := ask(t, b.API(), "POST", "/box/clock", `{"to":"06:19:50"}`)
	if status != 200 || out["at"] != "2026-03-02T06:19:50+08:00" {
		t.Errorf("%d %v", status, out)
	}
}

// follower follows the clock of b without a socket.
func follower(t *testing.T, ctx context.Context, b *Box) *Follower {
	t.Helper()
	f, err := FollowClock(ctx, "http://127.0.0.1:6209", &http.Client{Transport: &transport{b, b.API()}})
	ok(t, err)
	return f
}

// TestAFollowerShowsTheTimeAtOnce, and not only after the clock was next set.
func TestAFollowerShowsTheTimeAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
		b := demo(t, Options{Clock: NewClock(start)})
		defer b.Close()
		ok(t, b.Clock().SetSpeed(60))
		f := follower(t, t.Context(), b)
		time.Sleep(time.Second)
		if now := f.Now(); !now.Equal(start.Add(time.Minute)) {
			t.Errorf("the follower shows %v a minute after %v", now, start)
		}
		ok(t, f.Close())
	})
}

func TestFollowersAreWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
		b := demo(t, Options{Clock: NewClock(start)})
		defer b.Close()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		f := follower(t, ctx, b)
		var ran []time.Time
		woken := 0
		dues := []time.Time{start.Add(time.Hour), start.Add(30 * time.Hour), start.Add(30*time.Hour + time.Second)}
		finished := make(chan struct{})
		go func() {
			defer close(finished)
			for _, due := range dues {
				if f.Wait(ctx, "timer", due) != nil {
					return
				}
				ran = append(ran, f.Now())
				f.Wake("sender")
				time.Sleep(500 * time.Millisecond) // it works for a while: the clock must stand still
				if !f.Now().Equal(due) {
					t.Errorf("the clock went on to %v", f.Now())
				}
			}
			_ = f.Wait(ctx, "timer", time.Time{})
		}()
		go func() {
			for f.Wait(ctx, "sender", time.Time{}) == nil {
				woken++
			}
		}()
		synctest.Wait()
		wound, err := b.Clock().Wind(ctx, start.Add(48*time.Hour))
		ok(t, err)
		if len(ran) != 3 || woken != 3 || wound.Stops != 3 || len(wound.Late) != 0 {
			t.Fatalf("ran at %v, woke %d times, wound %+v", ran, woken, wound)
		}
		for i, at := range ran {
			if !at.Equal(dues[i]) {
				t.Errorf("ran at %v, was due at %v", at, dues[i])
			}
		}
		time.Sleep(10 * time.Second)
		if lag := b.Clock().Now().Sub(f.Now()); lag < 0 || lag > time.Second {
			t.Errorf("the follower lags %v", lag)
		}
		ok(t, f.Close())
		cancel()
		<-finished
	})
}

func TestDeadFollowersLoseTheirLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demo(t, Options{})
		defer b.Close()
		ctx, kill := context.WithCancel(t.Context())
		f := follower(t, ctx, b)
		f.Wake("busy for ever")
		time.Sleep(time.Second)
		kill()
		f.wg.Wait()
		before := time.Now()
		wound, err := b.Clock().Wind(t.Context(), b.Clock().Now().Add(time.Hour))
		ok(t, err)
		if d := time.Since(before); len(wound.Late) == 0 || d > 2*patience {
			t.Fatalf("%+v after %v", wound, d)
		}
		before = time.Now()
		if wound, err = b.Clock().Wind(t.Context(), b.Clock().Now().Add(time.Hour)); err != nil || len(wound.Late) != 0 || time.Since(before) != 0 {
			t.Fatalf("%+v %v after %v", wound, err, time.Since(before))
		}
	})
}
