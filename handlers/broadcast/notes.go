package broadcast

import (
	"strings"
	"unicode/utf8"
)

// Notes are what may stand in a .txt beside a recording.
type notes struct {
	Title, Cover, Keyword, Text string
}

// readNotes reads lines such as 标题：… 话：… 关键词：… and after them the text of what is said. Without any such line all of it is
// the cover. What is too long is cut: a file gives no chance to ask back.
func readNotes(s string) (n notes) {
	s = strings.TrimSpace(strings.TrimPrefix(strings.ToValidUTF8(s, ""), "\ufeff"))
	fields := map[string]struct {
		to   *string
		most int
	}{
		"标题": {&n.Title, maxTitle}, "title": {&n.Title, maxTitle}, "话": {&n.Cover, maxLine}, "封面": {&n.Cover, maxLine}, "cover": {&n.Cover, maxLine},
		"关键词": {&n.Keyword, maxKeyword}, "keyword": {&n.Keyword, maxKeyword},
	}
	rest, headed := s, false
	for rest != "" {
		line, after, _ := strings.Cut(rest, "\n")
		name, value, ok := strings.Cut(strings.Replace(line, "：", ":", 1), ":")
		f, known := fields[strings.ToLower(strings.TrimSpace(name))]
		if !ok || !known {
			break
		}
		*f.to = cutTo(strings.TrimSpace(value), f.most)
		rest, headed = strings.TrimLeft(after, "\r\n"), true
	}
	if headed {
		rest = strings.TrimSpace(rest)
		for _, mark := range []string{"文稿：", "文稿:", "text:"} {
			rest = strings.TrimPrefix(rest, mark)
		}
		n.Text = cutTo(strings.TrimSpace(rest), maxText)
	} else {
		n.Cover = cutTo(s, maxLine)
	}
	return n
}

func cutTo(s string, most int) string {
	if utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most])
	}
	return s
}
