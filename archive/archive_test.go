package archive_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/archive"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

type row struct {
	Nick  string   `json:"nick"`
	Known []string `json:"known,omitempty"`
	Media string   `json:"media,omitempty"`
}

const (
	people = store.Table[row]("bot/people")
	index  = store.Table[struct{}]("game/index")
	secret = store.Table[string]("bot/roles")
)

var tables = []archive.Table{{Name: string(people), Without: []string{"known"}}, {Name: string(index)}, {Name: "game/none"}}

func takes(table string) bool {
	return slices.ContainsFunc(tables, func(t archive.Table) bool { return t.Name == table })
}

// keys are of every type, and with everything that is hard to write down.
func keys() [][]any {
	return [][]any{
		{"p1"},
		{""},
		{"引号\" 换行\n 零\x00 <&> \u2028"},
		{"\xff\xfe not UTF-8"},
		{int64(math.MinInt64), int64(math.MaxInt64)},
		{uint64(math.MaxUint64)},
		{true, false},
		{[]byte{0, 1, 0xff}},
		{[]byte{}},
		{time.Date(2026, 2, 14, 6, 20, 0, 123456789, time.UTC)},
		{time.Time{}},
		{time.Unix(1<<40, 7)},
		{time.Unix(-1<<40, 0)},
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// community is a database with something of everything in it.
func community(t *testing.T) (db store.DB, blobs []string) {
	t.Helper()
	db = storetest.Open(t)
	for _, size := range []int{0, 5, 256 << 10, 700_000} {
		blob, err := store.Blobs{DB: db}.Put(t.Context(), bytes.NewReader(bytes.Repeat([]byte{7}, size)), 1<<20)
		check(t, err)
		blobs = append(blobs, blob.Sum)
	}
	check(t, db.Update(t.Context(), func(tx store.Tx) error {
		var errs []error
		for _, k := range keys() {
			errs = append(errs, index.Put(tx, struct{}{}, k...))
		}
		for i, sum := range blobs {
			errs = append(errs, people.Put(tx, row{"<小明> & \"苏苏\"", []string{"private remark"}, sum}, "p", i))
		}
		errs = append(errs, people.Put(tx, row{Nick: "阿杰", Media: strings.Repeat("0", 64)}, "q"), secret.Put(tx, "owner", "p1"))
		return errors.Join(errs...)
	}))
	return db, blobs
}

func write(t *testing.T, db store.DB, media bool) (string, archive.Contents) {
	t.Helper()
	var b bytes.Buffer
	h := archive.Header{Schema: 1, Media: media, Made: time.Date(2026, 11, 22, 3, 40, 0, 0, time.UTC)}
	c, err := archive.Write(t.Context(), &b, db, h, tables, map[string]uint64{string(index): 12, "bot/outbox": 99})
	check(t, err)
	return b.String(), c
}

func unpack(t testing.TB, text string, db store.DB) (archive.Contents, error) {
	t.Helper()
	r, err := archive.NewReader(strings.NewReader(text))
	if err != nil {
		return archive.Contents{}, err
	}
	return r.Unpack(t.Context(), db, takes)
}

func dump(t *testing.T, db store.DB, table string) (list []store.Pair) {
	t.Helper()
	check(t, db.View(t.Context(), func(r store.Reader) error {
		list = nil
		for p, err := range r.Scan(table, store.Range{}) {
			if err != nil {
				return err
			}
			list = append(list, p)
		}
		return nil
	}))
	return list
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	from, blobs := community(t)
	text, written := write(t, from, true)
	to := storetest.Twice(storetest.Open(t))
	read, err := unpack(t, text, to)
	check(t, err)
	slices.Sort(blobs)
	if !reflect.DeepEqual(read, written) || !slices.Equal(read.Blobs, blobs) || read.Numbers[string(index)] != 12 {
		t.Errorf("read %+v\nwrote %+v", read, written)
	}
	if got, want := dump(t, to, string(index)), dump(t, from, string(index)); !reflect.DeepEqual(got, want) || len(got) != len(keys()) {
		t.Errorf("the index holds %q\nexpected %q", got, want)
	}
	if again, _ := write(t, to, true); again != text {
		t.Errorf("written again it is another archive:\n%.2000s\n%.2000s", again, text)
	}
	for _, sum := range blobs {
		r, err := store.Blobs{DB: to}.Open(t.Context(), sum)
		check(t, err)
		if _, err := io.Copy(io.Discard, r); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatStaysBehind(t *testing.T) {
	from, _ := community(t)
	text, c := write(t, from, false)
	for _, word := range []string{"private remark", "bot/roles", "bot/outbox", `"blob"`} {
		if strings.Contains(text, word) {
			t.Errorf("the archive holds %q", word)
		}
	}
	if len(c.Blobs) > 0 || !strings.Contains(text, `"nick":"\u003c小明\u003e`) {
		t.Errorf("values are not as they were kept: %s", text)
	}
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if !json.Valid([]byte(line)) {
			t.Errorf("line %d is no JSON: %s", i+1, line)
		}
	}
}

const head = `{"archive":"sixtwenty","version":1,"schema":1,"made":"2026-11-22T03:40:00Z"}` + "\n"

func rowOf(key string) string { return `{"table":"game/index","key":` + key + `,"value":{}}` + "\n" }

func TestBadLinesAreNamed(t *testing.T) {
	hello := `{"blob":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","size":5,"at":`
	end := func(rows, blobs int) string { return fmt.Sprintf(`{"end":true,"rows":%d,"blobs":%d}`, rows, blobs) }
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "line 1: the file is empty"},
		{"something else", "# 六点二十\n", "line 1: this is no archive"},
		{"newer", `{"archive":"sixtwenty","version":2,"schema":1,"more":[]}`, "line 1: the archive is of version 2, and this program knows up to 1"},
		{"no schema", `{"archive":"sixtwenty","version":1}`, "line 1: version 1 and schema 0"},
		{"cut short", head + rowOf(`["a"]`), "line 3: the archive ends without its last line"},
		{"no JSON", head + "\n{\"table\n" + end(0, 0), "line 3: unexpected EOF; expected {"},
		{"two values", head + "{} {}\n" + end(0, 0), "line 2: more than one JSON value"},
		{"unknown field", head + `{"tabel":"x"}` + "\n" + end(0, 0), `line 2: json: unknown field "tabel"`},
		{"mixture", head + `{"table":"game/index","key":["a"],"value":{},"next":4}` + "\n" + end(0, 0), "line 2: expected {"},
		{"not UTF-8", head + "\"\xff\"\n" + end(0, 0), "line 2: not UTF-8"},
		{"not taken", head + `{"table":"bot/roles","key":["p1"],"value":{}}` + "\n" + end(1, 0), `line 2: rows of the table "bot/roles" are not taken`},
		{"number not taken", head + `{"table":"bot/outbox","next":4}` + "\n" + end(0, 0), `line 2: the table "bot/outbox" is not taken`},
		{"number", head + `{"table":"game/index","next":99999999}` + "\n" + end(0, 0), "line 2: a number of 99999999"},
		{"no key", head + rowOf("[]") + end(1, 0), "line 2: the key has no parts"},
		{"fraction", head + rowOf(`["a",1.5]`) + end(1, 0), "line 2: part 2 of the key: 1.5 is no whole number"},
		{"too large", head + rowOf(`[18446744073709551616]`) + end(1, 0), "is no whole number of 64 bits"},
		{"null", head + rowOf(`[null]`) + end(1, 0), "null is no part of a key"},
		{"nothing", head + rowOf(`[{}]`) + end(1, 0), `expected one of {"time"`},
		{"two things", head + rowOf(`[{"text":"","bytes":""}]`) + end(1, 0), `expected one of {"time"`},
		{"nanoseconds", head + rowOf(`[{"unix":[1,1000000000]}]`) + end(1, 0), "not within one second"},
		{"long key", head + rowOf(`["`+strings.Repeat("x", 5000)+`"]`) + end(1, 0), "line 2: store: key or value over the limit"},
		{"long value", head + `{"table":"game/index","key":[1],"value":"` + strings.Repeat("x", 2<<20) + "\"}\n" + end(1, 0), "line 2: store: key or value over"},
		{"long line", head + strings.Repeat("x", 5<<20), "line 2: longer than"},
		{"twice", head + rowOf("[1]") + rowOf("[2]") + rowOf("[1]") + end(3, 0), "line 4: this table and key were on an earlier line"},
		{"count", head + rowOf("[1]") + end(2, 0), "line 3: there should be 2 rows and 0 blobs before this line, and there are 1 and 0"},
		{"after the end", head + end(0, 0) + "\n" + rowOf("[1]"), "line 3: there are lines after"},
		{"middle of a blob", head + hello + `2,"data":"bGxv"}` + "\n" + end(0, 1), "line 2: expected the first piece"},
		{"missing piece", head + hello + `0,"data":"aGU="}` + "\n" + hello + `4,"data":"bw=="}` + "\n" + end(0, 1), "line 3: expected the piece of blob"},
		{"cut blob", head + hello + `0,"data":"aGU="}` + "\n", "line 2: expected the piece of blob"},
		{"too much", head + hello + `0,"data":"aGVsbG8hISE="}` + "\n" + end(0, 1), "line 2: expected the first piece"},
		{"damaged blob", head + hello + `0,"data":"aGVsbGE="}` + "\n" + end(0, 1), "line 2: the blob is damaged"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := unpack(t, tt.text, storetest.Open(t))
			if _, ok := errors.AsType[archive.Faults](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nexpected %s", err, tt.want)
			}
		})
	}
	whole := head + hello + `0,"data":"aGU="}` + "\n\n" + hello + `2,"data":"bGxv"}` + "\r\n" + rowOf(`[ 1 , "a" ]`) + end(1, 1)
	if _, err := unpack(t, whole, storetest.Open(t)); err != nil {
		t.Errorf("what is right is refused: %v", err)
	}
}

