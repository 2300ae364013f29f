package bolt_test

import (
	"testing"

	"sixtwenty/store"
	"sixtwenty/store/bolt"
	"sixtwenty/store/storetest"
)

func TestStore(t *testing.T) { storetest.Run(t, storetest.Open) }

func TestStoreTwice(t *testing.T) {
	storetest.Run(t, func(t testing.TB) store.DB { return storetest.Twice(storetest.Open(t)) })
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
