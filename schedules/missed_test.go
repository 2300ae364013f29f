package schedules_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sixtwenty/schedules"
)

func TestDue(t *testing.T) {
	const daily, minutely = "20 6 * * *", "* * * * *"
	const noon = "2026-03-01 12:00:00 +0800"
	latest := schedules.Missed{Grace: 30 * time.Minute}
	tests := map[string]struct {
		spec     string
		due, now string
		missed   schedules.Missed
		run      []string
		skipped  int
		next     string
	}{
		"a new timer": {
			daily, "", noon, latest, nil, 0, "2026-03-02 06:20:00 +0800",
		},
		"not yet": {
			daily, "2026-03-02 06:20:00 +0800", "2026-03-02 06:19:59 +0800", latest,
			nil, 0, "2026-03-02 06:20:00 +0800",
		},
		"the clock was set back": {
			daily, "2026-03-02 06:20:00 +0800", "2026-02-01 00:00:00 +0800", latest,
			nil, 0, "2026-03-02 06:20:00 +0800",
		},
		"on the second": {
			daily, "2026-03-01 06:20:00 +0800", "2026-03-01 06:20:00 +0800", latest,
			[]string{"2026-03-01 06:20:00 +0800"},
			0, "2026-03-02 06:20:00 +0800",
		},
		"a busy loop is on time, whatever the policy": {
			daily, "2026-03-01 06:20:00 +0800", "2026-03-01 06:20:59 +0800",
			schedules.Missed{Policy: schedules.Skip},
			[]string{"2026-03-01 06:20:00 +0800"},
			0, "2026-03-02 06:20:00 +0800",
		},
		"skip": {
			daily, "2026-03-01 06:20:00 +0800", "2026-03-01 06:21:01 +0800",
			schedules.Missed{Policy: schedules.Skip, Grace: time.Hour},
			nil, 1, "2026-03-02 06:20:00 +0800",
		},
		"no grace, on time": {
			daily, "2026-03-01 06:20:00 +0800", "2026-03-01 06:20:59 +0800",
			schedules.Missed{},
			[]string{"2026-03-01 06:20:00 +0800"},
			0, "2026-03-02 06:20:00 +0800",
		},
		"a grace of a month is cut to a week": {
			"0 12 * * 0", "2026-02-08 12:00:00 +0800", noon,
			schedules.Missed{Policy: schedules.All, Grace: 1000 * time.Hour},
			[]string{"2026-02-22 12:00:00 +0800", noon},
			2, "2026-03-08 12:00:00 +0800",
		},
		"no grace": {
			daily, "2026-03-01 06:20:00 +0800", "2026-03-01 06:21:01 +0800",
			schedules.Missed{},
			nil, 1, "2026-03-02 06:20:00 +0800",
		},
		"at the end of the grace": {
			daily, "2026-03-01 06:20:00 +0800", "2026-03-01 06:50:00 +0800", latest,
			[]string{"2026-03-01 06:20:00 +0800"},
			0, "2026-03-02 06:20:00 +0800",
		},
		"past the grace": {
			daily, "2026-03-01 06:20:00 +0800", "2026-03-01 06:50:01 +0800", latest,
			nil, 1, "2026-03-02 06:20:00 +0800",
		},
		"down for days, back within the grace": {
			daily, "2026-02-26 06:20:00 +0800", "2026-03-01 06:30:00 +0800", latest,
			[]string{"2026-03-01 06:20:00 +0800"},
			3, "2026-03-02 06:20:00 +0800",
		},
		"down for days": {
			daily, "2026-02-26 06:20:00 +0800", noon, latest, nil, 4, "2026-03-02 06:20:00 +0800",
		},
		"the latest of several": {
			"0 * * * *", "2026-03-01 09:00:00 +0800", noon,
			schedules.Missed{Grace: 2 * time.Hour},
			[]string{noon},
			3, "2026-03-01 13:00:00 +0800",
		},
		"all of several": {
			"0 * * * *", "2026-03-01 09:00:00 +0800", noon,
			schedules.Missed{Policy: schedules.All, Grace: 2 * time.Hour},
			[]string{"2026-03-01 10:00:00 +0800", "2026-03-01 11:00:00 +0800", noon},
			1, "2026-03-01 13:00:00 +0800",
		},
		"a due time that the schedule does not name is owed all the same": {
			daily, "2026-03-01 11:50:00 +0800", noon, latest,
			[]string{"2026-03-01 11:50:00 +0800"},
			0, "2026-03-02 06:20:00 +0800",
		},
		"years of minutes": {
			minutely, "2016-03-01 12:00:00 +0800", noon, latest,
			[]string{noon},
			schedules.MaxSkipped + 30, "2026-03-01 12:01:00 +0800",
		},
	}
	zone := mustZone(t, "Asia/Shanghai")
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var due time.Time
			if tt.due != "" {
				due = at(t, tt.due)
			}
			owed := schedules.Due(mustParse(t, tt.spec), zone, due, at(t, tt.now), tt.missed)
			var run []string
			for _, when := range owed.Run {
				run = append(run, when.In(zone).Format(layout))
			}
			if !slices.Equal(run, tt.run) {
				t.Errorf("runs %v, want %v", run, tt.run)
			}
			if owed.Skipped != tt.skipped {
				t.Errorf("skips %d, want %d", owed.Skipped, tt.skipped)
			}
			if next := owed.Next.In(zone).Format(layout); next != tt.next {
				t.Errorf("next %s, want %s", next, tt.next)
			}
		})
	}
}

