package schedule

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
)

// A scene is one thing that is sent at one moment, to so many groups.
type scene struct {
	at     time.Time
	what   string
	groups int
	lacks  bool
}

const (
	maxDays   = 31
	maxScenes = 20_000
	maxShown  = 60 // lines of one rehearsal
)

var (
	textDays    = bot.Text{ZH: "请写 1 到 %d 天，如 /预演 7天", EN: "Write 1 to %d days, as /rehearse 7"}
	textComing  = bot.Text{ZH: "接下来 %d 天（%s）：", EN: "The coming %d days (%s):"}
	textDay     = bot.Text{ZH: "\n%s 周%s%s", EN: "\n%s, day %s of the week%s"}
	textHoliday = bot.Text{ZH: "（放假）", EN: " (holiday)"}
	textShifted = bot.Text{ZH: "（调休上班）", EN: " (a working day)"}
	textScene   = bot.Text{ZH: "\n  %s %s → %d 个群%s", EN: "\n  %s %s → groups: %d%s"}
	textLast    = bot.Text{ZH: "，最后一个约 %s", EN: ", the last at about %s"}
	textLacks   = bot.Text{ZH: "，没有新语音", EN: ", nothing new to send"}
	textClash   = bot.Text{ZH: "，上一条还没发完", EN: ", the one before is still being sent"}
	textHush    = bot.Text{ZH: "，在安静时段", EN: ", within quiet hours"}
	textOverDay = bot.Text{ZH: "\n  注意：这天要发 %d 条，一天最多 %d 条", EN: "\n  Note: %d sends on this day, %d is the most"}
	textIdle    = bot.Text{ZH: "\n没有要发的。", EN: "\nNothing is to be sent."}
	textCut     = bot.Text{ZH: "\n…还有 %d 条", EN: "\n… and %d more"}
)

// rehearse is /预演: the coming days by the rules that hold now.
func rehearse(_ context.Context, c *bot.Call) error {
	days := 7
	if arg := strings.TrimSuffix(c.Arg("几天"), "天"); arg != "" {
		n, err := strconv.Atoi(arg)
		if days = n; err != nil || n < 1 || n > maxDays {
			return bot.Refuse(textDays, maxDays)
		}
	}
	scenes, err := scenesOf(c, c.Now.AddDate(0, 0, days))
	if err != nil {
		return err
	}
	c.Say(c.T(textComing, days, c.Group().Zone) + script(c, scenes))
	return nil
}

// scenesOf gathers what jobs and entries will send, the same to many groups at one moment as one.
func scenesOf(c *bot.Call, until time.Time) ([]scene, error) {
	planned, _, err := c.Outlook().Upcoming(until, maxScenes)
	if err != nil {
		return nil, err
	}
	var list []scene
	for _, p := range planned {
		what := c.T(p.Summary)
		if n := len(list); n > 0 && list[n-1].at.Equal(p.At) && list[n-1].what == what {
			list[n-1].groups++
			list[n-1].lacks = list[n-1].lacks || p.Lacks
			continue
		}
		list = append(list, scene{p.At, what, 1, p.Lacks})
	}
	all, err := readAll(c.Tx)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		more, err := e.scenes(c, until)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	slices.SortStableFunc(list, func(a, b scene) int { return a.at.Compare(b.at) })
	return list, nil
}

func (e entry) scenes(c *bot.Call, until time.Time) (list []scene, err error) {
	spec, err := c.Days().Parse(e.Spec)
	if err != nil || e.Paused {
		return nil, nil // fire tells of one that cannot be read
	}
	to, err := e.targets(c)
	if err != nil {
		return nil, err
	}
	zone, err := c.ZoneOf(e.Chat.ID)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("%d. %s", e.ID, whatOf(c, e.What))
	for _, at := range e.comingUp(spec, c.Now, zone, maxShown) {
		if !at.After(until) {
			list = append(list, scene{at, what, len(to), false})
		}
	}
	return list, nil
}

// script writes the scenes day by day, with what will not go as one might think.
func script(c *bot.Call, scenes []scene) string {
	if len(scenes) == 0 {
		return c.T(textIdle)
	}
	var text strings.Builder
	var busy time.Time // until the last group has what came before
	day, sends := "", 0
	for i, s := range scenes[:min(len(scenes), maxShown)] {
		local := s.at.In(c.Zone())
		if d := local.Format(time.DateOnly); d != day {
			text.WriteString(overDay(c, sends))
			text.WriteString(heading(c, local))
			day, sends = d, 0
		}
		sends += s.groups
		text.WriteString(c.T(textScene, local.Format("15:04"), s.what, s.groups, remarks(c, s, i > 0 && s.at.Before(busy))))
		busy = later(busy, s.at).Add(c.SendTime(s.groups))
	}
	text.WriteString(overDay(c, sends))
	if more := len(scenes) - maxShown; more > 0 {
		text.WriteString(c.T(textCut, more))
	}
	return text.String()
}

func heading(c *bot.Call, day time.Time) string {
	kind, plain := "", day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
	switch works := c.Days().Works(day); {
	case works && !plain:
		kind = c.T(textShifted)
	case c.Days().Holiday(day):
		kind = c.T(textHoliday)
	}
	return c.T(textDay, fmt.Sprintf("%d月%d日", day.Month(), day.Day()), string([]rune("日一二三四五六")[day.Weekday()]), kind)
}

func remarks(c *bot.Call, s scene, clash bool) (text string) {
	if took := c.SendTime(s.groups); took > 0 {
		text += c.T(textLast, s.at.Add(took).In(c.Zone()).Format("15:04:05"))
	}
	if s.lacks {
		text += c.T(textLacks)
	}
	if clash {
		text += c.T(textClash)
	}
	if c.Quiet(s.at) {
		text += c.T(textHush)
	}
	return text
}

func overDay(c *bot.Call, sends int) string {
	if most := c.Status().Budget.PerDay; most > 0 && sends > most {
		return c.T(textOverDay, sends, most)
	}
	return ""
}
