package bolt

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"sixtwenty/store"
)

// wholeFile returns a file with a branch, leaves, a small bucket in its entry, and free pages.
func wholeFile(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	db, err := Open(path, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	var all []error
	for round := range 2 {
		all = append(all, db.Update(ctx, func(tx store.Tx) error {
			for i := range 200 - round*100 {
				all = append(all, tx.Put("rows", store.Key(i), make([]byte, 200)), tx.Delete("rows", store.Key(i+100)))
			}
			return tx.Put("small", "k", []byte("v"))
		}))
	}
	all = append(all, db.Close())
	file, err := os.ReadFile(path)
	if err := errors.Join(append(all, err)...); err != nil {
		t.Fatal(err)
	}
	return file
}

// pageOf returns the bytes of the first page of a kind that a tree or list uses.
func pageOf(t *testing.T, file []byte, kind uint16, want func(p page, b []byte) bool) []byte {
	t.Helper()
	m, err := readMeta(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for id := uint64(firstTreeful); id < m.high; id++ {
		b := file[int64(id)*m.pageSize:][:m.pageSize]
		if p := parsePage(b, m.pageSize); p.id == id && p.flags == kind && inUse(file, m, id) && want(p, b) {
			return b
		}
	}
	t.Fatalf("no page of kind %#x", kind)
	return nil
}

func inUse(file []byte, m meta, id uint64) bool {
	w := walker{pages: pageReader{r: bytes.NewReader(file), size: m.pageSize}, high: m.high, seen: make([]uint64, m.high/64+1)}
	return w.tree(m.root) == nil && (w.marked(id) || id == m.freelist)
}

func anyPage(page, []byte) bool       { return true }
func hasBucket(_ page, b []byte) bool { return native.Uint32(element(b))&bucketFlag != 0 }
func element(page []byte) []byte      { return page[pageHeader:] }
func smallBucket(page []byte) []byte  { return page[bytes.Index(page, []byte("small"))+len("small"):] }

func TestVerify(t *testing.T) {
	whole := wholeFile(t)
	inline := func(file []byte) []byte { return smallBucket(pageOf(t, file, leafPage, hasBucket)) }
	for name, c := range map[string]struct {
		want string
		harm func(file []byte)
	}{
		"whole":             {"", func([]byte) {}},
		"one torn meta":     {"", func(f []byte) { copy(f[40:], "torn") }},
		"the other torn":    {"", func(f []byte) { copy(f[4096+40:], "torn") }},
		"both torn":         {"neither of its two root pages", func(f []byte) { copy(f[40:], "torn"); copy(f[4096+40:], "torn") }},
		"another id":        {"is none of this tree", func(f []byte) { pageOf(t, f, branchPage, anyPage)[0]++ }},
		"two kinds":         {"is none of this tree", func(f []byte) { pageOf(t, f, branchPage, anyPage)[8] |= leafPage }},
		"a free list":       {"is none of this tree", func(f []byte) { pageOf(t, f, branchPage, anyPage)[8] = freelistPage }},
		"no free list":      {"is none of this tree", func(f []byte) { pageOf(t, f, freelistPage, anyPage)[8] = leafPage }},
		"overflow":          {"goes beyond the end", func(f []byte) { pageOf(t, f, leafPage, anyPage)[13] = 0xff }},
		"too many elements": {"is too full", func(f []byte) { pageOf(t, f, branchPage, anyPage)[11] = 0xff }},
		"to a meta":         {"it names page 1 of", func(f []byte) { native.PutUint64(element(pageOf(t, f, branchPage, anyPage))[8:], 1) }},
		"to page 0":         {"it names page 0 of", func(f []byte) { clear(element(pageOf(t, f, branchPage, anyPage))[8:16]) }},
		"to nowhere":        {"it names page", func(f []byte) { native.PutUint64(element(pageOf(t, f, branchPage, anyPage))[8:], 1<<60) }},
		"a circle": {"is used twice", func(f []byte) {
			b := pageOf(t, f, branchPage, anyPage)
			copy(element(b)[8:], b[:8])
		}},
		"a branch's key":   {"an element that is not in it", func(f []byte) { element(pageOf(t, f, branchPage, anyPage))[2] = 0xff }},
		"a leaf's key":     {"an element that is not in it", func(f []byte) { element(pageOf(t, f, leafPage, anyPage))[6] = 0xff }},
		"a leaf's value":   {"an element that is not in it", func(f []byte) { element(pageOf(t, f, leafPage, anyPage))[14] = 0xff }},
		"no key":           {"an element that is not in it", func(f []byte) { clear(element(pageOf(t, f, leafPage, anyPage))[8:12]) }},
		"half a bucket":    {"has half a bucket", func(f []byte) { native.PutUint32(element(pageOf(t, f, leafPage, hasBucket))[12:], 15) }},
		"less than a page": {"has half a bucket", func(f []byte) { native.PutUint32(element(pageOf(t, f, leafPage, hasBucket))[12:], 31) }},
		"no bucket":        {"has a bucket that is none", func(f []byte) { inline(f)[bucketHeader+8] = branchPage }},
		"a full bucket":    {"has a bucket that is none", func(f []byte) { inline(f)[bucketHeader+10] = 200 }},
		"a bucket within":  {"a bucket with an element", func(f []byte) { inline(f)[bucketHeader+pageHeader] = bucketFlag }},
		"a bucket's key":   {"a bucket with an element", func(f []byte) { inline(f)[bucketHeader+pageHeader+6] = 0xff }},
		"a long free list": {"longer than its page", func(f []byte) { native.PutUint16(pageOf(t, f, freelistPage, anyPage)[10:], 0xfffe) }},
		"an endless one": {"longer than its page", func(f []byte) {
			b := pageOf(t, f, freelistPage, anyPage)
			native.PutUint16(b[10:], 0xffff)
			native.PutUint64(b[pageHeader:], 1<<63)
		}},
		"a free meta": {"page 1 is in use and free", func(f []byte) { native.PutUint64(pageOf(t, f, freelistPage, anyPage)[pageHeader:], 1) }},
		"a used page": {"is in use and free", func(f []byte) {
			copy(pageOf(t, f, freelistPage, anyPage)[pageHeader:], pageOf(t, f, branchPage, anyPage)[:8])
		}},
	} {
		t.Run(name, func(t *testing.T) {
			file := bytes.Clone(whole)
			c.harm(file)
			err := verifyBytes(t, file)
			if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func verifyBytes(t *testing.T, file []byte) error {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(file); err != nil {
		t.Fatal(err)
	}
	return verify(f)
}

// TestVerifyLongFreelist has more free pages than a page's header can count, and pages of an unusual size; with the first
// meta torn, the second must be looked for.
func TestVerifyLongFreelist(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{PageSize: 1024, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	fill := func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("b"))
		return errors.Join(err, b.Put([]byte("k"), make([]byte, 70<<20)))
	}
	empty := func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("b")) }
	if err := errors.Join(db.Update(fill), db.Update(empty), db.Update(func(*bbolt.Tx) error { return nil }), db.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, harm := range []string{"", "torn"} {
		if _, err := f.WriteAt([]byte(harm), 40); err != nil {
			t.Fatal(err)
		}
		m, err := readMeta(f)
		if err != nil {
			t.Fatal(err)
		}
		var count [2]byte
		if _, err := f.ReadAt(count[:], int64(m.freelist)*m.pageSize+10); err != nil || m.pageSize != 1024 || native.Uint16(count[:]) != 0xffff {
			t.Errorf("page size %d, %d free pages, %v: not the file that was meant", m.pageSize, native.Uint16(count[:]), err)
		}
		if err := verify(f); err != nil {
			t.Error(err)
		}
	}
}
