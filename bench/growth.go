package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
)

// A mute account does everything at once, and nothing comes of it.
type mute struct{ deaf }

func (mute) Do(context.Context, bot.Effect) (bot.Receipt, error) {
	return bot.Receipt{Sent: "1"}, nil
}

// A handClock is moved by hand.
type handClock struct {
	mu    sync.Mutex
	now   time.Time
	moved chan struct{}
	wakes map[string]chan struct{}
}

var _ bot.Clock = (*handClock)(nil)

func newHandClock(now time.Time) *handClock {
	return &handClock{now: now, moved: make(chan struct{}), wakes: map[string]chan struct{}{}}
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
	close(c.moved)
	c.moved = make(chan struct{})
}

func (c *handClock) Wait(ctx context.Context, who string, due time.Time) error {
	for {
		c.mu.Lock()
		now, moved, wake := c.now, c.moved, c.wake(who)
		c.mu.Unlock()
		if !due.IsZero() && !due.After(now) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake:
			return nil
		case <-moved:
		}
	}
}

func (c *handClock) Wake(who string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case c.wake(who) <- struct{}{}:
	default:
	}
}

func (c *handClock) Leave(string) {}

func (c *handClock) wake(who string) chan struct{} {
	if c.wakes[who] == nil {
		c.wakes[who] = make(chan struct{}, 1)
	}
	return c.wakes[who]
}

// growth asks the same questions of the same 500 groups of 500 people while their past grows.
func growth(ctx context.Context, b *bench) error {
	s := b.table.section("Growth: 500 groups of 500 people, by the number of past check-ins")
	dir := filepath.Join(b.dir, "growth")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	h, err := newHistory(ctx, b, dir)
	if err != nil {
		return err
	}
	defer func() { _ = h.core.stop() }()
	for _, size := range b.sizes {
		if err := h.growTo(ctx, size); err != nil {
			return err
		}
		for range b.rounds {
			if err := h.ask(ctx, s, size); err != nil {
				return err
			}
		}
		if err := h.rest(ctx, b, s, size); err != nil {
			return err
		}
		if err := h.bare(b, s, size); err != nil {
			return err
		}
	}
	first, last := b.sizes[0], b.sizes[len(b.sizes)-1]
	floor := s.median(at("bare bbolt, three rows", last), "µs CPU") / s.median(at("bare bbolt, three rows", first), "µs CPU")
	for _, q := range questions() {
		s.bar(fmt.Sprintf("growth of %s from %d to %d, against that of bare bbolt", q.name, first, last),
			s.median(at(q.name, last), "µs CPU")/s.median(at(q.name, first), "µs CPU")/floor, true, 1.5)
	}
	s.bar("ms to listening with the longest past", s.median(at("start to listening", last), "ms"), true, 1000)
	s.bar("MB of its own with the longest past", s.median(at("memory of its own", last), "MB"), true, 150)
	return nil
}

// A question is one kind of event whose cost may grow with the past, and how many of it are measured at once: enough that a
// collection of garbage in between does not count for much.
type question struct {
	name, say string
	n         int
}

func questions() []question {
	return []question{
		{"check-in", "打卡", 2000}, {"/打卡榜", "/打卡榜", 1000}, {"/我的打卡", "/我的打卡", 1000}, {"/为什么", "/为什么 打卡", 1000},
	}
}

// at names a row by its size.
func at(what string, size int) string { return fmt.Sprintf("%s, after %d", what, size) }

// A history is a bot with a past that grows.
type history struct {
	dir   string
	core  *core
	clock *handClock
	who   crowd
	past  int // check-ins so far
	bases int // rows of the bare store so far, in events
}

func newHistory(ctx context.Context, b *bench, dir string) (*history, error) {
	h := &history{dir: dir, clock: newHandClock(time.Date(2026, 1, 1, 22, 20, 0, 0, time.UTC)), who: crowd{500, 500}}
	opts, err := b.layout(ctx, dir)
	if err != nil {
		return nil, err
	}
	if h.core, err = newCore(ctx, filepath.Join(dir, "sixtwenty.db"), opts, mute{deaf{make(chan bot.Inbox, 1)}}, h.clock); err != nil {
		return nil, err
	}
	return h, h.who.list(ctx, h.core.in, h.clock.Now())
}

