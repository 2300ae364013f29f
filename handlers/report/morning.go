package report

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"sixtwenty/bot"
)

const (
	fullAt  = 480 // members: a group holds 500
	codeAt  = 190 // and lets nobody in by code beyond 200
	oldScan = 5 * 24 * time.Hour

	perFeature = 6   // lines
	maxLines   = 30  // of one report
	maxValue   = 160 // characters of a line
	maxNamed   = 10  // groups named in a line
)

var (
	textMorning  = bot.Text{ZH: "晨报 %s", EN: "Report of %s"}
	textRow      = bot.Text{ZH: "\n%s：%s", EN: "\n%s: %s"}
	textGroups   = bot.Text{ZH: "群", EN: "groups"}
	textSizes    = bot.Text{ZH: "%d 个，共 %d 人", EN: "%d, with %d members"}
	textChange   = bot.Text{ZH: "（昨天 +%d −%d）", EN: " (yesterday +%d −%d)"}
	textFull     = bot.Text{ZH: "快满的群", EN: "nearly full"}
	textBudgetIs = bot.Text{ZH: "24 小时发了", EN: "sent in 24 hours"}
	textOf       = bot.Text{ZH: "%d 条（最多 %d）", EN: "%d (of %d at most)"}
	textUnbound  = bot.Text{ZH: "%d 条", EN: "%d"}
	textScanned  = bot.Text{ZH: "上次扫码", EN: "last scan"}
	textLongAgo  = bot.Text{ZH: "%s，%d 天了，手机上的登录可能快过期", EN: "%s, %d days ago; it may end before long"}
	textDoubt    = bot.Text{ZH: "没发成或不确定", EN: "not sent, or in doubt"}
	textLook     = bot.Text{ZH: "%d 条，发 /待查 看看", EN: "%d; see /trouble"}
	textAway     = bot.Text{ZH: "不在线", EN: "offline"}
	textAwayFor  = bot.Text{ZH: "%d 次，共 %s", EN: "%d times, %s in all"}
	textMinutes  = bot.Text{ZH: "%d 分钟", EN: "%d min"}
	textPeople   = bot.Text{ZH: "不敢认的人", EN: "people in doubt"}
	textPeopleN  = bot.Text{ZH: "%d 位，发 /待认 看看", EN: "%d; see /unsure"}
	textMore     = bot.Text{ZH: "\n…还有 %d 行", EN: "\n… and %d lines more"}
)

// morning is the report of the morning: what needs a word or a hand first, then how things are.
func morning(c *bot.Call) (r report, err error) {
	var lines []bot.Line
	for _, part := range []func(*bot.Call) ([]bot.Line, error){featureLines, groupLines, healthLines} {
		more, err := part(c)
		if err != nil {
			return r, err
		}
		lines = append(lines, more...)
	}
	r.Text = c.T(textMorning, dayName(c, c.Now.In(c.Zone())))
	for _, l := range lines[:min(len(lines), maxLines)] {
		r.Text += c.T(textRow, l.Name, clip(l.Value))
	}
	if more := len(lines) - maxLines; more > 0 {
		r.Text += c.T(textMore, more)
	}
	return r, nil
}

func clip(s string) string {
	if utf8.RuneCountInString(s) > maxValue {
		return string([]rune(s)[:maxValue]) + "…"
	}
	return s
}

// dayName is a date as people say it.
func dayName(c *bot.Call, t time.Time) string {
	if c.Group().Language == bot.EN {
		return t.Format("Mon 2 Jan")
	}
	return fmt.Sprintf("%d月%d日 %s", t.Month(), t.Day(), bot.Weekday(bot.ZH, t.Weekday()))
}

func featureLines(c *bot.Call) ([]bot.Line, error) {
	return c.Report(bot.Query{Now: c.Now, Day: c.Day(c.Now), Lang: c.Group().Language, Limit: perFeature})
}

// groupLines say how many groups and members there are, and which groups are nearly full.
func groupLines(c *bot.Call) ([]bot.Line, error) {
	groups, err := bot.Chats(c.Tx)
	if err != nil {
		return nil, err
	}
	total, near, yesterday := 0, []string(nil), tally{}
	for _, g := range groups {
		n, err := bot.SizeOf(c.Tx, g.ID)
		if err != nil {
			return nil, err
		}
		total += n
		if n >= fullAt || n >= codeAt && n <= 200 {
			near = append(near, fmt.Sprintf("%s（%d）", bot.CleanName(g.Name), n))
		}
		t, _, err := days.Get(c.Tx, g.ID, c.Day(c.Now)-1)
		if err != nil {
			return nil, err
		}
		yesterday.Joined, yesterday.Left = yesterday.Joined+t.Joined, yesterday.Left+t.Left
	}
	value := c.T(textSizes, len(groups), total)
	if yesterday.Joined+yesterday.Left > 0 {
		value += c.T(textChange, yesterday.Joined, yesterday.Left)
	}
	lines := []bot.Line{{Name: c.T(textGroups), Value: value}}
	if len(near) > 0 {
		lines = append(lines, bot.Line{Name: c.T(textFull), Value: strings.Join(near[:min(len(near), maxNamed)], "、")})
	}
	return lines, nil
}

// healthLines say how the account is.
func healthLines(c *bot.Call) (lines []bot.Line, err error) {
	add := func(name bot.Text, value string) { lines = append(lines, bot.Line{Name: c.T(name), Value: value}) }
	s := c.Status()
	sent := c.T(textUnbound, s.Budget.Day)
	if s.Budget.PerDay > 0 {
		sent = c.T(textOf, s.Budget.Day, s.Budget.PerDay)
	}
	add(textBudgetIs, sent)
	if !s.Since.IsZero() {
		when := c.When(s.Since)
		if age := c.Now.Sub(s.Since); age > oldScan {
			when = c.T(textLongAgo, when, int(age/(24*time.Hour)))
		}
		add(textScanned, when)
	}
	day := c.Now.Add(-24 * time.Hour)
	doubts, err := bot.Trouble(c.Tx, 100)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, d := range doubts {
		if d.At.After(day) {
			n++
		}
	}
	if n > 0 {
		add(textDoubt, c.T(textLook, n))
	}
	h, ok, err := c.Registry().Health()
	if err != nil {
		return nil, err
	}
	if ok && h.Doubts > 0 {
		add(textPeople, c.T(textPeopleN, h.Doubts))
	}
	away, err := c.Outages(day, c.Now)
	if len(away) > 0 {
		var sum time.Duration
		for _, o := range away {
			from := o.From
			if from.Before(day) {
				from = day
			}
			sum += o.To.Sub(from)
		}
		add(textAway, c.T(textAwayFor, len(away), c.T(textMinutes, int((sum+time.Minute-1)/time.Minute))))
	}
	return lines, err
}
