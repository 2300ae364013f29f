package bolt

import (
	"bytes"
	"iter"

	"go.etcd.io/bbolt"

	"sixtwenty/store"
)

// Scan implements store.Reader. A write to the bucket while it runs is found and harmless: the scan goes on from the
// key it gave last.
func (r *reader) Scan(bucket string, rg store.Range) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		s := scan{r: r, bucket: bucket, rg: rg}
		for n := 0; rg.Limit <= 0 || n < rg.Limit; n++ {
			p, ok, err := s.next()
			if err != nil {
				yield(store.Pair{}, err)
				return
			}
			if !ok || !yield(p, nil) {
				return
			}
		}
	}
}

// scan is one Scan under way.
type scan struct {
	r      *reader
	bucket string
	rg     store.Range
	cursor *bbolt.Cursor // nil before the first pair
	writes int           // the reader's count when the cursor was placed
	last   []byte        // the key given last
	first  []byte        // the bucket's first key, where deletes make a backward scan need it
}

func (s *scan) next() (p store.Pair, ok bool, err error) {
	if s.r.tx == nil {
		return p, false, store.ErrClosed
	}
	err = s.r.do(func() error {
		k, v := s.move()
		if ok = k != nil && s.holds(k); ok {
			p = store.Pair{Key: string(k), Value: append([]byte{}, v...)}
			s.last = k
		}
		return nil
	})
	return p, ok, err
}

func (s *scan) holds(key []byte) bool {
	if s.rg.Reverse {
		return string(key) >= s.rg.From
	}
	return s.rg.To == "" || string(key) < s.rg.To
}

func (s *scan) move() (k, v []byte) {
	switch {
	case s.cursor == nil || s.writes != s.r.writes:
		return s.place()
	case s.rg.Reverse:
		return s.back(s.last)
	}
	return s.cursor.Next()
}

// place puts a new cursor on the first pair, or on the one after the last given if the bucket was written since.
func (s *scan) place() (k, v []byte) {
	begun := s.cursor != nil
	b := s.r.bucket(s.bucket)
	if b == nil {
		return nil, nil
	}
	s.cursor, s.writes = b.Cursor(), s.r.writes
	switch {
	case s.rg.Reverse && begun:
		return s.before(s.last)
	case s.rg.Reverse:
		return s.before([]byte(s.rg.To))
	case !begun:
		return s.cursor.Seek([]byte(s.rg.From))
	}
	if k, v = s.cursor.Seek(s.last); bytes.Equal(k, s.last) {
		return s.cursor.Next()
	}
	return k, v
}

// before goes to the last pair below key; to the last of all where key is empty.
func (s *scan) before(key []byte) (k, v []byte) {
	if s.first, _ = s.cursor.First(); s.first == nil {
		return nil, nil // Last would search the leaves for ever where deletes have emptied each of them
	}
	if len(key) > 0 {
		if k, _ = s.cursor.Seek(key); k != nil {
			return s.back(k)
		}
	}
	return s.cursor.Last()
}

// back goes from the pair at key to the one before. Prev gives nil at the beginning, but also on each leaf that deletes
// in this transaction have emptied; then there is more before it.
func (s *scan) back(key []byte) (k, v []byte) {
	if bytes.Equal(key, s.first) {
		return nil, nil
	}
	for range s.r.deletes + 1 {
		if k, v = s.cursor.Prev(); k != nil {
			return k, v
		}
	}
	return nil, nil
}
