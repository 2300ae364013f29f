package schedule

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/schedules"
	"sixtwenty/store"
)

var (
	textNone     = bot.Text{ZH: "还没有定时。这样设一个：/定时 工作日 8:00 早安", EN: "Nothing is scheduled. Make one: /schedule 工作日 8:00 good morning"}
	textMade     = bot.Text{ZH: "好的，定时 %d：%s，%s，%s。接下来：%s（%s）。", EN: "Done. Schedule %d: %s, %s, %s. Next: %s (%s)."}
	textNever    = bot.Text{ZH: "「%s」之后再也没有这样的时候了：看看「到」的日子，或者换个时间。", EN: "“%s” never comes again: look at its last day, or choose another time."}
	textOver     = bot.Text{ZH: "没有了", EN: "none"}
	textAsk      = bot.Text{ZH: "%s 发什么？直接把文字、图片、文件或语音发过来（五分钟内）。", EN: "What is to be sent (%s)? Send the text, picture, file or voice within five minutes."}
	textHere     = bot.Text{ZH: "发到这里", EN: "here"}
	textAll      = bot.Text{ZH: "发到全部群", EN: "to all groups"}
	textSome     = bot.Text{ZH: "发到 %d 个群", EN: "to %d groups"}
	textTagged   = bot.Text{ZH: "发到 %s（%d 个群）", EN: "to %s (groups: %d)"}
	textCommand  = bot.Text{ZH: "执行 %s", EN: "runs %s"}
	textSays     = bot.Text{ZH: "发「%s」", EN: "says “%s”"}
	textSaysOne  = bot.Text{ZH: "轮流发 %d 句", EN: "says one of %d in turn"}
	textSends    = bot.Text{ZH: "发 %s", EN: "sends %s"}
	textItem     = bot.Text{ZH: "\n%d. %s，%s，%s · %s", EN: "\n%d. %s, %s, %s · %s"}
	textAllOf    = bot.Text{ZH: "定时（%s）：", EN: "Schedules (%s):"}
	textPaused   = bot.Text{ZH: "已暂停", EN: "paused"}
	textNextAt   = bot.Text{ZH: "下次 %s", EN: "next %s"}
	textNoEntry  = bot.Text{ZH: "没有定时 %s，发 /定时 看看有哪些。", EN: "There is no schedule %s; send /schedule for the list."}
	textGone     = bot.Text{ZH: "好的，定时 %d 删掉了。", EN: "Schedule %d is removed."}
	textStopped  = bot.Text{ZH: "好的，定时 %d 暂停了；/定时 续 %[1]d 再开始。", EN: "Schedule %d is paused; /schedule 续 %[1]d resumes it."}
	textRan      = bot.Text{ZH: "好的，定时 %d 现在就发一次。", EN: "Schedule %d runs once, now."}
	textTooMany  = bot.Text{ZH: "已经有 %d 个定时了，先删几个吧。", EN: "There are %d schedules already; remove some first."}
	textHistory  = bot.Text{ZH: "定时 %d 的记录：", EN: "History of schedule %d:"}
	textSentLine = bot.Text{ZH: "\n%s 发到 %d 个群，%d 个已收到", EN: "\n%s to %d groups, %d have it"}
	textMissLine = bot.Text{ZH: "\n%s 错过 %d 次", EN: "\n%s missed, times: %d"}
	textRanLine  = bot.Text{ZH: "\n%s 在 %d 个群里执行了", EN: "\n%s run in %d groups"}
	textNotHis   = bot.Text{ZH: "\n%s 没有发：设它的人没有权限了", EN: "\n%s not sent: who made it may not any more"}
	textOffLine  = bot.Text{ZH: "\n%s 跳过", EN: "\n%s left out"}
	textNoLine   = bot.Text{ZH: "\n还没有发过", EN: "\nnothing yet"}
	textQuiet    = bot.Text{ZH: "\n注意：%s 在安静时段里，到点照发。", EN: "\nNote: %s is within quiet hours; it is sent all the same."}
	textBudget   = bot.Text{ZH: "\n注意：要发 %d 个群，一小时最多发 %d 条，发完要 %d 小时。", EN: "\nNote: %d groups at no more than %d sends an hour take %d hours."}
	textMind     = bot.Text{ZH: "\n注意：%s。", EN: "\nNote: %s."}
	textNoTable  = bot.Text{ZH: "\n注意：%d 年的放假安排还没有，那以后先按周一到周五算。", EN: "\nNote: the holidays of %d are not known yet; from then on Monday to Friday count."}
)

