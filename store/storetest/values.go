package storetest

import (
	"errors"
	"strings"
	"testing"

	"sixtwenty/store"
)

func join(words []string) string { return strings.Join(words, " ") }

func testGet(t *testing.T, db store.DB) {
	update(t, db, func(tx store.Tx) error {
		if err := tx.Put("b", "nil", nil); err != nil {
			return err
		}
		return putAll(tx, "b", "empty", "", "full", "v")
	})
	view(t, db, func(r store.Reader) error {
		for key, want := range map[string][]byte{"nil": {}, "empty": {}, "full": []byte("v"), "none": nil, "": nil} {
			got, err := r.Get("b", key)
			if err != nil || string(got) != string(want) || (got == nil) != (want == nil) {
				t.Errorf("Get(%q) = %#v, %v; want %#v", key, got, err, want)
			}
		}
		if got, err := r.Get("nowhere", "full"); got != nil || err != nil {
			t.Errorf("Get in no bucket = %q, %v", got, err)
		}
		return nil
	})
	wantKept(t, db, "nowhere", "")
}

func testCopies(t *testing.T, db store.DB) {
	var got, own, scanned []byte
	update(t, db, func(tx store.Tx) error {
		value := []byte("right")
		if err := tx.Put("b", "k", value); err != nil {
			return err
		}
		copy(value, "WRONG")
		own, _ = tx.Get("b", "k")
		copy(own, "WRONG")
		return nil
	})
	view(t, db, func(r store.Reader) (err error) {
		if got, err = r.Get("b", "k"); err != nil {
			return err
		}
		for p := range r.Scan("b", store.Range{}) {
			scanned = p.Value
			copy(p.Value, "wrong")
		}
		return nil
	})
	put(t, db, "b", "k", "other")
	if string(got) != "right" || string(scanned) != "wrong" {
		t.Errorf("after the View Get's value is %q and Scan's %q", got, scanned)
	}
}

func testLimits(t *testing.T, db store.DB) {
	longest, largest := strings.Repeat("k", store.MaxKey), make([]byte, store.MaxValue)
	update(t, db, func(tx store.Tx) error {
		refused(t, tx)
		if err := tx.Put("b", longest, largest); err != nil {
			t.Error(err)
		}
		return nil
	})
	view(t, db, func(r store.Reader) error {
		got, err := r.Get("b", longest)
		if err != nil || len(got) != len(largest) {
			t.Errorf("the largest pair reads as %d bytes, %v", len(got), err)
		}
		return nil
	})
}

// refused tries what is over the limits.
func refused(t *testing.T, tx store.Tx) {
	t.Helper()
	for _, bad := range []struct {
		key  string
		size int
	}{{"", 1}, {strings.Repeat("k", store.MaxKey+1), 1}, {"k", store.MaxValue + 1}} {
		if err := tx.Put("b", bad.key, make([]byte, bad.size)); !errors.Is(err, store.ErrTooLarge) {
			t.Errorf("Put of a key of %d bytes and a value of %d: %v", len(bad.key), bad.size, err)
		}
	}
}

func testBuckets(t *testing.T, db store.DB) {
	update(t, db, func(tx store.Tx) error {
		for _, name := range []string{"", store.EngineBucket, strings.Repeat("b", store.MaxBucket+1)} {
			_, next := tx.Next(name)
			for _, err := range []error{tx.Put(name, "k", nil), tx.Delete(name, "k"), next} {
				if !errors.Is(err, store.ErrBucket) {
					t.Errorf("bucket %.10q: %v", name, err)
				}
			}
		}
		return errors.Join(tx.Delete("nowhere", "k"), tx.Put("six twenty·六点二十", "k", []byte("v")))
	})
	wantKept(t, db, "six twenty·六点二十", "k=v")
}

func testOwnWrites(t *testing.T, db store.DB) {
	put(t, db, "b", "a", "1", "b", "2", "c", "3")
	update(t, db, func(tx store.Tx) error {
		if err := errors.Join(putAll(tx, "b", "a", "9", "d", "4"), tx.Delete("b", "b"), tx.Delete("b", "no")); err != nil {
			return err
		}
		wantDump(t, tx, "b", "a=9 c=3 d=4")
		if got, err := tx.Get("b", "b"); got != nil || err != nil {
			t.Errorf("a deleted key reads %q, %v", got, err)
		}
		return tx.Put("b", "b", []byte("5"))
	})
	wantKept(t, db, "b", "a=9 b=5 c=3 d=4")
}

func testNext(t *testing.T, db store.DB) {
	next := func(tx store.Tx, bucket string, want uint64) {
		t.Helper()
		if got, err := tx.Next(bucket); got != want || err != nil {
			t.Errorf("Next(%q) = %d, %v; want %d", bucket, got, err, want)
		}
	}
	update(t, db, func(tx store.Tx) error {
		next(tx, "a", 1)
		next(tx, "a", 2)
		next(tx, "b", 1)
		return nil
	})
	update(t, db, func(tx store.Tx) error {
		next(tx, "a", 3)
		return nil
	})
	wantKept(t, db, "a", "")
}
