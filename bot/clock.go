package bot

import (
	"context"
	"sync"
	"time"
)

// A Clock tells the time and wakes those who wait for it. Everything that waits in the bot waits on one Clock, so that a
// wound clock can stop at each due time until the bot has done what is due.
type Clock interface {
	// Now is the time of the world the bot lives in.
	Now() time.Time
	// Wait parks the waiter called who until the clock reads due (zero: no time), until it is woken (at once if it was
	// woken since its last Wait), or until ctx is done; then it returns ctx's error and the waiter has left.
	Wait(ctx context.Context, who string, due time.Time) error
	// Wake ends, or forestalls, the next Wait of who. Any goroutine; never blocks.
	Wake(who string)
	// Leave says that who will not wait again.
	Leave(who string)
}

// WallClock is the time of this machine, or of the synctest bubble it is made in.
func WallClock() Clock { return &wallClock{wakes: map[string]chan struct{}{}} }

type wallClock struct {
	mu    sync.Mutex
	wakes map[string]chan struct{}
}

var _ Clock = (*wallClock)(nil)

func (c *wallClock) Now() time.Time { return time.Now() }

func (c *wallClock) Wait(ctx context.Context, who string, due time.Time) error {
	var at <-chan time.Time
	if !due.IsZero() {
		timer := time.NewTimer(time.Until(due))
		defer timer.Stop()
		at = timer.C
	}
	select {
	case <-ctx.Done():
		c.Leave(who)
		return ctx.Err()
	case <-c.wake(who):
	case <-at:
	}
	return nil
}

func (c *wallClock) Wake(who string) {
	select {
	case c.wake(who) <- struct{}{}:
	default:
	}
}

func (c *wallClock) Leave(who string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.wakes, who)
}

func (c *wallClock) wake(who string) chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := c.wakes[who]
	if ch == nil {
		ch = make(chan struct{}, 1)
		c.wakes[who] = ch
	}
	return ch
}
