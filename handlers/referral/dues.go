package referral

import (
	"sixtwenty/bot"
	"sixtwenty/store"
)

// A credit that begins to count, or ends, changes what is given for it: points, and what a campaign promises. Edges change
// also where nothing can be given, as in a merge. So each change leaves a due, and the next call of the group looks at it.

// A payment is what was given for a newcomer.
type payment struct {
	By bot.PersonID `json:"by"` // the inviter's identity
}

const (
	dues = store.Table[struct{}]("referral/dues") // chat, newcomer's identity: their edge changed
	paid = store.Table[payment]("referral/paid")  // chat, newcomer's identity

	whyInvite = "invite"
)

// counts says whether the edge is worth something.
func (e edge) counts() bool { return e.Is == valid || e.Is == returned }

// owe leaves a due where a change of an edge changes what is given for it.
func owe(tx store.Tx, chat bot.ChatID, id bot.PersonID, was, now edge) error {
	if was.counts() == now.counts() && was.By == now.By && was.Campaign == now.Campaign {
		return nil
	}
	return dues.Put(tx, struct{}{}, chat, id)
}

// A due is one newcomer's edge as it was paid for, and as it is.
type due struct {
	id  bot.PersonID
	was payment // By is "" where nothing was
	now edge
}

// collectDues takes the dues of a group.
func collectDues(tx store.Tx, chat bot.ChatID) (list []due, err error) {
	rg := store.Under(chat)
	rg.Limit = atOnce
	for row, err := range dues.Scan(tx, rg) {
		if err != nil {
			return nil, err
		}
		var d due
		if err := store.Split(row.Key, nil, &d.id); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	for i := range list {
		d := &list[i]
		if err := dues.Delete(tx, chat, d.id); err != nil {
			return nil, err
		}
		if d.was, _, err = paid.Get(tx, chat, d.id); err != nil {
			return nil, err
		}
		if d.now, _, err = edges.Get(tx, chat, d.id); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// book keeps what is paid for a newcomer from now on, and says whether that is something else than before.
func (d due) book(tx store.Tx, chat bot.ChatID) (changed bool, err error) {
	now := payment{}
	if d.now.counts() && !d.now.Earlier {
		now.By = d.now.By
	}
	switch {
	case now == d.was:
		return false, nil
	case now.By == "":
		return true, paid.Delete(tx, chat, d.id)
	}
	return true, paid.Put(tx, now, chat, d.id)
}

// pay gives, or takes back, what follows from the edges that changed.
func pay(c *bot.Call) error {
	chat := c.Event.Chat.ID
	list, err := collectDues(c.Tx, chat)
	if err != nil {
		return err
	}
	for _, d := range list {
		changed, err := d.book(c.Tx, chat)
		if err != nil {
			return err
		}
		if changed {
			if err := d.award(c); err != nil {
				return err
			}
		}
		if err := advance(c, d.id, d.now); err != nil {
			return err
		}
	}
	return nil
}

// award moves the points for a newcomer to whoever they count for.
func (d due) award(c *bot.Call) error {
	key := string(d.id)
	if d.was.By != "" {
		if err := c.Unaward(d.was.By, whyInvite, key); err != nil {
			return err
		}
	}
	n := bot.Settings[Settings](c).Points
	if n == 0 || !d.now.counts() || d.now.Earlier {
		return nil
	}
	_, err := c.Award(d.now.By, n, whyInvite, key)
	return err
}
