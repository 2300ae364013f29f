package checkin

import (
	"context"
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file says, once, what ended with a day: an outage that was nobody's miss, the duels of the group, or a camp. What is said
// cannot be taken back, and what is said while the account is out of touch may never be heard. So where the bot was out of
// touch as the day ended, it waits until what was sent meanwhile is read.

const (
	timerEnd = "end"
	catchUp  = 10 * time.Minute
	// maxUntold bounds the days that a book remembers to speak of, and daysNamed those that are named one by one.
	maxUntold = 31
	daysNamed = 5
)

var textOutage = bot.Text{
	ZH: "%s 我掉线了，错过了打卡时间，不算缺卡，大家的连续天数都保住了。",
	EN: "I was offline through the check-in time on %s. It counts as nobody's miss; every streak is safe.",
}

// end says what ended, or puts it off.
func (b *book) end(c *bot.Call) error {
	due, err := b.endDue(c.Tx)
	if err != nil || !due {
		return err
	}
	late, err := b.mayComeLate(c)
	switch {
	case err != nil:
		return err
	case late:
		return c.After(catchUp, timerEnd, "", nil)
	case b.plan.Name != "":
		return b.endCamp(c)
	}
	b.tellOutage(c)
	return b.settleDuels(c)
}

// tellGroup says something in the group, wherever the event came from: it may be a check-in in private or a look of the console
// that found the day over.
func tellGroup(c *bot.Call, t bot.Text, args ...any) {
	c.Send(bot.Effect{Kind: bot.Say, Chat: c.Event.Chat.ID, Text: c.T(t, args...), Class: bot.Unasked})
}

// endDue says whether anything is to be said.
func (b *book) endDue(r store.Reader) (bool, error) {
	if b.plan.Name != "" {
		return b.plan.End != 0 && b.Closed >= b.plan.End && !b.Ended, nil
	}
	_, due, err := duelsDue.First(r, b.duelsOver())
	return due || len(b.Untold) > 0, err
}

// mayComeLate says whether the bot was out of touch when the last day ended, and has not been back for long.
func (b *book) mayComeLate(c *bot.Call) (bool, error) {
	over := b.cal.begin(b.Closed + 1)
	list, err := c.Outages(c.Now.Add(-catchUp), c.Now)
	return slices.ContainsFunc(list, func(o bot.Outage) bool { return o.From.Before(over) }), err
}

// missedBy remembers to speak of an outage on a day of the group's own book.
func (b *book) missedBy(d bot.Day) {
	if b.plan.Name != "" {
		return
	}
	b.Untold = append(slices.Clone(b.Untold), d)
	b.Untold = b.Untold[max(0, len(b.Untold)-maxUntold):]
}

func (b *book) tellOutage(c *bot.Call) {
	if len(b.Untold) == 0 {
		return
	}
	var days []string
	for _, d := range b.Untold {
		days = append(days, day(c, d))
	}
	text := strings.Join(days, c.T(textComma))
	if len(days) > daysNamed {
		text = days[0] + "–" + days[len(days)-1]
	}
	tellGroup(c, textOutage, text)
	b.Untold = nil
}

// endLate says what was put off.
func endLate(_ context.Context, c *bot.Call) error {
	open, err := booksOf(c, c.Now)
	if err != nil {
		return err
	}
	for _, b := range open {
		if err := b.end(c); err != nil {
			return err
		}
		if err := books.Put(c.Tx, b.bookRow, b.id); err != nil {
			return err
		}
	}
	return nil
}
