// Package door lets the owner into the console, and nobody else.
//
// On an address of this machine alone the way in is a link that the terminal prints: it works once. On any other address it is
// a password, of which an argon2id hash is kept. Either opens a session: 32 random bytes in a cookie that no script can read
// and no other site can send, of which only the SHA-256 is kept. A session ends after hours without use, after days in any
// case, and when the owner leaves; at every sign-in it is a new one, so that none can be planted beforehand.
//
// Guessing is slow: one password is hashed at a time, and an address that was wrong too often waits.
package door

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"sixtwenty/store"
)

// Options say who may come in, and how.
type Options struct {
	DB   store.DB // keeps the sessions
	Log  *zap.Logger
	Now  func() time.Time // time.Now where nil: sessions live by the wall's clock, not by a wound one
	Link bool             // links of the terminal open
	Hash string           // of the password, made by Hash; "" where there is none
	TLS  bool             // browsers reach the console over TLS alone: the cookie is sent over nothing else
	Name string           // of the cookie, told apart by port: cookies are not
}

const (
	idle     = 12 * time.Hour
	lasts    = 7 * 24 * time.Hour
	linkLive = 24 * time.Hour
	maxLinks = 8
	maxOpen  = 20 // sessions; the oldest makes room
)

// Errors of Enter. Whoever gets one learns no more than this.
var (
	ErrWrong   = errors.New("wrong link or password")
	ErrTooMany = errors.New("wrong too often, try again later")
	ErrBusy    = errors.New("somebody else is signing in, try again")
)

// sessions is keyed by the SHA-256 of the token.
const sessions = store.Table[session]("console/sessions")

type session struct {
	Made time.Time `json:"made"`
	From string    `json:"from"`
	seen time.Time
}

// A Door may be used from any goroutine.
type Door struct {
	o       Options
	hashing chan struct{}
	guesses guesses

	mu    sync.Mutex
	open  map[string]session   // by SHA-256
	links map[string]time.Time // by SHA-256: until when
}

// New reads the sessions that are open.
func New(ctx context.Context, o Options) (*Door, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Hash != "" {
		if _, err := parse(o.Hash); err != nil {
			return nil, err
		}
	}
	d := &Door{o: o, hashing: make(chan struct{}, 1), links: map[string]time.Time{}}
	err := o.DB.View(ctx, func(r store.Reader) error {
		d.open = map[string]session{}
		for row, err := range sessions.Scan(r, store.Range{Limit: 2 * maxOpen}) {
			if err != nil {
				return err
			}
			var sum string
			if err := store.Split(row.Key, &sum); err != nil {
				return err
			}
			row.Value.seen = o.Now()
			d.open[sum] = row.Value
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("the console's sessions: %w", err)
	}
	return d, nil
}

// Password says whether a password opens.
func (d *Door) Password() bool { return d.o.Hash != "" }

// Linked says whether links of the terminal open.
func (d *Door) Linked() bool { return d.o.Link }

// Link makes the token of a new link, "" where links do not open.
func (d *Door) Link() string {
	if !d.o.Link {
		return ""
	}
	token := rand.Text()
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.links) >= maxLinks {
		oldest := ""
		for sum, until := range d.links {
			if oldest == "" || until.Before(d.links[oldest]) {
				oldest = sum
			}
		}
		delete(d.links, oldest)
	}
	d.links[sumOf(token)] = d.o.Now().Add(linkLive)
	return token
}

func sumOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Enter opens a session for who knows a link's token or the password, and sets its cookie. What session the browser had ends.
func (d *Door) Enter(w http.ResponseWriter, r *http.Request, secret string) error {
	from := addressOf(r, d.o.TLS)
	if !d.guesses.try(from, d.o.Now()) {
		d.o.Log.Warn("a sign-in to the console was not looked at: wrong too often", zap.Stringer("from", from))
		return ErrTooMany
	}
	ok, err := d.right(r.Context(), secret)
	if err != nil {
		d.guesses.spare(from)
		return err
	}
	if !ok {
		d.o.Log.Warn("a wrong sign-in to the console", zap.Stringer("from", from))
		return ErrWrong
	}
	if err := d.begin(w, r, from); err != nil {
		return err
	}
	d.guesses.forget(from)
	d.o.Log.Info("the owner signed in to the console", zap.Stringer("from", from))
	return nil
}

// right says whether a secret opens. A link is spent by it.
func (d *Door) right(ctx context.Context, secret string) (bool, error) {
	if d.o.Link && d.spend(secret) {
		return true, nil
	}
	if d.o.Hash == "" || secret == "" || len(secret) > maxPassword {
		return false, nil
	}
	patience, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case d.hashing <- struct{}{}:
		defer func() { <-d.hashing }()
	case <-patience.Done():
		return false, ErrBusy
	}
	return Matches(d.o.Hash, secret), nil
}