func TestDueOfAllIsBounded(t *testing.T) {
	zone := mustZone(t, "Asia/Shanghai")
	now := at(t, "2026-03-01 12:00:00 +0800")
	missed := schedules.Missed{Policy: schedules.All, Grace: 1000 * time.Hour}
	owed := schedules.Due(mustParse(t, "* * * * *"), zone, now.Add(-900*time.Hour), now, missed)
	if len(owed.Run) != schedules.MaxRun || !owed.Run[len(owed.Run)-1].Equal(now) {
		t.Errorf("runs %d, the last %v", len(owed.Run), owed.Run[len(owed.Run)-1])
	}
	if !owed.Run[0].Equal(now.Add(-(schedules.MaxRun - 1) * time.Minute)) {
		t.Errorf("the first is %v", owed.Run[0])
	}
}

func TestDueOfASpecThatEnds(t *testing.T) {
	due := at(t, "2026-03-01 06:20:00 +0800")
	owed := schedules.Due(schedules.Spec{}, time.UTC, due, due.Add(time.Hour), schedules.Missed{})
	if len(owed.Run) != 0 || owed.Skipped != 1 || !owed.Next.IsZero() {
		t.Errorf("got %+v", owed)
	}
}

// TestDueLosesNothing restarts an engine at random moments: every firing is run once or skipped once, in order, and
// none is run later than the grace.
func TestDueLosesNothing(t *testing.T) {
	zone := mustZone(t, "America/New_York")
	start := at(t, "2026-10-30 12:00:00 +0000") // the clocks go back two days later
	rapid.Check(t, func(t *rapid.T) {
		spec := mustParse(t, rapid.SampledFrom([]string{
			"20 6 * * *", "*/20 * * * *", "30 1 * * *", "0 0-6/3 * * *", "@every 45m",
		}).Draw(t, "spec"))
		missed := schedules.Missed{
			Policy: rapid.SampledFrom([]schedules.Policy{schedules.Latest, schedules.All, schedules.Skip}).Draw(t, "policy"),
			Grace:  time.Duration(rapid.IntRange(0, 300).Draw(t, "grace")) * time.Minute,
		}
		now, due := start, spec.Next(start, zone)
		ran, skipped := 0, 0
		var last time.Time
		for _, gap := range rapid.SliceOfN(rapid.IntRange(1, 40_000), 1, 15).Draw(t, "seconds away") {
			now = now.Add(time.Duration(gap) * time.Second)
			owed := schedules.Due(spec, zone, due, now, missed)
			for _, when := range owed.Run {
				if !when.After(last) || when.After(now) || now.Sub(when) > max(missed.Grace, schedules.Punctual) {
					t.Fatalf("at %v runs %v after %v", now, when, last)
				}
				last = when
			}
			ran, skipped, due = ran+len(owed.Run), skipped+owed.Skipped, owed.Next
			if !due.After(now) {
				t.Fatalf("at %v the next is %v", now, due)
			}
		}
		want := 0
		for when := spec.Next(start, zone); !when.After(now); when = spec.Next(when, zone) {
			want++
		}
		if ran+skipped != want {
			t.Fatalf("ran %d and skipped %d of %d", ran, skipped, want)
		}
	})
}

func BenchmarkDueAfterYears(b *testing.B) {
	zone, spec := mustZone(b, "America/New_York"), mustParse(b, "* * * * *")
	now := at(b, "2026-03-01 12:00:00 +0800")
	missed := schedules.Missed{Policy: schedules.All, Grace: schedules.MaxGrace}
	for b.Loop() {
		schedules.Due(spec, zone, now.AddDate(-10, 0, 0), now, missed)
	}
}
