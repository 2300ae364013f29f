package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"weak"

	"pgregory.net/rapid"

	"sixtwenty/store"
)

// A model is what a store should hold: by bucket, the pairs and the number given last.
type model struct {
	pairs map[string]map[string]string
	next  map[string]uint64
}

func (m model) clone() model {
	c := model{map[string]map[string]string{}, maps.Clone(m.next)}
	for name, pairs := range m.pairs {
		c.pairs[name] = maps.Clone(pairs)
	}
	return c
}

// differs says where a reader shows something else than the model.
func (m model) differs(r *reader) error {
	for name, pairs := range m.pairs {
		want := slices.Sorted(maps.Keys(pairs))
		for _, reverse := range []bool{false, true} {
			var got []string
			for p, err := range r.Scan(name, store.Range{Reverse: reverse}) {
				if err != nil {
					return err
				}
				if got = append(got, p.Key); string(p.Value) != pairs[p.Key] {
					return fmt.Errorf("%s/%s is %q, expected %q", name, p.Key, p.Value, pairs[p.Key])
				}
			}
			if reverse {
				slices.Reverse(got)
			}
			if !slices.Equal(got, want) {
				return fmt.Errorf("%s has %q, expected %q (reverse: %v)", name, got, want, reverse)
			}
		}
		for i := range keys {
			v, err := r.Get(name, keyOf(i))
			if want, there := pairs[keyOf(i)]; err != nil || string(v) != want || (v != nil) != there {
				return fmt.Errorf("%s/%s reads %q, %v; expected %q", name, keyOf(i), v, err, want)
			}
		}
		if n, err := r.sequence(name); err != nil || n != m.next[name] {
			return fmt.Errorf("%s counts %d, %v; expected %d", name, n, err, m.next[name])
		}
	}
	return nil
}

const keys = 40

func keyOf(i int) string { return fmt.Sprintf("k%02d", i) }

// A journalled is a store under a test that does anything to it, beside what it should hold.
type journalled struct {
	dir   string
	files int
	db    *DB
	want  model
	held  []*reader
	then  []model // what the held ones should show
}

