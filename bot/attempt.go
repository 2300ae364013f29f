package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"sixtwenty/store"
)

// An attempt is one effect on its way: what is kept of it, and what came of it.
type attempt struct {
	q       queued
	row     outRow
	receipt Receipt
	err     error
	end     State         // what becomes of the effect; again where it is tried once more
	wait    time.Duration // before it is tried again
}

// What an attempt can end with besides the states of a finished effect.
const (
	again  State = ""
	gone   State = "gone"    // there is no such row
	putOff State = "put off" // to the end of the quiet hours
)

// turn commits, in one transaction, what came of attempts and that the next ones are about to be made, and returns those that
// may be. What was done must be written down before anything else is done, even when the bot is being stopped: it insists.
func (o *outbox) turn(ctx context.Context, came []*attempt, next []queued) (begun []*attempt, err error) {
	now := o.bot.clock.Now()
	for {
		var refused []*attempt
		err := o.bot.db.Update(context.WithoutCancel(ctx), func(tx store.Tx) error {
			begun, refused = nil, nil
			if err := o.end(tx, came, now); err != nil {
				return err
			}
			for _, q := range next {
				a, err := o.begin(tx, q, now)
				if err != nil {
					return err
				}
				if a.end == again {
					begun = append(begun, a)
				} else {
					refused = append(refused, a)
				}
			}
			if err := o.end(tx, refused, now); err != nil {
				return err
			}
			return spendBudget(tx, now, len(begun))
		})
		if err == nil {
			o.settle(came, refused)
			return begun, nil
		}
		o.release(next)
		next = nil // they are picked again
		if err := o.stumble(ctx, "what was sent or is to be sent could not be kept yet", err); err != nil {
			return nil, err
		}
		if len(came) == 0 {
			return nil, nil
		}
	}
}

func (o *outbox) release(list []queued) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, q := range list {
		o.lanes.of(q.chat).busy = false
	}
}

// begin keeps that the effect is about to be tried, or says why it must not be.
func (o *outbox) begin(tx store.Tx, q queued, now time.Time) (*attempt, error) {
	a := &attempt{q: q}
	row, ok, err := waitingRows.Get(tx, q.seq)
	if err != nil {
		return nil, err
	}
	if a.row = row; !ok {
		a.end = gone
		return a, nil
	}
	silenced, err := state.Has(tx, stateSilenced)
	if err != nil {
		return nil, err
	}
	if !a.row.Tried.IsZero() { // the process ended before it could keep what came of it
		a.row.Unsure++
	}
	if a.end = a.row.verdict(now, silenced || o.bot.left(q.chat), o.pacer.pace); a.end != again {
		return a, nil
	}
	if o.bot.quiet.hush(&a.row.Effect, now) {
		a.end, a.row.Tried = putOff, time.Time{}
		return a, waitingRows.Put(tx, a.row, q.seq)
	}
	a.row.Attempts++
	a.row.Tried = now
	return a, waitingRows.Put(tx, a.row, q.seq)
}

// left says whether the owner told the bot to leave the group.
func (b *Bot) left(chat ChatID) bool {
	on, known := b.followed.Load(chat)
	return known && !on.(bool)
}

// verdict says what becomes of an effect before it is tried. One that was perhaps sent is never called anything less.
func (row outRow) verdict(now time.Time, silenced bool, pace Pace) State {
	e := row.Effect
	var end State
	switch {
	case row.unsure(pace):
		return Lost
	case !e.Expires.IsZero() && now.After(e.Expires):
		end = Expired
	case silenced && !e.Loud:
		end = Silenced
	default:
		return again
	}
	if row.Unsure > 0 {
		return Lost
	}
	return end
}

// unsure says that the effect was perhaps done, and must not be tried again.
func (row outRow) unsure(pace Pace) bool { return row.Unsure > pace.doubts(row.Effect.Class) }

