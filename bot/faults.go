package bot

import (
	"strings"
	"time"

	"sixtwenty/store"
)

// A Fault is what went wrong in a feature: whoever asked was told its ID, and the log has the same.
type Fault struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Feature string    `json:"feature"`
	Chat    ChatID    `json:"chat,omitempty"`
	Kind    Kind      `json:"kind"`
	Error   string    `json:"error"`
}

const (
	faults     = store.Table[Fault]("bot/faults") // number
	keptFaults = 500
)

// Faults gives the latest, newest first. Any goroutine.
func Faults(r store.Reader, limit int) (list []Fault, err error) {
	for row, err := range faults.Scan(r, store.Range{Reverse: true, Limit: limit}) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	return list, nil
}

// faulty keeps what went wrong, outside the nested transaction that was undone. Of a panic the first line is enough: the log has
// the rest.
func (r *run) faulty(id string, c *Call, fault error) error {
	n, err := r.tx.Next(string(faults))
	if err != nil {
		return err
	}
	if n > keptFaults {
		if err := faults.Delete(r.tx, n-keptFaults); err != nil {
			return err
		}
	}
	what, _, _ := strings.Cut(fault.Error(), "\n")
	return faults.Put(r.tx, Fault{id, r.now, c.feature.Name, c.Event.Chat.ID, c.Event.Kind, clip(what, maxError)}, n)
}
