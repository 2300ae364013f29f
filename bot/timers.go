package bot

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"go.uber.org/zap"

	"sixtwenty/store"
)

// A timerRow is a Tick to come. Its key is what it is for, so setting it twice is setting it once.
type timerRow struct {
	Due     time.Time       `json:"due"`
	Feature string          `json:"feature"`
	Name    string          `json:"name"`
	Job     bool            `json:"job,omitempty"`
	Chat    Chat            `json:"chat,omitzero"`
	Data    json.RawMessage `json:"data,omitempty"`
	// Tries counts the failed runs of a job's occurrence, and For says which one that is: Due is when to try again.
	Tries int       `json:"tries,omitempty"`
	For   time.Time `json:"for,omitzero"`
}

const (
	timers    = store.Table[timerRow]("bot/timers")     // kind, feature, name, chat, key
	timersDue = store.Table[struct{}]("bot/timers/due") // due, the timer's key
)

func setTimer(tx store.Tx, t timerRow, key ...any) error {
	if err := clearTimer(tx, key...); err != nil {
		return err
	}
	if err := timers.Put(tx, t, key...); err != nil {
		return err
	}
	return timersDue.Put(tx, struct{}{}, t.Due, store.Key(key...))
}

func clearTimer(tx store.Tx, key ...any) error {
	was, ok, err := timers.Get(tx, key...)
	if err != nil || !ok {
		return err
	}
	return dropTimer(tx, store.Key(key...), was)
}

func dropTimer(tx store.Tx, key string, t timerRow) error {
	if err := tx.Delete(string(timers), key); err != nil {
		return err
	}
	return timersDue.Delete(tx, t.Due, key)
}

// nextDue is when the first timer is due; zero if none is set.
func nextDue(r store.Reader) (time.Time, error) {
	for row, err := range timersDue.Scan(r, store.Range{Limit: 1}) {
		if err != nil {
			return time.Time{}, err
		}
		var due time.Time
		return due, store.Split(row.Key, &due, nil)
	}
	return time.Time{}, nil
}

// tick runs the timers that are due, oldest first, at most limit of them.
func (r *run) tick(ctx context.Context, limit int) error {
	type dueTimer struct{ index, key string }
	var due []dueTimer
	for row, err := range timersDue.Scan(r.tx, store.Range{To: store.Key(r.now.Add(1)), Limit: limit}) {
		if err != nil {
			return err
		}
		d := dueTimer{index: row.Key}
		if err := store.Split(row.Key, nil, &d.key); err != nil {
			return err
		}
		due = append(due, d)
	}
	for _, d := range due {
		if err := r.fire(ctx, d.index, d.key); err != nil {
			return err
		}
	}
	return r.reportJobs()
}

// fire runs the timer that an index row names, and forgets it first: a timer may set itself anew.
func (r *run) fire(ctx context.Context, index, key string) error {
	set, err := r.tx.Get(string(timersDue), index)
	if err != nil || set == nil { // an earlier timer of this batch cleared it, or set it anew
		return err
	}
	raw, err := r.tx.Get(string(timers), key)
	if err != nil {
		return err
	}
	var t timerRow
	if err := json.Unmarshal(raw, &t); err != nil { // it must not stop all others
		r.bot.log.Error("a timer cannot be read and is dropped", zap.String("timer", store.FormatKey(key)), logError(err))
		return errors.Join(r.tx.Delete(string(timersDue), index), r.tx.Delete(string(timers), key))
	}
	if err := dropTimer(r.tx, key, t); err != nil {
		return err
	}
	r.out.late = append(r.out.late, r.now.Sub(t.Due))
	f := r.bot.byName[t.Feature]
	if f == nil || !r.follows(t.Chat) { // the feature went away with an update, or the bot has left the group
		return nil
	}
	row, _, err := chats.Get(r.tx, t.Chat.ID)
	if err != nil {
		return err
	}
	if t.Chat.Name = row.Name; t.Job {
		return r.fireJob(ctx, f, t)
	}
	if rests, err := r.rests(f, t.Chat.ID); err != nil || rests {
		t.Due = r.now.Add(restFor)
		return errors.Join(err, r.postpone(key, t))
	}
	fn := f.Timers[t.Name]
	if fn == nil {
		return nil
	}
	_, err = r.callTimer(ctx, f, fn, key, t)
	return err
}

// callTimer runs a timer's function, and then the facts it emitted.
func (r *run) callTimer(ctx context.Context, f *feature, fn Run, key string, t timerRow) (failed bool, err error) {
	c, err := r.newCall(f, tickEvent(key, t), Everyone)
	if err != nil {
		return false, err
	}
	c.scheduled = t.Job
	r.facts = r.facts[:0]
	if failed, err = r.call(ctx, fn, c); err != nil {
		return failed, err
	}
	return failed, r.tell(ctx)
}

func tickEvent(key string, t timerRow) Event {
	return Event{ID: "tick/" + key, Kind: Tick, At: t.Due, Chat: t.Chat, Data: t.Data}
}
