package checkin

import (
	"slices"
	"strconv"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A mark is what one identity did on one day: a fact, which belongs to that identity whoever they are merged with.
type mark struct {
	At   time.Time `json:"at"`
	Rank int       `json:"rank"`           // the how-many-eth of the group that day; 0 where it was made up or entered later
	Made bool      `json:"made,omitempty"` // made up later: At is when
	By   bool      `json:"by,omitempty"`   // put there by a correction
	Void bool      `json:"void,omitempty"` // taken back by a correction
	Sum  int       `json:"sum,omitempty"`  // of what was written beside it, in hundredths of the owner's unit
	// Points are those it was given, so that the same are taken back with it.
	Points int `json:"points,omitempty"`
}

// there says whether a mark counts.
func (m *mark) there() bool { return m != nil && !m.Void }

// A tally is what a person, or a group, did in a week or month, or ever.
type tally struct {
	Days int `json:"days"`
	Sum  int `json:"sum,omitempty"`
}

// Facts, by identity.
const (
	marks  = store.Table[mark]("checkin/days")          // book, identity, day
	order  = store.Table[bot.PersonID]("checkin/order") // book, day, rank
	counts = store.Table[int]("checkin/counts")         // book, day: the last rank given
	taken  = store.Table[int]("checkin/taken")          // book, day: how many ranks count for nobody
)

// What follows from them, by person.
const (
	habits  = store.Table[habit]("checkin/habits")         // book, head
	alive   = store.Table[bot.PersonID]("checkin/alive")   // book, -streak, head: streaks that are not broken
	totals  = store.Table[bot.PersonID]("checkin/totals")  // book, -total, head
	tallies = store.Table[tally]("checkin/tallies")        // book, head, period
	ranking = store.Table[bot.PersonID]("checkin/ranking") // book, period, -days, head
	sums    = store.Table[bot.PersonID]("checkin/sums")    // book, period, -sum, head
	frozen  = store.Table[struct{}]("checkin/frozen")      // book, head, day: a freeze was spent on it
	doubles = store.Table[int]("checkin/doubles")          // book, head, day: ranks beside the first, of taken
)

// A period is a week, a month, or all of time, as a part of a key.
type period string

const ever = period("a")

// weekOf is the week of a day, Monday to Sunday.
func weekOf(d bot.Day) period { return period("w" + strconv.Itoa(int(monday(d)))) }

func monday(d bot.Day) bot.Day { return d - bot.Day((int(d.Date().Weekday())+6)%7) }

func monthOf(d bot.Day) period { return period("m" + d.Date().Format("200601")) }

// keepHabit writes a person's habit and moves them on the boards.
func keepHabit(tx store.Tx, id bookID, head bot.PersonID, was, now habit) error {
	if was.Streak != now.Streak {
		if was.Streak > 0 {
			if err := alive.Delete(tx, id, -was.Streak, head); err != nil {
				return err
			}
		}
		if now.Streak > 0 {
			if err := alive.Put(tx, head, id, -now.Streak, head); err != nil {
				return err
			}
		}
	}
	if was.Total != now.Total {
		if was.Total > 0 {
			if err := totals.Delete(tx, id, -was.Total, head); err != nil {
				return err
			}
		}
		if now.Total > 0 {
			if err := totals.Put(tx, head, id, -now.Total, head); err != nil {
				return err
			}
		}
	}
	if now == (habit{}) {
		return habits.Delete(tx, id, head)
	}
	return habits.Put(tx, now, id, head)
}

// count shifts what a person did in the periods of a day, and their place in them.
func count(tx store.Tx, id bookID, head bot.PersonID, d bot.Day, by tally) error {
	if by == (tally{}) {
		return nil
	}
	for _, p := range []period{weekOf(d), monthOf(d), ever} {
		if p == ever && by.Sum == 0 {
			continue
		}
		was, _, err := tallies.Get(tx, id, head, p)
		if err != nil {
			return err
		}
		now := tally{Sum: was.Sum + by.Sum}
		if p != ever { // how many days ever is the habit's total
			now.Days = was.Days + by.Days
		}
		if err := keepTally(tx, id, head, p, was, now); err != nil {
			return err
		}
		if err := countForAll(tx, id, p, by.Sum); err != nil {
			return err
		}
	}
	return nil
}

// countForAll shifts what the whole group adds up to, which is counted by identity: a merge of people does not change it.
func countForAll(tx store.Tx, id bookID, p period, sum int) error {
	if sum == 0 {
		return nil
	}
	t, _, err := tallies.Get(tx, id, everybody, p)
	if err != nil {
		return err
	}
	t.Sum += sum
	return tallies.Put(tx, t, id, everybody, p)
}

func keepTally(tx store.Tx, id bookID, head bot.PersonID, p period, was, now tally) error {
	if err := rerank(tx, ranking, id, p, head, was.Days, now.Days); err != nil {
		return err
	}
	if err := rerank(tx, sums, id, p, head, was.Sum, now.Sum); err != nil {
		return err
	}
	if now == (tally{}) {
		return tallies.Delete(tx, id, head, p)
	}
	return tallies.Put(tx, now, id, head, p)
}

func rerank(tx store.Tx, t store.Table[bot.PersonID], id bookID, p period, head bot.PersonID, was, now int) error {
	if was == now {
		return nil
	}
	if was != 0 {
		if err := t.Delete(tx, id, p, -was, head); err != nil {
			return err
		}
	}
	if now == 0 {
		return nil
	}
	return t.Put(tx, head, id, p, -now, head)
}

// daysOf gives the days on which any identity of a person was there, sorted.
func daysOf(r store.Reader, id bookID, who bot.Person) (days []bot.Day, err error) {
	for _, p := range who.Identities {
		for row, err := range marks.Scan(r, store.Under(id, p)) {
			if err != nil {
				return nil, err
			}
			if row.Value.Void {
				continue
			}
			var d int
			if err := store.Split(row.Key, nil, nil, &d); err != nil {
				return nil, err
			}
			days = append(days, bot.Day(d))
		}
	}
	slices.Sort(days)
	return slices.Compact(days), nil
}

// neutralFrom gives the days from one on that were nobody's miss.
func neutralFrom(r store.Reader, id bookID, from bot.Day) (days []bot.Day, err error) {
	rg := store.Under(id)
	rg.From = store.Key(id, int(from))
	for row, err := range offs.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		var d int
		if err := store.Split(row.Key, nil, &d); err != nil {
			return nil, err
		}
		days = append(days, bot.Day(d))
	}
	return days, nil
}

