package referral

import (
	"sixtwenty/bot"
	"sixtwenty/store"
)

// walkView is the invite tree as the console shows it: each row opens the part below it, so that it can be walked to its end
// though no page holds more than a few degrees.
func walkView() bot.View {
	return bot.View{
		Name: "walk", Title: bot.Text{ZH: "邀请树（点名字往下走）", EN: "Invite tree (a name opens it)"}, Page: bot.OnReferrals, Shape: bot.AsTree,
		Columns: []bot.Text{columnName, columnState, columnDirect, columnReach},
		Params:  []bot.Param{{Name: "who", Title: bot.Text{ZH: "从谁开始", EN: "from"}, Optional: true, Choices: walkFrom}},
		Show:    walk,
	}
}

// walkFrom offers those at the roots, and who is looked at now.
func walkFrom(r store.Reader, q bot.Query) ([]bot.Choice, error) {
	list := []bot.Choice{{Value: "", Title: bot.Text{ZH: "所有的根", EN: "all roots"}.In(q.Lang)}}
	add := func(who bot.PersonID) error {
		name, err := bot.NameIn(r, q.Chat, who)
		list = append(list, bot.Choice{Value: string(who), Title: name})
		return err
	}
	roots, err := rootsOf(r, q.Chat, forestRoots)
	if err != nil {
		return nil, err
	}
	now := bot.PersonID(q.Args["who"])
	for _, root := range roots {
		if root.Head == now {
			now = ""
		}
		if err := add(root.Head); err != nil {
			return nil, err
		}
	}
	if now != "" {
		err = add(now)
	}
	return list, err
}

func walk(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	var from []bot.PersonID
	if who := q.Args["who"]; who != "" {
		from = []bot.PersonID{bot.PersonID(who)}
	} else {
		roots, err := rootsOf(r, q.Chat, forestRoots)
		if err != nil {
			return shown, err
		}
		for _, root := range roots {
			from = append(from, root.Head)
		}
	}
	s := scribe{r: r, chat: q.Chat, say: speak(q.Lang)}
	for _, who := range from {
		if len(shown.Rows) >= q.Limit {
			break
		}
		p, err := bot.PersonOf(r, who)
		if err != nil {
			return shown, err
		}
		n, err := grow(r, q.Chat, p)
		if err != nil {
			return shown, err
		}
		if err := s.step(&shown, n, 0); err != nil {
			return shown, err
		}
	}
	shown.Rows = shown.Rows[:min(len(shown.Rows), q.Limit)]
	return shown, s.err
}

// step adds a person and those below them.
func (s *scribe) step(shown *bot.Shown, n *node, depth int) error {
	p, err := bot.PersonOf(s.r, n.id)
	if err != nil {
		return err
	}
	reach, err := reachOf(s.r, s.chat, p)
	if err != nil {
		return err
	}
	state := ""
	if n.is != "" {
		state = s.say(n.is.text())
	}
	shown.Rows = append(shown.Rows, bot.Row{
		Cells: append([]string{s.name(n.id), state}, numbers(reach.All[0], reach.sum())...),
		Depth: depth, Who: p.Head, Args: map[string]string{"who": string(p.Head)},
	})
	for _, below := range n.children {
		if err := s.step(shown, below, depth+1); err != nil {
			return err
		}
	}
	return nil
}
