// Package crowd fills a box with believable people: hundreds of groups that check in at dawn, chat, grow, leave and change their
// names, so that a bot can be tried at the size of a real community. It uses nothing but the box's own interface.
//
// Equal plans make equal crowds and equal days.
package crowd

import (
	"fmt"
	"math/rand/v2"

	"sixtwenty/wechatbox"
)

// Plan is how large a crowd is. Zero fields are the values in brackets.
type Plan struct {
	Seed    uint64
	Groups  int // [10]
	Members int // of each group, the account included [50]
	Groupie int // groups a person is in, on average [4]
}

// Crowd is a world of groups and what happens in it. It is not safe for use by several goroutines.
type Crowd struct {
	box     *wechatbox.Box
	rng     *rand.Rand
	account string
	groups  []*club
	people  []string
	fresh   int // people who came later
}

// club is a group as the crowd knows it.
type club struct {
	id      string
	owner   string
	members []string // without the account
}

// Fill puts a crowd into a box. The account is in every group and keeps each in its contact list; in an empty box it is made first.
func Fill(b *wechatbox.Box, p Plan) (*Crowd, error) {
	p = p.withDefaults()
	c := &Crowd{box: b, rng: rand.New(rand.NewPCG(p.Seed, 0xc20d)), account: b.Account().ID}
	if c.account == "" {
		a, err := b.AddPerson(wechatbox.Person{ID: "xiaoliu", Nick: "小六"})
		if err != nil {
			return nil, err
		}
		c.account = a.ID
	}
	for range max(p.Members, p.Groups*(p.Members-1)/p.Groupie) {
		if _, err := c.addPerson(); err != nil {
			return nil, err
		}
	}
	for i := range p.Groups {
		if err := c.addGroup(i, p.Members); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (p Plan) withDefaults() Plan {
	or := func(n *int, value int) {
		if *n <= 0 {
			*n = value
		}
	}
	or(&p.Groups, 10)
	or(&p.Members, 50)
	or(&p.Groupie, 4)
	p.Members = max(p.Members, 3)
	return p
}

func (c *Crowd) addPerson() (string, error) {
	c.fresh++
	p, err := c.box.AddPerson(wechatbox.Person{
		ID: fmt.Sprintf("c%d", c.fresh), Nick: c.nick(), Sex: c.rng.IntN(3), Province: pick(c.rng, provinces),
	})
	if err != nil {
		return "", err
	}
	c.people = append(c.people, p.ID)
	return p.ID, nil
}

func (c *Crowd) addGroup(i, size int) error {
	g := &club{id: fmt.Sprintf("club%d", i+1)}
	in := make(map[int]bool, size)
	for len(g.members) < min(size-1, len(c.people)) {
		n := c.rng.IntN(len(c.people))
		for in[n] {
			n = (n + 1) % len(c.people)
		}
		in[n] = true
		g.members = append(g.members, c.people[n])
	}
	g.owner = g.members[0]
	name := fmt.Sprintf("%s%s%d群", pick(c.rng, themes), pick(c.rng, kinds), i+1)
	if _, err := c.box.AddGroup(g.id, name, g.owner, append([]string{c.account}, g.members[1:]...)...); err != nil {
		return err
	}
	c.groups = append(c.groups, g)
	return c.box.SaveGroup(c.account, g.id, true)
}

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }
