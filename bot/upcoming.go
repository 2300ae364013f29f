package bot

import (
	"slices"
	"time"

	"sixtwenty/schedules"
	"sixtwenty/store"
)

// A Planned is one run of a job that is to come.
type Planned struct {
	At      time.Time // what it is for: its run may be sooner
	Chat    Chat
	Feature string
	Job     string
	Summary Text
	Sends   int  // messages
	Lacks   bool // nothing is there to send yet
	Seldom  bool // perhaps nothing is sent at all
}

// An Outlook is the time to come by the rules that hold now. It belongs to one transaction and dies with it; the zero Outlook,
// which a Query has that did not come through Bot.Views or Call.Report, tells nothing.
type Outlook struct {
	Now time.Time

	bot      *Bot
	r        store.Reader
	settings map[settingKey]any
	changed  *changedSettings
	since    time.Time // of the sign-in
}

func (b *Bot) outlook(r store.Reader, now time.Time) Outlook {
	b.outbox.mu.Lock()
	defer b.outbox.mu.Unlock()
	return Outlook{Now: now, bot: b, r: r, settings: map[settingKey]any{}, changed: &changedSettings{}, since: b.outbox.budget.since}
}

// ahead gives a view with the outlook and the registry in every query.
func (b *Bot) ahead(v View) View {
	if rows := v.Rows; rows != nil {
		v.Rows = func(r store.Reader, q Query) ([][]string, error) {
			q.Outlook, q.Registry = b.outlook(r, q.Now), b.registry(r)
			return rows(r, q)
		}
	}
	if show := v.Show; show != nil {
		v.Show = func(r store.Reader, q Query) (Shown, error) {
			q.Outlook, q.Registry = b.outlook(r, q.Now), b.registry(r)
			return show(r, q)
		}
	}
	return v
}

// Outlook is the time to come as the console sees it, by one transaction.
func (b *Bot) Outlook(r store.Reader) Outlook { return b.outlook(r, b.clock.Now()) }

// Outlook is the time to come as it looks within this call.
func (c *Call) Outlook() Outlook { return c.run.bot.outlook(c.Tx, c.Now) }

// nextWithin is how far Next looks: a schedule that says less than once a month is not worth announcing.
const nextWithin = 31 * 24 * time.Hour

// Next is the next time that a feature's job is for in a group; zero where it is off or not soon.
func (o Outlook) Next(feature, job string, chat Chat) (time.Time, error) {
	if o.bot == nil || o.bot.byName[feature] == nil || o.bot.byName[feature].job(job) == nil {
		return time.Time{}, nil
	}
	f := o.bot.byName[feature]
	runs, err := o.runsOf(f, f.job(job), chat, o.Now.Add(nextWithin), 1, map[lackKey]bool{})
	if err != nil || len(runs) == 0 {
		return time.Time{}, err
	}
	return runs[0].At, nil
}

// A lackKey is a day of a job: what one group lacks on it, all lack.
type lackKey struct {
	job *Job
	day Day
}

// Upcoming gives the runs of every job that speaks to a group, from now until a moment, the soonest first. It stops at so many
// runs and says whether those are all.
func (o Outlook) Upcoming(until time.Time, most int) (list []Planned, all bool, err error) {
	if o.bot == nil {
		return nil, true, nil
	}
	groups, err := Chats(o.r)
	if err != nil {
		return nil, false, err
	}
	known := map[lackKey]bool{}
	for _, chat := range groups {
		runs, err := o.upcomingIn(chat, until, most-len(list), known)
		if err != nil {
			return nil, false, err
		}
		if list = append(list, runs...); len(list) >= most {
			return list, false, nil
		}
	}
	slices.SortStableFunc(list, func(a, b Planned) int { return a.At.Compare(b.At) })
	return list, true, nil
}

// UpcomingIn is Upcoming for one group.
func (o Outlook) UpcomingIn(chat Chat, until time.Time, most int) ([]Planned, error) {
	if o.bot == nil {
		return nil, nil
	}
	list, err := o.upcomingIn(chat, until, most, map[lackKey]bool{})
	slices.SortStableFunc(list, func(a, b Planned) int { return a.At.Compare(b.At) })
	return list, err
}

func (o Outlook) upcomingIn(chat Chat, until time.Time, most int, known map[lackKey]bool) (list []Planned, err error) {
	for _, f := range o.bot.features {
		for i := range f.Jobs {
			if f.Jobs[i].Silent {
				continue
			}
			runs, err := o.runsOf(f, &f.Jobs[i], chat, until, most-len(list), known)
			if err != nil {
				return nil, err
			}
			if list = append(list, runs...); len(list) >= most {
				return list, nil
			}
		}
	}
	return list, nil
}

