package checkin

import (
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A bookID names one series of check-ins: the group's own bears the id of its chat, a named plan's the name too.
type bookID string

func bookOf(chat bot.ChatID, plan string) bookID {
	if plan == "" {
		return bookID(chat)
	}
	return bookID(string(chat) + "\x1f" + plan)
}

// A bookRow is what is kept of a book itself.
type bookRow struct {
	Chat   bot.ChatID   `json:"chat"`
	Plan   string       `json:"plan,omitempty"`
	Opened bot.Day      `json:"opened"` // the first day it was used on
	Closed bot.Day      `json:"closed"` // days up to and with this one are over and judged
	Rules  []freezeRule `json:"rules,omitempty"`
	Ended  bool         `json:"ended,omitempty"` // its camp is over, and that was said
	// Untold are days missed by an outage of which nothing was said yet.
	Untold []bot.Day `json:"untold,omitempty"`
	Rested bot.Day   `json:"rested,omitempty"` // the last day off that was told
}

// An off is a day that is nobody's miss, and why. It is kept when the day is over, so that what the settings say later does
// not change what the day was.
type off struct {
	Why string `json:"why"` // one of the constants below
}

const (
	offRest   = "rest"   // a day off by the settings, or none of the plan's
	offOutage = "outage" // the bot was down through the window
	offPause  = "pause"  // the bot did not live in the group then
	offZone   = "zone"   // a change of zone jumped over it
)

const (
	books = store.Table[bookRow]("checkin/books") // book
	offs  = store.Table[off]("checkin/off")       // book, day
	// maxClosing bounds what is judged at once; after so long every streak is over anyway.
	maxClosing = 400
	maxRules   = 64
)

// A book is one series of check-ins as one call works on it. Its days before today are judged.
type book struct {
	bookRow
	id    bookID
	plan  plan
	cal   calendar
	today bot.Day
}

const (
	// timerDay ends a day: what it left open is judged, and what must be said of it is said.
	timerDay = "day"
	// afterOutage is its key where an outage put that off: the first check-in that is read opens the book, and sets it for the next day.
	afterOutage = "late"
)

// openBook reads a book and judges the days that are over.
func openBook(c *bot.Call, cal calendar, p plan, at time.Time) (*book, error) {
	if at.After(c.Now) {
		at = c.Now
	}
	b := &book{id: bookOf(c.Event.Chat.ID, p.Name), plan: p, cal: cal, today: cal.day(at)}
	row, known, err := books.Get(c.Tx, b.id)
	if err != nil {
		return nil, err
	}
	if !known {
		row = bookRow{Chat: c.Event.Chat.ID, Plan: p.Name, Opened: b.today, Closed: b.today - 1}
	}
	b.bookRow = row
	changed := b.learn(bot.Settings[Settings](c).freezes(b.today)) || !known
	if b.Closed >= b.last() && !changed {
		return b, nil
	}
	if err := b.close(c); err != nil {
		return nil, err
	}
	if err := c.SetTimer(nextEnd(c, cal), timerDay, "", nil); err != nil {
		return nil, err
	}
	return b, books.Put(c.Tx, b.bookRow, b.id)
}

// nextEnd is when the day that is over next is to be ended. Whoever opens a book earlier does not put that off: what else is
// to be done of the day is done then.
func nextEnd(c *bot.Call, cal calendar) time.Time {
	today, by := cal.day(c.Now), spread(c.Event.Chat.ID)
	if at := cal.begin(today).Add(by); at.After(c.Now) {
		return at
	}
	return cal.begin(today + 1).Add(by)
}

// spread puts the ends of many groups' days a few minutes apart.
func spread(chat bot.ChatID) time.Duration {
	h := fnv.New32a()
	h.Write([]byte(chat))
	return time.Duration(h.Sum32()%300+1) * time.Second
}

// learn keeps a changed rule, from the day on that it was changed.
func (b *book) learn(r freezeRule) bool {
	if n := len(b.Rules); n > 0 {
		last := b.Rules[n-1]
		if last.Every == r.Every && last.Most == r.Most || r.From < last.From {
			return false
		}
		if last.From == r.From {
			b.Rules = b.Rules[:n-1]
		}
	}
	b.Rules = append(slices.Clone(b.Rules), r)
	b.Rules = b.Rules[max(0, len(b.Rules)-maxRules):]
	return true
}

// last is the last day that can be judged by now.
func (b *book) last() bot.Day {
	if end := b.plan.End; end != 0 {
		return min(end, b.today-1)
	}
	return b.today - 1
}

// close judges the days that are over.
func (b *book) close(c *bot.Call) error {
	if err := b.addUp(c.Tx); err != nil {
		return err
	}
	b.Closed = max(b.Closed, b.last()-maxClosing)
	for b.Closed < b.last() {
		b.Closed++
		why, err := b.whyOff(c, b.Closed)
		if err != nil {
			return err
		}
		if why == "" {
			err = b.miss(c.Tx, b.Closed)
		} else {
			err = offs.Put(c.Tx, off{Why: why}, b.id, int(b.Closed))
		}
		if err != nil {
			return err
		}
	}
	return b.end(c)
}

// addUp adds the days that are to be closed to those that are.
func (b *book) addUp(tx store.Tx) error {
	sum := 0
	for d := b.Closed + 1; d <= b.last(); d++ {
		n, err := peopleOn(tx, b.id, d)
		if err != nil {
			return err
		}
		sum += n
	}
	return b.countPast(tx, sum)
}

// whyOff says why a day that is over was nobody's miss, or nothing.
func (b *book) whyOff(c *bot.Call, d bot.Day) (string, error) {
	switch {
	case b.cal.skips(d):
		return offZone, nil
	case !b.plan.on(d) || b.rests(c, d):
		return offRest, nil
	}
	from, to := b.window(c).span(b.cal, d)
	heard, err := deafness(c, from, to)
	if err != nil || heard.lost < lostLeast && 2*heard.nothing < to.Sub(from) {
		return "", err
	}
	if heard.lost < lostLeast && 2*heard.down < heard.nothing { // who sent the bot away knows
		return offPause, nil
	}
	b.missedBy(d)
	return offOutage, nil
}

// rests says whether the group rests on a day. A plan that names its days of the week leaves weekends to them.
func (b *book) rests(c *bot.Call, d bot.Day) bool {
	s := bot.Settings[Settings](c)
	s.WeekendsOff = s.WeekendsOff && b.plan.Days == 0
	return s.rests(d, c.Days())
}

// window is when check-ins count in this book.
func (b *book) window(c *bot.Call) window {
	if b.plan.Name == "" {
		return bot.Settings[Settings](c).window()
	}
	return b.plan.Window
}

// lostLeast is how much of the window must be lost for good to make the day nobody's miss: whoever checked in just then did so
// in vain and cannot know it.
const lostLeast = 2 * time.Minute

// A silence is how long the bot heard nothing of the group, how much of that it was out of touch, and how much of what was said
// meanwhile will never come in, for all that is known.
type silence struct{ nothing, down, lost time.Duration }

func deafness(c *bot.Call, from, to time.Time) (s silence, err error) {
	list, err := c.Outages(from, to)
	if err != nil {
		return s, err
	}
	pauses, err := c.Pauses(from, to)
	if err != nil {
		return s, err
	}
	s.down = covered(list, from, to)
	s.lost = covered(slices.DeleteFunc(slices.Clone(list), func(o bot.Outage) bool { return !o.Lost && !o.On }), from, to)
	for _, p := range pauses {
		list = append(list, bot.Outage{From: p.From, To: p.To})
	}
	s.nothing = covered(list, from, to)
	return s, nil
}

// covered is how much of the time between two moments lies in one of the spans.
func covered(list []bot.Outage, from, to time.Time) (sum time.Duration) {
	slices.SortFunc(list, func(a, b bot.Outage) int { return a.From.Compare(b.From) })
	for _, o := range list {
		if o.From.After(from) {
			from = o.From
		}
		if o.To.After(to) {
			o.To = to
		}
		if o.To.After(from) {
			sum, from = sum+o.To.Sub(from), o.To
		}
	}
	return sum
}

// miss judges a day for everybody whose streak was alive and who was not there.
func (b *book) miss(tx store.Tx, d bot.Day) error {
	var heads []bot.PersonID
	for row, err := range alive.Scan(tx, store.Under(b.id)) {
		if err != nil {
			return err
		}
		heads = append(heads, row.Value)
	}
	for _, head := range heads {
		was, _, err := habits.Get(tx, b.id, head)
		if err != nil {
			return err
		}
		if was.Last >= d {
			continue
		}
		now := was
		if now.missed() {
			if err := frozen.Put(tx, struct{}{}, b.id, head, int(d)); err != nil {
				return err
			}
		}
		if err := keepHabit(tx, b.id, head, was, now); err != nil {
			return err
		}
	}
	return nil
}

// booksOf opens the group's book and those of its plans.
func booksOf(c *bot.Call, at time.Time) ([]*book, error) {
	cal, err := calendarOf(c)
	if err != nil {
		return nil, err
	}
	list, err := plansOf(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return nil, err
	}
	var open []*book
	for _, p := range append([]plan{{}}, list...) {
		b, err := openBook(c, cal, p, at)
		if err != nil {
			return nil, err
		}
		open = append(open, b)
	}
	return open, nil
}

// theBook opens the one book that a command names; "" is the group's own.
func theBook(c *bot.Call, name string) (*book, error) {
	p := plan{}
	if name != "" {
		var ok bool
		var err error
		if p, ok, err = plans.Get(c.Tx, c.Event.Chat.ID, foldName(name)); err != nil {
			return nil, err
		}
		if !ok {
			return nil, noPlan(c, name)
		}
	}
	cal, err := calendarOf(c)
	if err != nil {
		return nil, err
	}
	return openBook(c, cal, p, c.Event.At)
}

// noPlan refuses a name that no check-in has, and says those there are: only managers can ask for the list.
func noPlan(c *bot.Call, name string) error {
	list, err := plansOf(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return bot.Refuse(textOneBook, bot.CleanName(name))
	}
	names := make([]string, 0, len(list))
	for _, p := range list {
		names = append(names, p.Name)
	}
	return bot.Refuse(textNoPlan, bot.CleanName(name), strings.Join(names, "、"))
}

// dayText writes a day as people do.
func dayText(l bot.Lang, d bot.Day) string {
	if l == bot.EN {
		return d.Date().Format("2 Jan")
	}
	return d.Date().Format("1月2日")
}

func day(c *bot.Call, d bot.Day) string { return dayText(c.Group().Language, d) }
