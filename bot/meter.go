package bot

import "time"

// A Meter hears what the bot does, for whoever watches over it from outside. Any goroutine calls it; it must not block.
type Meter interface {
	// Committed tells of a commit of so many events, and how long it took.
	Committed(events int, took time.Duration)
	// Late tells how long after it was due a timer began.
	Late(by time.Duration)
	// Done tells what became of an effect.
	Done(state State)
	// Dropped tells of an outage that is over; lost says that what was said meanwhile will never be known.
	Dropped(lasted time.Duration, lost bool)
}

// deaf is the Meter of who watches nothing.
type deaf struct{}

var _ Meter = deaf{}

func (deaf) Committed(int, time.Duration) {}
func (deaf) Late(time.Duration)           {}
func (deaf) Done(State)                   {}
func (deaf) Dropped(time.Duration, bool)  {}
