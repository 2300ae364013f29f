package bot

import (
	"errors"
	"iter"

	"sixtwenty/store"
)

// watchedTx remembers the first error of the store itself: such an error must fail the whole transaction, however the
// feature that met it takes it.
type watchedTx struct {
	store.Tx
	err error
}

func (w *watchedTx) note(err error) error {
	if err != nil && w.err == nil && !errors.Is(err, store.ErrTooLarge) {
		w.err = err
	}
	return err
}

func (w *watchedTx) Get(bucket, key string) ([]byte, error) {
	v, err := w.Tx.Get(bucket, key)
	return v, w.note(err)
}

func (w *watchedTx) Put(bucket, key string, value []byte) error {
	return w.note(w.Tx.Put(bucket, key, value))
}

func (w *watchedTx) Delete(bucket, key string) error { return w.note(w.Tx.Delete(bucket, key)) }

func (w *watchedTx) Next(bucket string) (uint64, error) {
	n, err := w.Tx.Next(bucket)
	return n, w.note(err)
}

func (w *watchedTx) Scan(bucket string, rg store.Range) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		for p, err := range w.Tx.Scan(bucket, rg) {
			if !yield(p, w.note(err)) {
				return
			}
		}
	}
}
