package wechatbox

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEmojiSpans(t *testing.T) {
	for in, want := range map[string]string{
		"早 😄":   `早 <span class="emoji emoji1f604"></span>`,
		"🇨🇳":    `<span class="emoji emoji1f1e81f1f3"></span>`,
		"[微笑]":  "[微笑]",
		"普通, a": "普通, a",
	} {
		if got := emojiSpans(in); got != want {
			t.Errorf("%s: %q", in, got)
		}
	}
}

func FuzzSpansComeBack(f *testing.F) {
	for _, s := range []string{"早 😄", "🇨🇳🇨", `<span class="emoji emoji`, `<span class="emoji emojizz"></span>`, "🌸🌸", "\u202ex"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || strings.Contains(s, "<span") {
			unspan(s)
			return
		}
		for _, r := range s {
			if isFlagHalf(r) { // two code points in one span are not told apart again
				return
			}
		}
		if got := unspan(emojiSpans(s)); got != s {
			t.Errorf("%q came back as %q", s, got)
		}
	})
}

func FuzzNamesAreReadOrRefused(f *testing.F) {
	n, err := newNames(strings.Repeat("5a", 32))
	ok(f, err)
	f.Add(n.long(tagPerson, 7))
	f.Add("@@" + n.long(tagGroup, 0))
	f.Add("@")
	f.Add(strings.Repeat("0", 64))
	f.Fuzz(func(t *testing.T, name string) {
		tag, idx, is := n.open(name)
		if !is {
			return
		}
		again := map[byte]string{tagPerson: n.long(tag, idx), tagGroup: n.long(tag, idx)}[tag]
		if again != "" && !strings.EqualFold(strings.TrimLeft(name, "@"), again) {
			t.Errorf("%q is read as %c %d, whose name is %q", name, tag, idx, again)
		}
	})
}

func TestMessageIdsTurnBack(t *testing.T) {
	w := newWorld(Chinese, nil)
	seen := map[int64]bool{}
	for seq := uint64(1); seq < 5_000; seq++ {
		m := &message{seq: seq}
		w.messages.put(seq, m)
		if id := wireID(seq); id < idBase || seen[id] || w.messageByID(formatID(id)) != m {
			t.Fatalf("%d has the id %d", seq, id)
		}
		seen[wireID(seq)] = true
	}
	for _, id := range []string{"", "x", "1", "9223372036854775807", "-1"} {
		if w.messageByID(id) != nil {
			t.Errorf("%q names a message", id)
		}
	}
}

func FuzzAWorldFileIsReadOrRefused(f *testing.F) {
	f.Add([]byte(`[{"p":{"i":0,"id":"a","nick":"a"}},{"t":{"n":1,"c":{"a":0,"b":0},"f":0,"at":1,"t":"x"}}]`))
	f.Add([]byte(`[{"m":{"g":99,"w":1,"s":1}}]`))
	f.Add([]byte(`[{"q":{"of":0,"k":1,"t":1,"s":99}}]`))
	f.Add([]byte(`[{"t":{"n":18446744073709551615,"c":{"g":1}}}]`))
	f.Fuzz(func(t *testing.T, line []byte) {
		b, err := New(Options{})
		ok(t, err)
		defer b.Close()
		ok(t, b.replayLine(2, []byte(`[{"p":{"i":0,"id":"a","nick":"a"}},{"p":{"i":1,"id":"b","nick":"b"}}]`)))
		_ = b.replayLine(3, line) // an error or not, but no panic
	})
}
