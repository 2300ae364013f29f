package schedule

import (
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/schedules"
)

const (
	maxLooked = 84                 // firings looked at for what will not go well: a week of every two hours
	lookAhead = 8 * 24 * time.Hour // how far the whole of what is sent is looked at
)

// confirm repeats what was understood.
func confirm(c *bot.Call, e entry, spec schedules.Spec) error {
	zone, err := c.ZoneOf(e.Chat.ID)
	if err != nil {
		return err
	}
	moments := e.comingUp(spec, c.Now, time.Time{}, zone, maxLooked)
	var next []string
	for _, at := range moments[:min(len(moments), 3)] {
		next = append(next, c.When(at))
	}
	if len(next) == 0 {
		next = []string{c.T(textOver)}
	}
	where, err := whereOf(c, e)
	if err != nil {
		return err
	}
	text := c.T(textMade, e.ID, e.Spec, e.What.say(c.Group().Language), where, strings.Join(next, "、"), c.Zone())
	more, err := warnings(c, e, spec, moments)
	c.Say(text + more)
	return err
}

// warnings say what will not go as one might think.
func warnings(c *bot.Call, e entry, spec schedules.Spec, moments []time.Time) (s string, err error) {
	if i := slices.IndexFunc(moments, c.Quiet); i >= 0 {
		s += c.T(textQuiet, c.When(moments[i]))
	}
	to, err := e.targets(c.Tx)
	if err != nil {
		return s, err
	}
	if most, _ := c.Outlook().Most(c.Now); most > 0 && len(to) > most {
		s += c.T(textBudget, len(to), most, (len(to)+most-1)/most)
	}
	clash, err := forecastOf(c).clashes(e, moments)
	if err != nil {
		return s, err
	}
	for _, line := range clash {
		s += c.T(textMind, line)
	}
	local := c.Now.In(c.Zone())
	if year := local.AddDate(0, 2, 0).Year(); spec.NeedsDays() && !c.Days().Knows(year) {
		s += c.T(textNoTable, year)
	}
	return s, nil
}

// clashes say what is wrong with an entry's first firing: it waits for another, comes too late, or the day has too much.
func (f forecast) clashes(e entry, moments []time.Time) (list []string, err error) {
	if len(moments) == 0 || moments[0].Sub(f.o.Now) > lookAhead {
		return nil, nil
	}
	first := moments[0].In(f.zone)
	scenes, err := f.scenes(time.Date(first.Year(), first.Month(), first.Day()+1, 0, 0, 0, -1, f.zone))
	if err != nil {
		return nil, err
	}
	for _, d := range f.days(scenes) {
		for _, s := range d.scenes {
			if s.entry == e.ID && s.at.Equal(moments[0]) {
				if s.late {
					list = append(list, f.t(textClash))
				}
				if s.stale {
					list = append(list, f.t(textStale))
				}
				if over := f.over(d); over != "" {
					list = append(list, over)
				}
			}
		}
	}
	return list, nil
}
