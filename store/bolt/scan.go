package bolt

import (
	"iter"

	"go.etcd.io/bbolt"

	"sixtwenty/store"
)

// Scan implements store.Reader. A write to the bucket while it runs is harmless: the scan goes on from the key it gave last.
func (r *reader) Scan(bucket string, rg store.Range) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		if r.over.shelves[bucket] == nil { // as it is now, not when Scan was called
			r.scan(bucket, rg)(yield)
			return
		}
		base := func(rg store.Range) iter.Seq2[store.Pair, error] { return r.scan(bucket, rg) }
		store.Merged(base, &layer{r: r, bucket: bucket}, rg)(yield)
	}
}

// scan gives the pairs that are home. While a transaction runs they do not change.
func (r *reader) scan(bucket string, rg store.Range) iter.Seq2[store.Pair, error] {
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
}

func (s *scan) next() (p store.Pair, ok bool, err error) {
	if s.r.tx == nil {
		return p, false, store.ErrClosed
	}
	err = s.r.do(func() error {
		k, v := s.move()
		if ok = k != nil && s.holds(k); ok {
			p = store.Pair{Key: string(k), Value: append([]byte{}, v...)}
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
	case s.cursor == nil:
		return s.place()
	case s.rg.Reverse:
		return s.cursor.Prev()
	}
	return s.cursor.Next()
}

// place puts the cursor on the first pair.
func (s *scan) place() (k, v []byte) {
	b := s.r.bucket(s.bucket)
	if b == nil {
		return nil, nil
	}
	if s.cursor = b.Cursor(); !s.rg.Reverse {
		return s.cursor.Seek([]byte(s.rg.From))
	}
	if to := []byte(s.rg.To); len(to) > 0 {
		if k, _ = s.cursor.Seek(to); k != nil {
			return s.cursor.Prev()
		}
	}
	return s.cursor.Last()
}
