package schedules_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"

	"sixtwenty/schedules"
)

func TestPhrasesFromNow(t *testing.T) {
	const now = "2026-11-21 12:00:30 +0800" // a Saturday
	for _, tt := range []struct{ phrase, reads, next string }{
		{"明天 9点", "2026年11月22日 9:00", "2026-11-22 09:00"},
		{"明天", "2026年11月22日 9:00", "2026-11-22 09:00"},
		{"后天早上6点20", "2026年11月23日 6:20", "2026-11-23 06:20"},
		{"大后天 6:20", "2026年11月24日 6:20", "2026-11-24 06:20"},
		{"今晚8点半", "2026年11月21日 20:30", "2026-11-21 20:30"},
		{"明早 7:00", "2026年11月22日 7:00", "2026-11-22 07:00"},
		{"3天后", "2026年11月24日 12:00", "2026-11-24 12:00"},
		{"三天后 8:00", "2026年11月24日 8:00", "2026-11-24 08:00"},
		{"两周后", "2026年12月5日 12:00", "2026-12-05 12:00"},
		{"30分钟后", "2026年11月21日 12:31", "2026-11-21 12:31"},
		{"半小时以后", "2026年11月21日 12:31", "2026-11-21 12:31"},
		{"过2小时后", "2026年11月21日 14:01", "2026-11-21 14:01"},
		{"在 12月24日 20:00", "2026年12月24日 20:00", "2026-12-24 20:00"},
		{"1月1日 0:00", "2027年1月1日 0:00", "2027-01-01 00:00"},
		{"2月29日 8:00", "2028年2月29日 8:00", "2028-02-29 08:00"},
		{"2027年3月1日", "2027年3月1日 9:00", "2027-03-01 09:00"},
		{"下周三 8:00", "2026年11月25日 8:00", "2026-11-25 08:00"},
		{"本周日 20:00", "2026年11月22日 20:00", "2026-11-22 20:00"},
		{"每隔2小时", "每隔2小时", "2026-11-21 14:00"},
		{"工作日 8:00", "工作日 8:00", "2026-11-23 08:00"},
		{"休息日 8:00", "休息日 8:00", "2026-11-22 08:00"},
		{"每月最后一天 21:00", "每月最后一天 21:00", "2026-11-30 21:00"},
	} {
		spec, err := schedules.Published().ParseAt(tt.phrase, at(t, now), mustZone(t, "Asia/Shanghai"))
		if err != nil {
			t.Errorf("%s: %v", tt.phrase, err)
			continue
		}
		if spec.String() != tt.reads {
			t.Errorf("%s reads as %s, want %s", tt.phrase, spec, tt.reads)
		}
		if next := spec.Next(at(t, now), mustZone(t, "Asia/Shanghai")).Format("2006-01-02 15:04"); next != tt.next {
			t.Errorf("%s is next at %s, want %s", tt.phrase, next, tt.next)
		}
		if again := mustParse(t, spec.String()); again.String() != spec.String() {
			t.Errorf("%s reads back as %s", spec, again)
		}
	}
}

func TestPhrasesOfThePastAreRefused(t *testing.T) {
	zone := mustZone(t, "Asia/Shanghai")
	for _, phrase := range []string{"今天 6:20", "2026年1月1日 8:00", "本周一 8:00"} {
		_, err := schedules.Published().ParseAt(phrase, at(t, "2026-11-21 12:00:00 +0800"), zone)
		var syntax *schedules.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(syntax.Chinese(), "已经过去") {
			t.Errorf("%s: %v", phrase, err)
		}
	}
}

func TestEveryRefusalHasAChineseAnswer(t *testing.T) {
	for _, phrase := range []string{"", "6:20", "每天 6.20", "每周 8:00", "每月零号", "早安", "61 * * * *", "每隔两天", "13月1日"} {
		_, err := schedules.Published().ParseAt(phrase, at(t, "2026-11-21 12:00:00 +0800"), time.UTC)
		var syntax *schedules.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(syntax.Chinese(), "写") {
			t.Errorf("%q: %v", phrase, err)
		}
	}
}

