package bot

import (
	"strings"
	"unicode"
)

// A Lang is a language the bot speaks.
type Lang string

// The languages, the default first.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

// A Text is one thing the bot says, in every language, with fmt verbs. Arguments that change place between languages are
// numbered (%[2]s).
type Text struct{ ZH, EN string }

// In gives the text in a language; unknown ones get Chinese.
func (t Text) In(l Lang) string {
	if l == EN {
		return t.EN
	}
	return t.ZH
}

const maxName = 24

// CleanName makes a nickname fit to be spoken: one line, no control or direction marks, at most 24 characters, and something
// to see in it, or else 朋友.
func CleanName(s string) string {
	name, seen := clean(s, maxName)
	if !seen {
		return "朋友"
	}
	return name
}

// CleanLine makes what somebody wrote fit to be quoted: one line, no control or direction marks, at most so many characters.
func CleanLine(s string, most int) string {
	line, _ := clean(s, most)
	return line
}

// Fold makes ways of writing one word equal: blanks, width, case, marks over letters, and characters that show nothing.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Mn) {
			return -1
		}
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		return unicode.ToLower(r)
	}, s)
}

func clean(s string, most int) (line string, seen bool) {
	var b strings.Builder
	n := 0
	for _, r := range strings.TrimSpace(s) {
		switch {
		case r == '\u200d' || r == '\ufe0f': // joins an emoji
		case unicode.IsSpace(r) || blank(r):
			r = ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			continue
		}
		if n++; n > most {
			b.WriteRune('…')
			break
		}
		seen = seen || unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S, unicode.Co)
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String()), seen
}

// blank says whether a letter or symbol shows nothing: people hide behind such names, and others would see a gap.
func blank(r rune) bool { return strings.ContainsRune("\u115f\u1160\u2800\u3164\uffa0", r) }
