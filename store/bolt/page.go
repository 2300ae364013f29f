package bolt

import (
	"errors"
	"fmt"
	"io"
)

// page is the header of a page.
type page struct {
	id       uint64
	flags    uint16
	count    int    // elements
	overflow uint64 // pages that follow and belong to it
	span     int64  // bytes, with the overflow
}

func parsePage(b []byte, size int64) page {
	p := page{
		id:       native.Uint64(b),
		flags:    native.Uint16(b[8:]),
		count:    int(native.Uint16(b[10:])),
		overflow: uint64(native.Uint32(b[12:])),
	}
	p.span = int64(p.overflow+1) * size
	return p
}

func (p page) damaged(what string) error {
	return fmt.Errorf("%w: page %d %s", ErrDamaged, p.id, what)
}

// leaf is one element of a leaf page: where its value is, from the page's beginning, and whether that is a bucket.
type leaf struct {
	value, size int64
	bucket      bool
}

// leafAt reads element i of a page's table of elements.
func (p page) leafAt(table []byte, i int) (leaf, error) {
	e := table[elementSize*i:]
	key, keySize := int64(native.Uint32(e[4:])), int64(native.Uint32(e[8:]))
	l := leaf{
		value:  pageHeader + elementSize*int64(i) + key + keySize,
		size:   int64(native.Uint32(e[12:])),
		bucket: native.Uint32(e)&bucketFlag != 0,
	}
	if keySize == 0 || l.value+l.size > p.span {
		return l, p.damaged("has an element that is not in it")
	}
	return l, nil
}

// branchAt reads element i of a branch page's table: the page it points to.
func (p page) branchAt(table []byte, i int) (child uint64, err error) {
	e := table[elementSize*i:]
	key, keySize := int64(native.Uint32(e)), int64(native.Uint32(e[4:]))
	if pageHeader+elementSize*int64(i)+key+keySize > p.span {
		return 0, p.damaged("has an element that is not in it")
	}
	return native.Uint64(e[8:]), nil
}

// pageReader reads pages with plain reads, through a window that takes in the neighbours, which are wanted next.
type pageReader struct {
	r      io.ReaderAt
	size   int64
	window []byte
	at     int64 // where the window begins in the file
}

const windowSize = 64 << 10

func (r *pageReader) header(id uint64) (page, error) {
	b, err := r.read(int64(id)*r.size, pageHeader)
	if err != nil {
		return page{}, err
	}
	return parsePage(b, r.size), nil
}

// body returns n bytes from off of a page, valid until the next read.
func (r *pageReader) body(p page, off, n int64) ([]byte, error) {
	if off+n > p.span {
		return nil, p.damaged("is too full")
	}
	return r.read(int64(p.id)*r.size+off, n)
}

// value returns the value of an element in memory of its own.
func (r *pageReader) value(p page, l leaf) ([]byte, error) {
	b := make([]byte, l.size)
	_, err := r.r.ReadAt(b, int64(p.id)*r.size+l.value)
	return b, err
}

func (r *pageReader) read(off, n int64) ([]byte, error) {
	if off < r.at || off+n > r.at+int64(len(r.window)) {
		if want := max(n, windowSize); int64(cap(r.window)) < want {
			r.window = make([]byte, want)
		}
		got, err := r.r.ReadAt(r.window[:cap(r.window)], off)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		r.window, r.at = r.window[:got], off
	}
	if int64(len(r.window)) < off-r.at+n {
		return nil, fmt.Errorf("%w: it ends at byte %d", ErrDamaged, r.at+int64(len(r.window)))
	}
	return r.window[off-r.at:][:n], nil
}
