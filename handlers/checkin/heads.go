package checkin

import (
	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file counts heads: how many people were there on a day, and on all days together.

// peopleOn is how many were there on a day: the ranks given, without those that count for nobody.
func peopleOn(r store.Reader, id bookID, d bot.Day) (int, error) {
	n, _, err := counts.Get(r, id, int(d))
	if err != nil {
		return 0, err
	}
	back, _, err := taken.Get(r, id, int(d))
	return n - back, err
}

// take says of so many more ranks of a day that they count for nobody.
func (b *book) take(tx store.Tx, d bot.Day, by int) error {
	if by == 0 {
		return nil
	}
	if err := shift(tx, taken, by, b.id, int(d)); err != nil || d > b.Closed {
		return err
	}
	return b.countPast(tx, -by)
}

// redouble counts a person once on a day, however many of their identities were there.
func (b *book) redouble(tx store.Tx, p bot.Person, d bot.Day) error {
	if len(p.Identities) == 1 {
		return nil
	}
	ranks := 0
	for _, id := range p.Identities {
		m, ok, err := marks.Get(tx, b.id, id, int(d))
		if err != nil {
			return err
		}
		if ok && !m.Void && m.Rank > 0 {
			ranks++
		}
	}
	return b.setDoubles(tx, p.Head, d, max(0, ranks-1))
}

func (b *book) setDoubles(tx store.Tx, head bot.PersonID, d bot.Day, n int) error {
	was, _, err := doubles.Get(tx, b.id, head, int(d))
	if err != nil || n == was {
		return err
	}
	if err := shift(tx, doubles, n-was, b.id, head, int(d)); err != nil {
		return err
	}
	return b.take(tx, d, n-was)
}

// dropDoubles counts every identity of a person again.
func (b *book) dropDoubles(tx store.Tx, head bot.PersonID) error {
	var days []bot.Day
	for row, err := range doubles.Scan(tx, store.Under(b.id, head)) {
		if err != nil {
			return err
		}
		var d int
		if err := store.Split(row.Key, nil, nil, &d); err != nil {
			return err
		}
		days = append(days, bot.Day(d))
	}
	for _, d := range days {
		if err := b.setDoubles(tx, head, d, 0); err != nil {
			return err
		}
	}
	return nil
}

// everybody stands where the head of a person would, for what the whole group adds up to.
const everybody = bot.PersonID("")

// countPast changes how many check-ins the days that are over had together.
func (b *book) countPast(tx store.Tx, by int) error {
	t, _, err := tallies.Get(tx, b.id, everybody, ever)
	if err != nil || by == 0 {
		return err
	}
	if t.Days += by; t == (tally{}) {
		return tallies.Delete(tx, b.id, everybody, ever)
	}
	return tallies.Put(tx, t, b.id, everybody, ever)
}

// checkInsEver is how many check-ins all days had together.
func (b *book) checkInsEver(r store.Reader) (int, error) {
	past, _, err := tallies.Get(r, b.id, everybody, ever)
	if err != nil {
		return 0, err
	}
	n, err := b.checkIns(r, b.Closed+1)
	return past.Days + n, err
}

// checkIns counts those from a day on.
func (b *book) checkIns(r store.Reader, from bot.Day) (sum int, err error) {
	for d := from; d <= b.today; d++ {
		n, err := peopleOn(r, b.id, d)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// shift adds to a number that is kept, and keeps none where it becomes 0.
func shift(tx store.Tx, t store.Table[int], by int, key ...any) error {
	was, _, err := t.Get(tx, key...)
	if err != nil {
		return err
	}
	if was+by == 0 {
		return t.Delete(tx, key...)
	}
	return t.Put(tx, was+by, key...)
}
