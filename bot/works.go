package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"time"

	"go.uber.org/zap"

	"sixtwenty/store"
)

// A workRow is a Work to do: kept with the state that asked for it, gone with the commit that holds its result.
type workRow struct {
	Data  json.RawMessage `json:"data,omitempty"`
	Chat  Chat            `json:"chat,omitzero"`
	Asked time.Time       `json:"asked"`
	Tries int             `json:"tries,omitempty"`
	After time.Time       `json:"after,omitzero"` // no sooner than this: when it was asked for, or is to be tried again
	// Class is that of who asked: whoever waits for an answer waits for it though it takes a work to give.
	Class Class `json:"class,omitempty"`
}

const (
	works      = store.Table[workRow]("bot/works")      // feature, name, key
	worksDue   = store.Table[struct{}]("bot/works/due") // After, the work's key
	workWaiter = "works"
	workHands  = 4 // works done at once
	workTries  = 3
	workLimit  = 2 * time.Minute
	workPage   = 64 // rows looked at in one go
)

// putWork keeps a work, in the place of one with the same key.
func putWork(tx store.Tx, w workRow, key string) error {
	if err := dropWork(tx, key); err != nil {
		return err
	}
	raw, err := json.Marshal(w)
	if err != nil {
		return err
	}
	if err := tx.Put(string(works), key, raw); err != nil {
		return err
	}
	return worksDue.Put(tx, struct{}{}, w.After, key)
}

func dropWork(tx store.Tx, key string) error {
	w, ok, err := readWork(tx, key)
	if err != nil || !ok {
		return err
	}
	if err := worksDue.Delete(tx, w.After, key); err != nil {
		return err
	}
	return tx.Delete(string(works), key)
}

func readWork(r store.Reader, key string) (w workRow, ok bool, err error) {
	raw, err := r.Get(string(works), key)
	if err != nil || raw == nil {
		return w, false, err
	}
	return w, true, json.Unmarshal(raw, &w)
}

// workLoop does the works, a few at once, each in a goroutine of its own with a deadline.
func (b *Bot) workLoop(ctx context.Context) error {
	defer b.clock.Leave(workWaiter)
	w := &worker{bot: b, busy: map[string]bool{}, done: make(chan string, workHands)}
	defer w.wait()
	for {
		next, err := w.start(ctx)
		if err != nil {
			if hopeless(ctx, err) {
				return err
			}
			b.log.Error("the works could not be read", logError(err))
			next = b.clock.Now().Add(time.Second)
		}
		if err := b.clock.Wait(ctx, workWaiter, next); err != nil {
			return err
		}
		w.collect()
	}
}

// worker belongs to the goroutine of workLoop.
type worker struct {
	bot  *Bot
	busy map[string]bool
	done chan string
}

// start begins what is due and there are hands for, and says when the next one is due.
func (w *worker) start(ctx context.Context) (next time.Time, err error) {
	todo := map[string]workRow{}
	err = w.bot.db.View(ctx, func(r store.Reader) (err error) {
		next, err = w.choose(r, todo)
		return err
	})
	if err != nil {
		return next, err
	}
	for key, row := range todo {
		w.busy[key] = true
		w.bot.clock.Wake("work/" + key) // busy until it leaves, so a wound clock waits for it
		go func() {
			defer func() { w.done <- key; w.bot.clock.Wake(workWaiter); w.bot.clock.Leave("work/" + key) }()
			w.bot.work(ctx, key, row)
		}()
	}
	return next, nil
}

// choose fills todo with what is due, the longest waiting first, as far as there are hands.
func (w *worker) choose(r store.Reader, todo map[string]workRow) (next time.Time, err error) {
	now := w.bot.clock.Now()
	for due, err := range worksDue.Scan(r, store.Range{Limit: workPage}) {
		if err != nil {
			return next, err
		}
		var after time.Time
		var key string
		if err := store.Split(due.Key, &after, &key); err != nil {
			return next, err
		}
		if after.After(now) {
			return after, nil
		}
		if w.busy[key] {
			continue
		}
		if len(w.busy)+len(todo) == workHands {
			return time.Time{}, nil // whoever is done first looks again
		}
		row, ok, err := readWork(r, key)
		if err != nil {
			return next, err
		}
		if ok {
			todo[key] = row
		}
	}
	return next, nil
}

func (w *worker) collect() {
	for {
		select {
		case key := <-w.done:
			delete(w.busy, key)
		default:
			return
		}
	}
}

// wait returns when nothing is being done any more.
func (w *worker) wait() {
	for len(w.busy) > 0 {
		delete(w.busy, <-w.done)
	}
}

// work does one Work and puts its fact into the engine; it returns after the commit.
func (b *Bot) work(ctx context.Context, rowKey string, row workRow) {
	var name, work, key string
	if err := store.Split(rowKey, &name, &work, &key); err != nil {
		b.log.Error("a work has a key that does not read", logError(err))
		return
	}
	d := Done{Key: key, Asked: row.Data}
	result, err := b.doWork(ctx, name, work, Work{
		Key: key, Data: row.Data, View: b.db.View, Open: b.openBlob, Fetch: b.fetch, Prepare: b.prepare,
	})
	if ctx.Err() != nil {
		return
	}
	if err == nil {
		d.Result, err = json.Marshal(result)
	}
	if err != nil {
		b.log.Warn("a work failed", logFeature(name), zap.String("work", work), zap.Int("tries", row.Tries+1), logError(err))
		if row.Tries+1 < workTries && !IsPermanent(err) {
			b.postpone(ctx, rowKey, row)
			return
		}
		d.Error = err.Error()
	}
	data, err := json.Marshal(d)
	if err != nil {
		b.log.Error("the result of a work does not encode", logFeature(name), logError(err))
		return
	}
	e := Event{ID: "work/" + rowKey, Kind: Kind(name + "." + work), At: b.clock.Now(), Chat: row.Chat, Data: data, class: row.Class}
	it := item{event: &e, work: rowKey, answer: make(chan answer, 1)}
	if b.put(ctx, it) != nil {
		return
	}
	select {
	case <-it.answer:
	case <-ctx.Done():
	}
}

func (b *Bot) doWork(ctx context.Context, name, work string, w Work) (result any, err error) {
	f := b.byName[name]
	if f == nil || f.Works[work] == nil {
		return nil, Permanent(fmt.Errorf("no feature does %s.%s any more", name, work))
	}
	w.Keep = b.keeper(f)
	ctx, cancel := context.WithTimeout(ctx, workLimit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = Permanent(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	return f.Works[work](ctx, w)
}

func (b *Bot) postpone(ctx context.Context, key string, row workRow) {
	row.Tries++
	row.After = b.clock.Now().Add(time.Duration(row.Tries*row.Tries) * 10 * time.Second)
	err := b.db.Update(ctx, func(tx store.Tx) error { return putWork(tx, row, key) })
	if err != nil {
		b.log.Error("a failed work could not be put off", logError(err))
		_ = b.rest(ctx, "work/"+key, time.Second) // it is still due: not at once, or it would spin
	}
}

func (b *Bot) prepare(ctx context.Context, e Effect) error {
	if p, ok := b.account.(Preparer); ok {
		return p.Prepare(ctx, e)
	}
	return nil
}
