package bot

import (
	"fmt"
	"time"

	"sixtwenty/store"
)

// A Line is one line about a person or a number, as a feature tells it.
type Line struct {
	Name, Value string
	// Of About, for the card of a person: in which group it stands there ("" is all), which question it answers, and in which
	// few words. Without words it is on no card.
	Chat  ChatID
	Facet Facet
	Card  string
}

// A Facet is one of the three questions about a person.
type Facet int

// The three questions.
const (
	Who    Facet = iota // who are they
	Whence              // where did they come from
	Become              // what have they become
)

// A Question is what /为什么 asks a feature to explain.
type Question struct {
	Chat  ChatID
	Who   PersonID
	Topic string // what was asked about, "" is everything
	Now   time.Time
	Zone  *time.Location
	Lang  Lang
	Limit int
}

const unreminded = store.Table[time.Time]("bot/unreminded") // head

// Remind says whether a person wants to be reminded of anything. A person who said no is asked no more, by any feature.
func Remind(r store.Reader, who PersonID) (bool, error) {
	head, err := HeadOf(r, who)
	if err != nil {
		return false, err
	}
	no, err := unreminded.Has(r, head)
	return !no, err
}

// SetRemind keeps whether the sender wants to be reminded.
func (c *Call) SetRemind(on bool) error {
	head, err := HeadOf(c.Tx, c.Event.From.Person)
	if err != nil {
		return err
	}
	if on {
		return unreminded.Delete(c.Tx, head)
	}
	return unreminded.Put(c.Tx, c.Now, head)
}

// About gathers what every feature has to say of a person.
func (c *Call) About(who PersonID) ([]Line, error) {
	return c.run.bot.About(c.Tx, who, c.group.Language)
}

// Why gathers what every feature can explain.
func (c *Call) Why(q Question) ([]Line, error) { return c.run.bot.Why(c.Tx, q) }

// ForgetPerson lets every feature forget a person, and the house what it knows of them: their names go, and with them
// whatever could tell who they were. What counts in totals stays, nameless.
func (c *Call) ForgetPerson(who PersonID) error {
	p, err := PersonOf(c.Tx, who)
	if err != nil {
		return err
	}
	for _, f := range c.run.bot.features {
		if f.Forget == nil {
			continue
		}
		if err := f.Forget(c.Tx, p); err != nil {
			return fmt.Errorf("feature %s, forgetting: %w", f.Name, err)
		}
	}
	list, err := groupIDs(c.Tx)
	if err != nil {
		return err
	}
	c.run.bot.memory.forget()
	for _, id := range p.Identities {
		if err := forgetIdentity(c.Tx, id, list); err != nil {
			return err
		}
	}
	if err := forgetReasons(c.Tx, p); err != nil {
		return err
	}
	if err := c.run.forget(p.Identities); err != nil {
		return err
	}
	return unreminded.Delete(c.Tx, p.Head)
}

// forgetIdentity removes an identity from every group that was ever met, also those the bot no longer lives in.
func forgetIdentity(tx store.Tx, id PersonID, groups []ChatID) error {
	home, err := HomeOf(tx, id)
	if err != nil {
		return err
	}
	if home != "" {
		if err := chats.Delete(tx, home); err != nil {
			return err
		}
	}
	if err := people.Delete(tx, id); err != nil {
		return err
	}
	if err := forgetNames(tx, id); err != nil {
		return err
	}
	if err := forgetDenials(tx, id); err != nil {
		return err
	}
	for _, chat := range append([]ChatID{"", home}, groups...) {
		if err := members.Delete(tx, chat, id); err != nil {
			return err
		}
		if err := lastSent.Delete(tx, chat, id); err != nil {
			return err
		}
		if err := roles.Delete(tx, id, chat); err != nil {
			return err
		}
	}
	return nil
}

// groupIDs gives every group that was ever met.
func groupIDs(r store.Reader) (list []ChatID, err error) {
	for row, err := range chats.Scan(r, store.Range{}) {
		if err != nil {
			return nil, err
		}
		if !row.Value.Group {
			continue
		}
		var id ChatID
		if err := store.Split(row.Key, &id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, nil
}
