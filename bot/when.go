package bot

import (
	"fmt"
	"time"
)

// When says a moment as people of this chat would: 明天 06:20, 11月24日 周二 06:20.
func (c *Call) When(t time.Time) string {
	return when(t.In(c.Zone()), c.Now.In(c.Zone()), c.group.Language)
}

func when(t, now time.Time, l Lang) string {
	clock := t.Format("15:04")
	days := int(civil(t.Date()) - civil(now.Date()))
	if days >= 0 && days <= 2 {
		near := [...]Text{{"今天 %s", "today %s"}, {"明天 %s", "tomorrow %s"}, {"后天 %s", "the day after tomorrow %s"}}
		return fmt.Sprintf(near[days].In(l), clock)
	}
	if l == EN {
		return t.Format("Mon 2 Jan 2006 ") + clock
	}
	year := ""
	if t.Year() != now.Year() {
		year = fmt.Sprintf("%d年", t.Year())
	}
	return fmt.Sprintf("%s%d月%d日 %s %s", year, t.Month(), t.Day(), Weekday(l, t.Weekday()), clock)
}

// Weekday is the short name of a day of the week: 周一, Mon.
func Weekday(l Lang, d time.Weekday) string {
	if l == EN {
		return d.String()[:3]
	}
	return "周" + string([]rune("日一二三四五六")[d])
}
