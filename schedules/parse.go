package schedules

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/robfig/cron/v3"
)

// maxSpec is the longest spec that is read, in bytes; a cron line that names every minute stays below it.
const maxSpec = 256

const (
	minInterval = time.Minute
	maxInterval = 366 * 24 * time.Hour
)

const anySpec = `write five fields (minute hour day month weekday), as "20 6 * * *" for 06:20 every day, ` +
	`or @daily, "@every 2h", 每天 6:20`

// A SyntaxError says why a spec was not understood.
type SyntaxError struct {
	Spec    string // as it was written; shortened where it was too long
	Field   int    // the cron field at fault, 1 to 5; 0 where it is the spec as a whole
	Problem string // what is wrong
	Hint    string // what would be right
	ZH      string // both, in Chinese, for who wrote it
}

func (e *SyntaxError) Error() string {
	where := ""
	if e.Field > 0 {
		where = fmt.Sprintf("field %d (%s): ", e.Field, columns()[e.Field-1].name)
	}
	return fmt.Sprintf("schedule %q: %s%s; %s", e.Spec, where, e.Problem, e.Hint)
}

// Chinese says what is wrong and what would be right, in Chinese.
func (e *SyntaxError) Chinese() string {
	if e.ZH != "" {
		return e.ZH
	}
	return "没看懂是什么时候。可以写：每天 6:20、工作日 8:00、每周三 20:00、每隔2小时；也可以写五段的 cron，如 20 6 * * *"
}

// Parse is ParseAt with the published days and no now: for settings, which mean the same whenever they are read.
func Parse(spec string) (Spec, error) { return Published().Parse(spec) }

// Parse is ParseAt for settings: what counts from today (明天, 3天后) is refused.
func (d *Days) Parse(spec string) (Spec, error) { return d.parse(spec, time.Time{}) }

// ParseAt reads a spec: cron with five fields ("20 6 * * *"), a descriptor (@hourly, @daily, @weekly, @monthly,
// @yearly), an interval ("@every 2h") or a Chinese phrase (每天 6:20, 工作日 8:00, 每周三 20:00, 每月1号, 每隔2小时, 明天 9点,
// 3天后, 12月24日 20:00), and after any of them 提前2分钟, which is so much sooner. What counts from today counts from now, in zone; the Spec's String names the date. A spec that could
// never fire is refused, and so is one whose moment is past. Every error is a *SyntaxError.
func (d *Days) ParseAt(spec string, now time.Time, zone *time.Location) (Spec, error) {
	s, err := d.parse(spec, now.In(zone))
	if err == nil && s.Next(now, zone).IsZero() {
		err = &SyntaxError{Spec: spec, Problem: s.String() + " is past", Hint: "write a time to come", ZH: s.String() + " 已经过去了，请写以后的时间"}
	}
	if err != nil {
		return Spec{}, err
	}
	return s, nil
}

func (d *Days) parse(spec string, now time.Time) (Spec, error) {
	if len(spec) > maxSpec {
		start := strings.ToValidUTF8(spec[:40], "") + "…"
		return Spec{}, &SyntaxError{Spec: start, Problem: fmt.Sprintf("longer than %d bytes", maxSpec), Hint: anySpec}
	}
	text := strings.Join(strings.Fields(narrow(spec)), " ")
	rule, err := read(text, d, now)
	if err != nil {
		err.Spec = spec
		return Spec{}, err
	}
	switch r := rule.(type) {
	case once:
		text = r.String()
	case ahead:
		if inner, ok := r.rule.(once); ok {
			text = fmt.Sprintf("%s 提前%d分钟", inner, r.lead/time.Minute)
		}
	}
	return Spec{text: text, rule: rule}, nil
}

// narrow makes full-width letters, digits and signs plain: a Chinese keyboard types 6：20 as readily as 6:20.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, s)
}

func read(text string, days *Days, now time.Time) (rule, *SyntaxError) {
	if rest, lead, ok := cutLead(text); ok {
		inner, err := read(rest, days, now)
		if err != nil {
			return nil, err
		}
		return ahead{inner, lead}, nil
	}
	name, rest, _ := strings.Cut(text, " ")
	switch {
	case text == "":
		return nil, &SyntaxError{Problem: "empty", Hint: anySpec}
	case strings.EqualFold(name, "@every"):
		return readInterval(rest)
	case strings.HasPrefix(text, "@"):
		return readDescriptor(strings.ToLower(text))
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }):
		return readPhrase(text, days, now)
	default:
		return readCron(text)
	}
}

// cutLead cuts 提前2分钟 off the end of any spec: it fires so much sooner.
func cutLead(text string) (rest string, lead time.Duration, ok bool) {
	rest, words, ok := strings.Cut(text, "提前")
	minutes, fits := strings.CutSuffix(words, "分钟")
	if minutes = strings.TrimSpace(minutes); !ok || !fits || !isNumber(minutes) || len(minutes) > 3 {
		return "", 0, false
	}
	n, err := strconv.Atoi(minutes)
	return strings.TrimSpace(rest), time.Duration(n) * time.Minute, err == nil
}

func readInterval(length string) (rule, *SyntaxError) {
	const hint = `write hours and minutes from 1m to 8784h, as "@every 2h" or "@every 1h30m"`
	d, err := time.ParseDuration(length)
	switch {
	case err != nil:
		return nil, &SyntaxError{Problem: fmt.Sprintf("%q is no length of time", length), Hint: hint}
	case d < minInterval:
		return nil, &SyntaxError{Problem: length + " is shorter than a minute", Hint: hint}
	case d > maxInterval:
		return nil, &SyntaxError{Problem: length + " is longer than a year", Hint: hint}
	case d%time.Second != 0:
		return nil, &SyntaxError{Problem: length + " is not in whole seconds", Hint: hint}
	}
	return interval{seconds: int64(d / time.Second)}, nil
}

func readDescriptor(text string) (rule, *SyntaxError) {
	matches, err := cron.ParseStandard(text)
	if err != nil {
		return nil, &SyntaxError{
			Problem: "unknown descriptor",
			Hint:    `write @hourly, @daily, @weekly, @monthly, @yearly or "@every 2h"`,
		}
	}
	return calendar{matches}, nil
}
