package bot

import (
	"context"
	"encoding/json"
	"time"

	"sixtwenty/schedules"
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
	Tries   int             `json:"tries,omitempty"` // failed runs of a job's occurrence
}

const (
	timers    = store.Table[timerRow]("bot/timers")   // kind, feature, name, chat, key
	timersDue = store.Table[string]("bot/timers/due") // due, the timer's key
)

func setTimer(tx store.Tx, t timerRow, key ...any) error {
	if err := clearTimer(tx, key...); err != nil {
		return err
	}
	if err := timers.Put(tx, t, key...); err != nil {
		return err
	}
	k := store.Key(key...)
	return timersDue.Put(tx, k, t.Due, k)
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
		var key string
		return due, store.Split(row.Key, &due, &key)
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
		due = append(due, dueTimer{row.Key, row.Value})
	}
	for _, d := range due {
		if err := r.fire(ctx, d.index, d.key); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) fire(ctx context.Context, index, key string) error {
	raw, err := r.tx.Get(string(timers), key)
	if err != nil {
		return err
	}
	if raw == nil { // an earlier timer of this batch cleared it
		return r.tx.Delete(string(timersDue), index)
	}
	var t timerRow
	if err := json.Unmarshal(raw, &t); err != nil {
		return err
	}
	if err := dropTimer(r.tx, key, t); err != nil {
		return err
	}
	f := r.bot.byName[t.Feature]
	if f == nil { // the feature went away with an update
		return nil
	}
	if t.Job {
		return r.fireJob(ctx, f, t)
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
	r.facts = r.facts[:0]
	if failed, err = r.call(ctx, fn, c); err != nil {
		return failed, err
	}
	return failed, r.tell(ctx)
}

func tickEvent(key string, t timerRow) Event {
	return Event{ID: "tick/" + key, Kind: Tick, At: t.Due, Chat: t.Chat, Data: t.Data}
}

const (
	jobTries = 3
	jobPause = time.Minute
)

// fireJob runs what a job owes. Its next time is set first, so that no outcome can end the schedule.
func (r *run) fireJob(ctx context.Context, f *feature, t timerRow) error {
	job := f.job(t.Name)
	if job == nil {
		return nil
	}
	if t.Tries > 0 {
		return r.runJob(ctx, f, job, t)
	}
	spec, zone, ok, err := r.jobSpec(f, job, t.Chat.ID)
	if err != nil || !ok {
		return err
	}
	owed := schedules.Due(spec, zone, t.Due, r.now, job.Missed)
	next := t
	next.Due = owed.Next
	if !next.Due.IsZero() {
		if err := setTimer(r.tx, next, "job", f.Name, t.Name, t.Chat.ID); err != nil {
			return err
		}
	}
	if owed.Skipped > 0 {
		if err := r.reportMissed(f, job, t, owed.Skipped); err != nil {
			return err
		}
	}
	for _, at := range owed.Run {
		t.Due = at
		if err := r.runJob(ctx, f, job, t); err != nil {
			return err
		}
	}
	return nil
}

// runJob runs one occurrence. A failed one is tried again a minute later, three times in all, and then reported.
func (r *run) runJob(ctx context.Context, f *feature, job *Job, t timerRow) error {
	failed, err := r.callTimer(ctx, f, job.Run, t.Name+"/"+t.Due.UTC().Format(time.RFC3339), t)
	if err != nil || !failed {
		return err
	}
	if t.Tries++; t.Tries >= jobTries {
		return r.tellOwners(Text{"「%s」的定时任务「%s」试了 %d 次都没成功，请看日志。", "The job “%[2]s” of “%[1]s” failed %[3]d times; see the log."},
			t.Chat.Name, job.Summary.ZH, jobTries)
	}
	t.Due = r.now.Add(jobPause)
	return setTimer(r.tx, t, "retry", f.Name, t.Name, t.Chat.ID)
}

func (r *run) reportMissed(f *feature, job *Job, t timerRow, n int) error {
	r.bot.log.Warn("a job was missed while the bot was down", logFeature(f.Name), logChat(t.Chat.ID), logTime("due", t.Due))
	return r.tellOwners(Text{"不在线的时候，「%s」的「%s」错过了 %d 次，没有补发。", "While offline, “%[2]s” of “%[1]s” was missed %[3]d times and is skipped."},
		t.Chat.Name, job.Summary.ZH, n)
}

// planJobs sets, or clears, the timers of every job for one group.
func (r *run) planJobs(chat ChatID) error {
	row, _, err := chats.Get(r.tx, chat)
	if err != nil || !row.Group {
		return err
	}
	for _, f := range r.bot.features {
		for i := range f.Jobs {
			job := &f.Jobs[i]
			if !row.On {
				err = clearTimer(r.tx, "job", f.Name, job.Name, chat)
			} else {
				err = r.planJob(f, job, Chat{ID: chat, Group: true, Name: row.Name}, r.now)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// planJob sets the job's next time after a moment, by the group's settings and zone.
func (r *run) planJob(f *feature, job *Job, chat Chat, after time.Time) error {
	spec, zone, ok, err := r.jobSpec(f, job, chat.ID)
	if err != nil {
		return err
	}
	var due time.Time
	if ok {
		due = spec.Next(after, zone)
	}
	if due.IsZero() {
		return clearTimer(r.tx, "job", f.Name, job.Name, chat.ID)
	}
	t := timerRow{Due: due, Feature: f.Name, Name: job.Name, Job: true, Chat: chat}
	return setTimer(r.tx, t, "job", f.Name, job.Name, chat.ID)
}

// jobSpec is when a job runs in a group; ok is false where it is off.
func (r *run) jobSpec(f *feature, job *Job, chat ChatID) (spec schedules.Spec, zone *time.Location, ok bool, err error) {
	settings, err := r.effective(f, chat)
	if err != nil {
		return spec, nil, false, err
	}
	group, err := r.groupSettings(chat)
	if err != nil {
		return spec, nil, false, err
	}
	text := job.Spec(settings)
	if text == "" {
		return spec, nil, false, nil
	}
	spec, err = schedules.Parse(text)
	if err != nil { // the settings' Check should have refused it; one bad schedule must not stop the others
		r.bot.log.Error("a schedule is off, it cannot be read", logFeature(f.Name), logChat(chat), logError(err))
		return spec, nil, false, nil
	}
	return spec, group.location(), true, nil
}

// replanAll sets the jobs of every group at start: a timer that waits and still fits is left alone, so that what came due
// while the bot was down is still known.
func (r *run) replanAll() error {
	list, err := Chats(r.tx)
	if err != nil {
		return err
	}
	for _, chat := range list {
		for _, f := range r.bot.features {
			for i := range f.Jobs {
				if err := r.keepOrPlan(f, &f.Jobs[i], chat); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (r *run) keepOrPlan(f *feature, job *Job, chat Chat) error {
	was, ok, err := timers.Get(r.tx, "job", f.Name, job.Name, chat.ID)
	if err != nil {
		return err
	}
	if ok {
		spec, zone, on, err := r.jobSpec(f, job, chat.ID)
		if err != nil || on && spec.Next(was.Due.Add(-1), zone).Equal(was.Due) {
			return err
		}
	}
	return r.planJob(f, job, chat, r.now)
}
