package checkin

import (
	"context"
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/schedules"
	"sixtwenty/store"
)

const (
	missingShown = 60 // names in one list
	remindBatch  = 20 // names in one reminder
	remindMost   = 100
	remindGap    = time.Minute
)

func missingCommand() bot.Command {
	return bot.Command{
		Name: "未打卡", Aliases: []string{"missing"}, Args: "[项目]", Who: bot.Manager, Where: bot.InGroup,
		Summary:  bot.Text{ZH: "今天谁还没打卡", EN: "who has not checked in today"},
		Examples: []bot.Example{{Say: "/未打卡", Reply: "…还没打卡的有…小明…"}},
		Run:      missing,
	}
}

func remindJob() bot.Job {
	return bot.Job{
		Name: "remind", Summary: bot.Text{ZH: "打卡提醒", EN: "check-in reminder"}, Seldom: true,
		Spec:   func(s any) string { return s.(Settings).Remind },
		Missed: schedules.Missed{Policy: schedules.Latest, Grace: 30 * time.Minute},
		Run:    remind,
	}
}

var (
	textMissing = bot.Text{ZH: "今天还没打卡的有 %d 位：%s", EN: "%d have not checked in today: %s"}
	textNobodyM = bot.Text{ZH: "今天大家都打过卡啦 🎉", EN: "Everybody has checked in today 🎉"}
	textOthers  = bot.Text{ZH: "…还有 %d 位", EN: " …and %d more"}
	textRemind  = bot.Text{ZH: "还没打卡的朋友，今天别断了哦：%s\n（不想被提醒，发 /别提醒我）", EN: "Your run ends today unless you check in: %s\n(to be left in peace send /noreminders)"}
	textAtRisk  = bot.Text{ZH: "%s（%d 天）", EN: "%s (%d days)"}
	textComma   = bot.Text{ZH: "、", EN: ", "}
)

func missing(_ context.Context, c *bot.Call) error {
	b, err := theBook(c, c.Arg("项目"))
	if err != nil {
		return err
	}
	done, err := b.doneToday(c.Tx)
	if err != nil {
		return err
	}
	members, err := bot.Members(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	me, err := bot.Me(c.Tx)
	if err != nil {
		return err
	}
	var names []string
	for _, m := range members {
		head, err := bot.HeadOf(c.Tx, m.Person)
		if err != nil {
			return err
		}
		if done[head] {
			continue
		}
		h, _, err := habits.Get(c.Tx, b.id, head) // a manager may have entered them, without a place in the order
		if err != nil {
			return err
		}
		if m.Person == me && h.Total == 0 { // the account is nobody's friend to wake, unless it takes part
			continue
		}
		if h.Last < b.today {
			names = append(names, m.Shown())
		}
	}
	if len(names) == 0 {
		c.Reply(textNobodyM)
		return nil
	}
	slices.Sort(names)
	text := strings.Join(names[:min(missingShown, len(names))], c.T(textComma))
	if more := len(names) - missingShown; more > 0 {
		text += c.T(textOthers, more)
	}
	c.Reply(textMissing, len(names), text)
	return nil
}

// doneToday gives the heads of those who were there today.
func (b *book) doneToday(r store.Reader) (map[bot.PersonID]bool, error) {
	rg := store.Under(b.id, int(b.today))
	rg.Limit = bot.MaxMembers
	done := map[bot.PersonID]bool{}
	for row, err := range order.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		head, err := bot.HeadOf(r, row.Value)
		if err != nil {
			return nil, err
		}
		done[head] = true
	}
	return done, nil
}

// remind names those whose streak ends with the day, a few at a time. Who said no, or left, is not among them.
func remind(_ context.Context, c *bot.Call) error {
	cal, err := calendarOf(c)
	if err != nil {
		return err
	}
	b, err := openBook(c, cal, plan{}, c.Now)
	if err != nil || bot.Settings[Settings](c).rests(b.today, c.Days()) {
		return err
	}
	list, err := b.atRisk(c)
	if err != nil {
		return err
	}
	for i := 0; i < len(list); i += remindBatch {
		names := strings.Join(list[i:min(i+remindBatch, len(list))], c.T(textComma))
		at := c.Now.Add(time.Duration(i/remindBatch) * remindGap)
		c.Send(bot.Effect{Kind: bot.Say, Text: c.T(textRemind, names), NotBefore: at})
	}
	return nil
}

// atRisk names the people to remind, the longest streaks first.
func (b *book) atRisk(c *bot.Call) (names []string, err error) {
	list, err := indexed(c.Tx, alive, bot.MaxMembers, b.id)
	if err != nil {
		return nil, err
	}
	members, err := bot.Members(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return nil, err
	}
	shown := map[bot.PersonID]bot.Member{}
	for _, m := range members {
		head, err := bot.HeadOf(c.Tx, m.Person)
		if err != nil {
			return nil, err
		}
		shown[head] = m
	}
	for _, p := range list {
		if len(names) == remindMost {
			break
		}
		m, here := shown[p.who]
		if !here {
			continue
		}
		h, _, err := habits.Get(c.Tx, b.id, p.who)
		if err != nil {
			return nil, err
		}
		wanted, err := bot.Remind(c.Tx, p.who)
		if err != nil {
			return nil, err
		}
		if h.Last < b.today && wanted {
			names = append(names, c.T(textAtRisk, c.Mention(m), p.days))
		}
	}
	return names, nil
}
