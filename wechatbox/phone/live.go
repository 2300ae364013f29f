package phone

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"sixtwenty/wechatbox"
)

const (
	gather     = 40 * time.Millisecond // changes that come together are told together
	heartbeat  = 15 * time.Second
	writeLimit = 10 * time.Second // a page that does not read is left
)

// serveLive is the stream of one page: "clock" with what the clock shows, "bar" when the bar is to be fetched again, and "change" with
// what to look at again. A page that reconnects fetches all, so nothing is lost between two streams.
func (d *Desk) serveLive(w http.ResponseWriter, r *http.Request) {
	select {
	case d.seats <- struct{}{}:
		defer func() { <-d.seats }()
	default:
		w.Header().Set("Retry-After", "10")
		http.Error(w, d.wordsOf(r)["err.streams"], http.StatusServiceUnavailable)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(d.ctx, cancel)()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	s := &stream{w: w, rc: http.NewResponseController(w)}
	d.follow(ctx, s, d.box.Watch(ctx), d.stage.watch(ctx))
}

// follow writes until ctx is done, the box is closed, or the page is gone.
func (d *Desk) follow(ctx context.Context, s *stream, changes <-chan wechatbox.Change, bar <-chan struct{}) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	s.event("clock", d.clockView())
	s.event("bar", nil)
	for s.err == nil {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			// The age of a QR code and a clock set by the machine are told by nobody.
			s.event("clock", d.clockView())
			s.event("bar", nil)
		case <-bar:
			s.event("bar", nil)
			s.event("clock", d.clockView())
		case c, ok := <-changes:
			if !ok {
				return
			}
			d.tell(ctx, s, c, changes)
		}
	}
}

// tell writes a change and those that follow closely, each once.
func (d *Desk) tell(ctx context.Context, s *stream, c wechatbox.Change, more <-chan wechatbox.Change) {
	timer := time.NewTimer(gather)
	defer timer.Stop()
	seen := map[wechatbox.Change]bool{}
	for ok := true; ok; {
		c.Message = ""
		if c.What != wechatbox.ChatRead {
			c.What = kindOf(c.What)
		}
		seen[c] = true
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			ok = false
		case c, ok = <-more:
		}
	}
	d.write(s, seen)
}

// kindOf leaves the difference that matters to a page: the clock, the sign-in, or what phones show.
func kindOf(w wechatbox.What) wechatbox.What {
	switch w {
	case wechatbox.ClockChanged, wechatbox.SignInChanged, wechatbox.Everything:
		return w
	}
	return wechatbox.MessageChanged
}

func (d *Desk) write(s *stream, seen map[wechatbox.Change]bool) {
	all := seen[wechatbox.Change{What: wechatbox.Everything}]
	for c := range seen {
		switch {
		case c.What == wechatbox.ClockChanged:
			s.event("clock", d.clockView())
		case all:
		case c.What == wechatbox.SignInChanged:
			s.event("bar", nil)
			s.event("change", c)
		default:
			s.event("change", c)
		}
	}
	if all {
		s.event("clock", d.clockView())
		s.event("bar", nil)
		s.event("change", wechatbox.Change{What: wechatbox.Everything})
	}
}

// stream writes events until the first error, which it keeps.
type stream struct {
	w   http.ResponseWriter
	rc  *http.ResponseController
	err error
}

func (s *stream) event(name string, data any) {
	if s.err != nil {
		return
	}
	text, err := json.Marshal(data)
	if err != nil {
		s.err = err
		return
	}
	// Not every ResponseWriter has deadlines; without one the write may take as long as the server allows.
	_ = s.rc.SetWriteDeadline(time.Now().Add(writeLimit))
	if _, s.err = fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", name, text); s.err == nil {
		s.err = s.rc.Flush()
	}
}
