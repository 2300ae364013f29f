package bot

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// A Day is a day of a group's calendar, counted from 1970-01-01, so that the day before is Day-1.
type Day int

// DayOf is the day that t belongs to in zone, where days begin at the given hour (0 to 12): at 03:59 it is still yesterday
// for a group whose days begin at 4.
func DayOf(t time.Time, zone *time.Location, begins int) Day {
	local := t.In(zone)
	day := civil(local.Date())
	if local.Hour() < begins {
		day--
	}
	return day
}

func civil(y int, m time.Month, d int) Day {
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDay reads 2006-01-02.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is no date like 2026-01-31", s)
	}
	return civil(t.Date()), nil
}

// shortDate is a date without its year, as people write it.
var shortDate = regexp.MustCompile(`^(\d{1,2})[-/月.](\d{1,2})[日号]?$`)

// ReadDay reads a date as people write it. One without a year is the first that fits, looked for from a year on, forwards or, with
// a step of -1, backwards.
func ReadDay(text string, year, step int, fits func(Day) bool) (Day, bool) {
	if d, err := ParseDay(text); err == nil {
		return d, true
	}
	m := shortDate.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	month, _ := strconv.Atoi(m[1])
	date, _ := strconv.Atoi(m[2])
	for range 9 { // 29 February may be eight years away
		t := time.Date(year, time.Month(month), date, 0, 0, 0, 0, time.UTC)
		if d := civil(t.Date()); int(t.Month()) == month && t.Day() == date && fits(d) {
			return d, true
		}
		year += step
	}
	return 0, false
}

// Date gives the calendar date, at midnight UTC.
func (d Day) Date() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func (d Day) String() string { return d.Date().Format(time.DateOnly) }
