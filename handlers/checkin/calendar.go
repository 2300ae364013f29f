package checkin

import (
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A calendar says which day of a group a moment belongs to. A day that was counted never moves: another zone or cut-off
// holds from the end of the day in which it was set, so the calendar remembers since when which one held.
type calendar []era

// An era is a span with one zone and one cut-off.
type era struct {
	From   time.Time `json:"from,omitzero"` // zero: always
	Zone   string    `json:"zone"`
	Begins int       `json:"begins"`
	// Last is the day that the era before ended with. No later moment belongs to an earlier day.
	Last bot.Day `json:"last,omitempty"`

	loaded *time.Location // reading a zone is slow enough to do it once a call
}

const (
	calendars = store.Table[calendar]("checkin/calendars") // chat
	// maxEras bounds a calendar; messages from before the oldest are counted by it.
	maxEras = 32
)

func (e *era) location() *time.Location {
	if e.loaded == nil {
		zone, err := time.LoadLocation(e.Zone)
		if err != nil {
			zone = time.UTC // the settings' Check has seen the name; this machine has no zone data
		}
		e.loaded = zone
	}
	return e.loaded
}

func (e *era) day(t time.Time) bot.Day { return bot.DayOf(t, e.location(), e.Begins) }

func (e *era) begin(d bot.Day) time.Time {
	y, m, day := d.Date().Date()
	return time.Date(y, m, day, e.Begins, 0, 0, 0, e.location())
}

// at is the era of a moment.
func (l calendar) at(t time.Time) int {
	for i := len(l) - 1; i > 0; i-- {
		if !t.Before(l[i].From) {
			return i
		}
	}
	return 0
}

// day is the day that a moment belongs to.
func (l calendar) day(t time.Time) bot.Day {
	i := l.at(t)
	if i == 0 {
		return l[0].day(t)
	}
	return max(l[i].day(t), l[i].Last)
}

// zone is the zone of a moment.
func (l calendar) zone(t time.Time) *time.Location { return l[l.at(t)].location() }

// begin is when a day begins. A day that no moment belongs to begins when the next one does.
func (l calendar) begin(d bot.Day) time.Time {
	for i := len(l) - 1; i > 0; i-- {
		if l[i].Last >= d {
			continue
		}
		if at := l[i].begin(d); at.After(l[i].From) {
			return at
		}
		return l[i].From
	}
	return l[0].begin(d)
}

// skips says whether a change of zone jumped over a day, so that nobody could check in on it.
func (l calendar) skips(d bot.Day) bool {
	for i := 1; i < len(l); i++ {
		if e := &l[i]; e.Last < d && d < e.day(e.From) {
			return true
		}
	}
	return false
}

// with gives the calendar in which zone and cut-off hold from the end of the day that now is in, and whether it is another.
func (l calendar) with(g bot.GroupSettings, now time.Time) (calendar, bool) {
	if len(l) == 0 {
		return calendar{{Zone: g.Zone, Begins: g.DayBegins}}, true
	}
	last := l[len(l)-1]
	if last.Zone == g.Zone && last.Begins == g.DayBegins {
		return l, false
	}
	next := append(calendar(nil), l...)
	if len(next) > 1 && last.From.After(now) { // a change that does not hold yet is replaced
		next = next[:len(next)-1]
		if was := next[len(next)-1]; was.Zone == g.Zone && was.Begins == g.DayBegins {
			return next, true
		}
	}
	today := next.day(now)
	next = append(next, era{From: next.begin(today + 1), Zone: g.Zone, Begins: g.DayBegins, Last: today})
	if drop := len(next) - maxEras; drop > 0 {
		next = next[drop:]
		next[0].From, next[0].Last = time.Time{}, 0
	}
	return next, true
}

// calendarOf reads the calendar of this chat, and keeps what has changed about it.
func calendarOf(c *bot.Call) (calendar, error) {
	chat := c.Event.Chat.ID
	was, _, err := calendars.Get(c.Tx, chat)
	if err != nil {
		return nil, err
	}
	now, changed := was.with(c.Group(), c.Now)
	for i := range now {
		if now[i].Zone == c.Group().Zone {
			now[i].loaded = c.Zone()
		}
	}
	if !changed {
		return now, nil
	}
	return now, calendars.Put(c.Tx, now, chat)
}

// dayIn is the day that a view is asked about, where nothing can be kept.
func dayIn(r store.Reader, q bot.Query) (bot.Day, error) {
	l, ok, err := calendars.Get(r, q.Chat)
	if err != nil || !ok || q.Now.IsZero() {
		return q.Day, err
	}
	return l.day(q.Now), nil
}

// A window is the time of day in which check-ins count, in minutes since midnight; To may be past midnight. The zero window
// is the whole day.
type window struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// holds says whether the window is open at a moment, to the end of its last minute.
func (w window) holds(t time.Time, zone *time.Location) bool {
	if w == (window{}) {
		return true
	}
	local := t.In(zone)
	m := local.Hour()*60 + local.Minute()
	if w.From <= w.To {
		return w.From <= m && m <= w.To
	}
	return w.From <= m || m <= w.To
}

// span is the window on one day of a calendar.
func (w window) span(l calendar, d bot.Day) (from, to time.Time) {
	from, to = l.begin(d), l.begin(d+1)
	if w == (window{}) {
		return from, to
	}
	zone, begins := l.zone(from), from.In(l.zone(from))
	y, m, day := begins.Date()
	at := func(minute int) time.Time {
		t := time.Date(y, m, day, 0, minute, 0, 0, zone)
		if t.Before(from) {
			t = time.Date(y, m, day+1, 0, minute, 0, 0, zone)
		}
		return t
	}
	start, end := at(w.From), at(w.To).Add(time.Minute)
	if end.Before(start) || end.After(to) {
		end = to
	}
	return start, end
}