// make makes the attempt. When the bot stops, one that is under way gets a moment to end, so that what came of it is known.
func (o *outbox) make(ctx context.Context, a *attempt) {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), doLimit)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		select {
		case <-time.After(lastWords):
			cancel()
		case <-limited.Done():
		}
	})()
	a.receipt, a.err = o.bot.account.Do(limited, a.row.Effect)
	if limited.Err() != nil && vague(a.err) { // cut off in the middle
		a.err = fmt.Errorf("%w: %w", ErrUnknown, a.err)
	}
	o.landed <- a
}

// vague says that an error does not tell whether anything was done.
func vague(err error) bool {
	return err != nil && !unsent(err) && !errors.Is(err, ErrTooOften) && !IsPermanent(err)
}

// unsent says that an attempt ended before anything was sent, so that it costs nothing of the budget.
func unsent(err error) bool { return errors.Is(err, ErrOffline) || errors.Is(err, ErrNotReady) }

// judge says what becomes of an effect after it was tried.
func (o *outbox) judge(a *attempt) {
	switch {
	case a.err == nil:
		a.end = Sent
		return
	case errors.Is(a.err, ErrOffline), errors.Is(a.err, ErrTooOften):
		a.row.Attempts--
		return
	case errors.Is(a.err, ErrUnknown):
		if a.row.Unsure++; a.row.unsure(o.pacer.pace) {
			a.end = Lost
			return
		}
	case IsPermanent(a.err) || a.row.exhausted(a.err):
		if a.end = Failed; a.row.Unsure > 0 {
			a.end = Lost
		}
		o.bot.log.Warn("an effect failed for good", zap.String("effect", a.row.Effect.ID), logChat(a.q.chat), logError(a.err))
		return
	}
	a.wait = backoff(a.row.Attempts)
}

// exhausted says that an effect was tried often enough. A broadcast has until it expires: a group that could not be reached at
// the minute still gets its share within the grace. So has what was never sent, for trying it again cannot double it.
func (row outRow) exhausted(err error) bool {
	if row.Effect.Expires.IsZero() || row.Effect.Class != Broadcast && !errors.Is(err, ErrNotReady) {
		return row.Attempts >= maxAttempts
	}
	return false
}

func backoff(attempts int) time.Duration { return min(time.Minute, time.Second<<min(attempts, 6)) }

// end keeps what attempts came to: the receipts of those that are over, and that the others wait again.
func (o *outbox) end(tx store.Tx, list []*attempt, now time.Time) error {
	closed, newest := 0, uint64(0)
	for _, a := range list {
		var err error
		switch a.end {
		case gone, putOff:
			continue
		case again:
			err = putAgain(tx, a)
		default:
			closed, newest = closed+1, max(newest, a.q.seq)
			if err = waitingRows.Delete(tx, a.q.seq); err == nil {
				err = putReceipt(tx, a.done(now), a.q.seq)
			}
		}
		if err != nil {
			return err
		}
	}
	if closed == 0 {
		return nil
	}
	return pruneReceipts(tx, newest, closed)
}

// putAgain keeps that an attempt is over and the effect waits for the next.
func putAgain(tx store.Tx, a *attempt) error {
	if unsent(a.err) {
		if err := refundBudget(tx, a.row.Tried); err != nil {
			return err
		}
	}
	row := a.row
	row.Tried = time.Time{}
	return waitingRows.Put(tx, row, a.q.seq)
}

// done is the record of an effect that is over.
func (a *attempt) done(now time.Time) DoneRow {
	done := DoneRow{Effect: a.row.Effect, State: a.end, Receipt: a.receipt, Unsure: a.row.Unsure, At: now}
	if a.err != nil {
		done.Error = clip(a.err.Error(), maxError)
	}
	done.Receipt.Sent = clip(done.Receipt.Sent, maxError)
	if !done.inTrouble() {
		done.Effect.Text = ""
	}
	return done
}

// stumble waits a moment after a failure of the store. A handle that is no good any more ends the bot.
func (o *outbox) stumble(ctx context.Context, what string, err error) error {
	if hopeless(ctx, err) {
		return err
	}
	o.bot.log.Error(what, logError(err))
	return o.bot.rest(ctx, outboxWaiter, time.Second)
}
