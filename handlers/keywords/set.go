package keywords

import (
	"context"
	"encoding/json"
	"path"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

var (
	textForm    = bot.Text{ZH: "可以写：/关键词 加 词 = 回复、/关键词 含 词 = 回复、/关键词 私 词 = 回复、/关键词 存 词（先发图片或文件）、/关键词 存私 词、/关键词 删 词", EN: "Write: /keyword add WORD = ANSWER, contains WORD = ANSWER, private WORD = ANSWER, keep WORD (after sending a picture or a file), keepprivate WORD, drop WORD"}
	textSet     = bot.Text{ZH: "好的，有人说「%s」我就回答。", EN: "Whoever says “%s” is answered."}
	textLong    = bot.Text{ZH: "太长了：词 %d 字以内，回复 %d 字节以内。", EN: "Too long: a word has at most %d characters, an answer %d bytes."}
	textFull    = bot.Text{ZH: "关键词太多啦，先删几个（最多 %d 个）。", EN: "There are too many words; drop some (at most %d)."}
	textTaken   = bot.Text{ZH: "「%s」已经是别的群的私聊关键词了，换一个吧。", EN: "“%s” is a private word of another group; take another."}
	textDropped = bot.Text{ZH: "好的，「%s」不再回答了。", EN: "“%s” is no longer answered."}
	textNoWord  = bot.Text{ZH: "没有「%s」这个关键词。", EN: "There is no word “%s”."}
	textSend    = bot.Text{ZH: "请先在群里发要存的图片、文件或音频，十分钟内再发这一句。", EN: "First send the picture, file or recording here, and this within ten minutes."}
	textKeeping = bot.Text{ZH: "好的，正在存…", EN: "Keeping it…"}
	textNotKept = bot.Text{ZH: "「%s」没有存成：拿不到那个文件。请再发一次试试。", EN: "“%s” was not kept: the file could not be fetched. Please send it again."}
	textNone    = bot.Text{ZH: "还没有关键词。管理员发「/关键词 加 词 = 回复」就有了。", EN: "There are no words yet. A manager sets one with “/keyword add WORD = ANSWER”."}
	textFAQ     = bot.Text{ZH: "可以问我：", EN: "You can ask me:"}
	textItem    = bot.Text{ZH: "\n· %s%s", EN: "\n· %s%s"}
	textIn      = bot.Text{ZH: "（话里有就答）", EN: " (anywhere in a message)"}
	textAlone   = bot.Text{ZH: "（私聊我）", EN: " (in private)"}
)

type work = func(ctx context.Context, w bot.Work) (any, error)

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
	case "存私", "keepprivate":
		return keepMedia(c, private, text)
	case "删", "drop":
		return drop(c, text)
	}
	return bot.Refuse(textForm)
}

func set(c *bot.Call, m mode, text string) error {
	word, reply, ok := strings.Cut(strings.ReplaceAll(text, "＝", "="), "=")
	if !ok || strings.TrimSpace(reply) == "" {
		return bot.Refuse(textForm)
	}
	a := answer{Word: strings.TrimSpace(word), Text: strings.TrimSpace(reply), By: c.Event.From.Person, At: c.Now}
	if err := put(c, c.Event.Chat.ID, m, a); err != nil {
		return err
	}
	c.Reply(textSet, bot.CleanName(a.Word))
	return nil
}

// put keeps an answer.
func put(c *bot.Call, chat bot.ChatID, m mode, a answer) error {
	key := fold(a.Word)
	if key == "" {
		return bot.Refuse(textForm)
	}
	if len([]rune(a.Word)) > maxWord || len(a.Text) > maxText {
		return bot.Refuse(textLong, maxWord, maxText)
	}
	n := 0
	rg := store.Under(chat, m)
	rg.Limit = maxWords
	for row, err := range answers.Scan(c.Tx, rg) {
		if err != nil {
			return err
		}
		if fold(row.Value.Word) != key {
			n++
		}
	}
	if n >= maxWords {
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
	key, found := fold(word), false
	for _, m := range []mode{exact, contained, private} {
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
		if err := c.ClearTimer(timerCode, key); err != nil {
			return err
		}
	}
	if !found {
		return bot.Refuse(textNoWord, bot.CleanName(word))
	}
	c.Reply(textDropped, bot.CleanName(word))
	return nil
}

func faq(_ context.Context, c *bot.Call) error { return list(c, false) }

// list says what can be asked; managers also see what is for friends in private.
func list(c *bot.Call, all bool) error {
	text := ""
	marks := map[mode]string{contained: c.T(textIn), private: c.T(textAlone)}
	for _, m := range []mode{exact, contained, private} {
		if m == private && !all {
			continue
		}
		rg := store.Under(c.Event.Chat.ID, m)
		rg.Limit = maxWords
		for row, err := range answers.Scan(c.Tx, rg) {
			if err != nil {
				return err
			}
			text += c.T(textItem, bot.CleanName(row.Value.Word), marks[m])
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
	By    bot.PersonID `json:"by,omitempty"`
}

// keepMedia sets what the manager sent last as the answer to a word.
func keepMedia(c *bot.Call, m mode, word string) error {
	if fold(word) == "" {
		return bot.Refuse(textForm)
	}
	r, ok, err := recents.Get(c.Tx, c.Event.Chat.ID, c.Event.From.Person)
	if err != nil {
		return err
	}
	if !ok || c.Event.At.Sub(r.At) > fresh {
		return bot.Refuse(textSend)
	}
	c.Reply(textKeeping)
	ask := request{Media: r.Media, Word: word, Mode: m, By: c.Event.From.Person}
	return c.Work(workKeep, string(c.Event.Chat.ID)+"/"+string(m)+"/"+fold(word), ask)
}

// fetch keeps what was sent as a blob.
func fetch(ctx context.Context, w bot.Work) (any, error) {
	var ask request
	if err := json.Unmarshal(w.Data, &ask); err != nil {
		return nil, bot.Permanent(err)
	}
	r, err := w.Fetch(ctx, ask.Media)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return w.Keep(ctx, r, maxMedia)
}

// kept sets the answer when its medium is kept.
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
		c.Reply(textNotKept, bot.CleanName(ask.Word))
		return nil
	}
	a := answer{Word: ask.Word, By: ask.By, At: c.Now}
	if err := done.Into(&a.Media); err != nil {
		return err
	}
	a.Kind, a.Name = effectOf(ask.Media)
	if err := put(c, c.Event.Chat.ID, ask.Mode, a); err != nil {
		return err
	}
	c.Reply(textSet, bot.CleanName(a.Word))
	if ask.Mode != private || a.Kind != bot.SendImage {
		return nil
	}
	return c.After(codeLives, timerCode, fold(a.Word), a.Word)
}

// effectOf is how a medium is sent, and under which name.
func effectOf(m bot.Media) (bot.EffectKind, string) {
	name := path.Base(strings.ReplaceAll(m.Name, "\\", "/"))
	switch m.Kind {
	case bot.Image:
		return bot.SendImage, "picture.jpg"
	case bot.Voice:
		return bot.SendVoice, "voice.mp3"
	}
	if name == "." || name == "/" {
		name = "file"
	}
	return bot.SendFile, name
}
