package storetest

import (
	"errors"
	"slices"
	"testing"

	"sixtwenty/store"
)

func testNested(t *testing.T, db store.DB) {
	put(t, db, "b", "a", "1", "b", "2", "c", "3", "d", "4")
	update(t, db, func(tx store.Tx) error {
		err := store.Nested(tx, func(in store.Tx) error {
			if err := errors.Join(putAll(in, "b", "b", "9", "bb", "10"), in.Delete("b", "c"), putAll(in, "new", "x", "y")); err != nil {
				return err
			}
			wantDump(t, in, "b", "a=1 b=9 bb=10 d=4")
			wantDump(t, tx, "b", "a=1 b=2 c=3 d=4")
			wantScans(t, in, "b", []string{"a", "b", "bb", "d"}, []string{"", "a", "b", "bb", "bz", "c", "d", "e"})
			return store.Nested(in, func(in2 store.Tx) error {
				wantDump(t, in2, "b", "a=1 b=9 bb=10 d=4")
				return errors.Join(in2.Delete("b", "bb"), putAll(in2, "b", "c", "11"))
			})
		})
		wantDump(t, tx, "b", "a=1 b=9 c=11 d=4")
		return err
	})
	wantKept(t, db, "b", "a=1 b=9 c=11 d=4")
	wantKept(t, db, "new", "x=y")
}

// testNestedFails makes an error, a panic and an inner error, each of which undoes its own and no more.
func testNestedFails(t *testing.T, db store.DB) {
	put(t, db, "b", "a", "1")
	write := func(tx store.Tx) error { return errors.Join(putAll(tx, "b", "z", "0"), tx.Delete("b", "a")) }
	update(t, db, func(tx store.Tx) error {
		if err := store.Nested(tx, func(in store.Tx) error { return errors.Join(write(in), errTest) }); !errors.Is(err, errTest) {
			t.Errorf("Nested = %v, not what fn returned", err)
		}
		if p := panicOf(func() {
			_ = store.Nested(tx, func(in store.Tx) error {
				_ = write(in)
				panic(errTest)
			})
		}); p != errTest {
			t.Errorf("out of Nested came panic %v", p)
		}
		return store.Nested(tx, func(in store.Tx) error {
			_ = store.Nested(in, func(in2 store.Tx) error { return errors.Join(write(in2), errTest) })
			return in.Put("b", "kept", []byte("2"))
		})
	})
	wantKept(t, db, "b", "a=1 kept=2")
}

func testNestedNext(t *testing.T, db store.DB) {
	update(t, db, func(tx store.Tx) error {
		var got []uint64
		next := func(tx store.Tx) {
			n, err := tx.Next("b")
			if err != nil {
				t.Error(err)
			}
			got = append(got, n)
		}
		for range 2 {
			_ = store.Nested(tx, func(in store.Tx) error { next(in); return errTest })
			next(tx)
		}
		if slices.Sort(got); len(slices.Compact(got)) != 4 {
			t.Errorf("a number was given twice: %d", got)
		}
		return nil
	})
}

func testNestedLimits(t *testing.T, db store.DB) {
	update(t, db, func(tx store.Tx) error {
		return store.Nested(tx, func(in store.Tx) error {
			refused(t, in)
			if err := in.Delete("", "k"); !errors.Is(err, store.ErrBucket) {
				t.Errorf("a Delete in no bucket: %v", err)
			}
			value := []byte("right")
			if err := errors.Join(in.Put("b", "k", value), in.Put("b", "empty", nil)); err != nil {
				return err
			}
			copy(value, "WRONG")
			got, _ := in.Get("b", "k")
			copy(got, "WRONG")
			for p := range in.Scan("b", store.Range{}) {
				copy(p.Value, "WRONG")
			}
			if empty, err := in.Get("b", "empty"); empty == nil || err != nil {
				t.Errorf("an empty value reads %#v, %v", empty, err)
			}
			return nil
		})
	})
	wantKept(t, db, "b", "empty= k=right")
}

func testNestedOver(t *testing.T, db store.DB) {
	update(t, db, func(tx store.Tx) error {
		var over store.Tx
		if err := store.Nested(tx, func(in store.Tx) error { over = in; return nil }); err != nil {
			return err
		}
		_, get := over.Get("b", "k")
		_, scan := dump(over, "b", store.Range{})
		_, next := over.Next("b")
		if !errors.Is(get, store.ErrClosed) || !errors.Is(scan, store.ErrClosed) {
			t.Errorf("reading in a nested Tx that is over: %v, %v", get, scan)
		}
		for _, err := range []error{next, over.Put("b", "k", nil), over.Delete("b", "k")} {
			if !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("a write in a nested Tx that is over: %v", err)
			}
		}
		return nil
	})
	wantKept(t, db, "b", "")
}
