package schedules

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
)

// Days knows which days of the year China works: weekdays, but for the holidays and the shifted days (调休) that the
// government publishes each autumn for the year to come. Of a year that is not published it knows the weekdays alone and
// says so (Knows): it never invents a holiday. Days are immutable and safe for use by any goroutine.
type Days struct {
	works map[date]bool // the days on which the plain week does not hold
	known map[int]bool
}

type date struct {
	year  int
	month time.Month
	day   int
}

func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date{y, m, d}
}

const (
	firstPublished = 2001
	lastPublished  = 2035 // no table reaches beyond; what is missing before is simply not known
)

// Published are the years that came with the program.
func Published() *Days { return published() }

var published = sync.OnceValue(func() *Days {
	works := map[date]bool{}
	for year := firstPublished; year <= lastPublished; year++ {
		list := HolidayUtil.GetHolidaysByYear(year)
		for e := list.Front(); e != nil; e = e.Next() {
			h := e.Value.(*HolidayUtil.Holiday)
			if t, err := time.Parse(time.DateOnly, h.GetDay()); err == nil {
				works[dateOf(t)] = h.IsWork()
			}
		}
	}
	return newDays(works)
})

// newDays takes a year as known when it says what becomes of 1 October, which every published year does.
func newDays(works map[date]bool) *Days {
	known := map[int]bool{}
	for d := range works {
		if d.month == time.October && d.day == 1 {
			known[d.year] = true
		}
	}
	return &Days{works: works, known: known}
}

// maxDays bounds a file of days: a century of tables.
const maxDays = 5000

// With reads further days from a file and gives them together with those of d; a day in both is the file's. Its lines are
// a date and 休 (off) or 班 (working), with whatever remark after it; a # begins a remark of its own.
func (d *Days) With(r io.Reader) (*Days, error) {
	works := maps.Clone(d.works)
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(strings.TrimPrefix(text, "\ufeff"))
		if len(fields) == 0 {
			continue
		}
		on, off := len(fields) > 1 && (fields[1] == "班" || fields[1] == "work"), len(fields) > 1 && (fields[1] == "休" || fields[1] == "off")
		t, err := time.Parse(time.DateOnly, fields[0])
		if err != nil || !on && !off {
			return nil, fmt.Errorf("line %d: found %.40q; write a date and 休 or 班, as 2027-10-01 休", n, lines.Text())
		}
		if works[dateOf(t)] = on; len(works) > len(d.works)+maxDays {
			return nil, fmt.Errorf("line %d: more than %d days", n, maxDays)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return newDays(works), nil
}

// Works says whether the date of t is a working day.
func (d *Days) Works(t time.Time) bool {
	if works, ok := d.works[dateOf(t)]; ok {
		return works
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// Holiday says whether the date of t is one of the published days off.
func (d *Days) Holiday(t time.Time) bool {
	works, ok := d.works[dateOf(t)]
	return ok && !works
}

// Knows says whether the year's table is there.
func (d *Days) Knows(year int) bool { return d.known[year] }
