package people

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
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
			Summary:  bot.Text{ZH: "哪些人不敢确定是谁；写编号细看，再写第几个来回答，都不是写 0", EN: "who may be somebody known before; the number shows more, and which one answers, 0 for none"},
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
	textLasting    = bot.Text{ZH: "这个账号里人和群的编号一直不变，不用体检。", EN: "Ids of this account last; there is nothing to check."}
	textUnsaved    = bot.Text{ZH: "\n没有保存到通讯录的群（换一次登录就要等有人说话才认得）：%s。请在手机上打开群聊右上角「保存到通讯录」。", EN: "\nGroups not saved to the contacts (after a new sign-in they are unknown until somebody writes): %s. Save them on the phone: the group's menu, “save to contacts”."}
	textUnseen     = bot.Text{ZH: "\n这次登录还没见到的群（有人说话之前发不了消息）：%s。在手机上到那个群里说一句话就好。", EN: "\nGroups not seen since this sign-in (nothing can be sent there yet): %s. Write a word there on the phone."}
	textMore       = bot.Text{ZH: " 等，还有 %d 个", EN: " and %d more"}
	textDoubts     = bot.Text{ZH: "\n有 %d 个人不敢确定是谁，发 /待认 看看。", EN: "\n%d people may be somebody known before; see /unsure."}
	textTexts      = bot.Text{ZH: "\n微信有 %d 种提示我还看不懂，麻烦转告开发者：\n%s", EN: "\n%d wordings of WeChat are not understood yet; please pass them on:\n%s"}
	textNoDoubt    = bot.Text{ZH: "没有不敢确定的人。", EN: "Nobody is in doubt."}
	textDoubt      = bot.Text{ZH: "%s：新来的「%s」会不会是", EN: "%s: may the new “%s” be"}
	textOneOf      = bot.Text{ZH: "\n  %d.「%s」（%s）", EN: "\n  %d. “%s” (%s)"}
	textHow        = bot.Text{ZH: "\n回答：/待认 编号 第几个；都不是写 0", EN: "\nAnswer: /unsure NUMBER WHICH; 0 for none"}
	textNoSuch     = bot.Text{ZH: "没有编号是 %s 的人，发 /待认 看看。", EN: "There is no %s; see /unsure."}
	textWhichOf    = bot.Text{ZH: "请写第几个，1 到 %d，都不是写 0。", EN: "Say which one, 1 to %d, or 0 for none."}
	textLook       = bot.Text{ZH: "%s：新来的「%s」", EN: "%s: the new “%s”"}
	textOf         = bot.Text{ZH: "\n     %s：%s", EN: "\n     %s: %s"}
	textAnswer     = bot.Text{ZH: "\n是哪一个？发 /待认 %[1]s 1；都不是发 /待认 %[1]s 0", EN: "\nWhich one? Send /unsure %[1]s 1, or /unsure %[1]s 0 for none"}
	textAlone      = bot.Text{ZH: "\n私聊我发同样的话，可以看到他们各自的记录。", EN: "\nSend me the same in private to see what is kept of each."}
	textOpen       = bot.Text{ZH: "一共 %d 个问题；回答了这些，下面的就会出来。", EN: "%d questions in all; the others come when these are answered."}
	textSamePerson = bot.Text{ZH: "是同一个人", EN: "The same person"}
	textCompare    = bot.Text{ZH: "比一比", EN: "Compare"}
	textNone       = bot.Text{ZH: "都不是", EN: "None of them"}
	textNobody     = bot.Text{ZH: "好的，「%s」是一位新朋友。", EN: "“%s” is somebody new."}
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
	if len(h.Unseen) > 0 {
		text += c.T(textUnseen, groupNames(c, h.Unseen))
	}
	if len(h.Unsaved) > 0 {
		text += c.T(textUnsaved, groupNames(c, h.Unsaved))
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

func groupNames(c *bot.Call, list []bot.Chat) string {
	var names []string
	for _, g := range list[:min(len(list), doubtLines)] {
		names = append(names, bot.CleanName(g.Name))
	}
	text := strings.Join(names, c.T(textComma))
	if more := len(list) - len(names); more > 0 {
		text += c.T(textMore, more)
	}
	return text
}

func unsure(_ context.Context, c *bot.Call) error {
	list, err := c.Registry().Doubts(maxDoubts)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.Reply(textNoDoubt)
		return nil
	}
	number := c.Arg("编号")
	if number == "" {
		var lines []string
		for _, d := range list[:min(len(list), doubtLines)] {
			lines = append(lines, inWords(c, list, d))
		}
		c.Say(strings.Join(lines, "\n") + c.T(textHow))
		return nil
	}
	d, ok := called(list, number)
	switch {
	case !ok:
		return bot.Refuse(textNoSuch, bot.CleanName(number))
	case c.Arg("第几个") == "":
		return look(c, list, d)
	}
	return decide(c, d)
}

