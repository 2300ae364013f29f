package bot

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap"

	"sixtwenty/store"
)

// Pace keeps the account safe: services end accounts that send like a machine. Zero is no limit.
type Pace struct {
	Gap     time.Duration `yaml:"gap"`      // between any two sends
	Jitter  time.Duration `yaml:"jitter"`   // up to so much is added to Gap
	ChatGap time.Duration `yaml:"chat_gap"` // between two sends to one chat
}

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
	Attempts int       `json:"attempts,omitempty"`
	Tried    time.Time `json:"tried,omitzero"`
}

// A DoneRow is what became of an effect. The text is kept only where the owner may have to send it again.
type DoneRow struct {
	Effect  Effect    `json:"effect"`
	State   State     `json:"state"`
	Receipt Receipt   `json:"receipt,omitzero"`
	Error   string    `json:"error,omitempty"`
	At      time.Time `json:"at"`
}

const (
	waitingRows = store.Table[outRow]("bot/outbox") // seq
	doneRows    = store.Table[DoneRow]("bot/sent")  // seq
	// keptReceipts bounds bot/sent.
	keptReceipts = 10_000
	outboxWaiter = "outbox"
	maxAttempts  = 5
	doLimit      = 90 * time.Second
)

// queued is what the outbox holds in memory of a row.
type queued struct {
	seq     uint64
	chat    ChatID
	class   Class
	from    time.Time // not before
	attempt int
}

func putEffect(tx store.Tx, e Effect, now time.Time) (queued, error) {
	seq, err := tx.Next(string(waitingRows))
	if err != nil {
		return queued{}, err
	}
	e.ID = strconv.FormatUint(seq, 10)
	return queued{seq: seq, chat: e.Chat, class: e.Class, from: e.NotBefore}, waitingRows.Put(tx, outRow{Effect: e}, seq)
}

// outbox does the kept effects. One goroutine sends; add may be called from any.
type outbox struct {
	bot  *Bot
	pace Pace

	mu     sync.Mutex
	lanes  map[ChatID]*lane
	next   time.Time // no send before this
	pause  time.Duration
	counts map[State]int
	size   int
}

// A lane is one chat's effects in order.
type lane struct {
	waiting []queued
	next    time.Time
}

func newOutbox(b *Bot, pace Pace) *outbox {
	return &outbox{bot: b, pace: pace, lanes: map[ChatID]*lane{}, counts: map[State]int{}}
}

// load finds what waited when the bot stopped.
func (o *outbox) load(ctx context.Context) error {
	var list []queued
	err := o.bot.db.View(ctx, func(r store.Reader) error {
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
			list = append(list, queued{seq: seq, chat: e.Chat, class: e.Class, from: e.NotBefore, attempt: row.Value.Attempts})
		}
		return nil
	})
	o.add(list)
	return err
}

func (o *outbox) add(list []queued) {
	if len(list) == 0 {
		return
	}
	o.mu.Lock()
	for _, q := range list {
		l := o.lanes[q.chat]
		if l == nil {
			l = &lane{}
			o.lanes[q.chat] = l
		}
		l.waiting = append(l.waiting, q)
		o.size++
	}
	o.mu.Unlock()
	o.bot.clock.Wake(outboxWaiter)
}

// resume ends a pause, for instance when the account is signed in again.
func (o *outbox) resume() {
	o.mu.Lock()
	o.next, o.pause = time.Time{}, 0
	o.mu.Unlock()
	o.bot.clock.Wake(outboxWaiter)
}

