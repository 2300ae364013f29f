package backup_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"sixtwenty/backup"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
	"sixtwenty/store/storetest"
)

const days = store.Table[string]("checkin/days")

func state(t *testing.T, rows map[string]string) store.DB {
	t.Helper()
	db := storetest.Open(t)
	err := db.Update(t.Context(), func(tx store.Tx) error {
		for k, v := range rows {
			if err := days.Put(tx, v, "g1", k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func compare(t *testing.T, from, to store.DB) (list []backup.Difference) {
	t.Helper()
	err := from.View(t.Context(), func(a store.Reader) error {
		return to.View(t.Context(), func(b store.Reader) (err error) {
			list, err = backup.Compare(t.Context(), a, b, []string{string(days), "none"})
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestCompare(t *testing.T) {
	from := state(t, map[string]string{"p1": "1", "p2": "2", "p3": "3", "p9": "9"})
	to := state(t, map[string]string{"p0": "0", "p1": "1", "p2": "two", "p9": "9"})
	got := compare(t, from, to)
	want := []backup.Difference{
		{
			Table: string(days), Same: 2,
			Added:   backup.Change{Count: 1, Some: []string{"g1 p0"}},
			Removed: backup.Change{Count: 1, Some: []string{"g1 p3"}},
			Changed: backup.Change{Count: 1, Some: []string{"g1 p2"}},
		},
		{Table: "none"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if !got[0].Any() || got[1].Any() {
		t.Error("Any is wrong")
	}
	if d := compare(t, from, from)[0]; d.Any() || d.Same != 4 {
		t.Errorf("with itself: %+v", d)
	}
	if d := compare(t, state(t, nil), to)[0]; d.Added.Count != 4 || len(d.Added.Some) != 3 {
		t.Errorf("with nothing: %+v", d)
	}
}

func TestShowKeyHasNoTexts(t *testing.T) {
	at := time.Date(2026, 2, 14, 6, 20, 0, 0, time.UTC)
	key := store.Key("g1", "早安，今天也要加油", 7, at, []byte("secret"), strings.Repeat("a", 65), "two words")
	if got := backup.ShowKey(key); got != "g1 … 7 2026-02-14T06:20:00Z 6 bytes … …" {
		t.Errorf("got %q", got)
	}
	if got := backup.ShowKey("这不是\x00我们的"); got != "…" {
		t.Errorf("got %q", got)
	}
}

func TestVerify(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := state(t, map[string]string{"p1": strings.Repeat("x", 100_000)})
	_, err := backup.Write(t.Context(), path, backup.Options{Check: func(part string) error {
		return backup.Verify(t.Context(), part, bolt.Options{})
	}}, func(w io.Writer) error { return db.Backup(context.Background(), w) })
	if err != nil {
		t.Fatal(err)
	}
	whole := read(t, path)
	for cut := 0; cut < len(whole); cut += 1 + len(whole)/7 {
		if err := os.WriteFile(path, []byte(whole[:cut]), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := backup.Verify(t.Context(), path, bolt.Options{}); !errors.Is(err, bolt.ErrDamaged) && !errors.Is(err, bolt.ErrNotOurs) {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
}
