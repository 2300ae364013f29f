package schedule

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

const (
	reported = store.Table[time.Time]("schedule/reported") // one row: the report told last
	only     = "all"
	fullAt   = 480 // members: a group holds 500
	codeAt   = 190 // and lets nobody in by code beyond 200
	oldScan  = 5 * 24 * time.Hour
)

var (
	textReport   = bot.Text{ZH: "晨报 %s", EN: "Report of %s"}
	textRow      = bot.Text{ZH: "\n%s：%s", EN: "\n%s: %s"}
	textGroups   = bot.Text{ZH: "群", EN: "groups"}
	textSizes    = bot.Text{ZH: "%d 个，共 %d 人", EN: "%d, with %d members"}
	textFull     = bot.Text{ZH: "快满的群", EN: "nearly full"}
	textBudgetIs = bot.Text{ZH: "24 小时发了", EN: "sent in 24 hours"}
	textOf       = bot.Text{ZH: "%d 条（最多 %d）", EN: "%d (of %d at most)"}
	textUnbound  = bot.Text{ZH: "%d 条", EN: "%d"}
	textScanned  = bot.Text{ZH: "上次扫码", EN: "last scan"}
	textLongAgo  = bot.Text{ZH: "%s，有一阵子了，手机上的登录可能快过期", EN: "%s; it may end before long"}
	textDoubt    = bot.Text{ZH: "没发成或不确定", EN: "not sent, or in doubt"}
	textLook     = bot.Text{ZH: "%d 条，发 /待查 看看", EN: "%d; see /trouble"}
	textAway     = bot.Text{ZH: "不在线", EN: "offline"}
	textAwayFor  = bot.Text{ZH: "%d 次，共 %s", EN: "%d times, %s in all"}
	textTable    = bot.Text{ZH: "放假安排", EN: "working days"}
	textLacking  = bot.Text{ZH: "还不知道 %d 年的，1 月起「工作日」只按周一到周五算；请把它写进数据文件夹的 holidays.txt", EN: "those of %d are not known: from January Monday to Friday count, unless holidays.txt in the data folder says them"}
	textToday    = bot.Text{ZH: "接下来", EN: "coming"}
)

// reportOnce is the job: it runs for every group, and the owner hears of it once.
func reportOnce(_ context.Context, c *bot.Call) error {
	last, _, err := reported.Get(c.Tx, only)
	if err != nil || !c.Event.At.After(last) {
		return err
	}
	if err := reported.Put(c.Tx, c.Event.At, only); err != nil {
		return err
	}
	text, err := compose(c)
	if err != nil {
		return err
	}
	return c.TellOwners(bot.Text{ZH: "%s", EN: "%s"}, text)
}

// report is /晨报.
func report(_ context.Context, c *bot.Call) error {
	text, err := compose(c)
	c.Say(text)
	return err
}

func compose(c *bot.Call) (string, error) {
	text := c.T(textReport, c.Now.In(c.Zone()).Format(time.DateOnly))
	for _, part := range []func(*bot.Call) ([]bot.Line, error){groupLines, healthLines, featureLines} {
		lines, err := part(c)
		if err != nil {
			return "", err
		}
		for _, l := range lines {
			text += c.T(textRow, l.Name, l.Value)
		}
	}
	return text, nil
}

// groupLines say how many groups and members there are, and which groups are nearly full.
func groupLines(c *bot.Call) ([]bot.Line, error) {
	groups, err := bot.Chats(c.Tx)
	if err != nil {
		return nil, err
	}
	total, near := 0, []string(nil)
	for _, g := range groups {
		n, err := bot.SizeOf(c.Tx, g.ID)
		if err != nil {
			return nil, err
		}
		total += n
		if n >= fullAt || n >= codeAt && n <= 200 {
			near = append(near, fmt.Sprintf("%s（%d）", bot.CleanName(g.Name), n))
		}
	}
	lines := []bot.Line{{Name: c.T(textGroups), Value: c.T(textSizes, len(groups), total)}}
	if len(near) > 0 {
		lines = append(lines, bot.Line{Name: c.T(textFull), Value: strings.Join(near[:min(len(near), 10)], "、")})
	}
	return lines, nil
}

// healthLines say how the account is.
func healthLines(c *bot.Call) (lines []bot.Line, err error) {
	s := c.Status()
	sent := c.T(textUnbound, s.Budget.Day)
	if s.Budget.PerDay > 0 {
		sent = c.T(textOf, s.Budget.Day, s.Budget.PerDay)
	}
	lines = append(lines, bot.Line{Name: c.T(textBudgetIs), Value: sent})
	if !s.Since.IsZero() {
		when := c.When(s.Since)
		if c.Now.Sub(s.Since) > oldScan {
			when = c.T(textLongAgo, when)
		}
		lines = append(lines, bot.Line{Name: c.T(textScanned), Value: when})
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
		lines = append(lines, bot.Line{Name: c.T(textDoubt), Value: c.T(textLook, n)})
	}
	away, err := bot.Outages(c.Tx, day, c.Now)
	if len(away) > 0 {
		var sum time.Duration
		for _, o := range away {
			sum += o.To.Sub(later(o.From, day))
		}
		lines = append(lines, bot.Line{Name: c.T(textAway), Value: c.T(textAwayFor, len(away), length(c, sum))})
	}
	return lines, err
}

func featureLines(c *bot.Call) ([]bot.Line, error) {
	return c.Report(bot.Query{Now: c.Now, Day: c.Day(c.Now), Lang: c.Group().Language, Limit: 20})
}

// comingLines say what the next day sends, what it lacks, and that the table of working days ends.
func comingLines(r store.Reader, q bot.Query) (lines []bot.Line, err error) {
	f, err := ahead(r, q)
	if err != nil {
		return nil, err
	}
	scenes, err := f.scenes(q.Now.Add(24 * time.Hour))
	if err != nil {
		return nil, err
	}
	var list []string
	for _, s := range scenes {
		if s.off || len(list) == 8 {
			continue
		}
		text := s.at.In(f.zone).Format("15:04 ") + s.what
		remarks, troubled := f.remarks(s)
		if troubled {
			text += f.t(textKind, strings.Join(remarks, "，"))
		}
		list = append(list, text)
	}
	if len(list) > 0 {
		lines = append(lines, bot.Line{Name: f.t(textToday), Value: strings.Join(list, "；")})
	}
	missing, err := f.yearMissing()
	if missing > 0 {
		lines = append(lines, bot.Line{Name: f.t(textTable), Value: f.t(textLacking, missing)})
	}
	return lines, err
}

// yearMissing is the year to come whose working days somebody counts on and nobody knows; 0 where all is well. The government
// publishes it in November.
func (f forecast) yearMissing() (int, error) {
	year := f.o.Now.In(f.zone).AddDate(0, 2, 0).Year()
	if f.o.Days().Knows(year) {
		return 0, nil
	}
	needed, err := f.o.NeedsDays()
	if err != nil {
		return 0, err
	}
	all, err := readAll(f.r)
	for _, e := range all {
		spec, bad := f.o.Days().Parse(e.Spec)
		needed = needed || bad == nil && spec.NeedsDays()
	}
	if needed {
		return year, err
	}
	return 0, err
}
