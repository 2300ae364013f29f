// Package schedules says when, and never does. It reads a spec, gives the next time after any time, and works out
// which firings are owed after downtime. It has no clock, no goroutine and no memory: the durable timers that make a
// firing happen belong to whoever asks, so a schedule survives a restart because nothing of it lived in the process.
//
// robfig/cron is asked only for the next match on a plain calendar. The way from calendar to instant is our own,
// because in a zone with daylight saving time cron skips what falls into the gap and does twice what falls into the
// fold: here the first fires at the gap's end, and the second once, the first time round.
package schedules

import "time"

// A Spec is a schedule that was read and understood. Use Parse to make one; the zero Spec never fires. Specs are
// immutable and safe for use by any goroutine.
type Spec struct {
	text string
	rule rule
}

// A rule is one way of saying when. next is strictly after its argument, or zero where nothing follows.
type rule interface {
	next(after time.Time, zone *time.Location) time.Time
}

// String is the spec as it was written, with its spacing and full-width characters made plain, and the date of what counts
// from today put in. Parse reads it back to the same Spec.
func (s Spec) String() string { return s.text }

// Once says whether the schedule fires at one moment alone.
func (s Spec) Once() bool {
	_, ok := s.plain().(once)
	return ok
}

// NeedsDays says whether the schedule depends on the table of working days.
func (s Spec) NeedsDays() bool {
	r, ok := s.plain().(onDays)
	return ok && r.table
}

// plain is the rule without its lead.
func (s Spec) plain() rule {
	if a, ok := s.rule.(ahead); ok {
		return a.rule
	}
	return s.rule
}

// Next is the first firing strictly after the given time, in zone, which must not be nil. It is the zero time where no
// firing follows.
func (s Spec) Next(after time.Time, zone *time.Location) time.Time {
	if s.rule == nil {
		return time.Time{}
	}
	return s.rule.next(after, zone)
}
