package keywords

import (
	"context"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// What WeChat allows: a group's code lives so long and lets in so many; beyond, only invitations do, and then a new group.
const (
	codeLives   = 7 * 24 * time.Hour
	codeDays    = 7
	codeMembers = 200
	groupFull   = 500
	nearly      = 20

	timerAge = "age"
	again    = time.Hour
)

var (
	textNoCode  = bot.Text{ZH: "这个群还没有群二维码。先把图发给我（群里或私聊都行），再在群里发「/群码 进群」：好友私聊我「进群」就能拿到。", EN: "This group has no QR code yet. Send me the picture, here or in private, and then “/groupcode WORD” here: friends who write that word to me get it."}
	textPicture = bot.Text{ZH: "请先把群二维码的图发给我（群里或私聊都行），十分钟内再发这一句。", EN: "First send me the picture of the code, here or in private, and this within ten minutes."}
	textCodes   = bot.Text{ZH: "群二维码（好友私聊我这个词就能拿到）：", EN: "QR codes, for friends who write the word to me:"}
	textCode    = bot.Text{ZH: "\n· 「%s」%s", EN: "\n· “%s”: %s"}
	textUntil   = bot.Text{ZH: "用到 %s", EN: "good until %s"}
	textPast    = bot.Text{ZH: "已经过期，请换一张", EN: "dead, send a new one"}
	textDies    = bot.Text{ZH: "「%s」的群二维码（私聊「%s」拿到的那张）%s 就过期了，请换一张：把新的图发给我，再在群里发「/群码 %[2]s」。", EN: "The QR code of “%s” (for “%s”) dies %s. Send me a new picture, and then “/groupcode %[2]s” in the group."}
	textDied    = bot.Text{ZH: "「%s」的群二维码（私聊「%s」拿到的那张）已经过期，我不再发它了。请换一张：把新的图发给我，再在群里发「/群码 %[2]s」。", EN: "The QR code of “%s” (for “%s”) has died and I send it no more. Send me a new picture, and then “/groupcode %[2]s” in the group."}
	textSoon    = bot.Text{ZH: "明天 %s", EN: "tomorrow at %s"}
	textToday   = bot.Text{ZH: "今天 %s", EN: "today at %s"}
	textNear200 = bot.Text{ZH: "「%s」现在有 %d 人。满 200 人以后扫码就进不来了，只能由群友邀请。", EN: "“%s” has %d members. From 200 on the code lets nobody in; only members can invite."}
	textNear500 = bot.Text{ZH: "「%s」现在有 %d 人，满 500 人就进不来了，可以准备开新群。", EN: "“%s” has %d members. At 500 it is full: time for a second group."}
)

// code is /群码: the picture that was just sent is the code of the group.
func code(_ context.Context, c *bot.Call) error {
	word := strings.TrimSpace(c.Arg("词"))
	if word == "" {
		return showCodes(c)
	}
	m, ok, err := c.LastSent(fresh)
	if err != nil {
		return err
	}
	if !ok || m.Kind != bot.Image {
		return bot.Refuse(textPicture)
	}
	return keep(c, request{Media: m, Word: word, Mode: private, Code: true})
}

func showCodes(c *bot.Call) error {
	list, err := codesOf(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	text := ""
	for _, a := range list {
		state := c.T(textPast)
		if end := a.At.Add(codeLives); end.After(c.Now) {
			state = c.T(textUntil, end.In(c.Zone()).Format("01-02 15:04"))
		}
		text += c.T(textCode, bot.CleanName(a.Word), state)
	}
	if text == "" {
		c.Reply(textNoCode)
		return nil
	}
	c.Say(c.T(textCodes) + text)
	return nil
}

// age tells the owner on the sixth day that a code dies on the seventh, and once more when it is dead.
func age(_ context.Context, c *bot.Call) error {
	list, err := codesOf(c.Tx, c.Event.Chat.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	switch reached, err := c.HasOwner(); {
	case err != nil:
		return err
	case !reached || c.OutOfTouch(): // nobody would hear it
		return c.After(again, timerAge, "", nil)
	}
	for _, a := range list {
		day := a.days(c.Now, c.Zone())
		if day < codeDays-1 || a.Warned >= min(day, codeDays) {
			continue
		}
		a.Warned = min(day, codeDays)
		if err := answers.Put(c.Tx, a, c.Event.Chat.ID, private, bot.Fold(a.Word)); err != nil {
			return err
		}
		if err := a.tell(c, day); err != nil {
			return err
		}
	}
	return nil
}

// days is the day of its life that a code is in, by the calendar of the group: the owner thinks in days.
func (a answer) days(now time.Time, zone *time.Location) int {
	return int(bot.DayOf(now, zone, 0) - bot.DayOf(a.At, zone, 0))
}

func (a answer) tell(c *bot.Call, day int) error {
	name, word := bot.CleanName(c.Event.Chat.Name), bot.CleanName(a.Word)
	end := a.At.Add(codeLives)
	if !end.After(c.Now) {
		return c.TellOwners(textDied, name, word)
	}
	when := textSoon
	if day >= codeDays {
		when = textToday
	}
	return c.TellOwners(textDies, name, word, c.T(when, end.In(c.Zone()).Format("15:04")))
}

// grown tells the owner, once for each, that a group nears 200 and 500 members.
func grown(_ context.Context, c *bot.Call) error {
	if !c.Event.Chat.Group {
		return nil
	}
	size, err := bot.SizeOf(c.Tx, c.Event.Chat.ID)
	if err != nil || size < codeMembers-nearly {
		return err
	}
	if reached, err := c.HasOwner(); err != nil || !reached {
		return err
	}
	told, _, err := warned.Get(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	limit, text := codeMembers, textNear200
	if size >= groupFull-nearly {
		limit, text = groupFull, textNear500
	}
	if told >= limit || limit == codeMembers && size > groupFull/2 { // a group that was large before it was known is no news
		return nil
	}
	if err := warned.Put(c.Tx, limit, c.Event.Chat.ID); err != nil {
		return err
	}
	return c.TellOwners(text, bot.CleanName(c.Event.Chat.Name), size)
}

// codesOf gives the codes of a group.
func codesOf(r store.Reader, chat bot.ChatID) (list []answer, err error) {
	all, err := wordsOf(r, chat, private)
	for _, a := range all {
		if a.Code {
			list = append(list, a)
		}
	}
	return list, err
}
