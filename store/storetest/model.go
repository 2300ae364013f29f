package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sixtwenty/store"
)

// testModel runs random transactions against the store and against maps, which must never disagree.
func testModel(t *testing.T, db store.DB) {
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++ // one store serves all runs
		m := modelTest{db: store.Prefixed(db, fmt.Sprintf("%d/", run)), kept: model{}}
		rt.Repeat(map[string]func(*rapid.T){
			"update": m.update,
			"":       m.compare,
		})
	})
}

// model is what the buckets should hold; next counts their numbers.
type model map[string]*modelBucket

type modelBucket struct {
	pairs map[string]string
	next  uint64
}

func (m model) bucket(name string) *modelBucket {
	if m[name] == nil {
		m[name] = &modelBucket{pairs: map[string]string{}}
	}
	return m[name]
}

func (m model) clone() model {
	c := model{}
	for name, b := range m {
		c[name] = &modelBucket{maps.Clone(b.pairs), b.next}
	}
	return c
}

// undo goes back to before, except that numbers stay given.
func (m model) undo(before model) {
	for name, b := range m {
		b.pairs = before.bucket(name).pairs
	}
}

type modelTest struct {
	db   store.DB
	kept model
}

// update draws what to do first, since fn may run more than once.
func (m *modelTest) update(t *rapid.T) {
	ops := drawOps(t, 3)
	end := drawEnd(t)
	var next model
	var err error
	p := panicOf(func() {
		err = m.db.Update(context.Background(), func(tx store.Tx) error {
			next = m.kept.clone()
			for _, op := range ops {
				op(t, tx, next)
			}
			return end()
		})
	})
	switch {
	case p == nil && err == nil:
		m.kept = next
	case p != nil && p != errTest:
		panic(p)
	case err != nil && !errors.Is(err, errTest):
		t.Fatal(err)
	}
}

func (m *modelTest) compare(t *rapid.T) {
	err := m.db.View(context.Background(), func(r store.Reader) error {
		for _, name := range modelBuckets() {
			compareScan(t, r, m.kept, name, store.Range{})
			compareScan(t, r, m.kept, name, store.Range{Reverse: true})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func compareScan(t *rapid.T, r store.Reader, m model, bucket string, rg store.Range) {
	pairs := m.bucket(bucket).pairs
	var want []string
	for _, k := range reference(slices.Sorted(maps.Keys(pairs)), rg) {
		want = append(want, k+"="+pairs[k])
	}
	got, err := dump(r, bucket, rg)
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("Scan(%q, %+v) = %.300q, %v; want %.300q", bucket, rg, got, err, want)
	}
}

// An op is one thing to do in a transaction and in the model.
type op func(t *rapid.T, tx store.Tx, m model)

func modelBuckets() []string { return []string{"a", "b"} }

func drawOps(t *rapid.T, depth int) []op {
	ops := make([]op, rapid.IntRange(0, 12).Draw(t, "ops"))
	for i := range ops {
		ops[i] = drawOp(t, depth)
	}
	return ops
}

func drawEnd(t *rapid.T) func() error {
	return rapid.SampledFrom([]func() error{
		func() error { return nil },
		func() error { return nil },
		func() error { return errTest },
		func() error { panic(errTest) },
	}).Draw(t, "end")
}

func drawKey(t *rapid.T) string {
	letter := rapid.SampledFrom([]byte("\x00aabbcc\xff"))
	return string(rapid.SliceOfN(letter, 1, 3).Draw(t, "key"))
}

func drawRange(t *rapid.T) store.Range {
	bound := rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[a-d]{0,3}`))
	return store.Range{
		From:    bound.Draw(t, "from"),
		To:      bound.Draw(t, "to"),
		Reverse: rapid.Bool().Draw(t, "reverse"),
		Limit:   rapid.IntRange(0, 5).Draw(t, "limit"),
	}
}

func drawOp(t *rapid.T, depth int) op {
	bucket := rapid.SampledFrom(modelBuckets()).Draw(t, "bucket")
	kinds := []string{"put", "put", "large", "delete", "clear", "get", "next", "scan", "nested"}
	if depth == 0 {
		kinds = kinds[:len(kinds)-1]
	}
	switch rapid.SampledFrom(kinds).Draw(t, "op") {
	case "put":
		return opPut(bucket, drawKey(t), rapid.StringN(0, 3, 8).Draw(t, "value"))
	case "large": // so that buckets have more than one page
		return opPut(bucket, drawKey(t), fmt.Sprintf("%0*d", rapid.IntRange(500, 3000).Draw(t, "size"), 0))
	case "delete":
		return opDelete(bucket, drawKey(t))
	case "clear":
		return opClear(bucket, drawRange(t))
	case "get":
		return opGet(bucket, drawKey(t))
	case "next":
		return opNext(bucket)
	case "scan":
		return opScan(bucket, drawRange(t))
	}
	return opNested(drawOps(t, depth-1), drawEnd(t))
}

func opPut(bucket, key, value string) op {
	return func(t *rapid.T, tx store.Tx, m model) {
		if err := tx.Put(bucket, key, []byte(value)); err != nil {
			t.Fatal(err)
		}
		m.bucket(bucket).pairs[key] = value
	}
}

func opDelete(bucket, key string) op {
	return func(t *rapid.T, tx store.Tx, m model) {
		if err := tx.Delete(bucket, key); err != nil {
			t.Fatal(err)
		}
		delete(m.bucket(bucket).pairs, key)
	}
}

func opClear(bucket string, rg store.Range) op {
	return func(t *rapid.T, tx store.Tx, m model) {
		keys, err := scanKeys(tx, bucket, rg)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			opDelete(bucket, k)(t, tx, m)
		}
	}
}

func opGet(bucket, key string) op {
	return func(t *rapid.T, tx store.Tx, m model) {
		got, err := tx.Get(bucket, key)
		want, there := m.bucket(bucket).pairs[key]
		if err != nil || string(got) != want || (got != nil) != there {
			t.Fatalf("Get(%q, %q) = %q, %v; want %q, %v", bucket, key, got, err, want, there)
		}
	}
}

func opNext(bucket string) op {
	return func(t *rapid.T, tx store.Tx, m model) {
		b := m.bucket(bucket)
		b.next++
		if got, err := tx.Next(bucket); got != b.next || err != nil {
			t.Fatalf("Next(%q) = %d, %v; want %d", bucket, got, err, b.next)
		}
	}
}

func opScan(bucket string, rg store.Range) op {
	return func(t *rapid.T, tx store.Tx, m model) { compareScan(t, tx, m, bucket, rg) }
}

func opNested(ops []op, end func() error) op {
	return func(t *rapid.T, tx store.Tx, m model) {
		before := m.clone()
		var err error
		p := panicOf(func() {
			err = store.Nested(tx, func(in store.Tx) error {
				for _, op := range ops {
					op(t, in, m)
				}
				return end()
			})
		})
		if p != nil && p != errTest {
			panic(p)
		}
		if p != nil || err != nil {
			m.undo(before)
		}
	}
}
