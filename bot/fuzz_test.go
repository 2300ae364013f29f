package bot

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// FuzzArgs reads any grammar and any text after a command: what a parameter gets was written, in order, and nothing is left over.
func FuzzArgs(f *testing.F) {
	f.Add("<谁> [理由...]", "@小 明\u2005读 完 了")
	f.Add("[a] [b] [c...]", " 1\n2 3 4")
	f.Add("<a...>", "\u2005@")
	f.Add("<谁]", "")
	f.Fuzz(func(t *testing.T, grammar, text string) {
		ps, err := parseGrammar(grammar)
		if err != nil || !utf8.ValidString(text) {
			return
		}
		values, ok := parseArgs(ps, text)
		if !ok {
			return
		}
		rest := text
		for _, p := range ps {
			v, given := values[p.name]
			if p.required && !given || given && v == "" {
				t.Fatalf("%q of %q: %s is %q", grammar, text, p.name, v)
			}
			_, after, found := strings.Cut(rest, v)
			if !found {
				t.Fatalf("%q of %q: %s is %q, which is not written there", grammar, text, p.name, v)
			}
			rest = after
		}
		if strings.TrimFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '\u2005' }) != "" {
			t.Fatalf("%q of %q leaves %q", grammar, text, rest)
		}
	})
}

// FuzzMatch reads any message: nobody is offered a command that is not for them, and only a bare command goes without a slash.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{"/打卡 第一天", "打卡。", "／ｃｈｅｃｋｉｎ", "/设制", "/", "/ ", "@", strings.Repeat("/打", 99), "/\xff"} {
		f.Add(s)
	}
	b := routed(f)
	f.Fuzz(func(t *testing.T, text string) {
		hit := b.match(text)
		_, slash := cutSlash(strings.TrimSpace(text))
		switch {
		case hit.cmd != nil && !slash && (!hit.cmd.Bare || hit.rest != "" && !hit.cmd.takesRest()):
			t.Fatalf("%q calls %s without a slash", text, hit.cmd.Name)
		case hit.unknown != "" && !slash:
			t.Fatalf("%q is said to be an unknown command", text)
		case !strings.Contains(text, hit.rest) || !strings.Contains(text, hit.unknown):
			t.Fatalf("%q gives %+v", text, hit)
		}
		if near := b.nearest(hit.unknown, Everyone); near != nil && near.Who > Everyone {
			t.Fatalf("%q suggests %s to everyone", text, near.Name)
		}
	})
}

// FuzzSplitText cuts any text: the parts fit, and hold all of it but blanks.
func FuzzSplitText(f *testing.F) {
	f.Add("第一句。第二句！\n\n第三行，很长 很长", 7)
	f.Add(strings.Repeat("啊", 30), 4)
	f.Add("\n\n\n\n\n\n\n\n", 2)
	f.Add("a\xffb\xfe", 2)
	f.Fuzz(func(t *testing.T, text string, most int) {
		if most < 2 || most > 10_000 || !utf8.ValidString(text) {
			return
		}
		parts := splitText(text, most)
		for i, p := range parts {
			if n := utf8.RuneCountInString(p); n > most || n == 0 && i < len(parts)-1 {
				t.Fatalf("part %d of %q has %d characters, at most %d fit", i, text, n, most)
			}
		}
		dense := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if dense(strings.Join(parts, "")) != dense(text) {
			t.Fatalf("%q became %q", text, parts)
		}
	})
}

// FuzzSetting writes any text into a setting of each type: what is taken shows as a text that means the same.
func FuzzSetting(f *testing.F) {
	for _, s := range []string{"开", "off", "5m", "-1h", "12", "０", "早，好、 hi", "", "\u2005"} {
		f.Add(s)
	}
	type all struct {
		Text   string
		On     bool
		Number int
		Length time.Duration
		List   []string
	}
	f.Fuzz(func(t *testing.T, s string) {
		var v, again all
		a, b := reflect.ValueOf(&v).Elem(), reflect.ValueOf(&again).Elem()
		for i := range a.NumField() {
			if setField(a.Field(i), s) != nil {
				continue
			}
			shown := fieldText(a.Field(i))
			if err := setField(b.Field(i), shown); err != nil || !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
				t.Fatalf("%q is shown as %q, which means %v instead of %v: %v", s, shown, b.Field(i), a.Field(i), err)
			}
		}
	})
}

// FuzzQuiet reads any hours: their end is after the moment, within a day.
func FuzzQuiet(f *testing.F) {
	f.Add("23:00-06:00", int64(1_800_000_000))
	f.Add("00:00-24:00", int64(0))
	f.Add(" 6:00 - 5:59", int64(-1))
	f.Fuzz(func(t *testing.T, s string, at int64) {
		q, err := parseQuiet(s)
		if err != nil || at < -1<<40 || at > 1<<40 {
			return
		}
		now := time.Unix(at, 0).UTC()
		if end := q.end(now); !end.IsZero() && (!end.After(now) || end.Sub(now) > 24*time.Hour) {
			t.Fatalf("%q at %v ends %v", s, now, end)
		}
	})
}
