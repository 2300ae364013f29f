package schedules

import (
	"fmt"
	"time"
)

var (
	_ rule = onDays{}
	_ rule = once{}
	_ rule = ahead{}
)

// A clock is a time of the day.
type clock struct{ hour, minute int }

// onDays fires at some times of every day that on names. on is asked with readings (see calendar), at midnight.
type onDays struct {
	on    func(day time.Time) bool
	times []clock // in order
	table bool    // on needs the table of working days
}

// maxAhead is how many days are looked at for the next: 29 February can be eight years away.
const maxAhead = 8*366 + 2

func (r onDays) next(after time.Time, zone *time.Location) time.Time {
	y, m, d := after.In(zone).Date()
	for ahead := -1; ahead < maxAhead; ahead++ { // yesterday: in a fold over midnight it comes again
		day := time.Date(y, m, d+ahead, 0, 0, 0, 0, time.UTC)
		if !r.on(day) {
			continue
		}
		for _, t := range r.times {
			reading := day.Add(time.Duration(t.hour)*time.Hour + time.Duration(t.minute)*time.Minute)
			if at := instant(reading, zone); at.After(after) {
				return at
			}
		}
	}
	return time.Time{}
}

// once fires at one reading of the clock, and never again.
type once struct{ reading time.Time }

func (r once) next(after time.Time, zone *time.Location) time.Time {
	if at := instant(r.reading, zone); at.After(after) {
		return at
	}
	return time.Time{}
}

// String is the phrase that means the same whenever it is read.
func (r once) String() string {
	y, m, d := r.reading.Date()
	return fmt.Sprintf("%d年%d月%d日 %d:%02d", y, m, d, r.reading.Hour(), r.reading.Minute())
}

// ahead fires so much sooner than its rule.
type ahead struct {
	rule rule
	lead time.Duration
}

func (a ahead) next(after time.Time, zone *time.Location) time.Time {
	at := a.rule.next(after.Add(a.lead), zone)
	if at.IsZero() {
		return at
	}
	return at.Add(-a.lead)
}
