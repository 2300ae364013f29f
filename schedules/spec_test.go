package schedules_test

import (
	"testing"
	"time"
	_ "time/tzdata" // a bare machine has no zones

	"sixtwenty/schedules"
)

const layout = "2006-01-02 15:04:05 -0700"

// A fataler is a test, a fuzz target or a rapid check.
type fataler interface {
	Helper()
	Fatal(args ...any)
}

func mustParse(t fataler, spec string) schedules.Spec {
	t.Helper()
	s, err := schedules.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := schedules.Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	when, err := time.Parse(layout, s)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestNext(t *testing.T) {
	const shanghai, newYork, lordHowe = "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"
	tests := map[string]struct {
		spec, zone, after string
		want              []string
	}{
		"every morning": {
			"20 6 * * *", shanghai, "2026-03-01 06:19:59 +0800",
			[]string{"2026-03-01 06:20:00 +0800", "2026-03-02 06:20:00 +0800"},
		},
		"strictly after": {
			"20 6 * * *", shanghai, "2026-03-01 06:20:00 +0800",
			[]string{"2026-03-02 06:20:00 +0800"},
		},
		"phrase": {
			"每天 6:20", shanghai, "2025-12-31 07:00:00 +0800",
			[]string{"2026-01-01 06:20:00 +0800"},
		},
		"after is given in another zone": {
			"每天06:20", shanghai, "2026-03-01 22:19:59 +0000",
			[]string{"2026-03-02 06:20:00 +0800"},
		},
		"last day of each month that has a 31st": {
			"0 8 31 * *", shanghai, "2026-01-31 08:00:00 +0800",
			[]string{"2026-03-31 08:00:00 +0800", "2026-05-31 08:00:00 +0800"},
		},
		"leap day": {
			"0 0 29 2 *", shanghai, "2026-01-01 00:00:00 +0800",
			[]string{"2028-02-29 00:00:00 +0800", "2032-02-29 00:00:00 +0800"},
		},
		"leap day eight years away": {
			"0 0 29 2 *", shanghai, "2096-02-29 00:00:00 +0800",
			[]string{"2104-02-29 00:00:00 +0800"},
		},
		"day of month or weekday": {
			"0 9 1 * mon", shanghai, "2026-03-30 09:00:00 +0800", // a Monday
			[]string{"2026-04-01 09:00:00 +0800", "2026-04-06 09:00:00 +0800"},
		},
		"in the gap: at its end": {
			"30 2 * * *", newYork, "2026-03-07 12:00:00 -0500",
			[]string{"2026-03-08 03:00:00 -0400", "2026-03-09 02:30:00 -0400"},
		},
		"several in one gap: once": {
			"*/15 * * * *", newYork, "2026-03-08 01:45:00 -0500",
			[]string{"2026-03-08 03:00:00 -0400", "2026-03-08 03:15:00 -0400"},
		},
		"in the fold: the first time round": {
			"30 1 * * *", newYork, "2026-10-31 12:00:00 -0400",
			[]string{"2026-11-01 01:30:00 -0400", "2026-11-02 01:30:00 -0500"},
		},
		"asked in the second round of the fold": {
			"*/30 * * * *", newYork, "2026-11-01 01:10:00 -0500",
			[]string{"2026-11-01 02:00:00 -0500"},
		},
		"gap of half an hour": {
			"15 2 * * *", lordHowe, "2026-10-03 12:00:00 +1030",
			[]string{"2026-10-04 02:30:00 +1100", "2026-10-05 02:15:00 +1100"},
		},
		"fold of half an hour": {
			"45 1 * * *", lordHowe, "2026-04-04 12:00:00 +1100",
			[]string{"2026-04-05 01:45:00 +1100", "2026-04-06 01:45:00 +1030"},
		},
		"midnight in the gap": {
			"@daily", "Africa/Cairo", "2026-04-23 12:00:00 +0200",
			[]string{"2026-04-24 01:00:00 +0300", "2026-04-25 00:00:00 +0300"},
		},
		"a whole day in the gap": {
			"0 6 * * *", "Pacific/Apia", "2011-12-29 06:00:00 -1000",
			[]string{"2011-12-31 00:00:00 +1400", "2011-12-31 06:00:00 +1400"},
		},
		"interval on even hours": {
			"@every 2h", shanghai, "2026-03-01 06:20:00 +0800",
			[]string{"2026-03-01 08:00:00 +0800", "2026-03-01 10:00:00 +0800"},
		},
		"interval before its anchor": {
			"@every 24h", shanghai, "1999-06-01 00:00:01 +0800",
			[]string{"1999-06-02 00:00:00 +0800"},
		},
		"interval through a gap keeps its length": {
			"@every 1h", newYork, "2026-03-08 01:00:00 -0500",
			[]string{"2026-03-08 03:00:00 -0400", "2026-03-08 04:00:00 -0400"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			spec, zone := mustParse(t, tt.spec), mustZone(t, tt.zone)
			when := at(t, tt.after)
			for _, want := range tt.want {
				when = spec.Next(when, zone)
				if got := when.Format(layout); got != want {
					t.Fatalf("next of %q is %s, want %s", tt.spec, got, want)
				}
			}
		})
	}
}

func TestNextPassesFractions(t *testing.T) {
	spec, zone := mustParse(t, "* * * * *"), mustZone(t, "Asia/Shanghai")
	minute := at(t, "2026-03-01 06:20:00 +0800")
	if got := spec.Next(minute.Add(-time.Nanosecond), zone); !got.Equal(minute) {
		t.Errorf("a nanosecond before: %v, want %v", got, minute)
	}
	if got := spec.Next(minute.Add(time.Nanosecond), zone); !got.Equal(minute.Add(time.Minute)) {
		t.Errorf("a nanosecond after: %v, want a minute later", got)
	}
}

func TestZeroSpecNeverFires(t *testing.T) {
	if got := (schedules.Spec{}).Next(at(t, "2026-03-01 06:20:00 +0800"), time.UTC); !got.IsZero() {
		t.Errorf("got %v", got)
	}
}

func BenchmarkNext(b *testing.B) {
	zone := mustZone(b, "America/New_York")
	for _, text := range []string{"* * * * *", "20 6 * * *", "0 0 29 2 *", "@every 2h"} {
		spec := mustParse(b, text)
		b.Run(text, func(b *testing.B) {
			when := at(b, "2026-03-01 06:20:00 +0800")
			for b.Loop() {
				_ = spec.Next(when, zone)
			}
		})
	}
}
