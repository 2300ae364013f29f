package bot

import (
	"fmt"
	"slices"
	"time"

	"sixtwenty/store"
)

// A Moment is one thing that happened to a person.
type Moment struct {
	At   time.Time
	What string
}

// Past is what every feature remembers of a person, the newest first, at most so many. Any goroutine.
func (b *Bot) Past(r store.Reader, who PersonID, l Lang, limit int) ([]Moment, error) {
	p, err := PersonOf(r, who)
	if err != nil {
		return nil, err
	}
	var list []Moment
	for _, f := range b.features {
		if f.Past == nil {
			continue
		}
		more, err := f.Past(r, p, l)
		if err != nil {
			return nil, fmt.Errorf("feature %s, the past of a person: %w", f.Name, err)
		}
		list = append(list, more...)
	}
	slices.SortStableFunc(list, func(a, b Moment) int { return b.At.Compare(a.At) })
	return list[:min(len(list), limit)], nil
}

// A Holding is a role that somebody was given.
type Holding struct {
	Chat  ChatID // "" is everywhere
	Role  Role
	Since time.Time
	Live  bool // it gives power: what was proven in an earlier sign-in does not
}

// RolesOf are the roles of a person that were not taken since.
func RolesOf(r store.Reader, p Person) (list []Holding, err error) {
	session, _, err := state.Get(r, stateSession)
	if err != nil {
		return nil, err
	}
	for _, id := range p.Identities {
		for row, err := range roles.Scan(r, store.Under(id)) {
			if err != nil {
				return nil, err
			}
			var chat ChatID
			if err := store.Split(row.Key, nil, &chat); err != nil {
				return nil, err
			}
			is := row.Value
			list = append(list, Holding{chat, is.Role, is.Since, is.Role == Blocked || is.Session == session})
		}
	}
	return list, nil
}
