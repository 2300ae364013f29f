package wechat

import (
	"cmp"
	"maps"
	"slices"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Bounds of what one question of who is who takes in.
const (
	maxRecalled = 300_000 // memberships of old groups
	maxOthers   = 64      // old groups of other names, for each new group
	maxSample   = 20_000  // people whose names say how common names are
	smallCensus = 2_000   // people below which they are asked
)

// A recall gathers what is known of before and what a list shows now, asks who is who, and keeps the answers by wire name.
type recall struct {
	*plan
	r          store.Reader
	inquiry    inquiry
	olds, nows map[string]int32  // people, by id and by wire name
	nicks      map[string]string // of the old people, as they wrote them
	trusted    map[bot.PersonID]bool
	found      map[string]finding // by wire name
	verdict    verdict
}

// recall finds out whom a list names. Where nobody in it is new to the session, there is nothing to ask.
func (p *plan) recall(r store.Reader, friends, rooms []contact) (*recall, error) {
	c := &recall{
		plan: p, r: r, olds: map[string]int32{}, nows: map[string]int32{}, nicks: map[string]string{},
		found: map[string]finding{},
	}
	if !c.anybodyNew(friends, rooms) {
		return c, nil
	}
	var err error
	if c.trusted, err = roleHolders(r); err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		func() error { return c.contacts(friends) },
		func() error { return c.groups(rooms) },
		c.settle, c.sample,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	c.verdict = match(c.inquiry)
	c.answer()
	return c, nil
}

func (c *recall) anybodyNew(friends, rooms []contact) bool {
	isNew := func(p contact) bool { return c.known(p.UserName) == nil }
	return slices.ContainsFunc(friends, isNew) || slices.ContainsFunc(rooms, func(g contact) bool {
		return c.names.rooms[g.UserName] == nil || slices.ContainsFunc(g.MemberList, isNew)
	})
}

// contacts puts the contact lists beside each other: everybody who was ever on it, and who is now.
func (c *recall) contacts(friends []contact) error {
	if !slices.ContainsFunc(friends, func(p contact) bool { return c.known(p.UserName) == nil }) {
		return nil
	}
	old, now := roster{read: true}, roster{read: true}
	for _, p := range friends {
		if isPerson(p.UserName) && !p.official() {
			now.members = append(now.members, entry{who: c.now(p)})
		}
	}
	for row, err := range friendRows.Scan(c.r, store.Range{Limit: maxFriends}) {
		if err != nil {
			return err
		}
		var id string
		if err := store.Split(row.Key, &id); err != nil {
			return err
		}
		who, err := c.old(id)
		if err != nil {
			return err
		}
		old.members = append(old.members, entry{who: who})
		wire, bound := c.wireOfID(id)
		if _, shown := c.nows[wire]; bound && !shown { // a friend whom this list does not repeat
			now.members = append(now.members, entry{who: c.again(wire, who)})
		}
	}
	c.inquiry.rosters = append(c.inquiry.rosters, c.pair(old, now))
	return nil
}

func (c *recall) pair(old, now roster) link {
	c.inquiry.old.rosters = append(c.inquiry.old.rosters, old)
	c.inquiry.now.rosters = append(c.inquiry.now.rosters, now)
	return link{int32(len(c.inquiry.old.rosters) - 1), int32(len(c.inquiry.now.rosters) - 1)}
}

// now is the place of somebody whom the list shows; who is shown twice has the evidence of both.
func (c *recall) now(p contact) int32 {
	people := &c.inquiry.now.people
	i, ok := c.nows[p.UserName]
	if !ok {
		i = int32(len(*people))
		*people, c.nows[p.UserName] = append(*people, p.evidence()), i
		return i
	}
	e, more := &(*people)[i], p.evidence()
	e.remark, e.alias = cmp.Or(e.remark, more.remark), cmp.Or(e.alias, more.alias)
	e.nick, e.keyWord, e.attr = cmp.Or(e.nick, more.nick), cmp.Or(e.keyWord, more.keyWord), cmp.Or(e.attr, more.attr)
	return i
}

// old is the place of somebody who was known before.
func (c *recall) old(id string) (int32, error) {
	if i, ok := c.olds[id]; ok {
		return i, nil
	}
	row, _, err := peopleRows.Get(c.r, id)
	if err != nil {
		return 0, err
	}
	e := row.evidence(id)
	e.trusted = c.trusted[bot.PersonID(id)]
	i := int32(len(c.inquiry.old.people))
	c.inquiry.old.people, c.olds[id], c.nicks[id] = append(c.inquiry.old.people, e), i, row.Nick
	return i, nil
}

// again is the place of somebody whom this session knows and the list does not show.
func (c *recall) again(wire string, old int32) int32 {
	e := c.inquiry.old.people[old]
	e.key = wire
	i := int32(len(c.inquiry.now.people))
	c.inquiry.now.people, c.nows[wire] = append(c.inquiry.now.people, e), i
	return i
}

func (c *recall) wireOfID(id string) (string, bool) {
	wire, ok := c.names.wires[id] // only this goroutine writes
	return wire, ok
}

// groups puts the groups of the list beside those that they may be.
func (c *recall) groups(rooms []contact) error {
	unknown, names := 0, map[string]bool{}
	for _, g := range rooms {
		now := c.nowRoster(g)
		known := c.names.rooms[g.UserName]
		if known == nil {
			unknown++
			names[now.name] = true
			c.inquiry.now.rosters = append(c.inquiry.now.rosters, now)
			continue
		}
		old, err := c.oldRoster(string(known.id), known.name)
		if err != nil {
			return err
		}
		c.inquiry.rosters = append(c.inquiry.rosters, c.pair(old, now))
	}
	if unknown == 0 {
		return nil
	}
	return c.oldGroups(names, unknown*maxOthers)
}

func (c *recall) nowRoster(g contact) roster {
	now := roster{key: g.UserName, name: fold(plainName(g.NickName)), read: g.complete()}
	for _, p := range g.MemberList[:min(len(g.MemberList), bot.MaxMembers)] {
		if isPerson(p.UserName) {
			p.stranger = true
			now.members = append(now.members, entry{who: c.now(p), card: fold(plainName(p.DisplayName))})
		}
	}
	return now
}

// oldGroups are the groups that this session has no name for: all of a name that is asked for, and so many of the others, those
// who were seen last first.
func (c *recall) oldGroups(names map[string]bool, others int) error {
	open := map[string]groupRow{}
	for row, err := range groupRows.Scan(c.r, store.Range{Limit: maxGroups}) {
		if err != nil {
			return err
		}
		var id string
		if err := store.Split(row.Key, &id); err != nil {
			return err
		}
		if !c.bound(id) {
			open[id] = row.Value
		}
	}
	ids := slices.SortedFunc(maps.Keys(open), func(a, b string) int {
		x, y := open[a], open[b]
		if named := names[fold(x.Name)]; named != names[fold(y.Name)] {
			return map[bool]int{true: -1, false: 1}[named]
		}
		return cmp.Or(y.Seen.Compare(x.Seen), cmp.Compare(a, b))
	})
	total := 0
	for _, id := range ids {
		if !names[fold(open[id].Name)] {
			if others--; others < 0 {
				break
			}
		}
		old, err := c.oldRoster(id, open[id].Name)
		if err != nil {
			return err
		}
		if total += len(old.members); total > maxRecalled {
			break
		}
		c.inquiry.old.rosters = append(c.inquiry.old.rosters, old)
	}
	return nil
}

// oldRoster is what is kept of the members of a group, and of those who had left.
func (c *recall) oldRoster(id, name string) (roster, error) {
	old := roster{key: id, name: fold(name)}
	ids, read, err := rosterRows.Get(c.r, id)
	if err != nil {
		return old, err
	}
	cards, _, err := cardRows.Get(c.r, id)
	if err != nil {
		return old, err
	}
	former, _, err := formerRows.Get(c.r, id)
	if err != nil {
		return old, err
	}
	old.read = read
	for i, p := range append(ids, former...) {
		who, err := c.old(string(p))
		if err != nil {
			return old, err
		}
		old.members = append(old.members, entry{who: who, card: fold(cards[p]), gone: i >= len(ids)})
	}
	return old, nil
}

// settle tells apart who is known in this session already.
func (c *recall) settle() error {
	for id, old := range c.olds {
		wire, ok := c.wireOfID(id)
		if !ok {
			continue
		}
		now, ok := c.nows[wire]
		if !ok {
			now = c.again(wire, old)
		}
		c.inquiry.people = append(c.inquiry.people, link{old, now})
	}
	for wire := range c.nows { // known, and not of these lists
		who := c.known(wire)
		if who == nil || who.id == "" || c.settled(who) {
			continue
		}
		old, err := c.old(string(who.id))
		if err != nil {
			return err
		}
		c.inquiry.people = append(c.inquiry.people, link{old, c.nows[wire]})
	}
	return nil
}

func (c *recall) settled(who *person) bool {
	_, ok := c.olds[string(who.id)]
	return ok
}

// sample has others say how common names are, where those of the lists are few.
func (c *recall) sample() error {
	if len(c.inquiry.old.people) >= smallCensus {
		return nil
	}
	c.inquiry.census = map[string]int{}
	for row, err := range peopleRows.Scan(c.r, store.Range{Limit: maxSample}) {
		if err != nil {
			return err
		}
		var id string
		if err := store.Split(row.Key, &id); err != nil {
			return err
		}
		if _, ok := c.olds[id]; !ok {
			c.inquiry.census[fold(row.Value.Nick)]++
		}
	}
	return nil
}

// answer keeps the verdict by names.
func (c *recall) answer() {
	for _, f := range c.verdict.people {
		c.found[c.inquiry.now.people[f.now].key] = f
	}
	for _, f := range c.verdict.rosters {
		c.found[c.inquiry.now.rosters[f.now].key] = f
	}
}

// person is the old id of somebody whom the list shows, "" where none was found.
func (c *recall) person(p *contact) bot.PersonID {
	f, ok := c.found[p.UserName]
	if c.known(p.UserName) == nil && !p.official() {
		c.more.counted(f, ok)
	}
	if !ok {
		return ""
	}
	return bot.PersonID(c.inquiry.old.people[f.old].key)
}

// group is the old id of a group, "" where none was found.
func (c *recall) group(wire string) string {
	f, ok := c.found[wire]
	if c.names.rooms[wire] == nil {
		c.more.countedGroup(f, ok)
	}
	if !ok {
		return ""
	}
	return c.inquiry.old.rosters[f.old].key
}

// roleRows is the engine's table of roles: person, chat.
const roleRows = store.Table[bot.RoleRow]("bot/roles")

// roleHolders are the identities of everybody who holds a role, now or before the scan. Who is blocked has nothing to steal.
func roleHolders(r store.Reader) (map[bot.PersonID]bool, error) {
	list := map[bot.PersonID]bool{}
	for row, err := range roleRows.Scan(r, store.Range{Limit: bot.MaxMembers}) {
		if err != nil {
			return nil, err
		}
		if row.Value.Role <= bot.Everyone {
			continue
		}
		var id bot.PersonID
		if err := store.Split(row.Key, &id, nil); err != nil {
			return nil, err
		}
		p, err := bot.PersonOf(r, id)
		if err != nil {
			return nil, err
		}
		for _, id := range p.Identities {
			list[id] = true
		}
	}
	return list, nil
}
