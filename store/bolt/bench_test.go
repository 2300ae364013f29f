package bolt_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"sixtwenty/store"
	"sixtwenty/store/bolt"
	"sixtwenty/store/storetest"
)

// BenchmarkCommit is one durable transaction of three rows of 200 bytes, in a file of 30,000.
func BenchmarkCommit(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "state.db"), bolt.Options{})
	fill(b, db, 30_000)
	value := make([]byte, 200)
	i := 0
	for b.Loop() {
		i++
		err := db.Update(context.Background(), func(tx store.Tx) error {
			for j := range 3 {
				if err := tx.Put(fmt.Sprint("t", j), store.Key("group", i*7919%30_000), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	db := storetest.Open(b)
	fill(b, db, 10_000)
	for _, reverse := range []bool{false, true} {
		b.Run(fmt.Sprintf("reverse=%v", reverse), func(b *testing.B) {
			n := 0
			err := db.View(context.Background(), func(r store.Reader) error {
				for b.Loop() {
					for _, err := range r.Scan("t0", store.Range{Reverse: reverse, Limit: 1000}) {
						if err != nil {
							return err
						}
						n++
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/row")
		})
	}
}

// BenchmarkOpen is what the check of the whole tree costs at each start: 100,000 rows of 200 bytes, some 30 MB.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "state.db")
	db := open(b, path, bolt.Options{NoSync: true})
	fill(b, db, 100_000)
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		db, err := bolt.Open(path, bolt.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func fill(b *testing.B, db store.DB, rows int) {
	b.Helper()
	value := make([]byte, 200)
	err := db.Update(context.Background(), func(tx store.Tx) error {
		for i := range rows {
			if err := tx.Put("t0", store.Key("group", i), value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
