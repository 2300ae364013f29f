package wechat

import (
	"cmp"
	"slices"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A plan is what one list of contacts will change: worked out on a snapshot, written in one commit, then made known. Only the
// goroutine of Run changes the directory's tables, so nothing can come between.
type plan struct {
	*directory
	follows func(bot.Chat) bool
	now     time.Time
	people  map[string]*person // as they will be
	rooms   map[string]*room
	lists   map[string]memberList
	writes  []func(store.Tx) error
	rows    []row           // of tables that take very many
	given   map[string]bool // ids bound by this plan
	more    Report          // what this list adds to the report
	total   Report          // of the session, with it
}

func (d *directory) newPlan(follows func(bot.Chat) bool, now time.Time) *plan {
	return &plan{
		directory: d, follows: follows, now: now,
		people: map[string]*person{}, rooms: map[string]*room{}, lists: map[string]memberList{}, given: map[string]bool{},
	}
}

func (p *plan) put(write func(store.Tx) error) { p.writes = append(p.writes, write) }

// A row is a write that is done in the order of keys: thousands of them in another order cost the store the square of that.
type row struct {
	table, key string
	write      func(store.Tx) error
}

func (p *plan) putRow(table, key string, write func(store.Tx) error) {
	p.rows = append(p.rows, row{table, key, write})
}

// apply writes everything.
func (p *plan) apply(tx store.Tx) error {
	slices.SortFunc(p.rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.key, b.key))
	})
	for _, r := range p.rows {
		if err := r.write(tx); err != nil {
			return err
		}
	}
	for _, write := range p.writes {
		if err := write(tx); err != nil {
			return err
		}
	}
	return nil
}

// resolve works through a list: friends first, so that members who are friends are found as such, and last the strangers, who
// may turn out to be members.
func (p *plan) resolve(r store.Reader, list []contact) error {
	var friends, rooms, strangers []contact
	for _, c := range list {
		switch {
		case isRoom(c.UserName):
			rooms = append(rooms, c)
		case !isPerson(c.UserName):
		case c.stranger:
			strangers = append(strangers, c)
		default:
			friends = append(friends, c)
		}
	}
	who, err := p.recall(r, friends, rooms)
	if err != nil {
		return err
	}
	for _, c := range friends {
		if err := p.person(r, c, who.person(&c)); err != nil {
			return err
		}
	}
	for _, c := range rooms {
		if err := p.groupAndMembers(r, c, who); err != nil {
			return err
		}
	}
	for _, c := range strangers {
		if c.group != "" && !p.followed(c.group) {
			continue
		}
		plan := func(r store.Reader, c contact) error { return p.person(r, c, "") }
		if c.wxid != "" {
			plan = p.byLastingID
		}
		if err := plan(r, c); err != nil {
			return err
		}
	}
	return p.record(r, who)
}

func (p *plan) followed(group string) bool {
	rm := p.rooms[group]
	if rm == nil {
		rm = p.names.rooms[group]
	}
	return rm != nil && p.follows(rm.chat())
}

// groupAndMembers plans a group, and the members of one that is followed.
func (p *plan) groupAndMembers(r store.Reader, c contact, who *recall) error {
	rm, err := p.group(r, c, who.group(c.UserName))
	if err != nil || len(c.MemberList) == 0 || !p.follows(rm.chat()) {
		return err
	}
	return p.members(r, rm, c, who)
}

// group plans one group; id is "" where none was found.
func (p *plan) group(r store.Reader, c contact, id string) (*room, error) {
	rm := &room{wire: c.UserName, name: plainName(c.NickName)}
	if was := p.names.rooms[c.UserName]; was != nil {
		rm.id = was.id
		if rm.name == "" {
			rm.name = was.name
		}
	} else {
		if id == "" {
			id = mint("g")
		}
		rm.id = bot.ChatID(id)
		p.wire(c.UserName, id)
	}
	row, known, err := groupRows.Get(r, rm.id)
	if err != nil {
		return nil, err
	}
	was := row
	if row.Last != p.names.session {
		row.Seen, row.Saved = p.now, false
	}
	row.Name, row.Last, row.Saved = rm.name, p.names.session, row.Saved || !c.stranger
	if !known {
		row.First = p.names.session
	}
	if row != was {
		p.put(func(tx store.Tx) error { return groupRows.Put(tx, row, rm.id) })
	}
	p.rooms[c.UserName] = rm
	return rm, nil
}

