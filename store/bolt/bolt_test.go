package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sixtwenty/store"
	"sixtwenty/store/bolt"
	"sixtwenty/store/storetest"
)

type day struct{ N int }

const days = store.Table[day]("days")

func TestSmoke(t *testing.T) {
	db := storetest.Open(t)
	ctx := context.Background()
	err := db.Update(ctx, func(tx store.Tx) error {
		for i := range 500 {
			if err := days.Put(tx, day{i}, "chat", i); err != nil {
				return err
			}
		}
		err := store.Nested(tx, func(tx store.Tx) error {
			_ = days.Delete(tx, "chat", 499)
			_ = days.Put(tx, day{1000}, "chat", 498)
			r := store.Under("chat")
			r.Reverse, r.Limit = true, 2
			for row, err := range days.Scan(tx, r) {
				t.Log(store.FormatKey(row.Key), row.Value, err)
			}
			return errors.New("x")
		})
		t.Log(err)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := db.Backup(ctx, &b); err != nil {
		t.Fatal(err)
	}
	p := filepath.Join(t.TempDir(), "x")
	os.WriteFile(p, b.Bytes(), 0o644)
	db2, err := bolt.Open(p, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db2.Check(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.Open(p, bolt.Options{}); !errors.Is(err, bolt.ErrLocked) {
		t.Fatal(err)
	} else {
		t.Log(err)
	}
	db2.Close()
}
