package pictures

import (
	"image/color"
	"math"
	"time"
)

// maxBeads bounds the days drawn as a ring.
const maxBeads = 100

// Certificate is what the finisher of a camp gets.
type Certificate struct {
	Look
	Name, Camp, Group string
	Days, Done        int // of the camp, and of those the person checked in on
	From, To          time.Time
	Words             string // a line of the owner's, may be empty
	Seal              string // up to four characters for the seal; empty is the house's own
}

const sheetHigh = 540.0

// Draw lays the certificate out like one of paper.
func (c Certificate) Draw() *Drawing {
	s := &sheet{&Drawing{Width: Width, Height: sheetHigh, Kind: "certificate"}, c.theme(), c.words(), 0}
	s.frames()
	s.spaced(s.certificate, Width/2, 84)
	s.write(Width/2, 112, middle, 250, span{c.Group, 12.5, false, s.soft})
	s.write(Width/2, 150, middle, 0, span{s.awarded, 12, false, s.soft})
	s.add(label{Width / 2, 190, middle, 270, 0.6, []span{{s.called(c.Name), 31, true, s.ink}}})
	s.add(box{Width/2 - 70, 205, 140, 1, 0, s.frame, color.NRGBA{}, 0})
	if camp := clean(c.Camp); camp != "" {
		var spans []span
		for _, text := range s.finished(camp) {
			spans = append(spans, span{text, 14, false, s.ink})
		}
		s.write(Width/2, 232, middle, 280, spans...)
	}
	s.beads(c, Width/2, 328)
	s.write(Width/2, 430, middle, 280, span{c.Words, 13, false, s.ink})
	s.write(52, 474, left, 190, span{s.words.span(c.From, c.To), 11.5, false, s.soft})
	s.clock(58.5, 491, 6.5)
	s.write(71, 495, left, 150, span{s.brand, 11.5, false, s.soft})
	s.stamp(c.Seal, 296, 470)
	s.Title = about(s.certificate, c.Name, c.Camp, c.Group, s.count(c.Done)+"/"+s.count(c.Days))
	return s.Drawing
}

// frames draws the border: a heavy line, a fine one, and a knot in each corner.
func (s *sheet) frames() {
	none := color.NRGBA{}
	s.add(
		box{0, 0, Width, sheetHigh, 0, s.paper, none, 0},
		box{14, 14, Width - 28, sheetHigh - 28, 6, none, s.frame, 2.2},
		box{21, 21, Width - 42, sheetHigh - 42, 3, none, fade(s.frame, 0.55), 0.8},
	)
	for _, p := range []point{{21, 21}, {Width - 21, 21}, {21, sheetHigh - 21}, {Width - 21, sheetHigh - 21}} {
		s.add(
			disc{p.x, p.y, 9, s.paper, s.frame, 1.2},
			path{rose(p.x, p.y, 4.2, 1.6, 6), none, s.frame, 0.9},
		)
	}
}

// rose is a circle that waves n times.
func rose(x, y, r, wave float64, n int) []point {
	list := make([]point, 0, 24*n+1)
	for i := range 24*n + 1 {
		a := 2 * math.Pi * float64(i) / float64(24*n)
		q := r + wave*math.Cos(a*float64(n))
		list = append(list, point{x + q*math.Cos(a), y + q*math.Sin(a)})
	}
	return list
}

// spaced writes a title with room between its characters.
func (s *sheet) spaced(text string, x, y float64) {
	list := graphemes(text)
	step, size := 46.0, 34.0
	if s.english {
		step, size = 22, 23
	}
	x -= step * float64(len(list)-1) / 2
	for i, g := range list {
		s.write(x+step*float64(i), y, middle, 0, span{g, size, true, s.frame})
	}
}

// beads shows the days of the camp as a ring around their number.
func (s *sheet) beads(c Certificate, x, y float64) {
	days, done := min(max(c.Days, 1), maxBeads), c.Done
	if c.Days > maxBeads {
		done = int(float64(done) / float64(c.Days) * maxBeads)
	}
	const r = 60.0
	size := min(7, r*math.Pi/float64(days)*0.72)
	s.add(path{rose(x, y, 42, 2.4, 24), color.NRGBA{}, fade(s.frame, 0.35), 0.7})
	s.add(path{rose(x, y, 42, -2.4, 24), color.NRGBA{}, fade(s.frame, 0.35), 0.7})
	for i := range days {
		a := 2*math.Pi*float64(i)/float64(days) - math.Pi/2
		bead := disc{x + r*math.Cos(a), y + r*math.Sin(a), size, s.accent, color.NRGBA{}, 0}
		if i >= done {
			bead.fill, bead.edge, bead.width = color.NRGBA{}, s.faint, min(1.2, size/2)
		}
		s.add(bead)
	}
	s.squeeze(x, y+8, middle, 66, span{s.count(c.Done), 34, true, s.accent})
	under := "/ " + s.count(c.Days) + s.days(c.Days)
	if c.Done >= c.Days && c.Days > 0 {
		under = s.allDays
	}
	s.squeeze(x, y+25, middle, 64, span{under, 11.5, false, s.soft})
}

// stamp is a red seal of one to four characters, read as the old ones are: from the top right, down.
func (s *sheet) stamp(text string, x, y float64) {
	list := graphemes(clean(text))
	if len(list) == 0 {
		list = graphemes(chinese().brand)
	}
	list = list[:min(len(list), 4)]
	paper := rgb(0xfdf6ec)
	s.add(box{x - 26, y - 26, 52, 52, 7, s.seal, color.NRGBA{}, 0}, box{x - 23, y - 23, 46, 46, 5, color.NRGBA{}, paper, 1.1})
	places := [][]point{{{0, 0}}, {{0, -1}, {0, 1}}, {{1, -1}, {1, 1}, {-1, -1}}, {{1, -1}, {1, 1}, {-1, -1}, {-1, 1}}}
	size := 18.5
	if len(list) == 1 {
		size = 30
	}
	for i, g := range list {
		p := places[len(list)-1][i]
		s.write(x+p.x*9.8, y+p.y*9.8+size*0.36, middle, size*1.15, span{g, size, true, paper})
	}
}
