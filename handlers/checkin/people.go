package checkin

import (
	"errors"
	"maps"
	"slices"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file is what the house asks of every feature about people: what follows from their facts when they are merged, what
// is known of them, why, and that they are forgotten.

// eachBook calls fn for every book.
func eachBook(r store.Reader, fn func(id bookID, row bookRow) error) error {
	list := map[bookID]bookRow{}
	for row, err := range books.Scan(r, store.Range{}) {
		if err != nil {
			return err
		}
		var id bookID
		if err := store.Split(row.Key, &id); err != nil {
			return err
		}
		list[id] = row.Value
	}
	for _, id := range slices.Sorted(maps.Keys(list)) { // writes may come now
		if err := fn(id, list[id]); err != nil {
			return err
		}
	}
	return nil
}

// identity works out anew what follows from the days of a person whose set of identities changed.
func identity(tx store.Tx, changed bot.Person) error {
	err := eachBook(tx, func(id bookID, row bookRow) error {
		b := &book{bookRow: row, id: id}
		for _, p := range changed.Identities {
			if err := errors.Join(dropDerived(tx, id, p), b.dropDoubles(tx, p)); err != nil {
				return err
			}
		}
		return b.derive(tx, changed)
	})
	if err != nil {
		return err
	}
	for _, p := range changed.Identities {
		if err := refoldTeams(tx, p); err != nil {
			return err
		}
	}
	return nil
}

// dropDerived forgets what is kept of somebody as the head of a person.
func dropDerived(tx store.Tx, id bookID, head bot.PersonID) error {
	was, ok, err := habits.Get(tx, id, head)
	if err != nil {
		return err
	}
	if ok {
		if err := keepHabit(tx, id, head, was, habit{}); err != nil {
			return err
		}
	}
	list := map[period]tally{}
	for row, err := range tallies.Scan(tx, store.Under(id, head)) {
		if err != nil {
			return err
		}
		var p period
		if err := store.Split(row.Key, nil, nil, &p); err != nil {
			return err
		}
		list[p] = row.Value
	}
	for p, t := range list {
		if err := keepTally(tx, id, head, p, t, tally{}); err != nil {
			return err
		}
	}
	return clearUnder(tx, string(frozen), id, head)
}

// derive makes a person's habit and tallies from the facts alone; nothing of them may be there.
func (b *book) derive(tx store.Tx, who bot.Person) error {
	days := map[bot.Day]int{} // the sum of each day
	for _, p := range who.Identities {
		for row, err := range marks.Scan(tx, store.Under(b.id, p)) {
			if err != nil {
				return err
			}
			var d int
			if err := store.Split(row.Key, nil, nil, &d); err != nil {
				return err
			}
			if !row.Value.Void {
				days[bot.Day(d)] += row.Value.Sum
			}
		}
	}
	if before, err := legacyOf(tx, b.id, who); err != nil || len(days) == 0 && before == (legacy{}) {
		return err
	}
	list := map[period]tally{}
	for d, sum := range days {
		if err := b.redouble(tx, who, d); err != nil {
			return err
		}
		for _, p := range []period{weekOf(d), monthOf(d), ever} {
			t := list[p]
			if t.Sum += sum; p != ever {
				t.Days++
			}
			list[p] = t
		}
	}
	for p, t := range list {
		if err := keepTally(tx, b.id, who.Head, p, tally{}, t); err != nil {
			return err
		}
	}
	_, err := refold(tx, b.id, b.bookRow, who)
	return err
}

var (
	textAboutDays = bot.Text{ZH: "在「%s」打卡", EN: "check-ins in %s"}
	textAboutCard = bot.Text{ZH: "打卡 %d 天，最长连续 %d 天", EN: "%d days checked in, longest run %d"}
	textAboutLine = bot.Text{ZH: "连续 %d 天，最长 %d 天，共 %d 天，最近 %s", EN: "%d days in a row, longest %d, %d in all, last %s"}
)

// groupNames are the names of the groups the bot lives in.
func groupNames(r store.Reader) (map[bot.ChatID]string, error) {
	list, err := bot.EveryChat(r)
	names := map[bot.ChatID]string{}
	for _, c := range list {
		names[c.ID] = bot.CleanName(c.Name)
	}
	return names, err
}

// about tells a person's habits, one line a book.
func about(r store.Reader, who bot.Person, l bot.Lang) (lines []bot.Line, err error) {
	groups, err := groupNames(r)
	if err != nil {
		return nil, err
	}
	err = eachBook(r, func(id bookID, row bookRow) error {
		h, ok, err := habits.Get(r, id, who.Head)
		if err != nil || !ok {
			return err
		}
		name := groups[row.Chat]
		if row.Plan != "" {
			name += "/" + row.Plan
		}
		line := bot.Line{
			Name:  format(l, textAboutDays, name),
			Value: format(l, textAboutLine, h.Streak, h.Best, h.Total, dayText(l, h.Last)),
			Chat:  row.Chat, Facet: bot.Become,
		}
		if row.Plan == "" {
			line.Card = format(l, textAboutCard, h.Total, h.Best)
		}
		lines = append(lines, line)
		return nil
	})
	return lines, err
}

// forget drops what tells when somebody was there. The ranks and counts of the days stay, without a name.
func forget(tx store.Tx, who bot.Person) error {
	for _, p := range who.Identities {
		if err := errors.Join(forgetChanges(tx, p), forgetMate(tx, p), forgetDuels(tx, p), questions.Delete(tx, p)); err != nil {
			return err
		}
	}
	return eachBook(tx, func(id bookID, row bookRow) error {
		if err := errors.Join(dropDerived(tx, id, who.Head), clearUnder(tx, string(doubles), id, who.Head)); err != nil {
			return err
		}
		for _, p := range who.Identities {
			if err := forgetMarks(tx, id, p); err != nil {
				return err
			}
			if err := errors.Join(halves.Delete(tx, row.Chat, p), legacies.Delete(tx, id, p)); err != nil {
				return err
			}
		}
		return nil
	})
}

// forgetMarks drops the days of one identity, and its name from the order of each.
func forgetMarks(tx store.Tx, id bookID, who bot.PersonID) error {
	ranks := map[int]int{} // by day
	for row, err := range marks.Scan(tx, store.Under(id, who)) {
		if err != nil {
			return err
		}
		var d int
		if err := store.Split(row.Key, nil, nil, &d); err != nil {
			return err
		}
		ranks[d] = row.Value.Rank
	}
	for d, rank := range ranks {
		if rank > 0 {
			if err := order.Delete(tx, id, d, rank); err != nil {
				return err
			}
		}
		if err := marks.Delete(tx, id, who, d); err != nil {
			return err
		}
	}
	return nil
}
