package wechatbox

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Clock is the time of a box and of whoever lives by it. It runs like the real one, faster, or not at all, and can be wound
// forward. The zero Clock is not usable; NewClock makes one.
//
// A waiter exists from its first Wait or Wake until Leave, or until its context ends. It is parked while inside Wait with
// no wake pending and its time not come; otherwise it is busy. Winding goes on only when nobody is busy.
// One name must not wait twice at the same time.
type Clock struct {
	mu      sync.Mutex
	at      time.Time // what the clock read at real
	real    time.Time
	speed   float64
	winding bool // the clock stands still but for the winder
	waiters map[string]*waiter
	gates   []*gate
	changed chan struct{} // closed, and made anew, at every change

	version   uint64 // counts settings of the time and the speed
	epoch     uint64 // counts changes of anything but what followers report
	settling  int    // how many wait for the world to settle
	followers map[string]*followed
}

type waiter struct {
	due    time.Time
	parked bool
	woken  bool
	signal chan struct{} // holds one
}

// gate is a world that lives by the clock: it is asked whether it is at rest, and told where the clock was set to.
type gate struct {
	open  func() bool
	onSet func(ClockState)
}

// ClockState is what must be kept of a clock so that it can go on elsewhere.
type ClockState struct {
	At    time.Time `json:"at"`   // what the clock read
	Real  time.Time `json:"real"` // at this real time
	Speed float64   `json:"speed"`
}

// NewClock makes a clock that shows start now and runs with the real time. A zero start is the real time.
func NewClock(start time.Time) *Clock {
	now := time.Now()
	if start.IsZero() {
		start = now
	}
	return &Clock{
		at: start, real: now, speed: 1, waiters: map[string]*waiter{}, changed: make(chan struct{}),
		version: uint64(now.UnixNano()), // a follower notices that the box was started anew
	}
}

// Now is the time of the world.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.winding || c.speed == 0 {
		return c.at
	}
	passed := time.Since(c.real)
	if c.speed == 1 {
		return c.at.Add(passed)
	}
	return c.at.Add(time.Duration(float64(passed) * c.speed))
}

// Wait parks the waiter called who until the clock reads due (zero: no time), until it is woken (at once if it was woken
// since its last Wait), or until ctx is done: then it returns ctx.Err() and the waiter has left.
func (c *Clock) Wait(ctx context.Context, who string, due time.Time) error {
	for {
		w, left, done := c.park(who, due)
		if done {
			return nil
		}
		if err := c.sleep(ctx, w, left); err != nil {
			c.leave(who, w)
			return err
		}
	}
}

// park says that who waits for due, and how long in real time that is: negative if no timer can tell.
func (c *Clock) park(who string, due time.Time) (w *waiter, left time.Duration, done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w = c.waiter(who)
	now := c.now()
	if w.woken || !due.IsZero() && !now.Before(due) {
		w.woken, w.parked = false, false
		return w, 0, true
	}
	w.due, w.parked = due, true
	c.broadcast()
	if due.IsZero() || c.winding || c.speed == 0 {
		return w, -1, false
	}
	return w, time.Duration(float64(due.Sub(now))/c.speed) + 1, false
}

func (c *Clock) sleep(ctx context.Context, w *waiter, left time.Duration) error {
	var ring <-chan time.Time
	if left >= 0 {
		timer := time.NewTimer(left)
		defer timer.Stop()
		ring = timer.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-w.signal:
	case <-ring:
	}
	return nil
}

func (c *Clock) waiter(who string) *waiter {
	w := c.waiters[who]
	if w == nil {
		w = &waiter{signal: make(chan struct{}, 1)}
		c.waiters[who] = w
	}
	return w
}

// nudge makes a waiter look again.
func (w *waiter) nudge() {
	select {
	case w.signal <- struct{}{}:
	default:
	}
}

// Wake ends, or forestalls, the next Wait of who. It never blocks.
func (c *Clock) Wake(who string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.waiter(who)
	w.woken, w.parked = true, false
	w.nudge()
	c.broadcast()
}

// Leave says that who will not wait again.
func (c *Clock) Leave(who string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(who, c.waiters[who])
}

func (c *Clock) leave(who string, w *waiter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(who, w)
}

func (c *Clock) drop(who string, w *waiter) {
	if w != nil && c.waiters[who] == w {
		delete(c.waiters, who)
		c.broadcast()
	}
}

// SetSpeed makes the clock run x times as fast as the real one from now on. At 0 it stands still and only winding moves it.
func (c *Clock) SetSpeed(x float64) error {
	if x < 0 || x > 100_000 || x != x {
		return refuse("a clock cannot run at %v times its speed: 0 to 100000", x)
	}
	defer c.report()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.real, c.speed = c.now(), time.Now(), x
	c.version++
	c.nudgeAll()
	return nil
}

// State is what the clock shows and how fast it runs.
func (c *Clock) State() ClockState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state()
}

func (c *Clock) state() ClockState {
	return ClockState{At: c.now(), Real: time.Now(), Speed: c.speed}
}

// restore goes on from a kept state, plus the real time that passed meanwhile.
func (c *Clock) restore(s ClockState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.real, c.speed = s.At, s.Real.Round(0), s.Speed
	c.at, c.real = c.now(), time.Now()
	c.version++
	c.nudgeAll()
}

// report hands the state to the boxes that keep it; the clock is not locked meanwhile, for a box locks it in turn.
func (c *Clock) report() {
	c.mu.Lock()
	state, gates := c.state(), slices.Clone(c.gates)
	c.mu.Unlock()
	for _, g := range gates {
		g.onSet(state)
	}
}

func (c *Clock) nudgeAll() {
	for _, w := range c.waiters {
		w.nudge()
	}
	c.broadcast()
}

func (c *Clock) broadcast() {
	c.epoch++
	c.stir()
}

// stir wakes those who look for changes.
func (c *Clock) stir() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// poke says that a gate may have opened.
func (c *Clock) poke() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broadcast()
}

func (c *Clock) attach(g *gate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gates = append(c.gates, g)
}

func (c *Clock) detach(g *gate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gates = slices.DeleteFunc(c.gates, func(x *gate) bool { return x == g })
	c.broadcast()
}
