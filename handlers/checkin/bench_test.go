package checkin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/pictures"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// The benchmarks run at one million past check-ins: ten groups of five hundred people, two hundred days.
const (
	benchGroups = 10
	benchPeople = 500
	benchDays   = 200
)

// A still clock stands until it is set; whoever waits for a time sleeps until they are woken.
type stillClock struct {
	mu    sync.Mutex
	now   time.Time
	wakes map[string]chan struct{}
}

var _ bot.Clock = (*stillClock)(nil)

func (c *stillClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stillClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

func (c *stillClock) Wait(ctx context.Context, who string, due time.Time) error {
	if !due.IsZero() && !due.After(c.Now()) {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-c.wake(who):
		return nil
	}
}

func (c *stillClock) Wake(who string) {
	select {
	case c.wake(who) <- struct{}{}:
	default:
	}
}

func (c *stillClock) Leave(string) {}

func (c *stillClock) wake(who string) chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wakes[who] == nil {
		c.wakes[who] = make(chan struct{}, 1)
	}
	return c.wakes[who]
}

// A deaf account does nothing: replies stay rows, and only the engine is measured.
type deaf struct{ in chan bot.Inbox }

func (a deaf) Run(ctx context.Context, in bot.Inbox) error {
	a.in <- in
	<-ctx.Done()
	return ctx.Err()
}
func (a deaf) Powers() bot.Powers { return bot.Powers{} }
func (a deaf) Do(context.Context, bot.Effect) (bot.Receipt, error) {
	return bot.Receipt{}, bot.ErrOffline
}

func (a deaf) Fetch(context.Context, bot.Media) (io.ReadCloser, error) { return nil, bot.ErrOffline }

func benchGroup(g int) bot.Chat {
	return bot.Chat{ID: bot.ChatID(fmt.Sprintf("g%02d", g)), Group: true, Name: "六点二十读书会"}
}

func benchPerson(g, p int) bot.PersonID { return bot.PersonID(fmt.Sprintf("p%02d%04d", g, p)) }

// A past is a bot with a million check-ins behind it.
type past struct {
	bot   *bot.Bot
	db    store.DB
	in    bot.Inbox
	clock *stillClock
	next  int // check-in
	ids   int
}

var benchNow = time.Date(2026, 11, 20, 22, 20, 0, 0, time.UTC)

func withPast(b *testing.B) *past {
	b.Helper()
	db := storetest.Open(b)
	today := bot.DayOf(benchNow, time.FixedZone("", 8*3600), 4)
	for g := range benchGroups {
		if err := db.Update(b.Context(), func(tx store.Tx) error { return seed(tx, g, today) }); err != nil {
			b.Fatal(err)
		}
	}
	settings := Defaults()
	settings.Answers, settings.Pictures = answerEach, false
	p := &past{db: db, clock: &stillClock{now: benchNow, wakes: map[string]chan struct{}{}}}
	account := deaf{make(chan bot.Inbox, 1)}
	var err error
	p.bot, err = bot.New(bot.Options{
		Account: account, DB: db, Clock: p.clock, Features: []bot.Feature{Feature(pictures.Lazily(pictures.Options{}))}, Groups: []string{"六点二十*"},
		Settings: map[string]any{"checkin": settings},
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.bot.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-ended })
	p.in = <-account.in
	for g := range benchGroups {
		e := bot.Event{ID: fmt.Sprint("list/", g), Kind: bot.Listed, At: benchNow, Chat: benchGroup(g)}
		for i := range benchPeople {
			e.Roster = append(e.Roster, bot.Member{Person: benchPerson(g, i), Nick: fmt.Sprint("小明", i)})
		}
		p.put(b, e)
	}
	p.mark(b)
	return p
}

func (p *past) put(b *testing.B, e bot.Event) {
	if err := p.in.Put(b.Context(), e); err != nil {
		b.Fatal(err)
	}
}

func (p *past) mark(b *testing.B) {
	if err := p.in.Mark(b.Context(), []byte("here")); err != nil {
		b.Fatal(err)
	}
}

