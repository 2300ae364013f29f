package bot

import (
	"errors"
	"time"

	"sixtwenty/store"
)

// The points ledger belongs to the house, because several features write to it. It is append-only: a balance changes only
// together with a row that says why, and a mistake is mended by a row of the other sign.

// A PointsRow is one entry of the ledger.
type PointsRow struct {
	At      time.Time `json:"at"`
	Who     PersonID  `json:"who"` // the identity that earned them
	Points  int       `json:"points"`
	Feature string    `json:"feature"`
	Why     string    `json:"why"` // a word of the feature's own: "checkin", "invite" …
	Key     string    `json:"key,omitempty"`
	By      PersonID  `json:"by,omitempty"`
}

const (
	points   = store.Table[PointsRow]("bot/points")        // chat, identity, seq
	balances = store.Table[int]("bot/points/balance")      // chat, head
	richest  = store.Table[PersonID]("bot/points/richest") // chat, -balance, head
	awarded  = store.Table[int]("bot/points/once")         // chat, identity, feature, key: what stands under the key
	maxAward = 1_000_000
)

var errAward = errors.New("points of one entry are between -1,000,000 and 1,000,000, and not 0")

// Award writes an entry for an identity in this chat. key, where not empty, makes it once: a second entry of this feature
// with the same key for the same identity changes nothing and says false. What two identities of one person have under the
// same key counts once for the person, and for each of them again when they are taken apart.
func (c *Call) Award(who PersonID, n int, why, key string) (bool, error) {
	if n == 0 || n > maxAward || n < -maxAward {
		return false, errAward
	}
	if key != "" {
		if was, _, err := awarded.Get(c.Tx, c.Event.Chat.ID, who, c.feature.Name, key); err != nil || was != 0 {
			return false, err
		}
	}
	return true, c.enter(who, n, why, key)
}

// Unaward takes back what stands under a key, by an entry of the other sign, so that the key can be used again.
func (c *Call) Unaward(who PersonID, why, key string) error {
	was, _, err := awarded.Get(c.Tx, c.Event.Chat.ID, who, c.feature.Name, key)
	if err != nil || was == 0 {
		return err
	}
	return c.enter(who, -was, why, key)
}

// enter appends to the ledger and moves the balance with it.
func (c *Call) enter(who PersonID, n int, why, key string) error {
	chat := c.Event.Chat.ID
	seq, err := c.Tx.Next(string(points))
	if err != nil {
		return err
	}
	row := PointsRow{At: c.Now, Who: who, Points: n, Feature: c.feature.Name, Why: clip(why, maxArgs), Key: key}
	if c.Role > Everyone {
		row.By = c.Event.From.Person
	}
	if err := points.Put(c.Tx, row, chat, who, seq); err != nil {
		return err
	}
	person, err := PersonOf(c.Tx, who)
	if err != nil || key == "" {
		return errors.Join(err, shiftBalance(c.Tx, chat, person.Head, n))
	}
	worth, err := c.shiftWorth(person, who, n, key)
	if err != nil || worth == 0 {
		return err
	}
	return shiftBalance(c.Tx, chat, person.Head, worth)
}

// shiftWorth changes what an identity has under a key, and says by how much that changes what the key is worth to the person.
func (c *Call) shiftWorth(p Person, who PersonID, n int, key string) (int, error) {
	chat, name := c.Event.Chat.ID, c.feature.Name
	if len(p.Identities) == 1 {
		return n, shiftKey(c.Tx, n, chat, who, name, key)
	}
	before, err := underKey(c.Tx, chat, p, name, key)
	if err != nil {
		return 0, err
	}
	if err := shiftKey(c.Tx, n, chat, who, name, key); err != nil {
		return 0, err
	}
	after, err := underKey(c.Tx, chat, p, name, key)
	return after - before, err
}

