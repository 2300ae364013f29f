package bot

import (
	"time"

	"sixtwenty/store"
)

// A Pause is a span in which the bot did not live in a group, because somebody had said so: nothing in it was heard.
type Pause struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

const (
	pauses    = store.Table[Pause]("bot/pauses") // chat, To: spans of a chat do not overlap
	maxPauses = 100
)

// follow notes that the bot lives in a chat from now on, or no longer.
func (row *ChatRow) follow(tx store.Tx, chat ChatID, on bool, now time.Time) error {
	switch {
	case on && !row.Off.IsZero():
		p := Pause{From: row.Off, To: now}
		row.Off = time.Time{}
		return pauses.Put(tx, p, chat, p.To)
	case !on && row.On:
		row.Off = now
	}
	return nil
}

// Pauses gives the spans of this group that reach into [from, to), the oldest first, at most 100.
func (c *Call) Pauses(from, to time.Time) (list []Pause, err error) {
	rg := store.Under(c.Event.Chat.ID)
	rg.From, rg.Limit = store.Key(c.Event.Chat.ID, from), maxPauses
	for row, err := range pauses.Scan(c.Tx, rg) {
		if err != nil {
			return nil, err
		}
		if row.Value.From.Before(to) && row.Value.To.After(from) {
			list = append(list, row.Value)
		}
	}
	return list, nil
}
