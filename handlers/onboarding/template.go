package onboarding

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
)

// A placeholder stands in a template for what is known when it is said. It goes by a name in each language.
type placeholder struct{ zh, en string }

func ofWelcome() []placeholder {
	return []placeholder{
		{"名字", "name"},
		{"您", "you"},
		{"群名", "group"},
		{"人数", "size"},
		{"第几位", "nth"},
		{"邀请人", "inviter"},
		{"日期", "date"},
		{"群规", "rules"},
		{"下次播音", "voice"},
	}
}

func ofStep() []placeholder { return []placeholder{{"名字", "name"}, {"群名", "group"}} }

func ofWeek() []placeholder {
	return []placeholder{{"新人", "newcomers"}, {"邀请人", "inviters"}, {"群名", "group"}}
}

var (
	textUnclosed  = bot.Text{ZH: "第 %d 个字的 { 没有对应的 }", EN: "the { at character %d has no }"}
	textUnclosedL = bot.Text{ZH: "第 %d 行第 %d 个字的 { 没有对应的 }", EN: "the { at line %d, character %d has no }"}
	textNoSuch    = bot.Text{ZH: "第 %d 个字的 {%s} 不认识，可用的有 %s", EN: "{%[2]s} at character %[1]d is unknown; there are %[3]s"}
	textNoSuchL   = bot.Text{ZH: "第 %d 行第 %d 个字的 {%s} 不认识，可用的有 %s", EN: "{%[3]s} at line %[1]d, character %[2]d is unknown; there are %[4]s"}
)

// A templateError says what is wrong with a template, and where.
type templateError struct {
	line, char int    // from 1; line is 0 where there is one line only
	name       string // "" where a brace is open
	known      []placeholder
}

// In says it in a language.
func (e *templateError) In(l bot.Lang) string {
	at := []any{e.char}
	open, unknown := textUnclosed, textNoSuch
	if e.line > 0 {
		at = []any{e.line, e.char}
		open, unknown = textUnclosedL, textNoSuchL
	}
	if e.name == "" {
		return fmt.Sprintf(open.In(l), at...)
	}
	var names []string
	for _, p := range e.known {
		if l == bot.EN {
			names = append(names, "{"+p.en+"}")
		} else {
			names = append(names, "{"+p.zh+"}")
		}
	}
	return fmt.Sprintf(unknown.In(l), append(at, bot.CleanName(e.name), strings.Join(names, " "))...)
}

// Error implements error, for the log and for config.yaml.
func (e *templateError) Error() string { return e.In(bot.ZH) + " / " + e.In(bot.EN) }

// fault makes the error for the brace at a byte of the template.
func fault(template string, at int, name string, known []placeholder) *templateError {
	before := template[:at]
	e := &templateError{name: name, known: known}
	if strings.Contains(template, "\n") {
		e.line = strings.Count(before, "\n") + 1
		before = before[strings.LastIndex(before, "\n")+1:]
	}
	e.char = len([]rune(before)) + 1
	return e
}

// fill puts values into a template. What was put in is never read as a template again. The error is a *templateError.
func fill(template string, known []placeholder, value func(name string) string) (string, error) {
	var b strings.Builder
	for at := 0; ; {
		i := strings.IndexByte(template[at:], '{')
		if i < 0 {
			b.WriteString(template[at:])
			return b.String(), nil
		}
		b.WriteString(template[at : at+i])
		at += i
		name, tail, closed := strings.Cut(template[at+1:], "}")
		if !closed {
			return "", fault(template, at, "", known)
		}
		n := slices.IndexFunc(known, func(p placeholder) bool { return p.zh == name || p.en == strings.ToLower(name) })
		if n < 0 {
			if name == "" {
				name = "}"
			}
			return "", fault(template, at, name, known)
		}
		b.WriteString(value(known[n].zh))
		at = len(template) - len(tail)
	}
}

