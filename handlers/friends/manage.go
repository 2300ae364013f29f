package friends

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

const listed = 10

var (
	textForm     = bot.Text{ZH: "可以写：\n/好友 开、/好友 关（自动通过）\n/好友 词 读书 早起（招呼里有才通过；无 就都通过）\n/好友 上限 20（一天几位）\n/好友 时间 8:00-22:00（或 全天）\n/好友 招呼 您好 {名字}…（或 无）\n/好友 来源 微博=微博 公号=公众号（或 无）\n/好友 通过 编号、/好友 忽略 编号\n/好友 还原（回到 config.yaml）", EN: "Write:\n/friends on, off (accept by yourself)\n/friends words WORD WORD (of the hello; none accepts all)\n/friends cap 20 (a day)\n/friends hours 8:00-22:00 (or always)\n/friends hello Hello {name} … (or none)\n/friends channels wb=Weibo (or none)\n/friends accept NUMBER, ignore NUMBER\n/friends reset (to config.yaml)"}
	textOff      = bot.Text{ZH: "不自动通过好友申请，有人来会告诉您。", EN: "Friend requests are not accepted by themselves; you are told of each."}
	textOn       = bot.Text{ZH: "自动通过好友申请：%s，一天最多 %d 位，%s。", EN: "Friend requests are accepted: %s, at most %d a day, %s."}
	textAnyWord  = bot.Text{ZH: "招呼写什么都行", EN: "whatever the hello says"}
	textWordsAre = bot.Text{ZH: "招呼里有 %s", EN: "if the hello holds %s"}
	textAllDay   = bot.Text{ZH: "全天", EN: "at any hour"}
	textOr       = bot.Text{ZH: " 或 ", EN: " or "}
	textSources  = bot.Text{ZH: "\n来源按招呼里的词：%s", EN: "\nChannels by words of the hello: %s"}
	textComma    = bot.Text{ZH: "、", EN: ", "}
	textWaiting  = bot.Text{ZH: "\n等您处理的：", EN: "\nWaiting for you:"}
	textOne      = bot.Text{ZH: "\n%d. %s：%s", EN: "\n%d. %s: %s"}
	textHow      = bot.Text{ZH: "\n发「/好友 通过 编号」或「/好友 忽略 编号」。", EN: "\nSend “/friends accept NUMBER” or “/friends ignore NUMBER”."}
	textDone     = bot.Text{ZH: "好的。%s", EN: "Done. %s"}
	textBad      = bot.Text{ZH: "没有改：%v", EN: "Unchanged: %v"}
	textNobody   = bot.Text{ZH: "没有编号 %s 的好友申请。", EN: "There is no friend request %s."}
	textYes      = bot.Text{ZH: "好的，正在通过 %s。", EN: "Accepting %s."}
	textNo       = bot.Text{ZH: "好的，不理会 %s 的申请了。", EN: "The request of %s is ignored."}
	textAlready  = bot.Text{ZH: "%s 的申请已经处理过了。", EN: "The request of %s is dealt with already."}
)

// manage is /好友.
func manage(_ context.Context, c *bot.Call) error {
	text := strings.TrimSpace(c.Arg("内容"))
	switch verb := c.Arg("做什么"); verb {
	case "":
		return show(c)
	case "通过", "accept":
		return decide(c, text, true)
	case "忽略", "ignore":
		return decide(c, text, false)
	case "还原", "reset":
		if err := rules.Delete(c.Tx, only); err != nil {
			return err
		}
		c.Reply(textDone, bot.Settings[Settings](c).describe(c))
		return nil
	default:
		return change(c, verb, text)
	}
}

// change sets one thing of the rule.
func change(c *bot.Call, verb, text string) error {
	s, err := ruleOf(c)
	if err != nil {
		return err
	}
	none := slices.Contains([]string{"无", "none", "全天", "always"}, text)
	if none {
		text = ""
	}
	list := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,，、\n", r) })
	switch verb {
	case "开", "on":
		s.Accept = true
	case "关", "off":
		s.Accept = false
	case "词", "words":
		s.Words = list
	case "上限", "cap":
		if s.Cap, err = strconv.Atoi(text); err != nil {
			return bot.Refuse(textForm)
		}
	case "时间", "hours":
		s.Hours = text
	case "招呼", "hello":
		s.Hello = text
	case "来源", "channels":
		s.Channels = list
	default:
		return bot.Refuse(textForm)
	}
	if text == "" && !none && verb != "开" && verb != "关" && verb != "on" && verb != "off" {
		return bot.Refuse(textForm)
	}
	if err := s.Check(); err != nil {
		return bot.Refuse(textBad, err)
	}
	c.Reply(textDone, s.describe(c))
	return rules.Put(c.Tx, s, only)
}

// describe says what the rule does.
func (s Settings) describe(c *bot.Call) string {
	text := s.accepts(c)
	if len(s.Channels) > 0 {
		text += c.T(textSources, strings.Join(s.Channels, c.T(textComma)))
	}
	return text
}

func (s Settings) accepts(c *bot.Call) string {
	if !s.Accept {
		return c.T(textOff)
	}
	words, hours := c.T(textAnyWord), c.T(textAllDay)
	if len(s.Words) > 0 {
		quoted := make([]string, len(s.Words))
		for i, w := range s.Words {
			quoted[i] = "「" + w + "」"
		}
		words = c.T(textWordsAre, strings.Join(quoted, c.T(textOr)))
	}
	if s.Hours != "" {
		hours = s.Hours
	}
	return c.T(textOn, words, s.Cap, hours)
}

// show says the rule, and who waits.
func show(c *bot.Call) error {
	s, err := ruleOf(c)
	if err != nil {
		return err
	}
	text := s.describe(c)
	list, err := latest(c.Tx, maxRequests, "")
	if err != nil {
		return err
	}
	n := 0
	for _, e := range list {
		if e.State != waits || n == listed {
			continue
		}
		if n++; n == 1 {
			text += c.T(textWaiting)
		}
		hello := e.Hello
		if hello == "" {
			hello = c.T(textNoWord)
		}
		text += c.T(textOne, e.No, e.Nick, hello)
	}
	if n > 0 {
		text += c.T(textHow)
	}
	c.Say(text)
	return nil
}

// An entry is a request and whose it is.
type entry struct {
	request
	who bot.PersonID
}

// latest gives the requests, the latest first, at most limit of them, those before a key of numbers.
func latest(r store.Reader, limit int, to string) (list []entry, err error) {
	for row, err := range numbers.Scan(r, store.Range{To: to, Reverse: true, Limit: limit}) {
		if err != nil {
			return nil, err
		}
		q, ok, err := requests.Get(r, row.Value)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, entry{q, row.Value})
		}
	}
	return list, nil
}

// decide is the owner's yes or no to one request.
func decide(c *bot.Call, text string, yes bool) error {
	no, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return bot.Refuse(textNobody, bot.CleanName(text))
	}
	who, ok, err := numbers.Get(c.Tx, no)
	if err != nil {
		return err
	}
	r, known, err := requests.Get(c.Tx, who)
	if err != nil {
		return err
	}
	switch {
	case !ok || !known:
		return bot.Refuse(textNobody, strconv.FormatUint(no, 10))
	case r.State == accepted || r.State == befriend:
		return bot.Refuse(textAlready, r.Nick)
	case !yes:
		r.State = ignored
		c.Reply(textNo, r.Nick)
		return requests.Put(c.Tx, r, who)
	case r.Token == "":
		return bot.Refuse(textFailed, r.Nick)
	}
	c.Reply(textYes, r.Nick)
	return r.accept(c, who)
}