func TestBadLinesAreListedTogetherUpToALimit(t *testing.T) {
	_, err := unpack(t, head+strings.Repeat("nonsense\n", 1000), storetest.Open(t))
	faults, _ := errors.AsType[archive.Faults](err)
	if len(faults) != 20 || faults[0].Line != 2 || faults[19].Line != 21 || !strings.Contains(err.Error(), "stopped here") {
		t.Errorf("got %v", err)
	}
}

func TestMerge(t *testing.T) {
	from, _ := community(t)
	text, _ := write(t, from, true)
	unpacked := storetest.Open(t)
	c, err := unpack(t, text, unpacked)
	check(t, err)
	for _, replace := range []bool{false, true} {
		to := storetest.Twice(storetest.Open(t))
		check(t, to.Update(t.Context(), func(tx store.Tx) error {
			return errors.Join(index.Put(tx, struct{}{}, "mine"), secret.Put(tx, "mine", "p9"))
		}))
		var emptied []string
		want := len(keys()) + 1
		if replace {
			emptied = []string{string(index), string(people), "game/none"}
			want--
		}
		check(t, archive.Merge(t.Context(), unpacked, to, c, tables, emptied))
		if got := dump(t, to, string(index)); len(got) != want {
			t.Errorf("replace %v: %d rows, expected %d", replace, len(got), want)
		}
		if got := dump(t, to, string(secret)); len(got) != 1 {
			t.Errorf("replace %v: a table that is not carried holds %v", replace, got)
		}
		check(t, to.Update(t.Context(), func(tx store.Tx) error {
			if n, err := tx.Next(string(index)); n < 13 {
				t.Errorf("replace %v: it would give the number %d again, %v", replace, n, err)
			}
			return nil
		}))
		r, err := store.Blobs{DB: to}.Open(t.Context(), c.Blobs[0])
		check(t, err)
		_, err = io.Copy(io.Discard, r)
		check(t, err)
	}
}