// refold works out a person's habit anew from their days.
func refold(tx store.Tx, id bookID, row bookRow, who bot.Person) (habit, error) {
	days, err := daysOf(tx, id, who)
	if err != nil {
		return habit{}, err
	}
	before, err := legacyOf(tx, id, who)
	if err != nil {
		return habit{}, err
	}
	var neutral []bot.Day
	if len(days) > 0 || before.Until > 0 {
		first := before.Until
		if len(days) > 0 && (first == 0 || days[0] < first) {
			first = days[0]
		}
		if neutral, err = neutralFrom(tx, id, first); err != nil {
			return habit{}, err
		}
	}
	now, spent := foldPast(before, days, neutral, row.Closed, row.Rules)
	was, _, err := habits.Get(tx, id, who.Head)
	if err != nil {
		return now, err
	}
	if err := refreeze(tx, id, who.Head, spent); err != nil {
		return now, err
	}
	return now, keepHabit(tx, id, who.Head, was, now)
}

// refreeze replaces the days that a person's freezes were spent on.
func refreeze(tx store.Tx, id bookID, head bot.PersonID, spent []bot.Day) error {
	if err := clearUnder(tx, string(frozen), id, head); err != nil {
		return err
	}
	for _, d := range spent {
		if err := frozen.Put(tx, struct{}{}, id, head, int(d)); err != nil {
			return err
		}
	}
	return nil
}

