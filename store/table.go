package store

import (
	"encoding/json"
	"fmt"
	"iter"
)

// A Table keeps values of one type, as JSON, in the bucket that it names:
//
//	const checkins = store.Table[Checkin]("checkin.days")
//
// Its methods take a key's parts (see Key) and may be called wherever their Reader or Tx may. A Table[struct{}] is an
// index: only its keys say anything, and nothing is encoded.
type Table[T any] string

// A Row is one key with its value; Split takes the key apart.
type Row[T any] struct {
	Key   string
	Value T
}

// Get returns the value at the key, and whether there is one.
func (t Table[T]) Get(r Reader, key ...any) (v T, ok bool, err error) {
	k := Key(key...)
	data, err := r.Get(string(t), k)
	if err != nil || data == nil {
		return v, false, err
	}
	v, err = t.decode(k, data)
	return v, err == nil, err
}

// Has tells whether there is a value at the key.
func (t Table[T]) Has(r Reader, key ...any) (bool, error) {
	data, err := r.Get(string(t), Key(key...))
	return data != nil, err
}

// Put sets the value at the key.
func (t Table[T]) Put(tx Tx, v T, key ...any) error {
	k := Key(key...)
	data, err := encode(v)
	if err != nil {
		return fmt.Errorf("store: bucket %q, key %s: %w", string(t), FormatKey(k), err)
	}
	return tx.Put(string(t), k, data)
}

// Delete removes the key; one that is not there is no error.
func (t Table[T]) Delete(tx Tx, key ...any) error {
	return tx.Delete(string(t), Key(key...))
}

// Scan yields the rows of the range in its order. It ends at the first error, which it yields.
func (t Table[T]) Scan(r Reader, rg Range) iter.Seq2[Row[T], error] {
	return func(yield func(Row[T], error) bool) {
		for p, err := range r.Scan(string(t), rg) {
			row := Row[T]{Key: p.Key}
			if err == nil {
				row.Value, err = t.decode(p.Key, p.Value)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// First returns the first row of the range in its order, and whether there is one.
func (t Table[T]) First(r Reader, rg Range) (row Row[T], ok bool, err error) {
	rg.Limit = 1
	for row, err := range t.Scan(r, rg) {
		return row, err == nil, err
	}
	return row, false, nil
}

// collect takes a bounded scan as a slice, so that its bucket may be written.
func collect[T any](rows iter.Seq2[Row[T], error]) (all []Row[T], err error) {
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, nil
}

func encode[T any](v T) ([]byte, error) {
	if _, ok := any(v).(struct{}); ok {
		return []byte("{}"), nil
	}
	return json.Marshal(v)
}

func (t Table[T]) decode(key string, data []byte) (v T, err error) {
	if _, ok := any(v).(struct{}); ok {
		return v, nil
	}
	if err := json.Unmarshal(data, &v); err != nil {
		var none T
		return none, fmt.Errorf("store: bucket %q, key %s: %w", string(t), FormatKey(key), err)
	}
	return v, nil
}
