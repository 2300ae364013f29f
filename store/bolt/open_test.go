package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func put(t testing.TB, db store.DB, key, value string) {
	t.Helper()
	err := db.Update(context.Background(), func(tx store.Tx) error { return tx.Put("b", key, []byte(value)) })
	if err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, db store.DB, key string) (value string) {
	t.Helper()
	err := db.View(context.Background(), func(r store.Reader) error {
		v, err := r.Get("b", key)
		value = string(v)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// closedFile makes a file with something in it and closes it.
func closedFile(t testing.TB, opts bolt.Options) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "state.db")
	db := open(t, path, opts)
	put(t, db, "k", "v")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenMakesFileAndFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "account", "state.db")
	db := open(t, path, bolt.Options{})
	put(t, db, "k", "v")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := mode(t, path); got != 0o600 {
		t.Errorf("the file's mode is %o", got)
	}
	if got := mode(t, filepath.Dir(path)); got != 0o700 {
		t.Errorf("the folder's mode is %o", got)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	db = open(t, path, bolt.Options{})
	if got := mode(t, path); got != 0o600 {
		t.Errorf("the mode of a copied file is %o after Open", got)
	}
	if got := get(t, db, "k"); got != "v" {
		t.Errorf("after reopening it holds %q", got)
	}
}

// TestOpenTakesUnfinishedFile opens what a crash can leave of a file's making: nothing, or a bbolt file without buckets.
func TestOpenTakesUnfinishedFile(t *testing.T) {
	dir := t.TempDir()
	empty, bare := filepath.Join(dir, "empty.db"), filepath.Join(dir, "bare.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	foreign(t, bare, nil, func(*bbolt.Tx) error { return nil })
	for _, path := range []string{empty, bare} {
		put(t, open(t, path, bolt.Options{}), "k", "v")
	}
}

// TestOpenLocked runs in a bubble, where waiting for the lock takes no time.
func TestOpenLocked(t *testing.T) {
	path := closedFile(t, bolt.Options{})
	db := open(t, path, bolt.Options{})
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := bolt.Open(path, bolt.Options{})
		if !errors.Is(err, bolt.ErrLocked) || !strings.Contains(err.Error(), path) {
			t.Errorf("Open = %v", err)
		}
		if waited := time.Since(began); waited < time.Second || waited > 2*time.Second {
			t.Errorf("it waited %v", waited)
		}
	})
	put(t, db, "k", "still mine")
}

// TestOpenWaitsForLock opens while the other process is about to close.
func TestOpenWaitsForLock(t *testing.T) {
	path := closedFile(t, bolt.Options{})
	synctest.Test(t, func(t *testing.T) {
		db := open(t, path, bolt.Options{})
		go func() {
			time.Sleep(500 * time.Millisecond)
			_ = db.Close()
		}()
		if got := get(t, open(t, path, bolt.Options{}), "k"); got != "v" {
			t.Errorf("it holds %q", got)
		}
	})
}

func foreign(t *testing.T, path string, opts *bbolt.Options, fill func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fill), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// wantRefused opens the file and wants it refused, named, and left as it is.
func wantRefused(t *testing.T, path string, opts bolt.Options, want error, parts ...string) {
	t.Helper()
	past := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, opts)
	if err == nil {
		_ = db.Close()
	}
	if !errors.Is(err, want) {
		t.Fatalf("Open = %v, want %v", err, want)
	}
	for _, part := range append(parts, path) {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed: %v", err)
	}
	if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(past) {
		t.Errorf("the file was touched: %v, %v", info.ModTime(), err)
	}
}

func TestOpenRefusesForeignFiles(t *testing.T) {
	someone := func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists([]byte("meta"))
		if err != nil {
			return err
		}
		return b.Put([]byte("magic"), []byte("someone else"))
	}
	dir := t.TempDir()
	for name, write := range map[string]func(path string) error{
		"text":    func(p string) error { return os.WriteFile(p, []byte("not a database\n"), 0o600) },
		"long":    func(p string) error { return os.WriteFile(p, bytes.Repeat([]byte("text "), 1<<20), 0o600) },
		"zeros":   func(p string) error { return os.WriteFile(p, make([]byte, 1<<16), 0o600) },
		"bolt":    func(p string) error { foreign(t, p, nil, someone); return nil },
		"no sync": func(p string) error { foreign(t, p, &bbolt.Options{NoFreelistSync: true}, someone); return nil },
	} {
		path := filepath.Join(dir, name+".db")
		if err := write(path); err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { wantRefused(t, path, bolt.Options{}, bolt.ErrNotOurs) })
	}
	if _, err := bolt.Open(dir, bolt.Options{}); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a folder opens as %v", err)
	}
	if _, err := bolt.Open(os.DevNull, bolt.Options{}); !errors.Is(err, bolt.ErrNotOurs) {
		t.Errorf("a device opens as %v", err)
	}
}