func (o Outlook) runsOf(f *feature, job *Job, chat Chat, until time.Time, most int, known map[lackKey]bool) (list []Planned, err error) {
	settings, err := o.settingsOf(f, chat.ID)
	if err != nil {
		return nil, err
	}
	group, err := o.Group(chat.ID)
	if err != nil {
		return nil, err
	}
	text := job.Spec(settings)
	if text == "" || group.Without(f.Name) {
		return nil, nil
	}
	spec, err := o.bot.days.Parse(text)
	if err != nil { // planJob says so in the log
		return nil, nil
	}
	zone := group.Location()
	for at := spec.Next(o.Now, zone); !at.IsZero() && !at.After(until) && len(list) < most; at = spec.Next(at, zone) {
		p := Planned{At: at.Add(job.Lead), Chat: chat, Feature: f.Name, Job: job.Name, Summary: job.Summary, Sends: max(1, job.Sends), Seldom: job.Seldom}
		if p.Lacks, err = o.lacks(job, len(list), DayOf(p.At, zone, group.DayBegins), known); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func (o Outlook) lacks(job *Job, nth int, day Day, known map[lackKey]bool) (lacks bool, err error) {
	if job.Lacks == nil {
		return false, nil
	}
	key := lackKey{job, day}
	if lacks, ok := known[key]; ok {
		return lacks, nil
	}
	lacks, err = job.Lacks(o.r, nth, day)
	known[key] = lacks
	return lacks, err
}

func (o Outlook) settingsOf(f *feature, chat ChatID) (any, error) {
	if f.base == nil {
		return nil, nil
	}
	key := settingKey{f.Name, chat}
	if v, ok := o.settings[key]; ok {
		return v, nil
	}
	if err := o.changed.read(o.r); err != nil {
		return nil, err
	}
	if !o.changed.keys[key] {
		return f.base, nil
	}
	v, err := f.settingsIn(o.r, chat)
	if err == nil {
		o.settings[key] = v
	}
	return v, err
}

// changedSettings are the features of groups of which the owner changed anything. They are few: all the others, in which
// config.yaml holds, cost one scan together and not one each.
type changedSettings struct{ keys map[settingKey]bool }

func (c *changedSettings) read(r store.Reader) error {
	if c.keys != nil {
		return nil
	}
	keys := map[settingKey]bool{}
	for row, err := range overrides.Scan(r, store.Range{}) {
		if err != nil {
			return err
		}
		var key settingKey
		if err := store.Split(row.Key, &key.feature, &key.chat, nil); err != nil {
			return err
		}
		keys[key] = true
	}
	c.keys = keys
	return nil
}

// Settings are those of a feature as they hold in a group, as the type of Feature.Settings; nil where nothing is told.
func (o Outlook) Settings(feature string, chat ChatID) (any, error) {
	if o.bot == nil || o.bot.byName[feature] == nil {
		return nil, nil
	}
	return o.settingsOf(o.bot.byName[feature], chat)
}

// Group are the settings of a group.
func (o Outlook) Group(chat ChatID) (GroupSettings, error) {
	if o.bot == nil {
		return DefaultGroupSettings(), nil
	}
	v, err := o.settingsOf(o.bot.byName[groupFeature], chat)
	if err != nil {
		return GroupSettings{}, err
	}
	return v.(GroupSettings), nil
}

// Days are the working days as far as they are known.
func (o Outlook) Days() *schedules.Days {
	if o.bot == nil {
		return schedules.Published()
	}
	return o.bot.days
}

// NeedsDays says whether any job of any group depends on the table of working days.
func (o Outlook) NeedsDays() (bool, error) {
	if o.bot == nil {
		return false, nil
	}
	groups, err := Chats(o.r)
	if err != nil {
		return false, err
	}
	read := map[string]bool{}
	for _, chat := range groups {
		for _, f := range o.bot.features {
			settings, err := o.settingsOf(f, chat.ID)
			if err != nil {
				return false, err
			}
			for _, job := range f.Jobs {
				text := job.Spec(settings)
				if text == "" || read[text] {
					continue
				}
				read[text] = true
				if spec, err := o.bot.days.Parse(text); err == nil && spec.NeedsDays() {
					return true, nil
				}
			}
		}
	}
	return false, nil
}

// Quiet says whether a moment, in the zone it is given in, lies within the quiet hours.
func (o Outlook) Quiet(t time.Time) bool { return o.bot != nil && !o.bot.quiet.end(t).IsZero() }

// Most are the limits of what nobody waits for, in an hour and in a day, as they will be at a moment, by the warm-up after a scan; 0
// is no limit.
func (o Outlook) Most(at time.Time) (hour, day int) {
	if o.bot == nil {
		return 0, 0
	}
	p, age := o.bot.opts.Pace, at.Sub(o.since)
	return unhurried(warm(p.PerHour, p.WarmUp, age)), unhurried(warm(p.PerDay, p.WarmUp, age))
}

// SendTime is how long so many sends that begin at a moment take at the usual pace, at least: a service that says "too often"
// slows it down. What the budget of an hour does not allow waits for the next full hour.
func (o Outlook) SendTime(at time.Time, n int) (took time.Duration) {
	if o.bot == nil || n < 2 {
		return 0
	}
	hours := 0
	if most, _ := o.Most(at); most > 0 {
		hours = (n - 1) / most
		n -= hours * most
	}
	if hours > 0 {
		took = at.Truncate(time.Hour).Add(time.Duration(hours) * time.Hour).Sub(at)
	}
	p := o.bot.opts.Pace
	return took + time.Duration(n-1)*(p.Gap+p.Jitter/2)
}

// SendTime is how long so many sends take that begin now.
func (c *Call) SendTime(n int) time.Duration { return c.Outlook().SendTime(c.Now, n) }
