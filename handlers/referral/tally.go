package referral

import (
	"fmt"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A tally counts the edges of one inviter in one period.
type tally struct {
	Pending  int `json:"pending,omitempty"`
	Valid    int `json:"valid,omitempty"`
	Left     int `json:"left,omitempty"`
	Returned int `json:"returned,omitempty"`
	Held     int `json:"held,omitempty"`
	Void     int `json:"void,omitempty"`
	Bonus    int `json:"bonus,omitempty"`
	Aged     int `json:"aged,omitempty"` // joined two weeks ago or more
	Kept     int `json:"kept,omitempty"` // and are still here, and check in
}

// total is the number that boards go by.
func (t tally) total() int { return t.Valid + t.Pending + t.Returned + t.Bonus }

// quality orders by how many stayed, and then by how large a share.
func (t tally) quality() int {
	if t.Kept == 0 {
		return 0
	}
	return t.Kept*1001 + 1000*t.Kept/max(1, t.Aged)
}

func (t tally) plus(o tally, sign int) tally {
	t.Pending += sign * o.Pending
	t.Valid += sign * o.Valid
	t.Left += sign * o.Left
	t.Returned += sign * o.Returned
	t.Held += sign * o.Held
	t.Void += sign * o.Void
	t.Bonus += sign * o.Bonus
	t.Aged += sign * o.Aged
	t.Kept += sign * o.Kept
	return t
}

// tally is what one edge counts for.
func (e edge) tally() (t tally) {
	switch e.Is {
	case pending:
		t.Pending = 1
	case valid:
		t.Valid = 1
	case left:
		t.Left = 1
	case returned:
		t.Returned = 1
	case held:
		t.Held = 1
	case void:
		t.Void = 1
	}
	if e.Aged && e.inTree() {
		t.Aged = 1
	}
	if e.Kept {
		t.Kept = 1
	}
	return t
}

const (
	tallies = store.Table[tally]("referral/tallies")      // chat, inviter, period
	totals  = store.Table[tally]("referral/totals")       // chat
	scores  = store.Table[int]("referral/scores")         // person, chat, period
	ranks   = store.Table[bot.PersonID]("referral/ranks") // chat, period, -score, person
)

// A period is a board: all that was, one week, month or season, or the people who stay.
type period string

const (
	always  period = "all"
	quality period = "quality"
)

func weekOf(d bot.Day) period {
	monday := d - bot.Day((int(d.Date().Weekday())+6)%7)
	return period("w" + monday.String())
}

func monthOf(d bot.Day) period { return period("m" + d.Date().Format("2006-01")) }

func seasonOf(d bot.Day) period {
	t := d.Date()
	return period(fmt.Sprintf("s%04d-%d", t.Year(), (int(t.Month())+2)/3))
}

func campaignOf(n uint64) period { return period(fmt.Sprintf("c%08d", n)) }

// periods are those that an edge counts for.
func (e edge) periods() []period {
	if e.Campaign == 0 {
		return periods(e.Day)
	}
	return append(periods(e.Day), campaignOf(e.Campaign))
}

// periods are those that a day counts for. Who came before anybody noted the day counts for no week or month.
func periods(d bot.Day) []period {
	if d == 0 {
		return []period{always}
	}
	return []period{always, weekOf(d), monthOf(d), seasonOf(d)}
}

// count takes an edge out of the tallies and puts another in.
func count(tx store.Tx, chat bot.ChatID, was, now edge) error {
	if err := countOne(tx, chat, was, -1); err != nil {
		return err
	}
	return countOne(tx, chat, now, 1)
}

func countOne(tx store.Tx, chat bot.ChatID, e edge, sign int) error {
	if e.By == "" {
		return nil
	}
	return tallyUp(tx, chat, e.By, e.periods(), tally{}.plus(e.tally(), sign))
}

// tallyUp adds to some tallies of an inviter's identity, and brings the boards up to date.
func tallyUp(tx store.Tx, chat bot.ChatID, id bot.PersonID, list []period, more tally) error {
	for _, per := range list {
		t, _, err := tallies.Get(tx, chat, id, per)
		if err != nil {
			return err
		}
		if t = t.plus(more, 1); t == (tally{}) {
			err = tallies.Delete(tx, chat, id, per)
		} else {
			err = tallies.Put(tx, t, chat, id, per)
		}
		if err != nil {
			return err
		}
	}
	sum, _, err := totals.Get(tx, chat)
	if err != nil {
		return err
	}
	if err := totals.Put(tx, sum.plus(more, 1), chat); err != nil {
		return err
	}
	p, err := bot.PersonOf(tx, id)
	if err != nil {
		return err
	}
	return rank(tx, chat, p, list)
}

// rank puts a person where they belong on the boards of some periods.
func rank(tx store.Tx, chat bot.ChatID, p bot.Person, list []period) error {
	for _, per := range list {
		sum, err := tallyOf(tx, chat, p, per)
		if err != nil {
			return err
		}
		if err := score(tx, chat, p.Head, per, sum.total()); err != nil {
			return err
		}
		if per != always {
			continue
		}
		if err := score(tx, chat, p.Head, quality, sum.quality()); err != nil {
			return err
		}
	}
	return nil
}

// score moves one person on one board; with 0 they are not on it.
func score(tx store.Tx, chat bot.ChatID, head bot.PersonID, per period, n int) error {
	was, ok, err := scores.Get(tx, head, chat, per)
	if err != nil || was == n {
		return err
	}
	if ok {
		if err := ranks.Delete(tx, chat, per, -was, head); err != nil {
			return err
		}
	}
	if n == 0 {
		return scores.Delete(tx, head, chat, per)
	}
	if err := scores.Put(tx, n, head, chat, per); err != nil {
		return err
	}
	return ranks.Put(tx, head, chat, per, -n, head)
}

// tallyOf sums up what the identities of a person brought in a period.
func tallyOf(r store.Reader, chat bot.ChatID, p bot.Person, per period) (sum tally, err error) {
	for _, id := range p.Identities {
		t, _, err := tallies.Get(r, chat, id, per)
		if err != nil {
			return sum, err
		}
		sum = sum.plus(t, 1)
	}
	return sum, nil
}

// A ranked is one line of a board.
type ranked struct {
	who bot.PersonID
	tally
}

// top reads a board.
func top(r store.Reader, chat bot.ChatID, per period, limit int) (list []ranked, err error) {
	rg := store.Under(chat, per)
	rg.Limit = limit
	of := per
	if per == quality {
		of = always
	}
	for row, err := range ranks.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		p, err := bot.PersonOf(r, row.Value)
		if err != nil {
			return nil, err
		}
		t, err := tallyOf(r, chat, p, of)
		if err != nil {
			return nil, err
		}
		list = append(list, ranked{row.Value, t})
	}
	return list, nil
}

