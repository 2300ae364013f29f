// Package people is who is who, and what they may ask for: roles by code, merging and unmerging, the audit, and every
// member's right to see what is kept of them, to be forgotten, and to be left in peace.
package people

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// asked holds who has asked to be forgotten and has yet to say it again; the value is when they asked.
const asked = store.Table[time.Time]("people/asked") // person

const (
	sureWithin  = 5 * time.Minute
	auditLines  = 20
	deniedLines = 5
	whyLines    = 20
	mostNames   = 10 // of before
)

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name: "people", Needed: true,
		Summary:  bot.Text{ZH: "谁是谁，和每个人的权利", EN: "who is who, and everybody's rights"},
		Commands: slices.Concat(rights(), claims(), doubts(), powers(), noteCommands()),
		Views:    views(),
		About:    about,
		Past:     past,
		Forget:   forgetAll,
	}
}

func rights() []bot.Command {
	return []bot.Command{
		{
			Name: "我的数据", Aliases: []string{"mydata"}, Where: bot.InPrivate,
			Summary:  bot.Text{ZH: "看看这里记着您的什么", EN: "what is kept about you"},
			Examples: []bot.Example{{Say: "/我的数据", Reply: "关于您，这里记着：…"}},
			Run:      mine,
		},
		{
			Name: "忘记我", Aliases: []string{"forgetme"}, Args: "[确定]", Where: bot.InPrivate,
			Summary:  bot.Text{ZH: "删除和您有关的记录", EN: "remove what is kept about you"},
			Examples: []bot.Example{{Say: "/忘记我", Reply: "…/忘记我 确定…"}},
			Run:      forget,
		},
		{
			Name: "别提醒我", Aliases: []string{"noreminders"},
			Summary:  bot.Text{ZH: "不再被提醒、被点名", EN: "be reminded of nothing"},
			Examples: []bot.Example{{Say: "/别提醒我", Reply: "…不再提醒您…"}},
			Run:      quiet,
		},
		{
			Name: "恢复提醒", Aliases: []string{"reminders"},
			Summary:  bot.Text{ZH: "重新开始提醒", EN: "be reminded again"},
			Examples: []bot.Example{{Say: "/恢复提醒", Reply: "…会提醒您…"}},
			Run:      remind,
		},
		{
			Name: "为什么", Aliases: []string{"why"}, Args: "[什么...]", Where: bot.InGroup,
			Summary:  bot.Text{ZH: "解释一个数字：为什么算、为什么没算", EN: "explain a number: why it counts, or does not"},
			Examples: []bot.Example{{Say: "/为什么", Reply: "…"}},
			Run:      why,
		},
	}
}

var (
	textMine      = bot.Text{ZH: "关于您，这里记着：", EN: "This is kept about you:"}
	textLine      = bot.Text{ZH: "\n%s：%s", EN: "\n%s: %s"}
	textNames     = bot.Text{ZH: "名字", EN: "Name"}
	textSince     = bot.Text{ZH: "第一次见到", EN: "First seen"}
	textGroups    = bot.Text{ZH: "一起在的群", EN: "Groups in common"}
	textBefore    = bot.Text{ZH: "以前的名字", EN: "Earlier names"}
	textReminders = bot.Text{ZH: "提醒", EN: "Reminders"}
	textOff       = bot.Text{ZH: "您不要提醒", EN: "you want none"}
	textRole      = bot.Text{ZH: "您是", EN: "You are"}
	textTraces    = bot.Text{ZH: "换登录后认出您的线索", EN: "To recognise you after a new sign-in"}
	textTracesOf  = bot.Text{ZH: "昵称、群里的名字、微信号、在哪些群、账号特征", EN: "nickname, names in groups, WeChat ID, which groups, flags of the account"}
	textMany      = bot.Text{ZH: "合在一起的身份", EN: "Identities joined"}
	textComma     = bot.Text{ZH: "、", EN: ", "}

	textSure    = bot.Text{ZH: "会删掉您的名字、打卡、邀请、积分等所有记录，找不回来；群里的总数还在，但不再有您的名字。真的要这样，请在五分钟内发：/忘记我 确定", EN: "Your name, check-ins, invitations and points will be gone for good; group totals stay, without your name. To go on, send within five minutes: /forgetme 确定"}
	textForgot  = bot.Text{ZH: "已经忘记了。以后您在群里说话，会被当作一位新朋友。", EN: "Forgotten. If you write again you are somebody new."}
	textTooLate = bot.Text{ZH: "请先发 /忘记我，五分钟内再发一次「/忘记我 确定」。", EN: "Send /forgetme first, and within five minutes: /forgetme 确定"}
	textQuiet   = bot.Text{ZH: "好的，不再提醒您，也不会点您的名。发 /恢复提醒 随时改回来。", EN: "You will be reminded of nothing. Send /reminders to change it back."}
	textRemind  = bot.Text{ZH: "好的，需要的时候会提醒您。", EN: "You will be reminded again."}
	textNoWhy   = bot.Text{ZH: "这里没有关于您的记录，还解释不了什么。", EN: "There is no record of yours to explain yet."}
)

