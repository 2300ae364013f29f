package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"sixtwenty/store"
)

// bare is a value as an archive has it: without the fields that stay behind, and its other fields in the order of their
// names, so that values that say the same look the same. Values of a table that leaves nothing behind stay as they are.
func (t Table) bare(value []byte) ([]byte, error) {
	if !json.Valid(value) {
		return nil, errors.New("the value is no JSON")
	}
	if len(t.Without) == 0 || !bytes.HasPrefix(value, []byte("{")) {
		return value, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(value, &fields); err != nil {
		return nil, err
	}
	for _, name := range t.Without {
		delete(fields, name)
	}
	return json.Marshal(fields)
}

// Bare reads what an archive would have of r's rows, so that a database can be compared with one that was unpacked.
func Bare(r store.Reader, tables []Table) store.Reader {
	b := bareReader{r, map[string]Table{}}
	for _, t := range tables {
		b.tables[t.Name] = t
	}
	return b
}

type bareReader struct {
	store.Reader
	tables map[string]Table
}

// Get implements store.Reader.
func (b bareReader) Get(table, key string) ([]byte, error) {
	value, err := b.Reader.Get(table, key)
	if err != nil || value == nil {
		return nil, err
	}
	return b.tables[table].bare(value)
}

// Scan implements store.Reader.
func (b bareReader) Scan(table string, rg store.Range) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		for p, err := range b.Reader.Scan(table, rg) {
			if err == nil {
				if p.Value, err = b.tables[table].bare(p.Value); err != nil {
					err = fmt.Errorf("table %s, key %s: %w", table, store.FormatKey(p.Key), err)
				}
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}
