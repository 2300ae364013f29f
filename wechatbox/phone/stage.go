package phone

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"go.uber.org/zap"
)

// stage is where one scene plays at a time. It tells the bars of all pages when to look again.
type stage struct {
	mu      sync.Mutex
	name    string // of the scene that plays; "" if none
	caption string
	failure string // why the last one ended early, in the words of who started it
	cancel  context.CancelFunc
	pages   map[chan struct{}]bool
}

// watch returns a channel that holds one mark when the bar has changed, until ctx is done.
func (s *stage) watch(ctx context.Context) <-chan struct{} {
	ch := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages == nil {
		s.pages = map[chan struct{}]bool{}
	}
	s.pages[ch] = true
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.pages, ch)
	})
	return ch
}

func (s *stage) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tellLocked()
}

func (s *stage) tellLocked() {
	for ch := range s.pages {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// take begins a scene, if none plays.
func (s *stage) take(name string, cancel context.CancelFunc) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.name != "" {
		return false
	}
	s.name, s.caption, s.failure, s.cancel = name, "", "", cancel
	s.tellLocked()
	return true
}

func (s *stage) say(caption string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.caption = caption
	s.tellLocked()
}

func (s *stage) leave(failure string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.name, s.caption, s.failure, s.cancel = "", "", failure, nil
	s.tellLocked()
}

func (s *stage) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil {
		s.cancel()
	}
}

func (s *stage) playing() (name, caption, failure string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.name, s.caption, s.failure
}

// serveScene starts the named scene, or ends the one that plays where the name is "stop".
func (d *Desk) serveScene(w http.ResponseWriter, r *http.Request) {
	f, ok := d.readForm(w, r, maxForm)
	if !ok {
		return
	}
	name := r.PathValue("name")
	if name == "stop" {
		d.stage.end()
		f.done(w, reply{})
		return
	}
	for _, s := range d.scenes {
		if s.name == name {
			d.start(w, f, s)
			return
		}
	}
	http.NotFound(w, r)
}

func (d *Desk) start(w http.ResponseWriter, f form, s scene) {
	p, err := d.cast()
	if err != nil {
		status, text := d.explain(f, err, "err.scene")
		f.answer(w, status, reply{Error: text})
		return
	}
	ctx, cancel := context.WithCancel(d.ctx)
	if d.ctx.Err() != nil || !d.stage.take(s.name, cancel) {
		cancel()
		f.fail(w, http.StatusConflict, "err.playing")
		return
	}
	d.scened.Go(func() {
		defer cancel()
		d.stage.leave(d.perform(ctx, f, s, p))
	})
	f.done(w, reply{})
}

// perform plays a scene to its end and says what went wrong.
func (d *Desk) perform(ctx context.Context, f form, s scene, p *play) string {
	s.run(ctx, p)
	if p.err == nil || errors.Is(p.err, context.Canceled) {
		return ""
	}
	d.opts.Logger.Warn("a scene ended early", zap.String("scene", s.name), zap.Error(p.err))
	_, text := d.explain(f, p.err, "err.scene")
	return text
}
