package keywords

import (
	"context"
	"encoding/json"
	"strings"

	"sixtwenty/bot"
)

var (
	textForm    = bot.Text{ZH: "可以写：\n/关键词 加 词 = 回复（整句是这个词）\n/关键词 含 词 = 回复（话里有这个词）\n/关键词 私 词 = 回复（好友私聊）\n先发图片、文件或音频，再写 /关键词 存 词（或 存含、存私）\n/关键词 删 词", EN: "Write:\n/keyword add WORD = ANSWER (the whole message)\n/keyword contains WORD = ANSWER\n/keyword private WORD = ANSWER (of friends)\nsend a picture, file or recording, then /keyword keep WORD (or keepcontains, keepprivate)\n/keyword drop WORD"}
	textSet     = bot.Text{ZH: "好的，%s「%s」我就回答%s。", EN: "Done: %s “%s” is answered%s."}
	textSays    = bot.Text{ZH: "有人说", EN: "who says"}
	textHolds   = bot.Text{ZH: "话里有", EN: "a message with"}
	textTells   = bot.Text{ZH: "好友私聊我", EN: "a friend who writes me"}
	textWithAll = bot.Text{ZH: "：一段话，再加%s", EN: " with the text and %s"}
	textWith    = bot.Text{ZH: "：%s", EN: " with %s"}
	textCodeSet = bot.Text{ZH: "好的，好友私聊我「%s」就能拿到这张群二维码，用到 %s。快过期时我会提醒您换。", EN: "Friends who write me “%s” get this code, good until %s. I tell you before it dies."}
	textLong    = bot.Text{ZH: "太长了：词 %d 字以内，回复 %d 字节以内。", EN: "Too long: a word has at most %d characters, an answer %d bytes."}
	textFull    = bot.Text{ZH: "关键词太多啦，先删几个（最多 %d 个）。", EN: "There are too many words; drop some (at most %d)."}
	textTaken   = bot.Text{ZH: "「%s」已经是别的群的私聊关键词了，换一个吧。", EN: "“%s” is a private word of another group; take another."}
	textDropped = bot.Text{ZH: "好的，「%s」不再回答了。", EN: "“%s” is no longer answered."}
	textNoWord  = bot.Text{ZH: "没有「%s」这个关键词。", EN: "There is no word “%s”."}
	textSend    = bot.Text{ZH: "请先把图片、文件或音频发给我（群里或私聊都行），十分钟内再发这一句。", EN: "First send me the picture, file or recording, here or in private, and this within ten minutes."}
	textNotKept = bot.Text{ZH: "「%s」没有存成：拿不到那个文件。请再发一次试试。", EN: "“%s” was not kept: the file could not be fetched. Please send it again."}
	textNone    = bot.Text{ZH: "还没有关键词。管理员发「/关键词 加 词 = 回复」就有了。", EN: "There are no words yet. A manager sets one with “/keyword add WORD = ANSWER”."}
	textFAQ     = bot.Text{ZH: "可以问我：", EN: "You can ask me:"}
	textItem    = bot.Text{ZH: "\n· %s%s", EN: "\n· %s%s"}
	textIn      = bot.Text{ZH: "（话里有就答）", EN: " (anywhere in a message)"}
	textAlone   = bot.Text{ZH: "（私聊我）", EN: " (in private)"}
)

// manage is /关键词.
func manage(_ context.Context, c *bot.Call) error {
	text := strings.TrimSpace(c.Arg("内容"))
	switch c.Arg("做什么") {
	case "":
		return list(c, true)
	case "加", "add":
		return set(c, exact, text)
	case "含", "contains":
		return set(c, contained, text)
	case "私", "private":
		return set(c, private, text)
	case "存", "keep":
		return keepMedia(c, exact, text)
	case "存含", "keepcontains":
		return keepMedia(c, contained, text)
	case "存私", "keepprivate":
		return keepMedia(c, private, text)
	case "删", "drop":
		return drop(c, text)
	}
	return bot.Refuse(textForm)
}

// set gives a word a text; the medium it has stays.
func set(c *bot.Call, m mode, text string) error {
	word, reply, ok := strings.Cut(strings.ReplaceAll(text, "＝", "="), "=")
	if !ok || strings.TrimSpace(reply) == "" {
		return bot.Refuse(textForm)
	}
	word = strings.TrimSpace(word)
	a, _, err := answers.Get(c.Tx, c.Event.Chat.ID, m, bot.Fold(word))
	if err != nil {
		return err
	}
	a.Word, a.Text, a.By = word, strings.TrimSpace(reply), c.Event.From.Person
	if !a.Code {
		a.At = c.Now
	}
	if err := put(c, m, a); err != nil {
		return err
	}
	a.confirm(c, m)
	return nil
}

// confirm says what a word is answered with now.
func (a answer) confirm(c *bot.Call, m mode) {
	when := map[mode]bot.Text{exact: textSays, contained: textHolds, private: textTells}[m]
	with := ""
	switch what := c.T(a.medium()); {
	case a.Media != "" && a.Text != "":
		with = c.T(textWithAll, what)
	case a.Media != "":
		with = c.T(textWith, what)
	}
	c.Reply(textSet, c.T(when), bot.CleanName(a.Word), with)
}

