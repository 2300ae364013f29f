package pictures

import (
	"image/color"
	"time"
)

// Year is a person's or a group's year as a heat map.
type Year struct {
	Look
	Name, Group            string // without a Name it is the group's
	Year                   int
	Days                   []int // check-ins of each day from 1 January on; below 0 is not counted
	Streak, Longest, Total int   // of a person in days; of a group only Total, in check-ins
}

const (
	heatPitch = 10.9
	heatCell  = 9.0
	heatLeft  = margin + pad + 16.0
	halfHigh  = 7*heatPitch + 44
)

// Draw lays the year out in two halves, so that a phone shows every day.
func (v Year) Draw() *Drawing {
	s := newSheet(v.Look, "year")
	if v.Name != "" {
		s.portrait(v.Name, v.Group)
	} else {
		s.head(s.year(v.Year), v.Group)
	}
	y := s.panel(2*halfHigh + 64)
	active, most := 0, 0
	for _, n := range v.Days[:min(len(v.Days), 366)] {
		most = max(most, n)
		if n > 0 {
			active++
		}
	}
	s.write(margin+pad, y+32, left, 160, span{s.year(v.Year), 17, true, s.ink})
	s.write(margin+inner-pad, y+32, right, 140, span{s.count(active), 17, true, s.accent}, span{s.days(active), 12, false, s.soft})
	s.half(v, time.January, most, y+50)
	s.half(v, time.July, most, y+50+halfHigh)
	s.scale(y + 2*halfHigh + 48)
	if v.Name != "" {
		s.tiles(
			tile{s.streak, s.count(v.Streak), s.days(v.Streak), s.accent},
			tile{s.longest, s.count(v.Longest), s.days(v.Longest), s.ink},
			tile{s.total, s.count(v.Total), s.days(v.Total), s.ink},
		)
	} else {
		s.tiles(tile{s.checkins, s.count(v.Total), "", s.accent}, tile{s.busiest, s.count(most), "", s.ink})
	}
	return s.finish(about(v.Name, v.Group, s.year(v.Year), s.count(active)+s.days(active)))
}

// half draws six months, a column a week from Monday.
func (s *sheet) half(v Year, from time.Month, most int, y float64) {
	first := time.Date(v.Year, from, 1, 0, 0, 0, 0, time.UTC)
	lead := (int(first.Weekday()) + 6) % 7
	for i, d := range s.weekdays {
		if i%2 == 0 {
			s.write(margin+pad, y+14+heatPitch*float64(i)+heatCell-1, left, 0, span{d, 8.5, false, s.soft})
		}
	}
	for day := first; day.Month() < from+6 && day.Year() == v.Year; day = day.AddDate(0, 0, 1) {
		n := lead + day.YearDay() - first.YearDay()
		x, row := heatLeft+heatPitch*float64(n/7), y+14+heatPitch*float64(n%7)
		if day.Day() == 1 {
			s.write(x+heatPitch*min(1, float64(n%7)), y+6, left, 0, span{s.shortMonth(day.Month()), 9.5, false, s.soft})
		}
		if at := day.YearDay() - 1; at < len(v.Days) && v.Days[at] >= 0 {
			s.add(box{x, row, heatCell, heatCell, 2.4, s.heat[level(v.Days[at], most)], color.NRGBA{}, 0})
		} else {
			s.add(box{x, row, heatCell, heatCell, 2.4, color.NRGBA{}, s.theme.line, 0.8})
		}
	}
}

// level is how warm n is when most is the warmest, from 0 to 4.
func level(n, most int) int {
	if n <= 0 || most <= 0 {
		return 0
	}
	return min(4, int(float64(n)/float64(most)*4+0.999))
}

func (s *sheet) scale(y float64) {
	x := float64(margin + inner - pad - 79)
	if s.english {
		x -= 16
	}
	s.write(x-6, y, right, 40, span{s.less, 10, false, s.soft})
	for i, c := range s.heat {
		s.add(box{x + 13*float64(i), y - 8.5, 10, 10, 2.6, c, color.NRGBA{}, 0})
	}
	s.write(margin+inner-pad, y, right, 40, span{s.more, 10, false, s.soft})
}
