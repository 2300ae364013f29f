package wechatbox

import (
	"context"
	"iter"
	"time"
)

// A clock can be followed by programs elsewhere. Each keeps a copy of the clock for its own waiters, and reports who of them is busy
// and when the others are due. A report counts only if it was made after everything that happened here: while somebody waits for
// the world to settle, followers are asked again after each change.

// followed is what the last report of one follower said.
type followed struct {
	version uint64
	epoch   uint64
	busy    []string
	dues    []time.Time
	polls   int
	seen    time.Time // real
}

// clockReport is what a follower says.
type clockReport struct {
	ID      string      `json:"id"`
	Version uint64      `json:"version"`
	Epoch   uint64      `json:"epoch"`
	Busy    []string    `json:"busy,omitempty"`
	Dues    []time.Time `json:"dues,omitempty"`
	Gone    bool        `json:"gone,omitempty"`
}

// clockNews is what a follower is told.
type clockNews struct {
	Version uint64    `json:"version"`
	Epoch   uint64    `json:"epoch"`
	At      time.Time `json:"at"`
	Speed   float64   `json:"speed"`
	Winding bool      `json:"winding,omitempty"`
}

const (
	followLease  = 10 * time.Second // a follower not heard of for longer is dead
	followHold   = 5 * time.Second  // how long a follower's question is held
	maxFollowers = 64
	maxDues      = 10_000 // of one follower
)

// live drops the followers whose lease ended and gives the others.
func (c *Clock) live() iter.Seq2[string, *followed] {
	return func(yield func(string, *followed) bool) {
		for id, f := range c.followers {
			if f.polls == 0 && time.Since(f.seen) > followLease {
				delete(c.followers, id)
				continue
			}
			if !yield(id, f) {
				return
			}
		}
	}
}

func (c *Clock) followedDues() iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for _, f := range c.live() {
			for _, due := range f.dues {
				if !yield(due) {
					return
				}
			}
		}
	}
}

func (c *Clock) busyFollowers() (who []string) {
	for id, f := range c.live() {
		if f.version != c.version || f.epoch != c.epoch {
			who = append(who, id)
			continue
		}
		for _, name := range f.busy {
			who = append(who, id+"/"+name)
		}
	}
	return who
}

// ask makes followers report after each change, until the returned function is called.
func (c *Clock) ask() func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settling++
	c.stir()
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.settling--
	}
}

// take keeps what a follower says.
func (c *Clock) take(r clockReport) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Gone {
		delete(c.followers, r.ID)
		c.stir()
		return nil
	}
	f := c.followers[r.ID]
	switch {
	case r.ID == "" || len(r.ID) > 64:
		return refuse("a follower needs an id of at most 64 bytes")
	case f == nil && len(c.followers) >= maxFollowers:
		return refuse("%d follow this clock already", maxFollowers)
	case len(r.Dues) > maxDues || len(r.Busy) > maxDues:
		return refuse("a follower may report %d waiters", maxDues)
	case f == nil:
		f = &followed{}
		if c.followers == nil {
			c.followers = map[string]*followed{}
		}
		c.followers[r.ID] = f
	}
	f.version, f.epoch, f.busy, f.dues, f.seen = r.Version, r.Epoch, r.Busy, r.Dues, time.Now()
	c.stir()
	return nil
}

// news waits until there is something to tell a follower that knows this version and epoch, for a few seconds at most.
func (c *Clock) news(ctx context.Context, id string, version, epoch uint64) clockNews {
	timer := time.NewTimer(followHold)
	defer timer.Stop()
	defer c.hold(id)()
	for {
		news, changed, due := c.tell(version, epoch)
		if due {
			return news
		}
		select {
		case <-ctx.Done():
			return news
		case <-timer.C:
			return news
		case <-changed:
		}
	}
}

func (c *Clock) tell(version, epoch uint64) (news clockNews, changed <-chan struct{}, due bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	news = clockNews{c.version, c.epoch, c.now(), c.speed, c.winding}
	return news, c.changed, c.version != version || c.settling > 0 && c.epoch != epoch
}

// hold keeps a follower's lease until the returned function is called.
func (c *Clock) hold(id string) func() {
	count := func(f *followed, n int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		f.polls += n
		f.seen = time.Now()
	}
	c.mu.Lock()
	f := c.followers[id]
	c.mu.Unlock()
	if f == nil {
		return func() {} // it has not reported yet
	}
	count(f, 1)
	return func() { count(f, -1) }
}

// follow sets a copy of a clock to what the original shows.
func (c *Clock) follow(n clockNews) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.real, c.speed, c.winding = n.At, time.Now(), n.Speed, n.Winding
	c.rouse()
	c.nudgeAll()
}

// summary is what a follower reports of its waiters, and what is closed when it changes.
func (c *Clock) summary() (busy []string, dues []time.Time, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	for name, w := range c.waiters {
		switch {
		case !w.parked, !w.due.IsZero() && !now.Before(w.due):
			busy = append(busy, name)
		case !w.due.IsZero():
			dues = append(dues, w.due)
		}
	}
	return busy, dues, c.changed
}
