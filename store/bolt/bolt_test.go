package bolt_test

import (
	"errors"
	"testing"

	"sixtwenty/store"
	"sixtwenty/store/bolt"
	"sixtwenty/store/storetest"
)

func TestStore(t *testing.T) { storetest.Run(t, storetest.Open) }

func TestStoreTwice(t *testing.T) {
	storetest.Run(t, func(t testing.TB) store.DB { return storetest.Twice(storetest.Open(t)) })
}

// The same with a journal that carries everything home after a few rows.
func TestStoreStrained(t *testing.T) {
	storetest.Run(t, func(t testing.TB) store.DB {
		db := storetest.Open(t)
		db.(*bolt.DB).Strain()
		return db
	})
}

// open opens the file and closes it with the test.
func open(t testing.TB, path string, opts bolt.Options) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// TestScanWhileWriting is more than the contract promises: a scan goes on from its last key when its bucket was written.
func TestScanWhileWriting(t *testing.T) {
	const n = 300
	for _, reverse := range []bool{false, true} {
		db := storetest.Open(t)
		err := db.Update(t.Context(), func(tx store.Tx) error {
			for i := range n {
				if err := tx.Put("b", store.Key(i), make([]byte, 700)); err != nil {
					return err
				}
			}
			seen := 0
			for p, err := range tx.Scan("b", store.Range{Reverse: reverse}) {
				var i int
				if err := errors.Join(err, store.Split(p.Key, &i)); err != nil {
					return err
				}
				if want := seen; i != want && !reverse || i != n-1-want && reverse {
					t.Fatalf("reverse %v: after %d pairs it saw %d", reverse, seen, i)
				}
				seen++
				if seen%10 == 0 { // a pair that stays, and others beside the scan's place
					continue
				}
				if err := errors.Join(tx.Delete("b", p.Key), tx.Put("other", p.Key, nil)); err != nil {
					return err
				}
			}
			if seen != n {
				t.Errorf("reverse %v: it saw %d of %d", reverse, seen, n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