func (o *outbox) loop(ctx context.Context) error {
	defer o.bot.clock.Leave(outboxWaiter)
	for {
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

// pick gives what to send now, answers before announcements; or else when to look again.
func (o *outbox) pick(now time.Time) (best queued, due time.Time, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, l := range o.lanes {
		q, from, found := l.first(now)
		if !found {
			continue
		}
		if from.Before(o.next) {
			from = o.next
		}
		if from.After(now) {
			if due.IsZero() || from.Before(due) {
				due = from
			}
			continue
		}
		if !ok || q.before(best) {
			best, ok = q, true
		}
	}
	return best, due, ok
}

// first is the lane's next effect: the oldest that may go now, or else the one that may go soonest.
func (l *lane) first(now time.Time) (best queued, from time.Time, found bool) {
	for _, q := range l.waiting {
		at := q.from
		if at.Before(l.next) {
			at = l.next
		}
		if !found || at.Before(from) {
			best, from, found = q, at, true
		}
		if !at.After(now) {
			break
		}
	}
	return best, from, found
}

func (q queued) before(o queued) bool {
	if a, b := urgency(q.class), urgency(o.class); a != b {
		return a < b
	}
	return q.seq < o.seq
}

func urgency(c Class) int { return slices.Index([]Class{Answer, Unasked, Broadcast}, c) }

// send makes one attempt: the attempt is kept, then made, then its outcome is kept.
func (o *outbox) send(ctx context.Context, q queued) error {
	row, skip, err := o.attempt(ctx, q)
	if err != nil {
		return o.stumble(ctx, "an attempt could not be kept, nothing is sent", err)
	}
	if skip != "" {
		return o.close(ctx, q, DoneRow{Effect: row.Effect, State: skip})
	}
	doCtx, cancel := context.WithTimeout(ctx, doLimit)
	receipt, err := o.bot.account.Do(doCtx, row.Effect)
	cancel()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	o.paced(q.chat)
	return o.outcome(ctx, q, row, receipt, err)
}

// attempt commits that the effect is about to be tried, or says why it must not be.
func (o *outbox) attempt(ctx context.Context, q queued) (row outRow, skip State, err error) {
	now := o.bot.clock.Now()
	err = o.bot.db.Update(ctx, func(tx store.Tx) error {
		var ok bool
		if row, ok, err = waitingRows.Get(tx, q.seq); err != nil || !ok {
			return err
		}
		silenced, _, err := state.Get(tx, stateSilenced)
		if err != nil {
			return err
		}
		switch e := row.Effect; {
		case !row.Tried.IsZero() && !(e.Class == Broadcast && row.Attempts < 2):
			skip = Lost
		case !e.Expires.IsZero() && now.After(e.Expires):
			skip = Expired
		case silenced != "" && !e.Loud:
			skip = Silenced
		default:
			skip = ""
			row.Attempts++
			row.Tried = now
			return waitingRows.Put(tx, row, q.seq)
		}
		return nil
	})
	return row, skip, err
}

// outcome keeps what an attempt came to.
func (o *outbox) outcome(ctx context.Context, q queued, row outRow, receipt Receipt, err error) error {
	done := DoneRow{Effect: row.Effect, Receipt: receipt}
	if err != nil {
		done.Error = err.Error()
	}
	switch {
	case err == nil:
		done.State = Sent
		o.eased()
		return o.close(ctx, q, done)
	case errors.Is(err, ErrUnknown):
		if row.Effect.Class == Broadcast && row.Attempts < 2 {
			return o.retry(ctx, q, row, o.backoff(row.Attempts))
		}
		done.State = Lost
		return o.close(ctx, q, done)
	case errors.Is(err, ErrOffline):
		row.Attempts--
		o.slower(time.Second, 30*time.Second)
		return o.retry(ctx, q, row, 0)
	case errors.Is(err, ErrTooOften):
		o.slower(30*time.Second, 10*time.Minute)
		return o.retry(ctx, q, row, 0)
	case IsPermanent(err) || row.Attempts >= maxAttempts:
		done.State = Failed
		o.bot.log.Warn("an effect failed for good", zap.String("effect", row.Effect.ID), logChat(q.chat), logError(err))
		return o.close(ctx, q, done)
	}
	return o.retry(ctx, q, row, o.backoff(row.Attempts))
}

func (o *outbox) backoff(attempts int) time.Duration {
	return min(time.Minute, time.Second<<min(attempts, 6))
}

// retry keeps that the attempt is over and known to have done nothing, and lets the chat wait.
func (o *outbox) retry(ctx context.Context, q queued, row outRow, wait time.Duration) error {
	row.Tried = time.Time{}
	if err := o.keep(ctx, func(tx store.Tx) error { return waitingRows.Put(tx, row, q.seq) }); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if l := o.lanes[q.chat]; l != nil {
		l.next = o.bot.clock.Now().Add(wait)
	}
	return nil
}

// close keeps the end of an effect.
func (o *outbox) close(ctx context.Context, q queued, done DoneRow) error {
	done.At = o.bot.clock.Now()
	if done.State == Sent || done.State == Silenced {
		done.Effect.Text = ""
	}
	err := o.keep(ctx, func(tx store.Tx) error {
		if err := waitingRows.Delete(tx, q.seq); err != nil {
			return err
		}
		if q.seq > keptReceipts {
			if err := doneRows.Delete(tx, q.seq-keptReceipts); err != nil {
				return err
			}
		}
		return doneRows.Put(tx, done, q.seq)
	})
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.counts[done.State]++
	o.size--
	l := o.lanes[q.chat]
	l.waiting = slices.DeleteFunc(l.waiting, func(w queued) bool { return w.seq == q.seq })
	if len(l.waiting) == 0 && !l.next.After(done.At) {
		delete(o.lanes, q.chat)
	}
	return nil
}

// keep insists: what was done must be written down before anything else is done.
func (o *outbox) keep(ctx context.Context, fn func(store.Tx) error) error {
	for {
		err := o.bot.db.Update(ctx, fn)
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
	if ctx.Err() != nil || errors.Is(err, store.ErrUnknownOutcome) {
		return err
	}
	o.bot.log.Error(what, logError(err))
	return o.bot.clock.Wait(ctx, outboxWaiter, o.bot.clock.Now().Add(time.Second))
}

// paced sets when the next send may be.
func (o *outbox) paced(chat ChatID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.bot.clock.Now()
	if o.pace.Gap > 0 {
		o.next = now.Add(o.pace.Gap)
		if o.pace.Jitter > 0 {
			o.next = o.next.Add(rand.N(o.pace.Jitter))
		}
	}
	if l := o.lanes[chat]; l != nil && o.pace.ChatGap > 0 {
		l.next = now.Add(o.pace.ChatGap)
	}
}

// slower lets everything wait, twice as long each time in a row.
func (o *outbox) slower(first, most time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pause = min(most, max(first, 2*o.pause))
	o.next = o.bot.clock.Now().Add(o.pause)
}

// eased halves the pause after each success.
func (o *outbox) eased() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pause /= 2
}
