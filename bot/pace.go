package bot

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Pace keeps the account safe: services end accounts that send like a machine. Zero is no limit.
type Pace struct {
	Gap     time.Duration `yaml:"gap"`      // between any two sends
	Jitter  time.Duration `yaml:"jitter"`   // up to so much is added to Gap
	ChatGap time.Duration `yaml:"chat_gap"` // between two sends to one chat
	PerHour int           `yaml:"per_hour"` // sends in an hour
	PerDay  int           `yaml:"per_day"`  // sends in 24 hours
	WarmUp  time.Duration `yaml:"warm_up"`  // after a scan the budgets grow from a fifth to the whole in this time
	Quiet   string        `yaml:"quiet"`    // 23:00-06:00: what nobody asked for waits until it is over; "" is never
	Resend  string        `yaml:"resend"`   // what is sent once more where nobody knows whether it arrived
}

// What Pace.Resend can say; "" is ResendBroadcasts.
const (
	ResendNothing    = "nothing"
	ResendBroadcasts = "broadcasts"
	ResendEverything = "everything"
)

// doubts is how many attempts of unknown outcome an effect is worth before it is left as unknown.
func (p Pace) doubts(c Class) int {
	switch {
	case p.Resend == ResendEverything:
		return 1
	case p.Resend != ResendNothing && c == Broadcast:
		return 1
	}
	return 0
}

const (
	// longestGap leaves an answer, which is stale after ten minutes, its time.
	longestGap    = 5 * time.Minute
	longestWarmUp = 90 * 24 * time.Hour
)

// Check says what is wrong with the pace.
func (p Pace) Check() error {
	for name, d := range map[string]time.Duration{"gap": p.Gap, "jitter": p.Jitter, "chat_gap": p.ChatGap, "warm_up": p.WarmUp} {
		if d < 0 {
			return fmt.Errorf("%s: found a negative time, expected 0s or more", name)
		}
		most := longestGap
		if name == "warm_up" {
			most = longestWarmUp
		}
		if d > most {
			return fmt.Errorf("%s: found %v, expected %v at most", name, d, most)
		}
	}
	if p.PerHour < 0 || p.PerDay < 0 {
		return errors.New("per_hour: a budget is 0 (no limit) or more, and so is per_day")
	}
	if _, err := parseQuiet(p.Quiet); err != nil {
		return err
	}
	if !slices.Contains([]string{"", ResendNothing, ResendBroadcasts, ResendEverything}, p.Resend) {
		return fmt.Errorf("resend: found %q, expected nothing, broadcasts or everything", p.Resend)
	}
	return nil
}

// quietHours are minutes of the day; from == to is never.
type quietHours struct{ from, to int }

func parseQuiet(s string) (quietHours, error) {
	if s == "" {
		return quietHours{}, nil
	}
	a, b, _ := strings.Cut(s, "-")
	from, err1 := time.Parse("15:04", strings.TrimSpace(a))
	to, err2 := time.Parse("15:04", strings.TrimSpace(b))
	if err1 != nil || err2 != nil {
		return quietHours{}, fmt.Errorf("quiet: found %q, expected hours such as 23:00-06:00", s)
	}
	if from.Equal(to) {
		return quietHours{}, fmt.Errorf("quiet: found %q, which begins when it ends; expected hours such as 23:00-06:00, or \"\" for never", s)
	}
	return quietHours{from.Hour()*60 + from.Minute(), to.Hour()*60 + to.Minute()}, nil
}

// end is when the quiet hours that t falls into are over; zero where t is in none.
func (q quietHours) end(t time.Time) time.Time {
	now := t.Hour()*60 + t.Minute()
	in := q.from <= now && now < q.to
	if q.from > q.to {
		in = now >= q.from || now < q.to
	}
	if !in {
		return time.Time{}
	}
	day := t
	if now >= q.to {
		day = t.AddDate(0, 0, 1)
	}
	return time.Date(day.Year(), day.Month(), day.Day(), q.to/60, q.to%60, 0, 0, t.Location())
}

// begin is when quiet hours begin after t; zero where there are none.
func (q quietHours) begin(t time.Time) time.Time {
	if q.from == q.to {
		return time.Time{}
	}
	at := time.Date(t.Year(), t.Month(), t.Day(), q.from/60, q.from%60, 0, 0, t.Location())
	if !at.After(t) {
		at = time.Date(t.Year(), t.Month(), t.Day()+1, q.from/60, q.from%60, 0, 0, t.Location())
	}
	return at
}

// hush puts an effect off that would go in the quiet hours, though they had not begun when it was asked for. It says whether it did.
func (q quietHours) hush(e *Effect, now time.Time) bool {
	if e.Hush.IsZero() || now.Before(e.Hush) {
		return false
	}
	end := q.end(now.In(e.Hush.Location()))
	if end.IsZero() {
		return false
	}
	e.NotBefore, e.Expires, e.Hush = end, later(e.Expires, end.Add(e.Class.lifetime())), time.Time{}
	return true
}

const (
	awayFirst, awayMost   = time.Second, 30 * time.Second
	oftenFirst, oftenMost = 30 * time.Second, 10 * time.Minute
	// oftenLasts is after how long without a send "too often" is forgotten: nobody would say it of an account that is silent.
	oftenLasts = time.Hour
)

// A pacer says when the next send may be, from what the last ones came to. Being offline and being told "too often" are
// remembered apart: signing in again ends the first and proves nothing about the second.
type pacer struct {
	pace  Pace
	last  time.Time     // when an attempt was made
	slow  time.Time     // when an attempt last slowed the pace down
	gap   time.Duration // Gap and its jitter, drawn anew for each send
	away  time.Duration // while the account is offline
	often time.Duration // since the service said "too often": halved by each send that goes well
}

// next is when the next send may be, zero at first.
func (p *pacer) next() time.Time {
	wait := max(p.gap, p.away, p.often)
	if p.last.IsZero() || wait == 0 {
		return time.Time{}
	}
	return p.last.Add(wait)
}

// free says that nothing keeps sends apart, so that several may be under way.
func (p *pacer) free() bool {
	return p.pace.Gap == 0 && p.pace.PerHour == 0 && p.pace.PerDay == 0 && p.away == 0 && p.often == 0
}

// learn takes in what an attempt came to that began at a time. Those that were under way together slow the pace down once.
func (p *pacer) learn(began, now time.Time, err error) {
	p.often = p.slowed(now)
	p.last, p.gap = now, p.pace.Gap
	if p.pace.Gap > 0 && p.pace.Jitter > 0 {
		p.gap += rand.N(p.pace.Jitter)
	}
	switch {
	case err == nil:
		p.away = 0
		if p.often /= 2; p.often < time.Second {
			p.often = 0
		}
	case !p.slow.IsZero() && !began.After(p.slow):
	case errors.Is(err, ErrOffline):
		p.slow = now
		p.away = min(awayMost, max(awayFirst, 2*p.away))
	case errors.Is(err, ErrTooOften):
		p.slow = now
		p.often = min(oftenMost, max(oftenFirst, 2*p.often))
	}
}

// slowed is the pause that "too often" asks for still.
func (p *pacer) slowed(now time.Time) time.Duration {
	if now.Sub(p.last) >= oftenLasts {
		return 0
	}
	return p.often
}

// back says that the account is signed in again.
func (p *pacer) back() { p.away, p.slow = 0, time.Time{} }
