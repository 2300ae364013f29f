package store_test

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"sixtwenty/store"
)

type (
	id    string
	count int32
	small uint8
	flag  bool
)

func TestKeyOrder(t *testing.T) {
	day := time.Date(2026, 2, 14, 6, 20, 0, 0, time.UTC)
	for name, ascending := range map[string][]string{
		"strings": {
			store.Key(""), store.Key("\x00"), store.Key("\x00\x00"), store.Key("\x00\x01"), store.Key("\x01"), store.Key("a"),
			store.Key("a", "b"), store.Key("a\x00"), store.Key("a\x00", "b"), store.Key("a\x01"), store.Key("aa"), store.Key("六点二十"),
			store.Key("\xff"), store.Key("\xff\xff"),
		},
		"integers": {
			store.Key(int64(math.MinInt64)), store.Key(-256), store.Key(-1), store.Key(0), store.Key(0, ""), store.Key(1), store.Key(255),
			store.Key(uint64(256)), store.Key(int64(math.MaxInt64)), store.Key(uint64(1 << 63)), store.Key(uint64(math.MaxUint64)),
		},
		"times": {
			store.Key(time.Time{}), store.Key(time.Unix(-1, 999999999)), store.Key(time.Unix(0, 0)), store.Key(day),
			store.Key(day.Add(1)), store.Key(day.AddDate(0, 0, 1)), store.Key(day.AddDate(9000, 0, 0)),
		},
		"bools":     {store.Key(false), store.Key(true)},
		"bytes":     {store.Key([]byte(nil)), store.Key([]byte{0}), store.Key([]byte{0, 1}), store.Key([]byte{1})},
		"two parts": {store.Key("a", 2), store.Key("a", 10), store.Key("b", 1)},
	} {
		for i := 1; i < len(ascending); i++ {
			if ascending[i-1] >= ascending[i] {
				t.Errorf("%s: %s is not below %s", name, store.FormatKey(ascending[i-1]), store.FormatKey(ascending[i]))
			}
		}
	}
}

func TestKeyTakesNamedTypes(t *testing.T) {
	named := store.Key(id("a"), count(-7), small(200), flag(true), time.Second)
	if plain := store.Key("a", -7, uint64(200), true, int64(time.Second)); named != plain {
		t.Errorf("%s, not %s", store.FormatKey(named), store.FormatKey(plain))
	}
	var (
		i id
		c count
		s small
		f flag
		d time.Duration
	)
	if err := store.Split(named, &i, &c, &s, &f, &d); err != nil {
		t.Fatal(err)
	}
	if i != "a" || c != -7 || s != 200 || !f || d != time.Second {
		t.Error(i, c, s, f, d)
	}
}

// TestKeyOfNumber is for those who count in one type and look in another.
func TestKeyOfNumber(t *testing.T) {
	for _, other := range []string{store.Key(int64(7)), store.Key(uint64(7)), store.Key(count(7)), store.Key(small(7))} {
		if other != store.Key(7) {
			t.Errorf("%s is not %s", store.FormatKey(other), store.FormatKey(store.Key(7)))
		}
	}
	var i int
	var u uint64
	if err := errors.Join(store.Split(store.Key(uint64(7)), &i), store.Split(store.Key(7), &u)); err != nil || i != 7 || u != 7 {
		t.Errorf("%d, %d, %v", i, u, err)
	}
}

func TestKeyPanics(t *testing.T) {
	for want, part := range map[string]any{
		"part 2 of a key is a float64": 1.5,
		"part 2 of a key is nil":       nil,
		"part 2 of a key is a *string": new(string),
		"part 2 of a key is a []int":   []int{1},
	} {
		func() {
			defer func() {
				if p, _ := recover().(string); !strings.Contains(p, want) {
					t.Errorf("panic %q, want %q", p, want)
				}
			}()
			store.Key("a", part)
		}()
	}
}

func TestUnder(t *testing.T) {
	keys := []string{
		store.Key("a"), store.Key("a", 1), store.Key("a", 2, "x"), store.Key("a\x00"), store.Key("a\x00", 1),
		store.Key("ab", 1), store.Key("b"), store.Key(1), store.Key(255), store.Key(255, "x"), store.Key(256),
		store.Key(int64(math.MaxInt64), 1), store.Key(uint64(math.MaxUint64), 1), store.Key([]byte{0xff}, 1),
	}
	for _, parts := range [][]any{
		{},
		{"a"},
		{"a", 2},
		{"a\x00"},
		{""},
		{255},
		{int64(math.MaxInt64)},
		{uint64(math.MaxUint64)},
		{[]byte{0xff}},
	} {
		prefix, rg := store.Key(parts...), store.Under(parts...)
		for _, k := range keys {
			in := k >= rg.From && (rg.To == "" || k < rg.To)
			if want := strings.HasPrefix(k, prefix); in != want {
				t.Errorf("%s under %s: %v", store.FormatKey(k), store.FormatKey(prefix), in)
			}
		}
	}
}

