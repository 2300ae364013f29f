package pictures

import (
	"image/color"
)

const (
	maxRows = 20 // of a leaderboard, those on the podium included
	rowHigh = 50.0
)

// Board is a leaderboard.
type Board struct {
	Look
	Title, Group string
	Period       string // such as "11月16日–22日"
	Unit         string // such as "天", after every value
	Rows         []Row  // best first
	People       int    // on the whole board, where there are more than Rows
}

// Row is one person's place.
type Row struct {
	Rank  int // 0 is its position in the list; equal ranks are the caller's to give
	Name  string
	Note  string // a few words under the name
	Value int
	Mine  bool // pointed out, and shown even where it is too far down
}

// Draw shows three on a podium, the first rows after them, and how many more there are.
func (b Board) Draw() *Drawing {
	s := newSheet(b.Look, "board")
	s.head(b.Title, b.Group, b.Period)
	rows := ranked(b.Rows[:min(maxRows, len(b.Rows))])
	title := about(b.Title, b.Group, b.Period)
	if len(rows) == 0 {
		s.empty(s.noBoard)
		return s.finish(title)
	}
	s.podium(rows[:min(3, len(rows))], b.Unit)
	mine := furtherDown(b.Rows[len(rows):])
	rest := max(b.People, len(b.Rows)) - len(rows) - len(mine)
	s.places(rows[min(3, len(rows)):], mine, rest, b.Unit, greatest(rows))
	return s.finish(about(title, "1. "+s.called(rows[0].Name)+" "+s.count(rows[0].Value)+b.Unit))
}

// greatest is the value that the others are drawn against: those who came first need not have the most.
func greatest(rows []Row) int {
	most := 1
	for _, r := range rows {
		most = max(most, r.Value)
	}
	return most
}

// furtherDown is one's own row, where it is among those that are not shown.
func furtherDown(rows []Row) []Row {
	for i, r := range rows {
		if r.Mine {
			if r.Rank <= 0 {
				r.Rank = maxRows + i + 1
			}
			return []Row{r}
		}
	}
	return nil
}

// ranked fills in the ranks that are not given.
func ranked(rows []Row) []Row {
	list := append([]Row(nil), rows...)
	for i := range list {
		if list[i].Rank <= 0 {
			list[i].Rank = i + 1
		}
	}
	return list
}

// podium shows the second to the left of the first, and the third to the right.
func (s *sheet) podium(top []Row, unit string) {
	y := s.panel(196)
	const third = (inner - 16) / 3.0
	for i, r := range top {
		x := Width/2 + third*[]float64{0, -1, 1}[i]
		radius, base := 31.0, y+122
		if i > 0 {
			radius, base = 25, y+130
		}
		metal := s.metal(r.Rank)
		cy := base - 22 - radius
		if r.Rank == 1 {
			s.crown(x, cy-radius-7, metal)
		}
		s.add(disc{x, cy, radius + 4, metal, color.NRGBA{}, 0}, disc{x, cy, radius + 1.5, s.theme.panel, color.NRGBA{}, 0})
		s.avatar(x, cy, radius, r.Name)
		s.add(disc{x, cy + radius + 1, 10, metal, s.theme.panel, 2})
		s.squeeze(x, cy+radius+5, middle, 14, span{s.count(r.Rank), 11, true, rgb(0x2a2112)})
		ink := s.ink
		if r.Mine {
			ink = s.accent
		}
		s.write(x, base+14, middle, third-10, span{s.called(r.Name), 14, true, ink})
		s.squeeze(x, base+39, middle, third-10, span{s.count(r.Value), 20, true, s.accent}, span{lead(unit), 11.5, false, s.soft})
		s.write(x, base+56, middle, third-10, span{r.Note, 11, false, s.soft})
	}
}

func (s *sheet) metal(rank int) color.NRGBA {
	return []color.NRGBA{s.gold, s.silver, s.bronze}[min(max(rank, 1), 3)-1]
}

func (s *sheet) crown(x, y float64, c color.NRGBA) {
	s.add(path{[]point{
		{x - 10, y}, {x - 11, y - 11}, {x - 5, y - 6}, {x, y - 14}, {x + 5, y - 6}, {x + 11, y - 11}, {x + 10, y}, {x - 10, y},
	}, c, c, 1.5})
}

// places lists the rows after the podium, what is left out, and one's own place.
func (s *sheet) places(rows, mine []Row, rest int, unit string, best int) {
	lines := len(rows) + len(mine)
	if lines == 0 && rest <= 0 {
		return
	}
	high := rowHigh*float64(lines) + 12
	if rest > 0 {
		high += 36
	}
	y := s.panel(high) + 6
	for i, r := range rows {
		s.place(r, y, unit, best)
		if y += rowHigh; i+1 < len(rows) && !r.Mine && !rows[i+1].Mine {
			s.add(box{margin + 50, y - 0.5, inner - 50 - pad, 1, 0, s.theme.line, color.NRGBA{}, 0})
		}
	}
	if rest > 0 {
		s.write(Width/2, y+23, middle, inner-2*pad, span{s.others(rest), 12.5, false, s.soft})
		y += 36
	}
	for _, r := range mine {
		s.place(r, y, unit, best)
	}
}

func (s *sheet) place(r Row, y float64, unit string, best int) {
	ink := s.ink
	if r.Mine {
		s.add(box{margin + 6, y + 2, inner - 12, rowHigh - 4, 10, s.tint, color.NRGBA{}, 0})
		ink = s.accent
	}
	cy := y + rowHigh/2
	s.squeeze(margin+26, cy+5, middle, 28, span{s.count(r.Rank), 14, true, s.soft})
	s.avatar(margin+62, cy, 16, r.Name)
	const x = margin + 88
	name := cy + 5
	if clean(r.Note) != "" {
		name = cy - 1
		s.write(x, cy+15, left, 150, span{r.Note, 11, false, s.soft})
	}
	s.write(x, name, left, 150, span{s.called(r.Name), 15, false, ink})
	s.squeeze(margin+inner-pad, cy+2, right, 84, span{s.count(r.Value), 16, true, ink}, span{lead(unit), 11.5, false, s.soft})
	long := 72 * float64(max(r.Value, 0)) / float64(best)
	s.add(box{margin + inner - pad - 72, cy + 10, 72, 3, 1.5, s.theme.line, color.NRGBA{}, 0})
	if long > 0 {
		long = min(max(long, 3), 72)
		s.add(box{margin + inner - pad - long, cy + 10, long, 3, 1.5, s.accent, color.NRGBA{}, 0})
	}
}

// lead sets a unit off from its number.
func lead(unit string) string {
	if unit == "" {
		return ""
	}
	return " " + unit
}
