package checkin

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/width"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A plan is a named series of check-ins beside the group's own: 早读 from five to eight, or a camp of 21 days. The zero plan
// is the group's own.
type plan struct {
	Name   string  `json:"name"`
	Window window  `json:"window,omitzero"`
	Days   uint8   `json:"days,omitempty"` // of the week, Monday is bit 0; 0 is all of them
	Start  bot.Day `json:"start,omitempty"`
	End    bot.Day `json:"end,omitempty"` // both make it a camp
}

const (
	plans       = store.Table[plan]("checkin/plans") // chat, folded name
	maxPlans    = 8
	maxPlanName = 12 // characters
	maxCamp     = 366
)

// on says whether a day is one of the plan's.
func (p plan) on(d bot.Day) bool {
	if d < p.Start || p.End != 0 && d > p.End {
		return false
	}
	return p.Days == 0 || p.Days&(1<<((int(d.Date().Weekday())+6)%7)) != 0
}

// length is how many days a camp has.
func (p plan) length() int {
	n := 0
	for d := p.Start; d <= p.End; d++ {
		if p.on(d) {
			n++
		}
	}
	return n
}

func foldName(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// plansOf gives the plans of a group, in the order of their names.
func plansOf(r store.Reader, chat bot.ChatID) (list []plan, err error) {
	rg := store.Under(chat)
	rg.Limit = maxPlans
	for row, err := range plans.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	return list, nil
}

func planCommand() bot.Command {
	return bot.Command{
		Name: "打卡项", Aliases: []string{"plans"}, Args: "[名字] [时间...]", Who: bot.Manager, Where: bot.InGroup,
		Summary: bot.Text{
			ZH: "看、加、删打卡项目：/打卡项 早读 05:00-08:00 工作日",
			EN: "list, add or remove named check-ins: /plans Reading 05:00-08:00 weekdays",
		},
		Examples: []bot.Example{
			{Say: "/打卡项", Reply: "…还没有…"},
			{Say: "/打卡项 早读 05:00-08:00 工作日", Reply: "…「早读」：05:00–08:00 周一二三四五…"},
			{Say: "/打卡项 晨跑营 05:00-08:00 21天", Reply: "…「晨跑营」…11月21日–12月11日…"},
			{Say: "/打卡项 早读 25点", Reply: "…「25点」看不懂…"},
		},
		Run: setPlan,
	}
}

var (
	textNoPlan   = bot.Text{ZH: "这里没有叫「%s」的打卡项目。有的是：%s。", EN: "There is no check-in called %s here. There are: %s."}
	textOneBook  = bot.Text{ZH: "这里没有叫「%s」的打卡项目，直接发「打卡」就好。", EN: "There is no check-in called %s here; just send “打卡”."}
	textNoPlans  = bot.Text{ZH: "还没有另外的打卡项目。这样加一个：/打卡项 早读 05:00-08:00 工作日", EN: "No named check-ins yet. Add one: /plans Reading 05:00-08:00 weekdays"}
	textPlans    = bot.Text{ZH: "打卡项目：", EN: "Named check-ins:"}
	textPlan     = bot.Text{ZH: "\n「%s」：%s", EN: "\n%s: %s"}
	textPlanSet  = bot.Text{ZH: "好的，「%s」：%s。发「打卡 %s」或在那个时间「打卡」就算。", EN: "Done. %s: %s. “打卡 %s”, or 打卡 at that time, counts."}
	textPlanGone = bot.Text{ZH: "好的，「%s」不再打卡了，记录都留着。", EN: "%s is no longer checked in on; its record stays."}
	textBadPlan  = bot.Text{ZH: "「%s」看不懂。可以写：05:00-08:00、工作日、周末、周一三五、21天、2026-12-01、2026-12-01至2026-12-21，或 删。", EN: "%s is not understood. Write 05:00-08:00, weekdays, weekends, 周一三五, 21d, 2026-12-01, 2026-12-01..2026-12-21, or remove."}
	textPlanName = bot.Text{ZH: "名字请用 1 到 %d 个字，不要空格和标点，也不要用指令的名字。", EN: "Use a name of 1 to %d letters, without blanks and marks, that is no command."}
	textManyPlan = bot.Text{ZH: "一个群最多 %d 个打卡项目，先删一个吧。", EN: "A group has at most %d named check-ins; remove one first."}
	// textWeekdays begin with Monday.
	textWeekdays = [7]bot.Text{
		{ZH: "一", EN: "Mon"},
		{ZH: "二", EN: "Tue"},
		{ZH: "三", EN: "Wed"},
		{ZH: "四", EN: "Thu"},
		{ZH: "五", EN: "Fri"},
		{ZH: "六", EN: "Sat"},
		{ZH: "日", EN: "Sun"},
	}
	textAllDay = bot.Text{ZH: "全天", EN: "all day"}
)

func setPlan(_ context.Context, c *bot.Call) error {
	name := c.Arg("名字")
	switch rules := width.Fold.String(c.Arg("时间")); { // a Chinese keyboard types 05：00－08：00
	case name == "":
		return listPlans(c)
	case rules == "删" || rules == "remove":
		return removePlan(c, name)
	default:
		return addPlan(c, name, rules)
	}
}

func listPlans(c *bot.Call) error {
	list, err := plansOf(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.Reply(textNoPlans)
		return nil
	}
	text := c.T(textPlans)
	for _, p := range list {
		text += c.T(textPlan, p.Name, p.text(c.Group().Language))
	}
	c.Say(text)
	return nil
}

func removePlan(c *bot.Call, name string) error {
	b, err := theBook(c, name)
	if err != nil {
		return err
	}
	c.Reply(textPlanGone, b.plan.Name)
	return plans.Delete(c.Tx, c.Event.Chat.ID, foldName(name))
}

var planName = regexp.MustCompile(`^[\p{L}\p{N}]+$`)

func addPlan(c *bot.Call, name, rules string) error {
	chat := c.Event.Chat.ID
	if _, taken := c.Command(name); taken || reserved(name) || !planName.MatchString(name) || utf8.RuneCountInString(name) > maxPlanName {
		return bot.Refuse(textPlanName, maxPlanName)
	}
	cal, err := calendarOf(c)
	if err != nil {
		return err
	}
	p, bad := parsePlan(rules, cal.day(c.Event.At))
	if bad != "" {
		return bot.Refuse(textBadPlan, bot.CleanName(bad))
	}
	p.Name = name
	list, err := plansOf(c.Tx, chat)
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(list, func(o plan) bool { return foldName(o.Name) == foldName(name) })
	if !known && len(list) >= maxPlans {
		return bot.Refuse(textManyPlan, maxPlans)
	}
	if known { // days that are over are judged by the plan as it was
		if _, err := theBook(c, name); err != nil {
			return err
		}
	}
	if err := plans.Put(c.Tx, p, chat, foldName(name)); err != nil {
		return err
	}
	if err := renew(c, p); err != nil {
		return err
	}
	c.Reply(textPlanSet, p.Name, p.text(c.Group().Language), p.Name)
	return nil
}

// reserved says whether a name means something else beside a board's.
func reserved(name string) bool {
	_, board := boardNamed(name)
	return board || isPicture(name)
}

// renew begins the book of a plan, or lets one that has ended go on.
func renew(c *bot.Call, p plan) error {
	b, err := theBook(c, p.Name)
	if err != nil {
		return err
	}
	b.Ended = b.Ended && p.End != 0 && p.End <= b.Closed
	return books.Put(c.Tx, b.bookRow, b.id)
}

var (
	clockSpan = regexp.MustCompile(`^(\d{1,2})[:：](\d{2})[-–—~至到](\d{1,2})[:：](\d{2})$`)
	dateSpan  = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(?:\.\.|至|到|~)(\d{4}-\d{2}-\d{2})$`)
	campDays  = regexp.MustCompile(`^(\d{1,3})(?:天|d)$`)
	weekdays  = regexp.MustCompile(`^(?:周|星期)([一二三四五六日天]+)$`)
)

// parsePlan reads what stands after a plan's name. bad is the first word that is not understood.
func parsePlan(rules string, today bot.Day) (p plan, bad string) {
	length := 0
	for _, word := range strings.FieldsFunc(rules, func(r rune) bool { return strings.ContainsRune(" \t\n,，、；;", r) }) {
		if n := campDays.FindStringSubmatch(word); n != nil {
			length, _ = strconv.Atoi(n[1])
			if length == 0 || length > maxCamp {
				return p, word
			}
			continue
		}
		if !p.read(word) {
			return p, word
		}
	}
	if length > 0 {
		if p.Start == 0 {
			p.Start = today
		}
		p.End = p.Start + bot.Day(length) - 1
	}
	if p.End != 0 && (p.End < p.Start || p.End-p.Start >= maxCamp || p.length() == 0) {
		return p, rules
	}
	return p, ""
}

// read takes one word.
func (p *plan) read(word string) bool {
	if m := clockSpan.FindStringSubmatch(word); m != nil {
		from, ok1 := minute(m[1], m[2])
		to, ok2 := minute(m[3], m[4])
		p.Window = window{from, to}
		return ok1 && ok2 && from != to
	}
	if m := dateSpan.FindStringSubmatch(word); m != nil {
		from, err1 := bot.ParseDay(m[1])
		to, err2 := bot.ParseDay(m[2])
		p.Start, p.End = from, to
		return err1 == nil && err2 == nil
	}
	if d, err := bot.ParseDay(word); err == nil {
		p.Start = d
		return true
	}
	switch word {
	case "每天", "daily", "全天":
		return true
	case "工作日", "weekdays":
		p.Days |= 0b0011111
		return true
	case "周末", "weekends":
		p.Days |= 0b1100000
		return true
	}
	m := weekdays.FindStringSubmatch(word)
	if m == nil {
		return false
	}
	for _, r := range m[1] {
		p.Days |= 1 << (strings.IndexRune("一二三四五六日", weekday(r)) / len("一"))
	}
	return true
}

func weekday(r rune) rune {
	if r == '天' {
		return '日'
	}
	return r
}

// minute reads a time of day as minutes since midnight; 24:00 is the last one.
func minute(hour, min string) (int, bool) {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(min)
	if h == 24 && m == 0 {
		return 24*60 - 1, true
	}
	return h*60 + m, h < 24 && m < 60
}

// text writes the plan as people do.
func (p plan) text(l bot.Lang) string {
	text := textAllDay.In(l)
	if p.Window != (window{}) {
		text = p.Window.String()
	}
	if p.Days != 0 {
		text += " " + weekText(l, p.Days)
	}
	switch {
	case p.End != 0:
		text += " " + dayText(l, p.Start) + "–" + dayText(l, p.End)
	case p.Start != 0:
		text += " " + dayText(l, p.Start) + "–"
	}
	return text
}

// weekText writes days of the week.
func weekText(l bot.Lang, days uint8) string {
	var list []string
	for i, name := range textWeekdays {
		if days&(1<<i) != 0 {
			list = append(list, name.In(l))
		}
	}
	if l == bot.EN {
		return strings.Join(list, " ")
	}
	return "周" + strings.Join(list, "")
}

func (w window) String() string { return clock(w.From) + "–" + clock(w.To) }

func clock(minute int) string {
	return time.Unix(int64(minute)*60, 0).UTC().Format("15:04")
}
