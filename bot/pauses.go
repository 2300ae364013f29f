package bot

import (
	"time"

	"sixtwenty/store"
)

// A Pause is a span in which the bot did not live in a group, or a feature was off there, because somebody had said so: nothing in it
// was heard.
type Pause struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

const (
	pauses    = store.Table[Pause]("bot/pauses")       // chat, To: spans of a chat do not overlap
	rested    = store.Table[Pause]("bot/rests")        // chat, feature, To: likewise of a feature
	resting   = store.Table[time.Time]("bot/rests/on") // chat, feature: since when it is off
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

// switched notes which features are off in a chat from now on, or no longer.
func (r *run) switched(chat ChatID, was GroupSettings) error {
	now, err := r.groupSettings(chat)
	for _, f := range r.bot.features {
		off := now.Without(f.Name)
		if err != nil || off == was.Without(f.Name) {
			continue
		}
		if off {
			err = resting.Put(r.tx, r.now, chat, f.Name)
		} else {
			err = r.wake(chat, f.Name)
		}
	}
	return err
}

// wake keeps the span in which a feature was off. Since when config.yaml has one off is not known.
func (r *run) wake(chat ChatID, feature string) error {
	since, known, err := resting.Get(r.tx, chat, feature)
	if err != nil || !known {
		return err
	}
	if err := resting.Delete(r.tx, chat, feature); err != nil {
		return err
	}
	return rested.Put(r.tx, Pause{From: since, To: r.now}, chat, feature, r.now)
}

// Pauses gives the spans of this group, and of the feature in it, that are over and reach into [from, to): at most 100 of each, the
// oldest first.
func (c *Call) Pauses(from, to time.Time) ([]Pause, error) {
	away, err := pausesIn(c.Tx, pauses, from, to, c.Event.Chat.ID)
	if err != nil {
		return nil, err
	}
	off, err := pausesIn(c.Tx, rested, from, to, c.Event.Chat.ID, c.feature.Name)
	return append(away, off...), err
}

func pausesIn(r store.Reader, table store.Table[Pause], from, to time.Time, of ...any) (list []Pause, err error) {
	rg := store.Under(of...)
	rg.From, rg.Limit = store.Key(append(of, from)...), maxPauses
	for row, err := range table.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		if row.Value.From.Before(to) && row.Value.To.After(from) {
			list = append(list, row.Value)
		}
	}
	return list, nil
}
