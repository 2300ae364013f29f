package pictures

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/font"
	"golang.org/x/image/font/gofont/goregular"
)

func openOrSkip(tb testing.TB) *Studio {
	tb.Helper()
	s, err := Open(Options{})
	if err != nil {
		tb.Skip(err)
	}
	return s
}

// latin sets with a face that is the same on every machine, and knows no Chinese.
func latin(tb testing.TB) *typesetter {
	tb.Helper()
	face, err := font.ParseTTF(bytes.NewReader(goregular.TTF))
	if err != nil {
		tb.Fatal(err)
	}
	return typesetterOf(face)
}

// golden is a drawing of every kind of mark.
func golden() *Drawing {
	l := theme{
		page: rgb(0xf0f0e8), panel: rgb(0xffffff), ink: rgb(0x101010), soft: rgb(0x606060), accent: rgb(0x0a7a4b), frame: rgb(0x0a7a4b),
		red: rgb(0xc4513f), blue: rgb(0x2f6fb0), amber: rgb(0x9a6a10), gold: rgb(0xd9a32e),
	}
	d := &Drawing{Width: 120, Height: 80, Kind: "golden"}
	d.add(
		box{0, 0, 120, 80, 0, l.page, l.page, 0}, box{6, 6, 108, 68, 10, l.panel, l.frame, 2},
		disc{26, 30, 12, l.accent, l.gold, 3}, box{44.25, 18.5, 20, 24, 5, fade(l.red, 0.5), l.red, 0},
		path{[]point{{72, 42}, {80, 20}, {88, 36}, {96, 18}, {108, 40}}, fade(l.blue, 0), l.blue, 3},
		path{[]point{{72, 48}, {90, 44}, {108, 48}}, l.amber, l.amber, 0},
		label{60, 56, middle, 100, 0, []span{{"Sixtwenty, fjord ÄÉ", 10, false, l.ink}}},
		label{14, 68, left, 60, 0, []span{{"cut at the end of a word", 8, true, l.accent}}},
		label{106, 68, right, 40, 0.5, []span{{"1,234", 9, true, l.ink}, {" pts", 6, false, l.soft}}},
	)
	return d
}

