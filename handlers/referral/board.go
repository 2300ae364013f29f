package referral

import (
	"context"
	"strings"

	"sixtwenty/bot"
)

const boardSize = 10

var (
	textEmpty   = bot.Text{ZH: "还没有邀请记录，邀请朋友进群就会记在这里。", EN: "No invitations yet. Bring a friend and it shows here."}
	textBoard   = bot.Text{ZH: "邀请榜%s：", EN: "Who brought the most%s:"}
	textLine    = bot.Text{ZH: "\n%d. %s 邀请了 %d 人", EN: "\n%d. %s brought %d"}
	textPending = bot.Text{ZH: "（待定 %d）", EN: " (%d pending)"}
	textRule    = bot.Text{ZH: "\n进群满 %d 天%s就有效，之前算待定。", EN: "\nA credit is pending until %d days%s have passed."}
	textAndDay  = bot.Text{ZH: "并打过卡", EN: " and a check-in"}
	textKept    = bot.Text{ZH: "\n%d. %s 留下 %d 人（满两周的有 %d 人）", EN: "\n%d. %s: %d stayed, of %d after two weeks"}
	textScope   = bot.Text{ZH: "「%s」不认识，可以写：周、月、季、总、质量", EN: "“%s” is none of: week, month, season, all, quality"}
)

// A scope is a board that people can ask for.
type scope struct {
	names []string
	title bot.Text
	of    func(today bot.Day) period
}

func scopes() []scope {
	fixed := func(p period) func(bot.Day) period { return func(bot.Day) period { return p } }
	return []scope{
		{[]string{"", "总", "全部", "all"}, bot.Text{ZH: "（全部）", EN: " of all times"}, fixed(always)},
		{[]string{"周", "本周", "week"}, bot.Text{ZH: "（本周）", EN: " this week"}, weekOf},
		{[]string{"月", "本月", "month"}, bot.Text{ZH: "（本月）", EN: " this month"}, monthOf},
		{[]string{"季", "本季", "season"}, bot.Text{ZH: "（本季）", EN: " this season"}, seasonOf},
		{[]string{"质量", "quality"}, bot.Text{ZH: "（留下来的）", EN: ", of those who stay"}, fixed(quality)},
	}
}

func scopeOf(name string) (scope, bool) {
	for _, s := range scopes() {
		for _, n := range s.names {
			if strings.EqualFold(n, name) {
				return s, true
			}
		}
	}
	return scope{}, false
}

func board(_ context.Context, c *bot.Call) error {
	name, picture := c.Arg("范围"), isPicture(c.Arg("图"))
	if isPicture(name) {
		name, picture = "", true
	}
	s, ok := scopeOf(name)
	if !ok {
		return bot.Refuse(textScope, bot.CleanName(name))
	}
	per := s.of(c.Day(c.Event.At))
	size := boardSize
	if picture {
		size = boardDrawn
	}
	list, err := top(c.Tx, c.Event.Chat.ID, per, size)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.Reply(textEmpty)
		return nil
	}
	text := boardText(c, s, per, list[:min(len(list), boardSize)])
	if !picture {
		c.Say(text)
		return nil
	}
	drawing, err := boardPicture(c, s, per, list)
	if err != nil {
		return err
	}
	return draw(c, sketch{Text: text, Board: drawing})
}

func boardText(c *bot.Call, s scope, per period, list []ranked) string {
	title := ""
	if per != always {
		title = c.T(s.title)
	}
	text, waits := c.T(textBoard, title), 0
	for i, p := range list {
		if per == quality {
			text += c.T(textKept, i+1, c.Name(p.who), p.Kept, p.Aged)
			continue
		}
		text += c.T(textLine, i+1, c.Name(p.who), p.total())
		if p.Pending > 0 {
			text += c.T(textPending, p.Pending)
			waits += p.Pending
		}
	}
	if waits > 0 {
		text += explain(c)
	}
	return text
}

// explain says when a credit counts.
func explain(c *bot.Call) string {
	s, and := bot.Settings[Settings](c), ""
	if s.Checkin {
		and = c.T(textAndDay)
	}
	return c.T(textRule, s.Days, and)
}