// regroup works out anew what is derived of a person whose identities changed.
func regroup(tx store.Tx, changed bot.Person) error {
	if err := unrank(tx, changed); err != nil {
		return err
	}
	all, err := chatsOf(tx, changed)
	if err != nil {
		return err
	}
	for _, chat := range all {
		if err := settle(tx, chat, changed); err != nil {
			return err
		}
		list, err := periodsOf(tx, chat, changed)
		if err != nil {
			return err
		}
		if err := rank(tx, chat, changed, list); err != nil {
			return err
		}
	}
	return nil
}

// unrank takes whoever of a person's identities stands on boards off them.
func unrank(tx store.Tx, p bot.Person) error {
	type place struct {
		chat bot.ChatID
		per  period
	}
	for _, id := range p.Identities {
		var list []place
		for row, err := range scores.Scan(tx, store.Under(id)) {
			if err != nil {
				return err
			}
			var at place
			if err := store.Split(row.Key, nil, &at.chat, &at.per); err != nil {
				return err
			}
			list = append(list, at)
		}
		for _, at := range list {
			if err := score(tx, at.chat, id, at.per, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

func periodsOf(r store.Reader, chat bot.ChatID, p bot.Person) (list []period, err error) {
	for _, id := range p.Identities {
		for row, err := range tallies.Scan(r, store.Under(chat, id)) {
			if err != nil {
				return nil, err
			}
			var per period
			if err := store.Split(row.Key, nil, nil, &per); err != nil {
				return nil, err
			}
			list = append(list, per)
		}
	}
	return list, nil
}

// chatsOf are the groups in which a person has a credit or gave one.
func chatsOf(r store.Reader, p bot.Person) (list []bot.ChatID, err error) {
	seen := map[bot.ChatID]bool{}
	for _, id := range p.Identities {
		for row, err := range places.Scan(r, store.Under(id)) {
			if err != nil {
				return nil, err
			}
			var chat bot.ChatID
			if err := store.Split(row.Key, nil, &chat); err != nil {
				return nil, err
			}
			if !seen[chat] {
				seen[chat], list = true, append(list, chat)
			}
		}
	}
	return list, nil
}

// place keeps that an identity has to do with a group.
func place(tx store.Tx, id bot.PersonID, chat bot.ChatID, at time.Time) error {
	if known, err := places.Has(tx, id, chat); err != nil || known {
		return err
	}
	return places.Put(tx, at, id, chat)
}
