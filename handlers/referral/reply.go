package referral

import (
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file understands what newcomers answer in their own words when they were asked who brought them.

const (
	asked     = store.Table[time.Time]("referral/asked") // chat, newcomer: when they were asked
	replyTime = 24 * time.Hour
	maxReply  = 120 // bytes of an answer
)

var textNobodyDid = bot.Text{ZH: "%s好的，记下了，欢迎～", EN: "%sNoted. Welcome!"}

// inviterIn finds the name in an answer such as 我是小明邀请的. plain says that the answer can be nothing else.
func inviterIn(text string) (name string, plain bool) {
	name = strings.Trim(text, " \u2005。.!！~～，,")
	for _, start := range []string{"我是", "是", "由", "通过", "i was invited by ", "invited by "} {
		if rest, ok := cutFold(name, start); ok {
			name, plain = rest, start != "是" && start != "我是"
			break
		}
	}
	for _, end := range []string{
		"邀请我进来的", "邀请我来的", "邀请进来的", "邀请我的", "邀请来的", "邀请的", "拉我进来的", "拉进来的", "拉我的", "拉的", "介绍来的", "介绍的", "带我来的", "叫我来的", " invited me",
	} {
		if rest, ok := strings.CutSuffix(name, end); ok {
			return strings.Trim(rest, " \u2005@"), true
		}
	}
	return strings.Trim(name, " \u2005@"), plain
}

func cutFold(s, start string) (string, bool) {
	if len(s) < len(start) || !strings.EqualFold(s[:len(start)], start) {
		return s, false
	}
	return s[len(start):], true
}

// nobody says whether an answer says that nobody did.
func nobody(text string) bool {
	return slices.Contains([]string{"没有", "没人", "没有人", "自己", "自己来的", "我自己来的", "自己进来的", "nobody", "noone", "myself"}, fold(text))
}

// replied takes the answer of a newcomer who was asked, and says whether the text was one.
func replied(c *bot.Call) (bool, error) {
	chat, me := c.Event.Chat.ID, c.Event.From.Person
	at, ok, err := asked.Get(c.Tx, chat, me)
	if err != nil || !ok {
		return false, err
	}
	if c.Event.At.Sub(at) > replyTime {
		return false, asked.Delete(c.Tx, chat, me)
	}
	if len(c.Event.Text) > maxReply {
		return false, nil
	}
	if nobody(c.Event.Text) {
		return true, alone(c)
	}
	name, plain := inviterIn(c.Event.Text)
	if name == "" {
		return false, nil
	}
	found, err := c.Find(name)
	if err != nil || len(found) != 1 && !plain {
		return false, err // they speak of something else
	}
	by, err := c.One(name)
	if err != nil {
		return true, err
	}
	return true, broughtBy(c, by)
}

// alone keeps that a newcomer says that nobody brought them.
func alone(c *bot.Call) error {
	chat, me := c.Event.Chat.ID, c.Event.From.Person
	if err := asked.Delete(c.Tx, chat, me); err != nil {
		return err
	}
	was, ok, err := credits.Get(c.Tx, chat, me)
	if err != nil || !ok || was.named() != "" {
		return err
	}
	now := was
	now.Alone = true
	c.Reply(textNobodyDid, c.At())
	return keep(c, me, was, now)
}
