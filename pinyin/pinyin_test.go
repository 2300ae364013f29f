package pinyin

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestOf(t *testing.T) {
	for name, want := range map[string][]string{
		"林老师":      {"linlaoshi", "lls"},
		"张三 🌱":     {"zhangsan", "zs"},
		"单老师":      {"danlaoshi", "shanlaoshi", "sls"},
		"吕布":       {"lvbu", "lb"},
		"Anna 小明":  {"annaxiaoming", "annaxm"},
		"重庆6号":     {"zhongqing6hao", "chongqing6hao", "cq6h"},
		"Anna":     nil,
		"🌱":        nil,
		"":         nil,
		"\xff\xfe": nil,
	} {
		got := Of(name)
		for _, w := range want {
			if !slices.Contains(got, w) {
				t.Errorf("%s is read %q, which lacks %s", name, got, w)
			}
		}
		if want == nil && got != nil {
			t.Errorf("%q is read %q", name, got)
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add(strings.Repeat("单重行长乐", 20))
	f.Fuzz(func(t *testing.T, name string) {
		ways := Of(name)
		if len(ways) > 2*maxWays {
			t.Errorf("%q is read in %d ways", name, len(ways))
		}
		for _, w := range ways {
			if !utf8.ValidString(w) || len(w) > maxRunes*8 {
				t.Errorf("%q is read %q", name, w)
			}
		}
	})
}