// layout lets the bot make its file, and says how to open it: every layout before is one step, which a new file needs none of.
func (b *bench) layout(ctx context.Context, dir string) (bolt.Options, error) {
	if _, err := b.startOn(ctx, dir); err != nil {
		return bolt.Options{}, err
	}
	for opts := (bolt.Options{}); ; opts.Migrations = append(opts.Migrations, func(store.Tx) error { return nil }) {
		db, err := bolt.Open(filepath.Join(dir, "sixtwenty.db"), opts)
		if err == nil {
			return opts, db.Close()
		}
		if !errors.Is(err, bolt.ErrNewer) {
			return opts, err
		}
	}
}

// growTo lets people check in, a day after the other, until there were as many.
func (h *history) growTo(ctx context.Context, size int) error {
	for h.past < size {
		h.clock.set(h.clock.Now().Add(24 * time.Hour))
		for n := 0; n < h.who.groups*h.who.each && h.past < size; n++ {
			if err := h.core.in.Put(ctx, h.says("打卡")); err != nil {
				return err
			}
			h.past++
		}
		if err := h.core.in.Mark(ctx, []byte(fmt.Sprint(h.core.said))); err != nil {
			return err
		}
	}
	h.clock.set(h.clock.Now().Add(24 * time.Hour)) // everybody has the day before them again
	return h.core.in.Mark(ctx, []byte("today"))
}

func (h *history) says(text string) bot.Event {
	e := h.who.says(h.core.said, h.clock.Now(), text)
	h.core.said++
	return e
}

// ask measures what one event costs, by its kind.
func (h *history) ask(ctx context.Context, s *section, size int) error {
	for _, q := range questions() {
		before := spent()
		for range q.n {
			if err := h.core.in.Put(ctx, h.says(q.say)); err != nil {
				return err
			}
		}
		if err := h.core.in.Mark(ctx, []byte(fmt.Sprint(h.core.said))); err != nil {
			return err
		}
		s.add(at(q.name, size), "µs CPU", float64((spent()-before).Microseconds())/float64(q.n))
	}
	return nil
}

// spent is the time that this process spent on all cores.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// rest starts the bot on a copy of the file, and looks at its memory.
func (h *history) rest(ctx context.Context, b *bench, s *section, size int) error {
	for range b.rounds {
		dir, err := os.MkdirTemp(h.dir, "copy")
		if err != nil {
			return err
		}
		if err := h.copyTo(ctx, filepath.Join(dir, "sixtwenty.db")); err != nil {
			return err
		}
		st, err := b.startOn(ctx, dir)
		if err != nil {
			return err
		}
		s.add(at("start to listening", size), "ms", st.listening)
		s.add(at("memory of its own", size), "MB", st.anonymous)
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	info, err := os.Stat(filepath.Join(h.dir, "sixtwenty.db"))
	if err == nil {
		s.add(at("file", size), "MB", float64(info.Size())/1e6)
	}
	return err
}

func (h *history) copyTo(ctx context.Context, file string) (err error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return h.core.db.Backup(ctx, f)
}

// bare grows a store of three rows of 200 bytes an event to the same size, and measures the same number of events.
func (h *history) bare(b *bench, s *section, size int) error {
	db, err := bbolt.Open(filepath.Join(h.dir, "bare.db"), 0o600, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	write := func(n int) error {
		for ; n > 0; n -= 1000 {
			if err := db.Update(func(tx *bbolt.Tx) error { return h.rows(tx, min(n, 1000)) }); err != nil {
				return err
			}
		}
		return nil
	}
	if err := write(size - h.bases); err != nil {
		return err
	}
	for range b.rounds {
		before := spent()
		if err := write(2000); err != nil {
			return err
		}
		s.add(at("bare bbolt, three rows", size), "µs CPU", float64((spent()-before).Microseconds())/2000)
	}
	return nil
}

func (h *history) rows(tx *bbolt.Tx, n int) error {
	value := make([]byte, 200)
	for ; n > 0; n-- {
		g, p := h.bases%h.who.groups, h.bases/h.who.groups%h.who.each
		for _, name := range []string{"days", "order", "counts"} {
			bucket, err := tx.CreateBucketIfNotExists([]byte(name))
			if err != nil {
				return err
			}
			key := fmt.Appendf(nil, "g%04d/p%04d/%08d", g, p, h.bases)
			if err := bucket.Put(key, value); err != nil {
				return err
			}
		}
		h.bases++
	}
	return nil
}
