package bot

import (
	"slices"
	"time"

	"sixtwenty/store"
)

// A NameRow is a name by which somebody was once shown, in whatever chat. Rows are numbered as the names became known, so that
// who keeps an index of them reads on where it stopped.
type NameRow struct {
	Who  PersonID  `json:"who"`
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

const (
	names   = store.Table[NameRow]("bot/names")   // seq
	namesOf = store.Table[uint64]("bot/names/of") // identity, name
	// mostNames bounds the names of one identity: somebody who has another every day is known by the first ones and the present.
	mostNames = 64
)

// note keeps names of an identity that it did not have before.
func (r *run) note(who PersonID, list ...string) error { return note(r.tx, who, r.now, list...) }

func note(tx store.Tx, who PersonID, at time.Time, list ...string) error {
	for _, name := range list {
		if name == "" {
			continue
		}
		had, err := namesOf.Has(tx, who, name)
		if err != nil {
			return err
		}
		if had {
			continue
		}
		n, err := countNames(tx, who)
		if err != nil || n >= mostNames {
			return err
		}
		seq, err := tx.Next(string(names))
		if err != nil {
			return err
		}
		if err := names.Put(tx, NameRow{Who: who, Name: name, At: at}, seq); err != nil {
			return err
		}
		if err := namesOf.Put(tx, seq, who, name); err != nil {
			return err
		}
	}
	return nil
}

func countNames(r store.Reader, who PersonID) (n int, err error) {
	rg := store.Under(who)
	rg.Limit = mostNames
	for _, err := range namesOf.Scan(r, rg) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// NamesSince gives the names that became known after a number, at most limit of them, and the number of the last.
func NamesSince(r store.Reader, after uint64, limit int) (list []NameRow, last uint64, err error) {
	last = after
	for row, err := range names.Scan(r, store.Range{From: store.Key(after + 1), Limit: limit}) {
		if err != nil {
			return nil, last, err
		}
		if err := store.Split(row.Key, &last); err != nil {
			return nil, last, err
		}
		list = append(list, row.Value)
	}
	return list, last, nil
}

// EveryName gives all names a person's identities ever had, in the order in which they became known.
func EveryName(r store.Reader, who Person) (list []NameRow, err error) {
	var seqs []uint64
	for _, id := range who.Identities {
		rg := store.Under(id)
		rg.Limit = mostNames
		for row, err := range namesOf.Scan(r, rg) {
			if err != nil {
				return nil, err
			}
			seqs = append(seqs, row.Value)
		}
	}
	slices.Sort(seqs)
	for _, seq := range seqs {
		row, ok, err := names.Get(r, seq)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, row)
		}
	}
	return list, nil
}

func forgetNames(tx store.Tx, id PersonID) error {
	rg := store.Under(id)
	rg.Limit = 2 * mostNames
	var old []store.Row[uint64]
	for row, err := range namesOf.Scan(tx, rg) {
		if err != nil {
			return err
		}
		old = append(old, row)
	}
	for _, row := range old {
		if err := names.Delete(tx, row.Value); err != nil {
			return err
		}
		if err := tx.Delete(string(namesOf), row.Key); err != nil {
			return err
		}
	}
	return nil
}

// noteAll keeps the names of everybody, where a state of before the names were kept is opened.
func (r *run) noteAll() error {
	if _, any, err := names.First(r.tx, store.Range{}); err != nil || any {
		return err
	}
	for row, err := range people.Scan(r.tx, store.Range{}) {
		if err != nil {
			return err
		}
		var who PersonID
		if err := store.Split(row.Key, &who); err != nil {
			return err
		}
		if err := note(r.tx, who, row.Value.First, row.Value.Nick); err != nil {
			return err
		}
	}
	for row, err := range members.Scan(r.tx, store.Range{}) {
		if err != nil {
			return err
		}
		var who PersonID
		if err := store.Split(row.Key, nil, &who); err != nil {
			return err
		}
		if err := note(r.tx, who, row.Value.Since, row.Value.Nick, row.Value.Card); err != nil {
			return err
		}
	}
	return nil
}
