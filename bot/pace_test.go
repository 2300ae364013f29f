package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestQuietHoursEnd(t *testing.T) {
	night, err := parseQuiet("23:00-06:00")
	if err != nil {
		t.Fatal(err)
	}
	noon, err := parseQuiet("12:30-14:00")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		q        quietHours
		at, want string
	}{
		{night, "11-21 22:59", ""},
		{night, "11-21 23:00", "11-22 06:00"},
		{night, "11-22 00:00", "11-22 06:00"},
		{night, "11-22 05:59", "11-22 06:00"},
		{night, "11-22 06:00", ""},
		{noon, "11-21 12:29", ""},
		{noon, "11-21 12:30", "11-21 14:00"},
		{noon, "11-21 14:00", ""},
		{quietHours{}, "11-21 00:00", ""},
	} {
		at, err := time.Parse("01-02 15:04", tt.at)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if end := tt.q.end(at); !end.IsZero() {
			got = end.Format("01-02 15:04")
		}
		if got != tt.want {
			t.Errorf("at %s it is quiet until %q, expected %q", tt.at, got, tt.want)
		}
	}
	for _, bad := range []string{"23", "23:00", "25:00-06:00", "23:00-6", "a-b"} {
		if _, err := parseQuiet(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestSplitText(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"短", "短"},
		{"", ""},
		{"第一行在这里\n第二行在这里也挺长", "第一行在这里|第二行在这里也挺长"},
		{"一句话到这里。另一句话也到这里。", "一句话到这里。|另一句话也到这里。"},
		{"没有任何停顿的一长串文字啊啊啊啊", "没有任何停顿的一长串|文字啊啊啊啊"},
	} {
		if got := strings.Join(splitText(tt.text, 10), "|"); got != tt.want {
			t.Errorf("got %q, expected %q", got, tt.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text, most := rapid.StringOf(rapid.RuneFrom([]rune("字。，\n a🙂"))).Draw(t, "text"), rapid.IntRange(2, 30).Draw(t, "most")
		var all strings.Builder
		for _, part := range splitText(text, most) {
			if n := utf8.RuneCountInString(part); n > most {
				t.Fatalf("a part of %d characters, %d is the most", n, most)
			}
			all.WriteString(part)
		}
		if squeeze(all.String()) != squeeze(text) {
			t.Fatalf("%q became %q", text, all.String())
		}
	})
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func TestResendSaysWhatIsWorthADoubt(t *testing.T) {
	for resend, want := range map[string]string{"": "0 0 1", ResendBroadcasts: "0 0 1", ResendNothing: "0 0 0", ResendEverything: "1 1 1"} {
		p := Pace{Resend: resend}
		if got := fmt.Sprint(p.doubts(Answer), p.doubts(Unasked), p.doubts(Broadcast)); got != want {
			t.Errorf("resend %q: %s, expected %s", resend, got, want)
		}
	}
}

func TestTheSameTextIsKeptApart(t *testing.T) {
	keptApart(t, Pace{ChatGap: 100 * time.Millisecond})
	keptApart(t, Pace{Gap: 100 * time.Millisecond})
}

func keptApart(t *testing.T, pace Pace) {
	t.Helper()
	now := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	ls := lanes{}
	for i, text := range []string{"好", "好", "不好"} {
		ls.of("g").add(queuedOf(uint64(i+1), Effect{Kind: Say, Chat: "g", Text: text}))
	}
	first, _, ok := ls.pick(now, gates{})
	if !ok || first.seq != 1 {
		t.Fatalf("picked %+v", first)
	}
	ls.of("g").sent(first, now, pace)
	ls.of("g").drop(first)
	if q, due, ok := ls.pick(now.Add(200*time.Millisecond), gates{}); ok || !due.Equal(now.Add(sameTextGap)) {
		t.Errorf("the same text may go at %v: %+v", due, q)
	}
	if q, _, ok := ls.pick(now.Add(sameTextGap), gates{}); !ok || q.seq != 2 {
		t.Errorf("picked %+v", q)
	}
}

func TestPaceFaultsAreDeclarationFaults(t *testing.T) {
	for _, p := range []Pace{
		{Gap: -1},
		{PerHour: -1},
		{Quiet: "late"},
		{Quiet: "0:00-00:00"},
		{Gap: time.Hour},
		{ChatGap: 876_000 * time.Hour},
		{WarmUp: 876_000 * time.Hour},
		{Resend: "all"},
	} {
		if p.Check() == nil {
			t.Errorf("%+v is taken", p)
		}
	}
}

// What is put off is worth doing as long as it was, and for the usual time after the quiet hours at least.
func TestWhatIsPutOffKeepsItsTime(t *testing.T) {
	q := quietHours{23 * 60, 7 * 60}
	night := time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC)
	morning := night.Add(7*time.Hour + 30*time.Minute)
	for lasts, want := range map[time.Duration]time.Time{time.Hour: morning.Add(time.Hour), 24 * time.Hour: night.Add(24 * time.Hour)} {
		e := Effect{Class: Unasked, Hush: night, Expires: night.Add(lasts)}
		if !q.hush(&e, night) || !e.NotBefore.Equal(morning) || !e.Expires.Equal(want) {
			t.Errorf("%v: from %v to %v, expected to %v", lasts, e.NotBefore, e.Expires, want)
		}
	}
}
