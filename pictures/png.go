package pictures

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/vector"
)

// density is the number of pixels to a point.
const density = 2

type painter struct {
	pen
	set *typesetter
}

func paint(t *typesetter, d *Drawing) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, floor(d.Width*density), floor(min(d.Height, maxHeight)*density)))
	p := &painter{pen{img: img, raster: vector.NewRasterizer(1, 1)}, t}
	for _, m := range d.marks {
		p.mark(m)
	}
	return img
}

func (p *painter) mark(m mark) {
	switch m := m.(type) {
	case box:
		p.box(m)
	case disc:
		p.box(box{m.x - m.r, m.y - m.r, 2 * m.r, 2 * m.r, m.r, m.fill, m.edge, m.width})
	case path:
		p.path(m)
	case label:
		p.label(m)
	}
}

func (p *painter) box(b box) {
	x, y, w, h, r, e := b.x*density, b.y*density, b.w*density, b.h*density, b.r*density, b.width*density
	if b.fill.A > 0 {
		for _, band := range p.core(x, y, w, h, r, b.fill) {
			if p.begin(x, band[0], x+w, band[1]) {
				p.rect(x, y, w, h, r, false)
				p.fill(b.fill)
			}
		}
	}
	if e > 0 && b.edge.A > 0 && p.begin(x, y, x+w, y+h) {
		p.rect(x, y, w, h, r, false)
		p.rect(x+e, y+e, w-2*e, h-2*e, max(r-e, 0), true)
		p.fill(b.edge)
	}
}

// core fills the middle of a large opaque box by copying, which is many times as fast as filling an outline, and
// returns the bands that are left to do.
func (p *painter) core(x, y, w, h, r float64, c color.NRGBA) [][2]float64 {
	edge := math.Ceil(r)
	if c.A < 255 || h < 4*edge+8 || math.Mod(x, 1)+math.Mod(y, 1)+math.Mod(w, 1)+math.Mod(h, 1) != 0 {
		return [][2]float64{{y, y + h}}
	}
	middle := image.Rect(floor(x), floor(y+edge), floor(x+w), floor(y+h-edge))
	draw.Draw(p.img, middle, image.NewUniform(c), image.Point{}, draw.Src)
	return [][2]float64{{y, y + edge}, {y + h - edge, y + h}}
}

func (p *painter) path(m path) {
	if len(m.points) == 0 {
		return
	}
	points := make([]point, len(m.points))
	low, high := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for i, q := range m.points {
		q = point{q.x * density, q.y * density}
		points[i] = q
		low = point{min(low.x, q.x), min(low.y, q.y)}
		high = point{max(high.x, q.x), max(high.y, q.y)}
	}
	w := m.width * density
	if m.fill.A > 0 && p.begin(low.x, low.y, high.x, high.y) {
		p.move(points[0].x, points[0].y)
		for _, q := range points[1:] {
			p.line(q.x, q.y)
		}
		p.close()
		p.pen.fill(m.fill)
	}
	if w > 0 && m.stroke.A > 0 && p.begin(low.x-w, low.y-w, high.x+w, high.y+w) {
		for i := range points {
			p.segment(points[max(i-1, 0)], points[i], w)
		}
		p.pen.fill(m.stroke)
	}
}

func (p *painter) label(l label) {
	spans := fit(p.set, l)
	x := l.x - total(p.set, spans)*[]float64{0, 0.5, 1}[l.align]
	for _, s := range spans {
		p.span(s, x*density, l.y*density)
		x += width(p.set, s)
	}
}

// span sets text with its baseline at a pixel. What is higher than a line, as piled accents are, is cut off.
func (p *painter) span(s span, x, y float64) {
	size := s.size * density
	w := width(p.set, s) * density
	if !p.begin(x-size*0.1, y-size*1.1, x+w+size*0.1, y+size*0.4) {
		return
	}
	bold := 0.0
	if s.bold {
		bold = boldSpread * size
		x += bold
	}
	for _, r := range p.set.line(s.text) {
		at := x
		for _, g := range r.glyphs {
			em := size / shapeSize / 64
			gx, gy := at+float64(g.XOffset)*em, y-float64(g.YOffset)*em
			if r.face == p.set.emoji {
				p.emoji(g.GlyphID, gx, gy, float64(g.Advance)*em, size)
			} else {
				p.glyph(r.face, g.GlyphID, gx, gy, size, bold)
			}
			at += float64(g.Advance) * em
		}
		x += r.ems * size
	}
	p.fill(s.ink)
}

func (p *painter) glyph(face *font.Face, gid font.GID, x, y, size, bold float64) {
	segments := p.set.outline(face, gid)
	scale := size / float64(face.Upem())
	if bold == 0 {
		p.outline(segments, x, y, scale)
		return
	}
	for i := range 8 {
		a := float64(i) * math.Pi / 4
		p.outline(segments, x+math.Cos(a)*bold, y+math.Sin(a)*bold*0.6, scale)
	}
}

func (t *typesetter) outline(face *font.Face, gid font.GID) []font.Segment {
	return t.outlines.get(glyphKey{face, gid}, func() []font.Segment {
		out, _ := face.GlyphDataOutline(gid)
		return out.Segments
	})
}

func (p *painter) outline(segments []font.Segment, x, y, scale float64) {
	for i, s := range segments {
		var q [3]point
		for j, a := range s.ArgsSlice() {
			q[j] = point{x + float64(a.X)*scale, y - float64(a.Y)*scale}
		}
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			if i > 0 {
				p.close()
			}
			p.move(q[0].x, q[0].y)
		case opentype.SegmentOpLineTo:
			p.line(q[0].x, q[0].y)
		case opentype.SegmentOpQuadTo:
			p.quad(q[0].x, q[0].y, q[1].x, q[1].y)
		case opentype.SegmentOpCubeTo:
			p.cube(q[0].x, q[0].y, q[1].x, q[1].y, q[2].x, q[2].y)
		}
	}
	if len(segments) > 0 {
		p.close()
	}
}

// emoji draws a bitmap as wide as its advance. It stands a little below the baseline, as the fonts draw them.
func (p *painter) emoji(gid font.GID, x, y, advance, size float64) {
	b := p.set.bitmap(p.set.emoji, gid, floor(size*1.17))
	if b.img == nil {
		return
	}
	to := b.img.Bounds().Add(image.Pt(floor(x+(advance-float64(b.img.Rect.Dx()))/2), floor(y-size*0.93)))
	draw.Draw(p.img, to, b.img, image.Point{}, draw.Over)
}
