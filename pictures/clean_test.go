package pictures

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"小明":                               "小明",
		"  a \t b\n\n c  ":                 "a b c",
		"a\u3000\u00a0b":                   "a b",
		"\u202egnp.exe\u202c":              "gnp.exe",
		"a\x00\x1b[31mb":                   "a[31mb",
		"bad\xffutf\xed\xa0\x80":           "badutf",
		"\u3164\u2800\u200b":               "",
		"\ufeff\u200d\u200c":               "",
		"\u200da":                          "a",
		"a\u200db":                         "ab",
		"👨‍👩‍👧":                            "👨‍👩‍👧",
		"❤️":                               "❤️",
		"\ufe0fa":                          "a",
		"1\ufe0f\u20e3":                    "1\ufe0f\u20e3",
		"🏴\U000e0067\U000e007f":            "🏴\U000e0067\U000e007f",
		"a\U000e0067":                      "a",
		"\ue001\ufffe":                     "□□",
		"e" + strings.Repeat("\u0301", 50): "e\u0301\u0301\u0301",
		"Việt Nam":                         "Việt Nam",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxRunes || strings.Contains(got, "  ") || strings.TrimSpace(got) != got {
			t.Fatalf("clean(%q) = %q", s, got)
		}
		for _, r := range got {
			harmless := r == zwj || r == emojiStyle || r == textStyle || r >= 0xe0020 && r <= 0xe007f
			if !harmless && (unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Variation_Selector) || unicode.Is(unicode.Noncharacter_Code_Point, r)) {
				t.Fatalf("clean(%q) keeps %U", s, r)
			}
		}
		if again := clean(got); again != got {
			t.Fatalf("clean(%q) = %q, and then %q", s, got, again)
		}
		if strings.Join(graphemes(got), "") != got && utf8.RuneCountInString(got) <= maxCluster {
			t.Fatalf("the graphemes of %q are %q", got, graphemes(got))
		}
	})
}

func TestColourful(t *testing.T) {
	for g, want := range map[string]bool{
		"😀": true, "👨‍👩‍👧": true, "🇨🇳": true, "❤️": true, "❤": false, "❤\ufe0e": false, "1️⃣": true, "1": false, "⭐": true,
		"✅": true, "→": false, "中": false, "𠮷": false, "é": false, "☕": true,
	} {
		if colourful(g) != want {
			t.Errorf("colourful(%q) = %v", g, !want)
		}
	}
}

func TestInitial(t *testing.T) {
	for name, want := range map[string]string{
		"小明": "小", "  zoë": "Z", "🐱喵": "🐱", "【六点】阿花": "六", "": "·", "...": "·", "👨‍👩‍👧家": "👨‍👩‍👧", "é\u0301": "É\u0301",
	} {
		if got := initial(name); got != want {
			t.Errorf("initial(%q) = %q, want %q", name, got, want)
		}
	}
}
