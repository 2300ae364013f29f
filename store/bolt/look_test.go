package bolt_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

func lookAt(t *testing.T, path string, opts bolt.Options) *bolt.DB {
	t.Helper()
	db, err := bolt.Look(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func step(store.Tx) error { return nil }

// TestLookChangesNothing reads, checks and copies a file that an older version wrote and nobody may write.
func TestLookChangesNothing(t *testing.T) {
	path := closedFile(t, bolt.Options{})
	before := content(t, path)
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	db := lookAt(t, path, bolt.Options{Migrations: []func(store.Tx) error{step}})
	if got := get(t, db, "k"); got != "v" {
		t.Errorf("it holds %q", got)
	}
	if schema, err := db.Schema(); schema != 1 || err != nil {
		t.Errorf("its schema is %d, %v", schema, err)
	}
	if err := db.Check(t.Context()); err != nil {
		t.Error(err)
	}
	var copied bytes.Buffer
	if err := db.Backup(t.Context(), &copied); err != nil || copied.Len() == 0 {
		t.Errorf("a copy of %d bytes, %v", copied.Len(), err)
	}
	if err := db.Update(t.Context(), func(tx store.Tx) error { return tx.Put("b", "k", nil) }); err == nil {
		t.Error("it can be written")
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(content(t, path), before) || mode(t, path) != 0o444 {
		t.Error("the file is another")
	}
}

func TestLookRefuses(t *testing.T) {
	dir := t.TempDir()
	empty, text := filepath.Join(dir, "empty.db"), filepath.Join(dir, "text.db")
	for path, data := range map[string]string{empty: "", text: "六点二十"} {
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	newer := closedFile(t, bolt.Options{Migrations: []func(store.Tx) error{step}})
	cut := filepath.Join(dir, "cut.db")
	if err := os.WriteFile(cut, halfReceived(t), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		empty: bolt.ErrNotOurs, text: bolt.ErrNotOurs, dir: bolt.ErrNotOurs, newer: bolt.ErrNewer, cut: bolt.ErrDamaged,
		filepath.Join(dir, "none.db"): fs.ErrNotExist,
	} {
		if db, err := bolt.Look(path, bolt.Options{}); !errors.Is(err, want) {
			t.Errorf("%s: %v, %v; expected %v", path, db, err, want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "none.db")); err == nil {
		t.Error("Look makes a file")
	}
}

// halfReceived is a backup that lacks its last byte.
func halfReceived(t *testing.T) []byte {
	t.Helper()
	var copied bytes.Buffer
	if err := open(t, closedFile(t, bolt.Options{}), bolt.Options{}).Backup(t.Context(), &copied); err != nil {
		t.Fatal(err)
	}
	return copied.Bytes()[:copied.Len()-1]
}

// TestLookAndOpenShutEachOtherOut runs in a bubble, where waiting for a lock takes no time.
func TestLookAndOpenShutEachOtherOut(t *testing.T) {
	path := closedFile(t, bolt.Options{})
	refused := func(t *testing.T, open func(string, bolt.Options) (*bolt.DB, error)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			if _, err := open(path, bolt.Options{}); !errors.Is(err, bolt.ErrLocked) {
				t.Errorf("got %v", err)
			}
		})
	}
	db := open(t, path, bolt.Options{})
	refused(t, bolt.Look)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	lookAt(t, path, bolt.Options{})
	refused(t, bolt.Open)
}

func TestBucketsNamesAllWithTheirNumbers(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "state.db"), bolt.Options{})
	err := db.Update(t.Context(), func(tx store.Tx) error {
		_, err := tx.Next("numbered")
		_, again := tx.Next("numbered")
		return errors.Join(err, again, tx.Put("plain", "k", nil))
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := db.Buckets(t.Context())
	want := []bolt.Bucket{{Name: "numbered", Next: 2}, {Name: "plain"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; expected %v", got, err, want)
	}
}

// TestOpenNeverGetsAReplacedFile: whoever waits for the lock while a restore puts another file in its place must not go on
// with the old one.
func TestOpenNeverGetsAReplacedFile(t *testing.T) {
	path, other := closedFile(t, bolt.Options{}), closedFile(t, bolt.Options{})
	held := lookAt(t, path, bolt.Options{})
	synctest.Test(t, func(t *testing.T) {
		opened := make(chan error, 1)
		go func() {
			db, err := bolt.Open(path, bolt.Options{})
			if err == nil {
				err = errors.Join(errors.New("it was opened"), db.Close())
			}
			opened <- err
		}()
		synctest.Wait() // it waits for the lock
		if err := errors.Join(os.Rename(other, path), held.Close()); err != nil {
			t.Fatal(err)
		}
		if err := <-opened; !errors.Is(err, bolt.ErrLocked) || !strings.Contains(err.Error(), "replaced") {
			t.Errorf("got %v", err)
		}
	})
	if got := get(t, open(t, path, bolt.Options{}), "k"); got != "v" {
		t.Errorf("it holds %q", got)
	}
}
