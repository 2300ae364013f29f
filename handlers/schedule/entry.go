package schedule

import (
	"slices"
	"time"

	"sixtwenty/bot"
	"sixtwenty/schedules"
	"sixtwenty/store"
)

// An entry is one thing to do by the clock.
type entry struct {
	ID     uint64       `json:"id"`
	Spec   string       `json:"spec"`
	What   content      `json:"what"`
	To     []bot.ChatID `json:"to,omitempty"`   // the groups; without any and without tags the chat where it was made
	Tags   []string     `json:"tags,omitempty"` // and all that have one of these
	All    bool         `json:"all,omitempty"`
	Chat   bot.Chat     `json:"chat"` // where it was made: its zone and language hold
	By     bot.Member   `json:"by"`
	Role   bot.Role     `json:"role"`          // of who made it: a command runs with it, as long as they have it
	Own    bool         `json:"own,omitempty"` // made by the account's own phone or in the console, whose word needs no role
	Due    time.Time    `json:"due,omitzero"`
	Paused bool         `json:"paused,omitempty"`
	From   time.Time    `json:"from,omitzero"`
	Until  time.Time    `json:"until,omitzero"`
	Left   int          `json:"left,omitempty"` // so many firings more; 0 is no limit
	Skip   []string     `json:"skip,omitempty"` // days on which it is silent
	Turn   int          `json:"turn,omitempty"` // of the variants
	Made   time.Time    `json:"made"`
}

// A content is what is sent: texts in turn, a command of the bot, or a medium.
type content struct {
	Texts   []string       `json:"texts,omitempty"`
	Command string         `json:"command,omitempty"`
	Media   string         `json:"media,omitempty"`
	Name    string         `json:"name,omitempty"`
	Kind    bot.EffectKind `json:"kind,omitempty"`
}

func (w content) empty() bool { return len(w.Texts) == 0 && w.Command == "" && w.Media == "" }

// A firing is one line of an entry's history.
type firing struct {
	At     time.Time `json:"at"`               // when it was due
	Groups int       `json:"groups,omitempty"` // it was sent to
	Missed int       `json:"missed,omitempty"` // so many were not made up
	Tag    string    `json:"tag,omitempty"`
	Off    bool      `json:"off,omitempty"`    // a day to skip
	Ran    bool      `json:"ran,omitempty"`    // it was a command
	Halted bool      `json:"halted,omitempty"` // who made it may not any more
}

// A past is one line of what all entries did, which outlives them.
type past struct {
	firing
	ID   uint64 `json:"id"`
	What string `json:"what"`
}

const (
	entries    = store.Table[entry]("schedule/entries")  // id
	history    = store.Table[firing]("schedule/history") // id, at
	log        = store.Table[past]("schedule/log")       // number
	maxSkipped = 1000                                    // firings on skipped days that are passed over at once
	maxEntries = 200
	maxHistory = 30
	maxLog     = 1000
)

// next is the first firing after a moment within the entry's from and until.
func (e entry) next(spec schedules.Spec, after time.Time, zone *time.Location) time.Time {
	if before := e.From.Add(-time.Nanosecond); !e.From.IsZero() && after.Before(before) {
		after = before
	}
	at := spec.Next(after, zone)
	if !e.Until.IsZero() && at.After(e.Until) {
		return time.Time{}
	}
	return at
}

func (e entry) skips(at time.Time, zone *time.Location) bool {
	return slices.Contains(e.Skip, at.In(zone).Format(time.DateOnly))
}

// comingUp gives the next firings until a moment, at most n of them; zero is no end.
func (e entry) comingUp(spec schedules.Spec, now, until time.Time, zone *time.Location, n int) (list []time.Time) {
	if e.Left > 0 {
		n = min(n, e.Left)
	}
	for skipped, at := 0, e.next(spec, now, zone); !at.IsZero() && len(list) < n && skipped < maxSkipped; at = e.next(spec, at, zone) {
		switch {
		case !until.IsZero() && at.After(until):
			return list
		case e.skips(at, zone):
			skipped++
		default:
			list = append(list, at)
		}
	}
	return list
}

// readAll gives the entries in order of their numbers.
func readAll(r store.Reader) (list []entry, err error) {
	for row, err := range entries.Scan(r, store.Range{Limit: maxEntries}) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	return list, nil
}

// plan keeps an entry with its timer; one that is paused or over has none. The timer lies in the chat where the entry was made.
func plan(c *bot.Call, e entry) error {
	if err := entries.Put(c.Tx, e, e.ID); err != nil {
		return err
	}
	if e.Paused || e.Due.IsZero() {
		return c.ClearTimer(timerFire, key(e.ID))
	}
	return c.SetTimer(e.Due, timerFire, key(e.ID), e.ID)
}

func key(id uint64) string { return store.Key(id) }

// drop forgets an entry with its history.
func drop(c *bot.Call, id uint64) error {
	if err := c.ClearTimer(timerFire, key(id)); err != nil {
		return err
	}
	if err := forgetHistory(c.Tx, id, 0); err != nil {
		return err
	}
	return entries.Delete(c.Tx, id)
}

// record adds a line to the history, of the entry and of all, and drops what is too old.
func record(c *bot.Call, e *entry, f firing) error {
	if err := history.Put(c.Tx, f, e.ID, f.At); err != nil {
		return err
	}
	n, err := c.Tx.Next(string(log))
	if err != nil {
		return err
	}
	if n > maxLog {
		if err := log.Delete(c.Tx, n-maxLog); err != nil {
			return err
		}
	}
	if err := log.Put(c.Tx, past{f, e.ID, e.What.say(c.Group().Language)}, n); err != nil {
		return err
	}
	return forgetHistory(c.Tx, e.ID, maxHistory)
}

// newest are the latest lines of what all entries did.
func newest(r store.Reader, n int) (list []past, err error) {
	for row, err := range log.Scan(r, store.Range{Reverse: true, Limit: n}) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	return list, nil
}

func forgetHistory(tx store.Tx, id uint64, keep int) error {
	rg := store.Under(id)
	rg.Reverse, rg.Limit = true, maxHistory+5
	var old []string
	for row, err := range history.Scan(tx, rg) {
		if err != nil {
			return err
		}
		if keep--; keep < 0 {
			old = append(old, row.Key)
		}
	}
	for _, k := range old {
		if err := tx.Delete(string(history), k); err != nil {
			return err
		}
	}
	return nil
}

// forget drops the names of who made an entry; the entry goes on.
func forget(tx store.Tx, who bot.Person) error {
	all, err := readAll(tx)
	if err != nil {
		return err
	}
	for _, e := range all {
		if !slices.Contains(who.Identities, e.By.Person) {
			continue
		}
		e.By = bot.Member{Person: e.By.Person}
		if err := entries.Put(tx, e, e.ID); err != nil {
			return err
		}
	}
	return nil
}