// seed writes what a group of people who were always there would have kept.
func seed(tx store.Tx, g int, today bot.Day) error {
	id, first := bookOf(benchGroup(g).ID, ""), today-benchDays
	rule := Defaults().freezes(first)
	put := func(table string, v any, key ...any) error {
		raw, err := json.Marshal(v)
		if err != nil {
			return err
		}
		return tx.Put(table, store.Key(key...), raw)
	}
	h := habit{}
	for d := first; d < today; d++ {
		h.did(d, rule)
	}
	for i := range benchPeople {
		who := benchPerson(g, i)
		for d := first; d < today; d++ {
			m := mark{At: d.Date().Add(22*time.Hour + time.Duration(i)*time.Second), Rank: i + 1, Points: 1}
			if err := put(string(marks), m, id, who, int(d)); err != nil {
				return err
			}
		}
		if err := keepHabit(tx, id, who, habit{}, h); err != nil {
			return err
		}
		for d := today - 31; d < today; d++ {
			if err := count(tx, id, who, d, tally{Days: 1}); err != nil {
				return err
			}
		}
	}
	for d := first; d < today; d++ {
		for i := range benchPeople {
			if err := order.Put(tx, benchPerson(g, i), id, int(d), i+1); err != nil {
				return err
			}
		}
		if err := counts.Put(tx, benchPeople, id, int(d)); err != nil {
			return err
		}
	}
	row := bookRow{Chat: benchGroup(g).ID, Opened: first, Closed: today - 1, Rules: []freezeRule{rule}}
	return books.Put(tx, row, id)
}

// checkIn gives the next check-in to the bot; when everybody was there the next day begins.
func (p *past) checkIn(b *testing.B) {
	if p.next == benchGroups*benchPeople {
		p.mark(b)
		p.clock.set(p.clock.Now().Add(24 * time.Hour))
		p.next = 0
	}
	g, i := p.next%benchGroups, p.next/benchGroups
	p.next++
	p.ids++
	p.put(b, bot.Event{
		ID: fmt.Sprint("m/", p.ids), Kind: bot.Message, At: p.clock.Now(), Chat: benchGroup(g),
		From: bot.Member{Person: benchPerson(g, i), Nick: fmt.Sprint("小明", i)}, Text: "打卡",
	})
}

func BenchmarkCheckIn(b *testing.B) {
	p := withPast(b)
	b.ReportAllocs()
	for b.Loop() {
		p.checkIn(b)
	}
	p.mark(b)
}

// everybody lets everybody check in, so that all are on the boards.
func (p *past) everybody(b *testing.B) {
	for range benchGroups * benchPeople {
		p.checkIn(b)
	}
	p.mark(b)
}

func BenchmarkAsk(b *testing.B) {
	p := withPast(b)
	p.everybody(b)
	from := bot.Member{Person: benchPerson(3, 250), Nick: "小明250"}
	for _, text := range []string{"/我的打卡", "/打卡榜", "/打卡榜 周", "/打卡榜 月", "/打卡榜 连续", "/打卡榜 总", "/未打卡", "/打卡统计", "/打卡统计 总", "/补卡 昨天"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				said, err := p.bot.Ask(b.Context(), bot.Event{Chat: benchGroup(3), From: from, Text: text})
				if err != nil || len(said) != 1 {
					b.Fatal(said, err)
				}
			}
		})
	}
}

// BenchmarkViews reads what the console shows of a group, and what the owner is told of all groups in the morning.
func BenchmarkViews(b *testing.B) {
	p := withPast(b)
	p.everybody(b)
	q := bot.Query{Chat: benchGroup(3).ID, Who: benchPerson(3, 250), Now: p.clock.Now(), Zone: time.UTC, Limit: 371}
	read := func(name string, fn func(r store.Reader) error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := p.db.View(b.Context(), fn); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	for _, v := range p.bot.Views() {
		if v.Feature == "checkin" {
			read(v.Name, func(r store.Reader) error { _, err := v.Read(r, q); return err })
		}
	}
	f := Feature(pictures.Lazily(pictures.Options{}))
	read("report", func(r store.Reader) error { _, err := f.Report(r, q); return err })
	read("why", func(r store.Reader) error {
		_, err := f.Why(r, bot.Question{Chat: q.Chat, Who: q.Who, Now: q.Now, Zone: time.UTC, Limit: 20})
		return err
	})
	read("about", func(r store.Reader) error {
		_, err := f.About(r, bot.Person{Head: q.Who, Identities: []bot.PersonID{q.Who}}, bot.ZH)
		return err
	})
}
