package onboarding

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// An attachment is sent after every welcome.
type attachment struct {
	Kind  bot.EffectKind `json:"kind"`
	Media string         `json:"media"`
	Name  string         `json:"name"`
	By    bot.PersonID   `json:"by,omitempty"`
	At    time.Time      `json:"at"`
}

const (
	media = store.Table[attachment]("onboarding/media") // chat, number

	workKeep       = "keep"
	maxAttachments = 3
	maxMedia       = 20 << 20
	fresh          = 10 * time.Minute // how long what was sent can be set
)

var (
	textWelcomeForm = bot.Text{
		ZH: "可以写：\n/欢迎语 预览\n/欢迎语 原文（复制来改）\n/欢迎语 设 内容\n/欢迎语 加 内容（几种轮流用）\n/欢迎语 删 编号\n先发图片、文件或音频，再写 /欢迎语 附\n/欢迎语 去附",
		EN: "Write:\n/welcome preview\n/welcome raw (to copy and change)\n/welcome set TEXT\n/welcome add TEXT (they take turns)\n/welcome drop NUMBER\nsend a picture, file or recording, then /welcome attach\n/welcome detach",
	}
	textOff         = bot.Text{ZH: "这个群没有设置欢迎语。", EN: "This group has no welcome."}
	textWelcomeBad  = bot.Text{ZH: "没有改：%s", EN: "Unchanged: %s"}
	textWelcomeSet  = bot.Text{ZH: "好的，欢迎语换好了，新人会看到：\n%s", EN: "Done. A newcomer will see:\n%s"}
	textWelcomeAdd  = bot.Text{ZH: "好的，现在有 %d 种欢迎语轮流用。新人会看到：\n%s", EN: "Done: %d welcomes take turns now. A newcomer will see:\n%s"}
	textWelcomeFull = bot.Text{ZH: "欢迎语太多啦，先删掉几种。", EN: "There are too many welcomes; drop some first."}
	textWelcomeGone = bot.Text{ZH: "好的，删掉了。", EN: "Dropped."}
	textWelcomeOff  = bot.Text{ZH: "好的，以后不欢迎新人了。再发「/欢迎语 设 内容」就又有了。", EN: "Newcomers are greeted no more. “/welcome set TEXT” begins again."}
	textWelcomeNone = bot.Text{ZH: "没有编号 %s 的欢迎语。", EN: "There is no welcome %s."}
	textWelcomeItem = bot.Text{ZH: "\n— %d：%s", EN: "\n— %d: %s"}
	textSendFirst   = bot.Text{ZH: "请先把图片、文件或音频发给我（群里或私聊都行），十分钟内再发「/欢迎语 附」。", EN: "First send me the picture, file or recording, here or in private, and “/welcome attach” within ten minutes."}
	textAttached    = bot.Text{ZH: "好的，以后欢迎新人时一起发（现在有 %d 个附件）。", EN: "It will be sent with every welcome; there are %d now."}
	textAttachMost  = bot.Text{ZH: "附件最多 %d 个，发「/欢迎语 去附」先去掉。", EN: "There are at most %d; “/welcome detach” first."}
	textNotKept     = bot.Text{ZH: "没有存成：拿不到那个文件。请再发一次试试。", EN: "It was not kept: the file could not be fetched. Please send it again."}
	textDetached    = bot.Text{ZH: "好的，欢迎时不再发附件了。", EN: "Welcomes are sent with nothing else now."}
)

// welcomes is /欢迎语.
func welcomes(_ context.Context, c *bot.Call) error {
	text := strings.TrimSpace(c.Arg("内容"))
	switch c.Arg("做什么") {
	case "", "预览", "preview":
		return preview(c, true)
	case "原文", "raw":
		return preview(c, false)
	case "设", "set":
		return setWelcome(c, text)
	case "加", "add":
		return addWelcome(c, text)
	case "删", "drop":
		return dropWelcome(c, text)
	case "附", "attach":
		return attach(c)
	case "去附", "detach":
		return detach(c)
	}
	return bot.Refuse(textWelcomeForm)
}

// shownTo is how a welcome would look to whoever asks; a template with a fault is refused, with the place of the fault.
func shownTo(c *bot.Call, template string) (string, error) {
	if err := checkTemplate(template, ofWelcome()); err != nil {
		if t, ok := errors.AsType[*templateError](err); ok {
			return "", bot.Refuse(textWelcomeBad, t.In(c.Group().Language))
		}
		return "", err
	}
	return greeting{people: []bot.PersonID{c.Event.From.Person}, preview: c.Event.From}.welcome(c, template)
}

