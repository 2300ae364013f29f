package report

import (
	"context"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A tally is one group's day.
type tally struct {
	Members int `json:"members,omitempty"` // when it was last counted
	Joined  int `json:"joined,omitempty"`
	Left    int `json:"left,omitempty"`
}

const (
	days     = store.Table[tally]("report/days") // chat, day
	keptDays = 400
)

// note changes the tally of today, and drops one that is too old.
func note(c *bot.Call, change func(*tally)) error {
	chat, day := c.Event.Chat.ID, c.Day(c.Now)
	t, _, err := days.Get(c.Tx, chat, day)
	if err != nil {
		return err
	}
	if t.Members, err = bot.SizeOf(c.Tx, chat); err != nil {
		return err
	}
	change(&t)
	if err := days.Delete(c.Tx, chat, day-keptDays); err != nil {
		return err
	}
	return days.Put(c.Tx, t, chat, day)
}

func joined(_ context.Context, c *bot.Call) error {
	return note(c, func(t *tally) { t.Joined += len(c.Event.Join.People) })
}

func left(_ context.Context, c *bot.Call) error {
	return note(c, func(t *tally) { t.Left += len(c.Event.People) })
}

// count keeps how many members the group has, so that a quiet day is known too.
func count(_ context.Context, c *bot.Call) error { return note(c, func(*tally) {}) }

// tallies are the days of a group from one to another, those of which nothing is known with the members of before.
func tallies(r store.Reader, chat bot.ChatID, from, to bot.Day) (list []tally, err error) {
	list = make([]tally, to-from+1)
	known := map[bot.Day]bool{}
	rg := store.Range{From: store.Key(chat, from), To: store.Key(chat, to+1)}
	for row, err := range days.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		var day bot.Day
		if err := store.Split(row.Key, nil, &day); err != nil {
			return nil, err
		}
		list[day-from], known[day] = row.Value, true
	}
	for i := range list {
		if day := from + bot.Day(i); i > 0 && !known[day] {
			list[i].Members = list[i-1].Members
		}
	}
	if list[len(list)-1].Members, err = bot.SizeOf(r, chat); err != nil {
		return nil, err
	}
	return list, nil
}