func setKey(key string) func(store.Tx) error {
	return func(tx store.Tx) error {
		old, err := tx.Get("b", "steps")
		return errors.Join(err, tx.Put("b", "steps", append(old, key...)))
	}
}

func TestMigrations(t *testing.T) {
	path := closedFile(t, bolt.Options{})
	steps := []func(store.Tx) error{setKey("2"), setKey("3")}
	for range 2 { // the second time there is nothing to do
		db := open(t, path, bolt.Options{Schema: 3, Migrations: steps})
		if k, got := get(t, db, "k"), get(t, db, "steps"); k != "v" || got != "23" {
			t.Errorf("it ran steps %q and holds %q", got, k)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	db := open(t, path, bolt.Options{Migrations: append(steps, setKey("4"))})
	if got := get(t, db, "steps"); got != "234" {
		t.Errorf("then steps %q", got)
	}
	_ = db.Close()
	wantRefused(t, path, bolt.Options{Migrations: steps}, bolt.ErrNewer, "its schema is 4", "up to 3")
}

func TestMigrationFails(t *testing.T) {
	path := closedFile(t, bolt.Options{})
	bad := errors.New("on purpose")
	fails := func(tx store.Tx) error { return errors.Join(setKey("3")(tx), bad) }
	_, err := bolt.Open(path, bolt.Options{Migrations: []func(store.Tx) error{setKey("2"), fails}})
	if !errors.Is(err, bad) || !strings.Contains(err.Error(), "from schema 2 to 3") {
		t.Errorf("Open = %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = bolt.Open(path, bolt.Options{Migrations: []func(store.Tx) error{setKey("2"), func(store.Tx) error { panic(bad) }}})
		t.Error("no panic")
	}()
	db := open(t, path, bolt.Options{Migrations: []func(store.Tx) error{setKey("x"), setKey("3")}})
	if got := get(t, db, "steps"); got != "23" {
		t.Errorf("steps %q were kept", got)
	}
}

func TestNewFileHasTheNewestSchema(t *testing.T) {
	steps := []func(store.Tx) error{func(store.Tx) error { return errors.New("nothing to migrate") }}
	path := closedFile(t, bolt.Options{Migrations: steps})
	if got := get(t, open(t, path, bolt.Options{Migrations: steps}), "k"); got != "v" {
		t.Errorf("it holds %q", got)
	}
}

func TestSchemaMustFitMigrations(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	_, err := bolt.Open(path, bolt.Options{Schema: 3})
	if err == nil || !strings.Contains(err.Error(), "schema 3 needs 2 migrations, not 0") {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it made the file: %v", err)
	}
}

func TestHeaderDamaged(t *testing.T) {
	for _, schema := range []string{"", "0", "-1", "x"} {
		path := filepath.Join(t.TempDir(), "state.db")
		foreign(t, path, nil, func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucket([]byte("meta"))
			return errors.Join(err, b.Put([]byte("magic"), []byte(`"sixtwenty"`)), b.Put([]byte("schema"), []byte(schema)))
		})
		wantRefused(t, path, bolt.Options{}, bolt.ErrDamaged, fmt.Sprintf("schema reads %q", schema))
	}
}

func TestBackupOpens(t *testing.T) {
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "state.db"), bolt.Options{})
	for i := range 500 {
		put(t, db, fmt.Sprint(i), strings.Repeat("x", i))
	}
	var b bytes.Buffer
	if err := db.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	put(t, db, "0", "later")
	if files, err := os.ReadDir(dir); len(files) != 1 || err != nil {
		t.Errorf("beside the file lies %v, %v", files, err)
	}
	path := filepath.Join(dir, "copy.db")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	copied := open(t, path, bolt.Options{})
	if err := copied.Check(t.Context()); err != nil {
		t.Error(err)
	}
	for i := range 500 {
		if got := get(t, copied, fmt.Sprint(i)); len(got) != i {
			t.Errorf("%d reads as %d bytes", i, len(got))
		}
	}
}

// TestBackupHoldsNothing closes the store while the backup is being written out, which would wait for an open snapshot,
// and looks for what a crash would leave behind.
func TestBackupHoldsNothing(t *testing.T) {
	path := closedFile(t, bolt.Options{})
	db := open(t, path, bolt.Options{})
	var copied bytes.Buffer
	if err := db.Backup(t.Context(), &copied); err != nil {
		t.Fatal(err)
	}
	whole := copied.Len()
	copied.Reset()
	err := db.Backup(t.Context(), writerFunc(func(b []byte) (int, error) {
		if err := db.Close(); err != nil {
			return 0, err
		}
		if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 && runtime.GOOS != "windows" {
			t.Errorf("beside the file lies %v", files)
		}
		return copied.Write(b)
	}))
	if err != nil || copied.Len() != whole {
		t.Errorf("%d of %d bytes, %v", copied.Len(), whole, err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
