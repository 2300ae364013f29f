package wechat

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	emojiSpan = regexp.MustCompile(`<span class="emoji emoji([0-9a-fA-F]*)"></span>`)
	brTag     = regexp.MustCompile(`<br ?/?>`)
	linkTag   = regexp.MustCompile(`</?(?:a|img|_wc_custom_link_)(?:\s[^<>]*)?>`)
)

// plain turns the wire's markup into what was written. Real tags come as they are and typed ones come escaped, so tags are
// read before entities: whoever types a tag sees it as typed.
func plain(s string) string {
	if strings.IndexByte(s, '<') >= 0 {
		s = emojiSpan.ReplaceAllStringFunc(s, func(span string) string {
			return emoji(emojiSpan.FindStringSubmatch(span)[1])
		})
		s = brTag.ReplaceAllLiteralString(s, "\n")
	}
	return strings.ToValidUTF8(html.UnescapeString(s), "\uFFFD")
}

// plainName is plain for a name: one line without blanks at its ends.
func plainName(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(plain(s), "\n", " "))
}

// plainNotice is plain for a system text, whose links ("撤销") and pictures say nothing.
func plainNotice(s string) string {
	return plain(linkTag.ReplaceAllLiteralString(s, ""))
}

// emoji reads the code points that run together in the class of an emoji span. What it cannot read becomes U+FFFD, so that
// two different names stay different from an empty one.
func emoji(code string) string {
	var b strings.Builder
	for code != "" {
		n := emojiDigits(code)
		r, err := strconv.ParseUint(code[:n], 16, 32)
		if err != nil || !utf8.ValidRune(rune(r)) || unicode.IsControl(rune(r)) {
			return "\uFFFD"
		}
		b.WriteRune(rune(r))
		code = code[n:]
	}
	if b.Len() == 0 {
		return "\uFFFD"
	}
	return b.String()
}

// emojiDigits is how many digits the first code point has: five above U+FFFF, two for the digit of a keycap, else four.
func emojiDigits(code string) int {
	lower := strings.ToLower(code)
	switch {
	case len(code) >= 5 && (strings.HasPrefix(lower, "1f") || len(code)%5 == 0 && strings.HasPrefix(lower, "e00")):
		return 5
	case len(code) == 6 && strings.HasSuffix(lower, "20e3"), len(code) == 10 && strings.HasSuffix(lower, "fe0f20e3"):
		return 2
	case len(code) < 4:
		return len(code)
	}
	return 4
}

// fold makes two ways of writing one name equal, for matching only: case, width, blanks, direction marks, variation selectors.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= wideFirst && r <= wideLast {
			r -= wideFirst - '!'
		}
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == '\ufe0e' || r == '\ufe0f' {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// The wide forms of ASCII.
const wideFirst, wideLast = '\uff01', '\uff5e'
