package schedules_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sixtwenty/schedules"
)

func TestParseSaysTheSame(t *testing.T) {
	tests := []struct{ spec, same string }{
		{"20 6 * * *", "每天 6:20"},
		{"20 6 * * *", "每天06:20"},
		{"20 6 * * *", "每日 6：20"},
		{"20 6 * * *", "  ２０　６ ＊ ＊\t＊ "},
		{"20 6 * * *", "20 6 ? * ?"},
		{"0 0 * * *", "@daily"},
		{"0 0 * * *", "@Midnight"},
		{"0 0 * * *", "每天 0:00"},
		{"0 9 * * *", "每天"},
		{"20 6 * * *", "每天六点二十"},
		{"20 6 * * *", "每天早上6点20分"},
		{"30 15 * * *", "每日下午三点半"},
		{"0 6,12,21 * * *", "每天 6:00、12:00、晚上9点"},
		{"0 20 * * 3", "每周三 20:00"},
		{"0 20 * * 3", "每个星期三晚上八点"},
		{"20 6 * * 1,3,5", "每周一、三、五 6:20"},
		{"20 6 * * 1,3,5", "每周一三五6:20"},
		{"20 6 * * 1-5", "每周一到周五 6:20"},
		{"0 8 * * 0,1,6", "每周六至一 8点"},
		{"0 8 * * 3", "每周三8点"},
		{"0 17 * * 1,3", "每周一、三 17点"},
		{"0 5 * * 3", "每周三五点"},
		{"0 10 * * 0", "每周日 10:00"},
		{"0 10 * * 0,6", "周末 10:00"},
		{"0 9 1 * *", "每月1号"},
		{"30 8 1,15 * *", "每月1号、15日 8:30"},
		{"0 20 24 12 *", "每年12月24日 20:00"},
		{"0 9 29 2 *", "每年二月二十九号"},
		{"0 * * * *", "每小时"},
		{"@every 2h", "每隔2小时"},
		{"18 6 * * *", "20 6 * * * 提前2分钟"},
		{"18 6 * * 1-5", "每周一到周五 6:20 提前2分钟"},
		{"59 23 * * 6", "每周日 0:00提前 1 分钟"},
		{"@every 90m", "每隔一个半小时"},
		{"@every 30m", "每半小时"},
		{"@every 30m", "每30分钟"},
		{"0 * * * *", "@hourly"},
		{"0 0 * * 0", "@weekly"},
		{"0 0 1 * *", "@monthly"},
		{"0 0 1 1 *", "@yearly"},
		{"0 8 * * 1-5", "0 8 * * MON-fri"},
		{"0 8 1 1,6,12 *", "0 8 1 jan,jun,dec *"},
		{"0,20,40 * * * *", "*/20 * * * *"},
		{"@every 90m", "@EVERY  1h30m"},
	}
	zone := mustZone(t, "Asia/Shanghai")
	for _, tt := range tests {
		want, got := mustParse(t, tt.spec), mustParse(t, tt.same)
		when := at(t, "2026-01-01 00:00:00 +0800")
		for range 20 {
			a, b := want.Next(when, zone), got.Next(when, zone)
			if !a.Equal(b) {
				t.Errorf("after %v: %q gives %v, %q gives %v", when, tt.spec, a, tt.same, b)
				break
			}
			when = a
		}
	}
}