func TestMergeOfManyRows(t *testing.T) {
	from, to := storetest.Open(t), storetest.Open(t)
	for _, db := range []store.DB{from, to} {
		check(t, db.Update(t.Context(), func(tx store.Tx) error {
			for i := range 2500 {
				if err := index.Put(tx, struct{}{}, i); err != nil {
					return err
				}
			}
			return index.Put(tx, struct{}{}, fmt.Sprintf("%p", db))
		}))
	}
	many := archive.Contents{Tables: []string{string(index)}}
	check(t, archive.Merge(t.Context(), from, to, many, tables, many.Tables))
	if got, want := dump(t, to, string(index)), dump(t, from, string(index)); !reflect.DeepEqual(got, want) {
		t.Errorf("%d rows, expected %d", len(got), len(want))
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := archive.Merge(over, from, to, many, tables, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

// TestMergeKeepsWhatNoArchiveHas: rows that say the same are not touched, so that they keep the fields left behind.
func TestMergeKeepsWhatNoArchiveHas(t *testing.T) {
	db, _ := community(t)
	text, _ := write(t, db, false)
	unpacked := storetest.Open(t)
	c, err := unpack(t, text, unpacked)
	check(t, err)
	before := dump(t, db, string(people))
	check(t, db.View(t.Context(), func(a store.Reader) error {
		return unpacked.View(t.Context(), func(b store.Reader) error {
			for _, p := range before {
				got, err := archive.Bare(a, tables).Get(string(people), p.Key)
				want, err2 := archive.Bare(b, tables).Get(string(people), p.Key)
				if check(t, errors.Join(err, err2)); !bytes.Equal(got, want) || bytes.Contains(got, []byte("known")) {
					t.Errorf("here %s, there %s", got, want)
				}
			}
			return nil
		})
	}))
	check(t, archive.Merge(t.Context(), unpacked, db, c, tables, nil))
	if after := dump(t, db, string(people)); !reflect.DeepEqual(after, before) {
		t.Errorf("it holds\n%q\nbefore it was\n%q", after, before)
	}
}
