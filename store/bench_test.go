package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

func BenchmarkKey(b *testing.B) {
	at := time.Date(2026, 2, 14, 6, 20, 0, 0, time.UTC)
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = store.Key("chat-00000001", at, int64(7))
		}
	})
	b.Run("named", func(b *testing.B) {
		b.ReportAllocs()
		chat, n := id("chat-00000001"), count(7)
		for b.Loop() {
			_ = store.Key(chat, at, n)
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	key := store.Key("chat-00000001", time.Date(2026, 2, 14, 6, 20, 0, 0, time.UTC), int64(7))
	var chat string
	var at time.Time
	var n int64
	b.ReportAllocs()
	for b.Loop() {
		if err := store.Split(key, &chat, &at, &n); err != nil {
			b.Fatal(err)
		}
	}
}

// inUpdate runs the benchmark in one transaction that is undone.
func inUpdate(b *testing.B, fn func(tx store.Tx)) {
	undone := errors.New("undone")
	err := storetest.Open(b).Update(context.Background(), func(tx store.Tx) error {
		fn(tx)
		return undone
	})
	if !errors.Is(err, undone) {
		b.Fatal(err)
	}
}

func BenchmarkTablePut(b *testing.B) {
	b.Run("rows", func(b *testing.B) {
		inUpdate(b, func(tx store.Tx) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				if err := checkins.Put(tx, checkin{Days: i, Note: "早"}, "group", i%1000); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("index", func(b *testing.B) {
		inUpdate(b, func(tx store.Tx) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				if err := byDay.Put(tx, struct{}{}, "group", i%1000); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// BenchmarkNested is what an event costs: four rows in three tables, one read back, over a table of a thousand.
func BenchmarkNested(b *testing.B) {
	value := make([]byte, 200)
	inUpdate(b, func(tx store.Tx) {
		var keys []string
		for i := range 1000 {
			keys = append(keys, store.Key("group", i))
			if err := tx.Put("a", keys[i], value); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			i++
			err := store.Nested(tx, func(in store.Tx) error {
				k := keys[i%1000]
				err := errors.Join(in.Put("a", k, value), in.Put("a", keys[(i+1)%1000], value), in.Put("b", k, value), in.Put("c", k, value))
				_, get := in.Get("a", k)
				return errors.Join(err, get)
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkNestedLarge is an import: many rows in one nested transaction.
func BenchmarkNestedLarge(b *testing.B) {
	const rows = 100_000
	keys := make([]string, rows)
	for i := range keys {
		keys[i] = store.Key(i * 7919 % rows)
	}
	inUpdate(b, func(tx store.Tx) {
		for b.Loop() {
			_ = store.Nested(tx, func(in store.Tx) error {
				for _, k := range keys {
					if err := in.Put("a", k, nil); err != nil {
						b.Fatal(err)
					}
				}
				return errors.ErrUnsupported
			})
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
	})
}
