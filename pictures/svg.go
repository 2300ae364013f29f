package pictures

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"strconv"
)

// families are the reader's fonts: Latin before Chinese, and both before emoji, whose fonts have digits of their own.
const families = `-apple-system,'Segoe UI',Roboto,'PingFang SC','Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei',` +
	`'WenQuanYi Micro Hei',Arial,'Apple Color Emoji','Segoe UI Emoji','Noto Color Emoji',system-ui,sans-serif`

// SVG is the drawing for a page. It has no style, script, link or id, so it may stand inside a page of any content
// policy, several times.
func (d *Drawing) SVG() []byte {
	w := &svg{}
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%[1]s" height="%[2]s" role="img" font-family="%s">`,
		num(d.Width), num(d.Height), families)
	w.WriteString("<title>")
	w.text(clean(d.Title))
	w.WriteString("</title>")
	for _, m := range d.marks {
		w.mark(m)
	}
	w.WriteString("</svg>")
	return w.Bytes()
}

type svg struct{ bytes.Buffer }

func (w *svg) mark(m mark) {
	switch m := m.(type) {
	case box:
		in := m.width / 2 // SVG centres an edge on the outline
		fmt.Fprintf(w, `<rect x="%s" y="%s" width="%s" height="%s"`, num(m.x+in), num(m.y+in), num(m.w-2*in), num(m.h-2*in))
		if m.r > 0 {
			fmt.Fprintf(w, ` rx="%s"`, num(max(m.r-in, 0)))
		}
		w.paint(m.fill, m.edge, m.width)
		w.WriteString("/>")
	case disc:
		fmt.Fprintf(w, `<circle cx="%s" cy="%s" r="%s"`, num(m.x), num(m.y), num(m.r-m.width/2))
		w.paint(m.fill, m.edge, m.width)
		w.WriteString("/>")
	case path:
		w.path(m)
	case label:
		w.label(m)
	}
}

func (w *svg) path(m path) {
	w.WriteString(`<path d="`)
	for i, p := range m.points {
		w.WriteByte("ML"[min(i, 1)])
		w.WriteString(num(p.x) + " " + num(p.y))
	}
	w.WriteByte('"')
	w.paint(m.fill, m.stroke, m.width)
	if m.width > 0 {
		w.WriteString(` stroke-linecap="round" stroke-linejoin="round"`)
	}
	w.WriteString("/>")
}

func (w *svg) paint(fill, stroke color.NRGBA, width float64) {
	if fill.A == 0 {
		w.WriteString(` fill="none"`)
	} else {
		w.colour("fill", fill)
	}
	if width > 0 && stroke.A > 0 {
		w.colour("stroke", stroke)
		fmt.Fprintf(w, ` stroke-width="%s"`, num(width))
	}
}

func (w *svg) colour(name string, c color.NRGBA) {
	fmt.Fprintf(w, ` %s="#%02x%02x%02x"`, name, c.R, c.G, c.B)
	if c.A < 255 {
		fmt.Fprintf(w, ` %s-opacity="%s"`, name, num(float64(c.A)/255))
	}
}

func (w *svg) label(l label) {
	spans := fit(estimate{}, l)
	if len(spans) == 0 {
		return
	}
	x, y, end := l.x, l.y, ""
	if l.max > 0 && !trusted(spans) {
		// A nested svg clips what is outside of it.
		x0 := x - l.max*[]float64{0, 0.5, 1}[l.align]
		size := spans[0].size
		fmt.Fprintf(w, `<svg x="%s" y="%s" width="%s" height="%s">`, num(x0), num(y-size*1.2), num(l.max), num(size*1.6))
		x, y, end = x-x0, size*1.2, "</svg>"
	}
	fmt.Fprintf(w, `<text x="%s" y="%s"`, num(x), num(y))
	if l.align != left {
		fmt.Fprintf(w, ` text-anchor="%s"`, []string{"", "middle", "end"}[l.align])
	}
	if len(spans) == 1 {
		w.span(spans[0])
	} else {
		w.WriteByte('>')
		for _, s := range spans {
			w.WriteString(`<tspan unicode-bidi="isolate"`)
			w.span(s)
			w.WriteString("</tspan>")
		}
	}
	w.WriteString("</text>" + end)
}

func (w *svg) span(s span) {
	fmt.Fprintf(w, ` font-size="%s"`, num(s.size))
	if s.bold {
		w.WriteString(` font-weight="700"`)
	}
	w.colour("fill", s.ink)
	w.WriteByte('>')
	w.text(s.text)
}

// text cannot fail: a buffer takes everything.
func (w *svg) text(s string) { _ = xml.EscapeText(w, []byte(s)) }

func trusted(spans []span) bool {
	for _, s := range spans {
		if !known(s.text) {
			return false
		}
	}
	return true
}

// num writes a length in hundredths of a point, as short as can be.
func num(f float64) string {
	n := int64(f*100 + 0.5)
	if f < 0 {
		n = int64(f*100 - 0.5)
	}
	return strconv.FormatFloat(float64(n)/100, 'f', -1, 64)
}
