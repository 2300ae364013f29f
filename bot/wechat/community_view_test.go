package wechat

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A view is what one session shows, and who each one really is.
type view struct {
	side
	who []int
}

// see writes down what a session shows: with its own order, and its own way to write emoji.
func (c *community) see(session string, former bool) *view {
	v := &view{}
	at := map[int]int32{}
	person := func(i int) int32 {
		if n, ok := at[i]; ok {
			return n
		}
		at[i] = int32(len(v.people))
		v.who = append(v.who, i)
		v.people = append(v.people, c.evidence(i, session))
		return at[i]
	}
	friends := roster{read: true}
	for i, p := range c.souls {
		if p.friend {
			friends.members = append(friends.members, entry{who: person(i)})
		}
	}
	v.rosters = append(v.rosters, friends)
	for _, g := range c.order {
		r := roster{key: fmt.Sprintf("%s/%d", session, g), name: fold(c.names[g]), read: true}
		for _, who := range slices.Sorted(maps.Keys(c.on[g])) {
			r.members = append(r.members, entry{person(who), fold(c.on[g][who]), false})
		}
		for _, who := range slices.Sorted(maps.Keys(c.former[g])) {
			if _, back := c.on[g][who]; former && !back {
				r.members = append(r.members, entry{person(who), fold(c.former[g][who]), true})
			}
		}
		c.rng.Shuffle(len(r.members), func(i, j int) { r.members[i], r.members[j] = r.members[j], r.members[i] })
		v.rosters = append(v.rosters, r)
	}
	return v
}

func (c *community) evidence(i int, session string) evidence {
	p := c.souls[i]
	nick := p.nick
	if c.flip(0.5) {
		for _, e := range pictures {
			nick = strings.ReplaceAll(nick, e[0], e[1])
		}
	}
	shown := contact{UserName: fmt.Sprintf("%s/%d", session, i), NickName: nick, AttrStatus: p.attr, KeyWord: p.letters}
	if p.friend {
		shown.Alias, shown.RemarkName = p.alias, p.remark
	}
	e := shown.evidence()
	e.trusted = p.trusted
	return e
}

// only is what the view shows of one group, with the names of all who are not in it.
func (v *view) only(group roster) (*view, map[string]int) {
	one := &view{side: side{rosters: []roster{{read: true}}}}
	at := map[int32]int32{}
	sub := group
	sub.members = nil
	for _, e := range group.members {
		if _, ok := at[e.who]; !ok {
			at[e.who] = int32(len(one.people))
			one.people, one.who = append(one.people, v.people[e.who]), append(one.who, v.who[e.who])
		}
		e.who = at[e.who]
		sub.members = append(sub.members, e)
	}
	one.rosters = append(one.rosters, sub)
	others := map[string]int{}
	for i, p := range v.people {
		if _, ok := at[int32(i)]; !ok {
			others[p.nick]++
		}
	}
	return one, others
}
