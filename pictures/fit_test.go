package pictures

import (
	"slices"
	"strings"
	"testing"
)

// monospace takes every grapheme for one em wide.
type monospace struct{}

func (monospace) ems(s string) float64 { return float64(len(graphemes(s))) }

func texts(spans []span) []string {
	var list []string
	for _, s := range spans {
		list = append(list, s.text)
	}
	return list
}

func TestFitCutsBetweenGraphemes(t *testing.T) {
	family, heart, flag := "👨‍👩‍👧‍👦", "❤️", "🇨🇳"
	text := "e\u0301" + family + heart + flag + "字x"
	for limit, want := range map[float64]string{
		6: text, 5: "e\u0301" + family + heart + flag + "…", 4: "e\u0301" + family + heart + "…",
		3: "e\u0301" + family + "…", 2: "e\u0301…", 1: "…", 0.5: "…",
	} {
		got := fit(monospace{}, label{max: limit, spans: []span{{text: text, size: 1}}})
		if len(got) != 1 || got[0].text != want {
			t.Errorf("in %v: %q, want %q", limit, texts(got), want)
		}
	}
}

func TestFit(t *testing.T) {
	for name, test := range map[string]struct {
		in    label
		want  []string
		sizes []float64
	}{
		"fits":          {label{max: 4, spans: []span{{text: "四个字的", size: 1}}}, []string{"四个字的"}, []float64{1}},
		"no bound":      {label{spans: []span{{text: "没有边界", size: 9}}}, []string{"没有边界"}, []float64{9}},
		"nothing":       {label{max: 4, spans: []span{{text: "\u200b\x00", size: 1}}}, nil, nil},
		"widest is cut": {label{max: 6, spans: []span{{text: "很长的名字", size: 1}, {text: " +12", size: 1}}}, []string{"很…", " +12"}, []float64{1, 1}},
		"no space first": {
			label{max: 6, spans: []span{{text: "", size: 1}, {text: " +44", size: 1}}}, []string{"+44"}, []float64{1},
		},
		"shrinks": {label{max: 6, least: 0.5, spans: []span{{text: "1234", size: 2}}}, []string{"1234"}, []float64{1.5}},
		"shrinks, then cut": {
			label{max: 2, least: 0.5, spans: []span{{text: "123456", size: 1}}}, []string{"123…"}, []float64{0.5},
		},
		"no space before dots": {label{max: 3, spans: []span{{text: "a bcde", size: 1}}}, []string{"a…"}, []float64{1}},
	} {
		got := fit(monospace{}, test.in)
		var sizes []float64
		for _, s := range got {
			sizes = append(sizes, s.size)
		}
		if !slices.Equal(texts(got), test.want) || !slices.Equal(sizes, test.sizes) {
			t.Errorf("%s: %q %v, want %q %v", name, texts(got), sizes, test.want, test.sizes)
		}
	}
}

func TestFitLeavesTheLabelAlone(t *testing.T) {
	l := label{max: 2, least: 0.5, spans: []span{{text: "a\u200bbcdefgh", size: 10}}}
	fit(monospace{}, l)
	if l.spans[0].text != "a\u200bbcdefgh" || l.spans[0].size != 10 {
		t.Errorf("fit changed the drawing: %+v", l.spans[0])
	}
}

func TestEstimateIsWide(t *testing.T) {
	if a, b := (estimate{}).ems("中文"), (estimate{}).ems("ab"); a <= b {
		t.Errorf("two Chinese characters are %v em, two letters %v", a, b)
	}
	for text, want := range map[string]bool{
		"小明 Zoë 🌙❤️": true, "﷽": false, "ก้าน": false, strings.Repeat("\u1100", 9): false, "👨‍👩‍👧": false, "𒐫": false,
		"⸻": false, "𠮷": true, "한국": true,
	} {
		if known(text) != want {
			t.Errorf("known(%q) = %v", text, !want)
		}
	}
}
