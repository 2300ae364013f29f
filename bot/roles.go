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
	stateSince    = "since" // of the session
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
		switch {
		case !ok:
		case row.Role == Blocked: // stands until it is lifted: it takes power, and gives none
			return Blocked, nil
		case row.Session == r.session && row.Role > best:
			best = row.Role
		}
	}
	return best, nil
}

// roleIsStale says whether the sender had the role in an earlier sign-in, and has to prove it again.
func (r *run) roleIsStale(e *Event, need Role) (bool, error) {
	if need == Everyone || e.From.Person == "" {
		return false, nil
	}
	for _, chat := range []ChatID{"", e.Chat.ID} {
		row, ok, err := roles.Get(r.tx, e.From.Person, chat)
		if err != nil || ok && row.Role >= need && row.Session != r.session {
			return err == nil, err
		}
	}
	return false, nil
}