func (d *Door) spend(token string) bool {
	sum := sumOf(token)
	d.mu.Lock()
	defer d.mu.Unlock()
	until, ok := d.links[sum]
	delete(d.links, sum)
	return ok && d.o.Now().Before(until)
}

func (d *Door) begin(w http.ResponseWriter, r *http.Request, from netip.Addr) error {
	token := rand.Text() + rand.Text()
	now := d.o.Now()
	d.mu.Lock()
	gone := d.stale(now)
	if old, ok := d.cookie(r); ok {
		gone = append(gone, sumOf(old))
	}
	for _, sum := range gone {
		delete(d.open, sum)
	}
	s := session{Made: now, From: from.String(), seen: now}
	d.open[sumOf(token)] = s
	d.mu.Unlock()
	err := d.o.DB.Update(r.Context(), func(tx store.Tx) error {
		for _, sum := range gone {
			if err := sessions.Delete(tx, sum); err != nil {
				return err
			}
		}
		return sessions.Put(tx, s, sumOf(token))
	})
	if err != nil {
		return fmt.Errorf("a session cannot be kept: %w", err)
	}
	d.set(w, token, int(lasts/time.Second))
	return nil
}

// stale are the sessions that ended, and the oldest where there are too many. The caller holds the lock.
func (d *Door) stale(now time.Time) (gone []string) {
	var live []string
	for sum, s := range d.open {
		if s.ended(now) {
			gone = append(gone, sum)
		} else {
			live = append(live, sum)
		}
	}
	slices.SortFunc(live, func(a, b string) int { return d.open[a].Made.Compare(d.open[b].Made) })
	return append(gone, live[:max(0, len(live)-maxOpen+1)]...)
}

func (s session) ended(now time.Time) bool {
	return now.Sub(s.Made) >= lasts || now.Sub(s.seen) >= idle
}

// Inside says whether a request comes from an open session, and keeps that it is used.
func (d *Door) Inside(r *http.Request) bool { return d.look(r, true) }

// Open is Inside for what a page does by itself: it keeps no session from ending.
func (d *Door) Open(r *http.Request) bool { return d.look(r, false) }

func (d *Door) look(r *http.Request, use bool) bool {
	token, ok := d.cookie(r)
	if !ok {
		return false
	}
	sum, now := sumOf(token), d.o.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	s, ok := d.open[sum]
	if !ok || s.ended(now) {
		return false
	}
	if use {
		s.seen = now
		d.open[sum] = s
	}
	return true
}

// Leave ends the session of a request.
func (d *Door) Leave(w http.ResponseWriter, r *http.Request) error {
	token, ok := d.cookie(r)
	if !ok {
		return nil
	}
	d.set(w, "", -1)
	d.mu.Lock()
	delete(d.open, sumOf(token))
	d.mu.Unlock()
	return d.o.DB.Update(r.Context(), func(tx store.Tx) error { return sessions.Delete(tx, sumOf(token)) })
}

func (d *Door) cookieName() string {
	if d.o.TLS {
		return "__Host-" + d.o.Name
	}
	return d.o.Name
}

func (d *Door) cookie(r *http.Request) (string, bool) {
	c, err := r.Cookie(d.cookieName())
	if err != nil || c.Value == "" || len(c.Value) > 200 {
		return "", false
	}
	return c.Value, true
}

func (d *Door) set(w http.ResponseWriter, token string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: d.cookieName(), Value: token, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: d.o.TLS, SameSite: http.SameSiteLaxMode,
	})
}
