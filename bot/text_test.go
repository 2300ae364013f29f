package bot

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for _, same := range [][]string{
		{"加微信", "加 微\u200b信", "加\n微\u202e信 "}, {"casino", "ＣＡＳＩＮＯ", "Ca si\u0301no"}, {"?", "？"}, {"", " \u200b"},
	} {
		for _, s := range same {
			if Fold(s) != same[0] {
				t.Errorf("%q folds to %q, not %q", s, Fold(s), same[0])
			}
		}
	}
}

func TestCleanLine(t *testing.T) {
	for s, want := range map[string]string{
		"": "", " a\tb\n": "a b", "a\u202eb\x00": "ab", "\xff好": "好", "一二三四五六": "一二三四五…", "🇨🇳👨\u200d👩": "🇨🇳👨\u200d👩",
	} {
		if got := CleanLine(s, 5); got != want {
			t.Errorf("%q: %q, not %q", s, got, want)
		}
	}
}

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"小明":                             "小明",
		"  小 明\t":                        "小 明",
		"小\n明\r\n\u2028后":                "小 明   后",
		"":                               "朋友",
		" \u200b\u2060 ":                 "朋友",
		"\u200d\ufe0f":                   "朋友", // marks of an emoji, without one
		"\u3164\u3164":                   "朋友", // letters that show nothing
		"\u2800":                         "朋友",
		"\u0301\u0301":                   "朋友", // accents on nothing
		"\u202eevil\u202c":               "evil",
		"小\u2005明":                       "小 明", // the end of a mention
		"a\x00b\x1b[31m":                 "ab[31m",
		"\xff\xfe坏":                      "坏",
		"👨\u200d👩\u200d👧":                "👨\u200d👩\u200d👧",
		"❤\ufe0f":                        "❤\ufe0f",
		"<b>&amp;\"'":                    "<b>&amp;\"'",
		strings.Repeat("长", 24):          strings.Repeat("长", 24),
		strings.Repeat("长", 25):          strings.Repeat("长", 24) + "…",
		strings.Repeat("x\u0301", 1<<16): strings.Repeat("x\u0301", 12) + "…",
		strings.Repeat("\u202e", 1<<20):  "朋友",
	} {
		if got := CleanName(in); got != want {
			t.Errorf("CleanName(%.40q) = %q, expected %q", in, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"小明", "", "\u200d", "\u202e x", "\xff", strings.Repeat(" a", 30), "\u2005@\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := CleanName(s)
		switch {
		case !utf8.ValidString(got) || got == "":
			t.Fatalf("%q becomes %q", s, got)
		case utf8.RuneCountInString(got) > maxName+1:
			t.Fatalf("%q becomes %q, which is too long", s, got)
		case strings.ContainsFunc(got, func(r rune) bool { return r != ' ' && (unicode.IsSpace(r) || unicode.IsControl(r)) }):
			t.Fatalf("%q becomes %q, which is not one plain line", s, got)
		case CleanName(got) != got:
			t.Fatalf("%q becomes %q, and then %q", s, got, CleanName(got))
		}
	})
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		in   string
		most int
		want string
	}{{"abc", 3, "abc"}, {"abc", 2, "ab"}, {"长长", 5, "长"}, {"长", 2, ""}, {"", 0, ""}, {"\x80\x80\x80", 2, ""}} {
		if got := clip(c.in, c.most); got != c.want {
			t.Errorf("clip(%q, %d) = %q", c.in, c.most, got)
		}
	}
}

func TestDayOf(t *testing.T) {
	shanghai, newYork := zone(t, "Asia/Shanghai"), zone(t, "America/New_York")
	for _, c := range []struct {
		at     string
		zone   *time.Location
		begins int
		want   string
	}{
		{"2026-11-21T03:59:59+08:00", shanghai, 4, "2026-11-20"},
		{"2026-11-21T04:00:00+08:00", shanghai, 4, "2026-11-21"},
		{"2026-11-21T23:59:59+08:00", shanghai, 4, "2026-11-21"},
		{"2026-11-22T00:00:00+08:00", shanghai, 4, "2026-11-21"},
		{"2026-11-22T00:00:00+08:00", shanghai, 0, "2026-11-22"},
		{"2026-11-20T20:00:00Z", shanghai, 4, "2026-11-21"}, // read in UTC, counted in Shanghai
		{"2026-03-01T03:00:00+08:00", shanghai, 4, "2026-02-28"},
		{"2027-01-01T02:00:00+08:00", shanghai, 4, "2026-12-31"},
		{"2026-03-08T03:30:00-04:00", newYork, 4, "2026-03-07"}, // the hour from 2 to 3 is not there that day
		{"2026-03-08T04:00:00-04:00", newYork, 4, "2026-03-08"},
		{"2026-11-01T01:30:00-05:00", newYork, 4, "2026-10-31"}, // the second half past one
		{"1969-12-31T23:00:00Z", time.UTC, 0, "1969-12-31"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayOf(at, c.zone, c.begins); got.String() != c.want {
			t.Errorf("%s in %s, from %d o'clock: %s, expected %s", c.at, c.zone, c.begins, got, c.want)
		}
		if again, err := ParseDay(c.want); err != nil || again.String() != c.want {
			t.Errorf("ParseDay(%s) = %s, %v", c.want, again, err)
		}
	}
	for _, bad := range []string{"", "2026-02-30", "today", "2026-1-1"} {
		if d, err := ParseDay(bad); err == nil {
			t.Errorf("ParseDay(%q) = %s", bad, d)
		}
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}
