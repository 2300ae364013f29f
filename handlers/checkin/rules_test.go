package checkin

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"sixtwenty/bot"
	"sixtwenty/schedules"
)

// A plainDay is one day as the model sees it.
type plainDay struct{ there, neutral, frozen bool }

// plain is the model of a habit: every day one after the other, without a thought for speed.
func plain(days map[bot.Day]*plainDay, closed bot.Day, rules []freezeRule) (h habit) {
	first, last := bot.Day(1<<30), closed
	for d, day := range days {
		if day.there {
			first, last = min(first, d), max(last, d)
		}
	}
	for d := first; d <= last; d++ {
		day := days[d]
		switch {
		case day != nil && day.there:
			rule := rules[0]
			for _, r := range rules {
				if r.From <= d {
					rule = r
				}
			}
			h.Last, h.Streak, h.Total = d, h.Streak+1, h.Total+1
			h.Best = max(h.Best, h.Streak)
			if rule.Every > 0 && h.Streak%rule.Every == 0 && h.Freezes < rule.Most {
				h.Freezes++
			}
		case day != nil && day.neutral:
		case h.Streak > 0 && h.Freezes > 0:
			h.Freezes--
			if day == nil {
				day = &plainDay{}
				days[d] = day
			}
			day.frozen = true
		default:
			h.Streak = 0
		}
	}
	return h
}

func TestFoldIsTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := map[bot.Day]*plainDay{}
		var there, neutral []bot.Day
		for d := range bot.Day(60) {
			switch rapid.IntRange(0, 5).Draw(t, fmt.Sprint("day ", d)) {
			case 0:
			case 1:
				days[100+d] = &plainDay{neutral: true}
				neutral = append(neutral, 100+d)
			default:
				days[100+d] = &plainDay{there: true}
				there = append(there, 100+d)
			}
		}
		if len(there) == 0 {
			return
		}
		closed := there[len(there)-1] + bot.Day(rapid.IntRange(-1, 5).Draw(t, "closed"))
		rules := []freezeRule{{0, rapid.IntRange(0, 5).Draw(t, "every"), rapid.IntRange(0, 3).Draw(t, "most")}, {130, 2, 2}}
		got, spent := fold(there, neutral, closed, rules)
		want := plain(days, closed, rules)
		if got != want {
			t.Fatalf("fold gives %+v, the model %+v", got, want)
		}
		for _, d := range spent {
			if days[d] == nil || !days[d].frozen {
				t.Fatalf("a freeze was spent on day %d, not in the model", d)
			}
		}
	})
}

func zoneNames() []string {
	return []string{"Asia/Shanghai", "America/New_York", "Europe/Berlin", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu", "Australia/Lord_Howe"}
}

// A day that was counted never moves: whatever is set later, what a moment up to now belongs to stays, days never run
// backwards, and a change holds from the next day.
func TestCountedDaysNeverMove(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2028, 2, 27, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 300*24).Draw(t, "start")) * time.Hour)
		var cal calendar
		known := map[time.Time]bot.Day{}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "change") || cal == nil {
				g := bot.GroupSettings{
					Zone: rapid.SampledFrom(zoneNames()).Draw(t, "zone"), DayBegins: rapid.IntRange(0, 12).Draw(t, "begins"),
				}
				was := cal
				if cal, _ = cal.with(g, now); was != nil && !was[len(was)-1].From.After(now) {
					end := was.begin(was.day(now) + 1)
					if now.Before(end) && cal.day(end.Add(-1)) != was.day(now) {
						t.Fatalf("a change at %v holds before %v, when the day ends", now, end)
					}
				}
			}
			for at, d := range known {
				if got := cal.day(at); got != d {
					t.Fatalf("%v was day %v and is %v", at, d, got)
				}
			}
			known[now] = cal.day(now)
			now = now.Add(time.Duration(rapid.IntRange(1, 40*60).Draw(t, "minutes")) * time.Minute)
		}
		last := bot.Day(0)
		for _, at := range slices.SortedFunc(maps.Keys(known), time.Time.Compare) {
			if known[at] < last {
				t.Fatalf("the days run backwards at %v: %v after %v", at, known[at], last)
			}
			for d := last + 1; last > 0 && d < known[at]; d++ {
				begin, end := cal.begin(d), cal.begin(d+1)
				if empty := !begin.Before(end); empty != cal.skips(d) {
					t.Fatalf("day %v is from %v to %v, skipped: %v", d, begin, end, cal.skips(d))
				}
			}
			last = known[at]
		}
	})
}

