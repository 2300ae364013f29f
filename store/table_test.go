package store_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

type checkin struct {
	Days int
	Note string
}

const (
	checkins = store.Table[checkin]("checkin")
	byDay    = store.Table[struct{}]("checkin.byday")
	pointers = store.Table[*checkin]("pointers")
)

func update(t testing.TB, db store.DB, fn func(tx store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestTable(t *testing.T) {
	update(t, storetest.Open(t), func(tx store.Tx) error {
		want := checkin{3, "<早> \u2028 \"引\""}
		if err := checkins.Put(tx, want, "group", id("ming")); err != nil {
			return err
		}
		if got, ok, err := checkins.Get(tx, "group", "ming"); got != want || !ok || err != nil {
			t.Errorf("Get = %+v, %v, %v", got, ok, err)
		}
		if ok, err := checkins.Has(tx, "group", "ming"); !ok || err != nil {
			t.Errorf("Has = %v, %v", ok, err)
		}
		if err := checkins.Delete(tx, "group", "ming"); err != nil {
			return err
		}
		if got, ok, err := checkins.Get(tx, "group", "ming"); got != (checkin{}) || ok || err != nil {
			t.Errorf("Get after Delete = %+v, %v, %v", got, ok, err)
		}
		if ok, err := checkins.Has(tx, "group", "ming"); ok || err != nil {
			t.Errorf("Has after Delete = %v, %v", ok, err)
		}
		return nil
	})
}

func TestTableScan(t *testing.T) {
	update(t, storetest.Open(t), func(tx store.Tx) error {
		for i := range 5 {
			if err := errors.Join(checkins.Put(tx, checkin{Days: i}, "group", i), checkins.Put(tx, checkin{}, "other", i)); err != nil {
				return err
			}
		}
		rg := store.Under("group")
		rg.Reverse, rg.Limit = true, 2
		var got []string
		for row, err := range checkins.Scan(tx, rg) {
			var n int
			if err := errors.Join(err, store.Split(row.Key, nil, &n)); err != nil {
				return err
			}
			got = append(got, fmt.Sprint(n, row.Value.Days))
		}
		if fmt.Sprint(got) != "[4 4 3 3]" {
			t.Errorf("the last two are %v", got)
		}
		first, ok, err := checkins.First(tx, store.Under("group"))
		if first.Key != store.Key("group", 0) || !ok || err != nil {
			t.Errorf("First = %s, %v, %v", store.FormatKey(first.Key), ok, err)
		}
		if _, ok, err := checkins.First(tx, store.Under("nobody")); ok || err != nil {
			t.Errorf("First of nothing = %v, %v", ok, err)
		}
		return nil
	})
}

func TestIndexTable(t *testing.T) {
	update(t, storetest.Open(t), func(tx store.Tx) error {
		if err := byDay.Put(tx, struct{}{}, 1, "ming"); err != nil {
			return err
		}
		if raw, err := tx.Get(string(byDay), store.Key(1, "ming")); string(raw) != "{}" || err != nil {
			t.Errorf("it is kept as %q, %v", raw, err)
		}
		_, ok, err := byDay.Get(tx, 1, "ming")
		if !ok || err != nil {
			t.Errorf("Get = %v, %v", ok, err)
		}
		return nil
	})
}

func TestTableNamesWhatIsWrong(t *testing.T) {
	wants := func(err error, parts ...string) {
		t.Helper()
		for _, part := range append(parts, `bucket "`, `("group", 1)`) {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%v does not say %s", err, part)
			}
		}
	}
	update(t, storetest.Open(t), func(tx store.Tx) error {
		if err := tx.Put("checkin", store.Key("group", 1), []byte(`{"Days":"many"}`)); err != nil {
			return err
		}
		got, ok, err := checkins.Get(tx, "group", 1)
		if wants(err, `checkin`, `Days`); ok || got != (checkin{}) {
			t.Errorf("Get = %+v, %v", got, ok)
		}
		_, ok, err = checkins.First(tx, store.Range{})
		if wants(err, `checkin`); ok {
			t.Error("First found it")
		}
		rows := 0
		for _, err := range checkins.Scan(tx, store.Range{}) {
			wants(err, `checkin`)
			rows++
		}
		if rows != 1 {
			t.Errorf("the scan goes on for %d rows", rows)
		}
		wants(store.Table[float64]("f").Put(tx, math.NaN(), "group", 1), `NaN`)
		return nil
	})
}

func TestTableOfPointers(t *testing.T) {
	update(t, storetest.Open(t), func(tx store.Tx) error {
		if err := errors.Join(pointers.Put(tx, nil, "none"), pointers.Put(tx, &checkin{Days: 1}, "one")); err != nil {
			return err
		}
		none, ok, err := pointers.Get(tx, "none")
		if none != nil || !ok || err != nil {
			t.Errorf("a nil pointer reads %v, %v, %v", none, ok, err)
		}
		one, ok, err := pointers.Get(tx, "one")
		if one == nil || one.Days != 1 || !ok || err != nil {
			t.Errorf("a pointer reads %v, %v, %v", one, ok, err)
		}
		return nil
	})
}

func TestPrefixed(t *testing.T) {
	db := storetest.Open(t)
	one, two := store.Prefixed(db, "one/"), store.Prefixed(db, "two/")
	for i, db := range []store.DB{one, two} {
		update(t, db, func(tx store.Tx) error {
			n, err := tx.Next("b")
			if n != 1 {
				t.Errorf("the first number is %d", n)
			}
			return errors.Join(err, tx.Put("b", "k", fmt.Append(nil, i)), tx.Put("b", "gone", nil), tx.Delete("b", "gone"))
		})
	}
	for want, c := range map[string]struct {
		db     store.DB
		bucket string
	}{"k=0": {one, "b"}, "k=1": {two, "b"}, "k=0 ": {db, "one/b"}, "k=1 ": {db, "two/b"}, "": {db, "b"}} {
		err := c.db.View(t.Context(), func(r store.Reader) error {
			got := ""
			for p, err := range r.Scan(c.bucket, store.Range{}) {
				if err != nil {
					return err
				}
				got += p.Key + "=" + string(p.Value)
			}
			if v, err := r.Get(c.bucket, "gone"); v != nil || err != nil {
				t.Errorf("%s: a deleted key reads %q, %v", c.bucket, v, err)
			}
			if got != strings.TrimSpace(want) {
				t.Errorf("%s holds %q, want %q", c.bucket, got, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	update(t, one, func(tx store.Tx) error {
		_, next := tx.Next("")
		for _, err := range []error{tx.Put("", "k", nil), tx.Delete(store.EngineBucket, "k"), next} {
			if !errors.Is(err, store.ErrBucket) {
				t.Errorf("a name that is none: %v", err)
			}
		}
		return nil
	})
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	update(t, two, func(store.Tx) error { return nil })
}
