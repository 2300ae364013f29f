package referral

import (
	"context"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

var (
	textAsk      = bot.Text{ZH: "%s，是哪位朋友邀请您来的？回一句「XX邀请的」就好，没有就回「没有」～", EN: "%s, who invited you? Just answer “invited by NAME”, or “nobody”."}
	textNoRecord = bot.Text{ZH: "没有您进群的记录，请管理员来定吧。", EN: "There is no record of your joining; a manager can decide."}
	textTooOld   = bot.Text{ZH: "进群超过七天啦，请管理员来定吧。", EN: "That was more than seven days ago; a manager can decide."}
	textAlready  = bot.Text{ZH: "已经记着是 %s 邀请的啦，有出入请找管理员。", EN: "It is already kept that %s did; ask a manager if that is wrong."}
	textNotSelf  = bot.Text{ZH: "自己不能邀请自己哦。", EN: "Nobody brings themselves."}
	textThanks   = bot.Text{ZH: "%s记下了，是 %s 邀请您来的，谢谢！", EN: "%sNoted: %s brought you. Thank you!"}
	textNoSuch   = bot.Text{ZH: "没有 %s 进群的记录，请管理员来定吧。", EN: "There is no record of %s joining; a manager can decide."}
	textClaimed  = bot.Text{ZH: "%s记下了。%s 如果同意，请发「/邀请人 @%s」；不然就等管理员来定。", EN: "%sNoted. If %s agrees, they send “/invitedby @%s”; otherwise a manager decides."}
	textDisputed = bot.Text{ZH: "%s记下了。现在记着是 %s 邀请的，等管理员来定。", EN: "%sNoted. For now it is kept that %s did; a manager decides."}
	textEnough   = bot.Text{ZH: "已经有好几位这么说啦，等管理员来定。", EN: "Several people say so already; a manager decides."}
)

// wonder keeps that somebody is to be asked who brought them, if the group asks.
func wonder(c *bot.Call, who bot.PersonID) error {
	if !bot.Settings[Settings](c).Ask {
		return nil
	}
	if err := asking.Put(c.Tx, struct{}{}, c.Event.Chat.ID, who); err != nil {
		return err
	}
	return c.After(askAfter, timerAsk, "", nil)
}

// ask asks all at once who came within a minute and still have no inviter. A crowd is not asked: that would be noise.
func ask(_ context.Context, c *bot.Call) error {
	if c.OutOfTouch() {
		return c.After(c.LookAgain(), timerAsk, "", nil)
	}
	list, err := take(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	var names []string
	var people []bot.PersonID
	for _, who := range list {
		cr, _, err := credits.Get(c.Tx, c.Event.Chat.ID, who)
		if err != nil {
			return err
		}
		if may, err := bot.Remind(c.Tx, who); err != nil {
			return err
		} else if may && cr.named() == "" && cr.Ruling == nil && cr.Gone.IsZero() {
			names, people = append(names, c.Name(who)), append(people, who)
		}
	}
	if len(names) == 0 || len(list) > askMost {
		return nil
	}
	c.Reply(textAsk, strings.Join(names, c.T(textComma)))
	for _, who := range people {
		if err := asked.Put(c.Tx, moment(c.Now), c.Event.Chat.ID, who); err != nil {
			return err
		}
	}
	return nil
}

// take removes and gives those who wait to be asked.
func take(tx store.Tx, chat bot.ChatID) (list []bot.PersonID, err error) {
	rg := store.Under(chat)
	rg.Limit = atOnce
	for row, err := range asking.Scan(tx, rg) {
		if err != nil {
			return nil, err
		}
		var who bot.PersonID
		if err := store.Split(row.Key, nil, &who); err != nil {
			return nil, err
		}
		list = append(list, who)
	}
	for _, who := range list {
		if err := asking.Delete(tx, chat, who); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// recent is the credit of an identity, which people may still speak about. unknown is said where there is none.
func recent(c *bot.Call, who bot.PersonID, unknown error) (credit, error) {
	cr, ok, err := credits.Get(c.Tx, c.Event.Chat.ID, who)
	switch {
	case err != nil:
		return cr, err
	case !ok:
		return cr, unknown
	case c.Event.At.Sub(cr.At) > week:
		return cr, bot.Refuse(textTooOld)
	}
	return cr, nil
}

// inviterOf is who stands as the inviter of a person, "" where nobody does. ruled says that a manager has spoken.
func inviterOf(c *bot.Call, p bot.Person) (by bot.PersonID, ruled bool, err error) {
	list, err := creditsOf(c.Tx, c.Event.Chat.ID, p)
	for _, cr := range list {
		ruled = ruled || cr.Ruling != nil
	}
	_, e := conclude(p, list)
	return e.By, ruled, err
}

// answer is /邀请人, a newcomer's own word on who brought them.
func answer(_ context.Context, c *bot.Call) error {
	if _, err := recent(c, c.Event.From.Person, bot.Refuse(textNoRecord)); err != nil {
		return err
	}
	by, err := c.One(c.Arg("谁"))
	if err != nil {
		return err
	}
	return broughtBy(c, by)
}

// broughtBy keeps whom the sender names as who brought them.
func broughtBy(c *bot.Call, by bot.Member) error {
	me := c.Event.From.Person
	was, err := recent(c, me, bot.Refuse(textNoRecord))
	if err != nil {
		return err
	}
	p, err := bot.PersonOf(c.Tx, me)
	if err != nil {
		return err
	}
	known, ruled, err := inviterOf(c, p)
	switch {
	case err != nil:
		return err
	case contains(p, by.Person):
		return bot.Refuse(textNotSelf)
	case known != "" || ruled:
		return bot.Refuse(textAlready, nameOr(c, known))
	}
	now := was
	now.Said, now.Claims, now.Alone = by.Person, nil, false
	if err := asked.Delete(c.Tx, c.Event.Chat.ID, me); err != nil {
		return err
	}
	if err := suspect(c, me, &now); err != nil {
		return err
	}
	c.Reply(textThanks, c.At(), by.Shown())
	return keep(c, me, was, now)
}

// claim is somebody's word that they brought a newcomer. It credits nobody by itself.
func claim(_ context.Context, c *bot.Call) error {
	who, err := c.One(c.Arg("谁"))
	if err != nil {
		return err
	}
	was, err := recent(c, who.Person, bot.Refuse(textNoSuch, who.Shown()))
	if err != nil {
		return err
	}
	p, err := bot.PersonOf(c.Tx, who.Person)
	if err != nil {
		return err
	}
	me := c.Event.From.Person
	by, ruled, err := inviterOf(c, p)
	switch {
	case err != nil:
		return err
	case contains(p, me):
		return bot.Refuse(textNotSelf)
	case by == me || ruled:
		return bot.Refuse(textAlready, nameOr(c, by))
	}
	now := was
	if now.Claims, err = withClaim(was.Claims, me); err != nil {
		return err
	}
	if by != "" {
		c.Reply(textDisputed, c.At(), c.Name(by))
	} else {
		c.Reply(textClaimed, c.At(), who.Shown(), c.Event.From.Shown())
	}
	return keep(c, who.Person, was, now)
}

func withClaim(list []bot.PersonID, who bot.PersonID) ([]bot.PersonID, error) {
	for _, p := range list {
		if p == who {
			return list, nil
		}
	}
	if len(list) >= maxClaims {
		return nil, bot.Refuse(textEnough)
	}
	return append(list[:len(list):len(list)], who), nil
}
