//go:build unix

package bot

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// costBaseline is what an event of habit() costs, in the time of all cores, against three plain rows of 200 bytes on the same
// store in the same run, both with the race detector. costMargin is beyond what the noise of a busy machine has ever made of it.
const (
	costBaseline = 12.0
	costMargin   = 3.0
	costEvents   = 1_000
)

// TestAnEventCostsNoMoreThanItDid guards against growing slow unseen. Two costs of one run are compared, never a cost with a clock.
func TestAnEventCostsNoMoreThanItDid(t *testing.T) {
	if testing.Short() {
		t.Skip("it needs some seconds")
	}
	var ratios []float64
	for range 5 {
		floor := costOfRows(t)
		ratios = append(ratios, costOfEvents(t)/floor)
	}
	slices.Sort(ratios)
	t.Logf("events against rows: %.1f (%.1f to %.1f), baseline %.1f", ratios[2], ratios[0], ratios[4], costBaseline)
	if ratios[2] > costBaseline*costMargin {
		t.Errorf("an event costs %.1f times three rows, %.1f was the baseline", ratios[2], costBaseline)
	}
}

func costOfRows(t *testing.T) float64 {
	db, value := storetest.Open(t), make([]byte, 200)
	return costOf(t, func() error {
		return db.Update(t.Context(), func(tx store.Tx) error {
			for i := range costEvents {
				for _, table := range []string{"a", "b", "c"} {
					if err := tx.Put(table, store.Key(i), value); err != nil {
						return err
					}
				}
			}
			return nil
		})
	})
}

func costOfEvents(t *testing.T) float64 {
	b, err := New(Options{Account: &service{}, DB: storetest.Open(t), Features: []Feature{habit(), counter()}, Groups: []string{"六点二十*"}})
	if err != nil {
		t.Fatal(err)
	}
	var list []item
	for i := range costEvents {
		e := says(fmt.Sprint("人", i), "打卡")
		e.ID, e.At = fmt.Sprint("m/", i), noon
		list = append(list, item{event: &e})
	}
	return costOf(t, func() error {
		_, err := b.commit(t.Context(), list)
		return err
	})
}

// costOf is the time that this process spends on all cores while fn runs.
func costOf(t *testing.T, fn func() error) float64 {
	t.Helper()
	spent := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := spent()
	if err := fn(); err != nil {
		t.Fatal(err)
	}
	return float64(spent() - before)
}
