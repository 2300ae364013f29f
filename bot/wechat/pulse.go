package wechat

import (
	"cmp"
	"context"
	"time"

	"sixtwenty/bot"
)

// Limits are the times after which an account that is signed in is no longer taken to be well, in real time. Zero is the
// default.
type Limits struct {
	Silence time.Duration // without an answer from the stream until it is suspect; 2 min
	Failing time.Duration // of calls that fail until it is offline; 1 min
	Quiet   time.Duration // without any message until it is suspect; 24 h
	Skew    time.Duration // between this machine's clock and the service's until it is suspect; 3 min
}

func (l Limits) filled() Limits {
	return Limits{
		Silence: cmp.Or(l.Silence, 2*time.Minute), Failing: cmp.Or(l.Failing, time.Minute), Quiet: cmp.Or(l.Quiet, 24*time.Hour),
		Skew: cmp.Or(l.Skew, 3*time.Minute),
	}
}

// A pulse is what was last heard of the service, in real time.
type pulse struct {
	answered time.Time     // the stream answered
	heard    time.Time     // it brought something
	failing  time.Time     // the first failure since it answered well; zero when well
	why      bot.Text      // the last failure
	ahead    time.Duration // by how much this machine's clock is fast
}

// judge says how a signed-in account is.
func (p pulse) judge(now time.Time, l Limits) bot.AccountState {
	silent := now.Sub(p.answered)
	switch {
	case !p.failing.IsZero() && now.Sub(p.failing) >= l.Failing:
		return bot.AccountState{Name: bot.Offline, Reason: p.why}
	case !p.failing.IsZero():
		return bot.AccountState{Name: bot.Suspect, Reason: p.why}
	case silent >= l.Silence+l.Failing:
		return bot.AccountState{Name: bot.Offline, Reason: whySilent}
	case silent >= l.Silence:
		return bot.AccountState{Name: bot.Suspect, Reason: whySilent}
	case p.ahead.Abs() >= l.Skew:
		return bot.AccountState{Name: bot.Suspect, Reason: whyClock(p.ahead), Reached: true}
	case now.Sub(p.heard) >= l.Quiet:
		return bot.AccountState{Name: bot.Suspect, Reason: whyQuiet, Reached: true}
	}
	return bot.AccountState{Name: bot.Online, Reason: whyBack, Reached: true}
}

// feel changes the pulse of the account and looks at it. It does nothing while the account is not signed in.
func (a *Account) feel(change func(p *pulse, now time.Time)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pulse == nil {
		return
	}
	now := time.Now()
	if change != nil {
		change(a.pulse, now)
	}
	a.pulse.ahead = a.skew.ahead()
	if s := a.pulse.judge(now, a.limits); s.Name != bot.Online || a.State().Name != bot.Online {
		a.turnLocked(s)
	}
}

// begin starts the pulse of a session, and end ends it.
func (a *Account) beginPulse() {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	a.pulse = &pulse{answered: now, heard: now}
}

func (a *Account) endPulse() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pulse = nil
}

const lookEvery = 5 * time.Second

// watchdog looks at the pulse while the goroutine that reads the stream may be stuck. It ends with ctx.
func (a *Account) watchdog(ctx context.Context) {
	for sleep(ctx, lookEvery) == nil {
		a.feel(nil)
	}
}