func TestSplitRefuses(t *testing.T) {
	var (
		s string
		n int64
		c int8
		u small
		b bool
		m time.Time
	)
	whole := store.Key("a\x00b", 1000)
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"another type":     {store.Split(whole, &n, &n), `part 1 of key ("a\x00b", 1000): store: "a\x00b" does not fit into int64`},
		"a named type":     {store.Split(whole, nil, &b), `1000 does not fit into bool`},
		"too small":        {store.Split(whole, &s, &c), `1000 does not fit into int8`},
		"too small, too":   {store.Split(store.Key(uint64(256)), &u), `256 does not fit into store_test.small`},
		"below 0":          {store.Split(store.Key(-1), new(uint64)), `-1 does not fit into uint64`},
		"below 0, too":     {store.Split(store.Key(-1), &u), `-1 does not fit into store_test.small`},
		"over an int":      {store.Split(store.Key(uint64(1<<63)), &n), `9223372036854775808 does not fit into int64`},
		"over an int, too": {store.Split(store.Key(uint64(1<<63)), new(int)), `9223372036854775808 does not fit into int`},
		"no number":        {store.Split(store.Key(false), &n), `false does not fit into int64`},
		"a false number":   {store.Split("\x03\x00\x00\x00\x00\x00\x00\x00\x00", &n), `does not fit into int64`},
		"too many":         {store.Split(whole, &s, &n, &n), `part 3 of key ("a\x00b", 1000): missing`},
		"too few":          {store.Split(whole, &s), `more than the 1 parts`},
		"no pointer":       {store.Split(whole, s, &n), `needs a pointer, not a string`},
		"a nil pointer":    {store.Split(whole, (*id)(nil), &n), `needs a pointer, not a *store_test.id`},
		"no key":           {store.Split("plain", &s), `part 1 of key "plain": unknown tag 0x70`},
		"a cut string":     {store.Split(whole[:3], &s), `cut short`},
		"half an end":      {store.Split("\x06a\x00", &s), `cut short`},
		"a broken escape":  {store.Split("\x06a\x00\x07\x00\x00", &s), `cut short`},
		"a cut integer":    {store.Split(store.Key(1)[:5], &n), `cut short`},
		"a cut time":       {store.Split(store.Key(m)[:12], &m), `cut short`},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, c.err, c.want)
		}
	}
}

func TestSplitPassesOver(t *testing.T) {
	var n int
	if err := store.Split(store.Key("a", time.Time{}, 7), nil, nil, &n); err != nil || n != 7 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestFormatKey(t *testing.T) {
	for want, key := range map[string]string{
		`("群\x00", -1, 18446744073709551615, true, false, 2026-02-14T06:20:00.000000001Z, ff00)`: store.Key(
			"群\x00", -1, uint64(math.MaxUint64), true, false, time.Date(2026, 2, 14, 6, 20, 0, 1, time.UTC), []byte{0xff, 0}),
		`"plain"`: "plain",
		`()`:      "",
	} {
		if got := store.FormatKey(key); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := store.FormatKey(store.Key(strings.Repeat("群", 4000))); len(got) > 210 || !strings.HasSuffix(got, "群…") {
		t.Errorf("a long key shows as %q", got)
	}
}

// FuzzKey compares the order of two keys with that of their parts, and takes them apart again.
func FuzzKey(f *testing.F) {
	f.Add("a", int64(-1), uint64(1), int64(5), uint32(7), true, []byte{0}, "a\x00", int64(0), uint64(1), int64(-5), uint32(8), false, []byte{0, 255})
	f.Add("", int64(0), uint64(0), int64(0), uint32(0), true, []byte(nil), "", int64(0), uint64(0), int64(0), uint32(0), true, []byte("x"))
	f.Fuzz(func(t *testing.T, s1 string, i1 int64, u1 uint64, sec1 int64, ns1 uint32, b1 bool, y1 []byte,
		s2 string, i2 int64, u2 uint64, sec2 int64, ns2 uint32, b2 bool, y2 []byte,
	) {
		a := parts{s1, i1, u1, someTime(sec1, ns1), b1, y1}
		b := parts{s2, i2, u2, someTime(sec2, ns2), b2, y2}
		if got, want := strings.Compare(a.key(), b.key()), a.compare(b); got != want {
			t.Errorf("%s and %s compare as %d, not %d", store.FormatKey(a.key()), store.FormatKey(b.key()), got, want)
		}
		if strings.HasPrefix(a.key(), b.key()) && a.compare(b) != 0 {
			t.Errorf("%s begins with %s", store.FormatKey(a.key()), store.FormatKey(b.key()))
		}
		a.wantRoundTrip(t)
	})
}

// someTime keeps to the years that time.Time can compare.
func someTime(sec int64, ns uint32) time.Time {
	return time.Unix(sec%(1<<55), int64(ns%1e9)).UTC()
}

type parts struct {
	s string
	i int64
	u uint64
	t time.Time
	b bool
	y []byte
}

func (p parts) key() string { return store.Key(p.s, p.i, p.u, p.t, p.b, p.y) }

func (p parts) compare(q parts) int {
	bit := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	return cmp.Or(strings.Compare(p.s, q.s), cmp.Compare(p.i, q.i), cmp.Compare(p.u, q.u), p.t.Compare(q.t),
		cmp.Compare(bit(p.b), bit(q.b)), bytes.Compare(p.y, q.y))
}

func (p parts) wantRoundTrip(t *testing.T) {
	t.Helper()
	var q parts
	if err := store.Split(p.key(), &q.s, &q.i, &q.u, &q.t, &q.b, &q.y); err != nil {
		t.Fatal(err)
	}
	if p.compare(q) != 0 {
		t.Errorf("%+v came back as %+v", p, q)
	}
}

// FuzzSplit reads keys that Key may not have made: it may refuse, but what it reads must be what is written.
func FuzzSplit(f *testing.F) {
	for _, k := range []string{store.Key("a\x00b"), store.Key(-1), store.Key("a", time.Unix(0, 0)), "\x06\x00", "\x03", "\x09"} {
		f.Add(k)
	}
	f.Fuzz(func(t *testing.T, key string) {
		var s string
		var n int64
		if store.Split(key, &s) == nil && store.Key(s) != key {
			t.Errorf("%q reads as %q", key, s)
		}
		if store.Split(key, &n) == nil && store.Key(n) != key {
			t.Errorf("%q reads as %d", key, n)
		}
		_ = store.Split(key, nil, new(time.Time))
		_ = store.FormatKey(key)
	})
}
