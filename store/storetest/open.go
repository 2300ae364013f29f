// Package storetest says, as a suite of tests, what package store promises of every engine, and lends stores to the
// tests of other packages: Open a real one, Twice one that finds code that cannot be repeated, Broken one that fails.
package storetest

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

// Open returns a new store in the test's own folder. When the test ends the file's consistency is checked, unless the
// test has closed it, and it is closed.
func Open(t testing.TB) store.DB {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "state.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Check(context.Background()); err != nil && !errors.Is(err, store.ErrClosed) {
			t.Errorf("the store's file after the test: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Buckets names the buckets of a database that Open made.
func Buckets(t testing.TB, db store.DB) (names []string) {
	t.Helper()
	if two, ok := db.(twice); ok {
		db = two.DB
	}
	list, err := db.(*bolt.DB).Buckets(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range list {
		names = append(names, b.Name)
	}
	return names
}