func mine(_ context.Context, c *bot.Call) error {
	lines, err := c.About(c.Event.From.Person)
	if err != nil {
		return err
	}
	text := c.T(textMine)
	for _, l := range lines {
		text += c.T(textLine, l.Name, l.Value)
	}
	if c.Role > bot.Everyone {
		text += c.T(textLine, c.T(textRole), c.T(bot.RoleName(c.Role)))
	}
	if !c.Powers().LastingIDs {
		text += c.T(textLine, c.T(textTraces), c.T(textTracesOf))
	}
	code, err := ownCode(c)
	if err != nil {
		return err
	}
	text += c.T(textLine, c.T(textCodeName), c.T(textCodeHelp, code, code))
	c.Say(text)
	return nil
}

// about tells what the house itself keeps of a person.
func about(r store.Reader, who bot.Person, l bot.Lang) ([]bot.Line, error) {
	var lines []bot.Line
	names, first, err := bot.NamesOf(r, who)
	if err != nil {
		return nil, err
	}
	if len(names) > 0 {
		lines = append(lines, bot.Line{Name: textNames.In(l), Value: strings.Join(names, textComma.In(l))},
			bot.Line{Name: textSince.In(l), Value: first.UTC().Format(time.DateOnly)})
	}
	before, err := namesBefore(r, who, names)
	if err != nil {
		return nil, err
	}
	if len(before) > 0 {
		lines = append(lines, bot.Line{Name: textBefore.In(l), Value: strings.Join(before, textComma.In(l))})
	}
	if wants, err := bot.Remind(r, who.Head); err != nil {
		return nil, err
	} else if !wants {
		lines = append(lines, bot.Line{Name: textReminders.In(l), Value: textOff.In(l)})
	}
	groups, err := bot.GroupsOf(r, who)
	if err != nil {
		return nil, err
	}
	if len(groups) > 0 {
		lines = append(lines, bot.Line{Name: textGroups.In(l), Value: strings.Join(groups, textComma.In(l))})
	}
	if n := len(who.Identities); n > 1 {
		lines = append(lines, bot.Line{Name: textMany.In(l), Value: strconv.Itoa(n)})
	}
	on, err := notesOn(r, who)
	for _, k := range on {
		lines = append(lines, bot.Line{Name: textNoteIs.In(l), Value: k.Text})
	}
	return lines, err
}

// namesBefore are the names somebody was once shown by and is not now, the latest of them.
func namesBefore(r store.Reader, who bot.Person, now []string) (list []string, err error) {
	all, err := bot.EveryName(r, who)
	if err != nil {
		return nil, err
	}
	for _, n := range all {
		if name := bot.CleanName(n.Name); !slices.Contains(now, name) && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list[max(0, len(list)-mostNames):], nil
}

func sureWords() []string { return []string{"确定", "确认", "yes", "sure"} }

func forget(_ context.Context, c *bot.Call) error {
	who := c.Event.From.Person
	switch word := strings.ToLower(c.Arg("确定")); {
	case word == "":
		c.Reply(textSure)
		return asked.Put(c.Tx, c.Event.At, who)
	case !slices.Contains(sureWords(), word): // it cannot be taken back, so nothing else will do
		return bot.Refuse(textTooLate)
	}
	at, ok, err := asked.Get(c.Tx, who)
	if err != nil {
		return err
	}
	if !ok || c.Event.At.Sub(at) > sureWithin {
		return bot.Refuse(textTooLate)
	}
	c.Reply(textForgot)
	return c.ForgetPerson(who)
}

func forgetAll(tx store.Tx, who bot.Person) error {
	if err := errors.Join(forgetCode(tx, who), forgetNotes(tx, who)); err != nil {
		return err
	}
	for _, id := range who.Identities {
		if err := asked.Delete(tx, id); err != nil {
			return err
		}
	}
	return nil
}

func quiet(_ context.Context, c *bot.Call) error {
	c.Reply(textQuiet)
	return c.SetRemind(false)
}

func remind(_ context.Context, c *bot.Call) error {
	c.Reply(textRemind)
	return c.SetRemind(true)
}

func why(_ context.Context, c *bot.Call) error {
	lines, err := c.Why(bot.Question{
		Chat: c.Event.Chat.ID, Who: c.Event.From.Person, Topic: c.Arg("什么"), Now: c.Event.At,
		Zone: c.Zone(), Lang: c.Group().Language, Limit: whyLines,
	})
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		c.Reply(textNoWhy)
		return nil
	}
	var text strings.Builder
	for _, l := range lines {
		text.WriteString(c.T(textLine, l.Name, l.Value))
	}
	c.Say(strings.TrimSpace(text.String()))
	return nil
}
