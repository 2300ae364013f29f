package bot

import "sixtwenty/store"

// seen marks are kept for a week from the day the event was handled on, however old the event itself was then: what a
// service tells again after a long outage is old at the first telling too.
const (
	seen     = store.Table[int64]("bot/seen")         // event ID → day
	seenDays = store.Table[struct{}]("bot/seen/days") // day, event ID

	keepSeen    = 7   // days
	pruneAtOnce = 200 // marks, or twice those that the batch makes, so that the pruning keeps up
)

func (r *run) today() int64 { return r.now.Unix() / 86400 }

func (r *run) wasSeen(id string) (bool, error) { return seen.Has(r.tx, id) }

func (r *run) markSeen(id string) error {
	if err := seen.Put(r.tx, r.today(), id); err != nil {
		return err
	}
	return seenDays.Put(r.tx, struct{}{}, r.today(), id)
}

// pruneSeen drops some of the oldest marks.
func (r *run) pruneSeen(most int) error {
	old := store.Range{To: store.Key(r.today() - keepSeen), Limit: max(most, pruneAtOnce)}
	var keys []string
	for row, err := range seenDays.Scan(r.tx, old) {
		if err != nil {
			return err
		}
		keys = append(keys, row.Key)
	}
	for _, key := range keys {
		var id string
		if err := store.Split(key, nil, &id); err != nil {
			return err
		}
		if err := seen.Delete(r.tx, id); err != nil {
			return err
		}
		if err := r.tx.Delete(string(seenDays), key); err != nil {
			return err
		}
	}
	return nil
}
