package referral

import (
	"slices"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A credit is all that is known of how one identity came into one group. It holds facts alone: what they come to is an edge.
type credit struct {
	Inviter bot.PersonID   `json:"inviter,omitempty"` // as the join told; "" is unknown
	At      time.Time      `json:"at"`
	Day     bot.Day        `json:"day,omitempty"` // of the group, in which they joined
	ByQR    bool           `json:"qr,omitempty"`
	Sure    confidence     `json:"sure,omitempty"`
	Said    bot.PersonID   `json:"said,omitempty"`   // whom the newcomer named when asked
	Alone   bool           `json:"alone,omitempty"`  // the newcomer says that nobody did
	Claims  []bot.PersonID `json:"claims,omitempty"` // who else says that they brought them
	Ruling  *ruling        `json:"ruling,omitempty"` // the manager's last word that stands
	Flags   []flag         `json:"flags,omitempty"`  // why it is held until a manager looks
	Gone    time.Time      `json:"gone,omitzero"`
	Trips   int            `json:"trips,omitempty"` // how often they came back
	First   time.Time      `json:"first,omitzero"`  // check-in
	Last    time.Time      `json:"last,omitzero"`   // check-in
	// NeedsCheckin and Stayed are the rule of the day they joined: a later change of it moves no credit. Stayed says that
	// the days are over.
	NeedsCheckin bool `json:"needs_checkin,omitempty"`
	Days         int  `json:"days,omitempty"`
	Stayed       bool `json:"stayed,omitempty"`
	Aged         bool `json:"aged,omitempty"` // quality can be told
	// Campaign is the number of the one that ran when they joined, 0 is none.
	Campaign uint64 `json:"campaign,omitempty"`
	// Channel is the folded name of the one that they came by, "" where nothing tells.
	Channel string `json:"channel,omitempty"`
}

// confidence is how sure the inviter of a join is.
type confidence string

const (
	sureExact     confidence = "exact"     // the service named them by id
	sureUnique    confidence = "unique"    // one member goes by the name
	sureAmbiguous confidence = "ambiguous" // several do
	sureUnknown   confidence = "unknown"   // nobody is named, or nobody goes by the name
	sureAccount   confidence = "account"   // the bot's own account invited them
	sureImported  confidence = "imported"  // from before the bot
)

// A flag is a reason to hold a credit.
type flag string

const (
	flagSelf   flag = "self"   // they are said to have brought themselves
	flagCircle flag = "circle" // they brought, over others, who is said to have brought them
	flagBurst  flag = "burst"  // their inviter brought too many within an hour
	flagGroups flag = "groups" // they joined many groups within a week
	flagTrips  flag = "trips"  // they come and go
)

// A ruling is a manager's decision on one credit.
type ruling struct {
	Newcomer bot.PersonID `json:"newcomer"`
	Inviter  bot.PersonID `json:"inviter,omitempty"` // "" makes it void
	By       bot.PersonID `json:"by,omitempty"`
	Why      string       `json:"why"`
	At       time.Time    `json:"at"`
	Undone   bool         `json:"undone,omitempty"`
}

const (
	credits   = store.Table[credit]("referral/credits")      // chat, newcomer
	since     = store.Table[struct{}]("referral/since")      // chat, inviter, time, newcomer: as the join told
	ripening  = store.Table[struct{}]("referral/ripening")   // chat, due, newcomer
	open      = store.Table[struct{}]("referral/open")       // chat, urgency, time, newcomer: wait for a manager
	places    = store.Table[time.Time]("referral/places")    // newcomer, chat
	rulings   = store.Table[ruling]("referral/rulings")      // chat, number
	rulingsOf = store.Table[struct{}]("referral/rulings/of") // chat, newcomer, number

	maxClaims   = 5
	maxTrips    = 3
	qualityDays = 14
	circleSteps = 64
)

// named is whom the facts name as inviter, whatever is to be thought of it.
func (cr credit) named() bot.PersonID {
	switch {
	case cr.Ruling != nil && cr.Ruling.Inviter != "":
		return cr.Ruling.Inviter
	case cr.Inviter != "":
		return cr.Inviter
	}
	return cr.Said
}

// urgency orders what waits for a manager; ok is false where nothing does.
func (cr credit) urgency() (n int, ok bool) {
	switch {
	case cr.Ruling != nil:
		return 0, false
	case len(cr.Flags) > 0:
		return 0, true
	case len(cr.Claims) > 0:
		return 1, true
	case cr.named() == "" && cr.Sure != sureAccount && (!cr.Alone || cr.Sure == sureAmbiguous):
		return 2, true
	}
	return 0, false
}

// due is when something about the credit is to be looked at again; zero where nothing is.
func (cr credit) due() time.Time {
	switch {
	case !cr.Stayed:
		return cr.At.AddDate(0, 0, cr.Days)
	case !cr.Aged:
		return cr.At.AddDate(0, 0, qualityDays)
	}
	return time.Time{}
}

// ripen brings what only time decides up to date.
func (cr *credit) ripen(now time.Time) {
	cr.Stayed = cr.Stayed || !now.Before(cr.At.AddDate(0, 0, cr.Days))
	cr.Aged = cr.Aged || cr.Stayed && !now.Before(cr.At.AddDate(0, 0, qualityDays))
}

// bare says whether nothing but rulings was ever known of how somebody came, and none of them stands.
func (cr credit) bare() bool {
	return cr.Ruling == nil && cr.Sure == "" && cr.named() == "" && len(cr.Claims) == 0 && cr.Trips == 0
}

// unindexed is a credit that stands in no index.
func unindexed() credit { return credit{Stayed: true, Aged: true, Ruling: &ruling{}} }

func (cr *credit) flag(f flag) {
	if !slices.Contains(cr.Flags, f) {
		cr.Flags = append(cr.Flags, f)
	}
}

// put keeps a credit in the place of the one that was, with its indexes.
func put(tx store.Tx, chat bot.ChatID, who bot.PersonID, was, now credit) error {
	if err := reindex(tx, chat, who, was, now); err != nil {
		return err
	}
	return credits.Put(tx, now, chat, who)
}

func reindex(tx store.Tx, chat bot.ChatID, who bot.PersonID, was, now credit) error {
	if due := was.due(); !due.IsZero() && !due.Equal(now.due()) {
		if err := ripening.Delete(tx, chat, due, who); err != nil {
			return err
		}
	}
	if due := now.due(); !due.IsZero() {
		if err := ripening.Put(tx, struct{}{}, chat, due, who); err != nil {
			return err
		}
	}
	if was.Inviter != "" && (was.Inviter != now.Inviter || !was.At.Equal(now.At)) {
		if err := since.Delete(tx, chat, was.Inviter, was.At, who); err != nil {
			return err
		}
	}
	if now.Inviter != "" {
		if err := since.Put(tx, struct{}{}, chat, now.Inviter, now.At, who); err != nil {
			return err
		}
	}
	if n, ok := was.urgency(); ok {
		if err := open.Delete(tx, chat, n, was.At, who); err != nil {
			return err
		}
	}
	if n, ok := now.urgency(); ok {
		return open.Put(tx, struct{}{}, chat, n, now.At, who)
	}
	return nil
}
