package pictures

import (
	"image/color"
	"math"
	"time"
)

// maxBars bounds the columns of a chart; longer times are drawn by the week, the fortnight and so on.
const maxBars = 62

// Growth is how a group grew.
type Growth struct {
	Look
	Title, Group string
	Days         []Headcount // in order of time
}

// Headcount is a group's day.
type Headcount struct {
	Date                  time.Time
	Members, Joined, Left int // members at its end, and what came and went during it
}

// Draw shows the members as a line, and those who came and went as bars below.
func (g Growth) Draw() *Drawing {
	s := newSheet(g.Look, "growth")
	if len(g.Days) == 0 {
		s.head(g.Title, g.Group)
		s.empty(s.noGrowth)
		return s.finish(about(g.Title, g.Group))
	}
	days := gather(g.Days)
	first, last := g.Days[0], days[len(days)-1]
	last.Date = g.Days[len(g.Days)-1].Date
	s.head(g.Title, g.Group, s.words.span(first.Date, last.Date))
	joined, gone := 0, 0
	for _, d := range days {
		joined += d.Joined
		gone += d.Left
	}
	y := s.panel(262)
	s.squeeze(margin+pad, y+44, left, 150, span{s.count(last.Members), 32, true, s.ink}, span{s.people(last.Members), 13, false, s.soft})
	if len(g.Days) > 1 {
		s.change("", last.Members-countable(first.Members), 78, y+38)
	}
	s.curve(days, y+74, 148)
	s.dates(days, y+248)
	y = s.panel(136)
	s.comings(days, joined, gone, y)
	return s.finish(about(g.Title, g.Group, s.members+" "+s.count(last.Members)))
}

// change is a chip with what a number grew or shrank by.
func (s *sheet) change(since string, n int, wide, y float64) {
	ink, ground := s.accent, s.tint
	if n < 0 {
		ink, ground = s.red, fade(s.red, 0.14)
	}
	const x = margin + inner - pad
	s.add(box{x - wide, y - 17, wide, 25, 12.5, ground, color.NRGBA{}, 0})
	s.squeeze(x-wide/2, y, middle, wide-14, span{since, 12, false, ink}, span{lead(s.signed(n)), 14, true, ink})
}

// gather joins days so that there are no more than maxBars.
func gather(days []Headcount) []Headcount {
	size := (len(days) + maxBars - 1) / maxBars
	list := make([]Headcount, 0, maxBars)
	for at := 0; at < len(days); at += size {
		part := days[at:min(at+size, len(days))]
		sum := part[len(part)-1]
		sum = Headcount{Date: part[0].Date, Members: countable(sum.Members)}
		for _, d := range part {
			sum.Joined += countable(d.Joined)
			sum.Left += countable(d.Left)
		}
		list = append(list, sum)
	}
	return list
}

const (
	chartLeft  = margin + pad + 34.0
	chartRight = margin + inner - pad - 4.0
)

// column is the middle of the i-th of n columns.
func column(i, n int) float64 {
	return chartLeft + (chartRight-chartLeft)*(float64(i)+0.5)/float64(n)
}

func (s *sheet) curve(days []Headcount, top, high float64) {
	low, most := math.Inf(1), math.Inf(-1)
	for _, d := range days {
		low, most = min(low, float64(d.Members)), max(most, float64(d.Members))
	}
	from, to, step := ticks(low, most)
	at := func(v float64) float64 { return top + high*(to-v)/(to-from) }
	for i := range floor((to-from)/step+0.5) + 1 {
		v := from + step*float64(i)
		s.add(box{chartLeft, at(v) - 0.5, chartRight - chartLeft, 1, 0, s.theme.line, color.NRGBA{}, 0})
		s.write(chartLeft-8, at(v)+3.5, right, 38, span{s.short(v), 10, false, s.soft})
	}
	line := make([]point, len(days))
	for i, d := range days {
		line[i] = point{column(i, len(days)), at(float64(d.Members))}
	}
	end := line[len(line)-1]
	if len(line) > 1 {
		area := append(append([]point{{line[0].x, top + high}}, line...), point{end.x, top + high})
		s.add(path{area, fade(s.accent, 0.12), color.NRGBA{}, 0}, path{line, color.NRGBA{}, s.accent, 2.4})
	}
	s.add(disc{end.x, end.y, 5, s.accent, s.theme.panel, 2})
}

// ticks gives a range of round numbers around two values, and the step between them, three to six of which fill it.
func ticks(low, high float64) (from, to, step float64) {
	if low == high {
		low, high = max(low-2, 0), high+2
	}
	reach := max(high-low, 4)
	step = math.Pow(10, math.Floor(math.Log10(reach/4)))
	for _, f := range []float64{1, 2, 5, 10} {
		if reach/(step*f) <= 4.5 {
			step *= f
			break
		}
	}
	from, to = math.Floor(low/step)*step, math.Ceil(high/step)*step
	return from, to, step
}

// dates names the first column, the last, and some between.
func (s *sheet) dates(days []Headcount, y float64) {
	n := len(days)
	for k := range min(n, 4) {
		i := 0
		if n > 1 {
			i = (n - 1) * k / (min(n, 4) - 1)
		}
		x := min(max(column(i, n), chartLeft+12), chartRight-12)
		s.write(x, y, middle, 60, span{days[i].Date.Format("1/2"), 10, false, s.soft})
	}
}

// comings draws those who joined upwards, and those who left downwards.
func (s *sheet) comings(days []Headcount, joined, gone int, y float64) {
	s.bullet(margin+pad, y+26, s.accent, s.joined, joined)
	s.bullet(margin+pad+110, y+26, s.red, s.left, gone)
	up, down := 0, 0
	for _, d := range days {
		up, down = max(up, d.Joined), max(down, d.Left)
	}
	const high = 78.0
	zero := y + 42 + high*share(up, down)
	scale := high / float64(max(up+down, 1))
	wide := min(10, (chartRight-margin-pad)/float64(len(days))*0.62)
	for i, d := range days {
		x := column(i, len(days)) - wide/2
		if d.Joined > 0 {
			h := max(float64(d.Joined)*scale, 1.5)
			s.add(box{x, zero - 1 - h, wide, h, min(2, h/2), s.accent, color.NRGBA{}, 0})
		}
		if d.Left > 0 {
			h := max(float64(d.Left)*scale, 1.5)
			s.add(box{x, zero + 1, wide, h, min(2, h/2), s.red, color.NRGBA{}, 0})
		}
	}
	s.add(box{chartLeft, zero - 0.5, chartRight - chartLeft, 1, 0, s.theme.line, color.NRGBA{}, 0})
	s.peak(up, zero-high*share(up, down)+8)
	s.peak(down, zero+high*share(down, up))
}

// peak names the end of the highest bar.
func (s *sheet) peak(n int, y float64) {
	if n > 0 {
		s.squeeze(chartLeft-8, y, right, 38, span{s.count(n), 10, false, s.soft})
	}
}

// share is how much of a chart lies above its zero.
func share(up, down int) float64 {
	if up+down <= 0 {
		return 0.5
	}
	return float64(up) / float64(up+down)
}

func (s *sheet) bullet(x, y float64, c color.NRGBA, name string, n int) {
	s.add(disc{x + 4, y - 4, 4, c, color.NRGBA{}, 0})
	s.squeeze(x+14, y, left, 92, span{name, 12, false, s.soft}, span{" " + s.count(n), 13, true, s.ink})
}
