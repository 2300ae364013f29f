package bot

import (
	"time"

	"sixtwenty/store"
)

// A Part is one effect of a whole that was sent to many, such as one group's share of a broadcast.
type Part struct {
	Chat    ChatID     `json:"chat"`
	Kind    EffectKind `json:"kind"`
	State   State      `json:"state,omitempty"` // "" while it waits
	Receipt Receipt    `json:"receipt,omitzero"`
	Error   string     `json:"error,omitempty"`
	At      time.Time  `json:"at,omitzero"` // of its end
}

// parts are kept as long as the receipts.
const parts = store.Table[Part]("bot/parts") // tag, seq

// Parts gives what was asked for under a tag, in order, at most limit of them.
func Parts(r store.Reader, tag string, limit int) (list []Part, err error) {
	rg := store.Under(tag)
	rg.Limit = limit
	for row, err := range parts.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	return list, nil
}

// Cancel drops what still waits under a tag and is not under way, and says how much that was.
func (c *Call) Cancel(tag string) (n int, err error) {
	var waiting []uint64
	for row, err := range parts.Scan(c.Tx, store.Under(tag)) {
		if err != nil {
			return 0, err
		}
		var seq uint64
		if err := store.Split(row.Key, nil, &seq); err != nil {
			return 0, err
		}
		if row.Value.State == "" {
			waiting = append(waiting, seq)
		}
	}
	for _, seq := range waiting {
		row, ok, err := waitingRows.Get(c.Tx, seq)
		if err != nil {
			return n, err
		}
		if !ok || !row.Tried.IsZero() {
			continue
		}
		if err := waitingRows.Delete(c.Tx, seq); err != nil {
			return n, err
		}
		if err := parts.Delete(c.Tx, tag, seq); err != nil {
			return n, err
		}
		c.dropped = append(c.dropped, queuedOf(seq, row.Effect))
		n++
	}
	return n, nil
}

func putPart(tx store.Tx, e Effect, seq uint64) error {
	if e.Tag == "" {
		return nil
	}
	return parts.Put(tx, Part{Chat: e.Chat, Kind: e.Kind}, e.Tag, seq)
}

func endPart(tx store.Tx, d DoneRow, seq uint64) error {
	if d.Effect.Tag == "" {
		return nil
	}
	p := Part{Chat: d.Effect.Chat, Kind: d.Effect.Kind, State: d.State, Receipt: d.Receipt, Error: d.Error, At: d.At}
	return parts.Put(tx, p, d.Effect.Tag, seq)
}
