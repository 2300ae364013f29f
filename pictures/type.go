package pictures

import (
	"slices"

	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

const (
	shapeSize  = 1024 // text is shaped once, at this size, and scaled
	maxOutline = 2048 // of each kind that are kept
	maxEmoji   = 200
	maxLines   = 512
	maxFaceOf  = 4096
)

// A typesetter turns text into glyphs. One goroutine at a time uses it.
type typesetter struct {
	han    *font.Face
	emoji  *font.Face // nil before the first emoji, and where there is none
	others []*font.Face

	unreadEmoji, unreadOthers []string // files, read when a text first needs them

	shaper shaping.HarfbuzzShaper
	para   bidi.Paragraph

	faces    *cache[string, *font.Face]
	lines    *cache[string, []run]
	outlines *cache[glyphKey, []font.Segment]
	bitmaps  *cache[bitmapKey, bitmap]
}

var _ ruler = (*typesetter)(nil)

// A run is glyphs of one face, left to right as they are seen.
type run struct {
	face   *font.Face
	glyphs []shaping.Glyph
	ems    float64
}

type glyphKey struct {
	face *font.Face
	gid  font.GID
}

func newTypesetter(han source, emoji string) (*typesetter, error) {
	face, err := han.load()
	if err != nil {
		return nil, err
	}
	t := typesetterOf(face)
	files := emojiFiles()
	if emoji != "" {
		files = []string{emoji}
	}
	t.unreadEmoji, t.unreadOthers = files, otherFiles()
	return t, nil
}

func typesetterOf(han *font.Face) *typesetter {
	t := &typesetter{
		han:      han,
		faces:    newCache[string, *font.Face](maxFaceOf),
		lines:    newCache[string, []run](maxLines),
		outlines: newCache[glyphKey, []font.Segment](maxOutline),
		bitmaps:  newCache[bitmapKey, bitmap](maxEmoji),
	}
	t.shaper.SetFontCacheSize(16)
	return t
}

func (t *typesetter) ems(text string) float64 {
	sum := 0.0
	for _, r := range t.line(text) {
		sum += r.ems
	}
	return sum
}

// line sets a cleaned text.
func (t *typesetter) line(text string) []run {
	return t.lines.get(text, func() []run { return t.shape(text) })
}

// An item is a stretch of text of one face, script and direction.
type item struct {
	start, end int
	face       *font.Face
	script     language.Script
	level      bidi.Level
}

func (t *typesetter) shape(text string) []run {
	runes, faces := t.resolve(text)
	if len(runes) == 0 {
		return nil
	}
	items := inOrder(t.items(runes, faces))
	list := make([]run, len(items))
	for i, it := range items {
		dir := di.DirectionLTR
		if it.level%2 == 1 {
			dir = di.DirectionRTL
		}
		out := t.shaper.ShapeNoExtents(shaping.Input{
			Text: runes, RunStart: it.start, RunEnd: it.end, Direction: dir, Face: it.face,
			Size: fixed.I(shapeSize), Script: it.script, Language: "zh-cn",
		})
		list[i] = run{it.face, out.Glyphs, float64(out.Advance) / 64 / shapeSize}
	}
	return list
}

// resolve gives the runes to set and the face of each. What no face has is set as a box.
func (t *typesetter) resolve(text string) ([]rune, []*font.Face) {
	var runes []rune
	var faces []*font.Face
	for _, g := range graphemes(text) {
		face := t.faces.get(g, func() *font.Face { return t.faceOf(g) })
		if face == nil {
			g, face = string(missing), t.han
		}
		for _, r := range g {
			runes = append(runes, r)
			faces = append(faces, face)
		}
	}
	return runes, faces
}

func (t *typesetter) faceOf(g string) *font.Face {
	if colourful(g) {
		if len(t.unreadEmoji) > 0 {
			t.emoji, t.unreadEmoji = loadFirst(t.unreadEmoji, pictured), nil
		}
		if t.emoji != nil && has(t.emoji, g) {
			return t.emoji
		}
	}
	if has(t.han, g) {
		return t.han
	}
	for i := 0; ; i++ {
		for i >= len(t.others) {
			if len(t.unreadOthers) == 0 {
				return nil
			}
			t.readOther()
		}
		if has(t.others[i], g) {
			return t.others[i]
		}
	}
}

func (t *typesetter) readOther() {
	name := t.unreadOthers[0]
	t.unreadOthers = t.unreadOthers[1:]
	if face, err := (source{name, 0}).load(); err == nil {
		t.others = append(t.others, face)
	}
}

func has(f *font.Face, g string) bool {
	for _, r := range g {
		if r == zwj || r == emojiStyle || r == textStyle {
			continue
		}
		if _, ok := f.NominalGlyph(r); !ok {
			return false
		}
	}
	return true
}

// items cuts a text where its direction, face or script changes.
func (t *typesetter) items(runes []rune, faces []*font.Face) []item {
	levels := t.para.Segment(runes, bidi.LeftToRight)
	var list []item
	for i := range levels.NumRuns() {
		r := levels.Run(i)
		for at := r.Start; at < r.End; at++ {
			script := language.LookupScript(runes[at])
			last := len(list) - 1
			if at > r.Start && list[last].face == faces[at] && agree(list[last].script, script) {
				list[last].end++
				if !list[last].script.Strong() {
					list[last].script = script
				}
				continue
			}
			list = append(list, item{at, at + 1, faces[at], script, r.Level})
		}
	}
	return list
}

func agree(a, b language.Script) bool { return a == b || !a.Strong() || !b.Strong() }

// inOrder puts items as they are seen, by rule L2 of the bidirectional algorithm.
func inOrder(list []item) []item {
	highest := bidi.Level(0)
	for _, it := range list {
		highest = max(highest, it.level)
	}
	for level := highest; level > 0; level-- {
		for i := 0; i < len(list); {
			j := i
			for j < len(list) && list[j].level >= level {
				j++
			}
			slices.Reverse(list[i:j])
			i = max(j, i+1)
		}
	}
	return list
}
