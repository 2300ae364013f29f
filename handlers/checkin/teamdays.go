package checkin

import (
	"slices"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file is what follows from the days of a team's members.

// teamOf finds the team of an identity's person; n is 0 where there is none.
func teamOf(r store.Reader, chat bot.ChatID, who bot.PersonID) (n int, t team, err error) {
	p, err := bot.PersonOf(r, who)
	if err != nil {
		return 0, t, err
	}
	for _, id := range p.Identities {
		n, ok, err := mates.Get(r, id, chat)
		if err != nil {
			return 0, t, err
		}
		if ok {
			t, _, err = teams.Get(r, chat, n)
			return n, t, err
		}
	}
	return 0, t, nil
}

// teamNow is teamOf, and ends the invitations of days that are over on the way: who was two people may have one each.
func (b *book) teamNow(tx store.Tx, who bot.PersonID) (n int, t team, err error) {
	for {
		n, t, err = teamOf(tx, b.Chat, who)
		if err != nil || n == 0 || t.Since != 0 || t.Asked >= b.today {
			return n, t, err
		}
		if err := endTeam(tx, b.Chat, n, t); err != nil {
			return 0, t, err
		}
	}
}

// allThere says whether every member of a team was there on a day, and who was not.
func (b *book) allThere(r store.Reader, t team, d bot.Day) (bool, []bot.PersonID, error) {
	var waits []bot.PersonID
	for _, id := range t.Members {
		p, err := bot.PersonOf(r, id)
		if err != nil {
			return false, nil, err
		}
		there, err := b.there(r, p, d, "")
		if err != nil {
			return false, nil, err
		}
		if !there {
			waits = append(waits, id)
		}
	}
	return len(waits) == 0, waits, nil
}

// eachTeam calls fn for every team of a person that has begun, and keeps those of which it says that they changed. Who was two
// people with a team each has both.
func eachTeam(tx store.Tx, chat bot.ChatID, who bot.PersonID, fn func(t *team) (changed bool, err error)) error {
	p, err := bot.PersonOf(tx, who)
	if err != nil {
		return err
	}
	var done []int
	for _, id := range p.Identities {
		n, ok, err := mates.Get(tx, id, chat)
		if err != nil {
			return err
		}
		if !ok || slices.Contains(done, n) {
			continue
		}
		done = append(done, n)
		t, _, err := teams.Get(tx, chat, n)
		if err != nil {
			return err
		}
		if t.Since == 0 {
			continue
		}
		changed, err := fn(&t)
		if err == nil && changed {
			err = teams.Put(tx, t, chat, n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// teamUpdate tells a person's team, once, that its last member of the day is there.
func (b *book) teamUpdate(c *bot.Call, who bot.PersonID) (text string, err error) {
	err = eachTeam(c.Tx, c.Event.Chat.ID, who, func(t *team) (bool, error) {
		came, err := b.advanceTeam(c.Tx, t)
		if came {
			text += c.T(textTeamDay, names(c, t.Members), t.Habit.Streak) + "\n"
		}
		return came, err
	})
	return strings.TrimSuffix(text, "\n"), err
}

// advanceTeam counts today for a team, if it is complete and was not counted yet.
func (b *book) advanceTeam(r store.Reader, t *team) (bool, error) {
	if t.Habit.Last == b.today {
		return false, nil
	}
	if all, _, err := b.allThere(r, *t, b.today); err != nil || !all {
		return false, err
	}
	if b.today <= b.Closed || t.Habit.Last > b.today {
		return true, b.refoldTeam(r, t)
	}
	neutral, err := neutralFrom(r, b.id, t.Habit.Last+1)
	if err != nil {
		return false, err
	}
	t.Habit.judge(b.today-1, neutral)
	t.Habit.did(b.today, freezeRule{})
	return true, nil
}

// refreshTeam works out the teams of somebody whose past days changed.
func (b *book) refreshTeam(c *bot.Call, who bot.PersonID) error {
	if b.plan.Name != "" {
		return nil
	}
	return eachTeam(c.Tx, c.Event.Chat.ID, who, func(t *team) (bool, error) { return true, b.refoldTeam(c.Tx, t) })
}

// refoldTeam works out a team's habit anew from the days of its members: those all share, without freezes.
func (b *book) refoldTeam(r store.Reader, t *team) error {
	var shared []bot.Day
	for i, id := range t.Members {
		p, err := bot.PersonOf(r, id)
		if err != nil {
			return err
		}
		days, err := daysOf(r, b.id, p)
		if err != nil {
			return err
		}
		if i == 0 {
			shared = days
			continue
		}
		shared = slices.DeleteFunc(shared, func(d bot.Day) bool { _, ok := slices.BinarySearch(days, d); return !ok })
	}
	shared = slices.DeleteFunc(shared, func(d bot.Day) bool { return d < t.Since })
	neutral, err := neutralFrom(r, b.id, t.Since)
	if err != nil {
		return err
	}
	t.Habit, _ = fold(shared, neutral, b.Closed, nil)
	return nil
}

// numbersOf gives the numbers an identity has in a table, by chat: its teams or its duels.
func numbersOf(r store.Reader, t store.Table[int], who bot.PersonID) (map[bot.ChatID]int, error) {
	list := map[bot.ChatID]int{}
	for row, err := range t.Scan(r, store.Under(who)) {
		if err != nil {
			return nil, err
		}
		var chat bot.ChatID
		if err := store.Split(row.Key, nil, &chat); err != nil {
			return nil, err
		}
		list[chat] = row.Value
	}
	return list, nil
}

// refoldTeams works out the teams of an identity anew.
func refoldTeams(tx store.Tx, who bot.PersonID) error {
	list, err := numbersOf(tx, mates, who)
	if err != nil {
		return err
	}
	for chat, n := range list {
		t, _, err := teams.Get(tx, chat, n)
		if err != nil {
			return err
		}
		b := &book{id: bookOf(chat, "")}
		if b.bookRow, _, err = books.Get(tx, b.id); err != nil {
			return err
		}
		if t.Since == 0 {
			continue
		}
		if err := b.refoldTeam(tx, &t); err != nil {
			return err
		}
		if err := teams.Put(tx, t, chat, n); err != nil {
			return err
		}
	}
	return nil
}

// forgetMate ends the teams of somebody who is forgotten.
func forgetMate(tx store.Tx, who bot.PersonID) error {
	list, err := numbersOf(tx, mates, who)
	if err != nil {
		return err
	}
	for chat, n := range list {
		t, _, err := teams.Get(tx, chat, n)
		if err != nil {
			return err
		}
		if err := endTeam(tx, chat, n, t); err != nil {
			return err
		}
	}
	return nil
}