func TestStringReadsBack(t *testing.T) {
	for text, want := range map[string]string{
		" ２０ 6  * * *": "20 6 * * *",
		"每天　6：20":      "每天 6:20",
		"@every  2h":   "@every 2h",
	} {
		if got := mustParse(t, text).String(); got != want {
			t.Errorf("%q reads as %q, want %q", text, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		spec  string
		field int
		says  []string // words of the error
	}{
		{"", 0, []string{"empty", "20 6 * * *"}},
		{" \t　", 0, []string{"empty"}},
		{"6:20", 0, []string{"1 fields", "每天 6:20"}},
		{"0 20 6 * * *", 0, []string{"6 fields instead of five"}},
		{"20 6 * *", 0, []string{"4 fields"}},
		{"61 6 * * *", 1, []string{"field 1 (minute)", "61", "0-59"}},
		{"20 24 * * *", 2, []string{"field 2 (hour)", "24", "0-23"}},
		{"20 6 0 * *", 3, []string{"day of month", "1-31"}},
		{"20 6 * 13 *", 4, []string{"month", "jan-dec"}},
		{"20 6 * * 7", 5, []string{"weekday", "Sunday is 0"}},
		{"20 6 * * montag", 5, []string{`"montag" is not understood`}},
		{"mon 6 * * *", 1, []string{`"mon" is not understood`}},
		{"20 6-3 * * *", 2, []string{"beyond end"}},
		{"20 */0 * * *", 2, []string{"step"}},
		{"1,,2 6 * * *", 1, []string{`"" is not understood`}},
		{", 6 * * *", 1, []string{"not understood"}},
		{"+5 6 * * *", 1, []string{"not understood"}},
		{"-5 6 * * *", 1, []string{"not understood"}},
		{"*-5 6 * * *", 1, []string{"not understood"}},
		{"1-2-3 6 * * *", 1, []string{"not understood"}},
		{"1/2/3 6 * * *", 1, []string{"not understood"}},
		{"99999999999999999999 6 * * *", 1, []string{"not understood"}},
		{"0 0 30 2 *", 3, []string{"never fire", "0 0 28 2 *"}},
		{"0 0 31 4,6,9,11 *", 3, []string{"never fire"}},
		{"TZ=Asia/Shanghai 20 6 * * *", 0, []string{"zone", "leave it out"}},
		{"CRON_TZ=x", 0, []string{"zone"}},
		{"@reboot", 0, []string{"unknown descriptor", "@daily"}},
		{"@every", 0, []string{`"" is no length of time`}},
		{"@every day", 0, []string{`"day" is no length of time`, "@every 2h"}},
		{"@every2h", 0, []string{"unknown descriptor"}},
		{"@every 30s", 0, []string{"shorter than a minute"}},
		{"@EVERY 30s", 0, []string{"shorter than a minute"}},
		{"@every -2h", 0, []string{"shorter"}},
		{"@every 8785h", 0, []string{"longer than a year"}},
		{"@every 90.5s", 0, []string{"whole seconds"}},
		{"明天 9点", 0, []string{"counts from today", "每天 6:20"}},
		{"12月24日 20:00", 0, []string{"counts from today"}},
		{"每周八 6:20", 0, []string{"no day of the week"}},
		{"每月32号", 0, []string{"no day of the month"}},
		{"每年2月30日", 0, []string{"no such date"}},
		{"2026年2月29日 8:00", 0, []string{"no such date"}},
		{"每隔2天", 0, []string{"no interval", "每隔2小时"}},
		{"每隔0分钟", 0, []string{"no interval"}},
		{"每隔9999小时", 0, []string{"no interval"}},
		{"每天 晚上12点", 0, []string{"晚上12点"}},
		{"每天 下午25点", 0, []string{"下午25点"}},
		{"每天 6.20", 0, []string{`"6.20"`, "每天 6:20"}},
		{"每天 24:00", 0, []string{`"24:00"`, "0-23"}},
		{"每天 6:60", 0, []string{`"6:60"`}},
		{"每天 6:2", 0, []string{`"6:2"`}},
		{"每天 6:20:30", 0, []string{`"6:20:30"`}},
		{"每天 006:20", 0, []string{`"006:20"`}},
		{"早上好", 0, []string{"phrase not understood", "每天 6:20"}},
		{"\xff\xfe", 0, []string{"fields"}},
		{strings.Repeat("六", 100), 0, []string{"longer than 256 bytes", "六…"}},
	}
	for _, tt := range tests {
		spec, err := schedules.Parse(tt.spec)
		var syntax *schedules.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%q was read as %v, %v", tt.spec, spec, err)
			continue
		}
		if syntax.Field != tt.field {
			t.Errorf("%q: field %d, want %d: %v", tt.spec, syntax.Field, tt.field, err)
		}
		for _, words := range tt.says {
			if !strings.Contains(err.Error(), words) {
				t.Errorf("%q: %q does not say %q", tt.spec, err, words)
			}
		}
		if len(err.Error()) > 1000 {
			t.Errorf("%q: an error of %d bytes", tt.spec, len(err.Error()))
		}
	}
}

// FuzzParse holds that what Parse takes fires strictly later, again and again, reads back from its String, and has a
// next time in a zone with daylight saving time as well.
func FuzzParse(f *testing.F) {
	for _, spec := range []string{
		"20 6 * * *", "0 0 29 2 *", "*/7 1-5,9 ? feb-nov/2 MON,5", "@daily", "@every 1h30m", "每天 6：20", "TZ=x", "@every",
		"0 0 30 2 *", "* * * * 0-6/2", "１ ２ ３ ４ ５", "工作日早上八点半", "每周一、三到五 6:20、21:00", "每月最后一天", "明晚8点",
		"每天 0:01 提前2分钟", "3天后 提前30分钟", "提前1分钟", "3天后 8:00", "12月24日", "2028年2月29日 9:00", "每隔两个半小时", "下周日", "每天 6:20，节假日除外", "过一个半小时后",
	} {
		f.Add(spec, int64(1_772_900_000))
	}
	zones := []*time.Location{mustZone(f, "America/New_York"), mustZone(f, "Australia/Lord_Howe")}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		now := time.Unix(unix%(1<<36), 0)
		spec, err := schedules.Published().ParseAt(text, now, zones[0])
		if err != nil {
			if len(err.Error()) > 3000 {
				t.Fatalf("an error of %d bytes", len(err.Error()))
			}
			return
		}
		if next := spec.Next(now, zones[0]); !next.After(now) {
			t.Fatalf("%q at %v is next at %v", text, now, next)
		}
		again := mustParse(t, spec.String())
		if again.String() != spec.String() {
			t.Fatalf("%q reads back as %q", spec, again)
		}
		for _, zone := range zones {
			when := time.Unix(unix%(1<<37), 0)
			for range 3 {
				next := spec.Next(when, zone)
				if spec.Once() && next.IsZero() {
					break
				}
				if !next.After(when) || !again.Next(when, zone).Equal(next) {
					t.Fatalf("%q in %v: after %v comes %v", spec, zone, when, next)
				}
				when = next
			}
		}
	})
}
