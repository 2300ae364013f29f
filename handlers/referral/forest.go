package referral

import (
	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file tells of the trees of a whole group.

const (
	forestRoots = 10
	forestLooks = 60 // of the board, for those whom nobody brought
)

var (
	textAll        = bot.Text{ZH: "全群", EN: "all"}
	textForest     = bot.Text{ZH: "全群的邀请树：群友带来 %d 人，还在 %d 人", EN: "Who brought whom, all of the group: %d people brought, %d still here"}
	textForestLine = bot.Text{ZH: "\n%d. %s 直接 %d 人，三度共 %d 人，还在 %d 人", EN: "\n%d. %s brought %d, %d within three degrees, %d still here"}
	textForestMore = bot.Text{ZH: "\n想看一个人的：/邀请树 @谁", EN: "\nFor one person: /invitetree @WHO"}
)

// rootsOf are those who brought the most people and whom nobody brought.
func rootsOf(r store.Reader, chat bot.ChatID, limit int) (list []ranked, err error) {
	best, err := top(r, chat, always, forestLooks)
	if err != nil {
		return nil, err
	}
	for _, one := range best {
		p, err := bot.PersonOf(r, one.who)
		if err != nil {
			return nil, err
		}
		_, e, err := edgeOf(r, chat, p)
		if err != nil {
			return nil, err
		}
		if !e.inTree() && len(list) < limit {
			list = append(list, one)
		}
	}
	return list, nil
}

// forest answers for the whole group.
func forest(c *bot.Call) error {
	chat := c.Event.Chat.ID
	sum, _, err := totals.Get(c.Tx, chat)
	if err != nil {
		return err
	}
	roots, err := rootsOf(c.Tx, chat, forestRoots)
	if err != nil {
		return err
	}
	here := sum.Valid + sum.Pending + sum.Returned
	if here+sum.Left == 0 {
		c.Reply(textEmpty)
		return nil
	}
	lines, deepest, whole := "", 0, true
	for i, root := range roots {
		p, err := bot.PersonOf(c.Tx, root.who)
		if err != nil {
			return err
		}
		reach, err := reachOf(c.Tx, chat, p)
		if err != nil {
			return err
		}
		lines += c.T(textForestLine, i+1, c.Name(root.who), reach.All[0], reach.sum(), reach.here())
		depth, all, err := longest(c.Tx, chat, p, lineRows/forestRoots)
		if err != nil {
			return err
		}
		deepest, whole = max(deepest, depth), whole && all
	}
	text, line := c.T(textForest, here+sum.Left, here), textLongMore
	if whole && len(roots) < forestRoots {
		line = textLongest
	}
	if deepest > 0 {
		text += c.T(line, deepest)
	}
	c.Say(text + lines + c.T(textForestMore))
	return nil
}
