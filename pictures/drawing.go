package pictures

import (
	"image/color"
	"math"
)

// A Drawing is a picture before it is set: a list of marks, the later above the earlier. It is immutable once Draw
// has returned it, and safe for several goroutines.
type Drawing struct {
	Width, Height float64 // in points
	Kind          string  // such as "board", for logs and names of files
	Title         string  // what it shows, in one line, for who cannot see it
	marks         []mark
}

// A mark is one of box, disc, path and label. All lengths are points; y runs down.
type mark interface{ isMark() }

type box struct {
	x, y, w, h float64
	r          float64 // of the corners
	fill, edge color.NRGBA
	width      float64 // of the edge, which lies inside
}

type disc struct {
	x, y, r    float64
	fill, edge color.NRGBA
	width      float64 // of the edge, which lies inside
}

// A path is filled, stroked with round joins and ends, or both.
type path struct {
	points       []point
	fill, stroke color.NRGBA
	width        float64
}

type point struct{ x, y float64 }

// A label is one line of text. Where it is wider than max, it shrinks to least of its size, and then its widest span is
// cut.
type label struct {
	x, y  float64 // y of the baseline
	align align
	max   float64 // 0 is unbounded, for fixed words only
	least float64 // the smallest scale, 0 is 1
	spans []span
}

type span struct {
	text string
	size float64
	bold bool
	ink  color.NRGBA
}

type align uint8

const (
	left align = iota
	middle
	right
)

func (box) isMark()   {}
func (disc) isMark()  {}
func (path) isMark()  {}
func (label) isMark() {}

func (d *Drawing) add(m ...mark) { d.marks = append(d.marks, m...) }

// arc gives the points of a circle's arc from one angle to another, in radians, clockwise from the right.
func arc(x, y, r, from, to float64) []point {
	n := max(4, int(math.Abs(to-from)*math.Sqrt(r)*3))
	list := make([]point, n+1)
	for i := range list {
		a := from + (to-from)*float64(i)/float64(n)
		list[i] = point{x + r*math.Cos(a), y + r*math.Sin(a)}
	}
	return list
}
