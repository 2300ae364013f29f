package referral

import (
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A status is what became of a credit.
type status string

const (
	pending  status = "pending"  // the days or the first check-in are still to come
	valid    status = "valid"    // it counts
	left     status = "left"     // the newcomer is gone
	returned status = "returned" // and came back: the first inviter keeps them
	held     status = "held"     // a manager has to look first
	void     status = "void"     // a manager said that it does not count
)

// An edge is what the credits of one person come to: who brought them, and what is thought of it. There is at most one for
// a person in a group, kept under the identity whose credit it rests on.
type edge struct {
	By   bot.PersonID `json:"by"` // the inviter's identity
	Is   status       `json:"is"`
	At   time.Time    `json:"at"`
	Day  bot.Day      `json:"day"`
	Aged bool         `json:"aged,omitempty"`
	Kept bool         `json:"kept,omitempty"` // still here after two weeks, and checks in
	// Campaign is the number of the one that it counts for, 0 is none.
	Campaign uint64 `json:"campaign,omitempty"`
	// Earlier: it is from before the bot, and whatever it earned was given then.
	Earlier bool `json:"earlier,omitempty"`
	// Reach is what the edge adds to the inviter's.
	Reach reach `json:"reach"`
}

// inTree says whether the edge is a branch of the tree.
func (e edge) inTree() bool { return e.By != "" && e.Is != held && e.Is != void }

// here says whether the newcomer is in the group.
func (e edge) here() bool { return e.inTree() && e.Is != left }

// A reach counts people by degree: those whom somebody brought, whom these brought, and whom those did.
type reach struct {
	All  [3]int `json:"all"`
	Here [3]int `json:"here"` // those of them who are still in the group
}

func (r reach) plus(o reach, sign int) reach {
	for i := range r.All {
		r.All[i] += sign * o.All[i]
		r.Here[i] += sign * o.Here[i]
	}
	return r
}

// moved is what a person with this reach adds to that of who brought them.
func (e edge) moved(below reach) reach {
	var r reach
	if !e.inTree() {
		return r
	}
	r.All = [3]int{1, below.All[0], below.All[1]}
	r.Here = [3]int{0, below.Here[0], below.Here[1]}
	if e.here() {
		r.Here[0] = 1
	}
	return r
}

const (
	edges   = store.Table[edge]("referral/edges")       // chat, newcomer
	brought = store.Table[struct{}]("referral/brought") // chat, inviter, time, newcomer: the edges by inviter
	reaches = store.Table[reach]("referral/reaches")    // chat, inviter
)

// A found is one credit of a person.
type found struct {
	id bot.PersonID
	credit
}

// creditsOf reads what is known of how a person came into a group.
func creditsOf(r store.Reader, chat bot.ChatID, p bot.Person) (list []found, err error) {
	for _, id := range p.Identities {
		cr, ok, err := credits.Get(r, chat, id)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, found{id, cr})
		}
	}
	return list, nil
}

// conclude says what the credits of a person come to, by the facts alone: the last ruling stands, and where there is none
// the first inviter keeps them.
func conclude(p bot.Person, list []found) (at bot.PersonID, e edge) {
	var best *found
	for i := range list {
		cr := &list[i]
		if by := cr.named(); !cr.voided() && (by == "" || contains(p, by)) {
			continue
		}
		if best == nil || better(cr, best) {
			best = cr
		}
	}
	if best == nil || best.named() == "" || contains(p, best.named()) {
		return "", edge{}
	}
	e = edge{By: best.named(), Is: statusOf(best, list), At: best.At, Day: best.Day, Aged: best.Aged, Campaign: best.Campaign}
	e.Earlier = best.Sure == sureImported && best.Ruling == nil
	e.Kept = e.Aged && e.here() && activeSince(list, best.At.AddDate(0, 0, qualityDays/2))
	return best.id, e
}

// better says whether a stands before b: the later ruling, then what counts, then the earlier.
func better(a, b *found) bool {
	if x, y := a.Ruling != nil, b.Ruling != nil; x != y {
		return x
	}
	if a.Ruling != nil && !a.Ruling.At.Equal(b.Ruling.At) {
		return a.Ruling.At.After(b.Ruling.At)
	}
	if x, y := a.counts(), b.counts(); x != y {
		return x
	}
	if !a.At.Equal(b.At) {
		return a.At.Before(b.At)
	}
	return a.id < b.id
}

func (cr credit) voided() bool { return cr.Ruling != nil && cr.Ruling.Inviter == "" }

func (cr credit) counts() bool {
	if cr.Ruling != nil {
		return cr.Ruling.Inviter != ""
	}
	return len(cr.Flags) == 0
}

func statusOf(best *found, list []found) status {
	switch is := stay(best, list); {
	case best.voided():
		return void
	case !best.counts():
		return held
	case is == valid && best.Trips > 0:
		return returned
	default:
		return is
	}
}

