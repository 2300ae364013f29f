package bolt

import (
	"errors"
	"io"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"sixtwenty/store"
)

// TestFailedCommit takes the file away from under bbolt, so that a commit fails to write.
func TestFailedCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	put := func(value string) error {
		return db.Update(t.Context(), func(tx store.Tx) error { return tx.Put("b", "k", []byte(value)) })
	}
	if err := put("first"); err != nil {
		t.Fatal(err)
	}
	if err := db.file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(store.Tx) error { return nil }); err != nil {
		t.Errorf("an Update that wrote nothing = %v", err)
	}
	if err := put("second"); !errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("the commit that failed = %v", err)
	}
	for name, err := range map[string]error{
		"Update": put("third"),
		"View":   db.View(t.Context(), func(store.Reader) error { return nil }),
		"Backup": db.Backup(t.Context(), io.Discard),
		"Check":  db.Check(t.Context()),
	} {
		if !errors.Is(err, store.ErrBroken) || errors.Is(err, store.ErrUnknownOutcome) {
			t.Errorf("%s on the broken handle = %v", name, err)
		}
	}
	_ = db.Close() // it cannot unlock what is closed, but must not hang
	wantValue(t, path, "first")
}

// TestStuck has an undoing fail, with a transaction that bbolt will not let anybody undo but itself: its lock stays held.
// The handle must refuse, and Close must neither hang nor keep the file locked.
func TestStuck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(tx store.Tx) error { return tx.Put("b", "k", []byte("first")) })
	if err != nil {
		t.Fatal(err)
	}
	held := errors.New("held until here")
	err = db.bolt.Update(func(tx *bbolt.Tx) error {
		w := &writer{reader: reader{db: db, tx: tx}}
		w.end()
		if err := db.View(t.Context(), func(store.Reader) error { return nil }); !errors.Is(err, store.ErrBroken) {
			t.Errorf("View = %v", err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		wantValue(t, path, "first")
		return held
	})
	if !errors.Is(err, held) {
		t.Error(err)
	}
}

func wantValue(t *testing.T, path, want string) {
	t.Helper()
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(r store.Reader) error {
		if got, err := r.Get("b", "k"); string(got) != want || err != nil {
			t.Errorf("it kept %q, %v; want %q", got, err, want)
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Error(err)
	}
}
