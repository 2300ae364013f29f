package bot

import "time"

// Status is how the bot is, for /状态, the console and the command line.
type Status struct {
	Account AccountState // zero where the account cannot tell
	Started time.Time
	Now     time.Time
	Waiting int           // effects that wait
	Queue   map[Class]int // the same by class
	Counts  map[State]int // effects done since the start
	Session string        // "" before the first sign-in
	LastIn  time.Time     // when something last came in
	Fault   error         // why nothing can be kept just now; nil when well
	Groups  int
	Zone    *time.Location
	Budget  Budget
	Since   time.Time // of the sign-in; zero before the first
	Quiet   string    // the quiet hours as they are set, such as 23:00-06:00; "" is none
}

// Status tells how the bot is. Any goroutine.
func (b *Bot) Status() Status {
	s := Status{Account: b.accountState(), Now: b.clock.Now(), Zone: b.zone, Quiet: b.opts.Pace.Quiet}
	b.outbox.describe(&s)
	if p := b.started.Load(); p != nil {
		s.Started = *p
	}
	if p := b.session.Load(); p != nil {
		s.Session = *p
	}
	if n := b.lastIn.Load(); n != 0 {
		s.LastIn = time.Unix(0, n)
	}
	if p := b.failing.Load(); p != nil {
		s.Fault = *p
	}
	b.followed.Range(func(_, on any) bool {
		if on.(bool) {
			s.Groups++
		}
		return true
	})
	return s
}

// describe tells what waits, what was done, and what may be.
func (o *outbox) describe(s *Status) {
	s.Queue, s.Counts = map[Class]int{}, map[State]int{}
	o.mu.Lock()
	defer o.mu.Unlock()
	s.Waiting, s.Since, s.Budget = o.size, o.budget.since, o.budgetNow(s.Now)
	for _, l := range o.lanes {
		for _, q := range l.ready {
			s.Queue[q.class]++
		}
		for _, q := range l.later {
			s.Queue[q.class]++
		}
	}
	for k, v := range o.counts {
		s.Counts[k] = v
	}
}
