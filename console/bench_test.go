package console_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/console"
	"sixtwenty/handlers"
	"sixtwenty/handlers/checkin"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// The benchmarks look at a community of 500 groups of 500 people; in ten of the groups everybody checked in every day. BENCH_DAYS=200 makes
// that a million check-ins, and takes some minutes before the first page.
const (
	manyGroups  = 500
	manyPeople  = 500
	busyGroups  = 10
	defaultDays = 4
)

// A still clock stands until it is set; whoever waits sleeps until they are woken.
type still struct {
	mu    sync.Mutex
	now   time.Time
	wakes map[string]chan struct{}
}

var _ bot.Clock = (*still)(nil)

func (c *still) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *still) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *still) Wait(ctx context.Context, who string, due time.Time) error {
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

func (c *still) Wake(who string) {
	select {
	case c.wake(who) <- struct{}{}:
	default:
	}
}

func (c *still) Leave(string) {}

func (c *still) wake(who string) chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wakes[who] == nil {
		c.wakes[who] = make(chan struct{}, 1)
	}
	return c.wakes[who]
}

// A mute account is online and sends nothing.
type mute struct{ in chan bot.Inbox }

func (a mute) Run(ctx context.Context, in bot.Inbox) error {
	a.in <- in
	<-ctx.Done()
	return ctx.Err()
}
func (mute) Powers() bot.Powers { return bot.Powers{} }
func (mute) Do(context.Context, bot.Effect) (bot.Receipt, error) {
	return bot.Receipt{}, bot.ErrOffline
}

func (mute) Fetch(context.Context, bot.Media) (io.ReadCloser, error) { return nil, bot.ErrOffline }

func manyGroup(g int) bot.Chat {
	return bot.Chat{ID: bot.ChatID(fmt.Sprintf("g%03d", g)), Group: true, Name: fmt.Sprintf("六点二十 %d 群", g)}
}

func manyMember(g, i int) bot.Member {
	family, given := []rune("王李张刘陈杨黄赵吴周"), []rune("明芳伟娜敏静丽强磊军洋勇艳杰娟涛")
	n := g*manyPeople + i
	return bot.Member{
		Person: bot.PersonID(fmt.Sprintf("p%06d", n)),
		Nick:   string(family[n%len(family)]) + string(given[n/7%len(given)]) + string(given[n/113%len(given)]) + strconv.Itoa(n%1000),
	}
}

// community makes the console of a large community.
func community(b *testing.B) (h http.Handler, db store.DB) {
	b.Helper()
	days := defaultDays
	if n, err := strconv.Atoi(os.Getenv("BENCH_DAYS")); err == nil {
		days = n
	}
	db = storetest.Open(b)
	clock := &still{now: time.Date(2026, 5, 4, 22, 20, 0, 0, time.UTC), wakes: map[string]chan struct{}{}}
	settings := checkin.Defaults()
	settings.Answers, settings.Pictures = "card", false
	account := mute{make(chan bot.Inbox, 1)}
	bb, err := bot.New(bot.Options{
		Account: account, DB: db, Clock: clock, Features: handlers.All("314159"), Groups: []string{"六点二十*"},
		Settings: map[string]any{"checkin": settings},
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- bb.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-ended })
	in := <-account.in
	put := func(e bot.Event) {
		if err := in.Put(ctx, e); err != nil {
			b.Fatal(err)
		}
	}
	for g := range manyGroups {
		e := bot.Event{ID: fmt.Sprint("list/", g), Kind: bot.Listed, At: clock.Now(), Chat: manyGroup(g)}
		for i := range manyPeople {
			e.Roster = append(e.Roster, manyMember(g, i))
		}
		put(e)
	}
	for day := range days {
		for g := range busyGroups {
			for i := range manyPeople {
				put(bot.Event{
					ID: fmt.Sprintf("m/%d/%d/%d", day, g, i), Kind: bot.Message, At: clock.Now(), Chat: manyGroup(g), From: manyMember(g, i), Text: "打卡",
				})
			}
		}
		if err := in.Mark(ctx, []byte("here")); err != nil {
			b.Fatal(err)
		}
		if day+1 < days {
			clock.forward(24 * time.Hour)
		}
	}
	if err := in.Mark(ctx, []byte("here")); err != nil {
		b.Fatal(err)
	}
	h, err = console.New(console.Options{Bot: bb, DB: db})
	if err != nil {
		b.Fatal(err)
	}
	return h, db
}

// BenchmarkPages draws every page whole. A first view is a page, the style and the script: their size is said too.
func BenchmarkPages(b *testing.B) {
	h, _ := community(b)
	ask := func(b *testing.B, path string) int {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", "gzip, br") // as every browser says
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		return w.Body.Len()
	}
	for ask(b, "/console/people?q=zzzz"); ; { // the names are sorted beside the first searches
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/console/people?q="+"zzzz", nil))
		if !strings.Contains(w.Body.String(), "正在整理") {
			break
		}
	}
	style := ask(b, "/console/console.css") + ask(b, "/console/console.js")
	person := string(manyMember(3, 250).Person)
	for name, path := range map[string]string{
		"today": "/console?g=g003", "groups": "/console/groups?g=g003", "people": "/console/people", "referrals": "/console/referrals?g=g003",
		"schedule": "/console/schedule", "account": "/console/account", "log": "/console/log", "person": "/console/people/" + person + "?g=g003",
		"search-one": "/console/people?q=wangmingfang", "search-many": "/console/people?q=%E7%8E%8B", "board": "/console/view/checkin/board?g=g003",
		"export": "/console/export/checkin/board/a.csv?g=g003",
	} {
		b.Run(name, func(b *testing.B) {
			size := 0
			for b.Loop() {
				size = ask(b, path)
			}
			b.ReportMetric(float64(size), "bytes")
			b.ReportMetric(float64(size+style), "bytes-first-view")
		})
	}
}