// timed is /定时: alone the list, with a word and a number a change, else a new entry.
func timed(_ context.Context, c *bot.Call) error {
	line := strings.TrimSpace(c.Arg("什么时候发什么"))
	if line == "" || line == "列表" || line == "list" {
		return list(c)
	}
	ends := wordEnds(line, 2)
	word := line[:ends[0]]
	if run, ok := changes()[word]; ok && len(ends) > 1 {
		number := strings.TrimSpace(line[ends[0]:ends[1]])
		e, err := mine(c, number)
		if err != nil {
			return err
		}
		return run(c, e, strings.TrimSpace(line[ends[1]:]))
	}
	e, spec, err := readEntry(c, line)
	if err != nil {
		return err
	}
	if e.What.empty() {
		return want(c, e)
	}
	return add(c, e, spec)
}

func changes() map[string]func(c *bot.Call, e entry, rest string) error {
	return map[string]func(c *bot.Call, e entry, rest string) error{
		"停": pause, "暂停": pause, "pause": pause, "续": resume, "继续": resume, "resume": resume, "删": cancel, "删除": cancel, "取消": cancel,
		"remove": cancel, "改": change, "change": change, "现在": now, "now": now, "记录": tell, "history": tell,
	}
}

// mine finds an entry by its number, among those that who asks may see: the owner all, a manager those of this group.
func mine(c *bot.Call, number string) (e entry, err error) {
	id, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return e, bot.Refuse(textNoEntry, bot.CleanName(number))
	}
	e, ok, err := entries.Get(c.Tx, id)
	if err != nil {
		return e, err
	}
	if !ok || !visible(c, e) {
		return e, bot.Refuse(textNoEntry, number)
	}
	return e, nil
}

func visible(c *bot.Call, e entry) bool {
	return e.Chat.ID == c.Event.Chat.ID || c.Role == bot.Owner && !c.Event.Chat.Group
}

func add(c *bot.Call, e entry, spec schedules.Spec) error {
	if e.Chat.ID == "" && !e.All && len(e.To)+len(e.Tags) == 0 { // the console asks in no chat
		return bot.Refuse(textWhither)
	}
	if e.Role < e.needs(c) {
		return bot.Refuse(textNotYours, e.What.Command)
	}
	all, err := readAll(c.Tx)
	if err != nil {
		return err
	}
	if len(all) >= maxEntries {
		return bot.Refuse(textTooMany, len(all))
	}
	if e.Due = e.next(spec, c.Now, c.Zone()); e.Due.IsZero() {
		return bot.Refuse(textNever, e.Spec)
	}
	if e.ID, err = c.Tx.Next(string(entries)); err != nil {
		return err
	}
	if err := plan(c, e); err != nil {
		return err
	}
	return confirm(c, e, spec)
}

// say tells in a few words what is sent.
func (w content) say(l bot.Lang) string {
	say := func(t bot.Text, args ...any) string { return fmt.Sprintf(t.In(l), args...) }
	switch {
	case w.Command != "":
		return say(textCommand, w.Command)
	case w.Media != "":
		return say(textSends, w.Name)
	case len(w.Texts) > 1:
		return say(textSaysOne, len(w.Texts))
	case len(w.Texts) == 1:
		return say(textSays, short(w.Texts[0]))
	}
	return ""
}

func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}

func whereOf(c *bot.Call, e entry) (string, error) {
	if e.Chat.ID == c.Event.Chat.ID && !e.All && len(e.To)+len(e.Tags) == 0 {
		return c.T(textHere), nil
	}
	return e.where(c.Tx, c.Group().Language)
}

// where tells in a few words what an entry is sent to.
func (e entry) where(r store.Reader, l bot.Lang) (string, error) {
	if e.All {
		return textAll.In(l), nil
	}
	to, err := e.targets(r)
	switch {
	case err != nil:
		return "", err
	case len(e.Tags) > 0:
		return fmt.Sprintf(textTagged.In(l), "#"+strings.Join(e.Tags, " #"), len(to)), nil
	case len(e.To) > 0:
		return fmt.Sprintf(textSome.In(l), len(to)), nil
	}
	return bot.ChatName(r, e.Chat.ID)
}

