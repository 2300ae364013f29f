package bolt

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sixtwenty/store"
)

func TestAFullDiskIsFoundBeforeTheCommit(t *testing.T) {
	db, err := Open(filepath.Join(t.TempDir(), "state.db"), Options{NoSync: true, Spare: 10 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var free int64
	var trouble error
	db.free = func(*os.File) (int64, error) { return free, trouble }
	put := func(value string) error {
		return db.Update(context.Background(), func(tx store.Tx) error { return tx.Put("b", "k", []byte(value)) })
	}
	for _, tt := range []struct {
		free    int64
		trouble error
		want    error
		value   string
	}{
		{free: 10 << 20, value: "1"},
		{free: 10<<20 - 1, want: ErrFull, value: "2"},
		{free: 0, want: ErrFull, value: "3"},
		{free: 0, trouble: errors.ErrUnsupported, value: "4"},
		{free: 1 << 40, value: "5"}, // there is room again
	} {
		free, trouble = tt.free, tt.trouble
		if err := put(tt.value); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Fatalf("%d bytes free: %v, expected %v", tt.free, err, tt.want)
		}
		var got []byte
		if err := db.View(context.Background(), func(r store.Reader) (err error) { got, err = r.Get("b", "k"); return err }); err != nil {
			t.Fatal(err)
		}
		if (string(got) == tt.value) != (tt.want == nil) {
			t.Errorf("%d bytes free: the value is %q", tt.free, got)
		}
	}
}

func TestFreeSpaceIsAsked(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := freeSpace(f); err != nil && !errors.Is(err, errors.ErrUnsupported) || err == nil && n <= 0 {
		t.Errorf("%d, %v", n, err)
	}
}
