package wechat

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	brakeGap = 500 * time.Millisecond
	brakeFor = 2 * time.Minute // longer than the longest pause between two tries
)

// A brake lets two requests a second through while the service fails, whoever makes them: the loop, a send and a download
// each pause after a failure of their own, and do not know of one another. Any goroutine.
type brake struct {
	mu    sync.Mutex
	until time.Time
	last  time.Time // when the latest request goes, which may be to come
}

// failed pulls the brake, unless err is no illness of the service's but the end of a session.
func (b *brake) failed(err error) {
	if ended(err) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.until = time.Now().Add(brakeFor)
}

// wait waits for the request's turn.
func (b *brake) wait(ctx context.Context) error {
	b.mu.Lock()
	now := time.Now()
	at := now
	if next := b.last.Add(brakeGap); now.Before(b.until) && next.After(now) {
		at = next
	}
	b.last = at
	b.mu.Unlock()
	if at.Equal(now) {
		return nil
	}
	return sleep(ctx, at.Sub(now))
}

// braked is a transport with a brake, which it pulls when there is no answer, or one that says that the server is ill. Of an
// answer that is nonsense only its reader can tell.
type braked struct {
	next  http.RoundTripper
	brake *brake
}

var _ http.RoundTripper = braked{}

func (b braked) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := b.brake.wait(req.Context()); err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, &net.OpError{Op: "dial", Err: err} // nothing was sent
	}
	resp, err := b.next.RoundTrip(req)
	if err != nil && req.Context().Err() == nil || err == nil && resp.StatusCode >= http.StatusInternalServerError {
		b.brake.failed(err)
	}
	return resp, err
}
