package schedules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A reader reads one phrase. Where now is zero, what counts from today is refused: it would mean another time whenever it
// is read.
type reader struct {
	scanner
	days *Days
	now  time.Time // in the zone of the schedule
}

// A phrase reads one way of saying when in Chinese. ok is false where the text is not its own, so that the next may try;
// an error where the text is its own but wrong.
type phrase func(r *reader) (rule rule, ok bool, err *SyntaxError)

func phrases() []phrase {
	return []phrase{every, inAWhile, onDate, onRelativeDay, onWeekdays, onMonthDays, onYearDay, onSomeDays}
}

const anyPhrase = "write 每天 6:20, 工作日 8:00, 每周三 20:00, 每月1号 9:00, 每隔2小时, 明天 9点, 3天后 or 12月24日 20:00"

func readPhrase(text string, days *Days, now time.Time) (rule, *SyntaxError) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "在"))
	for _, read := range phrases() {
		r := &reader{scanner{text}, days, now}
		if rule, ok, err := read(r); ok || err != nil {
			return rule, err
		}
	}
	return nil, &SyntaxError{
		Problem: "phrase not understood", Hint: `write 每天 6:20, or cron: "20 6 * * *"; also ` + anyPhrase[len("write "):],
		ZH: "没看懂是什么时候。可以写：每天 6:20、工作日 8:00、每周三 20:00、每月1号 9:00、每隔2小时、明天 9点、3天后、12月24日 20:00",
	}
}

func wrongTime(text string) *SyntaxError {
	text = strings.TrimSpace(text)
	return &SyntaxError{
		Problem: fmt.Sprintf("%q is no time of day", text),
		Hint:    "write hours 0-23 and minutes 00-59, as 每天 6:20, 早上6点 or 下午3点半",
		ZH:      fmt.Sprintf("「%.60s」不是几点几分，请写 6:20、早上6点、下午3点半这样的", text),
	}
}

// relative refuses what counts from today where nobody says what today is.
func (r *reader) relative() *SyntaxError {
	if !r.now.IsZero() {
		return nil
	}
	return &SyntaxError{
		Problem: "this counts from today and has no place in a setting",
		Hint:    "write a whole date, as 2026年12月24日 20:00, or what comes again, as 每天 6:20",
		ZH:      "设置里请写会重复的时间，如 每天 6:20",
	}
}

// atNine is when a day without a time means.
func atNine() []clock { return []clock{{9, 0}} }

// times takes the rest of the phrase as times of day.
func (r *reader) times() ([]clock, *SyntaxError) {
	r.has("的", "，", ",")
	if r.done() {
		return atNine(), nil
	}
	begun := r.rest
	var list []clock
	for !r.done() {
		if len(list) > 0 {
			r.separator()
		}
		c, ok := r.timeOfDay()
		if !ok {
			return nil, wrongTime(begun)
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b clock) int { return cmp.Or(a.hour-b.hour, a.minute-b.minute) })
	return slices.Compact(list), nil
}

// time is times where only one makes sense.
func (r *reader) time() (clock, *SyntaxError) {
	begun := r.rest
	list, err := r.times()
	if err == nil && len(list) != 1 {
		err = wrongTime(begun)
	}
	if err != nil {
		return clock{}, err
	}
	return list[0], nil
}

// recurring makes the rule of the days that on names, at the times that follow. 节假日除外 leaves out the holidays.
func (r *reader) recurring(on func(time.Time) bool, table bool) (rule, bool, *SyntaxError) {
	rest, workdays := r.rest, r.days
	for _, words := range []string{"节假日除外", "节假日不发", "跳过节假日"} {
		if cut, ok := strings.CutSuffix(strings.TrimSpace(rest), words); ok {
			r.rest, table = strings.TrimRight(cut, " ,，"), true
			all := on
			on = func(day time.Time) bool { return all(day) && !workdays.Holiday(day) }
		}
	}
	times, err := r.times()
	if err != nil {
		return nil, false, err
	}
	return onDays{on, times, table}, true, nil
}

// onSomeDays reads 每天, 工作日, 休息日 and 周末.
func onSomeDays(r *reader) (rule, bool, *SyntaxError) {
	days := r.days
	switch {
	case r.has("每天", "每日", "天天"):
		return r.recurring(func(time.Time) bool { return true }, false)
	case r.has("每个工作日", "每工作日", "工作日", "上班日"):
		return r.recurring(days.Works, true)
	case r.has("每个休息日", "每休息日", "休息日"):
		return r.recurring(func(day time.Time) bool { return !days.Works(day) }, true)
	}
	return nil, false, nil
}

const weekLetters = "日一二三四五六"