func TestBeginOfADay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cal, _ := calendar(nil).with(bot.GroupSettings{Zone: rapid.SampledFrom(zoneNames()[:5]).Draw(t, "zone"), DayBegins: 4}, time.Time{})
		now := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
		cal, _ = cal.with(bot.GroupSettings{Zone: rapid.SampledFrom(zoneNames()[:5]).Draw(t, "to"), DayBegins: 4}, now)
		d := cal.day(now) + bot.Day(rapid.IntRange(-3, 3).Draw(t, "day"))
		if cal.skips(d) {
			return
		}
		if at := cal.begin(d); cal.day(at) != d || cal.day(at.Add(-1)) >= d {
			t.Fatalf("%v begins at %v, which is in %v after %v", d, at, cal.day(at), cal.day(at.Add(-1)))
		}
	})
}

func TestDaylightSavingAndLeapDays(t *testing.T) {
	cal := calendar{{Zone: "America/New_York", Begins: 4}}
	for _, c := range []struct{ at, day string }{
		{"2028-03-12T03:59:00-04:00", "2028-03-11"}, // the clock jumped from 2 to 3 an hour ago
		{"2028-03-12T04:00:00-04:00", "2028-03-12"},
		{"2028-11-05T01:30:00-05:00", "2028-11-04"}, // the second 01:30 of the night
		{"2028-11-05T03:59:00-05:00", "2028-11-04"},
		{"2028-03-01T03:59:00-05:00", "2028-02-29"},
		{"2028-02-29T04:00:00-05:00", "2028-02-29"},
		{"2100-03-01T03:59:00-05:00", "2100-02-28"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := cal.day(at).String(); got != c.day {
			t.Errorf("%s is day %s, expected %s", c.at, got, c.day)
		}
	}
}

// A Chinese keyboard types all of it full width.
func TestFullWidthTimes(t *testing.T) {
	s := Defaults()
	if s.Window = "０5：00－08：00"; s.Check() != nil || s.window() != (window{From: 5 * 60, To: 8 * 60}) {
		t.Errorf("the window is %v: %v", s.window(), s.Check())
	}
}

func TestWindow(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	for _, c := range []struct {
		window string
		at     string
		open   bool
	}{
		{"05:00-08:00", "04:59:59", false},
		{"05:00-08:00", "05:00:00", true},
		{"5:00至8:00", "08:00:59", true},
		{"05：00–08：00", "08:01:00", false},
		{"22:00-01:30", "23:59:00", true},
		{"22:00-01:30", "01:30:00", true},
		{"22:00-01:30", "21:59:59", false},
		{"20:00-24:00", "23:59:59", true},
		{"20:00-24:00", "00:00:00", false},
	} {
		p, bad := parsePlan(c.window, 0)
		at, err := time.ParseInLocation(time.TimeOnly, c.at, zone)
		if err != nil || bad != "" {
			t.Fatal(err, bad)
		}
		if got := p.Window.holds(at, zone); got != c.open {
			t.Errorf("%s at %s: %v", c.window, c.at, got)
		}
	}
}

func TestParsePlan(t *testing.T) {
	today, _ := bot.ParseDay("2026-11-21")
	for _, c := range []struct{ rules, want string }{
		{"21天", "{ 00:00–00:00 0 2026-11-21 2026-12-11} 21"},
		{"05:00-08:00 工作日 2026-12-01至2026-12-31", "{ 05:00–08:00 31 2026-12-01 2026-12-31} 23"},
		{"周一三五", "{ 00:00–00:00 21 1970-01-01 1970-01-01} 0"},
		{"周末、7天", "{ 00:00–00:00 96 2026-11-21 2026-11-27} 2"},
		{"星期日", "{ 00:00–00:00 64 1970-01-01 1970-01-01} 0"},
		{"2026-12-01 21d", "{ 00:00–00:00 0 2026-12-01 2026-12-21} 21"},
		{"25:00-26:00", "bad 25:00-26:00"},
		{"08:00-08:00", "bad 08:00-08:00"},
		{"0天", "bad 0天"},
		{"999天", "bad 999天"},
		{"2026-12-31至2026-12-01", "bad 2026-12-31至2026-12-01"},
		{"2026-13-01", "bad 2026-13-01"},
		{"05:00-08:00 有空时", "bad 有空时"},
		{"周一 2026-11-24至2026-11-25", "bad 周一 2026-11-24至2026-11-25"}, // a camp without a day
	} {
		p, bad := parsePlan(c.rules, today)
		got := fmt.Sprint(p, " ", 0)
		if p.End != 0 {
			got = fmt.Sprint(p, " ", p.length())
		}
		if bad != "" {
			got = "bad " + bad
		}
		if got != c.want {
			t.Errorf("%s: %s, expected %s", c.rules, got, c.want)
		}
	}
}

func TestDaysOfTheWeekInBothLanguages(t *testing.T) {
	p, _ := parsePlan("05:00-08:00 周一三日", 0)
	for lang, want := range map[bot.Lang]string{bot.ZH: "05:00–08:00 周一三日", bot.EN: "05:00–08:00 Mon Wed Sun"} {
		if got := p.text(lang); got != want {
			t.Errorf("%s: %q, expected %q", lang, got, want)
		}
	}
}

func TestAmount(t *testing.T) {
	for _, c := range []struct {
		text, unit string
		want       int
	}{
		{"读了《三体》20页", "页", 2000},
		{"第3章 20 页，晚上又 5页", "页", 2500},
		{"跑了5.25公里", "公里", 525},
		{"跑了１０公里", "公里", 1000},
		{"20页", "", 0},
		{"20", "页", 0},
		{"页", "页", 0},
		{"99999999999999页", "页", maxSum},
		{"1,000页 10,5页", "页", 1005_00},
		{"跑了1.234公里", "公里", 123},
		{"跑了0.005公里", "公里", 1},
		{"9999999页 9999999页", "页", maxSum},
	} {
		if got := amount(c.text, c.unit); got != min(c.want, maxSum) {
			t.Errorf("%q in %q: %d, expected %d", c.text, c.unit, got, c.want)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	for field, change := range map[string]func(s *Settings){
		"answers":     func(s *Settings) { s.Answers = "all" },
		"kind":        func(s *Settings) { s.Kind = "song" },
		"small":       func(s *Settings) { s.Small = -1 },
		"makeup_days": func(s *Settings) { s.MakeUpDays = 31 },
		"window":      func(s *Settings) { s.Window = "05:00" },
		"unit":        func(s *Settings) { s.Unit = "一二三四五六七八九" },
		"days_off":    func(s *Settings) { s.DaysOff = []string{"明天"} },
		"milestones":  func(s *Settings) { s.Milestones = []string{"很多"} },
		"remind":      func(s *Settings) { s.Remind = "每天 26:00" },
		"words":       func(s *Settings) { s.Words = make([]string, maxWords+1) },
	} {
		s := Defaults()
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		change(&s)
		if err := s.Check(); err == nil || len(err.Error()) < len(field) || err.Error()[:len(field)] != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// The days off of 2026 as the State Council published them, and the weekends that are worked for them: every day of the year
// is nobody's miss exactly where it should be.
func TestDaysOffOf2026(t *testing.T) {
	off, worked := map[string]bool{}, map[string]bool{}
	for _, span := range [][2]string{
		{"2026-01-01", "2026-01-03"},
		{"2026-02-15", "2026-02-23"},
		{"2026-04-04", "2026-04-06"},
		{"2026-05-01", "2026-05-05"},
		{"2026-06-19", "2026-06-21"},
		{"2026-09-25", "2026-09-27"},
		{"2026-10-01", "2026-10-07"},
	} {
		from, _ := bot.ParseDay(span[0])
		to, _ := bot.ParseDay(span[1])
		for d := from; d <= to; d++ {
			off[d.String()] = true
		}
	}
	for _, d := range []string{"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"} {
		worked[d] = true
	}
	days := schedules.Published()
	both, holidays, weekends := Settings{WeekendsOff: true, HolidaysOff: true}, Settings{HolidaysOff: true}, Settings{WeekendsOff: true}
	first, _ := bot.ParseDay("2026-01-01")
	for d := first; d < first+365; d++ {
		name, weekday := d.String(), d.Date().Weekday()
		weekend := weekday == time.Saturday || weekday == time.Sunday
		if got, want := both.rests(d, days), off[name] || weekend && !worked[name]; got != want {
			t.Errorf("%s with weekends and holidays off: %v", name, got)
		}
		if got := holidays.rests(d, days); got != off[name] {
			t.Errorf("%s with holidays off: %v", name, got)
		}
		if got := weekends.rests(d, days); got != weekend {
			t.Errorf("%s with weekends off: %v", name, got)
		}
		if (Settings{}).rests(d, days) || !(Settings{DaysOff: []string{name}}).rests(d, days) {
			t.Errorf("%s: a day is off exactly where it is listed", name)
		}
	}
}
