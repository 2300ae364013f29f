package bot

import (
	"strconv"
	"time"

	"sixtwenty/store"
)

// A DoneRow is what became of an effect. The text is kept only where the owner may have to send it again, or take it back.
type DoneRow struct {
	Effect  Effect    `json:"effect"`
	State   State     `json:"state"`
	Receipt Receipt   `json:"receipt,omitzero"`
	Error   string    `json:"error,omitempty"`
	At      time.Time `json:"at"`
	// Unsure counts the attempts of which nobody knows whether they arrived. What was sent after one is perhaps there twice.
	Unsure int `json:"unsure,omitempty"`
}

// Outcome says what became of the effect.
func (d DoneRow) Outcome() Text {
	if d.State == Sent && d.Unsure > 0 {
		return Text{"已发，可能发了两次", "sent, perhaps twice"}
	}
	return OutcomeName(d.State)
}

// inTrouble says that the owner should know of it.
func (d DoneRow) inTrouble() bool {
	return d.State != Sent && d.State != Silenced || d.Unsure > 0
}

const (
	doneRows = store.Table[DoneRow]("bot/sent")          // seq
	trouble  = store.Table[struct{}]("bot/sent/trouble") // seq of those that were neither sent nor silenced, or perhaps twice
	// keptReceipts bounds bot/sent.
	keptReceipts = 10_000
)

// OutcomeName says what a state is called.
func OutcomeName(s State) Text {
	switch s {
	case Sent:
		return Text{"已发", "sent"}
	case Failed:
		return Text{"失败", "failed"}
	case Lost:
		return Text{"不确定", "unknown"}
	case Expired:
		return Text{"过期", "expired"}
	}
	return Text{"已静音", "silenced"}
}

func putReceipt(tx store.Tx, done DoneRow, seq uint64) error {
	if done.inTrouble() {
		if err := trouble.Put(tx, struct{}{}, seq); err != nil {
			return err
		}
	}
	if err := endPart(tx, done, seq); err != nil {
		return err
	}
	return doneRows.Put(tx, done, seq)
}

// Trouble gives the latest effects that failed, expired, or of which nobody knows whether they were done, or done twice, newest
// first.
func Trouble(r store.Reader, limit int) (list []DoneRow, err error) {
	for row, err := range trouble.Scan(r, store.Range{Reverse: true, Limit: limit}) {
		if err != nil {
			return nil, err
		}
		var seq uint64
		if err := store.Split(row.Key, &seq); err != nil {
			return nil, err
		}
		done, ok, err := doneRows.Get(r, seq)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, done)
		}
	}
	return list, nil
}

// Again asks once more for an effect that came to no good end, and takes it off the list of trouble. It says whether there was
// one under this ID.
func (c *Call) Again(id string) (bool, error) {
	seq, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return false, nil
	}
	listed, err := trouble.Has(c.Tx, seq)
	if err != nil || !listed {
		return false, err
	}
	done, ok, err := doneRows.Get(c.Tx, seq)
	if err != nil || !ok || done.State == Sent {
		return false, err
	}
	e := done.Effect
	e.ID, e.NotBefore, e.Expires, e.Hush, e.Loud = "", time.Time{}, time.Time{}, time.Time{}, true
	c.Send(e)
	return true, trouble.Delete(c.Tx, seq)
}

// A TroubleCount says how many effects came to no good end, by what became of them.
type TroubleCount struct {
	Failed, Lost, Expired int
	Twice                 int  // sent, perhaps twice
	More                  bool // there are more than were counted
}

// maxCounted bounds what CountTrouble looks at.
const maxCounted = 1000

// CountTrouble counts what Trouble lists of the time since.
func CountTrouble(r store.Reader, since time.Time) (n TroubleCount, err error) {
	list, err := Trouble(r, maxCounted)
	if err != nil {
		return n, err
	}
	for _, d := range list {
		if d.At.Before(since) {
			continue // a later number may have ended sooner
		}
		switch d.State {
		case Failed:
			n.Failed++
		case Lost:
			n.Lost++
		case Expired:
			n.Expired++
		case Sent:
			n.Twice++
		}
	}
	n.More = len(list) == maxCounted
	return n, nil
}

// pruneReceipts drops, for each that came, a few of those that are older than the last keptReceipts.
func pruneReceipts(tx store.Tx, newest uint64, came int) error {
	if newest <= keptReceipts {
		return nil
	}
	old := map[string]string{} // key to tag
	for row, err := range doneRows.Scan(tx, store.Range{To: store.Key(newest - keptReceipts + 1), Limit: 4 * came}) {
		if err != nil {
			return err
		}
		old[row.Key] = row.Value.Effect.Tag
	}
	for key, tag := range old {
		if err := tx.Delete(string(doneRows), key); err != nil {
			return err
		}
		if err := tx.Delete(string(trouble), key); err != nil {
			return err
		}
		if err := tx.Delete(string(parts), store.Key(tag)+key); err != nil {
			return err
		}
	}
	return nil
}
