package bot

import (
	"context"
	"errors"
	"time"

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
	if err == nil {
		return due, nil
	}
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

// insist commits one item, with a growing pause between attempts.
func (b *Bot) insist(ctx context.Context, it item) (time.Time, error) {
	for pause := time.Second; ; pause = min(2*pause, maxPause) {
		due, err := b.commit(ctx, []item{it})
		if err == nil {
			b.failing.Store(nil)
			return due, nil
		}
		if ctx.Err() != nil || errors.Is(err, store.ErrUnknownOutcome) {
			return due, err
		}
		b.failing.Store(&err)
		b.log.Error("the store refuses to keep anything; the bot says nothing until it does", logError(err))
		if err := b.clock.Wait(ctx, "engine/store", b.clock.Now().Add(pause)); err != nil {
			return due, err
		}
		b.clock.Leave("engine/store")
	}
}

// commit handles the items and the timers that are due in one transaction.
func (b *Bot) commit(ctx context.Context, batch []item) (due time.Time, err error) {
	var out *outcome
	err = b.db.Update(ctx, func(tx store.Tx) error {
		clear(b.cache)
		r := b.newRun(tx)
		out = r.out
		if err := r.begin(); err != nil {
			return err
		}
		for i, it := range batch {
			if err := r.item(ctx, i, it); err != nil {
				return err
			}
		}
		if err := r.tick(ctx, maxBatch); err != nil {
			return err
		}
		if err := r.prune(); err != nil {
			return err
		}
		if due, err = nextDue(tx); err != nil {
			return err
		}
		return r.watch.err
	})
	if err != nil {
		clear(b.cache)
		return due, err
	}
	b.publish(out)
	if len(batch) > 0 {
		b.lastIn.Store(b.clock.Now().UnixNano())
	}
	for i, it := range batch {
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
		b.outbox.resume()
	}
	b.outbox.add(out.effects)
	if out.works {
		b.clock.Wake(workWaiter)
	}
}

// outcome is what becomes true when a transaction is kept. It lives outside the store, so each run of the transaction
// begins a new one.
type outcome struct {
	answers map[int]answer
	effects []queued
	follows map[ChatID]bool
	session string
	works   bool
}

func (o *outcome) follow(c ChatID, on bool) { o.follows[c] = on }
