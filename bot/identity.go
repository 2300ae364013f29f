package bot

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"sixtwenty/store"
)

// An identity is a PersonID: facts belong to it for ever. A person is a set of identities with one of them at its head.
// Merging and unmerging change the set alone; every feature then works out anew what it derives, so that a merge that is
// taken back leaves nothing behind.

// A Person is a set of identities.
type Person struct {
	Head       PersonID
	Identities []PersonID // the head among them, in byte order
}

// A mergeRow remembers one merge, so that it can be taken back however much was merged since.
type mergeRow struct {
	Into  PersonID   `json:"into"`
	From  PersonID   `json:"from"`
	Moved []PersonID `json:"moved"`
	By    PersonID   `json:"by,omitempty"`
	Why   string     `json:"why"`
	At    time.Time  `json:"at"`
	Ended bool       `json:"ended,omitempty"`
}

const (
	heads  = store.Table[PersonID]("bot/heads")     // identity → head, where it is not its own
	sets   = store.Table[struct{}]("bot/heads/all") // head, identity: those who are not the head
	merges = store.Table[mergeRow]("bot/merges")    // seq
	// maxIdentities bounds one person: more is a mistake, or an attack.
	maxIdentities = 64
)

// HeadOf is the person an identity belongs to, named by the head of the set.
func HeadOf(r store.Reader, id PersonID) (PersonID, error) {
	head, ok, err := heads.Get(r, id)
	if err != nil || !ok {
		return id, err
	}
	return head, nil
}

// PersonOf is the whole set that an identity belongs to.
func PersonOf(r store.Reader, id PersonID) (Person, error) {
	head, err := HeadOf(r, id)
	if err != nil {
		return Person{}, err
	}
	p := Person{Head: head, Identities: []PersonID{head}}
	for row, err := range sets.Scan(r, store.Under(head)) {
		if err != nil {
			return p, err
		}
		var of, member PersonID
		if err := store.Split(row.Key, &of, &member); err != nil {
			return p, err
		}
		p.Identities = append(p.Identities, member)
	}
	slices.Sort(p.Identities)
	return p, nil
}

var (
	// ErrNotMerged is wrapped by Merge where nothing was done.
	ErrNotMerged = errors.New("not merged")
	// ErrNoMerge is returned by Unmerge for a number that is no merge, or one that was taken back.
	ErrNoMerge = errors.New("there is no such merge, or it was taken back already")
)

// Merge makes one person of two, under the head of into. It returns the number under which Unmerge takes it back.
func (c *Call) Merge(into, from PersonID, why string) (uint64, error) {
	a, err := PersonOf(c.Tx, into)
	if err != nil {
		return 0, err
	}
	b, err := PersonOf(c.Tx, from)
	if err != nil {
		return 0, err
	}
	switch {
	case a.Head == b.Head:
		return 0, fmt.Errorf("%w: they are one person already", ErrNotMerged)
	case len(a.Identities)+len(b.Identities) > maxIdentities:
		return 0, fmt.Errorf("%w: a person has at most %d identities", ErrNotMerged, maxIdentities)
	}
	if err := moveTo(c.Tx, a.Head, b.Head, b.Identities); err != nil {
		return 0, err
	}
	n, err := c.Tx.Next(string(merges))
	if err != nil {
		return 0, err
	}
	row := mergeRow{Into: a.Head, From: b.Head, Moved: b.Identities, By: c.Event.From.Person, Why: why, At: c.Now}
	if err := merges.Put(c.Tx, row, n); err != nil {
		return 0, err
	}
	return n, c.run.identityChanged(a.Head, b.Head)
}

// Unmerge takes a merge back: those who came with it and are still there leave again.
func (c *Call) Unmerge(n uint64) error {
	row, ok, err := merges.Get(c.Tx, n)
	if err != nil {
		return err
	}
	if !ok || row.Ended {
		return ErrNoMerge
	}
	row.Ended = true
	if err := merges.Put(c.Tx, row, n); err != nil {
		return err
	}
	head, err := HeadOf(c.Tx, row.Into)
	if err != nil {
		return err
	}
	leaving, err := still(c.Tx, head, row.Moved)
	if err != nil || len(leaving) == 0 {
		return err
	}
	to := row.From
	if !slices.Contains(leaving, to) { // its own merge was taken back before
		to = leaving[0]
	}
	if err := moveTo(c.Tx, to, head, leaving); err != nil {
		return err
	}
	return c.run.identityChanged(head, to)
}

