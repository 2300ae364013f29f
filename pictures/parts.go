package pictures

import (
	"hash/fnv"
	"image/color"
	"strings"
)

const (
	margin = 16               // around every panel
	inner  = Width - 2*margin // the width of a panel
	pad    = 16               // within a panel
)

// A sheet is a drawing in the making, from top to bottom.
type sheet struct {
	*Drawing
	theme
	words
	top float64 // of what comes next
}

func newSheet(l Look, kind string) *sheet {
	s := &sheet{&Drawing{Width: Width, Kind: kind}, l.theme(), l.words(), margin}
	s.add(box{}) // the ground, whose height is known at the end
	return s
}

// finish puts the foot under what was drawn and the ground behind it.
func (s *sheet) finish(title string) *Drawing {
	y := s.top + 12
	s.clock(margin+10, y, 7.5)
	s.write(margin+24, y+4, left, 0, span{s.brand, 11, false, s.soft})
	s.Height = min(y+24, maxHeight)
	s.marks[0] = box{0, 0, s.Width, s.Height, 0, s.page, color.NRGBA{}, 0}
	s.Title = title
	return s.Drawing
}

// clock is the sign of the house: a face that shows twenty past six.
func (s *sheet) clock(x, y, r float64) {
	s.add(
		disc{x, y, r, color.NRGBA{}, s.accent, r * 0.18},
		path{[]point{{x - r*0.08, y + r*0.45}, {x, y}, {x + r*0.56, y + r*0.32}}, color.NRGBA{}, s.accent, r * 0.16},
	)
}

func (s *sheet) write(x, y float64, a align, room float64, spans ...span) {
	if len(spans) > 0 {
		s.add(label{x: x, y: y, align: a, max: room, spans: spans})
	}
}

// squeeze writes what may be a long number.
func (s *sheet) squeeze(x, y float64, a align, room float64, spans ...span) {
	s.add(label{x: x, y: y, align: a, max: room, least: 0.55, spans: spans})
}

// head is the title of a picture about a group, with what it covers.
func (s *sheet) head(title string, under ...string) {
	s.write(margin+4, s.top+26, left, inner-8, span{title, 22, true, s.ink})
	s.write(margin+4, s.top+47, left, inner-8, aside(13, s.soft, under...)...)
	s.top += 62
}

// portrait is the title of a picture about a person.
func (s *sheet) portrait(name, under string) {
	s.avatar(margin+24, s.top+26, 22, name)
	s.write(margin+58, s.top+22, left, inner-62, span{s.called(name), 19, true, s.ink})
	s.write(margin+58, s.top+43, left, inner-62, span{under, 13, false, s.soft})
	s.top += 66
}

// panel is a ground of a given height; it returns its top.
func (s *sheet) panel(height float64) float64 {
	y := s.top
	s.add(box{margin, y, inner, height, 14, s.theme.panel, color.NRGBA{}, 0})
	s.top += height + 12
	return y
}

// A tile is a number with its name.
type tile struct {
	name, value, unit string
	ink               color.NRGBA
}

// tiles shows some numbers side by side.
func (s *sheet) tiles(list ...tile) {
	y := s.panel(74)
	w := inner / float64(len(list))
	for i, t := range list {
		x := margin + w*(float64(i)+0.5)
		if i > 0 {
			s.add(box{x - w/2, y + 20, 1, 34, 0, s.theme.line, color.NRGBA{}, 0})
		}
		s.squeeze(x, y+37, middle, w-16, span{t.value, 24, true, t.ink}, span{t.unit, 12, false, s.soft})
		s.write(x, y+57, middle, w-12, span{t.name, 12, false, s.soft})
	}
}

// empty is a panel that says kindly that there is nothing.
func (s *sheet) empty(text string) {
	y := s.panel(150)
	s.clock(Width/2, y+58, 20)
	s.write(Width/2, y+110, middle, inner-2*pad, span{text, 14, false, s.soft})
}

// avatar is a disc with the first character of a name, always of the same colour.
func (s *sheet) avatar(x, y, r float64, name string) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(clean(name)))
	s.add(disc{x, y, r, s.faces[h.Sum32()%uint32(len(s.faces))], color.NRGBA{}, 0})
	s.write(x, y+r*0.36, middle, 2*r, span{initial(name), r, true, rgb(0xffffff)})
}

func (s *sheet) called(name string) string {
	if clean(name) == "" {
		return s.nameless
	}
	return name
}

// about is a title for those who do not see: the parts that are there.
func about(parts ...string) string {
	return strings.Join(present(parts), " · ")
}

// aside is about as spans. Each is a text of its own, so that a name written from right to left moves no other.
func aside(size float64, ink color.NRGBA, parts ...string) []span {
	var list []span
	for i, p := range present(parts) {
		if i > 0 {
			list = append(list, span{" ·", size, false, ink})
			p = " " + p
		}
		list = append(list, span{p, size, false, ink})
	}
	return list
}

func present(parts []string) []string {
	var list []string
	for _, p := range parts {
		if p = clean(p); p != "" {
			list = append(list, p)
		}
	}
	return list
}
