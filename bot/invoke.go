package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"go.uber.org/zap"

	"sixtwenty/store"
)

// answer tells a person why something was not done, outside the nested transaction that was undone.
func (r *run) answer(e *Event, why error, role Role) ([]string, error) {
	refusal, ok := errors.AsType[*refusal](why)
	if !ok {
		return nil, nil
	}
	c, err := r.newCall(nil, *e, role)
	if err != nil {
		return nil, err
	}
	c.command = &command{}
	c.Say(c.At() + c.T(refusal.text, refusal.args...))
	if err := r.write(c); err != nil {
		return nil, err
	}
	r.keep(c)
	return c.asked, nil
}

// newCall makes what one run of one feature is given. f is nil where the engine itself answers.
func (r *run) newCall(f *feature, e Event, role Role) (*Call, error) {
	c := &Call{}
	return c, r.renew(c, f, &e, role)
}

// renew makes a call that is over one for another feature: an event that nobody takes is given to each that watches, and a
// Call is large.
func (r *run) renew(c *Call, f *feature, e *Event, role Role) (err error) {
	*c = Call{Event: *e, Now: r.now, Tx: r.tx, Role: role, run: r, feature: f}
	if c.group, err = r.groupSettings(e.Chat.ID); err == nil && f != nil {
		c.settings, err = r.effective(f, e.Chat.ID)
	}
	return err
}

// call runs fn in a nested transaction. failed says that it ended in an error that is no refusal; err is the store's.
func (r *run) call(ctx context.Context, fn Run, c *Call) (failed bool, err error) {
	facts := len(r.facts)
	fault := r.nested(ctx, fn, c)
	if r.watch.err != nil {
		return true, r.watch.err
	}
	if fault == nil {
		if c.outcome = outcomeDone; c.wrong {
			c.outcome = outcomeRefused
		}
		r.keep(c)
		return false, nil
	}
	c.outcome = outcomeFailed
	r.facts = r.facts[:facts]
	r.bot.memory.forget()
	c.asked = nil
	if _, ok := errors.AsType[*refusal](fault); ok {
		c.outcome = outcomeRefused
		c.asked, err = r.answer(&c.Event, fault, c.Role)
		return false, err
	}
	id := strings.ToLower(rand.Text()[:6])
	r.bot.log.Error("a feature failed, its changes are undone", zap.String("id", id), logFeature(c.feature.Name),
		zap.String("event", c.Event.ID), zap.String("kind", string(c.Event.Kind)), logError(fault))
	if err := r.faulty(id, c, fault); err != nil {
		return true, err
	}
	if c.command != nil {
		c.asked, err = r.answer(&c.Event, Refuse(textFailed, id), c.Role)
	}
	return true, err
}

// nested runs fn and writes what it asked for, so that both are kept or neither. While it runs, the run itself works on
// the nested transaction too.
func (r *run) nested(ctx context.Context, fn Run, c *Call) error {
	outer := r.tx
	defer func() { r.tx = outer }()
	return store.Nested(outer, func(tx store.Tx) error {
		r.tx, c.Tx = tx, tx
		if err := safely(ctx, fn, c); err != nil {
			return err
		}
		return r.write(c)
	})
}

func safely(ctx context.Context, fn Run, c *Call) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(ctx, c)
}

// write turns what a call asked for into rows.
func (r *run) write(c *Call) error {
	for _, e := range c.effects {
		parts := []string{e.Text}
		if e.Kind == Say && len(e.Text) <= maxText { // a longer one is refused below
			parts = splitText(e.Text, maxSay)
		}
		for _, e.Text = range parts {
			q, err := putEffect(r.tx, e)
			if err != nil {
				return err
			}
			c.queued = append(c.queued, q)
		}
	}
	return nil
}

// keep passes on what becomes true with the commit.
func (r *run) keep(c *Call) {
	r.out.effects = append(r.out.effects, c.queued...)
	r.out.dropped = append(r.out.dropped, c.dropped...)
	r.out.works = r.out.works || c.worked
	r.out.codes = append(r.out.codes, c.codes...)
	r.out.doorShut = r.out.doorShut || c.doorShut
	for chat, on := range c.follows {
		r.out.follow(chat, on)
	}
}
