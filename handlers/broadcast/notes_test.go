package broadcast

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestReadNotes(t *testing.T) {
	for in, want := range map[string]notes{
		"":           {},
		"早安":         {Cover: "早安"},
		"早安：今天讲通俗":   {Cover: "早安：今天讲通俗"}, // no heading of ours
		"\ufeff话：早安": {Cover: "早安"},
		"标题: 通俗\r\n话：早安\r\n关键词：通俗\r\n\r\n文稿：第一行\r\n话：第二行": {Title: "通俗", Cover: "早安", Keyword: "通俗", Text: "第一行\r\n话：第二行"},
		"Title: A\nKEYWORD: b\ntext: c": {Title: "A", Keyword: "b", Text: "c"},
		strings.Repeat("长", 400):        {Cover: strings.Repeat("长", maxLine)},
	} {
		if got := readNotes(in); got != want {
			t.Errorf("%q is %+v, expected %+v", in, got, want)
		}
	}
}

func FuzzReadNotes(f *testing.F) {
	for _, s := range []string{"", "话：早\n关键词：a\n\n文稿", "标题:\n标题:", "\xff：\xff", ":", "话"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := readNotes(s)
		for _, f := range []struct {
			text string
			most int
		}{{n.Title, maxTitle}, {n.Cover, maxLine}, {n.Keyword, maxKeyword}, {n.Text, maxText}} {
			if !utf8.ValidString(f.text) || utf8.RuneCountInString(f.text) > f.most {
				t.Fatalf("%q is %+v", s, n)
			}
		}
	})
}
