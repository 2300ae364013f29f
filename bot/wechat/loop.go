package wechat

import (
	"context"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
)

// A loop reads the stream of one session.
type loop struct {
	*Account
	in       bot.Inbox
	s        *session
	retry    backoff
	idle     int       // rounds in a row that came at once and brought nothing
	stumbles int       // attempts in a row at a batch whose lists could not be read
	tended   time.Time // when lists were last read without a reason in the stream
	hinted   bool      // contacts changed, and the service did not say which
}

// run goes round until the session ends, ctx is done or the store fails for good.
func (l *loop) run(ctx context.Context) error {
	for {
		err := l.round(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			l.recovered()
		case ended(err) || broken(err):
			return err
		default:
			l.failed(err)
			if err := l.retry.wait(ctx); err != nil {
				return err
			}
		}
	}
}

// round waits for something new, takes it all in, and returns when it is kept. The next synccheck leaves only then: it is what
// tells the service that the batch is done with.
func (l *loop) round(ctx context.Context) error {
	if err := l.dir.letGo(ctx); err != nil {
		return err
	}
	if err := l.upkeep(ctx); err != nil {
		return err
	}
	began := time.Now()
	more, err := l.s.check(ctx)
	if err != nil {
		return err
	}
	l.answered(false)
	if !more {
		return l.rest(ctx, began)
	}
	for {
		v, err := l.s.sync(ctx)
		if err != nil {
			return err
		}
		l.answered(len(v.AddMsgList) > 0)
		l.hinted = l.hinted || l.s.hint && len(v.ModContactList) == 0 // messages that come along may be of another matter
		was := l.s.key.mark()
		if err := l.take(ctx, v); err != nil {
			return err
		}
		if v.empty() || l.s.key.mark() == was { // told nothing, or the same for ever
			return l.rest(ctx, began)
		}
		l.idle = 0
		if v.ContinueFlag == 0 {
			return nil
		}
	}
}

const (
	idleRound = 5 * time.Second // a round that waited as long as this cannot spin
	maxIdle   = 10 * time.Second
)

// rest slows down a server that says at once, again and again, that there is something, or nothing.
func (l *loop) rest(ctx context.Context, began time.Time) error {
	if time.Since(began) >= idleRound {
		l.idle = 0
		return nil
	}
	if l.idle++; l.idle == 1 {
		return nil
	}
	return sleep(ctx, min(maxIdle, time.Second<<min(l.idle-2, 10)))
}

// take brings one answer in: its events are put and the place after it is marked, or the session stays where it was.
func (l *loop) take(ctx context.Context, v *synced) error {
	l.s.renew(v.SKey)
	if err := l.batch(ctx, v); err != nil {
		return err
	}
	was := l.s.key
	l.s.key = v.next()
	if v.empty() && l.s.key.mark() == was.mark() {
		return nil
	}
	place, err := l.s.place()
	if err == nil {
		err = l.in.Mark(ctx, place)
	}
	if err != nil {
		l.s.key = was
	}
	return err
}

// answered notes that the stream answered, which it may do while something else of a round fails.
func (l *loop) answered(heard bool) {
	l.feel(func(p *pulse, now time.Time) {
		p.answered = now
		if heard {
			p.heard = now
		}
	})
}

func (l *loop) recovered() {
	l.retry.ok()
	l.feel(func(p *pulse, _ time.Time) { p.failing = time.Time{} })
}

func (l *loop) failed(err error) {
	l.log.Warn("reading the stream failed, trying again", zap.Error(err), zap.Int("failures", l.retry.failures+1))
	l.brake.failed(err)
	l.feel(func(p *pulse, now time.Time) {
		if p.why = whyOf(err); p.failing.IsZero() {
			p.failing = now
		}
	})
}

// whyOf puts a failure into words for the owner.
func whyOf(err error) bot.Text {
	e, ok := asCall(err)
	switch {
	case !ok:
		return whyStore
	case e.fault == faultNetwork:
		return whyNetwork
	case e.ret == retTooOften:
		return whyTooOften
	}
	return whyNonsense
}