func (r *reader) weekday() (time.Weekday, bool) {
	w, ok := r.eat("一", "二", "三", "四", "五", "六", "日", "天", "1", "2", "3", "4", "5", "6", "7")
	if !ok {
		return 0, false
	}
	if w == "天" || w == "7" {
		w = "日"
	}
	if w[0] < '7' {
		return time.Weekday(w[0] - '0'), true
	}
	return time.Weekday(strings.Index(weekLetters, w) / len("日")), true
}

// onWeekdays reads 每周三, 每周一、三、五, 每周一到周五, 每星期天 and 每周末.
func onWeekdays(r *reader) (rule, bool, *SyntaxError) {
	if r.has("每周末", "每个周末", "周末") {
		return r.recurring(func(day time.Time) bool {
			return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
		}, false)
	}
	if !r.has("每周", "每个周", "每星期", "每个星期", "每礼拜", "逢周") {
		return nil, false, nil
	}
	set, ok := r.weekdays()
	if !ok {
		return nil, false, noWeekday()
	}
	return r.recurring(func(day time.Time) bool { return set[day.Weekday()] }, false)
}

// weekdays takes 三, 一、三、五, 一三五 and 一到五.
func (r *reader) weekdays() (set [7]bool, ok bool) {
	for n := 0; ; n++ {
		before := r.rest
		if n > 0 {
			r.separator()
		}
		r.has("周", "星期", "礼拜")
		day, found := r.weekday()
		if !found || n > 0 && r.inTime(before) {
			r.rest = before
			return set, n > 0
		}
		set[day] = true
		if !r.has("到", "至", "-", "~") {
			continue
		}
		r.has("周", "星期", "礼拜")
		end, found := r.weekday()
		if !found {
			return set, false
		}
		for set[end] = true; day != end; day = (day + 1) % 7 {
			set[day] = true
		}
	}
}

// inTime says that what was taken for a day since before is the hour of a time: 每周三 6:20, 每周三五点.
func (r *reader) inTime(before string) bool {
	if before[len(before)-len(r.rest)-1] < utf8.RuneSelf {
		return r.rest != "" && strings.ContainsAny(r.rest[:1], ":0123456789") || strings.HasPrefix(r.rest, "点")
	}
	return strings.HasPrefix(r.rest, "点") || strings.HasPrefix(r.rest, "十") || strings.HasPrefix(r.rest, "时")
}

func noWeekday() *SyntaxError {
	return &SyntaxError{
		Problem: "no day of the week is named", Hint: "write 每周三 20:00, 每周一、三、五 6:20 or 每周一到周五 8:00",
		ZH: "没写是周几，请写 每周三 20:00、每周一、三、五 6:20 或 每周一到周五 8:00",
	}
}

// onMonthDays reads 每月1号, 每月1、15号 and 每月最后一天.
func onMonthDays(r *reader) (rule, bool, *SyntaxError) {
	if !r.has("每月", "每个月") {
		return nil, false, nil
	}
	if r.has("最后一天", "底", "月底", "末") {
		return r.recurring(func(day time.Time) bool { return day.AddDate(0, 0, 1).Day() == 1 }, false)
	}
	var set [32]bool
	for n := 0; n == 0 || r.separator(); n++ {
		day, ok := r.number()
		if !ok || day < 1 || day > 31 {
			return nil, false, &SyntaxError{
				Problem: "no day of the month is named", Hint: "write 每月1号 9:00, 每月1、15号 9:00 or 每月最后一天 9:00",
				ZH: "没写是几号，请写 每月1号 9:00、每月1、15号 9:00 或 每月最后一天 9:00",
			}
		}
		set[day] = true
		r.has("号", "日")
	}
	return r.recurring(func(day time.Time) bool { return set[day.Day()] }, false)
}

// onYearDay reads 每年12月24日.
func onYearDay(r *reader) (rule, bool, *SyntaxError) {
	if !r.has("每年") {
		return nil, false, nil
	}
	month, day, err := r.monthDay()
	if err != nil {
		return nil, false, err
	}
	return r.recurring(func(t time.Time) bool { return t.Month() == month && t.Day() == day }, false)
}

// monthDay takes 12月24日; 29 February is a day.
func (r *reader) monthDay() (time.Month, int, *SyntaxError) {
	month, ok := r.number()
	if ok = ok && r.has("月"); ok {
		day, found := r.number()
		t := time.Date(2000, time.Month(month), day, 0, 0, 0, 0, time.UTC)
		if r.has("日", "号"); found && t.Month() == time.Month(month) && t.Day() == day {
			return t.Month(), day, nil
		}
	}
	return 0, 0, &SyntaxError{
		Problem: "there is no such date", Hint: "write 12月24日 20:00 or 2026年12月24日 20:00",
		ZH: "没有这样的日期，请写 12月24日 20:00 或 2026年12月24日 20:00",
	}
}
