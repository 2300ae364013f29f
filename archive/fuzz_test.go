package archive

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"sixtwenty/store"
)

// FuzzLine: whatever a line says, it is refused or it means the same when written again.
func FuzzLine(f *testing.F) {
	for _, seed := range []string{
		`{"table":"checkin/days","key":["g1","p1",20413],"value":{"at":"2026-11-22T06:20:00Z","rank":1}}`,
		`{"table":"t","key":[true,false,18446744073709551615,{"time":"2026-11-22T06:20:00.5Z"}],"value":null}`,
		`{"table":"t","key":[{"unix":[-1,999999999]},{"bytes":"AAE="},{"text":"/w=="}],"value":[]}`,
		`{"table":"t","next":7}`, `{"blob":"","size":0,"at":0,"data":""}`, `{"end":true,"rows":1,"blobs":0}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		parsed, err := parse(bytes.TrimSpace(raw))
		row, ok := parsed.(parsedRow)
		if err != nil || !ok {
			return
		}
		key, err := decodeKey(row.Key)
		if err != nil {
			return
		}
		again, err := encodeKey(key)
		if err != nil {
			t.Fatalf("%s makes a key that cannot be written: %v", row.Key, err)
		}
		var list []json.RawMessage
		if err := json.Unmarshal(again, &list); err != nil {
			t.Fatal(err)
		}
		if back, err := decodeKey(list); err != nil || back != key {
			t.Fatalf("%s reads as %q, is written as %s and reads as %q, %v", row.Key, key, again, back, err)
		}
	})
}

// FuzzKey: every key that is written is read as itself.
func FuzzKey(f *testing.F) {
	f.Add(store.Key("g1", "\xff", -1, uint64(7), true, time.Unix(1<<40, 1), []byte{0}))
	f.Add(store.Key(time.Time{}))
	f.Fuzz(func(t *testing.T, key string) {
		text, err := encodeKey(key)
		if err != nil || key == "" {
			return
		}
		var list []json.RawMessage
		if err := json.Unmarshal(text, &list); err != nil {
			t.Fatal(err)
		}
		if back, err := decodeKey(list); err != nil || back != key {
			t.Fatalf("%q is written as %s and reads as %q, %v", key, text, back, err)
		}
	})
}

// FuzzHeader: a reader is made of a whole first line alone, and knows its place after it.
func FuzzHeader(f *testing.F) {
	f.Add(`{"archive":"sixtwenty","version":1,"schema":1}` + "\nnext")
	f.Add("\n\n{}\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := NewReader(strings.NewReader(text))
		if err != nil {
			return
		}
		if reflect.ValueOf(r.Header).IsZero() || r.Header.check() != nil {
			t.Fatalf("%q is taken for an archive: %+v", text, r.Header)
		}
		for n := r.number; ; n = r.number {
			raw, ok, err := r.next()
			if !ok || err != nil {
				break
			}
			if len(raw) == 0 || r.number <= n {
				t.Fatalf("a line %q with the number %d after %d", raw, r.number, n)
			}
		}
	})
}
