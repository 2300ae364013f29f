package schedules

import "time"

const (
	// Punctual is how late a firing may be and still be on time, whatever the policy: a loop is always a little late.
	Punctual = time.Minute
	// MaxGrace is the longest grace; a longer one is cut to it.
	MaxGrace = 7 * 24 * time.Hour
	// MaxRun is how many firings All makes up at most, the latest ones.
	MaxRun = 100
	// MaxSkipped is how far firings older than the grace are counted.
	MaxSkipped = 10_000
)

// A Policy says which of the firings that were missed, and are still within the grace, are made up.
type Policy int

const (
	Latest Policy = iota // the latest, once
	All                  // each, in order
	Skip                 // none
)

// Missed is what becomes of firings whose time passed while nobody was there. The zero Missed makes up nothing.
type Missed struct {
	Policy Policy
	Grace  time.Duration // how late a firing may still be made up
}

// Owed is what a timer that has come due owes. Every firing from the stored due time until now is either in Run or
// counted in Skipped.
type Owed struct {
	Run     []time.Time // firings to do now, oldest first
	Skipped int         // firings that are not done; at MaxSkipped or more, at least so many
	Next    time.Time   // the timer's new due time; zero where none follows
}

// Due works out what is owed at now by a timer kept for due. Before due nothing is, and the timer stands, so a clock
// that was set back neither repeats nor loses a firing. A zero due is a timer not set yet.
func Due(spec Spec, zone *time.Location, due, now time.Time, missed Missed) Owed {
	switch {
	case due.IsZero():
		return Owed{Next: spec.Next(now, zone)}
	case now.Before(due):
		return Owed{Next: due}
	}
	oldest := now.Add(-missed.window())
	at, skipped := pass(spec, zone, due, oldest)
	run, surplus := collect(spec, zone, at, now, missed.most())
	return Owed{Run: run, Skipped: skipped + surplus, Next: spec.Next(now, zone)}
}

func (m Missed) window() time.Duration {
	if m.Policy == Skip {
		return Punctual
	}
	return min(max(m.Grace, Punctual), MaxGrace)
}

func (m Missed) most() int {
	if m.Policy == All {
		return MaxRun
	}
	return 1
}

// pass goes from the firing at to the first that is not before oldest, and counts those it passed. After MaxSkipped it
// jumps: the minutes of a year off would take longer to count than anybody reads.
func pass(spec Spec, zone *time.Location, at, oldest time.Time) (first time.Time, passed int) {
	for ; !at.IsZero() && at.Before(oldest); at = spec.Next(at, zone) {
		if passed == MaxSkipped {
			return spec.Next(oldest.Add(-time.Nanosecond), zone), passed
		}
		passed++
	}
	return at, passed
}

// collect gives the latest firings from at until now, at most so many, and how many there were besides.
func collect(spec Spec, zone *time.Location, at, now time.Time, most int) (run []time.Time, surplus int) {
	for ; !at.IsZero() && !at.After(now); at = spec.Next(at, zone) {
		if len(run) == most {
			run = append(run[:0], run[1:]...)
			surplus++
		}
		run = append(run, at)
	}
	return run, surplus
}