// called is the only doubt whose person's id ends so.
func called(list []bot.Doubt, end string) (d bot.Doubt, ok bool) {
	end = strings.ToUpper(strings.TrimPrefix(end, "#"))
	n := 0
	for _, one := range list {
		if strings.HasSuffix(strings.ToUpper(string(one.Person)), end) {
			d, n = one, n+1
		}
	}
	return d, n == 1
}

// short names a doubt by the end of the person's id, as much of it as tells it from the others.
func short(list []bot.Doubt, p bot.PersonID) string {
	s := []rune(strings.ToUpper(string(p)))
	for n := min(len(s), doubtLength); n < len(s); n++ {
		end := string(s[len(s)-n:])
		if _, ok := called(list, end); ok {
			return end
		}
	}
	return string(s)
}

func inWords(c *bot.Call, list []bot.Doubt, d bot.Doubt) string {
	text := c.T(textDoubt, short(list, d.Person), bot.CleanName(d.Nick))
	for i, who := range d.Candidates {
		text += c.T(textOneOf, i+1, bot.CleanName(who.Nick), c.T(who.Evidence))
	}
	return text
}

// look shows what is kept of each, so that the owner can tell who is who before they are joined. Only the owner may read that.
func look(c *bot.Call, list []bot.Doubt, d bot.Doubt) error {
	if !c.Private() && c.Event.Kind != bot.Asked {
		c.Say(inWords(c, list, d) + c.T(textAlone))
		return nil
	}
	text := c.T(textLook, short(list, d.Person), bot.CleanName(d.Nick))
	lines, err := linesOf(c, d.Person)
	if err != nil {
		return err
	}
	text += lines
	for i, who := range d.Candidates {
		if lines, err = linesOf(c, who.Person); err != nil {
			return err
		}
		text += c.T(textOneOf, i+1, bot.CleanName(who.Nick), c.T(who.Evidence)) + lines
	}
	c.Say(text + c.T(textAnswer, short(list, d.Person)))
	return nil
}

func linesOf(c *bot.Call, who bot.PersonID) (text string, err error) {
	lines, err := c.About(who)
	for _, l := range lines {
		text += c.T(textOf, l.Name, l.Value)
	}
	return text, err
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
	if errors.Is(err, bot.ErrNotMerged) {
		return bot.Refuse(textCannot)
	}
	if err != nil {
		return err
	}
	c.Reply(textMerged, bot.CleanName(was.Nick), bot.CleanName(d.Nick), number)
	return nil
}

// questions is what the console shows of the doubts: one row for each whom somebody may be, with the command that says so.
func questions() bot.View {
	return bot.View{
		Name:  "questions",
		Title: bot.Text{ZH: "不敢确定是谁", EN: "Who may be whom"},
		Page:  bot.OnPeople, Of: bot.OfAccount, Waits: bot.Everything,
		Columns: []bot.Text{
			{ZH: "编号", EN: "Number"},
			{ZH: "新来的", EN: "New"},
			{ZH: "会不会是", EN: "May be"},
			{ZH: "凭什么", EN: "Because of"},
		},
		Show: showQuestions,
	}
}

func showQuestions(_ store.Reader, q bot.Query) (s bot.Shown, err error) {
	list, err := q.Registry.Doubts(maxDoubts)
	if err != nil {
		return s, err
	}
	for _, d := range list {
		rows := rowsOf(list, d, q.Lang)
		if len(s.Rows)+len(rows) > q.Limit { // a question is shown whole; those that wait come when these are answered
			s.Note = fmt.Sprintf(textOpen.In(q.Lang), len(list))
			break
		}
		s.Rows = append(s.Rows, rows...)
	}
	return s, nil
}

func rowsOf(list []bot.Doubt, d bot.Doubt, l bot.Lang) (rows []bot.Row) {
	number := short(list, d.Person)
	for i, who := range d.Candidates {
		answer := fmt.Sprintf("/待认 #%s %d", d.Person, i+1)
		row := bot.Row{
			Cells: []string{number, bot.CleanName(d.Nick), bot.CleanName(who.Nick), who.Evidence.In(l)},
			Who:   who.Person,
			Acts:  []bot.Act{{Title: textSamePerson, Say: answer}},
		}
		if i == 0 {
			row.Acts = append(row.Acts,
				bot.Act{Title: textCompare, Say: fmt.Sprintf("/待认 #%s", d.Person)},
				bot.Act{Title: textNone, Say: fmt.Sprintf("/待认 #%s 0", d.Person)})
		}
		rows = append(rows, row)
	}
	return rows
}
