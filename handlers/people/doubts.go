package people

import (
	"context"
	"strconv"
	"strings"

	"sixtwenty/bot"
)

func doubts() []bot.Command {
	return []bot.Command{
		{
			Name: "体检", Aliases: []string{"checkup"}, Who: bot.Owner,
			Summary:  bot.Text{ZH: "这次登录认出了谁，哪些群没有保存", EN: "whom this sign-in recognised, and which groups are not saved"},
			Examples: []bot.Example{{Say: "/体检", Reply: "…"}},
			Run:      checkup,
		},
		{
			Name: "待认", Aliases: []string{"unsure"}, Args: "[编号] [第几个]", Who: bot.Owner,
			Summary:  bot.Text{ZH: "哪些人不敢确定是谁；写编号和第几个来回答，都不是写 0", EN: "who may be somebody known before; answer with the number and which one, 0 for none"},
			Examples: []bot.Example{{Say: "/待认", Reply: "没有…"}},
			Run:      unsure,
		},
	}
}

const (
	doubtLines  = 10
	maxDoubts   = 500
	doubtLength = 4 // characters of an id that name a doubt in chat
)

var (
	textLasting = bot.Text{ZH: "这个账号里人和群的编号一直不变，不用体检。", EN: "Ids of this account last; there is nothing to check."}
	textUnsaved = bot.Text{ZH: "\n没有保存到通讯录的群（换一次登录就要等有人说话才认得）：%s。请在手机上打开群聊右上角「保存到通讯录」。", EN: "\nGroups not saved to the contacts (after a new sign-in they are unknown until somebody writes): %s. Save them on the phone: the group's menu, “save to contacts”."}
	textDoubts  = bot.Text{ZH: "\n有 %d 个人不敢确定是谁，发 /待认 看看。", EN: "\n%d people may be somebody known before; see /unsure."}
	textTexts   = bot.Text{ZH: "\n微信有 %d 种提示我还看不懂，麻烦转告开发者：\n%s", EN: "\n%d wordings of WeChat are not understood yet; please pass them on:\n%s"}
	textNoDoubt = bot.Text{ZH: "没有不敢确定的人。", EN: "Nobody is in doubt."}
	textDoubt   = bot.Text{ZH: "%s：新来的「%s」会不会是", EN: "%s: may the new “%s” be"}
	textOneOf   = bot.Text{ZH: "\n  %d.「%s」（%s）", EN: "\n  %d. “%s” (%s)"}
	textHow     = bot.Text{ZH: "\n回答：/待认 编号 第几个；都不是写 0", EN: "\nAnswer: /unsure NUMBER WHICH; 0 for none"}
	textNoSuch  = bot.Text{ZH: "没有编号是 %s 的人，发 /待认 看看。", EN: "There is no %s; see /unsure."}
	textWhichOf = bot.Text{ZH: "请写第几个，1 到 %d，都不是写 0。", EN: "Say which one, 1 to %d, or 0 for none."}
	textNobody  = bot.Text{ZH: "好的，「%s」是一位新朋友。", EN: "“%s” is somebody new."}
)

func checkup(_ context.Context, c *bot.Call) error {
	h, ok, err := c.Health()
	if err != nil {
		return err
	}
	if !ok {
		c.Reply(textLasting)
		return nil
	}
	text := c.T(h.Report)
	if len(h.Unsaved) > 0 {
		var names []string
		for _, g := range h.Unsaved[:min(len(h.Unsaved), doubtLines)] {
			names = append(names, bot.CleanName(g.Name))
		}
		text += c.T(textUnsaved, strings.Join(names, c.T(textComma)))
	}
	if h.Doubts > 0 {
		text += c.T(textDoubts, h.Doubts)
	}
	if len(h.Texts) > 0 {
		text += c.T(textTexts, len(h.Texts), strings.Join(h.Texts[:min(len(h.Texts), doubtLines)], "\n"))
	}
	c.Say(text)
	return nil
}

func unsure(_ context.Context, c *bot.Call) error {
	list, err := c.Doubts(maxDoubts)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.Reply(textNoDoubt)
		return nil
	}
	if c.Arg("编号") == "" {
		var lines []string
		for _, d := range list[:min(len(list), doubtLines)] {
			lines = append(lines, inWords(c, d))
		}
		c.Say(strings.Join(lines, "\n") + c.T(textHow))
		return nil
	}
	for _, d := range list {
		if strings.EqualFold(short(d.Person), c.Arg("编号")) {
			return decide(c, d)
		}
	}
	return bot.Refuse(textNoSuch, bot.CleanName(c.Arg("编号")))
}

// short names a doubt by the end of the person's id.
func short(p bot.PersonID) string {
	s := []rune(strings.ToUpper(string(p)))
	return string(s[max(0, len(s)-doubtLength):])
}

func inWords(c *bot.Call, d bot.Doubt) string {
	text := c.T(textDoubt, short(d.Person), bot.CleanName(d.Nick))
	for i, who := range d.Candidates {
		text += c.T(textOneOf, i+1, bot.CleanName(who.Nick), c.T(who.Evidence))
	}
	return text
}

// decide takes the owner's word for who somebody is.
func decide(c *bot.Call, d bot.Doubt) error {
	n, err := strconv.Atoi(c.Arg("第几个"))
	if err != nil || n < 0 || n > len(d.Candidates) {
		return bot.Refuse(textWhichOf, len(d.Candidates))
	}
	if err := c.SettleDoubt(d.Person); err != nil {
		return err
	}
	if n == 0 {
		c.Reply(textNobody, bot.CleanName(d.Nick))
		return nil
	}
	was := d.Candidates[n-1]
	number, err := c.Merge(was.Person, d.Person, "the owner knows them")
	if err != nil {
		return bot.Refuse(textCannot)
	}
	c.Reply(textMerged, bot.CleanName(was.Nick), bot.CleanName(d.Nick), number)
	return nil
}
