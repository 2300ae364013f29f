package onboarding

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"sixtwenty/bot"
)

// FuzzFill fills in any template: either all of it is there, with the values, or the fault is where it says.
func FuzzFill(f *testing.F) {
	for _, s := range []string{"", "欢迎 {名字}", "{name}\n{谁}", "{", "}", "{{名字}}", "a{名字", "{}\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, template string) {
		text, err := fill(template, ofWelcome(), func(string) string { return "{名字}" })
		if err == nil {
			if n := strings.Count(template, "{"); strings.Count(text, "{") != n {
				t.Errorf("%q became %q", template, text)
			}
			return
		}
		fault, ok := errors.AsType[*templateError](err)
		if !ok || fault.char < 1 || fault.line < 0 {
			t.Fatalf("%q: %v", template, err)
		}
		line := template
		if fault.line > 0 {
			line = strings.Split(template, "\n")[fault.line-1]
		}
		if r := []rune(line); utf8.ValidString(template) && r[fault.char-1] != '{' {
			t.Errorf("%q: no brace at line %d, character %d", template, fault.line, fault.char)
		}
		if fault.In(bot.ZH) == "" || fault.In(bot.EN) == "" {
			t.Errorf("%q: nothing is said", template)
		}
	})
}
