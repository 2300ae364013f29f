package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap"

	"sixtwenty/store"
)

// A State says what became of an effect.
type State string

// The states a finished effect can be in.
const (
	Sent     State = "sent"
	Failed   State = "failed"
	Lost     State = "unknown"  // perhaps it was sent; not sent again
	Expired  State = "expired"  // nobody would care any more
	Silenced State = "silenced" // the owner had silenced the bot
)

// An outRow is an effect that waits. Tried is committed before the attempt: a row found with it after a crash is one
// whose outcome is not known.
type outRow struct {
	Effect   Effect    `json:"effect"`
	Attempts int       `json:"attempts,omitempty"` // those that could have done something
	Unsure   int       `json:"unsure,omitempty"`   // those of which nobody knows whether they did
	Tried    time.Time `json:"tried,omitzero"`
}

const (
	waitingRows  = store.Table[outRow]("bot/outbox") // seq
	outboxWaiter = "outbox"
	maxAttempts  = 5
	maxText      = 64 << 10 // bytes of a text: far more than any service takes
	maxError     = 500      // bytes kept of what a service answered
	doLimit      = 90 * time.Second
	// lastWords is how long an attempt that is under way may take when the bot stops.
	lastWords = 5 * time.Second
)

// putEffect keeps an effect under the next number, which is its ID.
func putEffect(tx store.Tx, e Effect) (queued, error) {
	if len(e.Text) > maxText {
		return queued{}, fmt.Errorf("a text of %d bytes cannot be sent, %d is the most", len(e.Text), maxText)
	}
	seq, err := tx.Next(string(waitingRows))
	if err != nil {
		return queued{}, err
	}
	e.ID = strconv.FormatUint(seq, 10)
	if err := putPart(tx, e, seq); err != nil {
		return queued{}, err
	}
	return queuedOf(seq, e), waitingRows.Put(tx, outRow{Effect: e}, seq)
}

// outbox does the kept effects. One goroutine sends; add may be called from any.
type outbox struct {
	bot *Bot

	mu     sync.Mutex
	lanes  lanes
	pacer  pacer
	budget budget
	counts map[State]int
	size   int
}

func newOutbox(b *Bot, pace Pace) *outbox {
	return &outbox{bot: b, pacer: pacer{pace: pace}, budget: newBudget(pace), lanes: lanes{}, counts: map[State]int{}}
}

// load finds what waited when the bot stopped.
func (o *outbox) load(ctx context.Context) error {
	var list []queued
	var used map[int64]int
	var since time.Time
	err := o.bot.db.View(ctx, func(r store.Reader) (err error) {
		list = nil
		for row, err := range waitingRows.Scan(r, store.Range{}) {
			if err != nil {
				return err
			}
			var seq uint64
			if err := store.Split(row.Key, &seq); err != nil {
				return err
			}
			e := row.Value.Effect
			list = append(list, queuedOf(seq, e))
		}
		used, since, err = readBudget(r, o.bot.clock.Now())
		return err
	})
	if err != nil {
		return err
	}
	o.mu.Lock()
	o.budget.used, o.budget.since = used, since
	o.mu.Unlock()
	o.add(list)
	return nil
}

func (o *outbox) add(list []queued) {
	if len(list) == 0 {
		return
	}
	o.mu.Lock()
	for _, q := range list {
		o.lanes.of(q.chat).add(q)
	}
	o.size += len(list)
	o.mu.Unlock()
	o.bot.clock.Wake(outboxWaiter)
}

// back ends the wait for an account that was offline.
func (o *outbox) back() {
	o.mu.Lock()
	o.pacer.back()
	o.mu.Unlock()
	o.bot.clock.Wake(outboxWaiter)
}

// careful begins the warm-up of a new session.
func (o *outbox) careful(since time.Time) {
	if since.IsZero() {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.budget.since = since
}

func (o *outbox) loop(ctx context.Context) error {
	defer o.bot.clock.Leave(outboxWaiter)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		q, due, ok := o.pick(o.bot.clock.Now())
		if !ok {
			if err := o.bot.clock.Wait(ctx, outboxWaiter, due); err != nil {
				return err
			}
			continue
		}
		if err := o.send(ctx, q); err != nil {
			return err
		}
	}
}

func (o *outbox) pick(now time.Time) (best queued, due time.Time, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lanes.pick(now, later(o.pacer.next(), o.budget.next(now)))
}

// send makes one attempt: the attempt is kept, then made, then its outcome is kept.
func (o *outbox) send(ctx context.Context, q queued) error {
	row, verdict, err := o.attempt(ctx, q)
	if err != nil {
		return o.stumble(ctx, "an attempt could not be kept, nothing is sent", err)
	}
	switch verdict {
	case try:
		receipt, err := o.do(ctx, row.Effect)
		o.learn(q, err)
		return o.outcome(ctx, q, row, receipt, err)
	case gone:
		o.forget(q)
		return nil
	}
	return o.close(ctx, q, DoneRow{Effect: row.Effect, State: verdict, Unsure: row.Unsure})
}

// What attempt can say besides the state of an effect that must not be tried.
const (
	try  State = ""
	gone State = "gone" // there is no such row
)

