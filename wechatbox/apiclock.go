package wechatbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// apiClock is the clock as GET /box/clock shows it.
type apiClock struct {
	Now   time.Time `json:"now"`
	Speed float64   `json:"speed"`
	Zone  string    `json:"zone"`
	// Waiters are who lives by the clock; the busy ones hold it up while it is wound.
	Waiters []Waiter `json:"waiters"`
}

// clockAPI are the calls about the time.
func (b *Box) clockAPI() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /box/clock":  question(b, func(*http.Request) (any, error) { return b.viewClock(), nil }),
		"POST /box/clock": control(b, b.apiWind),
		"GET /box/clock/follow": question(b, func(r *http.Request) (any, error) {
			v := r.URL.Query()
			version, err := strconv.ParseUint(v.Get("version"), 10, 64)
			if err != nil {
				return nil, refuse("version is a number")
			}
			epoch, err := strconv.ParseUint(v.Get("epoch"), 10, 64)
			if err != nil {
				return nil, refuse("epoch is a number")
			}
			return b.clock.news(r.Context(), v.Get("id"), version, epoch), nil
		}),
		"POST /box/clock/follow": control(b, func(_ *http.Request, in clockReport) (any, error) { return nil, b.clock.take(in) }),
	}
}

func (b *Box) viewClock() apiClock {
	s := b.clock.State()
	waiters := b.clock.Waiters()
	for i := range waiters {
		if !waiters[i].Due.IsZero() {
			waiters[i].Due = waiters[i].Due.In(b.opts.Zone)
		}
	}
	return apiClock{s.At.In(b.opts.Zone), s.Speed, b.opts.Zone.String(), waiters}
}

// apiWind moves the clock by "add", or to "to", or sets its "speed".
func (b *Box) apiWind(r *http.Request, in struct {
	Add, To string
	Speed   *float64
},
) (any, error) {
	if in.Speed != nil {
		if err := b.clock.SetSpeed(*in.Speed); err != nil {
			return nil, err
		}
	}
	if in.Add == "" && in.To == "" {
		if in.Speed == nil {
			return nil, refuse(`nothing to do: "add" a time such as 24h, go "to" a time such as 06:19:50, or set the "speed"`)
		}
		return b.viewClock(), nil
	}
	to, err := b.target(in.Add, in.To)
	if err != nil {
		return nil, err
	}
	wound, err := b.clock.Wind(r.Context(), to)
	wound.At = wound.At.In(b.opts.Zone)
	return wound, err
}

// target is the time that is meant.
func (b *Box) target(add, to string) (time.Time, error) {
	now := b.clock.Now().In(b.opts.Zone)
	if add != "" && to != "" {
		return now, refuse(`"add" and "to" exclude each other`)
	}
	if add != "" {
		d, err := parseSpan(add)
		return now.Add(d), err
	}
	if at, err := time.Parse(time.RFC3339, to); err == nil {
		return at, nil
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if at, err := time.Parse(layout, to); err == nil {
			return nextTime(now, at), nil
		}
	}
	return now, refuse("%q is neither a time of day such as 06:19:50 nor a moment such as 2026-03-01T06:20:00+08:00", clip(to, 40))
}

// nextTime is when the clock of the zone will next show that time of day.
func nextTime(now, at time.Time) time.Time {
	next := time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), at.Second(), 0, now.Location())
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	return next
}

// parseSpan reads 90s, 24h or 3d.
func parseSpan(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n <= 36_500 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, refuse("%q is no span of time such as 90s, 24h or 3d", clip(s, 40))
	}
	return d, nil
}
