package onebot

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
	timer := time.NewTimer(pause*3/4 + rand.N(pause/2))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