// still gives those of list that belong to head.
func still(r store.Reader, head PersonID, list []PersonID) (out []PersonID, err error) {
	for _, id := range list {
		h, err := HeadOf(r, id)
		if err != nil {
			return nil, err
		}
		if h == head {
			out = append(out, id)
		}
	}
	return out, nil
}

// moveTo puts identities under another head.
func moveTo(tx store.Tx, to, from PersonID, list []PersonID) error {
	for _, id := range list {
		if err := sets.Delete(tx, from, id); err != nil {
			return err
		}
		if id == to {
			if err := heads.Delete(tx, id); err != nil {
				return err
			}
			continue
		}
		if err := heads.Put(tx, to, id); err != nil {
			return err
		}
		if err := sets.Put(tx, struct{}{}, to, id); err != nil {
			return err
		}
	}
	return nil
}

// identityChanged lets every feature work out anew what it derives of these people.
func (r *run) identityChanged(list ...PersonID) error {
	all, err := chatIDs(r.tx)
	if err != nil {
		return err
	}
	for _, head := range list {
		p, err := PersonOf(r.tx, head)
		if err != nil {
			return err
		}
		if err := regainBalances(r.tx, p, all); err != nil {
			return err
		}
		for _, f := range r.bot.features {
			if f.Identity == nil {
				continue
			}
			if err := f.Identity(r.tx, p); err != nil {
				return fmt.Errorf("feature %s, after a change of identities: %w", f.Name, err)
			}
		}
	}
	return nil
}

// chatIDs gives every chat that was ever met, also those the bot no longer lives in.
func chatIDs(r store.Reader) (list []ChatID, err error) {
	for row, err := range chats.Scan(r, store.Range{}) {
		if err != nil {
			return nil, err
		}
		var id ChatID
		if err := store.Split(row.Key, &id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, nil
}

// NamesOf gives every nickname a person's identities have now, and when the first of them was met.
func NamesOf(r store.Reader, who Person) (names []string, first time.Time, err error) {
	for _, id := range who.Identities {
		row, ok, err := people.Get(r, id)
		if err != nil {
			return nil, first, err
		}
		if !ok {
			continue
		}
		if name := CleanName(row.Nick); !slices.Contains(names, name) {
			names = append(names, name)
		}
		if first.IsZero() || row.First.Before(first) {
			first = row.First
		}
	}
	return names, first, nil
}

// ChatsOf gives the groups the bot lives in that a person is a member of.
func ChatsOf(r store.Reader, who Person) (shared []Chat, err error) {
	list, err := Chats(r)
	if err != nil {
		return nil, err
	}
	for _, chat := range list {
		in, err := IsMember(r, chat.ID, who)
		if err != nil {
			return nil, err
		}
		if in {
			shared = append(shared, chat)
		}
	}
	return shared, nil
}

// GroupsOf names the groups of ChatsOf.
func GroupsOf(r store.Reader, who Person) (names []string, err error) {
	list, err := ChatsOf(r, who)
	for _, chat := range list {
		names = append(names, CleanName(chat.Name))
	}
	return names, err
}

// IsMember says whether a person, under any of their identities, is on the member list of a chat.
func IsMember(r store.Reader, chat ChatID, who Person) (bool, error) {
	for _, id := range who.Identities {
		if in, err := members.Has(r, chat, id); err != nil || in {
			return in, err
		}
	}
	return false, nil
}

// forgetReasons removes what was said of a person when they were merged. That they were stays: totals rest on it.
func forgetReasons(tx store.Tx, who Person) error {
	var list []store.Row[mergeRow]
	for row, err := range merges.Scan(tx, store.Range{}) {
		if err != nil {
			return err
		}
		if row.Value.Why != "" && (slices.Contains(who.Identities, row.Value.Into) || slices.Contains(who.Identities, row.Value.From)) {
			list = append(list, row)
		}
	}
	for _, row := range list {
		row.Value.Why = ""
		var n uint64
		if err := store.Split(row.Key, &n); err != nil {
			return err
		}
		if err := merges.Put(tx, row.Value, n); err != nil {
			return err
		}
	}
	return nil
}
