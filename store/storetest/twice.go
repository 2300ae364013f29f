package storetest

import (
	"context"
	"errors"

	"sixtwenty/store"
)

// Twice returns db with each Update's fn run two times, the first time for nothing: its changes and its result are
// undone, as an engine may do that finds a conflict. Code that keeps something from a run shows.
func Twice(db store.DB) store.DB { return twice{db} }

type twice struct{ store.DB }

var _ store.DB = twice{}

var errUndone = errors.New("storetest: the first of two runs")

func (t twice) Update(ctx context.Context, fn func(store.Tx) error) error {
	err := t.DB.Update(ctx, func(tx store.Tx) error {
		_ = fn(tx)
		return errUndone
	})
	if !errors.Is(err, errUndone) {
		return err
	}
	return t.DB.Update(ctx, fn)
}
