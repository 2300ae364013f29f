package pictures

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-text/typesetting/segmenter"
)

const (
	maxBytes   = 8192 // of a text are looked at
	maxRunes   = 600  // of a text; more never fits a line
	maxCluster = 24   // runes of a grapheme; the longest emoji has 10
	maxAccents = 3    // on one letter
	zwj        = '\u200d'
	emojiStyle = '\ufe0f'
	textStyle  = '\ufe0e'
	missing    = '□'
)

// clean makes one line of a text that may be anything: no control, direction or invisible characters, no piles of
// accents, single spaces, a bounded length. What is left may stand in XML.
func clean(s string) string {
	var b strings.Builder
	var last rune
	accents, kept := 0, 0
	runes := []rune(s[:min(len(s), maxBytes)])
	for i, r := range runes {
		next := rune(0)
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		if r = sober(r, last, next); unicode.In(r, unicode.Mn, unicode.Me) {
			accents++
		} else if r >= 0 {
			accents = 0
		}
		if r < 0 || accents > maxAccents || r == ' ' && (last == ' ' || last == 0) {
			continue
		}
		b.WriteRune(r)
		last = r
		if kept++; kept == maxRunes {
			break
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

// sober is the rune to keep in the place of r: itself, a space, a box, or -1 for nothing.
func sober(r, last, next rune) rune {
	switch {
	case r == zwj:
		return keep(r, pictorial(last) && pictorial(next))
	case r == emojiStyle || r == textStyle:
		return keep(r, last > ' ')
	case r >= 0xe0020 && r <= 0xe007f: // the letters of a flag such as Scotland's
		return keep(r, last == 0x1f3f4 || last >= 0xe0020 && last <= 0xe007f)
	case unicode.IsSpace(r) || blank(r):
		return ' '
	case r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector):
		return -1
	case unicode.In(r, unicode.Co, unicode.Noncharacter_Code_Point):
		return missing
	}
	return r
}

func keep(r rune, ok bool) rune {
	if ok {
		return r
	}
	return -1
}

// blank holds the letters that show nothing, with which people make empty names.
func blank(r rune) bool {
	return r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0 || r == 0x2800 || unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp)
}

// pictorial holds what a joiner may join, beside some that it never does.
func pictorial(r rune) bool {
	return r == emojiStyle || r >= 0x2190 && r <= 0x2bff || r >= 0x1f000 && r <= 0x1fbff
}

// graphemes cuts a cleaned text where a reader sees the characters end.
func graphemes(s string) []string {
	var seg segmenter.Segmenter
	seg.Init([]rune(s))
	var list []string
	for it := seg.GraphemeIterator(); it.Next(); {
		text := it.Grapheme().Text
		list = append(list, string(text[:min(len(text), maxCluster)]))
	}
	return list
}

// colourful says whether a grapheme is shown as a colour emoji where there is one.
func colourful(g string) bool {
	r, _ := utf8.DecodeRuneInString(g)
	switch {
	case strings.ContainsRune(g, textStyle):
		return false
	case r >= 0x1f000 && r <= 0x1fbff:
		return true
	case strings.ContainsRune(g, emojiStyle), strings.ContainsRune(g, '\u20e3'):
		return true
	}
	return r >= 0x231a && r <= 0x2b55 && strings.ContainsRune(coloured, r)
}

// coloured are the characters below the emoji blocks that are emoji without a selector.
const coloured = "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"

// initial is the grapheme that stands for a name in its avatar.
func initial(name string) string {
	for _, g := range graphemes(clean(name)) {
		r, _ := utf8.DecodeRuneInString(g)
		if unicode.In(r, unicode.L, unicode.N) || colourful(g) {
			return strings.ToUpper(g)
		}
	}
	return "·"
}
