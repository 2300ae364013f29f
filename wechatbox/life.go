package wechatbox

// Invite makes inviter bring people into a group. Everybody in it sees who invited whom.
func (b *Box) Invite(inviter, group string, who ...string) error {
	return b.update(func(t *tx) error {
		g, by, err := t.w.memberOf(group, inviter)
		if err != nil {
			return err
		}
		people, err := t.w.outsiders(g, who)
		if err != nil {
			return err
		}
		return t.invite(g, by, people)
	})
}

func (w *world) outsiders(g *group, who []string) ([]*person, error) {
	if len(who) == 0 {
		return nil, refuse("nobody is named to join %s", g.id)
	}
	people := make([]*person, 0, len(who))
	for _, name := range who {
		p, err := w.findPerson(name)
		if err != nil {
			return nil, err
		}
		if g.index[p.idx] != nil {
			return nil, refuse("%s is already in %s", p.ID, g.id)
		}
		people = append(people, p)
	}
	return people, nil
}

func (t *tx) invite(g *group, by *person, people []*person) error {
	if g.gone {
		return refuse("%s was dismissed", g.id)
	}
	others := t.w.otherNames(g, by)
	for _, p := range people {
		t.addMember(g, p, by)
	}
	t.modGroup(g)
	t.tell(Change{What: GroupChanged, Group: g.id})
	t.announceIn(g, notice{Kind: noticeInvited, Actor: t.w.named(g, by), Targets: t.w.namedAll(g, people), Others: others})
	return nil
}

// JoinByQR makes who join a group by scanning the QR code that sharer showed.
func (b *Box) JoinByQR(who, group, sharer string) error {
	return b.update(func(t *tx) error {
		g, by, err := t.w.memberOf(group, sharer)
		if err != nil {
			return err
		}
		people, err := t.w.outsiders(g, []string{who})
		if err != nil {
			return err
		}
		if g.gone {
			return refuse("%s was dismissed", g.id)
		}
		others := t.w.otherNames(g, nil)
		t.addMember(g, people[0], by)
		t.modGroup(g)
		t.tell(Change{What: GroupChanged, Group: g.id})
		t.announceIn(g, notice{Kind: noticeJoinedByQR, Actor: t.w.named(g, by), Targets: t.w.namedAll(g, people), Others: others})
		return nil
	})
}

// Leave makes somebody leave a group. Nobody is told, as in WeChat; an owner who leaves is succeeded by the oldest member.
func (b *Box) Leave(who, group string) error {
	return b.update(func(t *tx) error {
		g, p, err := t.w.memberOf(group, who)
		if err != nil {
			return err
		}
		t.dropMember(g, p)
		t.succeed(g, p)
		t.modGroup(g)
		t.delGroupFor(g, p)
		t.tell(Change{What: GroupChanged, Group: g.id})
		return nil
	})
}

func (t *tx) succeed(g *group, gone *person) {
	if g.owner != gone.idx || len(g.members) == 0 {
		return
	}
	t.do(rec{Group: &groupRec{Idx: g.idx, ID: g.id, Name: g.name, Owner: g.members[0].p.idx, Gone: g.gone}})
}

// Remove makes by put people out of a group, which only its owner may. Only by and the removed are told.
func (b *Box) Remove(by, group string, who ...string) error {
	return b.update(func(t *tx) error {
		g, owner, err := t.w.memberOf(group, by)
		if err != nil {
			return err
		}
		if g.owner != owner.idx {
			return refuse("only the owner of %s may remove people", g.id)
		}
		people := make([]*person, 0, len(who))
		for _, name := range who {
			p, err := t.w.findMember(g, name)
			if err != nil {
				return err
			}
			if p == owner {
				return refuse("%s cannot remove themselves: they can leave", p.ID)
			}
			people = append(people, p)
		}
		t.remove(g, owner, people)
		return nil
	})
}

func (t *tx) remove(g *group, by *person, people []*person) {
	actor, targets := t.w.named(g, by), t.w.namedAll(g, people)
	for i, p := range people {
		t.noticeFor(g.chat, p, notice{Kind: noticeRemoved, Actor: actor, Targets: targets[i : i+1]})
		t.dropMember(g, p)
		t.delGroupFor(g, p)
	}
	t.noticeFor(g.chat, by, notice{Kind: noticeRemoved, Actor: actor, Targets: targets})
	t.modGroup(g)
	t.tell(Change{What: GroupChanged, Group: g.id})
}

// Dismiss makes the owner end a group.
func (b *Box) Dismiss(owner, group string) error {
	return b.update(func(t *tx) error {
		g, p, err := t.w.memberOf(group, owner)
		if err != nil {
			return err
		}
		if g.owner != p.idx {
			return refuse("only the owner of %s may dismiss it", g.id)
		}
		t.announceIn(g, notice{Kind: noticeDismissed, Actor: t.w.named(g, p)})
		t.do(rec{Group: &groupRec{Idx: g.idx, ID: g.id, Name: g.name, Owner: g.owner, Gone: true}})
		t.modGroup(g)
		t.tell(Change{What: GroupChanged, Group: g.id})
		return nil
	})
}

// RenameGroup makes a member give a group a new name. Everybody in it is told.
func (b *Box) RenameGroup(by, group, name string) error {
	return b.update(func(t *tx) error {
		g, p, err := t.w.memberOf(group, by)
		if err != nil {
			return err
		}
		if name == "" {
			return refuse("the name of a group cannot be empty")
		}
		t.renameGroup(g, p, name)
		return nil
	})
}

func (t *tx) renameGroup(g *group, by *person, name string) {
	t.do(rec{Group: &groupRec{Idx: g.idx, ID: g.id, Name: name, Owner: g.owner, Gone: g.gone}})
	t.modGroup(g)
	t.tell(Change{What: GroupChanged, Group: g.id})
	t.announceIn(g, notice{Kind: noticeRenamed, Actor: t.w.named(g, by), Text: name})
}

// SetCard sets the name a member bears in a group. "" takes it away. Nobody is told.
func (b *Box) SetCard(who, group, card string) error {
	return b.update(func(t *tx) error {
		g, p, err := t.w.memberOf(group, who)
		if err != nil {
			return err
		}
		m := g.index[p.idx]
		t.do(rec{Member: &memberRec{Group: g.idx, Who: p.idx, Card: card, By: m.by, Since: m.since}})
		t.modGroup(g)
		t.tell(Change{What: GroupChanged, Group: g.id})
		return nil
	})
}

// Tickle makes from tap target on the shoulder (拍一拍) in a chat; target "" is the other person of a private chat.
func (b *Box) Tickle(from, chat, target string) error {
	return b.update(func(t *tx) error {
		p, c, err := t.w.speaker(from, chat)
		if err != nil {
			return err
		}
		q := c.other(p)
		if target != "" {
			if q, err = t.w.findPerson(target); err != nil {
				return err
			}
		}
		if q == nil {
			return refuse("nobody is named to be tickled in %s", c.g.id)
		}
		t.post(c, nil, &notice{Kind: noticeTickled, Actor: t.w.named(c.g, p), Targets: t.w.namedAll(c.g, []*person{q})}, "", nil)
		return nil
	})
}

// System puts a system text into a chat exactly as given, for all who see the chat: nothing is escaped, trimmed or added.
func (b *Box) System(chat, text string) error {
	return b.update(func(t *tx) error {
		if t.w.account == nil {
			return refuse("the world is empty")
		}
		c, err := t.w.findChat(t.w.account, chat)
		if err != nil {
			return err
		}
		t.post(c, nil, &notice{Kind: noticeRaw, Text: text}, "", nil)
		return nil
	})
}
