package bot

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"sixtwenty/store/bolt"
)

// BenchmarkLateness measures how late the first send is after its due time, on the real clock and a real file:
//
//	go test -run '^$' -bench Lateness -benchtime 1000x -timeout 30m ./bot
//
// One operation is one moment that comes. In the same run three ways meet it, a third of the gap apart so that none disturbs the
// others: an effect that waits for the minute as the voice does (one commit before the send), a timer whose run makes the
// effect as /定时 does (two commits), and plain robfig/cron, which keeps nothing and would have forgotten it all after a crash.
// busy lets as many other processes spin as there are cores.
//
// Measured in milliseconds, 300 moments each, on two virtual cores; a commit is two fsyncs of that disk:
//
//	              p50   p99   max
//	idle  waits   1.5   8.0    25
//	      rings   1.9    11    20
//	      cron    1.2   3.8   4.1
//	busy  waits   1.6    38    68
//	      rings   2.1   138   196
//	      cron    1.3   117   123
func BenchmarkLateness(b *testing.B) {
	b.Run("idle", func(b *testing.B) { benchmarkLateness(b, 0) })
	b.Run("busy", func(b *testing.B) { benchmarkLateness(b, runtime.NumCPU()) })
}

const momentGap = 150 * time.Millisecond

// A latecomer is an account that notes how late it is asked to send. What is sent says when it was due.
type latecomer struct {
	mu    sync.Mutex
	late  map[ChatID][]time.Duration
	ready chan Inbox
	done  chan struct{} // closed when all have come
	left  int
}

var _ Account = (*latecomer)(nil)

func (l *latecomer) note(who ChatID, due time.Time) {
	late := time.Since(due)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.late[who] = append(l.late[who], late)
	if who == plainCron {
		return
	}
	if l.left--; l.left == 0 {
		close(l.done)
	}
}

func (l *latecomer) Do(_ context.Context, e Effect) (Receipt, error) {
	n, err := strconv.ParseInt(e.Text, 10, 64)
	l.note(e.Chat, time.Unix(0, n))
	return Receipt{}, err
}

func (l *latecomer) Run(ctx context.Context, in Inbox) error {
	l.ready <- in
	<-ctx.Done()
	return ctx.Err()
}

func (l *latecomer) Powers() Powers { return Powers{} }

func (l *latecomer) Fetch(context.Context, Media) (io.ReadCloser, error) { return nil, ErrOffline }

// A grid is the moments.
type grid struct {
	first time.Time
	n     int
}

func (g grid) at(i int) time.Time { return g.first.Add(time.Duration(i) * momentGap) }

// A planner is a grid for cron, which asks for the next moment from now on and so passes over what it is too late for. It
// remembers what it answered: each answer is one run.
type planner struct {
	grid
	mu   sync.Mutex
	dues []time.Time
}

var _ cron.Schedule = (*planner)(nil)

func (p *planner) Next(t time.Time) time.Time {
	i := 0
	if !t.Before(p.first) {
		i = int(t.Sub(p.first)/momentGap) + 1
	}
	if i >= p.n {
		return time.Time{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dues = append(p.dues, p.at(i))
	return p.at(i)
}

func (p *planner) pop() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	due := p.dues[0]
	p.dues = p.dues[1:]
	return due
}

const waits, rings, plainCron = ChatID("waits"), ChatID("rings"), ChatID("cron")

// bells sends at every moment of a grid, by an effect that waits or by a timer.
func bells(waiting, ringing grid) Feature {
	send := func(c *Call, chat ChatID, due, notBefore time.Time) {
		c.Send(Effect{Kind: Say, Chat: chat, Text: strconv.FormatInt(due.UnixNano(), 10), Class: Broadcast, NotBefore: notBefore})
	}
	f := declare("bells", plain("开始", func(_ context.Context, c *Call) error {
		for i := range waiting.n {
			send(c, waits, waiting.at(i), waiting.at(i))
		}
		return c.SetTimer(ringing.at(0), "ring", "", 0)
	}))
	f.Timers = map[string]Run{"ring": func(_ context.Context, c *Call) error {
		var i int
		if err := c.Decode(&i); err != nil {
			return err
		}
		send(c, rings, ringing.at(i), time.Time{})
		if i++; i == ringing.n {
			return nil
		}
		return c.SetTimer(ringing.at(i), "ring", "", i)
	}}
	return f
}

func benchmarkLateness(b *testing.B, hogs int) {
	first := time.Now().Add(2 * time.Second)
	waiting, ringing := grid{first, b.N}, grid{first.Add(momentGap / 3), b.N}
	plainly := &planner{grid: grid{first.Add(2 * momentGap / 3), b.N}}
	l := &latecomer{late: map[ChatID][]time.Duration{}, ready: make(chan Inbox, 1), done: make(chan struct{}), left: 2 * b.N}
	db, err := bolt.Open(filepath.Join(b.TempDir(), "state.db"), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	bot, err := New(Options{Account: l, DB: db, Features: []Feature{bells(waiting, ringing)}})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- bot.Run(ctx) }()
	e := Event{ID: "m/1", Kind: Message, At: time.Now(), Chat: Chat{ID: "home"}, From: member("小明"), Text: "/开始"}
	if err := (<-l.ready).Put(ctx, e); err != nil {
		b.Fatal(err)
	}
	c := cron.New()
	c.Schedule(plainly, cron.FuncJob(func() { l.note(plainCron, plainly.pop()) }))
	c.Start()
	spin(b, hogs)
	b.ResetTimer()
	select {
	case <-l.done:
	case err := <-ended:
		b.Fatal(err)
	}
	b.StopTimer()
	<-c.Stop().Done()
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N-len(l.late[plainCron])), "cron-skipped")
	for chat, list := range l.late {
		if len(list) == 0 {
			continue
		}
		slices.Sort(list)
		for name, i := range map[string]int{"p50": len(list) / 2, "p99": len(list) * 99 / 100, "max": len(list) - 1} {
			b.ReportMetric(float64(list[i].Microseconds())/1000, fmt.Sprintf("%s-%s-ms", chat, name))
		}
	}
	b.ReportMetric(0, "ns/op") // that is the gap
}

// spin lets other processes use the cores until the benchmark is over.
func spin(b *testing.B, n int) {
	for range n {
		cmd := exec.Command("sh", "-c", "while :; do :; done")
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	}
}
