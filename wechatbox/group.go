package wechatbox

// Group is a group chat, with its members in the order in which they joined.
type Group struct {
	ID        string   `json:"id"` // lasts; given by the box if empty
	Name      string   `json:"name"`
	Owner     string   `json:"owner"`
	Dismissed bool     `json:"dismissed,omitempty"`
	Members   []Member `json:"members"`
}

// Member is somebody in a group.
type Member struct {
	ID   string `json:"id"`
	Nick string `json:"nick"`
	Card string `json:"card,omitempty"` // the name they bear in this group
	By   string `json:"by,omitempty"`   // who brought them, by invitation or QR code
}

// AddGroup puts a group into the world as it stands: nobody is told how its members came. The owner is a member.
func (b *Box) AddGroup(id, name, owner string, members ...string) (Group, error) {
	var view Group
	err := b.update(func(t *tx) error {
		g, err := t.addGroup(id, name, owner, members)
		if err == nil {
			view = t.w.viewGroup(g)
		}
		return err
	})
	return view, err
}

func (t *tx) addGroup(id, name, owner string, members []string) (*group, error) {
	if id == "" {
		id = t.w.freeID("g", len(t.w.groups)+1)
	}
	if err := t.w.checkID(id); err != nil {
		return nil, err
	}
	people := make([]*person, 0, len(members)+1)
	for _, name := range append([]string{owner}, members...) {
		p, err := t.w.findPerson(name)
		if err != nil {
			return nil, err
		}
		people = append(people, p)
	}
	idx := uint32(len(t.w.groups))
	t.do(rec{Group: &groupRec{Idx: idx, ID: id, Name: name, Owner: people[0].idx}})
	g := t.w.groups[idx]
	for _, p := range people {
		t.addMember(g, p, nil)
	}
	t.modGroup(g)
	t.tell(Change{What: GroupChanged, Group: g.id})
	return g, nil
}

func (t *tx) addMember(g *group, p, by *person) {
	if g.index[p.idx] != nil {
		return
	}
	r := &memberRec{Group: g.idx, Who: p.idx, Since: t.w.nextSeq()}
	if by != nil {
		r.By = by.idx + 1
	}
	t.do(rec{Member: r})
}

func (t *tx) dropMember(g *group, p *person) {
	m := g.index[p.idx]
	t.do(rec{Member: &memberRec{Group: g.idx, Who: p.idx, Since: m.since, Until: t.w.nextSeq()}})
}

// nextSeq is the number of the next message of the world; numbers begin with 1.
func (w *world) nextSeq() uint64 { return max(1, w.messages.next()) }

// SaveGroup keeps a group in a person's contact list, or takes it out. WeChat shows the web only the saved ones.
func (b *Box) SaveGroup(who, group string, on bool) error {
	return b.update(func(t *tx) error {
		g, p, err := t.w.memberOf(group, who)
		if err != nil {
			return err
		}
		t.do(rec{Saved: &savedRec{g.idx, p.idx, on}})
		t.modGroupFor(g, p)
		t.tell(Change{What: GroupChanged, Group: g.id})
		return nil
	})
}

// memberOf finds a group and one of its members.
func (w *world) memberOf(groupName, who string) (*group, *person, error) {
	g, err := w.findGroup(groupName)
	if err != nil {
		return nil, nil, err
	}
	p, err := w.findMember(g, who)
	return g, p, err
}

// findMember accepts the name borne in the group as well, and prefers members where a nickname is not unique.
func (w *world) findMember(g *group, who string) (*person, error) {
	if p, ok := w.ids[who].(*person); ok {
		if g.index[p.idx] == nil {
			return nil, refuse("%s is not in %s", p.ID, g.id)
		}
		return p, nil
	}
	m, err := found("person", who, g.members, func(m *member) (string, string) {
		if m.card == who {
			return m.p.ID, m.card
		}
		return m.p.ID, m.p.Nick
	})
	if err == nil {
		return m.p, nil
	}
	if p, other := w.findPerson(who); other == nil {
		return nil, refuse("%s is not in %s", p.ID, g.id)
	}
	return nil, err
}

// Group is one group as it is now.
func (b *Box) Group(name string) (Group, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	g, err := b.w.findGroup(name)
	if err != nil {
		return Group{}, err
	}
	return b.w.viewGroup(g), nil
}

func (w *world) viewGroup(g *group) Group {
	v := Group{ID: g.id, Name: g.name, Owner: w.people[g.owner].ID, Dismissed: g.gone, Members: make([]Member, 0, len(g.members))}
	for _, m := range g.members {
		x := Member{ID: m.p.ID, Nick: m.p.Nick, Card: m.card}
		if m.by != 0 {
			x.By = w.people[m.by-1].ID
		}
		v.Members = append(v.Members, x)
	}
	return v
}

// World is everybody and every group.
type World struct {
	Account string   `json:"account"`
	People  []Person `json:"people"`
	Groups  []Group  `json:"groups"`
}

// World is a copy of everybody and every group, as they are now.
func (b *Box) World() World {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := World{People: make([]Person, 0, len(b.w.people)), Groups: make([]Group, 0, len(b.w.groups))}
	if b.w.account != nil {
		v.Account = b.w.account.ID
	}
	for _, p := range b.w.people {
		v.People = append(v.People, p.Person)
	}
	for _, g := range b.w.groups {
		v.Groups = append(v.Groups, b.w.viewGroup(g))
	}
	return v
}