// put keeps an answer of this group.
func put(c *bot.Call, m mode, a answer) error {
	chat, key := c.Event.Chat.ID, bot.Fold(a.Word)
	if key == "" {
		return bot.Refuse(textForm)
	}
	if len([]rune(a.Word)) > maxWord || len(a.Text) > maxText {
		return bot.Refuse(textLong, maxWord, maxText)
	}
	list, err := wordsOf(c.Tx, chat, m)
	if err != nil {
		return err
	}
	if known, err := answers.Has(c.Tx, chat, m, key); err != nil {
		return err
	} else if !known && len(list) >= maxWords {
		return bot.Refuse(textFull, maxWords)
	}
	if m == private {
		of, taken, err := doors.Get(c.Tx, key)
		if err != nil {
			return err
		}
		if taken && of != chat {
			return bot.Refuse(textTaken, bot.CleanName(a.Word))
		}
		if err := doors.Put(c.Tx, chat, key); err != nil {
			return err
		}
	}
	return answers.Put(c.Tx, a, chat, m, key)
}

func drop(c *bot.Call, word string) error {
	key, found := bot.Fold(word), false
	for _, m := range modes() {
		has, err := answers.Has(c.Tx, c.Event.Chat.ID, m, key)
		if err != nil {
			return err
		}
		if !has {
			continue
		}
		found = true
		if err := answers.Delete(c.Tx, c.Event.Chat.ID, m, key); err != nil {
			return err
		}
		if m != private {
			continue
		}
		if err := doors.Delete(c.Tx, key); err != nil {
			return err
		}
	}
	if !found {
		return bot.Refuse(textNoWord, bot.CleanName(word))
	}
	c.Reply(textDropped, bot.CleanName(word))
	return nil
}

// faq is /问答: what can be asked, or the answer itself.
func faq(_ context.Context, c *bot.Call) error {
	word := strings.TrimSpace(c.Arg("词"))
	if word == "" {
		return list(c, false)
	}
	a, ok, err := find(c, word)
	if err != nil {
		return err
	}
	if !ok {
		return bot.Refuse(textNoWord, bot.CleanName(word))
	}
	a.send(c)
	return nil
}

// list says what can be asked; managers also see what is for friends in private.
func list(c *bot.Call, all bool) error {
	text := ""
	marks := map[mode]string{contained: c.T(textIn), private: c.T(textAlone)}
	for _, m := range modes() {
		if m == private && !all {
			continue
		}
		words, err := wordsOf(c.Tx, c.Event.Chat.ID, m)
		if err != nil {
			return err
		}
		for _, a := range words {
			text += c.T(textItem, bot.CleanName(a.Word), marks[m])
		}
	}
	if text == "" {
		c.Reply(textNone)
		return nil
	}
	c.Say(c.T(textFAQ) + text)
	return nil
}

// A request is what the work is asked for.
type request struct {
	Media bot.Media    `json:"media"`
	Word  string       `json:"word"`
	Mode  mode         `json:"mode"`
	Code  bool         `json:"code,omitempty"`
	By    bot.PersonID `json:"by,omitempty"`
	// Console: the owner asked there, so the group need not hear of it.
	Console bool `json:"console,omitempty"`
}

// keepMedia sets what the manager sent last as the answer to a word.
func keepMedia(c *bot.Call, m mode, word string) error {
	if bot.Fold(word) == "" {
		return bot.Refuse(textForm)
	}
	sent, ok, err := c.LastSent(fresh)
	if err != nil {
		return err
	}
	if !ok {
		return bot.Refuse(textSend)
	}
	return keep(c, request{Media: sent, Word: word, Mode: m})
}

// keep asks for the work, unless it is plain that the answer would be refused.
func keep(c *bot.Call, ask request) error {
	ask.By, ask.Console = c.Event.From.Person, c.Event.Kind == bot.Asked
	if len([]rune(ask.Word)) > maxWord {
		return bot.Refuse(textLong, maxWord, maxText)
	}
	return c.Work(workKeep, string(c.Event.Chat.ID)+"/"+string(ask.Mode)+"/"+bot.Fold(ask.Word), ask)
}

// kept sets the answer when its medium is kept; the text it has stays.
func kept(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil {
		return err
	}
	var ask request
	if err := json.Unmarshal(done.Asked, &ask); err != nil {
		return err
	}
	if done.Error != "" {
		if ask.Console {
			return c.TellOwners(textNotKept, bot.CleanName(ask.Word))
		}
		c.Reply(textNotKept, bot.CleanName(ask.Word))
		return nil
	}
	a, _, err := answers.Get(c.Tx, c.Event.Chat.ID, ask.Mode, bot.Fold(ask.Word))
	if err != nil {
		return err
	}
	a.Word, a.By, a.At, a.Code, a.Warned = ask.Word, ask.By, c.Now, ask.Code, 0
	if err := done.Into(&a.Media); err != nil {
		return err
	}
	a.Kind, a.Name = ask.Media.Sending()
	if err := put(c, ask.Mode, a); err != nil {
		return err
	}
	if ask.Console {
		return nil
	}
	if a.Code {
		c.Reply(textCodeSet, bot.CleanName(a.Word), a.At.Add(codeLives).In(c.Zone()).Format("01-02 15:04"))
		return nil
	}
	a.confirm(c, ask.Mode)
	return nil
}
