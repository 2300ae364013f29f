package checkin

import (
	"context"
	"strconv"

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
			{Say: "/打卡统计 总", Reply: "…一共 0 人次…"},
		},
		Run: stats,
	}
}

var (
	textStatsWeek  = bot.Text{ZH: "本周打卡 %d 人次，平均每天 %s 位。", EN: "This week: %d check-ins, %s a day."}
	textStatsMonth = bot.Text{ZH: "本月打卡 %d 人次，平均每天 %s 位。", EN: "This month: %d check-ins, %s a day."}
	textStatsAll   = bot.Text{ZH: "开始打卡以来一共 %d 人次，平均每天 %s 位。", EN: "%d check-ins since the first day, %s a day."}
	textStatsSum   = bot.Text{ZH: "\n大家一共 %s：", EN: "\n%s together:"}
	textStatsRow   = bot.Text{ZH: "\n%d. %s %s", EN: "\n%d. %s, %s"}
)

func stats(_ context.Context, c *bot.Call) error {
	kind, name := cutBoard(c.Arg("范围"))
	b, err := theBook(c, name)
	if err != nil {
		return err
	}
	p, from, head := monthOf(b.today), monthStart(b.today), textStatsMonth
	switch kind {
	case boardWeek:
		p, from, head = weekOf(b.today), monday(b.today), textStatsWeek
	case boardAll, boardStreak:
		p, from, head = ever, b.Opened, textStatsAll
	case boardToday, boardMonth:
	}
	n, err := b.checkInsIn(c.Tx, p, from)
	if err != nil {
		return err
	}
	s := bot.Settings[Settings](c)
	days := max(1, int(b.today-max(from, b.Opened)+1))
	text := c.T(head, n, perDay(n, days))
	if name != "" {
		text = c.T(textOfPlan, b.plan.Name) + text
	}
	more, err := b.sumText(c, s.Unit, p)
	if err != nil {
		return err
	}
	c.Say(text + more)
	return nil
}

// checkInsIn counts those of a period that begins on a day.
func (b *book) checkInsIn(r store.Reader, p period, from bot.Day) (int, error) {
	if p == ever {
		return b.checkInsEver(r)
	}
	return b.checkIns(r, from)
}

// perDay writes an average with a digit after the point, where it is no whole number.
func perDay(n, days int) string {
	tenths := (10*n + days/2) / days
	return strconv.FormatFloat(float64(tenths)/10, 'f', -1, 64)
}

func monthStart(d bot.Day) bot.Day { return d - bot.Day(d.Date().Day()-1) }

// sumText says what a period adds up to in the owner's unit.
func (b *book) sumText(c *bot.Call, unit string, p period) (string, error) {
	if unit == "" {
		return "", nil
	}
	all, _, err := tallies.Get(c.Tx, b.id, everybody, p)
	if err != nil {
		return "", err
	}
	if all.Sum == 0 {
		return "", nil
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
