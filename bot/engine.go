package bot

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"sixtwenty/store"
)

const (
	// maxBatch is how many waiting events one transaction takes.
	maxBatch     = 1000
	engineWaiter = "engine"
	placeBucket  = "bot/place"
	// maxPause bounds the back-off while the store fails.
	maxPause = 30 * time.Second
)

// An item is one thing that waits for the engine: an event, or a place to keep. answer, where set, hears of the commit.
type item struct {
	event  *Event
	place  []byte
	work   string // the key of the finished work that the event tells of
	unfit  error  // why it cannot be handled: it is passed over
	answer chan answer
}

type answer struct {
	said []string
	err  error
}

// loop is the one goroutine that handles events. It takes all that wait and commits them together.
func (b *Bot) loop(ctx context.Context, due time.Time) error {
	defer b.clock.Leave(engineWaiter)
	for {
		batch := b.waiting()
		if len(batch) == 0 && (due.IsZero() || due.After(b.clock.Now())) {
			if err := b.clock.Wait(ctx, engineWaiter, due); err != nil {
				return err
			}
			continue
		}
		next, err := b.handle(ctx, batch)
		if err != nil {
			return err
		}
		due = next
	}
}

// waiting takes what is there, without waiting.
func (b *Bot) waiting() []item {
	var batch []item
	for len(batch) < maxBatch {
		select {
		case it := <-b.in:
			batch = append(batch, it)
		default:
			return batch
		}
	}
	return batch
}

// handle commits a batch and tells those who wait for it. Where the store fails nothing of the batch is marked seen, and
// it is tried again, one item at a time, until it goes or ctx is done: better silent than forgetful.
func (b *Bot) handle(ctx context.Context, batch []item) (due time.Time, err error) {
	due, err = b.commit(ctx, batch)
	if err == nil || hopeless(ctx, err) {
		return due, err
	}
	b.log.Warn("a batch could not be kept, its events are tried one by one", zap.Int("events", len(batch)), logError(err))
	if len(batch) == 0 {
		batch = []item{{}}
	}
	for _, it := range batch {
		if due, err = b.insist(ctx, it); err != nil {
			return due, err
		}
	}
	return due, nil
}

// hopeless says whether trying again is no use: the bot is being stopped, or the store's handle is no good any more.
func hopeless(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, store.ErrUnknownOutcome) || errors.Is(err, store.ErrBroken) ||
		errors.Is(err, store.ErrClosed)
}

// insist commits one item, with a growing pause between attempts.
func (b *Bot) insist(ctx context.Context, it item) (time.Time, error) {
	for pause := time.Second; ; pause = min(2*pause, maxPause) {
		due, err := b.commit(ctx, []item{it})
		if err == nil || hopeless(ctx, err) {
			return due, err
		}
		if unfit, ok := errors.AsType[*unfitError](err); ok && it.unfit == nil {
			b.log.Error("an event cannot be handled and is passed over", zap.String("event", it.id()), logError(err))
			it.unfit = unfit
			continue
		}
		b.failing.Store(&err)
		b.log.Error("the store refuses to keep anything; the bot says nothing until it does", logError(err))
		if err := b.rest(ctx, engineWaiter, pause); err != nil {
			return due, err
		}
	}
}

func (it item) id() string {
	if it.event == nil {
		return ""
	}
	return it.event.ID
}

// rest parks a waiter for so long, whoever wakes it: its own loop looks for what came meanwhile.
func (b *Bot) rest(ctx context.Context, who string, d time.Duration) error {
	for until := b.clock.Now().Add(d); b.clock.Now().Before(until); {
		if err := b.clock.Wait(ctx, who, until); err != nil {
			return err
		}
	}
	return nil
}

// commit handles the items and the timers that are due in one transaction.
func (b *Bot) commit(ctx context.Context, batch []item) (due time.Time, err error) {
	var out *outcome
	began := time.Now()
	err = b.db.Update(ctx, func(tx store.Tx) error {
		r := b.newRun(tx)
		out = r.out
		next, err := r.batch(ctx, batch)
		due = next
		return err
	})
	if err != nil {
		return due, err
	}
	b.failing.Store(nil)
	b.memory.kept = true
	b.opts.Meter.Committed(len(batch), time.Since(began))
	b.publish(out)
	for i, it := range batch {
		if it.event != nil && it.work == "" && it.event.Kind != Asked {
			b.lastIn.Store(b.clock.Now().UnixNano())
		}
		if it.answer != nil {
			it.answer <- out.answers[i]
		}
	}
	return due, nil
}

// publish tells the rest of the bot what a commit made true.
func (b *Bot) publish(out *outcome) {
	for chat, on := range out.follows {
		b.followed.Store(chat, on)
	}
	if out.session != "" {
		b.session.Store(&out.session)
		b.outbox.careful(out.since)
		b.outbox.back()
	}
	if out.touched {
		b.trouble.Store(nil)
	}
	b.outbox.add(out.effects)
	b.outbox.cancel(out.dropped)
	if b.opts.Codes != nil && len(out.codes) > 0 {
		b.opts.Codes(out.codes)
	}
	if out.doorShut {
		b.log.Warn("ten wrong codes within an hour: none is taken for an hour")
		if b.opts.DoorShut != nil {
			b.opts.DoorShut()
		}
	}
	if out.works {
		b.clock.Wake(workWaiter)
	}
	for _, by := range out.late {
		b.opts.Meter.Late(by)
	}
	for _, o := range out.away {
		b.opts.Meter.Dropped(o.To.Sub(o.From), o.Lost)
	}
	b.pulse.beat()
}

// outcome is what becomes true when a transaction is kept. It lives outside the store, so each run of the transaction
// begins a new one.
type outcome struct {
	answers  []answer
	effects  []queued
	dropped  []queued // effects that were taken back before they were tried
	follows  map[ChatID]bool
	session  string
	since    time.Time // a new session began
	works    bool
	codes    []Code
	doorShut bool
	touched  bool
	late     []time.Duration // of the timers that began
	away     []Outage        // that are over
}

func (o *outcome) follow(c ChatID, on bool) { o.follows[c] = on }
