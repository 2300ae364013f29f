package checkin

import (
	"context"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

func makeUpCommand() bot.Command {
	return bot.Command{
		Name: "补卡", Aliases: []string{"补签", "makeup"}, Args: "[哪天] [项目]", Where: bot.InGroup,
		Summary:  bot.Text{ZH: "补前几天的卡：/补卡 昨天", EN: "make up a day: /makeup yesterday"},
		Examples: []bot.Example{{Say: "/补卡", Reply: "…补不了…"}, {Say: "/补卡 明天", Reply: "…只能补过去的…"}},
		Run:      makeUp,
	}
}

var (
	textMadeUp   = bot.Text{ZH: "%s%s 补上了（补），连续 %d 天，共 %d 天。这个月还能补 %d 次。", EN: "%s%s is made up: %d days in a row, %d in all. %d more this month."}
	textNoMakeUp = bot.Text{ZH: "这个群不能补卡。", EN: "Days cannot be made up here."}
	textNotPast  = bot.Text{ZH: "只能补过去的日子哦，今天的直接发「打卡」。", EN: "Only past days can be made up; for today send 打卡."}
	textTooOld   = bot.Text{ZH: "只能补最近 %d 天的卡，%s 太久了。", EN: "Only the last %d days can be made up; %s is too long ago."}
	textBefore   = bot.Text{ZH: "%s 这里还没开始打卡，补不了。", EN: "On %s there were no check-ins here yet; it cannot be made up."}
	textNotOn    = bot.Text{ZH: "%s 不是「%s」的日子，不用补。", EN: "%s is no day of %s; there is nothing to make up."}
	textWasThere = bot.Text{ZH: "%s 已经打过卡啦，不用补。", EN: "You were there on %s already."}
	textUsedUp   = bot.Text{ZH: "这个月的 %d 次补卡用完了，下个月再来吧。", EN: "All %d make-ups of this month are used."}
	textBadDay   = bot.Text{ZH: "「%s」看不出是哪天，可以写：昨天、前天、11-20、2026-11-20。", EN: "%s is no day; write yesterday, 11-20 or 2026-11-20."}
	textWasVoid  = bot.Text{ZH: "%s 的打卡被管理员撤下了，不能补。", EN: "A manager took %s back; it cannot be made up."}
)

func makeUp(_ context.Context, c *bot.Call) error {
	if c.Event.From.Person == "" {
		return bot.Refuse(textNobody)
	}
	b, err := theBook(c, c.Arg("项目"))
	if err != nil {
		return err
	}
	d := b.today - 1
	if word := c.Arg("哪天"); word != "" {
		var ok bool
		if d, ok = parseDay(word, b.today); !ok {
			return bot.Refuse(textBadDay, bot.CleanName(word))
		}
	}
	head, err := c.Who()
	if err != nil {
		return err
	}
	left, err := b.mayMakeUp(c, head, d)
	if err != nil {
		return err
	}
	was, _, err := habits.Get(c.Tx, b.id, head)
	if err != nil {
		return err
	}
	now, err := b.put(c.Tx, c.Event.From.Person, head, d, mark{At: c.Event.At, Made: true}, was)
	if err != nil {
		return err
	}
	c.Reply(textMadeUp, c.At(), day(c, d), now.Streak, now.Total, left-1)
	if err := b.refreshTeam(c, c.Event.From.Person); err != nil {
		return err
	}
	return b.tellDone(c, c.Event.From.Person, d, now)
}

// mayMakeUp refuses what the rules do not allow, and says how many make-ups are left this month.
func (b *book) mayMakeUp(c *bot.Call, head bot.PersonID, d bot.Day) (left int, err error) {
	s := bot.Settings[Settings](c)
	switch {
	case s.MakeUpDays == 0 || s.MakeUpMost == 0:
		return 0, bot.Refuse(textNoMakeUp)
	case d >= b.today:
		return 0, bot.Refuse(textNotPast)
	case d < b.today-bot.Day(s.MakeUpDays):
		return 0, bot.Refuse(textTooOld, s.MakeUpDays, day(c, d))
	case d < b.Opened:
		return 0, bot.Refuse(textBefore, day(c, d))
	case !b.plan.on(d):
		return 0, bot.Refuse(textNotOn, day(c, d), b.title(c))
	}
	who, err := bot.PersonOf(c.Tx, head)
	if err != nil {
		return 0, err
	}
	used := 0
	for _, p := range who.Identities {
		m, ok, err := marks.Get(c.Tx, b.id, p, int(d))
		if err != nil {
			return 0, err
		}
		if ok && m.Void {
			return 0, bot.Refuse(textWasVoid, day(c, d))
		}
		if ok {
			return 0, bot.Refuse(textWasThere, day(c, d))
		}
		n, err := b.madeUp(c.Tx, p)
		if err != nil {
			return 0, err
		}
		used += n
	}
	if used >= s.MakeUpMost {
		return 0, bot.Refuse(textUsedUp, s.MakeUpMost)
	}
	return s.MakeUpMost - used, nil
}

// maxMakeUpDays is the most that the setting allows: no make-up of this month is for a day longer ago.
const maxMakeUpDays = 30

// madeUp counts the make-ups of an identity in this month.
func (b *book) madeUp(r store.Reader, who bot.PersonID) (n int, err error) {
	rg := store.Under(b.id, who)
	rg.From = store.Key(b.id, who, int(b.today)-31-maxMakeUpDays)
	for row, err := range marks.Scan(r, rg) {
		if err != nil {
			return 0, err
		}
		if row.Value.Made && monthOf(b.cal.day(row.Value.At)) == monthOf(b.today) {
			n++
		}
	}
	return n, nil
}

// parseDay reads a day as people write it, the latest one that fits.
func parseDay(word string, today bot.Day) (bot.Day, bool) {
	switch strings.ToLower(word) {
	case "今天", "today":
		return today, true
	case "昨天", "yesterday":
		return today - 1, true
	case "前天":
		return today - 2, true
	case "大前天":
		return today - 3, true
	case "明天", "tomorrow":
		return today + 1, true
	}
	return bot.ReadDay(word, today.Date().Year()+1, -1, func(d bot.Day) bool { return d <= today+30 })
}
