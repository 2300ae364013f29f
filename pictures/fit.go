package pictures

import (
	"sort"
	"strings"
)

// A ruler measures a cleaned text, in ems.
type ruler interface {
	ems(text string) float64
}

// boldSpread is by how much the strokes of bold text grow, in ems. The Chinese faces people have installed come in one
// weight, so it is made from the regular one; pages use the reader's own.
const boldSpread = 0.021

func width(r ruler, s span) float64 {
	w := r.ems(s.text) * s.size
	if s.bold {
		w += 2 * boldSpread * s.size
	}
	return w
}

func total(r ruler, spans []span) float64 {
	sum := 0.0
	for _, s := range spans {
		sum += width(r, s)
	}
	return sum
}

// fit gives a label's spans as they are to be set: cleaned, shrunk and cut to its place.
func fit(r ruler, l label) []span {
	spans := make([]span, 0, len(l.spans))
	for _, s := range l.spans {
		lead, text := "", clean(s.text)
		if len(spans) > 0 && strings.HasPrefix(s.text, " ") {
			lead = " " // the space between two spans is not at the end of a line
		}
		if s.text = lead + text; s.text != "" {
			spans = append(spans, s)
		}
	}
	if l.max <= 0 {
		return spans
	}
	w := total(r, spans)
	if w > l.max && l.least > 0 {
		scale := max(l.least, l.max/w)
		for i := range spans {
			spans[i].size *= scale
		}
		w = total(r, spans)
	}
	if w > l.max+0.01 {
		return cut(r, spans, l.max)
	}
	return spans
}

// cut shortens the widest span so that the line is at most limit wide, or drops all but a dot of it.
func cut(r ruler, spans []span, limit float64) []span {
	widest, most := 0, -1.0
	rest := 0.0
	for i, s := range spans {
		w := width(r, s)
		rest += w
		if w > most {
			widest, most = i, w
		}
	}
	rest -= most
	spans[widest].text = ellipsis(r, spans[widest], limit-rest)
	return spans
}

// ellipsis is the longest beginning of a span that fits with its dots, ending between graphemes.
func ellipsis(r ruler, s span, limit float64) string {
	list := graphemes(s.text)
	n := sort.Search(len(list), func(n int) bool {
		s.text = dotted(list[:n+1])
		return width(r, s) > limit
	})
	return dotted(list[:n])
}

func dotted(list []string) string { return strings.TrimRight(strings.Join(list, ""), " ") + "…" }

// An estimate measures without a font, on the wide side, for pages whose fonts are the reader's.
type estimate struct{}

var _ ruler = estimate{}

func (estimate) ems(text string) float64 {
	sum := 0.0
	for _, g := range graphemes(text) {
		sum += emsOf(g)
	}
	return sum
}

func emsOf(g string) float64 {
	r := []rune(g)[0]
	switch {
	case colourful(g):
		return 1.3
	case strings.ContainsRune("iIl.,:;'!|·", r):
		return 0.34
	case strings.ContainsRune("fjrt -()[]/", r):
		return 0.42
	case strings.ContainsRune("mwMW@%", r):
		return 0.98
	case r >= 'A' && r <= 'Z':
		return 0.72
	case r < 0x250:
		return 0.6
	case r < 0x1100:
		return 0.8
	}
	return 1
}

// known says whether the estimate can be trusted. In some scripts a character may be many times as wide as high, and
// what is joined to one emoji may be shown as several.
func known(text string) bool {
	for _, r := range text {
		switch {
		case r >= ' ' && r < 0x250, r >= 0x370 && r < 0x500, // Latin, Greek, Cyrillic
			r >= 0x2010 && r < 0x2040, r >= 0x2190 && r < 0x2c00, r == emojiStyle, // dashes, quotes, symbols
			r >= 0x3000 && r < 0xa000, r >= 0xac00 && r < 0xd7a4, r >= 0xff00 && r < 0xfff0, // Chinese, Japanese, Korean
			r >= 0x1f000 && r < 0x1fc00, r >= 0x20000 && r < 0x40000: // emoji, rare Chinese
		default:
			return false
		}
	}
	return true
}
