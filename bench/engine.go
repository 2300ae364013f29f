package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sixtwenty/bot"
	"sixtwenty/handlers"
	"sixtwenty/handlers/checkin"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
)

// A deaf account hands its inbox out and does nothing: what the bot says stays a row.
type deaf struct{ in chan bot.Inbox }

func (a deaf) Run(ctx context.Context, in bot.Inbox) error {
	a.in <- in
	<-ctx.Done()
	return ctx.Err()
}
func (a deaf) inbox() <-chan bot.Inbox { return a.in }
func (a deaf) Powers() bot.Powers      { return bot.Powers{} }
func (a deaf) Do(context.Context, bot.Effect) (bot.Receipt, error) {
	return bot.Receipt{}, bot.ErrOffline
}

func (a deaf) Fetch(context.Context, bot.Media) (io.ReadCloser, error) { return nil, bot.ErrOffline }

// A listener is an account that hands its inbox out when it runs.
type listener interface {
	bot.Account
	inbox() <-chan bot.Inbox
}

// counted tells of every commit when it is durable.
type counted struct {
	store.DB
	commits atomic.Int64
	last    atomic.Int64 // in nanoseconds since the epoch of the program
	changed chan struct{}
}

var epoch = time.Now()

func (c *counted) Update(ctx context.Context, fn func(store.Tx) error) error {
	err := c.DB.Update(ctx, fn)
	c.commits.Add(1)
	c.last.Store(int64(time.Since(epoch)))
	select {
	case c.changed <- struct{}{}:
	default:
	}
	return err
}

// A core is the bot without an account that could say anything.
type core struct {
	db   *counted
	in   bot.Inbox
	stop func() error
	said int
}

// noteTaker keeps one row of what it hears and answers: with the mark that the event was seen, the three rows of an event that
// does anything.
func noteTaker() bot.Feature {
	const notes = store.Table[string]("notes/heard")
	return bot.Feature{
		Name: "notes", Summary: bot.Text{ZH: "记一笔", EN: "notes"},
		Commands: []bot.Command{{
			Name: "记", Aliases: []string{"jot"}, Bare: true, Summary: bot.Text{ZH: "记一笔", EN: "keep a note"},
			Examples: []bot.Example{{Say: "记", Reply: "收到"}},
			Run: func(_ context.Context, c *bot.Call) error {
				c.Say("收到")
				return notes.Put(c.Tx, noteText, c.Event.Chat.ID, c.Event.From.Person, c.Event.ID)
			},
		}},
	}
}

// noteText fills a row as the bare program does.
var noteText = strings.Repeat("x", 160)