// attempt commits that the effect is about to be tried, or says why it must not be.
func (o *outbox) attempt(ctx context.Context, q queued) (row outRow, verdict State, err error) {
	now := o.bot.clock.Now()
	err = o.bot.db.Update(ctx, func(tx store.Tx) error {
		found, ok, err := waitingRows.Get(tx, q.seq)
		if row = found; err != nil {
			return err
		}
		if verdict = gone; !ok {
			return nil
		}
		silenced, err := state.Has(tx, stateSilenced)
		if err != nil {
			return err
		}
		if !row.Tried.IsZero() { // the process ended before it could keep what came of it
			row.Unsure++
		}
		if verdict = row.verdict(now, silenced || o.bot.left(q.chat), o.pacer.pace); verdict != try {
			return nil
		}
		row.Attempts++
		row.Tried = now
		if err := spendBudget(tx, now); err != nil {
			return err
		}
		return waitingRows.Put(tx, row, q.seq)
	})
	return row, verdict, err
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
		return try
	}
	if row.Unsure > 0 {
		return Lost
	}
	return end
}

// unsure says that the effect was perhaps done, and must not be tried again.
func (row outRow) unsure(pace Pace) bool { return row.Unsure > pace.doubts(row.Effect.Class) }

// do makes the attempt. When the bot stops, one that is under way gets a moment to end, so that what came of it is known.
func (o *outbox) do(ctx context.Context, e Effect) (Receipt, error) {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), doLimit)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		select {
		case <-time.After(lastWords):
			cancel()
		case <-limited.Done():
		}
	})()
	receipt, err := o.bot.account.Do(limited, e)
	if limited.Err() != nil && vague(err) { // cut off in the middle
		err = fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	return receipt, err
}

// vague says that an error does not tell whether anything was done.
func vague(err error) bool {
	return err != nil && !unsent(err) && !errors.Is(err, ErrTooOften) && !IsPermanent(err)
}

// unsent says that an attempt ended before anything was sent, so that it costs nothing of the budget.
func unsent(err error) bool { return errors.Is(err, ErrOffline) || errors.Is(err, ErrNotReady) }

// learn sets the pace of what comes next by what an attempt came to.
func (o *outbox) learn(q queued, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.bot.clock.Now()
	o.pacer.learn(now, err)
	if !unsent(err) {
		o.budget.spend(now)
	}
	o.lanes.of(q.chat).sent(q, now, o.pacer.pace.ChatGap)
}

// outcome keeps what an attempt came to.
func (o *outbox) outcome(ctx context.Context, q queued, row outRow, receipt Receipt, err error) error {
	done := DoneRow{Effect: row.Effect, Receipt: receipt, Unsure: row.Unsure}
	if err != nil {
		done.Error = err.Error()
	}
	switch {
	case err == nil:
		done.State = Sent
		return o.close(ctx, q, done)
	case errors.Is(err, ErrOffline), errors.Is(err, ErrTooOften):
		row.Attempts--
		return o.retry(ctx, q, row, err, 0)
	case errors.Is(err, ErrUnknown):
		if row.Unsure++; row.unsure(o.pacer.pace) {
			done.State = Lost
			return o.close(ctx, q, done)
		}
	case IsPermanent(err) || row.exhausted(err):
		if done.State = Failed; row.Unsure > 0 {
			done.State = Lost
		}
		o.bot.log.Warn("an effect failed for good", zap.String("effect", row.Effect.ID), logChat(q.chat), logError(err))
		return o.close(ctx, q, done)
	}
	return o.retry(ctx, q, row, err, backoff(row.Attempts))
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

// retry keeps that the attempt is over, and lets the chat wait.
func (o *outbox) retry(ctx context.Context, q queued, row outRow, cause error, wait time.Duration) error {
	tried := row.Tried
	row.Tried = time.Time{}
	err := o.keep(ctx, func(tx store.Tx) error {
		if unsent(cause) {
			if err := refundBudget(tx, tried); err != nil {
				return err
			}
		}
		return waitingRows.Put(tx, row, q.seq)
	})
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	l := o.lanes.of(q.chat)
	l.next = later(l.next, o.bot.clock.Now().Add(wait))
	return nil
}

// close keeps the end of an effect.
func (o *outbox) close(ctx context.Context, q queued, done DoneRow) error {
	done.At = o.bot.clock.Now()
	done.Error, done.Receipt.Sent = clip(done.Error, maxError), clip(done.Receipt.Sent, maxError)
	if !done.inTrouble() {
		done.Effect.Text = ""
	}
	err := o.keep(ctx, func(tx store.Tx) error {
		if err := waitingRows.Delete(tx, q.seq); err != nil {
			return err
		}
		if err := pruneReceipts(tx, q.seq); err != nil {
			return err
		}
		return putReceipt(tx, done, q.seq)
	})
	if err != nil {
		return err
	}
	o.forget(q)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.counts[done.State]++
	o.bot.pulse.beat()
	return nil
}

func (o *outbox) forget(q queued) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drop(q)
}

// cancel forgets what was taken back, so that nobody counts it as waiting.
func (o *outbox) cancel(list []queued) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, q := range list {
		o.drop(q)
	}
}

// drop wants the lock.
func (o *outbox) drop(q queued) {
	if o.lanes.of(q.chat).drop(q) {
		o.size--
	}
}

// keep insists: what was done must be written down before anything else is done, even when the bot is being stopped.
func (o *outbox) keep(ctx context.Context, fn func(store.Tx) error) error {
	for {
		err := o.bot.db.Update(context.WithoutCancel(ctx), fn)
		if err == nil {
			return nil
		}
		if err := o.stumble(ctx, "the outcome of a send could not be kept yet", err); err != nil {
			return err
		}
	}
}

// stumble waits a moment after a failure of the store. A handle that is no good any more ends the bot.
func (o *outbox) stumble(ctx context.Context, what string, err error) error {
	if hopeless(ctx, err) {
		return err
	}
	o.bot.log.Error(what, logError(err))
	return o.bot.rest(ctx, outboxWaiter, time.Second)
}
