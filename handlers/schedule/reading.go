package schedule

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"sixtwenty/bot"
	"sixtwenty/schedules"
)

// What people write after /定时: when, then options such as 给:全部, then what is sent.

const (
	maxWords    = 8 // of a phrase
	maxTexts    = 20
	maxTextSize = 4000 // bytes of all variants
	maxOrdered  = 50   // chats that one command runs in
)

var (
	textNotRead    = bot.Text{ZH: "%s。", EN: "%s."}
	textBadOption  = bot.Text{ZH: "「%s」没看懂。可以写：给:全部、给:群名、给:#标签、共:10次、从:12月1日、到:12月31日、跳过:12月25日", EN: "“%s” is not understood. Write 给:全部, 给:group, 给:#tag, 共:10, 从:12月1日, 到:12月31日 or 跳过:12月25日"}
	textNoGroup    = bot.Text{ZH: "没有叫「%s」的群。", EN: "There is no group “%s”."}
	textManyGroups = bot.Text{ZH: "有 %d 个群叫「%s」，请到群里去设，或者先改群名。", EN: "%d groups are called “%s”; set it in the group itself."}
	textOnlyHere   = bot.Text{ZH: "发到别的群只有机主可以哦。", EN: "Only the owner may send to other groups."}
	textNotYours   = bot.Text{ZH: "「%s」您不能用，也就不能定时。", EN: "You may not use %s, and so not schedule it."}
	textTooBig     = bot.Text{ZH: "内容太长了：最多 %d 个备选，一共 %d 个字节。", EN: "Too much: %d variants and %d bytes at most."}
	textWhither    = bot.Text{ZH: "发到哪里？请加上 给:全部、给:群名 或 给:#标签。", EN: "Where to? Add 给:全部, 给:group or 给:#tag."}
	textTooWide    = bot.Text{ZH: "指令最多在 %d 个群里执行。", EN: "A command runs in %d groups at most."}
)

// readEntry reads a whole line. What is left out (the content) stays empty.
func readEntry(c *bot.Call, line string) (e entry, spec schedules.Spec, err error) {
	spec, rest, err := readWhen(c, line)
	if err != nil {
		return e, spec, err
	}
	e = entry{Spec: spec.String(), Chat: c.Event.Chat, Made: c.Now}
	e.signed(c)
	if rest, err = readOptions(c, &e, rest); err != nil {
		return e, spec, err
	}
	e.What, err = readContent(c, rest)
	if err == nil && e.What.Command != "" && len(e.To) > maxOrdered {
		err = bot.Refuse(textTooWide, maxOrdered)
	}
	return e, spec, err
}

// signed makes an entry that of who speaks.
func (e *entry) signed(c *bot.Call) {
	e.By, e.Role, e.Own = c.Event.From, c.Role, c.Event.Self || c.Event.Kind == bot.Asked
	e.By.Known = nil
}

// readWhen takes the longest beginning of the line that says when.
func readWhen(c *bot.Call, line string) (spec schedules.Spec, rest string, err error) {
	ends := wordEnds(line, maxWords)
	for i := len(ends) - 1; i >= 0; i-- {
		spec, err := c.Days().ParseAt(line[:ends[i]], c.Now, c.Zone())
		if err != nil {
			continue
		}
		rest = strings.TrimSpace(line[ends[i]:])
		if timeless := !strings.ContainsAny(line[:ends[i]], ":：点时后分*@"); timeless && looksLikeTime(rest) {
			break // 每天 6.20 is no 9:00
		}
		return spec, rest, nil
	}
	_, err = c.Days().ParseAt(line[:ends[min(1, len(ends)-1)]], c.Now, c.Zone())
	if err == nil {
		err = bot.Refuse(textNotRead, bot.CleanName(line))
	}
	if syntax, ok := errors.AsType[*schedules.SyntaxError](err); ok {
		err = bot.Refuse(textNotRead, whyNot(c, syntax))
	}
	return spec, "", err
}

// looksLikeTime says whether a text begins with what somebody may have meant for a time of day.
func looksLikeTime(s string) bool {
	if s == "" {
		return false
	}
	word := []rune(s[:wordEnds(s, 1)[0]])
	return len(word) <= 6 && unicode.IsDigit(word[0]) && strings.ContainsAny(string(word), ".:：点时")
}

func whyNot(c *bot.Call, e *schedules.SyntaxError) string {
	if c.Group().Language == bot.EN {
		return e.Problem + "; " + e.Hint
	}
	return e.Chinese()
}

// wordEnds are the places where the first words of a line end; at least one.
func wordEnds(line string, most int) (ends []int) {
	in := false
	for i, r := range line {
		if space := unicode.IsSpace(r); in && space {
			if ends = append(ends, i); len(ends) == most {
				return ends
			}
			in = false
		} else if !space {
			in = true
		}
	}
	return append(ends, len(line))
}

// readOptions takes the options that stand before the content.
func readOptions(c *bot.Call, e *entry, rest string) (string, error) {
	for rest != "" {
		word := optionWord(rest)
		name, value, ok := cutOption(word)
		if !ok || !isOption(name) {
			return rest, nil
		}
		if value == "" || !option(c, e, name, value) {
			if name == "给" || name == "to" {
				if err := readTargets(c, e, value); err != nil {
					return "", err
				}
			} else {
				return "", bot.Refuse(textBadOption, bot.CleanName(word))
			}
		}
		rest = strings.TrimSpace(rest[len(word):])
	}
	return "", nil
}

