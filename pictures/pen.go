package pictures

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/vector"
)

// A pen collects outlines in pixels and fills them at once. Where outlines of the same turn overlap they are one:
// strokes and bold text are made of such pieces.
type pen struct {
	img    *image.RGBA
	raster *vector.Rasterizer
	area   image.Rectangle
}

// begin starts a shape that lies within the given corners.
func (p *pen) begin(x0, y0, x1, y1 float64) bool {
	p.area = image.Rect(floor(x0)-1, floor(y0)-1, floor(x1)+2, floor(y1)+2).Intersect(p.img.Bounds())
	if p.area.Empty() {
		return false
	}
	p.raster.Reset(p.area.Dx(), p.area.Dy())
	return true
}

func floor(f float64) int { return int(math.Floor(f)) }

func (p *pen) fill(c color.NRGBA) {
	p.raster.Draw(p.img, p.area, image.NewUniform(c), image.Point{})
}

func (p *pen) at(x, y float64) (float32, float32) {
	return float32(x - float64(p.area.Min.X)), float32(y - float64(p.area.Min.Y))
}

func (p *pen) move(x, y float64) { p.raster.MoveTo(p.at(x, y)) }
func (p *pen) line(x, y float64) { p.raster.LineTo(p.at(x, y)) }
func (p *pen) close()            { p.raster.ClosePath() }

func (p *pen) quad(x1, y1, x, y float64) {
	a, b := p.at(x1, y1)
	c, d := p.at(x, y)
	p.raster.QuadTo(a, b, c, d)
}

func (p *pen) cube(x1, y1, x2, y2, x, y float64) {
	a, b := p.at(x1, y1)
	c, d := p.at(x2, y2)
	e, f := p.at(x, y)
	p.raster.CubeTo(a, b, c, d, e, f)
}

// round is how far a quarter of a circle's control points lie along its tangents.
const round = 0.5522847498

// rect adds a rectangle with round corners, clockwise, or against the clock to cut a hole.
func (p *pen) rect(x, y, w, h, r float64, hole bool) {
	if w <= 0 || h <= 0 {
		return
	}
	r = min(r, w/2, h/2)
	k := r * (1 - round)
	x1, y1 := x+w, y+h
	p.move(x+r, y)
	if hole {
		p.cube(x+k, y, x, y+k, x, y+r)
		p.line(x, y1-r)
		p.cube(x, y1-k, x+k, y1, x+r, y1)
		p.line(x1-r, y1)
		p.cube(x1-k, y1, x1, y1-k, x1, y1-r)
		p.line(x1, y+r)
		p.cube(x1, y+k, x1-k, y, x1-r, y)
	} else {
		p.line(x1-r, y)
		p.cube(x1-k, y, x1, y+k, x1, y+r)
		p.line(x1, y1-r)
		p.cube(x1, y1-k, x1-k, y1, x1-r, y1)
		p.line(x+r, y1)
		p.cube(x+k, y1, x, y1-k, x, y1-r)
		p.line(x, y+r)
		p.cube(x, y+k, x+k, y, x+r, y)
	}
	p.close()
}

// segment adds a piece of a stroke with round ends.
func (p *pen) segment(a, b point, width float64) {
	dx, dy := b.x-a.x, b.y-a.y
	n := math.Hypot(dx, dy)
	r := width / 2
	p.rect(a.x-r, a.y-r, width, width, r, false)
	p.rect(b.x-r, b.y-r, width, width, r, false)
	if n == 0 {
		return
	}
	nx, ny := -dy/n*r, dx/n*r
	p.move(a.x-nx, a.y-ny)
	p.line(b.x-nx, b.y-ny)
	p.line(b.x+nx, b.y+ny)
	p.line(a.x+nx, a.y+ny)
	p.close()
}
