package bot

import (
	"strings"
	"unicode"
)

// maxSay is how many characters one text message holds; services cut or refuse longer ones.
const maxSay = 1800

// splitText cuts a long text where a reader would pause: after a line, else after a sentence, else at a blank, and only
// where there is none of these in the middle of a word.
func splitText(s string, most int) []string {
	var parts []string
	rest := []rune(s)
	for len(rest) > most {
		at := pauseIn(rest[:most])
		if part := strings.TrimRightFunc(string(rest[:at]), unicode.IsSpace); part != "" {
			parts = append(parts, part)
		}
		rest = []rune(strings.TrimLeft(string(rest[at:]), "\n"))
	}
	return append(parts, string(rest))
}

// pauseIn finds the last good place to cut in the second half of s.
func pauseIn(s []rune) int {
	marks := []func(rune) bool{
		func(r rune) bool { return r == '\n' },
		func(r rune) bool { return strings.ContainsRune("。！？!?；;…", r) },
		unicode.IsSpace,
		func(r rune) bool { return strings.ContainsRune("，、,", r) },
	}
	for _, mark := range marks {
		for i := len(s) - 1; i >= len(s)/2; i-- {
			if mark(s[i]) {
				return i + 1
			}
		}
	}
	return len(s)
}
