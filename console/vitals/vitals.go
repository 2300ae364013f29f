// Package vitals is what machines read that watch over the bot: whether it lives (/healthz), whether it can do its work
// (/readyz), and its numbers in Prometheus' words (/metrics).
//
// No number is a person's or a group's: labels are the states of effects and the windows of the budget, a handful each.
package vitals

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Vitals counts what the bot tells. Make it before the bot, and give it the bot with Watch.
type Vitals struct {
	set       set
	events    *counter
	commits   *counter
	took      *histogram
	late      *histogram
	effects   map[bot.State]*counter
	drops     *counter
	lostDrops *counter

	mu   sync.Mutex
	away time.Duration
}

var _ bot.Meter = (*Vitals)(nil)

// New makes the counters, all at nothing.
func New() *Vitals {
	v := &Vitals{effects: map[bot.State]*counter{}}
	count := func(name string) *counter { return add(&v.set, name, "counter", &counter{}) }
	v.events, v.commits = count("sixtwenty_events_total"), count("sixtwenty_commits_total")
	v.took = add(&v.set, "sixtwenty_commit_seconds", "histogram", newHistogram(.001, .005, .02, .1, .5, 2, 10))
	v.late = add(&v.set, "sixtwenty_timer_lateness_seconds", "histogram", newHistogram(.1, .5, 1, 5, 30, 120, 600, 3600))
	v.drops, v.lostDrops = count(`sixtwenty_drops_total{lost="no"}`), count(`sixtwenty_drops_total{lost="yes"}`)
	add(&v.set, "sixtwenty_away_seconds_total", "counter", gauge(v.gone))
	for _, s := range []bot.State{bot.Sent, bot.Failed, bot.Lost, bot.Expired, bot.Silenced} {
		v.effects[s] = count(fmt.Sprintf("sixtwenty_effects_total{state=%q}", s))
	}
	addProcess(&v.set)
	return v
}

func (v *Vitals) gone() float64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.away.Seconds()
}

// Committed counts a commit and its events.
func (v *Vitals) Committed(events int, took time.Duration) {
	v.commits.n.Add(1)
	v.events.n.Add(uint64(max(0, events)))
	v.took.add(took.Seconds())
}

// Late takes how late a timer began.
func (v *Vitals) Late(by time.Duration) { v.late.add(max(0, by.Seconds())) }

// Done counts an effect by what became of it.
func (v *Vitals) Done(state bot.State) {
	if c, ok := v.effects[state]; ok {
		c.n.Add(1)
	}
}

// Dropped counts an outage.
func (v *Vitals) Dropped(lasted time.Duration, lost bool) {
	if lost {
		v.lostDrops.n.Add(1)
	} else {
		v.drops.n.Add(1)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.away += lasted
}

// A Source tells how things are now. Any goroutine.
type Source interface{ Status() bot.Status }

// Watch adds what is read from the bot whenever somebody asks.
func (v *Vitals) Watch(b Source) {
	gauge := func(name string, read func(s bot.Status) float64) {
		add(&v.set, name, "gauge", gauge(func() float64 { return read(b.Status()) }))
	}
	gauge("sixtwenty_effects_waiting", func(s bot.Status) float64 { return float64(s.Waiting) })
	gauge("sixtwenty_groups", func(s bot.Status) float64 { return float64(s.Groups) })
	gauge(`sixtwenty_sends{window="hour"}`, func(s bot.Status) float64 { return float64(s.Budget.Hour) })
	gauge(`sixtwenty_sends{window="day"}`, func(s bot.Status) float64 { return float64(s.Budget.Day) })
	gauge(`sixtwenty_sends_left{window="hour"}`, func(s bot.Status) float64 { return left(s.Budget.Hour, s.Budget.PerHour) })
	gauge(`sixtwenty_sends_left{window="day"}`, func(s bot.Status) float64 { return left(s.Budget.Day, s.Budget.PerDay) })
	gauge("sixtwenty_online", func(s bot.Status) float64 { return one(reached(s)) })
	gauge("sixtwenty_store_fault", func(s bot.Status) float64 { return one(s.Fault != nil) })
	gauge("sixtwenty_last_event_seconds", func(s bot.Status) float64 { return age(s) })
}

// left is what a window has left; without a limit it is -1.
func left(used, limit int) float64 {
	if limit == 0 {
		return -1
	}
	return float64(max(0, limit-used))
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func reached(s bot.Status) bool {
	return s.Account.Reached || s.Account.Name == "" && s.Session != ""
}

// age is how long nothing came in; -1 before the first.
func age(s bot.Status) float64 {
	if s.LastIn.IsZero() {
		return -1
	}
	return s.Now.Sub(s.LastIn).Seconds()
}

// Handler serves the numbers.
func (v *Vitals) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_ = v.set.write(w) // whoever asked is gone
	})
}

// healthWait is how long the store may take to answer before the bot is held for dead.
const healthWait = 5 * time.Second

// Health says 200 while the process answers and its state can be read.
func Health(db store.DB) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), healthWait)
		defer cancel()
		if err := db.View(ctx, func(store.Reader) error { return nil }); err != nil {
			http.Error(w, "the state cannot be read", http.StatusServiceUnavailable)
			return
		}
		ok(w)
	})
}

// Ready says 200 while the account is online and what comes in can be kept; else 503 and which of them is not so.
func Ready(b Source) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		switch s := b.Status(); {
		case s.Fault != nil:
			http.Error(w, "nothing can be kept", http.StatusServiceUnavailable)
		case !reached(s):
			http.Error(w, "the account is not online", http.StatusServiceUnavailable)
		default:
			ok(w)
		}
	})
}

func ok(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, "ok\n")
}
