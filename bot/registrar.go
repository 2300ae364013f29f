package bot

import "sixtwenty/store"

// A Registrar is an Account that has to find out anew, at each sign-in, who is who. Its methods read and write its own
// tables in the bot's transaction.
type Registrar interface {
	// Health is how the last sign-in went. follows says which groups matter.
	Health(r store.Reader, follows func(Chat) bool) (Health, error)
	// Doubts are people who may be somebody known before, the latest first, at most limit.
	Doubts(r store.Reader, limit int) ([]Doubt, error)
	// Settled closes the doubt about a person, whatever the answer was.
	Settled(tx store.Tx, who PersonID) error
	// Forget removes what could tell who these were, in the transaction that forgets them. Who of them is met again has another
	// id.
	Forget(tx store.Tx, who []PersonID) error
	// Forgotten says whether an id was forgotten, while something that was told before may still be on its way under it.
	Forgotten(r store.Reader, who PersonID) (bool, error)
}

// A Health is what the owner should know of the last sign-in.
type Health struct {
	Report  Text     // who was matched, in a sentence
	Unsaved []Chat   // groups that a new sign-in would not find until somebody writes there
	Unseen  []Chat   // groups that this sign-in has not found yet: nothing can be sent there until somebody writes
	Texts   []string // system texts that nobody understands yet, without the names in them
	Doubts  int
}

// A Doubt asks whether somebody who counts as new is one of those known before.
type Doubt struct {
	Person     PersonID
	Nick       string
	Candidates []Candidate // the likeliest first
}

// A Candidate is whom a new person may be, and why.
type Candidate struct {
	Person   PersonID
	Nick     string
	Evidence Text
}

// A Registry is what the account knows of who is who. It belongs to one transaction and dies with it; of an account whose ids last it
// is empty.
type Registry struct {
	account Registrar
	follows func(Chat) bool
	r       store.Reader
}

func (b *Bot) registry(r store.Reader) Registry {
	account, _ := b.account.(Registrar)
	return Registry{account, b.follows, r}
}

// Registry is what the account knows of who is who, within this call.
func (c *Call) Registry() Registry {
	g := c.run.bot.registry(c.Tx)
	g.follows = c.run.follows
	return g
}

// Health is Registry.Health.
func (c *Call) Health() (h Health, ok bool, err error) { return c.Registry().Health() }

// Health tells how the last sign-in went; ok is false where ids last, so there is nothing to tell.
func (g Registry) Health() (h Health, ok bool, err error) {
	if g.account == nil {
		return h, false, nil
	}
	h, err = g.account.Health(g.r, g.follows)
	return h, true, err
}

// Doubts are people of whom the account is not sure who they are, the latest first, at most limit.
func (g Registry) Doubts(limit int) ([]Doubt, error) {
	if g.account == nil {
		return nil, nil
	}
	return g.account.Doubts(g.r, limit)
}

// SettleDoubt closes the doubt about a person.
func (c *Call) SettleDoubt(who PersonID) error {
	reg, ok := c.run.bot.account.(Registrar)
	if !ok {
		return nil
	}
	return reg.Settled(c.Tx, who)
}

// forget has the account remove what it knows of these, where it can tell people apart only by what it knows.
func (r *run) forget(who []PersonID) error {
	reg, ok := r.bot.account.(Registrar)
	if !ok {
		return nil
	}
	return reg.Forget(r.tx, who)
}

// remembered takes those out of an event who were forgotten while it was on its way. It is false where one of them made it.
func (r *run) remembered(e *Event) (bool, error) {
	reg, ok := r.bot.account.(Registrar)
	if !ok {
		return true, nil
	}
	if e.From.Person != "" {
		if gone, err := reg.Forgotten(r.tx, e.From.Person); err != nil || gone {
			return false, err
		}
	}
	var kept []Member
	for _, m := range e.Roster {
		gone, err := reg.Forgotten(r.tx, m.Person)
		if err != nil {
			return false, err
		}
		if !gone {
			kept = append(kept, m)
		}
	}
	e.Roster = kept
	return true, nil
}
