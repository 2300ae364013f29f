package bottest

import (
	"context"
	"sync"
	"time"

	"sixtwenty/bot"
)

// A Clock is the time of the bubble, set forward or back as somebody may set the clock of a machine.
type Clock struct {
	bot.Clock
	mu    sync.Mutex
	shift time.Duration
	who   map[string]bool
}

var _ bot.Clock = (*Clock)(nil)

// NewClock makes a clock that is right.
func NewClock() *Clock { return &Clock{Clock: bot.WallClock(), who: map[string]bool{}} }

// Shift sets the clock so much forward, or back.
func (c *Clock) Shift(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shift += d
	for who := range c.who {
		c.Wake(who)
	}
}

// Now implements bot.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Clock.Now().Add(c.shift)
}

// Wait implements bot.Clock.
func (c *Clock) Wait(ctx context.Context, who string, due time.Time) error {
	c.mu.Lock()
	c.who[who] = true
	if !due.IsZero() {
		due = due.Add(-c.shift)
	}
	c.mu.Unlock()
	return c.Clock.Wait(ctx, who, due)
}
