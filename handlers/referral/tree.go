package referral

import (
	"context"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

const (
	treeFirst  = 10 // of those whom the root brought are shown
	treeOthers = 4  // of those whom another brought
	treeDepth  = 3
	treeLines  = 30
	ancestors  = 5
	lineRows   = 500 // edges looked at for the longest line
)

var (
	textTree     = bot.Text{ZH: "%s 的邀请树：直接 %d 人，三度共 %d 人，还在 %d 人", EN: "Whom %s brought: %d, %d within three degrees, %d still here"}
	textLongest  = bot.Text{ZH: "，最长的一条线 %d 层", EN: "; the longest line is %d"}
	textLongMore = bot.Text{ZH: "，最长的一条线至少 %d 层", EN: "; the longest line is at least %d"}
	textFrom     = bot.Text{ZH: "\n来自 %s", EN: "\nCame through %s"}
	textMore     = bot.Text{ZH: "…还有 %d 人", EN: "…and %d more"}
	textAlone    = bot.Text{ZH: "%s 还没有邀请过朋友。", EN: "%s has not brought anybody yet."}
	textOrphans  = bot.Text{ZH: "退群，留下 %d 人", EN: "left %d behind"}
)

// A node is a person in a tree, with those of the people they brought who are shown.
type node struct {
	id       bot.PersonID
	is       status
	children []*node
	hidden   int // people right below who are not shown
}

// tree answers /邀请树.
func tree(_ context.Context, c *bot.Call) error {
	if who := c.Arg("谁"); who == textAll.ZH || strings.EqualFold(who, textAll.EN) {
		return forest(c)
	}
	root, picture, err := rootOf(c)
	if err != nil {
		return err
	}
	r, err := reachOf(c.Tx, c.Event.Chat.ID, root)
	if err != nil {
		return err
	}
	if r.All[0] == 0 {
		c.Reply(textAlone, c.Name(root.Head))
		return nil
	}
	top, err := grow(c.Tx, c.Event.Chat.ID, root)
	if err != nil {
		return err
	}
	text, err := write(c, root, r, top)
	if err != nil || !picture {
		c.Say(text)
		return err
	}
	return draw(c, sketch{Text: text, Tree: top.drawing(c, r)})
}

// rootOf reads the arguments: whose tree, and whether as a picture.
func rootOf(c *bot.Call) (p bot.Person, picture bool, err error) {
	who, how := c.Arg("谁"), c.Arg("图")
	if how == "" && isPicture(who) {
		who, how = "", who
	}
	if who == "" {
		p, err = bot.PersonOf(c.Tx, c.Event.From.Person)
		return p, isPicture(how), err
	}
	m, err := c.One(c.Arg("谁"))
	if err != nil {
		return p, false, err
	}
	p, err = bot.PersonOf(c.Tx, m.Person)
	return p, isPicture(how), err
}

// grow reads the part of a tree that is shown, the near before the far.
func grow(r store.Reader, chat bot.ChatID, root bot.Person) (*node, error) {
	top := &node{id: root.Head}
	level, room := []*node{top}, treeLines
	for depth := range treeDepth {
		var next []*node
		for _, n := range level {
			limit := treeOthers
			if depth == 0 {
				limit = treeFirst
			}
			if err := n.sprout(r, chat, min(limit, max(0, room))); err != nil {
				return nil, err
			}
			room -= len(n.children)
			next = append(next, n.children...)
		}
		level = next
	}
	return top, nil
}

// sprout reads those whom a node brought.
func (n *node) sprout(r store.Reader, chat bot.ChatID, limit int) error {
	p, err := bot.PersonOf(r, n.id)
	if err != nil {
		return err
	}
	all, err := reachOf(r, chat, p)
	if err != nil || all.All[0] == 0 {
		return err
	}
	list, err := childrenOf(r, chat, p, 2*limit) // some may be held
	if err != nil {
		return err
	}
	for _, ch := range list {
		if ch.inTree() && len(n.children) < limit {
			n.children = append(n.children, &node{id: ch.id, is: ch.Is})
		}
	}
	n.hidden = all.All[0] - len(n.children)
	return nil
}

// write puts a tree into words.
func write(c *bot.Call, root bot.Person, r reach, top *node) (string, error) {
	var b strings.Builder
	b.WriteString(c.T(textTree, c.Name(root.Head), r.All[0], r.sum(), r.here()))
	depth, whole, err := longest(c.Tx, c.Event.Chat.ID, root, lineRows)
	if err != nil {
		return "", err
	}
	if whole {
		b.WriteString(c.T(textLongest, depth))
	} else {
		b.WriteString(c.T(textLongMore, depth))
	}
	up, err := (&scribe{r: c.Tx, chat: c.Event.Chat.ID, say: c.T}).path(root)
	if err != nil {
		return "", err
	}
	if up != "" {
		b.WriteString(c.T(textFrom, up))
	}
	top.write(c, &b, 0)
	return b.String(), nil
}

func (n *node) write(c *bot.Call, b *strings.Builder, depth int) {
	indent := "\n" + strings.Repeat("　", depth)
	for _, ch := range n.children {
		b.WriteString(indent + "· " + c.Name(ch.id))
		switch below := len(ch.children) + ch.hidden; {
		case ch.is == left && below > 0:
			b.WriteString(c.T(textMark, c.T(textOrphans, below)))
		case ch.is != valid:
			b.WriteString(c.T(textMark, c.T(ch.is.text())))
		}
		ch.write(c, b, depth+1)
	}
	if n.hidden > 0 {
		b.WriteString(indent + "· " + c.T(textMore, n.hidden))
	}
}

// path names those over whom a person came, the nearest first.
func (s *scribe) path(p bot.Person) (string, error) {
	var names []string
	for range ancestors {
		_, e, err := edgeOf(s.r, s.chat, p)
		if err != nil {
			return "", err
		}
		if !e.inTree() {
			break
		}
		names = append(names, s.name(e.By))
		if p, err = bot.PersonOf(s.r, e.By); err != nil {
			return "", err
		}
	}
	return strings.Join(names, " ← "), s.err
}

// longest is how many people the longest line below a person holds. It looks at no more edges than there is room for; whole
// says that these were all.
func longest(r store.Reader, chat bot.ChatID, root bot.Person, room int) (depth int, whole bool, err error) {
	seen := map[bot.PersonID]bool{root.Head: true}
	for level := []bot.Person{root}; len(level) > 0; {
		var next []bot.Person
		deeper := false
		for _, p := range level {
			list, err := childrenOf(r, chat, p, room)
			if err != nil {
				return depth, false, err
			}
			if room -= len(list); room <= 0 {
				return depth + 1, false, nil
			}
			parents, any, err := newParents(r, list, seen)
			if err != nil {
				return depth, false, err
			}
			next, deeper = append(next, parents...), deeper || any
		}
		if deeper {
			depth++
		}
		level = next
	}
	return depth, true, nil
}

// newParents are those of a person's children who brought somebody too and were not seen before. any says whether there is any
// child at all that was not: most have nobody below, and need no further look.
func newParents(r store.Reader, list []child, seen map[bot.PersonID]bool) (parents []bot.Person, any bool, err error) {
	for _, ch := range list {
		switch {
		case !ch.inTree():
			continue
		case ch.Reach.All[1] == 0:
			any = true
			continue
		}
		p, err := bot.PersonOf(r, ch.id)
		if err != nil {
			return nil, false, err
		}
		if !seen[p.Head] {
			seen[p.Head], any, parents = true, true, append(parents, p)
		}
	}
	return parents, any, nil
}
