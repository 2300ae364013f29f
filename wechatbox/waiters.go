package wechatbox

import (
	"cmp"
	"slices"
	"time"
)

// Waiter is somebody who lives by a clock.
type Waiter struct {
	Who  string    `json:"who"`
	Due  time.Time `json:"due,omitzero"` // zero: until woken
	Busy bool      `json:"busy,omitempty"`
}

// Waiters lists who lives by the clock, by name: whoever is busy holds up the winding. What is due in followers comes under
// the followers' ids.
func (c *Clock) Waiters() []Waiter {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]Waiter, 0, len(c.waiters))
	now := c.now()
	for name, w := range c.waiters {
		x := Waiter{Who: name, Busy: !w.parked || !w.due.IsZero() && !now.Before(w.due)}
		if w.parked {
			x.Due = w.due
		}
		list = append(list, x)
	}
	for id, f := range c.live() {
		for _, name := range f.busy {
			list = append(list, Waiter{Who: id + "/" + name, Busy: true})
		}
		for _, due := range f.dues {
			list = append(list, Waiter{Who: id, Due: due})
		}
	}
	slices.SortFunc(list, func(x, y Waiter) int { return cmp.Or(cmp.Compare(x.Who, y.Who), x.Due.Compare(y.Due)) })
	return list
}
