package bot

import (
	"fmt"
	"slices"
	"time"

	"sixtwenty/store"
)

// A Planned is one run of a job that is to come.
type Planned struct {
	At      time.Time // what it is for: its run may be sooner
	Chat    Chat
	Feature string
	Job     string
	Summary Text
	Lacks   bool // nothing is there to send yet
}

// Upcoming gives the runs of every job that speaks to a group, from now until a moment, the soonest first, by the settings that
// hold now. It stops at so many runs and says so.
func (c *Call) Upcoming(until time.Time, most int) (list []Planned, all bool, err error) {
	groups, err := Chats(c.Tx)
	if err != nil {
		return nil, false, err
	}
	known := map[lackKey]bool{}
	for _, chat := range groups {
		for _, f := range c.run.bot.features {
			for i := range f.Jobs {
				if f.Jobs[i].Silent {
					continue
				}
				runs, err := c.run.runsOf(f, &f.Jobs[i], chat, until, most-len(list), known)
				if err != nil {
					return nil, false, err
				}
				if list = append(list, runs...); len(list) >= most {
					return list, false, nil
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Planned) int { return a.At.Compare(b.At) })
	return list, true, nil
}

// A lackKey is a day of a job: what one group lacks on it, all lack.
type lackKey struct {
	job *Job
	day Day
}

func (r *run) runsOf(f *feature, job *Job, chat Chat, until time.Time, most int, known map[lackKey]bool) (list []Planned, err error) {
	spec, zone, ok, err := r.jobSpec(f, job, chat.ID)
	if err != nil || !ok {
		return nil, err
	}
	group, err := r.groupSettings(chat.ID)
	if err != nil {
		return nil, err
	}
	for at := spec.Next(r.now, zone); !at.IsZero() && !at.After(until) && len(list) < most; at = spec.Next(at, zone) {
		p := Planned{At: at.Add(job.Lead), Chat: chat, Feature: f.Name, Job: job.Name, Summary: job.Summary}
		if job.Lacks != nil {
			key, ok := lackKey{job, DayOf(p.At, zone, group.DayBegins)}, false
			if p.Lacks, ok = known[key]; !ok {
				if p.Lacks, err = job.Lacks(r.tx, len(list), key.day); err != nil {
					return nil, err
				}
				known[key] = p.Lacks
			}
		}
		list = append(list, p)
	}
	return list, nil
}

// Report gathers what every feature has to tell the owner this morning.
func (c *Call) Report(q Query) (lines []Line, err error) {
	for _, f := range c.run.bot.features {
		if f.Report == nil {
			continue
		}
		more, err := f.Report(c.Tx, q)
		if err != nil {
			return nil, fmt.Errorf("feature %s, report: %w", f.Name, err)
		}
		lines = append(lines, more...)
	}
	return lines, nil
}

// SizeOf is how many members a group had when its list was last read; 0 where it never was.
func SizeOf(r store.Reader, chat ChatID) (int, error) {
	row, _, err := chats.Get(r, chat)
	return row.Size, err
}
