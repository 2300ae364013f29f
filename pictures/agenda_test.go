package pictures

import (
	"slices"
	"strings"
	"testing"
)

func TestAgenda(t *testing.T) {
	d := sampleAgenda(Look{}, 7).Draw()
	says(t, d, "六点二十晨读群 📚 · 2026年11月16日 – 11月22日", "16", "一", "06:20", "6:20 语音 → 300 个群", "放假，不发", "调休上班")
	counted := slices.ContainsFunc(said(d), func(s string) bool { return strings.HasPrefix(s, "…还有 ") })
	if !counted || slices.Contains(said(d), "23:00") {
		t.Errorf("a day of 17 things is not cut and counted: %q", said(d))
	}
	month := sampleAgenda(Look{}, 40).Draw()
	within(t, month)
	if month.Height > maxHeight-20 {
		t.Errorf("31 days are %v high", month.Height)
	}
	says(t, sampleAgenda(Look{}, 0).Draw(), "没有要发的")
	worst := sampleAgenda(Look{}, 31)
	for i := range worst.Days {
		worst.Days[i] = worst.Days[2]
	}
	within(t, worst.Draw())
}

// TestAgendaShowsEveryDaysFirstThing, however little room there is.
func TestAgendaShowsEveryDaysFirstThing(t *testing.T) {
	items := []AgendaItem{{Clock: "1", What: "a", Note: "x"}, {Clock: "2", What: "b"}, {Clock: "3", What: "c"}}
	s := newSheet(Look{Lang: "en"}, "agenda")
	for most, want := range map[int][]string{
		1: {"… and 3 more"}, 2: {"a", "… and 2 more"}, 3: {"a", "x", "… and 2 more"}, 4: {"a", "x", "b", "c"}, 9: {"a", "x", "b", "c"},
	} {
		var got []string
		for _, r := range s.agendaRows(AgendaDay{Items: items}, most) {
			got = append(got, r.text.text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("in %d lines: %q, expected %q", most, got, want)
		}
	}
}
