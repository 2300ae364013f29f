package schedules

import (
	"fmt"
	"strings"
	"time"
)

// The phrases that name one moment, or a length of time.

// every reads 每小时, 每半小时, 每隔2小时 and 每30分钟.
func every(r *reader) (rule, bool, *SyntaxError) {
	text := r.rest
	if !r.has("每隔", "每") {
		return nil, false, nil
	}
	length, ok := r.length()
	if !ok {
		if strings.HasPrefix(text, "每隔") {
			return nil, false, noInterval(text)
		}
		return nil, false, nil
	}
	if !r.done() || length < minInterval || length > maxInterval {
		return nil, false, noInterval(text)
	}
	return interval{seconds: int64(length / time.Second)}, true, nil
}

func noInterval(text string) *SyntaxError {
	return &SyntaxError{
		Problem: fmt.Sprintf("%q is no interval", text),
		Hint:    "write 每隔2小时 or 每隔30分钟, from one minute to a year; for days write 每天 6:20 or 每周一、三、五 6:20",
		ZH:      "间隔请写 每隔2小时、每隔30分钟；按天的写 每天 6:20 或 每周一、三、五 6:20",
	}
}

// length takes 2小时, 半小时, 一个半小时 or 90分钟.
func (r *reader) length() (time.Duration, bool) {
	begun := r.rest
	if r.has("半小时", "半个小时", "半个钟头") {
		return 30 * time.Minute, true
	}
	n, ok := r.number()
	if !ok {
		n = 1
	}
	half := r.has("个半")
	if !half {
		r.has("个")
	}
	unit := time.Duration(0)
	switch {
	case r.has("小时", "钟头"):
		unit = time.Hour
	case !half && ok && r.has("分钟", "分"):
		unit = time.Minute
	default:
		r.rest = begun
		return 0, false
	}
	d := time.Duration(n) * unit
	if half {
		d += unit / 2
	}
	return d, true
}

// inAWhile reads 3天后, 两周后 8:00, 2小时后 and 半小时以后.
func inAWhile(r *reader) (rule, bool, *SyntaxError) {
	r.has("过")
	later := func() bool { return r.has("以后", "之后", "后") }
	if d, ok := r.length(); ok {
		if !later() || !r.done() {
			return nil, false, nil
		}
		if err := r.relative(); err != nil {
			return nil, false, err
		}
		at := r.now.Add(d)
		if whole := at.Truncate(time.Minute); at.After(whole) {
			at = whole.Add(time.Minute) // not sooner than said
		}
		return once{shown(at)}, true, nil
	}
	n, ok := r.number()
	if !ok {
		return nil, false, nil
	}
	switch {
	case r.has("天"):
	case r.has("周", "个星期", "星期", "个礼拜"):
		n *= 7
	default:
		return nil, false, nil
	}
	if !later() {
		return nil, false, nil
	}
	return r.daysAhead(n)
}

// shown is a reading in whole minutes.
func shown(at time.Time) time.Time { return reading(at).Truncate(time.Minute) }

// daysAhead makes the moment on the day so many days from today; without a time it is the time it is now.
func (r *reader) daysAhead(n int) (rule, bool, *SyntaxError) {
	if err := r.relative(); err != nil {
		return nil, false, err
	}
	if n > 3660 {
		return nil, false, &SyntaxError{Problem: "further than ten years away", Hint: "write a day sooner", ZH: "太远啦，十年之内才行"}
	}
	c := clock{r.now.Hour(), r.now.Minute()}
	if !r.done() {
		var err *SyntaxError
		if c, err = r.time(); err != nil {
			return nil, false, err
		}
	}
	y, m, d := r.now.Date()
	return once{time.Date(y, m, d+n, c.hour, c.minute, 0, 0, time.UTC)}, true, nil
}

// onRelativeDay reads 今天, 明天 9点, 后天, 今晚8点, 明早 7:00, 本周五 20:00 and 下周三 8:00.
func onRelativeDay(r *reader) (rule, bool, *SyntaxError) {
	for n, words := range [][]string{{"今天", "今日"}, {"明天", "明日"}, {"后天"}, {"大后天"}} {
		if r.has(words...) {
			return r.dayWithTime(n)
		}
	}
	for n, words := range []string{"今", "明"} { // the part of the day belongs to the time that follows
		if rest, ok := strings.CutPrefix(r.rest, words); ok && (strings.HasPrefix(rest, "早") || strings.HasPrefix(rest, "晚")) {
			r.rest = rest
			return r.dayWithTime(n)
		}
	}
	week := 0
	switch {
	case r.has("本周", "这周", "这个星期", "本星期"):
	case r.has("下周", "下个星期", "下星期", "下礼拜"):
		week = 7
	default:
		return nil, false, nil
	}
	day, ok := r.weekday()
	if !ok {
		return nil, false, noWeekday()
	}
	monday := int(r.now.Weekday()+6) % 7
	return r.dayWithTime(week + int(day+6)%7 - monday)
}

// dayWithTime is daysAhead, but at nine where no time is given.
func (r *reader) dayWithTime(n int) (rule, bool, *SyntaxError) {
	if r.done() {
		r.rest = "9:00"
	}
	return r.daysAhead(n)
}

// onDate reads 2026年12月24日 20:00 and 12月24日 20:00, which is the next that comes.
func onDate(r *reader) (rule, bool, *SyntaxError) {
	begun := r.rest
	year, dated := r.number()
	if dated = dated && r.has("年"); !dated {
		year, r.rest = 0, begun
	}
	if _, ok := r.number(); !ok || !r.has("月") || dated && (year < 2000 || year > 9000) {
		return nil, false, nil
	}
	if r.rest = begun; dated {
		r.number()
		r.has("年")
	} else if err := r.relative(); err != nil {
		return nil, false, err
	}
	month, day, err := r.monthDay()
	if err != nil {
		return nil, false, err
	}
	c, err := r.time()
	if err != nil {
		return nil, false, err
	}
	return r.dateAt(year, month, day, c)
}

// dateAt is the moment on a date, the next such date where the year is 0.
func (r *reader) dateAt(year int, month time.Month, day int, c clock) (rule, bool, *SyntaxError) {
	first, last := year, year
	if year == 0 {
		first, last = r.now.Year(), r.now.Year()+8
	}
	for y := first; y <= last; y++ {
		at := time.Date(y, month, day, c.hour, c.minute, 0, 0, time.UTC)
		if at.Day() == day && (year != 0 || at.After(reading(r.now))) {
			return once{at}, true, nil
		}
	}
	return nil, false, &SyntaxError{
		Problem: "that year has no such date", Hint: "write a date that comes, as 2028年2月29日 9:00", ZH: "那一年没有这一天",
	}
}
