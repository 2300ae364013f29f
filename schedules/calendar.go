package schedules

import (
	"time"

	"github.com/robfig/cron/v3"
)

var _ rule = calendar{}

// A calendar fires at readings of the wall clock. Readings are times in UTC, where every reading exists exactly once,
// so cron never meets a gap or a fold.
type calendar struct{ matches cron.Schedule }

func (c calendar) next(after time.Time, zone *time.Location) time.Time {
	// In a fold's second round the coming readings were all shown, and fired, an hour ago: pass over them.
	for r := c.match(reading(after.In(zone))); !r.IsZero(); r = c.match(r) {
		if at := instant(r, zone); at.After(after) {
			return at
		}
	}
	return time.Time{}
}

// match is the next reading that matches. cron looks five years ahead; 29 February can be eight years away.
func (c calendar) match(after time.Time) time.Time {
	if r := c.matches.Next(after); !r.IsZero() {
		return r
	}
	beyond := time.Date(after.Year()+6, time.January, 1, 0, 0, 0, 0, time.UTC)
	return c.matches.Next(beyond.Add(-time.Second))
}

// reading is what t's clock shows.
func reading(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// instant is when a clock in zone first shows r or, where it jumps over r, the moment of the jump. Later readings
// never give an earlier instant.
func instant(r time.Time, zone *time.Location) time.Time {
	at := time.Date(r.Year(), r.Month(), r.Day(), r.Hour(), r.Minute(), r.Second(), r.Nanosecond(), zone)
	start, end := at.ZoneBounds()
	switch shown := reading(at); {
	case shown.After(r):
		return start
	case shown.Before(r):
		return end
	case start.IsZero():
		return at
	}
	_, offset := start.Add(-time.Nanosecond).Zone()
	if first := r.Add(-time.Duration(offset) * time.Second); first.Before(start) {
		return first.In(zone)
	}
	return at
}
