package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"sixtwenty/store"
)

// reference does to a sorted list what Scan does to a bucket.
func reference(sorted []string, rg store.Range) (keys []string) {
	for _, k := range sorted {
		if k >= rg.From && (rg.To == "" || k < rg.To) {
			keys = append(keys, k)
		}
	}
	if rg.Reverse {
		slices.Reverse(keys)
	}
	if rg.Limit > 0 && len(keys) > rg.Limit {
		keys = keys[:rg.Limit]
	}
	return keys
}

func scanKeys(r store.Reader, bucket string, rg store.Range) (keys []string, err error) {
	for p, err := range r.Scan(bucket, rg) {
		if err != nil {
			return keys, err
		}
		keys = append(keys, p.Key)
	}
	return keys, nil
}

// wantScans compares every range between the bounds, in both directions and with some limits.
func wantScans(t testing.TB, r store.Reader, bucket string, sorted, bounds []string) {
	t.Helper()
	for _, from := range bounds {
		for _, to := range bounds {
			for _, limit := range []int{0, 1, 3, len(sorted), len(sorted) + 1} {
				for _, reverse := range []bool{false, true} {
					rg := store.Range{From: from, To: to, Reverse: reverse, Limit: limit}
					got, err := scanKeys(r, bucket, rg)
					if want := reference(sorted, rg); err != nil || !slices.Equal(got, want) {
						t.Fatalf("Scan(%+v) = %d keys %.200q, %v; want %d", rg, len(got), got, err, len(want))
					}
				}
			}
		}
	}
}

func testScan(t *testing.T, db store.DB) {
	keys := []string{"\x00", "\x00\xff", "a", "a\x00", "aa", "b", "c", "c\xff", "d", "\xff", "\xff\xff"}
	bounds := append([]string{"", "a\x00\x00", "bb", "e", "\xff\xff\xff"}, keys...)
	update(t, db, func(tx store.Tx) error {
		for _, k := range keys {
			if err := tx.Put("b", k, []byte(k)); err != nil {
				return err
			}
		}
		wantScans(t, tx, "b", keys, bounds)
		return nil
	})
	view(t, db, func(r store.Reader) error {
		wantScans(t, r, "b", keys, bounds)
		wantScans(t, r, "nowhere", nil, bounds)
		return nil
	})
}

func testScanStops(t *testing.T, db store.DB) {
	put(t, db, "b", "a", "1", "b", "2", "c", "3")
	view(t, db, func(r store.Reader) error {
		seq := r.Scan("b", store.Range{})
		for range 2 { // a sequence begins anew each time
			var got []string
			for p := range seq {
				if got = append(got, p.Key); p.Key == "b" {
					break
				}
			}
			if join(got) != "a b" {
				t.Errorf("up to the break: %q", got)
			}
		}
		inner := 0
		for range r.Scan("b", store.Range{}) {
			for range r.Scan("b", store.Range{Reverse: true}) {
				inner++
			}
		}
		if inner != 9 {
			t.Errorf("a scan within a scan saw %d pairs, not 9", inner)
		}
		return nil
	})
}

// testScanEmptied deletes whole stretches of a large bucket and scans it in the same transaction: an engine's tree may
// have empty leaves then.
func testScanEmptied(t *testing.T, db store.DB) {
	const n = 300
	key := func(i int) string { return fmt.Sprintf("%03d", i) }
	update(t, db, func(tx store.Tx) error {
		for i := range n {
			if err := tx.Put("b", key(i), make([]byte, 700)); err != nil {
				return err
			}
		}
		return nil
	})
	bounds := []string{"", key(1), key(n / 3), key(n / 2), key(n - 1), "x"}
	for _, gap := range [][2]int{{n / 3, n / 2}, {0, n / 3}, {n / 2, n}, {1, n - 1}, {0, n}} {
		err := db.Update(t.Context(), func(tx store.Tx) error {
			var left []string
			for i := range n {
				if i < gap[0] || i >= gap[1] {
					left = append(left, key(i))
				} else if err := tx.Delete("b", key(i)); err != nil {
					return err
				}
			}
			wantScans(t, tx, "b", left, bounds)
			return errors.ErrUnsupported
		})
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Fatal(err)
		}
	}
}

// testScanLater writes between the moment at which a sequence is asked for and that at which it runs.
func testScanLater(t *testing.T, db store.DB) {
	update(t, db, func(tx store.Tx) error {
		seq := tx.Scan("new", store.Range{})
		if err := putAll(tx, "new", "a", "1", "b", "2"); err != nil {
			return err
		}
		var got []string
		for p, err := range seq {
			if err != nil {
				return err
			}
			got = append(got, p.Key)
		}
		if join(got) != "a b" {
			t.Errorf("found %q", got)
		}
		return nil
	})
}
