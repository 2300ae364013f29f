package bolt

import (
	"fmt"
	"os"
	"slices"
)

// Page kinds and the flag of a leaf's element that is a bucket.
const (
	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketFlag   = 0x01

	elementSize  = 16 // branch: pos, ksize uint32, page uint64; leaf: flags, pos, ksize, vsize uint32
	bucketHeader = 16 // root page and sequence, both uint64; with root 0 a small page of its own follows
)

// verify reads every page of the tree and of the free list, and refuses what bbolt would only find out by reading
// outside its map, which nothing can recover from. It writes nothing. An empty file is a new one.
func verify(f *os.File) error {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	m, err := readMeta(f)
	if err != nil {
		return err
	}
	if m.freelist == noFreelist {
		return fmt.Errorf("%w: a bbolt file without its free list", ErrNotOurs)
	}
	pages := info.Size() / m.pageSize
	if m.high > uint64(pages) {
		return fmt.Errorf("%w: it is cut short, %d of %d bytes", ErrDamaged, info.Size(), int64(m.high)*m.pageSize)
	}
	w := walker{pages: pageReader{r: f, size: m.pageSize}, high: m.high, seen: make([]uint64, m.high/64+1)}
	if err := w.tree(m.root); err != nil {
		return err
	}
	return w.freelist(m.freelist)
}

// walker visits the pages of one file, each once.
type walker struct {
	pages pageReader
	high  uint64
	seen  []uint64 // a bit for each page
}

// tree visits level by level, each in the order of the file, so that a cold disk reads forward.
func (w *walker) tree(root uint64) error {
	for level := []uint64{root}; len(level) > 0; {
		slices.Sort(level)
		var below []uint64
		for _, id := range level {
			p, err := w.visit(id, branchPage|leafPage)
			if err != nil {
				return err
			}
			if below, err = w.children(p, below); err != nil {
				return err
			}
		}
		level = below
	}
	return nil
}

// visit reads a page of one of the kinds and marks it and its overflow as seen.
func (w *walker) visit(id uint64, kinds uint16) (page, error) {
	if id < firstTreeful || id >= w.high {
		return page{}, fmt.Errorf("%w: it names page %d of %d", ErrDamaged, id, w.high)
	}
	p, err := w.pages.header(id)
	if err != nil {
		return page{}, err
	}
	if p.id != id || p.flags&kinds == 0 || p.flags&(p.flags-1) != 0 {
		return page{}, fmt.Errorf("%w: page %d is none of this tree", ErrDamaged, id)
	}
	if p.overflow >= w.high-id {
		return page{}, p.damaged("goes beyond the end")
	}
	for i := id; i <= id+p.overflow; i++ {
		if w.marked(i) {
			return page{}, fmt.Errorf("%w: page %d is used twice", ErrDamaged, i)
		}
		w.seen[i/64] |= 1 << (i % 64)
	}
	return p, nil
}

func (w *walker) marked(id uint64) bool { return w.seen[id/64]&(1<<(id%64)) != 0 }

// children appends the pages that p points to, and checks that its elements lie within it.
func (w *walker) children(p page, to []uint64) ([]uint64, error) {
	table, err := w.pages.body(p, pageHeader, elementSize*int64(p.count))
	if err != nil {
		return nil, err
	}
	for i := range p.count {
		child, found, err := w.child(p, table, i)
		if err != nil {
			return nil, err
		}
		if found {
			to = append(to, child)
		}
	}
	return to, nil
}

// child returns the page that an element points to, if it does: most elements of leaves are values.
func (w *walker) child(p page, table []byte, i int) (child uint64, found bool, err error) {
	if p.flags == branchPage {
		child, err = p.branchAt(table, i)
		return child, true, err
	}
	l, err := p.leafAt(table, i)
	if err != nil || !l.bucket {
		return 0, false, err
	}
	value, err := w.pages.value(p, l)
	if err != nil {
		return 0, false, err
	}
	if len(value) < bucketHeader {
		return 0, false, p.damaged("has half a bucket")
	}
	if root := native.Uint64(value); root != 0 {
		return root, true, nil
	}
	return 0, false, inline(p, value[bucketHeader:])
}

// inline checks a bucket that is small enough to be held in an element of p, as a page of its own.
func inline(p page, b []byte) error {
	if len(b) < pageHeader {
		return p.damaged("has half a bucket")
	}
	in := parsePage(b, int64(len(b)))
	if in.flags != leafPage || in.overflow != 0 || pageHeader+elementSize*in.count > len(b) {
		return p.damaged("has a bucket that is none")
	}
	for i := range in.count {
		l, err := in.leafAt(b[pageHeader:], i)
		if err != nil || l.bucket {
			return p.damaged("has a bucket with an element that is not in it")
		}
	}
	return nil
}

// freelist checks that what bbolt would write over is not in use.
func (w *walker) freelist(id uint64) error {
	p, err := w.visit(id, freelistPage)
	if err != nil {
		return err
	}
	count, skip := int64(p.count), int64(0)
	if p.count == 0xffff { // too many for the header: the first of the list is the number
		first, err := w.pages.body(p, pageHeader, 8)
		if err != nil {
			return err
		}
		count, skip = int64(native.Uint64(first)), 8
	}
	if count < 0 || count > (p.span-pageHeader-skip)/8 {
		return fmt.Errorf("%w: its free list is longer than its page", ErrDamaged)
	}
	ids, err := w.pages.body(p, pageHeader+skip, 8*count)
	if err != nil {
		return err
	}
	for ; len(ids) > 0; ids = ids[8:] {
		if free := native.Uint64(ids); free < firstTreeful || free >= w.high || w.marked(free) {
			return fmt.Errorf("%w: page %d is in use and free at once, or is none", ErrDamaged, free)
		}
	}
	return nil
}
