package history

import (
	"context"
	"time"

	"sixtwenty/bot"
)

// Taken is the fact "history.taken", told in the group: what the owner knows of people from before the bot.
type Taken struct {
	Tell   bot.ChatID `json:"tell"` // who hears in private what came of it
	People []Past     `json:"people"`
}

// Past is what is known of one person.
type Past struct {
	Who     bot.PersonID `json:"who"`
	Streak  int          `json:"streak,omitempty"` // days in a row, up to and with Last
	Total   int          `json:"total,omitempty"`
	Best    int          `json:"best,omitempty"`
	Last    time.Time    `json:"last,omitzero"` // the date of the last check-in, in no zone
	Inviter bot.PersonID `json:"inviter,omitempty"`
	Joined  time.Time    `json:"joined,omitzero"` // a date, in no zone
	Source  string       `json:"source,omitempty"`
}

const (
	whyHistory = "history"
	keyPoints  = "history"
)

var textDone = bot.Text{ZH: "写好了：「%s」%d 位，积分 %d 位。下面是打卡和邀请的结果，同一个文件再导一次也不会重复。", EN: "Done for %s: %d people, points of %d. What became of check-ins and inviters follows; the same file may come again."}

// take writes a draft that the owner has seen.
func take(ctx context.Context, c *bot.Call, d draft) error {
	home := c.Event.Chat.ID
	if err := drafts.Delete(c.Tx, home); err != nil {
		return err
	}
	return c.In(ctx, d.Group, func(_ context.Context, c *bot.Call) error {
		dir, err := members(c, d.Group.ID)
		if err != nil {
			return err
		}
		fact, points := Taken{Tell: home}, 0
		for _, m := range dir.compare(d.Table) {
			if !m.ok() {
				continue
			}
			if err := m.award(c); err != nil {
				return err
			}
			if m.Points != 0 {
				points++
			}
			fact.People = append(fact.People, Past{
				Who: m.who.Person, Streak: m.Streak, Total: m.Total, Best: m.Best, Last: m.Last,
				Inviter: m.inviter.Person, Joined: m.Joined, Source: m.Source,
			})
		}
		c.Reply(textDone, bot.CleanName(d.Group.Name), len(fact.People), points)
		return c.Emit("taken", fact)
	})
}

// award puts the points of a row in the place of those that were taken before.
func (m match) award(c *bot.Call) error {
	if err := c.Unaward(m.who.Person, whyHistory, keyPoints); err != nil || m.Points == 0 {
		return err
	}
	_, err := c.Award(m.who.Person, m.Points, whyHistory, keyPoints)
	return err
}
