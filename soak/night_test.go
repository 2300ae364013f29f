package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"sixtwenty/bot"
	"sixtwenty/bot/wechat"
	"sixtwenty/handlers"
	"sixtwenty/handlers/checkin"
	"sixtwenty/pictures"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
	"sixtwenty/wechatbox"
)

// A night is the whole bot in fake time, with the real client, at the pace of the real service.
type night struct {
	t    *testing.T
	box  *wechatbox.Box
	file string
	rng  *rand.Rand
	tr   *traffic
	bot  *bot.Bot
	stop func()
}

// TestALongNight lives seven days of traffic, with a network that fails and a bot that is started anew: nothing is lost or said
// twice, and nothing grows but what people said.
func TestALongNight(t *testing.T) {
	seed := number(t, "SEED", 620)
	synctest.Test(t, func(t *testing.T) {
		n := newNight(t, seed)
		n.start()
		time.Sleep(time.Minute) // what is said before the first sign-in nobody will ever know
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- n.tr.run(ctx) }()
		var sizes []size
		for range 7 {
			n.day()
			sizes = append(sizes, n.measure())
		}
		cancel()
		check(t, <-ended)
		time.Sleep(15 * time.Hour) // quiet hours end, and what waited is said
		n.stop()
		steady(t, sizes)
		v := verdict{seed: seed}
		v.compare(gather(t, n.box, n.file, n.tr), n.tr)
		v.report(t)
		t.Logf("%d events, %d days counted, %d messages, unknown %d, expired %d; %+v", v.events, v.counted, v.replies, v.unknown, v.expired, sizes)
		check(t, n.box.Close())
	})
}

func newNight(t *testing.T, seed uint64) *night {
	t.Helper()
	time.Sleep(time.Until(time.Date(2026, 11, 22, 3, 57, 0, 0, time.FixedZone("CST", 8*3600))))
	box, err := wechatbox.New(wechatbox.Options{
		Seed: seed, AutoScan: true, Behave: wechatbox.Behaviour{PollFor: 40 * time.Second}, // fewer polls, or seven days take long
	})
	check(t, err)
	n := &night{
		t: t, box: box, file: filepath.Join(t.TempDir(), "state.db"), rng: rand.New(rand.NewPCG(seed, 0x719)),
		tr: newTraffic(t, box, seed),
	}
	n.tr.gap = 15 * time.Minute
	return n
}

func (n *night) start() {
	n.t.Helper()
	db, err := bolt.Open(n.file, bolt.Options{NoSync: true})
	check(n.t, err)
	account := store.Prefixed(db, "main/")
	log := zaptest.NewLogger(n.t, zaptest.Level(zap.ErrorLevel))
	service := wechat.New(wechat.Options{Transport: n.box.Transport(), DB: account, Clock: n.box.Clock(), Log: log, Desktop: true})
	n.bot, err = bot.New(bot.Options{
		Account: service, DB: account, Clock: n.box.Clock(), Log: log, Features: handlers.All("314159"), Settings: outspoken(),
		Groups: []string{"*"},
		Pace: bot.Pace{
			Gap: time.Second, Jitter: 400 * time.Millisecond, ChatGap: time.Second, PerHour: 300, PerDay: 2000, WarmUp: 168 * time.Hour,
			Quiet: "23:00-06:00",
		},
	})
	check(n.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	b := n.bot
	go func() { ended <- b.Run(ctx) }()
	n.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			n.t.Errorf("the bot ended with: %v", err)
		}
		check(n.t, db.Close())
	}
}

// outspoken are settings under which every check-in has an answer of its own, and nothing more.
func outspoken() map[string]any {
	f := checkin.Feature(pictures.Lazily(pictures.Options{}))
	s := f.Settings.(checkin.Settings)
	s.Answers, s.Milestones = "each", nil
	return map[string]any{f.Name: s}
}

// day is a day with troubles, of which the last is over for some hours when it ends.
func (n *night) day() {
	n.t.Helper()
	begun := time.Now()
	for time.Since(begun) < 20*time.Hour {
		time.Sleep(n.within(3 * time.Hour))
		n.trouble()
	}
	time.Sleep(24*time.Hour - time.Since(begun))
	synctest.Wait()
	if s := n.bot.Status(); s.Fault != nil {
		n.t.Errorf("after a day: %+v", s)
	}
}

func (n *night) within(most time.Duration) time.Duration {
	return time.Duration(n.rng.Int64N(int64(most)))
}

// trouble lets one thing go wrong, for a while.
func (n *night) trouble() {
	n.t.Helper()
	nonsense := "<html>502</html>"
	troubles := [][]wechatbox.Fault{
		{{Drop: true}},
		{{Path: "webwxsync", Body: &nonsense}},
		{{Status: 502, Chance: 0.5}},
		{{Path: "webwxsendmsg", Drop: true, After: true, Chance: 0.3}, {Path: "webwxsendmsg", Delay: 10 * time.Second}},
	}
	which := n.rng.IntN(len(troubles) + 1)
	if which == len(troubles) {
		n.stop()
		time.Sleep(n.within(time.Hour))
		n.start()
		return
	}
	for _, f := range troubles[which] {
		_, err := n.box.Break(f)
		check(n.t, err)
	}
	time.Sleep(n.within(40 * time.Minute))
	n.box.Mend(0)
}

// A size is what could leak.
type size struct {
	goroutines, files int
	heap              uint64 // bytes
}

func (n *night) measure() size {
	n.t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		n.t.Logf("open files cannot be counted here: %v", err)
	}
	runtime.GC()
	runtime.GC() // what the first freed of pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return size{runtime.NumGoroutine(), len(files), m.HeapAlloc}
}

// String shows it for people.
func (s size) String() string {
	return fmt.Sprintf("%d goroutines, %d files, %.1f MB", s.goroutines, s.files, float64(s.heap)/(1<<20))
}

// steady compares the first day with the last. The box keeps what people said, which is a few megabytes a week.
func steady(t *testing.T, sizes []size) {
	t.Helper()
	const mayGrow = 8 << 20
	first, last := sizes[0], sizes[len(sizes)-1]
	if last.goroutines > first.goroutines+2 || last.files > first.files+1 || last.heap > first.heap+mayGrow {
		t.Errorf("after the first day %v, after the last %v", first, last)
	}
}
