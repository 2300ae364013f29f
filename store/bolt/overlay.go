package bolt

import (
	"maps"
	"slices"

	"github.com/tidwall/btree"

	"sixtwenty/store"
)

// An overlay is what the journal keeps and no bucket has yet. One that a View may have is never changed: a writer works on a
// copy, which shares all that it does not touch.
type overlay struct {
	shelves map[string]*shelf // by bucket; none empty
	names   []string          // of the buckets, in order
	size    int               // bytes of memory, about
	deleted int               // entries that say that a key is no more
	owner   *owner
	commit  int // bbolt's number of the commit that left it so
}

// An owner stands for an overlay in its shelves, which would else keep all that lay beside them when they were made.
type owner struct{ _ byte }

// A shelf is one bucket's part of an overlay.
type shelf struct {
	tree  *btree.BTreeG[*entry]
	owner *owner // others may only read it
}

// An entry is one change. The number that Next gave last stands where no key can be, at the empty one.
type entry struct {
	bucket string
	store.Change
	by uint64 // the number of the commit that made it
}

const entrySize = 160 // of an empty one with its place in the tree

func (e *entry) size() int { return entrySize + len(e.Key) + len(e.Value) }

// degree makes small nodes: a writer copies each that it touches.
const degree = 8

func before(a, b *entry) bool { return a.Key < b.Key }

func newOverlay() *overlay { return &overlay{shelves: map[string]*shelf{}, owner: &owner{}} }

func (o *overlay) copy() *overlay {
	return &overlay{maps.Clone(o.shelves), slices.Clone(o.names), o.size, o.deleted, &owner{}, 0}
}

func (o *overlay) get(bucket string, pivot *entry) *entry {
	s := o.shelves[bucket]
	if s == nil {
		return nil
	}
	e, _ := s.tree.Get(pivot)
	return e
}

// own gives a shelf to write on.
func (o *overlay) own(bucket string) *shelf {
	s := o.shelves[bucket]
	switch {
	case s == nil:
		s = &shelf{btree.NewBTreeGOptions(before, btree.Options{NoLocks: true, Degree: degree}), o.owner}
		i, _ := slices.BinarySearch(o.names, bucket)
		o.names = slices.Insert(o.names, i, bucket)
	case s.owner != o.owner:
		s = &shelf{s.tree.Copy(), o.owner}
	default:
		return s
	}
	o.shelves[bucket] = s
	return s
}

func (o *overlay) set(e *entry) {
	old, replaced := o.own(e.bucket).tree.Set(e)
	if o.count(e, 1); replaced {
		o.count(old, -1)
	}
}

func (o *overlay) count(e *entry, by int) {
	if o.size += by * e.size(); e.Value == nil {
		o.deleted += by
	}
}

// change gives an entry of the owner's another value.
func (o *overlay) change(e *entry, value []byte) {
	o.count(e, -1)
	e.Value = value
	o.count(e, 1)
}

func (o *overlay) remove(e *entry) {
	s := o.own(e.bucket)
	if _, ok := s.tree.Delete(e); !ok {
		return
	}
	if o.count(e, -1); s.tree.Len() == 0 {
		delete(o.shelves, e.bucket)
		o.names = slices.DeleteFunc(o.names, func(name string) bool { return name == e.bucket })
	}
}

// from gives at most so many entries, in the order of bucket and key, the first that is not before pivot first.
func (o *overlay) from(pivot *entry, most int) (list []*entry) {
	i, _ := slices.BinarySearch(o.names, pivot.bucket)
	for ; i < len(o.names) && len(list) < most; i++ {
		take := func(e *entry) bool {
			list = append(list, e)
			return len(list) < most
		}
		if tree := o.shelves[o.names[i]].tree; o.names[i] == pivot.bucket {
			tree.Ascend(pivot, take)
		} else {
			tree.Scan(take)
		}
	}
	return list
}

// entries is how many there are.
func (o *overlay) entries() (n int) {
	for _, s := range o.shelves {
		n += s.tree.Len()
	}
	return n
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

func (l *layer) Len() int {
	if s := l.r.over.shelves[l.bucket]; s != nil {
		return s.tree.Len()
	}
	return 0
}

// Above implements store.Layer.
func (l *layer) Above(key string, orEqual bool) *store.Change {
	if l.known && l.writes == l.r.writes && key > l.from && (l.found == nil || key < l.found.Key) {
		return l.found
	}
	l.found = nil
	if s := l.r.over.shelves[l.bucket]; s != nil {
		s.tree.Ascend(l.r.pivoted(key), func(e *entry) bool {
			if e.Key == "" || e.Key == key && !orEqual {
				return true
			}
			l.found = &e.Change
			return false
		})
	}
	l.known, l.from, l.writes = true, key, l.r.writes
	return l.found
}

// Below implements store.Layer.
func (l *layer) Below(key string) *store.Change {
	if l.known && l.writes == l.r.writes && key != "" && key < l.to && (l.found == nil || key > l.found.Key) {
		return l.found
	}
	l.found = nil
	if s := l.r.over.shelves[l.bucket]; s != nil {
		take := func(e *entry) bool {
			if e.Key == key && key != "" {
				return true
			}
			if e.Key != "" {
				l.found = &e.Change
			}
			return false
		}
		if key == "" {
			s.tree.Reverse(take)
		} else {
			s.tree.Descend(l.r.pivoted(key), take)
		}
	}
	l.known, l.to, l.writes = key != "", key, l.r.writes
	return l.found
}
