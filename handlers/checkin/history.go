package checkin

import (
	"context"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file takes what people did before they had the bot. It is told as counts, so it is kept as counts: no days are made up
// for it.

// A legacy is what is known of an identity from before.
type legacy struct {
	Until bot.Day `json:"until"` // the last day that it tells of
	Run   int     `json:"run,omitempty"`
	Total int     `json:"total,omitempty"`
	Best  int     `json:"best,omitempty"`
}

const legacies = store.Table[legacy]("checkin/legacies") // book, identity

// plus is what two identities of a person come to: the run that ended last is theirs.
func (p legacy) plus(o legacy) legacy {
	if o.Until > p.Until || o.Until == p.Until && o.Run > p.Run {
		p.Until, p.Run = o.Until, o.Run
	}
	p.Total, p.Best = p.Total+o.Total, max(p.Best, o.Best)
	return p
}

// legacyOf is what is known of a person from before.
func legacyOf(r store.Reader, id bookID, who bot.Person) (sum legacy, err error) {
	for _, p := range who.Identities {
		one, _, err := legacies.Get(r, id, p)
		if err != nil {
			return sum, err
		}
		sum = sum.plus(one)
	}
	return sum, nil
}

// A pastFact is what the fact "history.taken" tells this feature.
type pastFact struct {
	Tell   bot.ChatID `json:"tell"`
	People []struct {
		Who    bot.PersonID `json:"who"`
		Streak int          `json:"streak"`
		Total  int          `json:"total"`
		Best   int          `json:"best"`
		Last   time.Time    `json:"last"`
	} `json:"people"`
}

var textTaken = bot.Text{ZH: "打卡记下 %d 位，连续的从今天接着算。", EN: "The check-ins of %d people are noted; their streaks go on from today."}

// inherit takes streaks and totals from before, in the place of those that were taken before.
func inherit(_ context.Context, c *bot.Call) error {
	var t pastFact
	if err := c.Decode(&t); err != nil {
		return err
	}
	b, err := theBook(c, "")
	if err != nil {
		return err
	}
	n := 0
	for _, one := range t.People {
		if one.Streak <= 0 && one.Total <= 0 && one.Best <= 0 {
			continue
		}
		n++
		who, err := bot.PersonOf(c.Tx, one.Who)
		if err != nil {
			return err
		}
		p := legacy{Until: dateDay(one.Last), Run: one.Streak, Total: max(one.Total, one.Streak), Best: max(one.Best, one.Streak)}
		if p.Until == 0 || p.Until >= b.today {
			if p.Until, err = b.before(c.Tx, who); err != nil {
				return err
			}
		}
		if err := legacies.Put(c.Tx, p, b.id, one.Who); err != nil {
			return err
		}
		if _, err := refold(c.Tx, b.id, b.bookRow, who); err != nil {
			return err
		}
	}
	if n > 0 {
		c.Send(bot.Effect{Kind: bot.Say, Chat: t.Tell, Text: c.T(textTaken, n), Class: bot.Answer})
	}
	return nil
}

// dateDay is the day of a date, 0 where there is none.
func dateDay(t time.Time) bot.Day {
	if t.IsZero() {
		return 0
	}
	return bot.DayOf(t, time.UTC, 0)
}

// before is the day before all that the bot saw of somebody.
func (b *book) before(r store.Reader, who bot.Person) (bot.Day, error) {
	days, err := daysOf(r, b.id, who)
	if err != nil || len(days) == 0 {
		return b.today - 1, err
	}
	return min(days[0], b.today) - 1, nil
}