// clearUnder deletes all rows of one person.
func clearUnder(tx store.Tx, table string, parts ...any) error {
	var keys []string
	for row, err := range tx.Scan(table, store.Under(parts...)) {
		if err != nil {
			return err
		}
		keys = append(keys, row.Key)
	}
	for _, k := range keys {
		if err := tx.Delete(table, k); err != nil {
			return err
		}
	}
	return nil
}

// put keeps a mark of an identity, where there was none, and brings what follows from it up to date.
func (b *book) put(tx store.Tx, who, head bot.PersonID, d bot.Day, m mark, was habit) (now habit, err error) {
	if err := marks.Put(tx, m, b.id, who, int(d)); err != nil {
		return now, err
	}
	if d != b.Closed+1 || was.Last >= d {
		return b.recount(tx, head, who, d, tally{Days: 1, Sum: m.Sum})
	}
	now = was
	now.did(d, ruleOn(b.Rules, d))
	if err := count(tx, b.id, head, d, tally{Days: 1, Sum: m.Sum}); err != nil {
		return now, err
	}
	return now, keepHabit(tx, b.id, head, was, now)
}

// replace puts one mark of an identity in the place of another; nil is none. Put the other way round it undoes itself.
func (b *book) replace(tx store.Tx, who, head bot.PersonID, d bot.Day, was, now *mark) (habit, error) {
	var by tally
	if was.there() {
		by = tally{Days: -1, Sum: -was.Sum}
		if err := b.shiftRank(tx, who, d, was.Rank, false); err != nil {
			return habit{}, err
		}
	}
	if now.there() {
		by.Days++
		by.Sum += now.Sum
		if err := b.shiftRank(tx, who, d, now.Rank, true); err != nil {
			return habit{}, err
		}
	}
	var err error
	if now == nil {
		err = marks.Delete(tx, b.id, who, int(d))
	} else {
		err = marks.Put(tx, *now, b.id, who, int(d))
	}
	if err != nil {
		return habit{}, err
	}
	return b.recount(tx, head, who, d, by)
}

// shiftRank gives a rank of a day back to whom it belonged, or takes it; no other is given in its place.
func (b *book) shiftRank(tx store.Tx, who bot.PersonID, d bot.Day, rank int, back bool) error {
	if rank == 0 {
		return nil
	}
	by, err := 1, error(nil)
	if back {
		by, err = -1, order.Put(tx, who, b.id, int(d), rank)
	} else {
		err = order.Delete(tx, b.id, int(d), rank)
	}
	if err != nil {
		return err
	}
	return b.take(tx, d, by)
}

// recount works out a person's habit anew after a mark of one identity changed, and shifts the tallies of the day; the days
// only where no other of their identities was there.
func (b *book) recount(tx store.Tx, head, who bot.PersonID, d bot.Day, by tally) (habit, error) {
	p, err := bot.PersonOf(tx, head)
	if err != nil {
		return habit{}, err
	}
	other, err := b.there(tx, p, d, who)
	if err != nil {
		return habit{}, err
	}
	if other {
		by.Days = 0
	}
	if err := count(tx, b.id, head, d, by); err != nil {
		return habit{}, err
	}
	if err := b.redouble(tx, p, d); err != nil {
		return habit{}, err
	}
	return refold(tx, b.id, b.bookRow, p)
}

// there says whether somebody was there on a day under another identity than one.
func (b *book) there(r store.Reader, who bot.Person, d bot.Day, but bot.PersonID) (bool, error) {
	for _, p := range who.Identities {
		if p == but {
			continue
		}
		m, ok, err := marks.Get(r, b.id, p, int(d))
		if err != nil || ok && !m.Void {
			return ok, err
		}
	}
	return false, nil
}
