package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/pictures"
)

// A period is the days that a report is about, both ends included; today is the last.
type period struct {
	from, to bot.Day
	before   bot.Day // the first day of the period before
	board    string  // which of the check-in boards is of it
}

const (
	bestNamed = 3
	bestShown = 10
	maxBefore = 62 // days of two months
)

var (
	textWeek     = bot.Text{ZH: "周报 %s – %s", EN: "Week of %s – %s"}
	textMonth    = bot.Text{ZH: "月报 %s – %s", EN: "Month of %s – %s"}
	textMembers  = bot.Text{ZH: "群友", EN: "members"}
	textGrew     = bot.Text{ZH: "%d 个群 %d 人，来了 %d，走了 %d", EN: "%[2]d in %[1]d groups, %[3]d came, %[4]d left"}
	textCheckins = bot.Text{ZH: "打卡", EN: "check-ins"}
	textSum      = bot.Text{ZH: "%d 人次", EN: "%d"}
	textThan     = bot.Text{ZH: "，比上一期 %+d", EN: ", %+d on the time before"}
	textPeak     = bot.Text{ZH: "；最多的是 %s，%d 人次", EN: "; most on %s, %d"}
	textBest     = bot.Text{ZH: "打卡之星", EN: "most check-ins"}
	textBestOne  = bot.Text{ZH: "%s %d 天", EN: "%s %d days"}
	textVoice    = bot.Text{ZH: "语音", EN: "voice"}
	textMornings = bot.Text{ZH: "播了 %d 天", EN: "on %d mornings"}
	textFailed   = bot.Text{ZH: "，%d 个群次没收到", EN: ", %d groups' shares failed"}
	textReviewW  = bot.Text{ZH: "本周回顾", EN: "The week"}
	textReviewM  = bot.Text{ZH: "本月回顾", EN: "The month"}
	textGrowth   = bot.Text{ZH: "群成长", EN: "Growth"}
	textAllOf    = bot.Text{ZH: "全部 %d 个群", EN: "All %d groups"}
	textDaysUnit = bot.Text{ZH: "天", EN: "days"}
)

// week is the report of the week that today is in, which begins on Monday.
func week(c *bot.Call) (report, error) {
	today := c.Day(c.Now)
	from := today - bot.Day((int(today.Date().Weekday())+6)%7)
	return review(c, period{from: from, to: today, before: from - 7, board: "week"}, textWeek)
}

// month is the report of the month that today is in.
func month(c *bot.Call) (report, error) {
	today := c.Day(c.Now)
	from := today - bot.Day(today.Date().Day()-1)
	last := from - bot.Day((from - 1).Date().Day())
	return review(c, period{from: from, to: today, before: last, board: "month"}, textMonth)
}

// figures are what a period came to, over all groups.
type figures struct {
	groups   int
	name     string // of the group, where there is one
	tallies  []tally
	checkins []int // by day
	sum      int
	before   int // check-ins of the period before; -1 where nothing is known of it
	best     []pictures.Row
}

func review(c *bot.Call, p period, title bot.Text) (r report, err error) {
	f, err := figuresOf(c, p)
	if err != nil {
		return r, err
	}
	row := func(name bot.Text, value string) { r.Text += c.T(textRow, c.T(name), value) }
	r.Text = c.T(title, dayName(c, p.from.Date()), dayName(c, p.to.Date()))
	joined, left := f.moved()
	row(textMembers, c.T(textGrew, f.groups, f.tallies[len(f.tallies)-1].Members, joined, left))
	if f.sum > 0 {
		peak := slices.Index(f.checkins, slices.Max(f.checkins))
		value := c.T(textSum, f.sum)
		if f.before >= 0 {
			value += c.T(textThan, f.sum-f.before)
		}
		row(textCheckins, value+c.T(textPeak, dayName(c, (p.from+bot.Day(peak)).Date()), f.checkins[peak]))
	}
	if len(f.best) > 0 {
		var names []string
		for _, b := range f.best[:min(len(f.best), bestNamed)] {
			names = append(names, c.T(textBestOne, b.Name, b.Value))
		}
		row(textBest, strings.Join(names, "、"))
	}
	voice, err := voiceLine(c, p)
	if voice != "" {
		row(textVoice, voice)
	}
	r.Empty = joined+left+f.sum == 0 && voice == ""
	if bot.Settings[Settings](c).Pictures {
		r.Art = f.draw(c, p)
	}
	return r, err
}