// stay says whether somebody is still here, and long enough by the rule of one of their credits.
func stay(by *found, list []found) status {
	gone, checked := true, false
	for _, cr := range list {
		gone = gone && !cr.Gone.IsZero()
		checked = checked || !cr.First.IsZero()
	}
	switch {
	case gone:
		return left
	case !by.Stayed || by.NeedsCheckin && !checked:
		return pending
	}
	return valid
}

func activeSince(list []found, t time.Time) bool {
	for _, cr := range list {
		if !cr.Last.Before(t) {
			return true
		}
	}
	return false
}

func contains(p bot.Person, id bot.PersonID) bool {
	for _, own := range p.Identities {
		if own == id {
			return true
		}
	}
	return false
}

// settle brings all that is derived of a person's credits in a group up to date.
func settle(tx store.Tx, chat bot.ChatID, p bot.Person) error {
	list, err := creditsOf(tx, chat, p)
	if err != nil {
		return err
	}
	at, want := conclude(p, list)
	below, err := reachOf(tx, chat, p)
	if err != nil {
		return err
	}
	want.Reach = want.moved(below)
	for _, id := range p.Identities {
		now := edge{}
		if id == at {
			now = want
		}
		if err := replace(tx, chat, id, now); err != nil {
			return err
		}
	}
	if err := lift(tx, chat, p); err != nil { // in a circle what was replaced may be below itself
		return err
	}
	return settleArrival(tx, chat, p, list, want)
}

// replace puts an edge in the place of the one that was, none where it is empty, and tells both inviters.
func replace(tx store.Tx, chat bot.ChatID, id bot.PersonID, now edge) error {
	was, _, err := edges.Get(tx, chat, id)
	if err != nil || was == now {
		return err
	}
	if was.By != "" {
		if err := edges.Delete(tx, chat, id); err != nil {
			return err
		}
		if err := brought.Delete(tx, chat, was.By, was.At, id); err != nil {
			return err
		}
	}
	if now.By != "" {
		if err := edges.Put(tx, now, chat, id); err != nil {
			return err
		}
		if err := brought.Put(tx, struct{}{}, chat, now.By, now.At, id); err != nil {
			return err
		}
	}
	if err := count(tx, chat, was, now); err != nil {
		return err
	}
	if err := owe(tx, chat, id, was, now); err != nil {
		return err
	}
	return shift(tx, chat, was, now)
}

// shift moves the reach of an edge from one inviter to another, and so upwards: three degrees up nothing changes any more.
func shift(tx store.Tx, chat bot.ChatID, was, now edge) error {
	if was.By == now.By {
		return add(tx, chat, now.By, now.Reach.plus(was.Reach, -1))
	}
	if was.By != "" {
		if err := add(tx, chat, was.By, reach{}.plus(was.Reach, -1)); err != nil {
			return err
		}
	}
	if now.By == "" {
		return nil
	}
	return add(tx, chat, now.By, now.Reach)
}

// add adds to what an identity reaches, and brings the edge of its person up to date.
func add(tx store.Tx, chat bot.ChatID, id bot.PersonID, more reach) error {
	if more == (reach{}) {
		return nil
	}
	r, _, err := reaches.Get(tx, chat, id)
	if err != nil {
		return err
	}
	if r = r.plus(more, 1); r == (reach{}) {
		err = reaches.Delete(tx, chat, id)
	} else {
		err = reaches.Put(tx, r, chat, id)
	}
	if err != nil {
		return err
	}
	p, err := bot.PersonOf(tx, id)
	if err != nil {
		return err
	}
	return lift(tx, chat, p)
}

// lift brings what a person adds to who brought them up to date.
func lift(tx store.Tx, chat bot.ChatID, p bot.Person) error {
	below, err := reachOf(tx, chat, p)
	if err != nil {
		return err
	}
	for _, id := range p.Identities {
		e, ok, err := edges.Get(tx, chat, id)
		if err != nil {
			return err
		}
		r := e.moved(below)
		if !ok || r == e.Reach {
			continue
		}
		more := r.plus(e.Reach, -1)
		e.Reach = r
		if err := edges.Put(tx, e, chat, id); err != nil {
			return err
		}
		if err := add(tx, chat, e.By, more); err != nil {
			return err
		}
	}
	return nil
}

// reachOf is whom a person reaches in a group.
func reachOf(r store.Reader, chat bot.ChatID, p bot.Person) (sum reach, err error) {
	for _, id := range p.Identities {
		one, _, err := reaches.Get(r, chat, id)
		if err != nil {
			return sum, err
		}
		sum = sum.plus(one, 1)
	}
	return sum, nil
}

// edgeOf is the edge of a person, with the identity that it rests on.
func edgeOf(r store.Reader, chat bot.ChatID, p bot.Person) (id bot.PersonID, e edge, err error) {
	for _, id := range p.Identities {
		if e, ok, err := edges.Get(r, chat, id); err != nil || ok {
			return id, e, err
		}
	}
	return "", e, nil
}
