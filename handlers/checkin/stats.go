package checkin

import (
	"context"

	"sixtwenty/bot"
	"sixtwenty/store"
)

func statsCommand() bot.Command {
	return bot.Command{
		Name: "打卡统计", Aliases: []string{"stats"}, Args: "[范围...]", Where: bot.InGroup,
		Summary: bot.Text{ZH: "全群打了多少卡、累计了多少：周、月、总", EN: "what the group did: week, month, all"},
		Examples: []bot.Example{
			{Say: "/打卡统计", Reply: "…本月…0 人次…"},
			{Say: "/打卡统计 周", Reply: "…本周…0 人次…"},
		},
		Run: stats,
	}
}

var (
	textStatsWeek  = bot.Text{ZH: "本周打卡 %d 人次，平均每天 %d 位。", EN: "This week: %d check-ins, %d a day."}
	textStatsMonth = bot.Text{ZH: "本月打卡 %d 人次，平均每天 %d 位。", EN: "This month: %d check-ins, %d a day."}
	textStatsSum   = bot.Text{ZH: "大家一共 %s：", EN: "%s together:"}
	textStatsRow   = bot.Text{ZH: "\n%d. %s %s", EN: "\n%d. %s, %s"}
	textNoUnit     = bot.Text{ZH: "还没有累计的单位，机主可以发 /设置 checkin.unit 页 开始累计。", EN: "There is no unit to add up yet; the owner can set one: /set checkin.unit km"}
)

// everybody stands where the head of a person would, for what the whole group adds up to.
const everybody = bot.PersonID("")

func stats(_ context.Context, c *bot.Call) error {
	kind, name := cutBoard(c.Arg("范围"))
	b, err := theBook(c, name)
	if err != nil {
		return err
	}
	s := bot.Settings[Settings](c)
	from, head, p := monthStart(b.today), textStatsMonth, monthOf(b.today)
	switch kind {
	case boardWeek:
		from, head, p = monday(b.today), textStatsWeek, weekOf(b.today)
	case boardToday, boardMonth:
	default:
		if p = ever; s.Unit == "" {
			return bot.Refuse(textNoUnit)
		}
	}
	text := ""
	if p != ever {
		n, err := b.checkIns(c.Tx, from)
		if err != nil {
			return err
		}
		text = c.T(head, n, n/int(b.today-from+1))
	}
	more, err := b.sumText(c, s.Unit, p)
	if err != nil {
		return err
	}
	if text != "" && more != "" {
		text += "\n"
	}
	c.Say(text + more)
	return nil
}

func monthStart(d bot.Day) bot.Day { return d - bot.Day(d.Date().Day()-1) }

// checkIns counts those from a day on, a month of days at most.
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

// sumText says what a period adds up to in the owner's unit.
func (b *book) sumText(c *bot.Call, unit string, p period) (string, error) {
	if unit == "" {
		return "", nil
	}
	all, _, err := tallies.Get(c.Tx, b.id, everybody, p)
	if err != nil {
		return "", err
	}
	text := c.T(textStatsSum, sumText(all.Sum, unit))
	list, err := indexed(c.Tx, sums, boardSize, b.id, p)
	if err != nil {
		return "", err
	}
	for i, r := range list {
		text += c.T(textStatsRow, i+1, c.Name(r.who), sumText(r.days, unit))
	}
	return text, nil
}
