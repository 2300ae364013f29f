package bot

import (
	"errors"
	"math/rand/v2"
	"time"
)

// Pace keeps the account safe: services end accounts that send like a machine. Zero is no limit.
type Pace struct {
	Gap     time.Duration `yaml:"gap"`      // between any two sends
	Jitter  time.Duration `yaml:"jitter"`   // up to so much is added to Gap
	ChatGap time.Duration `yaml:"chat_gap"` // between two sends to one chat
}

const (
	awayFirst, awayMost   = time.Second, 30 * time.Second
	oftenFirst, oftenMost = 30 * time.Second, 10 * time.Minute
)

// A pacer says when the next send may be, from what the last ones came to. Being offline and being told "too often" are
// remembered apart: signing in again ends the first and proves nothing about the second.
type pacer struct {
	pace  Pace
	last  time.Time     // when an attempt was made
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

// learn takes in what an attempt came to.
func (p *pacer) learn(now time.Time, err error) {
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
	case errors.Is(err, ErrOffline):
		p.away = min(awayMost, max(awayFirst, 2*p.away))
	case errors.Is(err, ErrTooOften):
		p.often = min(oftenMost, max(oftenFirst, 2*p.often))
	}
}

// back says that the account is signed in again.
func (p *pacer) back() { p.away = 0 }