func shiftKey(tx store.Tx, n int, key ...any) error {
	was, _, err := awarded.Get(tx, key...)
	if err != nil {
		return err
	}
	if was+n == 0 {
		return awarded.Delete(tx, key...)
	}
	return awarded.Put(tx, was+n, key...)
}

// underKey is what a key is worth to a person: the most that one of their identities has under it.
func underKey(r store.Reader, chat ChatID, p Person, feature, key string) (most int, err error) {
	for _, id := range p.Identities {
		n, _, err := awarded.Get(r, chat, id, feature, key)
		if err != nil {
			return 0, err
		}
		if most == 0 || n > most {
			most = n
		}
	}
	return most, nil
}

func shiftBalance(tx store.Tx, chat ChatID, head PersonID, n int) error {
	was, _, err := balances.Get(tx, chat, head)
	if err != nil {
		return err
	}
	return setBalance(tx, chat, head, was, was+n)
}

func setBalance(tx store.Tx, chat ChatID, head PersonID, was, now int) error {
	if err := richest.Delete(tx, chat, -was, head); err != nil {
		return err
	}
	if err := balances.Put(tx, now, chat, head); err != nil {
		return err
	}
	return richest.Put(tx, head, chat, -now, head)
}

// Balance is what a person has in a chat.
func Balance(r store.Reader, chat ChatID, who PersonID) (int, error) {
	head, err := HeadOf(r, who)
	if err != nil {
		return 0, err
	}
	n, _, err := balances.Get(r, chat, head)
	return n, err
}

// Richest gives the people with the most points in a chat.
func Richest(r store.Reader, chat ChatID, limit int) (list []PersonID, err error) {
	rg := store.Under(chat)
	rg.Limit = limit
	for row, err := range richest.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	return list, nil
}

// Ledger gives a person's latest entries in a chat, newest first within each identity.
func Ledger(r store.Reader, chat ChatID, who PersonID, limit int) (list []PointsRow, err error) {
	p, err := PersonOf(r, who)
	if err != nil {
		return nil, err
	}
	for _, id := range p.Identities {
		rg := store.Under(chat, id)
		rg.Limit, rg.Reverse = limit, true
		for row, err := range points.Scan(r, rg) {
			if err != nil {
				return nil, err
			}
			list = append(list, row.Value)
		}
	}
	return list, nil
}

// regainBalances works out the balances of a person anew after a merge or its end, from the ledger.
func regainBalances(tx store.Tx, p Person, chats []ChatID) error {
	for _, chat := range chats {
		sum, found, err := ledgerSum(tx, chat, p)
		if err != nil {
			return err
		}
		for _, id := range p.Identities {
			if err := dropBalance(tx, chat, id); err != nil {
				return err
			}
		}
		if !found {
			continue
		}
		if err := setBalance(tx, chat, p.Head, 0, sum); err != nil {
			return err
		}
	}
	return nil
}

// ledgerSum adds up what a person's identities have in a chat, each key once.
func ledgerSum(r store.Reader, chat ChatID, p Person) (sum int, found bool, err error) {
	type slot struct{ feature, key string }
	keys := map[slot]bool{}
	for _, id := range p.Identities {
		for row, err := range points.Scan(r, store.Under(chat, id)) {
			if err != nil {
				return 0, false, err
			}
			found = true
			if row.Value.Key == "" {
				sum += row.Value.Points
			} else {
				keys[slot{row.Value.Feature, row.Value.Key}] = true
			}
		}
	}
	for k := range keys {
		n, err := underKey(r, chat, p, k.feature, k.key)
		if err != nil {
			return 0, false, err
		}
		sum += n
	}
	return sum, found, nil
}

func dropBalance(tx store.Tx, chat ChatID, head PersonID) error {
	was, ok, err := balances.Get(tx, chat, head)
	if err != nil || !ok {
		return err
	}
	if err := richest.Delete(tx, chat, -was, head); err != nil {
		return err
	}
	return balances.Delete(tx, chat, head)
}