func newCore(ctx context.Context, file string, opts bolt.Options, account listener, clock bot.Clock, more ...bot.Feature) (*core, error) {
	db, err := bolt.Open(file, opts)
	if err != nil {
		return nil, err
	}
	c := &core{db: &counted{DB: store.Prefixed(db, "main/"), changed: make(chan struct{}, 1)}}
	all, settings := append(handlers.All(""), more...), checkin.Defaults()
	settings.Answers = "each"
	b, err := bot.New(bot.Options{
		Account: account, DB: c.db, Clock: clock, Features: all, Groups: []string{"*"},
		Settings: map[string]any{"checkin": settings},
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	c.stop = sync.OnceValue(func() error { cancel(); err := <-ended; _ = db.Close(); return err })
	select {
	case c.in = <-account.inbox():
		return c, nil
	case err := <-ended:
		return nil, err
	}
}

// A crowd is groups of people as events name them.
type crowd struct{ groups, each int }

func (c crowd) chat(g int) bot.Chat {
	return bot.Chat{ID: bot.ChatID(fmt.Sprintf("g%04d", g)), Group: true, Name: fmt.Sprintf("六点二十%d群", g)}
}

func (c crowd) member(g, p int) bot.Member {
	return bot.Member{Person: bot.PersonID(fmt.Sprintf("p%04d%04d", g, p)), Nick: fmt.Sprintf("群友%d号", g*c.each+p)}
}

// list tells the bot who is there.
func (c crowd) list(ctx context.Context, in bot.Inbox, at time.Time) error {
	for g := range c.groups {
		e := bot.Event{ID: fmt.Sprint("list/", g), Kind: bot.Listed, At: at, Chat: c.chat(g)}
		for p := range c.each {
			e.Roster = append(e.Roster, c.member(g, p))
		}
		if err := in.Put(ctx, e); err != nil {
			return err
		}
	}
	return in.Mark(ctx, []byte("listed"))
}

// says is the nth event: the groups take turns, and everybody writes once before anybody writes twice.
func (c crowd) says(n int, at time.Time, text string) bot.Event {
	g := n % c.groups
	return bot.Event{
		ID: fmt.Sprint("m/", n), Kind: bot.Message, At: at, Chat: c.chat(g), From: c.member(g, n/c.groups%c.each), Text: text,
	}
}

const (
	withCheckIns = "engine, check-ins: nineteen rows"
	withNotes    = "engine, notes: a row and an answer"
)

// engine compares the engine with a program that only writes.
func engine(ctx context.Context, b *bench) error {
	s := b.table.section(fmt.Sprintf("The engine alone: %d events to durable rows, without an account", b.messages))
	for round := range b.rounds {
		dir := filepath.Join(b.dir, fmt.Sprint("engine", round))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		batch, err := b.storm(ctx, s, dir)
		if err != nil {
			return err
		}
		if err := b.bare(s, dir, batch); err != nil {
			return err
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	const rate = "events a second"
	s.bar("rate of the engine, a row and an answer an event, against bare bbolt", s.median(withNotes, rate)/s.median("bare bbolt, three rows of 200 bytes an event", rate), false, 0.5)
	s.bar("commits of 1,000 check-ins that wait", s.median("1,000 check-ins at once", "commits"), true, 4)
	s.bar("p99 of a lone check-in to its commit, against the median fsync", s.median("lone check-in", "ms p99")/s.median("fsync", "ms p50"), true, 3)
	return nil
}

func (b *bench) storm(ctx context.Context, s *section, dir string) (batch int, err error) {
	c, err := newCore(ctx, filepath.Join(dir, "engine.db"), bolt.Options{}, deaf{make(chan bot.Inbox, 1)}, nil, noteTaker())
	if err != nil {
		return 0, err
	}
	defer c.stop()
	who, now := crowd{50, (b.messages + 2_000 + 49) / 50}, time.Now()
	if err := who.list(ctx, c.in, now); err != nil {
		return 0, err
	}
	put := func(n int, text string) error {
		for range n {
			if err := c.in.Put(ctx, who.says(c.said, now, text)); err != nil {
				return err
			}
			c.said++
		}
		return c.in.Mark(ctx, []byte(fmt.Sprint(c.said)))
	}
	commits := c.db.commits.Load()
	if err := put(1000, "打卡"); err != nil {
		return 0, err
	}
	s.add("1,000 check-ins at once", "commits", float64(c.db.commits.Load()-commits))
	for _, kind := range []struct{ name, text string }{{withCheckIns, "打卡"}, {withNotes, "记"}} {
		began, before, commits := time.Now(), spent(), c.db.commits.Load()
		if err := put(b.messages, kind.text); err != nil {
			return 0, err
		}
		s.add(kind.name, "µs CPU an event", float64((spent()-before).Microseconds())/float64(b.messages))
		s.add(kind.name, "events a second", float64(b.messages)/time.Since(began).Seconds())
		batch = b.messages / int(max(1, c.db.commits.Load()-commits))
		s.add(kind.name, "events a commit", float64(batch))
	}

	if err := lone(ctx, s, c, who, now); err != nil {
		return 0, err
	}
	return batch, fsyncs(s, dir)
}

// lone is the time of one check-in, put while nothing else happens, until it is on disk.
func lone(ctx context.Context, s *section, c *core, who crowd, now time.Time) error {
	var took []float64
	for range 500 {
		for len(c.db.changed) > 0 {
			<-c.db.changed
		}
		began := time.Since(epoch)
		if err := c.in.Put(ctx, who.says(c.said, now, "打卡")); err != nil {
			return err
		}
		c.said++
		<-c.db.changed
		took = append(took, float64(time.Duration(c.db.last.Load())-began)/1e6)
		time.Sleep(2 * time.Millisecond) // what follows an event, such as the outbox that looks at its row
	}
	s.add("lone check-in", "ms p50", quantile(took, 0.5))
	s.add("lone check-in", "ms p99", quantile(took, 0.99))
	return nil
}

// fsyncs is what the disk takes for the least that can be kept.
func fsyncs(s *section, dir string) error {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return err
	}
	defer f.Close()
	var took []float64
	page := make([]byte, 4096)
	for i := range 500 {
		if _, err := f.WriteAt(page, int64(i%64)*4096); err != nil {
			return err
		}
		began := time.Now()
		if err := f.Sync(); err != nil {
			return err
		}
		took = append(took, float64(time.Since(began))/1e6)
	}
	s.add("fsync", "ms p50", quantile(took, 0.5))
	s.add("fsync", "ms p99", quantile(took, 0.99))
	return nil
}

// bare is the least a program with the same promise can do: three rows of 200 bytes an event, in batches of the same size.
func (b *bench) bare(s *section, dir string, batch int) error {
	db, err := bbolt.Open(filepath.Join(dir, "bare.db"), 0o600, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	value, err := json.Marshal(map[string]string{"text": string(make([]byte, 32))})
	if err != nil {
		return err
	}
	value = append(value, make([]byte, 200-min(200, len(value)))...)
	began, before := time.Now(), spent()
	for n := 0; n < b.messages; n += batch {
		err := db.Update(func(tx *bbolt.Tx) error {
			for i := n; i < min(n+batch, b.messages); i++ {
				for _, name := range []string{"seen", "days", "outbox"} {
					bucket, err := tx.CreateBucketIfNotExists([]byte(name))
					if err != nil {
						return err
					}
					if err := bucket.Put(fmt.Appendf(nil, "%s/g%04d/p%08d", name, i%50, i), value); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	s.add("bare bbolt, three rows of 200 bytes an event", "µs CPU an event", float64((spent()-before).Microseconds())/float64(b.messages))
	s.add("bare bbolt, three rows of 200 bytes an event", "events a second", float64(b.messages)/time.Since(began).Seconds())
	return nil
}
