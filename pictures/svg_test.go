package pictures

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// contents reads an SVG as a browser must, and refuses all that is not a plain shape or text.
func contents(data []byte) (text []string, err error) {
	elements := []string{"svg", "title", "rect", "circle", "path", "text", "tspan"}
	attributes := []string{
		"xmlns", "viewBox", "width", "height", "role", "font-family", "x", "y", "rx", "cx", "cy", "r", "d", "fill", "fill-opacity",
		"stroke", "stroke-opacity", "stroke-width", "stroke-linecap", "stroke-linejoin", "font-size", "font-weight", "text-anchor",
		"unicode-bidi",
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return text, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if !slices.Contains(elements, token.Name.Local) {
				return nil, fmt.Errorf("there is a %s", token.Name.Local)
			}
			for _, a := range token.Attr {
				if !slices.Contains(attributes, a.Name.Local) || strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
					return nil, fmt.Errorf("%s has %s=%q", token.Name.Local, a.Name.Local, a.Value)
				}
			}
		case xml.CharData:
			text = append(text, string(token))
		case xml.Comment, xml.Directive, xml.ProcInst:
			return nil, fmt.Errorf("there is a %T", token)
		}
	}
}

func TestSVGOfSamples(t *testing.T) {
	for _, dark := range []bool{false, true} {
		again := samples(dark)
		for name, d := range samples(dark) {
			svg := d.SVG()
			if _, err := contents(svg); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if len(svg) > 60_000 {
				t.Errorf("%s has %d bytes, too many for a page", name, len(svg))
			}
			if !bytes.Equal(svg, again[name].SVG()) {
				t.Errorf("%s differs when it is drawn again", name)
			}
		}
	}
}

func TestSVGEscapes(t *testing.T) {
	for _, evil := range []string{
		`<script>alert(1)</script>`, `]]></title>`, `"onload='x'`, `&amp;&lt;`, "a\x00<b>", `<!--`, `<?xml?>`, "\ufffe<\uffff",
	} {
		text, err := contents(Board{Rows: []Row{{Name: evil}}}.Draw().SVG())
		if err != nil {
			t.Errorf("%q: %v", evil, err)
		}
		want := fit(estimate{}, label{max: 99, spans: []span{{text: evil, size: 14, bold: true}}})[0].text
		if !slices.Contains(text, want) {
			t.Errorf("%q is not shown as %q: %q", evil, want, text)
		}
	}
}

func TestSVGClipsWhatItCannotMeasure(t *testing.T) {
	d := &Drawing{Width: 10, Height: 10}
	d.add(label{x: 5, y: 5, align: middle, max: 8, spans: []span{{text: "﷽", size: 4}}})
	if got := string(d.SVG()); !strings.Contains(got, `<svg x="1" y="0.2" width="8" height="6.4"><text x="4" y="4.8" text-anchor="middle"`) {
		t.Error(got)
	}
}

func TestSVGMarks(t *testing.T) {
	red, none := rgb(0xff0000), fade(rgb(0), 0)
	for want, m := range map[string]mark{
		`<rect x="1" y="2" width="3" height="4" fill="#ff0000"/>`:                                                           box{x: 1, y: 2, w: 3, h: 4, fill: red},
		`<rect x="1.5" y="2.5" width="9" height="9" rx="1.5" fill="none" stroke="#ff0000" stroke-width="1"/>`:               box{1, 2, 10, 10, 2, none, red, 1},
		`<circle cx="1" cy="-2.13" r="3" fill="#ff0000" fill-opacity="0.5"/>`:                                               disc{x: 1, y: -2.125, r: 3, fill: fade(red, 0.5)},
		`<path d="M0 0L1 2" fill="none" stroke="#ff0000" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>`: path{[]point{{0, 0}, {1, 2}}, none, red, 2},
		`<text x="1" y="2" font-size="10" font-weight="700" fill="#ff0000">a&lt;b</text>`:                                   label{x: 1, y: 2, spans: []span{{"a<b", 10, true, red}}},
	} {
		d := &Drawing{Width: 10, Height: 10, marks: []mark{m}}
		if got := string(d.SVG()); !strings.Contains(got, "</title>"+want+"</svg>") {
			t.Errorf("want %s in %s", want, got)
		}
	}
}

func FuzzPictures(f *testing.F) {
	for i, s := range hostile() {
		f.Add(s, i*i*i*997-5000, i%2 == 0)
	}
	f.Add("x", 1<<62, true)
	f.Add("x", -1<<63, false)
	set := latin(f)
	f.Fuzz(func(t *testing.T, text string, n int, dark bool) {
		l := Look{Dark: dark}
		if n%3 == 0 {
			l.Lang = "en"
		}
		for i, d := range attacks(text, n, l) {
			within(t, d)
			if _, err := contents(d.SVG()); err != nil {
				t.Errorf("%s of %q and %d: %v", d.Kind, text, n, err)
			}
			if uint(n)%7 == uint(i) { // it is slow, and seeds enough come by
				paint(set, d)
			}
		}
	})
}
