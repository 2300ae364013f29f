package schedule

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzOptionWord: whatever people write, the words that are taken off the front are the front, and each makes the rest shorter.
func FuzzOptionWord(f *testing.F) {
	for _, s := range []string{"给:全部 早", "到 #早读 早", "给：「六点二十 群」、#早 x", "「", "到", "给:「", "到 #", "\u3000#", "to:#a", "\xff「"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for s = strings.TrimSpace(s); s != ""; {
			word := optionWord(s)
			if word == "" || !strings.HasPrefix(s, word) || utf8.ValidString(s) && !utf8.ValidString(word) {
				t.Fatalf("of %q the first is %q", s, word)
			}
			if name, value, ok := cutOption(word); ok && len(name)+len(value) > len(word)+len("给") {
				t.Fatalf("%q is parted into %q and %q", word, name, value)
			}
			s = strings.TrimSpace(s[len(word):])
		}
	})
}

func TestOptionWord(t *testing.T) {
	for in, want := range map[string]string{
		"给:全部 早安":  "给:全部",
		"到 #早读 早安": "到 #早读",
		"到 晚上":     "到",
		"给:「六点二十 三群」、#早 早安": "给:「六点二十 三群」",
		"给:「没关上 早安":         "给:「没关上",
	} {
		if got := optionWord(in); got != want {
			t.Errorf("of %q the first is %q, expected %q", in, got, want)
		}
	}
}
