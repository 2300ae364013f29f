package wechatbox

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Wound is what a winding did.
type Wound struct {
	At    time.Time `json:"at"`             // what the clock reads now
	Stops int       `json:"stops"`          // due times at which it waited
	Late  []string  `json:"late,omitempty"` // who was still busy when the patience ended; "client" is a web session
}

// ErrWinding is returned where the clock is being wound already.
var ErrWinding = errors.New("wechatbox: the clock is being wound already")

const (
	patience  = 15 * time.Second // real time allowed at each stop, so that a dead bot cannot hang the clock
	maxStops  = 1_000_000
	maxLate   = 20
	clientOff = "client"
)

// Wind moves the clock forward to a time. On the way it stops at every due time of a waiter, shows exactly that time, lets
// the waiter run, and goes on when the world is settled: every waiter parked, and every signed-in client waiting in synccheck with nothing
// to fetch. Time stands still meanwhile. If ctx ends, the clock goes on from where the winding got to.
func (c *Clock) Wind(ctx context.Context, to time.Time) (Wound, error) {
	if err := c.startWinding(to); err != nil {
		return Wound{At: c.Now()}, err
	}
	defer c.endWinding()
	var done Wound
	for stop := 0; ; stop++ {
		if err := c.settle(ctx, &done); err != nil {
			done.At = c.Now()
			return done, err
		}
		at, last := c.advance(to, stop)
		done.At = at
		if last {
			break
		}
		done.Stops++
	}
	err := c.settle(ctx, &done)
	return done, err
}

func (c *Clock) startWinding(to time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	switch {
	case c.winding:
		return ErrWinding
	case to.Before(now):
		return refuse("the clock shows %s and is never turned back to %s", now.Format(time.DateTime), to.Format(time.DateTime))
	}
	c.at, c.winding = now, true
	c.version++
	c.nudgeAll()
	return nil
}

func (c *Clock) endWinding() {
	defer c.report()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.winding, c.real = false, time.Now()
	c.version++
	c.nudgeAll()
}

// advance moves to the next due time of a parked waiter, or to the end. Whoever is due becomes busy at once.
func (c *Clock) advance(to time.Time, stop int) (at time.Time, last bool) {
	defer c.report()
	c.mu.Lock()
	defer c.mu.Unlock()
	next := to
	for _, w := range c.waiters {
		if w.parked && !w.due.IsZero() && w.due.After(c.at) && w.due.Before(next) {
			next = w.due
		}
	}
	for due := range c.followedDues() {
		if due.After(c.at) && due.Before(next) {
			next = due
		}
	}
	last = !next.Before(to) || stop >= maxStops
	if last {
		next = to
	}
	c.at = next
	c.version++
	c.rouse()
	c.broadcast()
	return next, last
}

// rouse makes whoever is due busy at once, before they run.
func (c *Clock) rouse() {
	now := c.now()
	for _, w := range c.waiters {
		if w.parked && !w.due.IsZero() && !now.Before(w.due) {
			w.parked = false
			w.nudge()
		}
	}
}

// settle waits until nobody is busy, or until the patience ends; it notes who was late.
func (c *Clock) settle(ctx context.Context, done *Wound) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	defer c.ask()()
	for {
		changed, busy := c.busy()
		if len(busy) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		case <-timer.C:
			done.note(busy)
			return nil
		}
	}
}

func (d *Wound) note(busy []string) {
	for _, who := range busy {
		if len(d.Late) < maxLate && !slices.Contains(d.Late, who) {
			d.Late = append(d.Late, who)
		}
	}
}

// busy lists who is not at rest, and what will be closed when that may have changed.
func (c *Clock) busy() (changed <-chan struct{}, who []string) {
	c.mu.Lock()
	changed = c.changed
	now, gates := c.now(), slices.Clone(c.gates)
	for name, w := range c.waiters {
		if !w.parked || !w.due.IsZero() && !now.Before(w.due) {
			who = append(who, name)
		}
	}
	who = append(who, c.busyFollowers()...)
	c.mu.Unlock()
	// The gates lock the world, whose changes lock the clock.
	for _, g := range gates {
		if !g.open() {
			who = append(who, clientOff)
		}
	}
	select {
	case <-changed: // while the gates were asked: the waiters may be busy by now
		return c.busy()
	default:
		return changed, who
	}
}

// Settled waits until nobody who lives by the clock is busy; tests look at the world then. It gives up when ctx is done.
func (c *Clock) Settled(ctx context.Context) error {
	defer c.ask()()
	for {
		changed, busy := c.busy()
		if len(busy) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}
