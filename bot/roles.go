package bot

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"sixtwenty/store"
)

// word is what a role is called where it is kept.
func (r Role) word() string {
	switch r {
	case Blocked:
		return "blocked"
	case Manager:
		return "manager"
	case Host:
		return "host"
	case Owner:
		return "owner"
	}
	return ""
}

// MarshalText implements encoding.TextMarshaler.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.word()), nil }

// UnmarshalJSON implements json.Unmarshaler. Roles that were kept as numbers, before there was a Host, are read as well.
func (r *Role) UnmarshalJSON(b []byte) error {
	for _, known := range []struct {
		role Role
		was  string
	}{{Blocked, "-1"}, {Everyone, "0"}, {Manager, "1"}, {Host, ""}, {Owner, "2"}} {
		if text := string(b); text == known.was || text == `"`+known.role.word()+`"` {
			*r = known.role
			return nil
		}
	}
	return fmt.Errorf("%s is no role", b)
}

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

	// maxRoles bounds bot/roles: the oldest give way, roles of earlier sign-ins before blocks; live ones stay.
	maxRoles = 1000
)

// The names of bot/state.
const (
	stateSession  = "session"
	stateSince    = "since" // of the session
	stateMe       = "me"    // the account as a person
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
	return roleIn(r.tx, e.From.Person, e.Chat.ID, func(row RoleRow) bool { return row.Session == r.session })
}

// Standing is the role that somebody was given for a chat and that was not taken since, whichever sign-in it was proven in: what
// they asked for while they had it goes on as long as they have it.
func (c *Call) Standing(p PersonID, chat ChatID) (Role, error) {
	return roleIn(c.Tx, p, chat, func(RoleRow) bool { return true })
}

// roleIn is the most that the rows which count give somebody in a chat.
func roleIn(r store.Reader, p PersonID, chat ChatID, counts func(RoleRow) bool) (Role, error) {
	who, err := PersonOf(r, p)
	if err != nil {
		return Everyone, err
	}
	best := Everyone
	for _, id := range who.Identities {
		for _, where := range []ChatID{"", chat} {
			row, ok, err := roles.Get(r, id, where)
			if err != nil {
				return Everyone, err
			}
			switch {
			case !ok:
			case row.Role == Blocked: // stands until it is lifted, for the whole person: it takes power, and gives none
				return Blocked, nil
			case id == p && counts(row):
				best = max(best, row.Role)
			}
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

// boundRoles drops the oldest of those that are not live where there are too many. A role of an earlier sign-in asks its holder for
// a new code, and what was ordered under it goes on, so it is kept as long as there is room.
func (r *run) boundRoles() error {
	var idle []store.Row[RoleRow]
	n := 0
	for row, err := range roles.Scan(r.tx, store.Range{}) {
		if err != nil {
			return err
		}
		n++
		if row.Value.Role == Blocked || row.Value.Session != r.session {
			idle = append(idle, row)
		}
	}
	slices.SortFunc(idle, func(a, b store.Row[RoleRow]) int { // blocks, which are the least of the roles, come last
		return cmp.Or(cmp.Compare(min(b.Value.Role, Everyone), min(a.Value.Role, Everyone)), a.Value.Since.Compare(b.Value.Since))
	})
	for _, row := range idle[:min(len(idle), max(0, n-maxRoles))] {
		if err := r.tx.Delete(string(roles), row.Key); err != nil {
			return err
		}
	}
	return nil
}
