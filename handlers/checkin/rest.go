package checkin

import (
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// longestRest bounds how far ahead days off are looked for.
const longestRest = 30

var (
	textRestDay  = bot.Text{ZH: "今天休息，不打卡也不断；想打照样算。", EN: "A day off: no run breaks today, and check-ins still count."}
	textRestDays = bot.Text{ZH: "%s到 %s 休息，不打卡也不断；想打照样算。", EN: "Days off from %s to %s: no run breaks, and check-ins still count."}
)

// tellRest says on the first of some days off that they are, where anybody has a run to lose. Weekends come too often for it.
func (b *book) tellRest(c *bot.Call) error {
	s, today := bot.Settings[Settings](c), b.cal.day(c.Now)
	if b.Rested == today || !s.rests(today, c.Days()) || s.rests(today-1, c.Days()) {
		return nil
	}
	last, special := today, false
	for d := today; d < today+longestRest && s.rests(d, c.Days()); d++ {
		last = d
		special = special || d.Date().Weekday() != time.Saturday && d.Date().Weekday() != time.Sunday
	}
	if !special {
		return nil
	}
	if _, any, err := alive.First(c.Tx, store.Under(b.id)); err != nil || !any {
		return err
	}
	if last == today {
		c.Reply(textRestDay)
	} else {
		c.Reply(textRestDays, day(c, today), day(c, last))
	}
	b.Rested = today
	return books.Put(c.Tx, b.bookRow, b.id)
}
