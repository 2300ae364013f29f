// Package vitals is what machines read that watch over the bot: whether it lives (/healthz), whether it can do its work
// (/readyz), and its numbers in Prometheus' words (/metrics). It is the only importer of the metrics library.
//
// No number is a person's or a group's: labels are the states of effects and the windows of the budget, a handful each.
package vitals

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Vitals counts what the bot tells. Make it before the bot, and give it the bot with Watch.
type Vitals struct {
	set       *metrics.Set
	events    *metrics.Counter
	commits   *metrics.Counter
	took      *metrics.PrometheusHistogram
	late      *metrics.PrometheusHistogram
	effects   map[bot.State]*metrics.Counter
	drops     *metrics.Counter
	lostDrops *metrics.Counter
	away      *metrics.FloatCounter
}

var _ bot.Meter = (*Vitals)(nil)

// New makes the counters, all at nothing.
func New() *Vitals {
	set := metrics.NewSet()
	v := &Vitals{
		set:       set,
		events:    set.NewCounter("sixtwenty_events_total"),
		commits:   set.NewCounter("sixtwenty_commits_total"),
		took:      set.NewPrometheusHistogramExt("sixtwenty_commit_seconds", []float64{.001, .005, .02, .1, .5, 2, 10}),
		late:      set.NewPrometheusHistogramExt("sixtwenty_timer_lateness_seconds", []float64{.1, .5, 1, 5, 30, 120, 600, 3600}),
		drops:     set.NewCounter(`sixtwenty_drops_total{lost="no"}`),
		lostDrops: set.NewCounter(`sixtwenty_drops_total{lost="yes"}`),
		away:      set.NewFloatCounter("sixtwenty_away_seconds_total"),
		effects:   map[bot.State]*metrics.Counter{},
	}
	for _, s := range []bot.State{bot.Sent, bot.Failed, bot.Lost, bot.Expired, bot.Silenced} {
		v.effects[s] = set.NewCounter(fmt.Sprintf("sixtwenty_effects_total{state=%q}", s))
	}
	return v
}

// Committed counts a commit and its events.
func (v *Vitals) Committed(events int, took time.Duration) {
	v.commits.Inc()
	v.events.Add(events)
	v.took.Update(took.Seconds())
}

// Late takes how late a timer began.
func (v *Vitals) Late(by time.Duration) { v.late.Update(max(0, by.Seconds())) }

// Done counts an effect by what became of it.
func (v *Vitals) Done(state bot.State) {
	if c, ok := v.effects[state]; ok {
		c.Inc()
	}
}

// Dropped counts an outage.
func (v *Vitals) Dropped(lasted time.Duration, lost bool) {
	if lost {
		v.lostDrops.Inc()
	} else {
		v.drops.Inc()
	}
	v.away.Add(lasted.Seconds())
}

// A Source tells how things are now. Any goroutine.
type Source interface{ Status() bot.Status }

// Watch adds what is read from the bot whenever somebody asks.
func (v *Vitals) Watch(b Source) {
	gauge := func(name string, read func(s bot.Status) float64) {
		v.set.NewGauge(name, func() float64 { return read(b.Status()) })
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
		v.set.WritePrometheus(w)
		metrics.WriteProcessMetrics(w)
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