// TestEveryPublishedDay goes through every day of every published year, and holds 工作日, 休息日 and 节假日除外 against the
// table itself.
func TestEveryPublishedDay(t *testing.T) {
	zone := mustZone(t, "Asia/Shanghai")
	works, rests, plain := mustParse(t, "工作日 8:00"), mustParse(t, "休息日 8:00"), mustParse(t, "每天 8:00 节假日除外")
	years := 0
	for year := 2002; year <= 2040; year++ {
		if !schedules.Published().Knows(year) {
			continue
		}
		years++
		for day := time.Date(year, 1, 1, 8, 0, 0, 0, zone); day.Year() == year; day = day.AddDate(0, 0, 1) {
			work, holiday := day.Weekday() != time.Saturday && day.Weekday() != time.Sunday, false
			if h := HolidayUtil.GetHolidayByYmd(year, int(day.Month()), day.Day()); h != nil {
				work, holiday = h.IsWork(), !h.IsWork()
			}
			before := day.Add(-time.Minute)
			if got := works.Next(before, zone).Equal(day); got != work {
				t.Errorf("%s: 工作日 fires %v", day.Format(time.DateOnly), got)
			}
			if got := rests.Next(before, zone).Equal(day); got == work {
				t.Errorf("%s: 休息日 fires %v", day.Format(time.DateOnly), got)
			}
			if got := plain.Next(before, zone).Equal(day); got == holiday {
				t.Errorf("%s: 节假日除外 fires %v", day.Format(time.DateOnly), got)
			}
		}
	}
	if years < 25 || !schedules.Published().Knows(2026) || schedules.Published().Knows(2027) {
		t.Errorf("%d years are known, 2026: %v, 2027: %v", years, schedules.Published().Knows(2026), schedules.Published().Knows(2027))
	}
}

func TestDaysFromAFile(t *testing.T) {
	days, err := schedules.Published().With(strings.NewReader("# 2027\n2027-10-01 休 国庆\n\n2027-10-02 休\n2027-10-09 班 # 调休\n"))
	if err != nil {
		t.Fatal(err)
	}
	if !days.Knows(2027) || !days.Knows(2026) || schedules.Published().Knows(2027) {
		t.Error("the file's year is not known, or known to all")
	}
	zone := mustZone(t, "Asia/Shanghai")
	spec, err := days.Parse("工作日 8:00")
	if err != nil || !spec.NeedsDays() {
		t.Fatal(err)
	}
	next := spec.Next(at(t, "2027-09-30 12:00:00 +0800"), zone)
	if got := next.Format(time.DateOnly); got != "2027-10-04" {
		t.Errorf("after 30 September comes %s", got)
	}
	if got := spec.Next(at(t, "2027-10-08 12:00:00 +0800"), zone).Format(time.DateOnly); got != "2027-10-09" {
		t.Errorf("after 8 October comes %s", got)
	}
	for _, bad := range []string{"2027-13-01 休", "2027-10-01", "2027-10-01 x", "十月一日 休"} {
		if _, err := days.With(strings.NewReader("2027-10-03 休\n" + bad)); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestZonesOfPhrases(t *testing.T) {
	zone := mustZone(t, "America/New_York")
	spec := mustParse(t, "每天 2:30")
	next := spec.Next(at(t, "2026-03-07 12:00:00 -0500"), zone)
	if got := next.Format(layout); got != "2026-03-08 03:00:00 -0400" {
		t.Errorf("in the gap: %s", got)
	}
	first := mustParse(t, "2026年11月1日 1:30").Next(at(t, "2026-10-31 12:00:00 -0400"), zone)
	if got := first.Format(layout); got != "2026-11-01 01:30:00 -0400" {
		t.Errorf("in the fold: %s", got)
	}
	if again := mustParse(t, "2026年11月1日 1:30").Next(first, zone); !again.IsZero() {
		t.Errorf("twice: %s", again)
	}
}
