package wechat

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	firstPause = time.Second
	maxPause   = time.Minute
)

// A backoff waits longer after each failure in a row: 1 s to 60 s, with jitter, in real time.
type backoff struct{ failures int }

func (b *backoff) ok() { b.failures = 0 }

// wait waits after one more failure. Its error is ctx's.
func (b *backoff) wait(ctx context.Context) error {
	pause := min(maxPause, firstPause<<min(b.failures, 10))
	b.failures++
	return sleep(ctx, pause*3/4+rand.N(pause/2))
}

// sleep waits in real time.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// A budget lets through burst calls at once and one more every interval.
type budget struct {
	burst    int
	interval time.Duration
	used     int
	since    time.Time
}

// wait waits until one more call is allowed.
func (b *budget) wait(ctx context.Context) error {
	now := time.Now()
	back := int(now.Sub(b.since) / b.interval)
	if b.used -= back; b.used <= 0 || b.since.IsZero() {
		b.used, b.since = 0, now
	} else {
		b.since = b.since.Add(time.Duration(back) * b.interval)
	}
	b.used++
	if b.used <= b.burst {
		return nil
	}
	return sleep(ctx, b.since.Add(b.interval).Sub(now))
}