func (j *journalled) open(t *rapid.T, path string) {
	db, err := Open(path, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	j.db = db.Strain()
}

// update makes a few changes, and often undoes them.
func (j *journalled) update(t *rapid.T) {
	undone := errors.New("undone")
	fail := rapid.IntRange(0, 4).Draw(t, "fail") == 0
	var next model
	err := j.db.Update(t.Context(), func(tx store.Tx) error {
		next = j.want.clone()
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			name := rapid.SampledFrom([]string{"a", "b", "b\x00"}).Draw(t, "bucket")
			key := keyOf(rapid.IntRange(0, keys-1).Draw(t, "key"))
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				next.next[name]++
				if n, err := tx.Next(name); err != nil || n != next.next[name] {
					t.Fatalf("the number is %d, %v; expected %d", n, err, next.next[name])
				}
			case 1, 2:
				delete(next.pairs[name], key)
				if err := tx.Delete(name, key); err != nil {
					t.Fatal(err)
				}
			default:
				value := bytes.Repeat([]byte{'v'}, rapid.SampledFrom([]int{0, 1, 50, 400}).Draw(t, "size"))
				next.pairs[name][key] = string(value)
				if err := tx.Put(name, key, value); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := next.differs(&tx.(*writer).reader); err != nil {
			t.Fatal("in the transaction: ", err)
		}
		if fail {
			return undone
		}
		return nil
	})
	if fail != errors.Is(err, undone) || !fail && err != nil {
		t.Fatal(err)
	}
	if !fail {
		j.want = next
	}
}

// hold keeps a snapshot open.
func (j *journalled) hold(t *rapid.T) {
	r := &reader{db: j.db}
	if err := r.begin(); err != nil {
		t.Fatal(err)
	}
	j.held, j.then = append(j.held, r), append(j.then, j.want.clone())
}

func (j *journalled) release(t *rapid.T) {
	for i, r := range j.held {
		if err := j.then[i].differs(r); err != nil {
			t.Fatal("a snapshot of before: ", err)
		}
		r.end()
	}
	j.held, j.then = nil, nil
}

// die goes on with the file as it was when the process ended.
func (j *journalled) die(t *rapid.T) {
	j.release(t)
	data, err := os.ReadFile(j.db.path)
	j.files++
	path := filepath.Join(j.dir, fmt.Sprint(j.files))
	if err := errors.Join(err, os.WriteFile(path, data, 0o600), j.db.Close(), os.Remove(j.db.path)); err != nil {
		t.Fatal(err)
	}
	j.open(t, path)
}

func (j *journalled) reopen(t *rapid.T) {
	j.release(t)
	if err := j.db.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := Look(j.db.path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := db.over.Load().entries(); n > 0 {
		t.Fatalf("%d changes are not home after Close", n)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	j.open(t, j.db.path)
}

func (j *journalled) check(t *rapid.T) {
	r := &reader{db: j.db}
	if err := r.begin(); err != nil {
		t.Fatal(err)
	}
	defer r.end()
	if err := j.want.differs(r); err != nil {
		t.Fatal(err)
	}
	size := 0
	for _, e := range j.db.over.Load().from(&entry{}, j.db.over.Load().entries()) {
		size += e.size()
	}
	if got := j.db.over.Load().size; got != size {
		t.Fatalf("the overlay says it takes %d bytes, and takes %d", got, size)
	}
}

// Whatever is in the journal, on its way home or there: what is read is what was kept, also by who began to read before, and
// after a death at any moment between commits.
func TestJournal(t *testing.T) {
	dir := t.TempDir()
	files := 0
	rapid.Check(t, func(rt *rapid.T) {
		files += 1000
		j := &journalled{dir: dir, files: files, want: model{map[string]map[string]string{"a": {}, "b": {}, "b\x00": {}}, map[string]uint64{}}}
		j.open(rt, filepath.Join(dir, fmt.Sprint(files)))
		defer func() {
			j.release(rt)
			if err := errors.Join(j.db.Check(rt.Context()), j.db.Close(), os.Remove(j.db.path)); err != nil {
				rt.Fatal(err)
			}
		}()
		rt.Repeat(map[string]func(*rapid.T){
			"update": j.update, "update more": j.update, "hold": j.hold, "release": j.release, "die": j.die, "reopen": j.reopen, "": j.check,
		})
	})
}

// A View sees all of a commit or nothing, wherever its rows are at that moment.
func TestViewsSeeWholeCommits(t *testing.T) {
	db, err := Open(filepath.Join(t.TempDir(), "state.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.Strain()
	var done atomic.Bool
	var views sync.WaitGroup
	for range 2 {
		views.Go(func() {
			for last := ""; !done.Load() && !t.Failed(); {
				err := db.View(t.Context(), func(r store.Reader) error {
					a, _ := r.Get("a", "k")
					m, _ := r.Get("m", "k")
					z, _ := r.Get("z", "k")
					if string(a) != string(z) || string(a) != string(m) || string(a) < last {
						return fmt.Errorf("after %s it sees %s, %s and %s", last, a, m, z)
					}
					last = string(a)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for n := 0; n < 500 && !t.Failed(); n++ {
		err := db.Update(t.Context(), func(tx store.Tx) error {
			v := fmt.Appendf(nil, "%06d", n)
			all := []error{tx.Put("a", "k", v), tx.Put("m", "k", v), tx.Put("z", "k", v), tx.Put("b", keyOf(n%keys), v)}
			if n%50 == 0 {
				all = append(all, tx.Put("b", "large", make([]byte, 2*db.large)))
			}
			return errors.Join(all...)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	done.Store(true)
	views.Wait()
}

// What waits to be carried home, and the journal, stay bounded however long the store is written to.
func TestTheJournalIsBounded(t *testing.T) {
	for name, key := range map[string]func(n int) int{
		"everywhere":          func(n int) int { return n * 7919 % 20_000 },
		"again and again":     func(n int) int { return n % 100 },
		"at the end":          func(n int) int { return n },
		"one row for so long": func(int) int { return 0 },
	} {
		t.Run(name, func(t *testing.T) {
			db, err := Open(filepath.Join(t.TempDir(), "state.db"), Options{NoSync: true})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			db.enough = 64 << 10
			most, journal := 0, 0
			for n := range 5_000 {
				if err := db.Update(t.Context(), func(tx store.Tx) error { return tx.Put("rows", store.Key(key(n)), make([]byte, 100)) }); err != nil {
					t.Fatal(err)
				}
				if most = max(most, db.over.Load().size); n%500 == 499 {
					journal = max(journal, journalSize(t, db))
				}
			}
			if most > 2*db.enough || journal > 4*db.enough {
				t.Errorf("%d bytes waited in memory and %d in the journal, where %d are enough", most, journal, db.enough)
			}
		})
	}
}

// What a commit left behind is nobody's, though most of what the next has is shared with it.
func TestAnOverlayOfBeforeIsFree(t *testing.T) {
	db, err := Open(filepath.Join(t.TempDir(), "state.db"), Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	put := func(bucket string) {
		if err := db.Update(t.Context(), func(tx store.Tx) error { return tx.Put(bucket, "k", nil) }); err != nil {
			t.Fatal(err)
		}
	}
	put("stays")
	put("changes")
	before := weak.Make(db.over.Load())
	put("changes")
	runtime.GC()
	if before.Value() != nil {
		t.Error("it is held by what came after it")
	}
	runtime.KeepAlive(db)
}

func journalSize(t *testing.T, db *DB) (n int) {
	t.Helper()
	err := db.View(t.Context(), func(r store.Reader) error {
		for _, name := range []string{journal0, journal1} {
			if b := r.(*reader).bucket(name); b != nil {
				n += b.Stats().LeafInuse
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func FuzzJournal(f *testing.F) {
	log := []*entry{
		{"a", store.Change{Key: "k", Value: []byte("v")}, 1},
		{"b", store.Change{Key: "k"}, 1},
		{"a", store.Change{Key: "", Value: make([]byte, 8)}, 1},
		{"b", store.Change{Key: "empty", Value: []byte{}}, 1},
	}
	f.Add(encode(nil, log))
	f.Add([]byte{1, 0})
	f.Fuzz(func(t *testing.T, run []byte) {
		var read []*entry
		if err := decode(run, func(e *entry) { read = append(read, e) }); err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Error(err)
			}
			return
		}
		var again []*entry
		if err := decode(encode(nil, read), func(e *entry) { again = append(again, e) }); err != nil || !slices.EqualFunc(read, again, same) {
			t.Errorf("%v became %v, %v", read, again, err)
		}
	})
}

func same(a, b *entry) bool {
	return a.bucket == b.bucket && a.Key == b.Key && bytes.Equal(a.Value, b.Value) && (a.Value == nil) == (b.Value == nil)
}