// checkTemplate says what is wrong with a template.
func checkTemplate(template string, known []placeholder) error {
	_, err := fill(template, known, func(string) string { return "" })
	return err
}

// A greeting is what a welcome says.
type greeting struct {
	people  []bot.PersonID // those of whom it is known who they are
	inviter bot.PersonID   // who brought them all, "" where that is not one
	preview bot.Member     // whose name stands in a preview
}

var (
	textBy       = bot.Text{ZH: "%s 邀请来的", EN: "invited by %s"}
	textGlad     = bot.Text{ZH: "很高兴认识您", EN: "glad to meet you"}
	textYou      = bot.Text{ZH: "您", EN: "you"}
	textYouAll   = bot.Text{ZH: "各位", EN: "you"}
	textNth      = bot.Text{ZH: "第 %d 位", EN: "number %d"}
	textNthMany  = bot.Text{ZH: "第 %d–%d 位", EN: "number %d to %d"}
	textNthNew   = bot.Text{ZH: "新", EN: "new"}
	textAt       = bot.Text{ZH: "今天 %s", EN: "today at %s"}
	textTomorrow = bot.Text{ZH: "明天 %s", EN: "tomorrow at %s"}
	textOn       = bot.Text{ZH: "%d 月 %d 日 %s", EN: "%d-%02d at %s"}
	textPending  = bot.Text{ZH: "待定", EN: "to be announced"}
)

// welcome fills in a template. One that cannot be filled in, of a version that knew more, is no reason to greet nobody.
func (g greeting) welcome(c *bot.Call, template string) (string, error) {
	size, err := bot.SizeOf(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return "", err
	}
	voice, err := nextVoice(c)
	if err != nil {
		return "", err
	}
	text, err := fill(template, ofWelcome(), func(name string) string { return g.value(c, name, size, voice) })
	if err != nil {
		return fill(c.T(textWelcome), ofWelcome(), func(name string) string { return g.value(c, name, size, voice) })
	}
	return text, nil
}

func (g greeting) value(c *bot.Call, name string, size int, voice string) string {
	switch name {
	case "名字":
		return g.names(c)
	case "您":
		if len(g.people) > 1 {
			return c.T(textYouAll)
		}
		return c.T(textYou)
	case "群名":
		return c.ChatName(c.Event.Chat.ID)
	case "人数":
		return fmt.Sprint(size)
	case "第几位":
		return g.nth(c, size)
	case "邀请人":
		if g.inviter == "" {
			return c.T(textGlad)
		}
		return c.T(textBy, c.Name(g.inviter))
	case "日期":
		return c.Day(c.Now).String()
	case "群规":
		return bot.Settings[Settings](c).Rules
	}
	return voice
}

func (g greeting) names(c *bot.Call) string {
	if g.preview.Person != "" {
		return g.preview.Shown()
	}
	return names(c, g.people)
}

// nth is which members of the group they are.
func (g greeting) nth(c *bot.Call, size int) string {
	switch n := len(g.people); {
	case size == 0:
		return c.T(textNthNew)
	case n > 1 && n <= size:
		return c.T(textNthMany, size-n+1, size)
	}
	return c.T(textNth, size)
}

// nextVoice says when the next voice of the group is due. It asks for the job by name: features know nothing of one another.
func nextVoice(c *bot.Call) (string, error) {
	at, err := c.Outlook().Next("broadcast", "voice", c.Event.Chat)
	if err != nil || at.IsZero() {
		return c.T(textPending), err
	}
	return when(c, at), nil
}

// when says a moment as people say it, by the calendar.
func when(c *bot.Call, at time.Time) string {
	at = at.In(c.Zone())
	clock := at.Format("15:04")
	switch bot.DayOf(at, c.Zone(), 0) - bot.DayOf(c.Now, c.Zone(), 0) {
	case 0:
		return c.T(textAt, clock)
	case 1:
		return c.T(textTomorrow, clock)
	}
	return c.T(textOn, int(at.Month()), at.Day(), clock)
}
