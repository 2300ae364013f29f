package keywords

import (
	"context"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

var (
	textKnock = bot.Text{ZH: "%s 私聊发了「%s」，想进「%s」，已经按您设的回复了；要拉人请在手机上操作。", EN: "%s wrote “%s” in private, about “%s”, and got what you set. To invite them use the phone."}
	textDies  = bot.Text{ZH: "「%s」的群二维码（关键词「%s」）明天就过期了，请换一张：在群里发新的图，再发「/关键词 存私 %[2]s」。", EN: "The QR code of “%s” (word “%s”) expires tomorrow. Send a new picture in the group, and then “/keyword keepprivate %[2]s”."}
	textNear  = bot.Text{ZH: "「%s」现在有 %d 人，快到 %d 人了：过了 200 人扫码就进不来了，只能由群友邀请；满 500 人要开新群。", EN: "“%s” has %d members and nears %d: beyond 200 codes no longer work, only invitations do; at 500 a new group is needed."}
)

// heard answers words, and remembers what managers send.
func heard(_ context.Context, c *bot.Call) error {
	switch {
	case c.Event.Media != nil:
		return remember(c)
	case c.Event.Text == "" || len(c.Event.Text) > maxText || c.Event.Self:
		return nil
	case !c.Event.Chat.Group:
		return knock(c)
	}
	key := fold(c.Event.Text)
	a, ok, err := answers.Get(c.Tx, c.Event.Chat.ID, exact, key)
	if err != nil {
		return err
	}
	if !ok {
		if a, ok, err = within(c.Tx, c.Event.Chat.ID, key); err != nil || !ok {
			return err
		}
	}
	return reply(c, a)
}

// within finds the first word of the group that a message contains.
func within(r store.Reader, chat bot.ChatID, text string) (answer, bool, error) {
	rg := store.Under(chat, contained)
	rg.Limit = maxWords
	for row, err := range answers.Scan(r, rg) {
		if err != nil {
			return answer{}, false, err
		}
		if strings.Contains(text, fold(row.Value.Word)) {
			return row.Value, true, nil
		}
	}
	return answer{}, false, nil
}

// reply gives an answer, unless it was given a moment ago.
func reply(c *bot.Call, a answer) error {
	chat, key := c.Event.Chat.ID, fold(a.Word)
	at, _, err := last.Get(c.Tx, chat, key)
	if err != nil || c.Now.Sub(at) < bot.Settings[Settings](c).Cooldown {
		return err
	}
	a.send(c)
	return last.Put(c.Tx, c.Now, chat, key)
}

func (a answer) send(c *bot.Call) {
	if a.Text != "" {
		c.Say(a.Text)
	}
	if a.Media != "" {
		c.Send(bot.Effect{Kind: a.Kind, Media: a.Media, Name: a.Name})
	}
}

// knock answers a friend who writes a group's private word, and tells the owner.
func knock(c *bot.Call) error {
	key := fold(c.Event.Text)
	of, ok, err := doors.Get(c.Tx, key)
	if err != nil || !ok {
		return err
	}
	a, ok, err := answers.Get(c.Tx, of, private, key)
	if err != nil || !ok {
		return err
	}
	at, _, err := last.Get(c.Tx, c.Event.Chat.ID, key)
	if err != nil || c.Now.Sub(at) < bot.Settings[Settings](c).Cooldown {
		return err
	}
	a.send(c)
	if err := last.Put(c.Tx, c.Now, c.Event.Chat.ID, key); err != nil {
		return err
	}
	name, err := groupName(c.Tx, of)
	if err != nil {
		return err
	}
	return c.TellOwners(textKnock, c.Event.From.Shown(), bot.CleanName(a.Word), name)
}

func groupName(r store.Reader, id bot.ChatID) (string, error) {
	chats, err := bot.Chats(r)
	for _, chat := range chats {
		if chat.ID == id {
			return bot.CleanName(chat.Name), err
		}
	}
	return bot.CleanName(""), err
}

// remember keeps where to find what a manager sent, so that it can be set as an answer.
func remember(c *bot.Call) error {
	if !c.Event.Chat.Group || c.Role < bot.Manager || c.Event.Media.Kind == bot.Link || c.Event.Media.Kind == bot.Other {
		return nil
	}
	return recents.Put(c.Tx, recent{Media: *c.Event.Media, At: c.Event.At}, c.Event.Chat.ID, c.Event.From.Person)
}

// codeDies tells the owner that the code of a group is about to expire.
func codeDies(_ context.Context, c *bot.Call) error {
	var word string
	if err := c.Decode(&word); err != nil {
		return err
	}
	return c.TellOwners(textDies, bot.CleanName(c.Event.Chat.Name), bot.CleanName(word))
}

// grown tells the owner, once for each, that a group nears 200 and 500 members.
func grown(_ context.Context, c *bot.Call) error {
	chat, err := c.Chat()
	if err != nil {
		return err
	}
	told, _, err := warned.Get(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	for _, limit := range []int{500, 200} {
		if chat.Size < limit-20 || chat.Size > limit || told >= limit {
			continue
		}
		if err := warned.Put(c.Tx, limit, c.Event.Chat.ID); err != nil {
			return err
		}
		return c.TellOwners(textNear, bot.CleanName(chat.Name), chat.Size, limit)
	}
	return nil
}