func figuresOf(c *bot.Call, p period) (f figures, err error) {
	chats, err := bot.Chats(c.Tx)
	if err != nil {
		return f, err
	}
	f.groups, f.before = len(chats), -1
	f.tallies, f.checkins = make([]tally, p.to-p.from+1), make([]int, p.to-p.from+1)
	for _, chat := range chats {
		f.name = bot.CleanName(chat.Name)
		list, err := tallies(c.Tx, chat.ID, p.from, p.to)
		if err != nil {
			return f, err
		}
		for i, t := range list {
			sum := &f.tallies[i]
			sum.Members, sum.Joined, sum.Left = sum.Members+t.Members, sum.Joined+t.Joined, sum.Left+t.Left
		}
		if err := f.habits(c, chat.ID, p); err != nil {
			return f, err
		}
	}
	slices.SortStableFunc(f.best, func(a, b pictures.Row) int { return cmp.Compare(b.Value, a.Value) })
	f.best = f.best[:min(len(f.best), bestShown)]
	return f, nil
}

// habits adds the check-ins of one group, as its views tell them.
func (f *figures) habits(c *bot.Call, chat bot.ChatID, p period) error {
	q := bot.Query{Chat: chat, Now: c.Now, Day: p.to, Lang: c.Group().Language, Limit: maxBefore + 1}
	shown, err := c.Look("checkin", "days", q)
	if err != nil {
		return err
	}
	for _, row := range shown.Rows {
		day, err := bot.ParseDay(row.Cells[0])
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(row.Cells[1])
		switch {
		case err != nil:
			return err
		case day >= p.from && day <= p.to:
			f.checkins[day-p.from] += n
			f.sum += n
		case day >= p.before && day < p.from:
			f.before = max(f.before, 0) + n
		}
	}
	q.Limit, q.Args = bestShown, map[string]string{"board": p.board}
	if shown, err = c.Look("checkin", "board", q); err != nil {
		return err
	}
	for _, row := range shown.Rows {
		n, err := strconv.Atoi(row.Cells[2])
		if err != nil {
			return err
		}
		f.best = append(f.best, pictures.Row{Name: row.Cells[1], Value: n})
	}
	return nil
}

func (f figures) moved() (joined, left int) {
	for _, t := range f.tallies {
		joined, left = joined+t.Joined, left+t.Left
	}
	return joined, left
}

// voiceLine says how often the voice was on air.
func voiceLine(c *bot.Call, p period) (string, error) {
	q := bot.Query{Now: c.Now, Day: p.to, Lang: c.Group().Language, Limit: int(p.to-p.from) + 1}
	shown, err := c.Look("broadcast", "mornings", q)
	if err != nil {
		return "", err
	}
	mornings, failed := 0, 0
	for _, row := range shown.Rows {
		if day, err := bot.ParseDay(row.Cells[0]); err != nil || day < p.from || day > p.to {
			continue
		}
		sent, _ := strconv.Atoi(row.Cells[2]) // the view writes numbers
		lost, _ := strconv.Atoi(row.Cells[4])
		failed += lost
		if sent > 0 {
			mornings++
		}
	}
	if mornings+failed == 0 {
		return "", nil
	}
	text := c.T(textMornings, mornings)
	if failed > 0 {
		text += c.T(textFailed, failed)
	}
	return text, nil
}

// draw is what of the figures is shown: the review of a week, or the days of a month, and how the groups grew.
func (f figures) draw(c *bot.Call, p period) (list []art) {
	look, where := pictures.Look{Lang: string(c.Group().Language)}, f.name
	if f.groups != 1 {
		where = fmt.Sprintf(textAllOf.In(c.Group().Language), f.groups)
	}
	if p.board == "week" {
		joined, left := f.moved()
		w := pictures.Week{
			Look: look, Title: c.T(textReviewW), Group: where, From: p.from.Date(), To: p.from.Date().AddDate(0, 0, 6),
			Members: f.tallies[len(f.tallies)-1].Members, Joined: joined, Left: left, Checkins: f.sum, LastWeek: f.before,
			Best: f.best, Unit: c.T(textDaysUnit),
		}
		copy(w.Daily[:], f.checkins)
		list = append(list, art{Week: &w})
	} else if len(f.best) > 0 {
		list = append(list, art{Board: &pictures.Board{
			Look: look, Title: c.T(textReviewM), Group: where, Period: p.from.Date().Format("2006-01"), Unit: c.T(textDaysUnit), Rows: f.best,
		}})
	}
	g := pictures.Growth{Look: look, Title: c.T(textGrowth), Group: where}
	for i, t := range f.tallies {
		if t.Members > 0 {
			date := time.Time((p.from + bot.Day(i)).Date())
			g.Days = append(g.Days, pictures.Headcount{Date: date, Members: t.Members, Joined: t.Joined, Left: t.Left})
		}
	}
	if len(g.Days) > 1 {
		list = append(list, art{Growth: &g})
	}
	return list
}
