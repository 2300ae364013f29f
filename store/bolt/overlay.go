package bolt

import (
	"cmp"

	"github.com/tidwall/btree"

	"sixtwenty/store"
)

// An overlay is what the journal keeps and no bucket has yet, by bucket and key. One that a View may have is never changed:
// a writer works on a copy, which shares all that it does not touch.
type overlay struct {
	tree *btree.BTreeG[*entry]
	size int // bytes of memory, about
}

// An entry is one change. The number that Next gave last stands where no key can be, at the empty one.
type entry struct {
	bucket string
	store.Change
	by uint64 // the number of the commit that made it
}

const entrySize = 160 // of an empty one with its place in the tree

func (e *entry) size() int { return entrySize + len(e.Key) + len(e.Value) }

func newOverlay() *overlay {
	return &overlay{tree: btree.NewBTreeGOptions(before, btree.Options{NoLocks: true})}
}

func before(a, b *entry) bool {
	if c := cmp.Compare(a.bucket, b.bucket); c != 0 {
		return c < 0
	}
	return a.Key < b.Key
}

func (o *overlay) copy() *overlay { return &overlay{o.tree.Copy(), o.size} }

func (o *overlay) get(pivot *entry) *entry {
	e, _ := o.tree.Get(pivot)
	return e
}

func (o *overlay) set(e *entry) {
	old, replaced := o.tree.Set(e)
	if o.size += e.size(); replaced {
		o.size -= old.size()
	}
}

func (o *overlay) remove(e *entry) {
	if _, ok := o.tree.Delete(e); ok {
		o.size -= e.size()
	}
}

// from gives at most so many entries, the first that is not before pivot first.
func (o *overlay) from(pivot *entry, most int) (list []*entry) {
	o.tree.Ascend(pivot, func(e *entry) bool {
		list = append(list, e)
		return len(list) < most
	})
	return list
}

// A layer is one bucket's part of an overlay, for a scan.
type layer struct {
	r      *reader
	bucket string
	// What was found last holds for every key between, until something is written.
	found    *store.Change
	from, to string
	writes   int
	known    bool
}

var _ store.Layer = (*layer)(nil)

func (l *layer) Len() int { return l.r.over.tree.Len() }

func (l *layer) pivot(bucket, key string) *entry {
	l.r.pivot.bucket, l.r.pivot.Key = bucket, key
	return &l.r.pivot
}

// Above implements store.Layer.
func (l *layer) Above(key string, orEqual bool) *store.Change {
	if l.known && l.writes == l.r.writes && key > l.from && (l.found == nil || key < l.found.Key) {
		return l.found
	}
	l.found = nil
	l.r.over.tree.Ascend(l.pivot(l.bucket, key), func(e *entry) bool {
		switch {
		case e.bucket != l.bucket:
			return false
		case e.Key == "" || e.Key == key && !orEqual:
			return true
		}
		l.found = &e.Change
		return false
	})
	l.known, l.from, l.writes = true, key, l.r.writes
	return l.found
}

// Below implements store.Layer.
func (l *layer) Below(key string) *store.Change {
	if l.known && l.writes == l.r.writes && key != "" && key < l.to && (l.found == nil || key > l.found.Key) {
		return l.found
	}
	l.found = nil
	bucket, to := l.bucket, key
	if key == "" {
		bucket, to = l.bucket+"\x00", ""
	}
	l.r.over.tree.Descend(l.pivot(bucket, to), func(e *entry) bool {
		switch {
		case e.bucket > l.bucket || e.bucket == l.bucket && e.Key == key && key != "":
			return true
		case e.bucket == l.bucket && e.Key != "":
			l.found = &e.Change
		}
		return false
	})
	l.known, l.to, l.writes = key != "", key, l.r.writes
	return l.found
}