// members plans a member list. Those who have no name in this session yet are looked for among the members of before.
func (p *plan) members(r store.Reader, rm *room, group contact, who *recall) error {
	list := group.MemberList[:min(len(group.MemberList), bot.MaxMembers)]
	before, _, err := rosterRows.Get(r, rm.id)
	if err != nil {
		return err
	}
	ids := make([]bot.PersonID, 0, len(list))
	members := make([]member, 0, len(list))
	for _, c := range list {
		if !isPerson(c.UserName) {
			continue
		}
		c.stranger = true
		if err := p.person(r, c, who.person(&c)); err != nil {
			return err
		}
		one := p.known(c.UserName)
		ids = append(ids, one.id)
		members = append(members, member{one, plainName(c.DisplayName)})
	}
	slices.Sort(ids)
	p.lists[rm.wire] = memberList{members, group.complete()}
	if !group.complete() {
		return nil
	}
	if !slices.Equal(ids, before) {
		p.put(func(tx store.Tx) error { return rosterRows.Put(tx, ids, rm.id) })
	}
	return p.traces(r, rm.id, before, members)
}

// person plans one person; id is "" where none was found.
func (p *plan) person(r store.Reader, c contact, id bot.PersonID) error {
	was := p.known(c.UserName)
	who := &person{wire: c.UserName, id: id, read: true, official: c.official()}
	if was == nil && who.official { // nobody to keep; only to be told apart
		p.people[c.UserName] = who
		return nil
	}
	if was != nil {
		who.id = was.id
		who.official = who.official || was.official
	} else {
		if who.id == "" || p.bound(string(who.id)) {
			who.id = bot.PersonID(mint("p"))
		}
		p.wire(c.UserName, string(who.id))
	}
	kept, known, err := p.kept(r, was, who.id)
	if err != nil {
		return err
	}
	who.row = kept.updated(c, p.names.session)
	if !known || who.row != kept {
		p.putRow(string(peopleRows), string(who.id), func(tx store.Tx) error { return peopleRows.Put(tx, who.row, who.id) })
	}
	if !c.stranger && !who.official {
		on, err := friendRows.Has(r, who.id)
		if err != nil {
			return err
		}
		if !on {
			p.put(func(tx store.Tx) error { return friendRows.Put(tx, struct{}{}, who.id) })
		}
	}
	p.people[c.UserName] = who
	return nil
}

func (p *plan) kept(r store.Reader, was *person, id bot.PersonID) (personRow, bool, error) {
	if was != nil && was.read {
		return was.row, true, nil
	}
	return peopleRows.Get(r, id)
}

// updated is the row after a contact was seen. A member list tells neither remark nor alias, so their absence says nothing.
func (row personRow) updated(c contact, session string) personRow {
	now := c.row()
	now.First, now.Last = row.First, session
	if now.First == "" {
		now.First = session
	}
	if c.stranger {
		now.Remark = row.Remark
	}
	if c.stranger && now.Alias == "" {
		now.Alias = row.Alias
	}
	if now.Nick == "" {
		now.Nick = row.Nick
	}
	if now.KeyWord == "" {
		now.KeyWord = row.KeyWord
	}
	if now.Attr == 0 {
		now.Attr = row.Attr
	}
	return now
}

func (row personRow) evidence(id string) evidence {
	return evidence{
		key: id, nick: fold(row.Nick), remark: fold(row.Remark), alias: row.Alias, keyWord: row.KeyWord, attr: row.Attr,
	}
}

func (c *contact) evidence() evidence { return c.row().evidence(c.UserName) }

func (p *plan) known(wire string) *person {
	if who := p.people[wire]; who != nil {
		return who
	}
	return p.names.people[wire]
}

func (p *plan) bound(id string) bool { return p.given[id] || p.names.bound(id) }

// wire plans that this session calls id so.
func (p *plan) wire(wire, id string) {
	p.given[id] = true
	session := p.names.session
	p.putRow(string(wireRows), wire, func(tx store.Tx) error { return wireRows.Put(tx, id, session, wire) })
}

// publish makes the plan known, after its commit.
func (p *plan) publish() {
	n := p.names
	if p.total.Session != "" {
		p.report = p.total
	}
	for wire, who := range p.people {
		if was := n.people[wire]; was != nil {
			*was = *who
			who = was
		}
		n.people[wire] = who
		if who.id != "" {
			n.bind(string(who.id), wire)
		}
	}
	for wire, rm := range p.rooms {
		if was := n.rooms[wire]; was != nil {
			was.name = rm.name
			rm = was
		}
		n.rooms[wire] = rm
		n.bind(string(rm.id), wire)
		if list, ok := p.lists[wire]; ok {
			for i, m := range list.members {
				list.members[i].person = n.people[m.wire]
			}
			rm.set(list, p.now)
		}
	}
}