func list(c *bot.Call) error {
	all, err := readAll(c.Tx)
	if err != nil {
		return err
	}
	text, n := c.T(textAllOf, c.Group().Zone), 0
	for _, e := range all {
		if !visible(c, e) {
			continue
		}
		n++
		state := c.T(textPaused)
		switch {
		case e.Paused:
		case e.Due.IsZero():
			state = c.T(textOver)
		default:
			state = c.T(textNextAt, c.When(e.Due))
		}
		where, err := whereOf(c, e)
		if err != nil {
			return err
		}
		text += c.T(textItem, e.ID, e.Spec, e.What.say(c.Group().Language), where, state)
	}
	if n == 0 {
		text = c.T(textNone)
	}
	c.Say(text)
	return nil
}

func cancel(c *bot.Call, e entry, _ string) error {
	c.Reply(textGone, e.ID)
	return drop(c, e.ID)
}

func pause(c *bot.Call, e entry, _ string) error {
	e.Paused = true
	c.Reply(textStopped, e.ID)
	return inChat(c, e)
}

// inChat keeps an entry that was changed from another chat: its timer lies in its own.
func inChat(c *bot.Call, e entry) error {
	here := c.Event.Chat
	c.Event.Chat = e.Chat
	defer func() { c.Event.Chat = here }()
	return plan(c, e)
}

func resume(c *bot.Call, e entry, _ string) error {
	spec, err := c.Days().Parse(e.Spec)
	if err != nil {
		return err
	}
	zone, err := c.ZoneOf(e.Chat.ID)
	if err != nil {
		return err
	}
	if e.signed(c); e.Role < e.needs(c) {
		return bot.Refuse(textOnlyHere)
	}
	if e.Paused, e.Due = false, e.next(spec, c.Now, zone); e.Due.IsZero() {
		return bot.Refuse(textNever, e.Spec)
	}
	if err := inChat(c, e); err != nil {
		return err
	}
	return confirm(c, e, spec)
}

// change gives an entry another time, another content, or both.
func change(c *bot.Call, e entry, rest string) error {
	fresh, spec, err := readEntry(c, rest)
	if err != nil {
		return err
	}
	if fresh.What.empty() {
		fresh.What = e.What
	}
	if !fresh.All && len(fresh.To)+len(fresh.Tags) == 0 {
		fresh.All, fresh.To, fresh.Tags = e.All, e.To, e.Tags
	}
	if fresh.Role < fresh.needs(c) {
		return bot.Refuse(textOnlyHere)
	}
	fresh.ID, fresh.Chat, fresh.Made, fresh.Turn = e.ID, e.Chat, e.Made, e.Turn
	zone, err := c.ZoneOf(e.Chat.ID)
	if err != nil {
		return err
	}
	if fresh.Due = fresh.next(spec, c.Now, zone); fresh.Due.IsZero() {
		return bot.Refuse(textNever, fresh.Spec)
	}
	if err := inChat(c, fresh); err != nil {
		return err
	}
	return confirm(c, fresh, spec)
}

func now(c *bot.Call, e entry, _ string) error {
	c.Reply(textRan, e.ID)
	if err := perform(c, &e, c.Now); err != nil {
		return err
	}
	return entries.Put(c.Tx, e, e.ID)
}

// tell is the history of an entry, newest first.
func tell(c *bot.Call, e entry, _ string) error {
	text := c.T(textHistory, e.ID)
	rg := store.Under(e.ID)
	rg.Reverse, rg.Limit = true, 10
	none := true
	for row, err := range history.Scan(c.Tx, rg) {
		if err != nil {
			return err
		}
		none = false
		f := row.Value
		switch {
		case f.Off:
			text += c.T(textOffLine, c.When(f.At))
		case f.Halted:
			text += c.T(textNotHis, c.When(f.At))
		case f.Ran:
			text += c.T(textRanLine, c.When(f.At), f.Groups)
		case f.Missed > 0:
			text += c.T(textMissLine, c.When(f.At), f.Missed)
		default:
			n, err := sentOf(c.Tx, f.Tag, f.Groups)
			if err != nil {
				return err
			}
			text += c.T(textSentLine, c.When(f.At), f.Groups, n)
		}
	}
	if none {
		text += c.T(textNoLine)
	}
	c.Say(text)
	return nil
}

func sentOf(r store.Reader, tag string, most int) (n int, err error) {
	parts, err := bot.Parts(r, tag, most)
	for _, p := range parts {
		if p.State == bot.Sent {
			n++
		}
	}
	return n, err
}
