package bolt

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
)

// The layout of a bbolt file, as far as verify reads it; numbers are in the machine's byte order.
const (
	pageHeader = 16 // id uint64, flags uint16, count uint16, overflow uint32
	metaSize   = 64
	metaSum    = 56 // the checksum covers what is before it

	metaMagic    = 0xED0CDAED
	metaVersion  = 2
	leastPage    = 1 << 10
	mostPage     = 1 << 24
	noFreelist   = 1<<64 - 1
	firstTreeful = 2 // pages 0 and 1 are the metas
)

var native = binary.NativeEndian

// meta is one of the two root pages. Commits write them in turn, so one that was torn leaves the other.
type meta struct {
	pageSize             int64
	root, freelist, high uint64 // high: pages from here on are not in use
	txid                 uint64
}

// readMeta finds the meta that bbolt will use: the newer one that is whole.
func readMeta(r io.ReaderAt) (meta, error) {
	first, bolt0, ok := metaAt(r, 0)
	if ok {
		if second, _, ok := metaAt(r, first.pageSize); ok && second.pageSize == first.pageSize && second.txid > first.txid {
			return second, nil
		}
		return first, nil
	}
	bolt1 := false
	for size := int64(leastPage); size <= mostPage; size *= 2 {
		m, looks, ok := metaAt(r, size)
		if ok && m.pageSize == size {
			return m, nil
		}
		bolt1 = bolt1 || looks
	}
	if bolt0 || bolt1 {
		return meta{}, fmt.Errorf("%w: neither of its two root pages is whole", ErrDamaged)
	}
	return meta{}, fmt.Errorf("%w: it is no bbolt file", ErrNotOurs)
}

// metaAt reads the meta of the page at off. looks tells whether there is anything of bbolt there, ok whether it is whole.
func metaAt(r io.ReaderAt, off int64) (m meta, looks, ok bool) {
	var b [metaSize]byte
	if _, err := r.ReadAt(b[:], off+pageHeader); err != nil {
		return m, false, false
	}
	if native.Uint32(b[0:]) != metaMagic {
		return m, false, false
	}
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaSum])
	m = meta{
		pageSize: int64(native.Uint32(b[8:])),
		root:     native.Uint64(b[16:]),
		freelist: native.Uint64(b[32:]),
		high:     native.Uint64(b[40:]),
		txid:     native.Uint64(b[48:]),
	}
	sound := m.pageSize >= leastPage && m.pageSize <= mostPage && m.pageSize&(m.pageSize-1) == 0
	return m, true, sound && native.Uint32(b[4:]) == metaVersion && native.Uint64(b[metaSum:]) == sum.Sum64()
}
