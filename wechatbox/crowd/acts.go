package crowd

import (
	"errors"
	"slices"

	"sixtwenty/wechatbox"
)

const (
	fewest  = 3   // members below which nobody leaves
	largest = 500 // members above which nobody joins
)

func (c *Crowd) checkIn(g *club) error {
	_, err := c.box.Say(pick(c.rng, g.members), g.id, pick(c.rng, checkins))
	return err
}

func (c *Crowd) chat(g *club) error {
	_, err := c.box.Say(pick(c.rng, g.members), g.id, pick(c.rng, chatter))
	return err
}

func (c *Crowd) recall(g *club) error {
	who := pick(c.rng, g.members)
	m, err := c.box.Say(who, g.id, pick(c.rng, chatter))
	if err != nil {
		return err
	}
	return c.box.Recall(who, m.ID)
}

func (c *Crowd) invite(g *club) error {
	who, err := c.newcomers(g, 1+c.rng.IntN(3))
	if err != nil || len(who) == 0 {
		return err
	}
	by := pick(c.rng, g.members)
	g.members = append(g.members, who...)
	return c.box.Invite(by, g.id, who...)
}

func (c *Crowd) joinByQR(g *club) error {
	who, err := c.newcomers(g, 1)
	if err != nil || len(who) == 0 {
		return err
	}
	by := pick(c.rng, g.members)
	g.members = append(g.members, who...)
	return c.box.JoinByQR(who[0], g.id, by)
}

// newcomers are people who are not in the group: new ones, or, half the time, somebody from another group.
func (c *Crowd) newcomers(g *club, n int) ([]string, error) {
	n = min(n, largest-1-len(g.members))
	var who []string
	for len(who) < n {
		if old := pick(c.rng, c.people); c.rng.IntN(2) == 0 && !slices.Contains(g.members, old) && !slices.Contains(who, old) {
			who = append(who, old)
			continue
		}
		p, err := c.addPerson()
		if err != nil {
			return nil, err
		}
		who = append(who, p)
	}
	return who, nil
}

func (c *Crowd) leave(g *club) error {
	if len(g.members) <= fewest {
		return nil
	}
	i := 1 + c.rng.IntN(len(g.members)-1) // the first is the owner, who stays
	who := g.members[i]
	g.members = slices.Delete(g.members, i, i+1)
	return c.box.Leave(who, g.id)
}

func (c *Crowd) rename(g *club) error {
	return c.box.RenamePerson(pick(c.rng, g.members), c.nick())
}

func (c *Crowd) card(g *club) error {
	return c.box.SetCard(pick(c.rng, g.members), g.id, pick(c.rng, themes)+c.nick())
}

func (c *Crowd) topic(g *club) error {
	err := c.box.RenameGroup(g.owner, g.id, pick(c.rng, themes)+pick(c.rng, kinds))
	var refused *wechatbox.RefusedError
	if errors.As(err, &refused) {
		return nil // a play around the crowd may have changed the owner
	}
	return err
}
