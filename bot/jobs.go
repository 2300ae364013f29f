package bot

import (
	"context"
	"time"

	"go.uber.org/zap"

	"sixtwenty/schedules"
)

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
		return r.retryJob(ctx, f, job, t)
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
		r.trouble(f, job, t.Chat, jobMissed, owed.Skipped)
	}
	for _, at := range owed.Run {
		t.Due = at
		if err := r.runJob(ctx, f, job, t); err != nil {
			return err
		}
	}
	return nil
}

// retryJob runs an occurrence once more, unless the bot was down meanwhile for longer than a run may be late.
func (r *run) retryJob(ctx context.Context, f *feature, job *Job, t timerRow) error {
	if t.Due = t.For; r.now.Sub(t.For) > job.Missed.Grace+jobTries*jobPause {
		r.trouble(f, job, t.Chat, jobMissed, 1)
		return nil
	}
	return r.runJob(ctx, f, job, t)
}

// runJob runs one occurrence. A failed one is tried again a minute later, three times in all, and then reported.
func (r *run) runJob(ctx context.Context, f *feature, job *Job, t timerRow) error {
	failed, err := r.callTimer(ctx, f, job.Run, t.Name+"/"+t.Due.UTC().Format(time.RFC3339), t)
	if err != nil || !failed {
		return err
	}
	if t.Tries++; t.Tries >= jobTries {
		r.trouble(f, job, t.Chat, jobFailed, 1)
		return nil
	}
	t.For, t.Due = t.Due, r.now.Add(jobPause)
	return setTimer(r.tx, t, "retry", f.Name, t.Name, t.Chat.ID, t.For)
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
	if text == "" || group.Without(f.Name) {
		return spec, nil, false, nil
	}
	spec, err = r.bot.days.Parse(text)
	if err != nil { // the settings' Check should have refused it; one bad schedule must not stop the others
		r.bot.log.Error("a schedule is off, it cannot be read", logFeature(f.Name), logChat(chat), logError(err))
		return spec, nil, false, nil
	}
	return spec, r.bot.zoneOf(group), true, nil
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

type jobEnd int

const (
	jobMissed jobEnd = iota
	jobFailed
)

// A jobTrouble is what one job came to in all groups of one batch, so that the owner hears of it once, not once a group.
type jobTrouble struct {
	feature *feature
	job     *Job
	end     jobEnd
	chats   []Chat
	times   int
}

func (r *run) trouble(f *feature, job *Job, chat Chat, end jobEnd, times int) {
	r.bot.log.Warn("a job was not done", logFeature(f.Name), zap.String("job", job.Name), logChat(chat.ID),
		zap.Bool("missed", end == jobMissed), zap.Int("times", times))
	for i := range r.troubles {
		if t := &r.troubles[i]; t.job == job && t.end == end {
			t.chats, t.times = append(t.chats, chat), t.times+times
			return
		}
	}
	r.troubles = append(r.troubles, jobTrouble{f, job, end, []Chat{chat}, times})
}

var (
	textMissed = Text{"不在线的时候，%s的「%s」错过了 %d 次，没有补发。", "While offline, “%[2]s” of %[1]s was missed (times: %[3]d) and is skipped."}
	textGaveUp = Text{"%s的定时任务「%s」试了 %d 次都没成功，请看日志。", "The job “%[2]s” of %[1]s failed %[3]d times; see the log."}
	textGroup  = Text{"「%s」", "“%s”"}
	textGroups = Text{"「%s」等 %d 个群", "“%s” and others, %d groups in all,"}
)

// reportJobs tells the owners what became of the jobs that were not done.
func (r *run) reportJobs() error {
	for _, t := range r.troubles {
		if err := r.tellOwners(t.say); err != nil {
			return err
		}
	}
	r.troubles = nil
	return nil
}

func (t jobTrouble) say(c *Call) string {
	where := c.T(textGroup, CleanName(t.chats[0].Name))
	if n := len(t.chats); n > 1 {
		where = c.T(textGroups, CleanName(t.chats[0].Name), n)
	}
	if t.end == jobFailed {
		return c.T(textGaveUp, where, c.T(t.job.Summary), jobTries)
	}
	return c.T(textMissed, where, c.T(t.job.Summary), t.times)
}
