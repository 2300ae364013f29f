package referral

import (
	"slices"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file tells of the trees of a whole group.

const (
	forestRoots = 10
	forestLooks = 60  // of the board, for those above them
	forestSteps = 200 // upwards, in all
)

var (
	textAll        = bot.Text{ZH: "全群", EN: "all"}
	textForest     = bot.Text{ZH: "全群的邀请树：群友带来 %d 人，还在 %d 人", EN: "Who brought whom, all of the group: %d people brought, %d still here"}
	textForestLine = bot.Text{ZH: "\n%d. %s 直接 %d 人，三度共 %d 人，还在 %d 人", EN: "\n%d. %s brought %d, %d within three degrees, %d still here"}
	textForestMore = bot.Text{ZH: "\n想看一个人的：/邀请树 @谁", EN: "\nFor one person: /invitetree @WHO"}
)

// A root is somebody whom nobody brought, with whom they reach.
type root struct {
	bot.Person
	reach
}

// rootsOf are the roots above those who brought the most people, the farthest reaching first. It climbs no more steps than
// there is room for: in a very long line the root is found only where it stands on the board itself.
func rootsOf(r store.Reader, chat bot.ChatID, limit int) (list []root, err error) {
	best, err := top(r, chat, always, forestLooks)
	if err != nil {
		return nil, err
	}
	seen, room := map[bot.PersonID]bool{}, forestSteps
	for _, one := range best {
		p, err := bot.PersonOf(r, one.who)
		if err != nil {
			return nil, err
		}
		found, err := climb(r, chat, p, seen, &room)
		if err != nil {
			return nil, err
		}
		if found.Head == "" {
			continue
		}
		reach, err := reachOf(r, chat, found)
		if err != nil {
			return nil, err
		}
		if reach.All[0] > 0 {
			list = append(list, root{found, reach})
		}
	}
	slices.SortStableFunc(list, func(a, b root) int { return b.sum() - a.sum() })
	return list[:min(len(list), limit)], nil
}

// climb goes up to the root above a person, over nobody who was seen before; where it is not found, nobody is given.
func climb(r store.Reader, chat bot.ChatID, p bot.Person, seen map[bot.PersonID]bool, room *int) (bot.Person, error) {
	for !seen[p.Head] {
		seen[p.Head] = true
		_, e, err := edgeOf(r, chat, p)
		if err != nil || !e.inTree() {
			return p, err
		}
		if *room--; *room < 0 {
			break
		}
		if p, err = bot.PersonOf(r, e.By); err != nil {
			return p, err
		}
	}
	return bot.Person{}, nil
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
		lines += c.T(textForestLine, i+1, c.Name(root.Head), root.All[0], root.sum(), root.here())
		depth, all, err := longest(c.Tx, chat, root.Person, lineRows/forestRoots)
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
