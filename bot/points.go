package bot

import (
	"errors"
	"math"
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
	By      PersonID  `json:"by,omitempty"`
}

const (
	points   = store.Table[PointsRow]("bot/points")        // chat, identity, seq
	balances = store.Table[int]("bot/points/balance")      // chat, head
	richest  = store.Table[PersonID]("bot/points/richest") // chat, -balance, head
	awarded  = store.Table[struct{}]("bot/points/once")    // chat, identity, feature, key
	maxAward = 1_000_000
)

var errAward = errors.New("points of one entry are between -1,000,000 and 1,000,000, and not 0")

// Award writes an entry for an identity in this chat. key, where not empty, makes it once: a second entry of this feature
// with the same key for the same identity changes nothing and says false.
func (c *Call) Award(who PersonID, n int, why, key string) (bool, error) {
	if n == 0 || n > maxAward || n < -maxAward {
		return false, errAward
	}
	chat := c.Event.Chat.ID
	if key != "" {
		if was, err := awarded.Has(c.Tx, chat, who, c.feature.Name, key); err != nil || was {
			return false, err
		}
		if err := awarded.Put(c.Tx, struct{}{}, chat, who, c.feature.Name, key); err != nil {
			return false, err
		}
	}
	seq, err := c.Tx.Next(string(points))
	if err != nil {
		return false, err
	}
	row := PointsRow{At: c.Now, Who: who, Points: n, Feature: c.feature.Name, Why: clip(why, maxArgs)}
	if c.Role > Everyone {
		row.By = c.Event.From.Person
	}
	if err := points.Put(c.Tx, row, chat, who, seq); err != nil {
		return false, err
	}
	head, err := HeadOf(c.Tx, who)
	if err != nil {
		return false, err
	}
	return true, shiftBalance(c.Tx, chat, head, n)
}

// Unaward takes back what Award gave under a key, by an entry of the other sign, so that the key can be used again.
func (c *Call) Unaward(who PersonID, n int, why, key string) error {
	chat := c.Event.Chat.ID
	was, err := awarded.Has(c.Tx, chat, who, c.feature.Name, key)
	if err != nil || !was {
		return err
	}
	if err := awarded.Delete(c.Tx, chat, who, c.feature.Name, key); err != nil {
		return err
	}
	_, err = c.Award(who, -n, why, "")
	return err
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
		sum, found := 0, false
		for _, id := range p.Identities {
			for row, err := range points.Scan(tx, store.Under(chat, id)) {
				if err != nil {
					return err
				}
				found = true
				sum = max(math.MinInt32, min(math.MaxInt32, sum+row.Value.Points))
			}
			if id == p.Head {
				continue
			}
			if err := dropBalance(tx, chat, id); err != nil {
				return err
			}
		}
		if err := dropBalance(tx, chat, p.Head); err != nil {
			return err
		}
		if found {
			if err := setBalance(tx, chat, p.Head, 0, sum); err != nil {
				return err
			}
		}
	}
	return nil
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
