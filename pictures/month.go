package pictures

import (
	"image/color"
	"strconv"
	"time"
)

// Mark is what became of a day.
type Mark uint8

const (
	Blank  Mark = iota // not counted: before the start, in the future, or missed
	Done               // checked in
	MadeUp             // checked in later
	Frozen             // missed, and the streak protected
	Off                // a day off, or one the bot slept through
)

// Month is a person's month of check-ins as a calendar.
type Month struct {
	Look
	Name, Group            string
	Year                   int
	Month                  time.Month
	Days                   []Mark // from the 1st on; more than the month has are ignored
	Today                  int    // day of the month; 0 where it is another month
	Streak, Longest, Total int    // days
}

const (
	dayWide = 45.0
	dayHigh = 44.0
)

// Draw lays the month out, weeks from Monday.
func (m Month) Draw() *Drawing {
	s := newSheet(m.Look, "month")
	s.portrait(m.Name, m.Group)
	first := time.Date(m.Year, m.Month, 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	days := append(make([]Mark, 0, 31), m.Days[:min(len(m.Days), last)]...)
	for len(days) < last {
		days = append(days, Blank)
	}
	lead := (int(first.Weekday()) + 6) % 7
	weeks := (lead + last + 6) / 7
	kinds := kindsOf(days)
	high := 78 + float64(weeks)*dayHigh + 8
	if len(kinds) > 0 {
		high += 26
	}
	y := s.panel(high)
	s.monthHead(first, kinds, y)
	s.grid(days, lead, m.Today, y+78)
	s.legend(kinds, y+high-16)
	s.tiles(
		tile{s.streak, s.count(m.Streak), s.days(m.Streak), s.accent},
		tile{s.longest, s.count(m.Longest), s.days(m.Longest), s.ink},
		tile{s.total, s.count(m.Total), s.days(m.Total), s.ink},
	)
	return s.finish(about(m.Name, m.Group, s.month(first), s.streak+" "+s.count(m.Streak)+s.days(m.Streak)))
}

func (s *sheet) monthHead(first time.Time, kinds map[Mark]int, y float64) {
	s.write(margin+pad, y+34, left, 200, span{s.month(first), 17, true, s.ink})
	done := kinds[Done] + kinds[MadeUp]
	s.write(margin+inner-pad, y+34, right, 120,
		span{strconv.Itoa(done), 17, true, s.accent}, span{s.days(done), 12, false, s.soft})
	for i, d := range s.weekdays {
		s.write(dayX(i), y+62, middle, 0, span{d, 11.5, false, s.soft})
	}
}

func kindsOf(days []Mark) map[Mark]int {
	kinds := map[Mark]int{}
	for _, d := range days {
		if d != Blank {
			kinds[d]++
		}
	}
	return kinds
}

func dayX(column int) float64 { return margin + 14 + dayWide*(float64(column)+0.5) }

func (s *sheet) grid(days []Mark, lead, today int, top float64) {
	at := func(i int) (x, y float64) {
		return dayX((i + lead) % 7), top + dayHigh*(float64((i+lead)/7)+0.5)
	}
	held := streaks(days)
	for i := range days { // a band joins the days of a streak
		if i > 0 && (i+lead)%7 > 0 && held[i] && held[i-1] {
			x, y := at(i)
			s.add(box{x - dayWide, y - 17, dayWide, 34, 0, s.tint, color.NRGBA{}, 0})
		}
	}
	for i, d := range days {
		x, y := at(i)
		ink := s.day(d, x, y)
		if today > 0 && i >= today && d == Blank {
			ink = fade(ink, 0.55) // to come
		}
		s.write(x, y+5, middle, 0, span{strconv.Itoa(i + 1), 14.5, d == Done || i+1 == today, ink})
		if i+1 == today {
			s.add(disc{x, y + 11.5, 2, ink, color.NRGBA{}, 0})
		}
	}
}

// streaks says which days a streak runs through: those kept, and days off between them.
func streaks(days []Mark) []bool {
	held := make([]bool, len(days))
	last := -1 // kept day, with nothing but days off since
	for i, d := range days {
		switch d {
		case Done, MadeUp, Frozen:
			held[i] = true
			for j := last + 1; last >= 0 && j < i; j++ {
				held[j] = true
			}
			last = i
		case Off:
		default:
			last = -1
		}
	}
	return held
}

// day draws the ground of a day and gives the colour of its number. Each kind differs by its shape too.
func (s *sheet) day(m Mark, x, y float64) color.NRGBA {
	switch m {
	case Done:
		s.add(disc{x, y, 17, s.accent, color.NRGBA{}, 0})
		return s.over
	case MadeUp:
		s.add(disc{x, y, 17, s.theme.panel, s.accent, 2})
		return s.accent
	case Frozen:
		s.add(box{x - 16, y - 16, 32, 32, 9, s.blueTint, s.blue, 1.5})
		return s.blue
	case Off:
		s.add(box{x - 5, y + 11, 10, 2, 1, s.faint, color.NRGBA{}, 0})
		return s.soft
	}
	return s.soft
}

func (s *sheet) legend(kinds map[Mark]int, y float64) {
	names := map[Mark]string{Done: s.done, MadeUp: s.madeUp, Frozen: s.frozen, Off: s.off}
	x := float64(margin + pad)
	for _, m := range []Mark{Done, MadeUp, Frozen, Off} {
		if kinds[m] == 0 {
			continue
		}
		s.sample(m, x+5, y-4)
		s.write(x+15, y, left, 0, span{names[m], 11.5, false, s.soft})
		x += 78
	}
}

func (s *sheet) sample(m Mark, x, y float64) {
	switch m {
	case Done:
		s.add(disc{x, y, 5, s.accent, color.NRGBA{}, 0})
	case MadeUp:
		s.add(disc{x, y, 5, color.NRGBA{}, s.accent, 1.5})
	case Frozen:
		s.add(box{x - 5, y - 5, 10, 10, 3, s.blueTint, s.blue, 1.2})
	case Off:
		s.add(box{x - 4, y - 1, 8, 2, 1, s.faint, color.NRGBA{}, 0})
	}
}
