package pictures

import (
	"image/color"
	"strconv"
	"time"
)

// Week is a group's week in review.
type Week struct {
	Look
	Title, Group          string
	From, To              time.Time // its days, both included
	Members, Joined, Left int
	Checkins, LastWeek    int     // check-ins of the week and of the one before; LastWeek below 0 is unknown
	Daily                 [7]int  // check-ins of each day
	Hours                 [24]int // messages by the hour; all 0 is not shown
	Best, Inviters        []Row   // the first three of each
	Unit                  string  // of Best, such as "天"
}

// Draw shows the numbers first, then the days and hours, then the people.
func (k Week) Draw() *Drawing {
	s := newSheet(k.Look, "week")
	s.head(k.Title, k.Group, s.words.span(k.From, k.To))
	s.tiles(
		tile{s.checkins, s.count(k.Checkins), "", s.accent},
		tile{s.members, s.count(k.Members), "", s.ink},
		tile{s.joined, s.signed(k.Joined), "", s.ink},
		tile{s.left, s.signed(-k.Left), "", s.ink},
	)
	s.daily(k)
	s.hours(k.Hours)
	s.stars(s.best, k.Best, k.Unit)
	s.stars(s.inviters, k.Inviters, s.people(2))
	if k.Checkins == 0 && len(k.Best)+len(k.Inviters) == 0 {
		s.empty(s.quietWeek)
	}
	return s.finish(about(k.Title, k.Group, s.words.span(k.From, k.To), s.checkins+" "+s.count(k.Checkins)))
}

// daily draws a bar a day, the highest in full colour.
func (s *sheet) daily(k Week) {
	most := 0
	for _, n := range k.Daily {
		most = max(most, n)
	}
	if most == 0 {
		return
	}
	y := s.panel(190)
	s.write(margin+pad, y+30, left, 180, span{s.perDay, 15, true, s.ink})
	if k.LastWeek >= 0 {
		s.change(s.sinceLast, k.Checkins-k.LastWeek, 112, y+30)
	}
	const high, wide = 84.0, 26.0
	base := y + 158
	for i, n := range k.Daily {
		x := margin + pad + (inner-2*pad)*(float64(i)+0.5)/7
		fill := s.heat[2]
		if n == most {
			fill = s.accent
		}
		h := max(high*float64(max(n, 0))/float64(most), 3)
		if n <= 0 {
			fill = s.theme.line
		}
		s.add(box{x - wide/2, base - h, wide, h, min(6, h/2), fill, color.NRGBA{}, 0})
		s.squeeze(x, base-h-6, middle, 40, span{s.count(n), 11.5, n == most, s.ink})
		day := k.From.AddDate(0, 0, i)
		s.write(x, base+18, middle, 40, span{s.weekdays[(int(day.Weekday())+6)%7], 11.5, false, s.soft})
	}
}

// hours is a strip of the day from midnight on.
func (s *sheet) hours(list [24]int) {
	most := 0
	for _, n := range list {
		most = max(most, n)
	}
	if most == 0 {
		return
	}
	y := s.panel(104)
	s.write(margin+pad, y+30, left, inner-2*pad, span{s.byHour, 15, true, s.ink})
	const pitch = (inner - 2*pad) / 24.0
	for i, n := range list {
		x := margin + pad + pitch*float64(i)
		s.add(box{x, y + 46, pitch - 2, 26, 3, s.heat[level(n, most)], color.NRGBA{}, 0})
		if i%6 == 0 {
			s.write(x, y+89, left, 0, span{hour(i), 10, false, s.soft})
		}
	}
	s.write(margin+inner-pad, y+89, right, 0, span{hour(24), 10, false, s.soft})
}

func hour(h int) string { return strconv.Itoa(h) + ":00" }

// stars shows up to three people side by side.
func (s *sheet) stars(title string, list []Row, unit string) {
	if len(list) == 0 {
		return
	}
	list = ranked(list[:min(len(list), 3)])
	y := s.panel(134)
	s.write(margin+pad, y+30, left, inner-2*pad, span{title, 15, true, s.ink})
	const third = (inner - 2*pad) / 3.0
	for i, r := range list {
		x := margin + pad + third*(float64(i)+0.5)
		s.add(disc{x, y + 66, 22, s.metal(r.Rank), color.NRGBA{}, 0})
		s.avatar(x, y+66, 20, r.Name)
		s.write(x, y+105, middle, third-8, span{s.called(r.Name), 13, false, s.ink})
		s.squeeze(x, y+122, middle, third-8, span{s.count(r.Value), 12.5, true, s.accent}, span{lead(clean(unit)), 11, false, s.soft})
	}
}
