package store_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// TestNestedScanWhileWriting is not promised, but must do no harm: each key is seen once, also if all are deleted or
// written on the way.
func TestNestedScanWhileWriting(t *testing.T) {
	for _, reverse := range []bool{false, true} {
		update(t, storetest.Open(t), func(tx store.Tx) error {
			var want []string
			for i := range 100 {
				want = append(want, fmt.Sprintf("%03d", i))
				if err := tx.Put("b", want[i], nil); err != nil {
					return err
				}
			}
			if reverse {
				slices.Reverse(want)
			}
			return store.Nested(tx, func(in store.Tx) error {
				if err := in.Put("b", want[50], []byte("changed")); err != nil {
					return err
				}
				var got []string
				for p, err := range in.Scan("b", store.Range{Reverse: reverse}) {
					if err = errors.Join(err, in.Delete("b", p.Key)); err != nil {
						return err
					}
					got = append(got, p.Key)
				}
				if !slices.Equal(got, want) {
					t.Errorf("reverse %v: saw %d keys %q", reverse, len(got), got)
				}
				for p := range in.Scan("b", store.Range{}) {
					t.Errorf("%s is left", p.Key)
				}
				return nil
			})
		})
	}
}

// faulty is a transaction whose reads and writes fail.
type faulty struct{ store.Tx }

var errFaulty = errors.New("on purpose")

func (faulty) Put(string, string, []byte) error   { return errFaulty }
func (faulty) Get(string, string) ([]byte, error) { return nil, errFaulty }
func (faulty) Delete(string, string) error        { return errFaulty }
func (faulty) Next(string) (uint64, error)        { return 0, errFaulty }
func (faulty) Scan(string, store.Range) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) { yield(store.Pair{}, errFaulty) }
}

func TestNestedPassesErrorsOn(t *testing.T) {
	scan := func(in store.Tx) (err error) {
		for _, e := range in.Scan("b", store.Range{}) {
			err = errors.Join(err, e)
		}
		return err
	}
	for name, fn := range map[string]func(in store.Tx) error{
		"put":            func(in store.Tx) error { return in.Put("b", "k", nil) },
		"delete":         func(in store.Tx) error { return in.Delete("b", "k") },
		"get":            func(in store.Tx) error { _, err := in.Get("b", "other"); return err },
		"next":           func(in store.Tx) error { _, err := in.Next("b"); return err },
		"scan":           scan,
		"scan and write": func(in store.Tx) error { return errors.Join(in.Put("b", "k", nil), scan(in)) },
	} {
		if err := store.Nested(faulty{}, fn); !errors.Is(err, errFaulty) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
