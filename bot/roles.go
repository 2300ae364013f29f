package bot

import (
	"time"

	"sixtwenty/store"
)

// RoleRow binds a role to a person. It is live only in the sign-in in which it was proven: names change hands, and after
// a new scan nothing the service sends proves who somebody is.
type RoleRow struct {
	Role    Role      `json:"role"`
	Session string    `json:"session"`
	Since   time.Time `json:"since"`
}

const (
	roles = store.Table[RoleRow]("bot/roles") // person, chat ("" is everywhere)
	state = store.Table[string]("bot/state")  // name
)

// The names of bot/state.
const (
	stateSession  = "session"
	stateSilenced = "silenced"
	statePlace    = "place"
)

// roleOf is what the event's sender may do where it happened.
func (r *run) roleOf(e *Event) (Role, error) {
	if e.Self || e.Kind == Asked {
		return Owner, nil
	}
	if e.From.Person == "" {
		return Everyone, nil
	}
	best := Everyone
	for _, chat := range []ChatID{"", e.Chat.ID} {
		row, ok, err := roles.Get(r.tx, e.From.Person, chat)
		if err != nil {
			return Everyone, err
		}
		if ok && row.Session == r.session && row.Role > best {
			best = row.Role
		}
	}
	return best, nil
}
