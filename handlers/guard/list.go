package guard

import (
	"context"
	"slices"

	"sixtwenty/bot"
	"sixtwenty/store"
)

var (
	textNone      = bot.Text{ZH: "没有要处理的违规，真好。", EN: "There is nothing to deal with. Good."}
	textList      = bot.Text{ZH: "等您处理的（网页微信不能移人，请在手机上操作；他们离开后名单会自己变短，不是广告就发 /放过）：", EN: "To be dealt with (web WeChat cannot remove people, do it on the phone; the list shortens when they leave; for no advert send /pardon):"}
	textListPower = bot.Text{ZH: "等您处理的（他们离开后名单会自己变短，不是广告就发 /放过）：", EN: "To be dealt with (the list shortens when they leave; for no advert send /pardon):"}
	textItem      = bot.Text{ZH: "\n%d. %s 第 %d 次，%s %s「%s」", EN: "\n%d. %s, %d in all, %s %s “%s”"}
	textSaid      = bot.Text{ZH: "：%s", EN: ": %s"}
	textMore      = bot.Text{ZH: "\n…后面还有", EN: "\n…and more"}
	textAll       = bot.Text{ZH: "%s 一共 %d 次，最近的：", EN: "%s, %d in all, of late:"}
	textOne       = bot.Text{ZH: "\n%s %s「%s」", EN: "\n%s %s “%s”"}
	textTell      = bot.Text{ZH: "「%s」里 %s 可能在发广告（第 %d 次）：%s「%s」。在群里发 /违规 看名单；要移出请在手机上操作。", EN: "In “%s” %s may be advertising (%d in all): %s “%s”. See /offences there; to remove them use the phone."}
	textTellPower = bot.Text{ZH: "「%s」里 %s 可能在发广告（第 %d 次）：%s「%s」。在群里发 /违规 看名单。", EN: "In “%s” %s may be advertising (%d in all): %s “%s”. See /offences there."}
	textBack      = bot.Text{ZH: "「%s」：%s 又进群了，以前记过 %d 次违规，最近一次%s「%s」。", EN: "“%s”: %s joined again, noted %d times before, the last time %s “%s”."}
	textPardon    = bot.Text{ZH: "好的，%s 的违规不再记着。", EN: "What was noted of %s is gone."}
	textClean     = bot.Text{ZH: "没有 %s 的违规。", EN: "Nothing is noted of %s."}
)

// A standing is what a person did in a group, under all their identities.
type standing struct {
	strikes int
	last    offence
	all     []offence // the latest first
}

// standingOf adds up what the identities of a person did.
func standingOf(r store.Reader, chat bot.ChatID, who bot.PersonID) (s standing, err error) {
	p, err := bot.PersonOf(r, who)
	if err != nil {
		return s, err
	}
	for _, id := range p.Identities {
		row, ok, err := records.Get(r, chat, id)
		if err != nil {
			return s, err
		}
		if ok {
			s.strikes += row.Strikes
			s.all = append(append(s.all, row.offence), row.Before...)
		}
	}
	slices.SortStableFunc(s.all, func(a, b offence) int { return b.Last.Compare(a.Last) })
	if len(s.all) > 0 {
		s.last = s.all[0]
	}
	return s, nil
}

// todo gives the people of a group who are to be looked at, each once, at most limit of them.
func todo(r store.Reader, chat bot.ChatID, limit int) (list []bot.PersonID, err error) {
	rg := store.Under(chat)
	rg.Limit = limit
	seen := map[bot.PersonID]bool{}
	for row, err := range open.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		var who bot.PersonID
		if err := store.Split(row.Key, nil, &who); err != nil {
			return nil, err
		}
		head, err := bot.HeadOf(r, who)
		if err != nil {
			return nil, err
		}
		if !seen[head] {
			seen[head] = true
			list = append(list, who)
		}
	}
	return list, nil
}

// list is /违规.
func list(_ context.Context, c *bot.Call) error {
	if c.Arg("谁") != "" {
		return listOne(c)
	}
	people, err := todo(c.Tx, c.Event.Chat.ID, listed+1)
	if err != nil {
		return err
	}
	if len(people) == 0 {
		c.Reply(textNone)
		return nil
	}
	text := c.T(textList)
	if c.Powers().Remove {
		text = c.T(textListPower)
	}
	for n, who := range people[:min(listed, len(people))] {
		s, err := standingOf(c.Tx, c.Event.Chat.ID, who)
		if err != nil {
			return err
		}
		o := s.last
		text += c.T(textItem, n+1, c.Name(who), s.strikes, o.Last.In(c.Zone()).Format("01-02 15:04"), c.T(o.Why.text()), o.Proof)
		if o.Said != "" && o.Said != o.Proof {
			text += c.T(textSaid, o.Said)
		}
	}
	if len(people) > listed {
		text += c.T(textMore)
	}
	c.Say(text)
	return nil
}

// listOne shows the evidence against one person.
func listOne(c *bot.Call) error {
	m, s, err := noted(c)
	if err != nil {
		return err
	}
	text := c.T(textAll, m.Shown(), s.strikes)
	for _, o := range s.all {
		text += c.T(textOne, o.Last.In(c.Zone()).Format("01-02 15:04"), c.T(o.Why.text()), o.Proof)
		if o.Said != "" && o.Said != o.Proof {
			text += c.T(textSaid, o.Said)
		}
	}
	c.Say(text)
	return nil
}

// noted is the one member whom a command means, who has to have been noted.
func noted(c *bot.Call) (m bot.Member, s standing, err error) {
	if m, err = c.One(c.Arg("谁")); err != nil {
		return m, s, err
	}
	if s, err = standingOf(c.Tx, c.Event.Chat.ID, m.Person); err == nil && s.strikes == 0 {
		err = bot.Refuse(textClean, m.Shown())
	}
	return m, s, err
}

func pardon(_ context.Context, c *bot.Call) error {
	m, _, err := noted(c)
	if err != nil {
		return err
	}
	p, err := bot.PersonOf(c.Tx, m.Person)
	if err != nil {
		return err
	}
	for _, id := range p.Identities {
		if err := drop(c.Tx, c.Event.Chat.ID, id); err != nil {
			return err
		}
	}
	c.Reply(textPardon, m.Shown())
	return nil
}

// drop forgets what an identity did in a group.
func drop(tx store.Tx, chat bot.ChatID, who bot.PersonID) error {
	if err := records.Delete(tx, chat, who); err != nil {
		return err
	}
	if err := told.Delete(tx, chat, who); err != nil {
		return err
	}
	return open.Delete(tx, chat, who)
}