func preview(c *bot.Call, filled bool) error {
	list, err := templates(c)
	if err != nil {
		return err
	}
	if list[0] == "" {
		c.Reply(textOff)
		return nil
	}
	text := ""
	for i, template := range list {
		if filled {
			if template, err = shownTo(c, template); err != nil {
				return err
			}
		}
		if i == 0 {
			text = template
			continue
		}
		text += c.T(textWelcomeItem, i+1, template)
	}
	c.Say(text)
	if !filled || c.Event.Kind == bot.Asked { // what the console asks is answered there, and media would go to the group
		return nil
	}
	return sendAttachments(c)
}

func setWelcome(c *bot.Call, text string) error {
	if text == "" || len(text) > maxText {
		return bot.Refuse(textWelcomeForm)
	}
	shown, err := shownTo(c, text)
	if err != nil {
		return err
	}
	c.Reply(textWelcomeSet, shown)
	return c.SetFor("onboarding", "welcome", text)
}

// addWelcome keeps a further welcome, if it can be filled in.
func addWelcome(c *bot.Call, text string) error {
	if text == "" || len(text) > maxText {
		return bot.Refuse(textWelcomeForm)
	}
	shown, err := shownTo(c, text)
	if err != nil {
		return err
	}
	list, err := templates(c)
	if err != nil {
		return err
	}
	if list[0] == "" { // none so far: this is the first
		return setWelcome(c, text)
	}
	if len(list) > maxOthers {
		return bot.Refuse(textWelcomeFull)
	}
	n, err := c.Tx.Next(string(others))
	if err != nil {
		return err
	}
	c.Reply(textWelcomeAdd, len(list)+1, shown)
	return others.Put(c.Tx, text, c.Event.Chat.ID, n)
}

// dropWelcome removes one of the further welcomes, by its place in the list; the first gives way to the second.
func dropWelcome(c *bot.Call, text string) error {
	want, err := strconv.Atoi(text)
	if err != nil {
		return bot.Refuse(textWelcomeNone, bot.CleanName(text))
	}
	rg, n := store.Under(c.Event.Chat.ID), 1
	rg.Limit = maxOthers
	for row, err := range others.Scan(c.Tx, rg) {
		if err != nil {
			return err
		}
		if n++; n != want && want != 1 {
			continue
		}
		c.Reply(textWelcomeGone)
		if want == 1 {
			if err := c.SetFor("onboarding", "welcome", row.Value); err != nil {
				return err
			}
		}
		return c.Tx.Delete(string(others), row.Key)
	}
	if want == 1 && bot.Settings[Settings](c).Welcome != "" {
		c.Reply(textWelcomeOff)
		return c.SetFor("onboarding", "welcome", empty)
	}
	return bot.Refuse(textWelcomeNone, bot.CleanName(text))
}

// attachments are what a group's welcomes are sent with.
func attachments(r store.Reader, chat bot.ChatID) (list []attachment, err error) {
	rg := store.Under(chat)
	rg.Limit = maxAttachments
	for row, err := range media.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	return list, nil
}

func sendAttachments(c *bot.Call) error {
	list, err := attachments(c.Tx, c.Event.Chat.ID)
	for _, a := range list {
		c.Send(bot.Effect{Kind: a.Kind, Media: a.Media, Name: a.Name})
	}
	return err
}

// A request is what the work is asked for.
type request struct {
	Media   bot.Media    `json:"media"`
	By      bot.PersonID `json:"by,omitempty"`
	Console bool         `json:"console,omitempty"` // the owner asked there, so the group need not hear of it
}

// attach keeps what was sent last, to be sent with every welcome.
func attach(c *bot.Call) error {
	list, err := attachments(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	if len(list) >= maxAttachments {
		return bot.Refuse(textAttachMost, maxAttachments)
	}
	m, ok, err := c.LastSent(fresh)
	if err != nil {
		return err
	}
	if !ok {
		return bot.Refuse(textSendFirst)
	}
	return c.Work(workKeep, c.Event.ID, request{m, c.Event.From.Person, c.Event.Kind == bot.Asked})
}

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
			return c.TellOwners(textNotKept)
		}
		c.Reply(textNotKept)
		return nil
	}
	list, err := attachments(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	if len(list) >= maxAttachments {
		return bot.Refuse(textAttachMost, maxAttachments)
	}
	a := attachment{By: ask.By, At: c.Now}
	if err := done.Into(&a.Media); err != nil {
		return err
	}
	a.Kind, a.Name = ask.Media.Sending()
	n, err := c.Tx.Next(string(media))
	if err != nil {
		return err
	}
	if !ask.Console {
		c.Reply(textAttached, len(list)+1)
	}
	return media.Put(c.Tx, a, c.Event.Chat.ID, n)
}

func detach(c *bot.Call) error {
	var keys []string
	for row, err := range media.Scan(c.Tx, store.Under(c.Event.Chat.ID)) {
		if err != nil {
			return err
		}
		keys = append(keys, row.Key)
	}
	for _, key := range keys {
		if err := c.Tx.Delete(string(media), key); err != nil {
			return err
		}
	}
	c.Reply(textDetached)
	return nil
}
