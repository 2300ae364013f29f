package bolt_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

// sample makes a file with all that verify knows: branches, overflow pages, small and large buckets, free pages.
func sample(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	db := filled(t, path)
	if err := db.Close(); err != nil { // which takes all rows home
		t.Fatal(err)
	}
	return copyOf(t, open(t, path, bolt.Options{NoSync: true}))
}

// copyOf backs a store up: a backup ends with the last page in use.
func copyOf(t testing.TB, db *bolt.DB) []byte {
	t.Helper()
	var copied bytes.Buffer
	if err := errors.Join(db.Check(context.Background()), db.Backup(context.Background(), &copied)); err != nil {
		t.Fatal(err)
	}
	return copied.Bytes()
}

// filled is a store whose rows are in its journal.
func filled(t testing.TB, path string) *bolt.DB {
	t.Helper()
	db := open(t, path, bolt.Options{NoSync: true})
	for round := range 3 {
		err := db.Update(context.Background(), func(tx store.Tx) error {
			var all []error
			for i := range 400 {
				all = append(all, tx.Put("rows", store.Key("group", i), make([]byte, 100+round)))
			}
			for i := range 3 {
				all = append(all, tx.Put("large", store.Key(i), make([]byte, 10_000)), tx.Put("small", store.Key(i), nil))
			}
			for i := range 100 * round {
				all = append(all, tx.Delete("rows", store.Key("group", i)))
			}
			return errors.Join(all...)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func TestOpenRefusesTruncatedFile(t *testing.T) {
	data := sample(t)
	path := filepath.Join(t.TempDir(), "state.db")
	for _, size := range []int{1, 15, 16, 79, 80, 4095, 4096, 8191, 8192, 3 * 4096, len(data) / 2, len(data) - 4096, len(data) - 1} {
		if err := os.WriteFile(path, data[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			if size < 80 {
				wantRefused(t, path, bolt.Options{}, bolt.ErrNotOurs)
				return
			}
			wantRefused(t, path, bolt.Options{}, bolt.ErrDamaged)
		})
	}
}

// TestDamage writes over some bytes of a file and then uses it in every way. Whatever happens must happen as an error:
// the process must not die, and not hang.
func TestDamage(t *testing.T) {
	t.Run("rows", func(t *testing.T) { damage(t, sample(t)) })
	t.Run("journal", func(t *testing.T) { damage(t, copyOf(t, filled(t, filepath.Join(t.TempDir(), "state.db")))) })
}

func damage(t *testing.T, data []byte) {
	dir := t.TempDir()
	refused, run := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		bad := append([]byte{}, data...)
		for range rapid.IntRange(1, 4).Draw(rt, "places") {
			page := rapid.IntRange(0, len(bad)/4096-1).Draw(rt, "page")
			// headers and element tables are where it hurts
			at := rapid.OneOf(rapid.IntRange(0, 80), rapid.IntRange(0, 4088)).Draw(rt, "at")
			copy(bad[page*4096+at:], rapid.SliceOfN(rapid.Byte(), 1, 8).Draw(rt, "bytes"))
		}
		path := filepath.Join(dir, fmt.Sprint(run))
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			rt.Fatal(err)
		}
		defer os.Remove(path)
		db, err := bolt.Open(path, bolt.Options{NoSync: true})
		if err != nil {
			if !errors.Is(err, bolt.ErrDamaged) && !errors.Is(err, bolt.ErrNotOurs) && !errors.Is(err, bolt.ErrNewer) {
				rt.Fatalf("Open = %v", err)
			}
			refused++
			return
		}
		defer db.Close()
		useAll(db)
	})
	if refused == 0 || refused == run {
		t.Errorf("%d of %d damaged files were refused", refused, run)
	}
}

// useAll reads and writes everywhere; errors are right here.
func useAll(db *bolt.DB) {
	ctx := context.Background()
	_ = db.View(ctx, func(r store.Reader) error {
		for _, bucket := range []string{"rows", "large", "small"} {
			for _, reverse := range []bool{false, true} {
				for range r.Scan(bucket, store.Range{Reverse: reverse, Limit: 10_000}) {
				}
			}
		}
		return nil
	})
	_ = db.Update(ctx, func(tx store.Tx) error {
		for i := range 400 {
			_ = tx.Put("rows", store.Key("group", i), make([]byte, 700)) // too much for the journal
			_ = tx.Delete("large", store.Key(i))
		}
		return nil
	})
	_ = db.Check(ctx)
}

// scribble writes over a page of an open file behind its back.
func scribble(t *testing.T, path string, page int64, b []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(b, page*4096)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedWhileOpen finds the damage in the middle of a transaction, which may then not be kept, though fn passes over
// the error. The store lives on.
func TestDamagedWhileOpen(t *testing.T) {
	for name, child := range map[string]uint64{
		"beyond the file":      200_000,
		"beyond the map":       1 << 30,
		"beyond all addresses": 1 << 60,
		"no such page":         0,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.db")
			if err := os.WriteFile(path, sample(t), 0o600); err != nil {
				t.Fatal(err)
			}
			db := open(t, path, bolt.Options{NoSync: true})
			put(t, db, "k", "v")
			pointBranches(t, path, child)
			wantDamageContained(t, db)
		})
	}
}

// pointBranches makes each branch page of the file begin with that child.
func pointBranches(t *testing.T, path string, child uint64) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for page := int64(2); page < int64(len(data))/4096; page++ {
		if data[page*4096+8] == 1 {
			scribble(t, path, page, binary.NativeEndian.AppendUint64(data[page*4096:page*4096+24:page*4096+24], child))
		}
	}
}

func wantDamageContained(t *testing.T, db *bolt.DB) {
	t.Helper()
	if err := db.Check(t.Context()); !errors.Is(err, bolt.ErrDamaged) {
		t.Errorf("Check = %v", err)
	}
	var first error
	pass := func(r store.Reader) error {
		_, first = r.Get("rows", store.Key("group", 0))
		return nil
	}
	if err := db.View(t.Context(), pass); !errors.Is(err, bolt.ErrDamaged) || !errors.Is(first, bolt.ErrDamaged) {
		t.Errorf("View = %v, Get = %v", err, first)
	}
	err := db.Update(t.Context(), func(tx store.Tx) error { return errors.Join(pass(tx), tx.Put("b", "k", []byte("lost"))) })
	if !errors.Is(err, bolt.ErrDamaged) || !errors.Is(first, bolt.ErrDamaged) {
		t.Errorf("Update = %v, Get = %v", err, first)
	}
	if got := get(t, db, "k"); got != "v" {
		t.Errorf("it kept %q", got)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// TestCheckFindsDamage makes a fault that only the order of the keys shows.
func TestCheckFindsDamage(t *testing.T) {
	data := sample(t)
	key := []byte(store.Key("group", 200))
	path := filepath.Join(t.TempDir(), "state.db")
	for i := range len(data) - len(key) {
		if string(data[i:i+len(key)]) == string(key) {
			data[i+len(key)-1] = 0xff
		}
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(t, path, bolt.Options{}).Check(t.Context()); !errors.Is(err, bolt.ErrDamaged) {
		t.Errorf("Check = %v", err)
	}
}