// optionWord is the first word of what follows the time. A name in 「」 may have blanks in it, and 到 #标签 is 给:#标签.
func optionWord(rest string) string {
	ends := wordEnds(rest, 2)
	word := rest[:ends[0]]
	if (word == "到" || word == "给" || word == "to") && len(ends) > 1 {
		if tag := strings.TrimSpace(rest[ends[0]:ends[1]]); strings.HasPrefix(tag, "#") || strings.HasPrefix(tag, "＃") {
			return rest[:ends[1]]
		}
	}
	if i := strings.Index(word, "「"); i > 0 && !strings.Contains(word, "」") && strings.ContainsAny(word[:i], ":：") {
		if j := strings.Index(rest, "」"); j > 0 {
			return rest[:j+len("」")]
		}
	}
	return word
}

func isOption(name string) bool {
	switch name {
	case "给", "to", "共", "times", "从", "from", "到", "until", "跳过", "skip":
		return true
	}
	return false
}

// option reads all options but the targets.
func option(c *bot.Call, e *entry, name, value string) bool {
	switch name {
	case "共", "times":
		n, err := strconv.Atoi(strings.TrimSuffix(value, "次"))
		e.Left = n
		return err == nil && n > 0 && n <= 10_000
	case "从", "from":
		at, ok := readDay(c, value)
		e.From = at
		return ok
	case "到", "until":
		at, ok := readDay(c, value)
		e.Until = at.AddDate(0, 0, 1).Add(-time.Second)
		return ok
	case "跳过", "skip":
		for _, day := range strings.FieldsFunc(value, func(r rune) bool { return r == '、' || r == ',' || r == '，' }) {
			at, ok := readDay(c, day)
			if !ok || len(e.Skip) >= 100 {
				return false
			}
			e.Skip = append(e.Skip, at.Format(time.DateOnly))
		}
		return len(e.Skip) > 0
	}
	return false
}

// readDay gives the beginning of a date: 12月24日, 2026年12月24日, 2026-12-24, 明天.
func readDay(c *bot.Call, s string) (time.Time, bool) {
	if t, err := time.ParseInLocation(time.DateOnly, s, c.Zone()); err == nil {
		return t, true
	}
	spec, err := c.Days().ParseAt(s+" 23:59", c.Now, c.Zone())
	if err != nil || !spec.Once() {
		return time.Time{}, false
	}
	y, m, d := spec.Next(c.Now, c.Zone()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, c.Zone()), true
}

// cutOption parts an option: 给:全部, 到 #标签.
func cutOption(word string) (name, value string, ok bool) {
	if parts := strings.Fields(word); len(parts) == 2 && strings.ContainsAny(parts[1], "#＃") && !strings.ContainsAny(parts[0], ":：") {
		return "给", parts[1], true
	}
	return strings.Cut(strings.Replace(word, "：", ":", 1), ":")
}

// readTargets reads 全部, names of groups, or tags.
func readTargets(c *bot.Call, e *entry, value string) error {
	if c.Role < bot.Owner {
		return bot.Refuse(textOnlyHere)
	}
	if value == "全部" || value == "all" {
		e.All = true
		return nil
	}
	to, tags, err := groupsNamed(c, value)
	e.To, e.Tags = to, tags
	return err
}

// groupsNamed finds groups by their names, and tags, one after the other with 、 between them.
func groupsNamed(c *bot.Call, value string) (to []bot.ChatID, tags []string, err error) {
	all, err := bot.Chats(c.Tx)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune("、,，「」", r) }) {
		if strings.HasPrefix(name, "#") || strings.HasPrefix(name, "＃") {
			name = tagName(name)
			if ids, err := withTag(c.Tx, name); err != nil || len(ids) == 0 {
				return nil, nil, errors.Join(err, bot.Refuse(textNoTag, bot.CleanName(name)))
			}
			tags = append(tags, name)
			continue
		}
		var found []bot.ChatID
		for _, chat := range all {
			if bot.CleanName(chat.Name) == bot.CleanName(name) {
				found = append(found, chat.ID)
			}
		}
		switch len(found) {
		case 0:
			return nil, nil, bot.Refuse(textNoGroup, bot.CleanName(name))
		case 1:
			to = append(to, found[0])
		default:
			return nil, nil, bot.Refuse(textManyGroups, len(found), bot.CleanName(name))
		}
	}
	return to, tags, nil
}

// readContent reads what is sent: a command of the bot, or texts with || between the variants.
func readContent(c *bot.Call, rest string) (w content, err error) {
	if rest == "" {
		return w, nil
	}
	if cmd, ok := c.Command(rest[:wordEnds(rest, 1)[0]]); ok && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, "／") || rest == cmd.Name) {
		w.Command = "/" + strings.TrimLeft(rest, "/／")
		return w, nil
	}
	size := 0
	for text := range strings.SplitSeq(rest, "||") {
		if text = strings.TrimSpace(text); text != "" {
			w.Texts = append(w.Texts, text)
			size += len(text)
		}
	}
	if len(w.Texts) > maxTexts || size > maxTextSize {
		return w, bot.Refuse(textTooBig, maxTexts, maxTextSize)
	}
	return w, nil
}
