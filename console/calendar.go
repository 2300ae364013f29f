package console

import (
	"strconv"
	"time"

	"sixtwenty/bot"
)

// A date is one day of a calendar of what is to come.
type date struct {
	Day, Weekday string
	Today        bool
	Items        []planned
	More         int // that are not shown
}

type planned struct{ Clock, What, Note string }

const (
	perDate   = 8
	mostDates = 6 * 7
	// often is from how many times a day one line tells them all.
	often = 4
)

// calendar lays the rows of an agenda out in whole weeks from Monday; nil where they are of one or two days, of which a list tells
// more.
func calendar(p *part, f *frame) []date {
	first, last := f.now.In(f.zone), p.Rows[len(p.Rows)-1].At
	if last.Before(first.AddDate(0, 0, 2)) {
		return nil
	}
	monday := dayOf(first).AddDate(0, 0, -(int(first.Weekday())+6)%7)
	var dates []date
	place := map[string]int{}
	for day := monday; len(dates) < mostDates && (!day.After(last) || len(dates)%7 > 0); day = day.AddDate(0, 0, 1) {
		place[day.Format(time.DateOnly)] = len(dates)
		dates = append(dates, date{Day: day.Format("01-02"), Weekday: bot.Weekday(f.Lang, day.Weekday()), Today: day.Equal(dayOf(first))})
	}
	times := timesOf(p.Rows)
	for _, r := range p.Rows {
		i, ok := place[r.At.Format(time.DateOnly)]
		if !ok {
			continue
		}
		item, n := plannedOf(r), times[r.day()]
		if n >= often {
			item.What += " ×" + strconv.Itoa(n)
			times[r.day()] = -1
		}
		switch d := &dates[i]; {
		case n < 0: // told already
		case len(d.Items) == perDate:
			d.More++
		default:
			d.Items = append(d.Items, item)
		}
	}
	return dates
}

func dayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// day names what comes on a day, however often.
func (r row) day() string { return r.At.Format(time.DateOnly) + r.Cells[1] }

func timesOf(rows []row) map[string]int {
	times := map[string]int{}
	for _, r := range rows {
		times[r.day()]++
	}
	return times
}

func plannedOf(r row) planned {
	p := planned{Clock: r.At.Format("15:04"), What: r.Cells[1]}
	if n := len(r.Cells); n > 2 {
		p.Note = r.Cells[n-1]
	}
	return p
}

// dated says whether every row of an agenda has its moment and what comes then.
func dated(rows []row) bool {
	for _, r := range rows {
		if r.At.IsZero() || len(r.Cells) < 2 {
			return false
		}
	}
	return len(rows) > 0
}
