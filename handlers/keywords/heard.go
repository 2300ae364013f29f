package keywords

import (
	"context"
	"strings"
	"time"

	"sixtwenty/bot"
)

// knockAgain is when the owner hears again of a friend who asked for the same group before.
const knockAgain = 12 * time.Hour

var (
	textKnock = bot.Text{ZH: "%s 私聊发了「%s」，想进「%s」，已经按您设的回复了；要拉人请在手机上操作。", EN: "%s wrote “%s” in private, about “%s”, and got what you set. To invite them use the phone."}
	textWait  = bot.Text{ZH: "「%s」现在不能扫码进群，已经告诉群主了，请等他拉您进来～", EN: "Nobody can join “%s” by its code just now. The owner knows, and will invite you."}
	textPull  = bot.Text{ZH: "%s 私聊发了「%s」，想进「%s」，可是%s。我没有发二维码，请在手机上拉一下。", EN: "%s wrote “%s” in private, about “%s”, but %s. I sent no code: please invite them on the phone."}
	textDead  = bot.Text{ZH: "群二维码已经过期", EN: "the code has died"}
	textOver  = bot.Text{ZH: "群里满 200 人，扫码进不来了", EN: "beyond 200 members the code lets nobody in"}
)

// heard answers words.
func heard(_ context.Context, c *bot.Call) error {
	switch {
	case c.Event.Text == "" || len(c.Event.Text) > maxText || c.Event.Self || c.Event.Media != nil:
		return nil
	case !c.Event.Chat.Group:
		return knock(c)
	}
	a, ok, err := find(c, c.Event.Text)
	if err != nil || !ok {
		return err
	}
	return reply(c, a)
}

// find gives what a message in the group is answered with: the word that it is, or else the first that it contains.
func find(c *bot.Call, text string) (answer, bool, error) {
	key := bot.Fold(text)
	a, ok, err := answers.Get(c.Tx, c.Event.Chat.ID, exact, key)
	if err != nil || ok {
		return a, ok, err
	}
	list, err := wordsOf(c.Tx, c.Event.Chat.ID, contained)
	for _, a := range list {
		if strings.Contains(key, bot.Fold(a.Word)) {
			return a, true, nil
		}
	}
	return answer{}, false, err
}

// reply gives an answer, unless it was given a moment ago.
func reply(c *bot.Call, a answer) error {
	chat, key := c.Event.Chat.ID, bot.Fold(a.Word)
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
	key := bot.Fold(c.Event.Text)
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
	if err := last.Put(c.Tx, c.Now, c.Event.Chat.ID, key); err != nil {
		return err
	}
	why, err := a.shut(c, of)
	if err != nil {
		return err
	}
	name, word := c.ChatName(of), bot.CleanName(a.Word)
	if why != "" {
		c.Reply(textWait, name)
	} else {
		a.send(c)
	}
	switch {
	case c.Now.Sub(at) < knockAgain:
		return nil
	case why != "":
		return c.TellOwners(textPull, c.Event.From.Shown(), word, name, why)
	}
	return c.TellOwners(textKnock, c.Event.From.Shown(), word, name)
}

// shut says why the code of a group lets nobody in; nothing where it does, or where the answer is no code.
func (a answer) shut(c *bot.Call, of bot.ChatID) (why string, err error) {
	if !a.Code {
		return "", nil
	}
	if c.Now.Sub(a.At) >= codeLives {
		return c.T(textDead), nil
	}
	size, err := bot.SizeOf(c.Tx, of)
	if err == nil && size >= codeMembers {
		why = c.T(textOver)
	}
	return why, err
}
