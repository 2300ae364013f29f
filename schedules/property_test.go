package schedules_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A model is a cron line as plain sets, nil for a star, with the rules of cron written down a second time.
type model struct{ minutes, hours, days, months, weekdays []int }

func (m model) String() string {
	fields := make([]string, 0, 5)
	for _, set := range [][]int{m.minutes, m.hours, m.days, m.months, m.weekdays} {
		words := make([]string, len(set))
		for i, n := range set {
			words[i] = strconv.Itoa(n)
		}
		if set == nil {
			words = []string{"*"}
		}
		fields = append(fields, strings.Join(words, ","))
	}
	return strings.Join(fields, " ")
}

func (m model) matches(reading time.Time) bool {
	in := func(set []int, n int) bool { return set == nil || slices.Contains(set, n) }
	day, weekday := in(m.days, reading.Day()), in(m.weekdays, int(reading.Weekday()))
	onDay := day && weekday
	if m.days != nil && m.weekdays != nil {
		onDay = day || weekday
	}
	return onDay && in(m.minutes, reading.Minute()) && in(m.hours, reading.Hour()) && in(m.months, int(reading.Month()))
}

// A minute is one that passes in a zone, with the readings that have their turn in it: what its clocks show for the
// first time, and what they jumped over just before.
type minute struct {
	at       time.Time
	readings []time.Time
}

// minutes goes from start to end one minute at a time.
func minutes(start, end time.Time, zone *time.Location) []minute {
	var all []minute
	shown := map[time.Time]bool{}
	last := shownAt(start, zone)
	for at := start.Add(time.Minute); !at.After(end); at = at.Add(time.Minute) {
		m := minute{at: at}
		now := shownAt(at, zone)
		for r := last.Add(time.Minute); !r.After(now); r = r.Add(time.Minute) {
			if !shown[r] {
				m.readings = append(m.readings, r)
			}
			shown[r] = true
		}
		last = now
		all = append(all, m)
	}
	return all
}

// firings are the minutes after start that have a matching reading.
func (m model) firings(all []minute, start time.Time) []time.Time {
	var fired []time.Time
	for _, minute := range all {
		if minute.at.After(start) && slices.ContainsFunc(minute.readings, m.matches) {
			fired = append(fired, minute.at)
		}
	}
	return fired
}

func shownAt(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	return time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC)
}

func drawModel(t *rapid.T) model {
	set := func(name string, low, high int) []int {
		if rapid.Bool().Draw(t, name+" is a star") {
			return nil
		}
		set := rapid.SliceOfNDistinct(rapid.IntRange(low, high), 1, 4, rapid.ID[int]).Draw(t, name)
		slices.Sort(set)
		return set
	}
	return model{
		minutes:  set("minutes", 0, 59),
		hours:    set("hours", 0, 4), // where the clocks change
		days:     set("days", 1, 31),
		months:   set("months", 1, 12),
		weekdays: set("weekdays", 0, 6),
	}
}

// TestNextAgainstSteps compares every firing around the days on which clocks change, and around month ends and leap
// days, with those found by looking at every single minute.
func TestNextAgainstSteps(t *testing.T) {
	around := map[string][]string{
		"America/New_York":    {"2026-03-08 07:00:00 +0000", "2026-11-01 06:00:00 +0000"},
		"Europe/Berlin":       {"2026-03-29 01:00:00 +0000", "2026-10-25 01:00:00 +0000", "2028-02-29 00:00:00 +0000"},
		"Australia/Lord_Howe": {"2026-04-04 15:00:00 +0000", "2026-10-03 15:30:00 +0000"},
		"Asia/Shanghai":       {"1991-04-13 18:00:00 +0000", "2027-12-31 16:00:00 +0000", "2100-02-28 16:00:00 +0000"},
		"Africa/Cairo":        {"2026-04-23 22:00:00 +0000", "2026-10-29 21:00:00 +0000"},
		"Antarctica/Troll":    {"2026-03-29 01:00:00 +0000", "2026-10-25 01:00:00 +0000"},
		"Pacific/Apia":        {"2011-12-30 10:00:00 +0000"},
	}
	for name, centres := range around {
		zone := mustZone(t, name)
		for _, centre := range centres {
			t.Run(fmt.Sprintf("%s %s", name, centre[:10]), func(t *testing.T) {
				middle := at(t, centre)
				all := minutes(middle.Add(-50*time.Hour), middle.Add(27*time.Hour), zone)
				rapid.Check(t, func(t *rapid.T) { checkWindow(t, all, middle, zone) })
			})
		}
	}
}

func checkWindow(t *rapid.T, all []minute, middle time.Time, zone *time.Location) {
	m := drawModel(t)
	m.months = months(m.months, middle)
	start := middle.Add(-time.Duration(rapid.IntRange(-180, 1500).Draw(t, "minutes before")) * time.Minute)
	end := all[len(all)-1].at
	spec := mustParse(t, m.String())
	want := m.firings(all, start)
	var got []time.Time
	for when := spec.Next(start, zone); !when.After(end); when = spec.Next(when, zone) {
		got = append(got, when)
	}
	if !slices.EqualFunc(got, want, time.Time.Equal) {
		t.Fatalf("%s from %v:\n got %v\nwant %v", m, start.In(zone), got, want)
	}
}

// months keeps a drawn set only with the window's own months in it: else most windows would be empty, and a line of
// days that its months never have would be refused.
func months(drawn []int, middle time.Time) []int {
	if drawn == nil {
		return nil
	}
	set := append(drawn, 1, int(middle.Month()), int(middle.Add(24*time.Hour).Month()))
	slices.Sort(set)
	return slices.Compact(set)
}
