package archive_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"maps"
	"reflect"
	"slices"
	"testing"

	"sixtwenty/archive"
	"sixtwenty/store"
)

// memory is a store as far as an archive needs one: quick, and the same at each run, as fuzzing wants it.
type memory struct {
	rows map[string]map[string][]byte
	next map[string]uint64
}

var _ store.DB = (*memory)(nil)

func newMemory() *memory {
	return &memory{rows: map[string]map[string][]byte{}, next: map[string]uint64{}}
}

func (m *memory) View(_ context.Context, fn func(store.Reader) error) error { return fn(m) }
func (m *memory) Update(_ context.Context, fn func(store.Tx) error) error   { return fn(m) }
func (m *memory) Backup(context.Context, io.Writer) error                   { return errors.ErrUnsupported }
func (m *memory) Close() error                                              { return nil }

func (m *memory) Get(bucket, key string) ([]byte, error) { return m.rows[bucket][key], nil }

func (m *memory) Scan(bucket string, _ store.Range) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		for _, k := range slices.Sorted(maps.Keys(m.rows[bucket])) {
			if !yield(store.Pair{Key: k, Value: m.rows[bucket][k]}, nil) {
				return
			}
		}
	}
}

func (m *memory) Put(bucket, key string, value []byte) error {
	if m.rows[bucket] == nil {
		m.rows[bucket] = map[string][]byte{}
	}
	m.rows[bucket][key] = append([]byte{}, value...)
	return store.CheckPut(bucket, key, value)
}

func (m *memory) Delete(bucket, key string) error {
	delete(m.rows[bucket], key)
	return nil
}

func (m *memory) Next(bucket string) (uint64, error) {
	m.next[bucket]++
	return m.next[bucket], nil
}

// FuzzUnpack: an archive is refused with the lines that are wrong, or what it brings is written and read again as the same.
func FuzzUnpack(f *testing.F) {
	const hello = `{"blob":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","size":5,"at":`
	f.Add(head + rowOf(`["g1",7]`) + `{"table":"game/index","next":3}` + "\n" + `{"end":true,"rows":1,"blobs":0}`)
	f.Add(head + hello + `0,"data":"aGU="}` + "\n" + hello + `2,"data":"bGxv"}` + "\n" +
		`{"table":"bot/people","key":[1],"value":{"media":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}}` +
		"\n" + `{"end":true,"rows":1,"blobs":1}`)
	f.Add(head + rowOf(`[1]`) + rowOf(`[1]`) + "nonsense\n" + hello + `3,"data":""}`)
	f.Fuzz(func(t *testing.T, text string) {
		db := newMemory()
		c, err := unpack(t, text, db)
		if err != nil {
			if faults, ok := errors.AsType[archive.Faults](err); !ok || len(faults) == 0 {
				t.Fatalf("it fails with %v, which names no line", err)
			}
			return
		}
		var again bytes.Buffer
		slices.Sort(c.Tables)
		var list []archive.Table
		for _, name := range c.Tables {
			list = append(list, archive.Table{Name: name})
		}
		h := archive.Header{Schema: 1, Media: true}
		if _, err := archive.Write(t.Context(), &again, db, h, list, c.Numbers); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		back, err := unpack(t, again.String(), newMemory())
		if err != nil || back.Rows != c.Rows || !reflect.DeepEqual(back.Tables, c.Tables) {
			t.Fatalf("%+v was written and reads as %+v, %v", c, back, err)
		}
	})
}