// TestGolden compares pixels with a picture that was looked at. GOLDEN=1 makes it anew: look at it again.
func TestGolden(t *testing.T) {
	name := filepath.Join("testdata", "golden.png")
	got := paint(latin(t), golden())
	if os.Getenv("GOLDEN") != "" {
		var b bytes.Buffer
		if err := errors.Join(png.Encode(&b, got), os.WriteFile(name, b.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := decode(t, file)
	if want.Bounds() != got.Bounds() {
		t.Fatalf("%v, want %v", got.Bounds(), want.Bounds())
	}
	// Processors round the edges of outlines differently, by a shade at most.
	for i := range got.Pix {
		if d := int(got.Pix[i]) - int(want.Pix[i]); d < -3 || d > 3 {
			t.Fatalf("pixel %d,%d is %v, want %v", i%got.Stride/4, i/got.Stride, got.Pix[i&^3:i&^3+4], want.Pix[i&^3:i&^3+4])
		}
	}
}

func decode(t *testing.T, data []byte) *image.RGBA {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Bounds(), img, image.Point{}, draw.Src)
	return out
}

// TestCoreIsTheSame: copying the middle of a box changes no pixel of it.
func TestCoreIsTheSame(t *testing.T) {
	fill := rgb(0x336699)
	whole := &Drawing{Width: 60, Height: 60, marks: []mark{box{5, 5, 50, 50, 9, fill, fill, 0}}}
	fill.A = 254 // drawn as an outline
	outline := &Drawing{Width: 60, Height: 60, marks: []mark{box{5, 5, 50, 50, 9, fill, fill, 0}}}
	a, b := paint(latin(t), whole), paint(latin(t), outline)
	for i := range a.Pix {
		if d := int(a.Pix[i]) - int(b.Pix[i]); d < -2 || d > 2 {
			t.Fatalf("byte %d is %d and %d", i, a.Pix[i], b.Pix[i])
		}
	}
}

// TestPNGOfSamples needs the fonts of the machine. PICTURES=folder keeps the pictures there to be looked at.
func TestPNGOfSamples(t *testing.T) {
	s := openOrSkip(t)
	dir, themes := os.Getenv("PICTURES"), []bool{false, true}
	if dir == "" {
		dir, themes = t.TempDir(), themes[:1]
	}
	for _, dark := range themes {
		for name, d := range samples(dark) {
			data, err := s.PNG(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			if dark {
				name += "-dark"
			}
			size, err := png.DecodeConfig(bytes.NewReader(data))
			if err != nil || size.Width != Width*density || size.Height > maxHeight*density || len(data) > 500_000 {
				t.Errorf("%s is %d by %d, %d bytes, %v", name, size.Width, size.Height, len(data), err)
			}
			file := filepath.Join(dir, name)
			if err := errors.Join(os.WriteFile(file+".png", data, 0o600), os.WriteFile(file+".svg", d.SVG(), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestStudioTakesTurns(t *testing.T) {
	a, b := openOrSkip(t), openOrSkip(t)
	board := Board{Title: "榜", Rows: sampleRows(6)}
	want, err := a.PNG(t.Context(), board.Draw())
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			if _, err := b.PNG(t.Context(), Month{Name: hostile()[i]}.Draw()); err != nil {
				t.Error(err)
			}
			if got, err := b.PNG(t.Context(), board.Draw()); err != nil || !bytes.Equal(got, want) {
				t.Errorf("the same data gave another picture, %v", err)
			}
		})
	}
	all.Wait()
}

func TestStudioWaitsNoLongerThanAsked(t *testing.T) {
	s := &Studio{turn: make(chan struct{}, 1)} // somebody else has the turn
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := s.PNG(ctx, golden())
		failed <- err
	}()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestStudioSurvivesAPanic(t *testing.T) {
	broken := latin(t)
	broken.lines = nil
	s := &Studio{turn: make(chan struct{}, 1), typeset: broken}
	s.turn <- struct{}{}
	if _, err := s.PNG(t.Context(), golden()); err == nil || !strings.Contains(err.Error(), "golden") || strings.Contains(err.Error(), "fjord") {
		t.Errorf("the error names the picture and none of its text: %v", err)
	}
	s.typeset = latin(t)
	if _, err := s.PNG(t.Context(), golden()); err != nil {
		t.Errorf("the turn was not given back: %v", err)
	}
}

func TestMissingGlyphsBecomeBoxes(t *testing.T) {
	set := latin(t)
	runes, faces := set.resolve("a龘é👨‍👩‍👧")
	if string(runes) != "a□é□" || len(faces) != 4 {
		t.Errorf("%q", string(runes))
	}
}

func TestEmojiAreSetWhole(t *testing.T) {
	s := openOrSkip(t)
	set, err := newTypesetter(s.han, "")
	if err != nil {
		t.Fatal(err)
	}
	if set.emoji != nil {
		t.Error("the emoji are read before they are needed")
	}
	if set.line("🌙"); set.emoji == nil {
		t.Skip("no colour emoji on this machine")
	}
	for _, g := range []string{"👨‍👩‍👧‍👦", "🇨🇳", "❤️", "1️⃣", "👍🏽", "⭐"} {
		runs := set.line("字" + g + "字")
		if len(runs) != 3 || runs[1].face != set.emoji || len(visible(runs[1])) != 1 {
			t.Errorf("%s is set as %d runs", g, len(runs))
			continue
		}
		if b := set.bitmap(set.emoji, visible(runs[1])[0], 32); b.img == nil || b.img.Rect.Dy() != 32 {
			t.Errorf("%s has no bitmap", g)
		}
	}
	if runs := set.line("12 ❤\ufe0e"); slices.ContainsFunc(runs, func(r run) bool { return r.face == set.emoji }) {
		t.Error("digits or a text heart are set as emoji")
	}
}

// visible are the glyphs that take room.
func visible(r run) []font.GID {
	var list []font.GID
	for _, g := range r.glyphs {
		if g.Advance > 0 {
			list = append(list, g.GlyphID)
		}
	}
	return list
}

func TestInOrder(t *testing.T) {
	for in, want := range map[string]string{
		"000": "abc", "010": "abc", "0110": "acbd", "01210": "adcbe", "111": "cba", "1210": "cbad", "": "", "0120": "acbd",
	} {
		var list []item
		for i, level := range in {
			list = append(list, item{start: i, level: bidi.Level(level - '0')})
		}
		got := ""
		for _, it := range inOrder(list) {
			got += string(rune('a' + it.start))
		}
		if got != want {
			t.Errorf("levels %s are seen as %s, want %s", in, got, want)
		}
	}
}
