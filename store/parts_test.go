package store_test

import (
	"reflect"
	"testing"
	"time"

	"sixtwenty/store"
)

func TestPartsAreWhatKeyWasGiven(t *testing.T) {
	want := []any{
		"群\x00员", int64(-7), uint64(1 << 63), true, false, time.Date(2026, 2, 14, 6, 20, 0, 5, time.UTC),
		time.Time{},
		[]byte{0, 0xff},
		"",
	}
	got, err := store.Parts(store.Key(want...))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v\nwant %v", got, err, want)
	}
	if got, err := store.Parts(""); len(got) != 0 || err != nil {
		t.Errorf("a key without parts: %v, %v", got, err)
	}
}

func TestPartsRefusesWhatKeyNeverMakes(t *testing.T) {
	tooManyNanos := "\x05\x80\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff"
	for _, key := range []string{"place", "\x06open", "\x03\x00", tooManyNanos} {
		if parts, err := store.Parts(key); err == nil {
			t.Errorf("%q gives %v", key, parts)
		}
	}
}

func FuzzParts(f *testing.F) {
	f.Add(store.Key("a", 1, time.Unix(0, 0)))
	f.Add("\x05\x80\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff")
	f.Fuzz(func(t *testing.T, key string) {
		parts, err := store.Parts(key)
		if err == nil && store.Key(parts...) != key {
			t.Errorf("%q gives %v, which gives %q", key, parts, store.Key(parts...))
		}
	})
}
