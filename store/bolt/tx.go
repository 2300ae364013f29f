package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"sixtwenty/store"
)

// reader is one transaction; in a View that is all of it.
type reader struct {
	db      *DB
	tx      *bbolt.Tx                // nil when it is over
	over    *overlay                 // lies over the buckets of tx
	fault   error                    // the engine's first failure: nothing may be kept after it
	writes  int                      // how many there were, so that a scan notices
	buckets map[string]*bbolt.Bucket // those looked for so far, nil where there is none: each look is a search
	cursors map[string]*bbolt.Cursor // the same of their cursors
	pivot   entry                    // for searches, which would need a new one each
	key     []byte                   // likewise
}

var (
	_ store.Reader = (*reader)(nil)
	_ store.Tx     = (*writer)(nil)
)

// begin takes the tree and what lies over it as they were left by one commit. While a commit is made there are two of each.
func (r *reader) begin() error {
	for {
		if err := r.beginBase(false); err != nil {
			return err
		}
		for _, over := range []*overlay{r.db.over.Load(), r.db.next.Load()} {
			if over != nil && over.commit == r.tx.ID() {
				r.over = over
				return nil
			}
		}
		r.end()
	}
}

func (r *reader) beginBase(writable bool) error {
	err := r.do(func() (err error) {
		r.tx, err = r.db.bolt.Begin(writable)
		return err
	})
	if errors.Is(err, bbolterrors.ErrDatabaseNotOpen) {
		return r.db.named(store.ErrClosed)
	}
	return err
}

// end undoes what was not committed; after a commit it does nothing.
func (r *reader) end() {
	tx := r.tx
	if r.tx = nil; tx == nil {
		return
	}
	if err := guard(tx.Rollback); errors.Is(err, ErrDamaged) && tx.Writable() {
		r.db.fail(err)
		r.db.stuck = true
	}
}

// do runs a piece of bbolt; its failure is remembered, since a fn may pass over the error that it gets.
func (r *reader) do(op func() error) error {
	err := guard(op)
	if err == nil {
		return nil
	}
	err = r.db.named(err)
	if r.fault == nil {
		r.fault = err
	}
	return err
}

// Get implements store.Reader.
func (r *reader) Get(bucket, key string) (value []byte, err error) {
	if r.tx == nil {
		return nil, store.ErrClosed
	}
	if e := r.over.get(bucket, r.pivoted(key)); e != nil && key != "" {
		return clone(e.Value), nil
	}
	err = r.do(func() error {
		value = clone(r.atHome(bucket, key))
		return nil
	})
	return value, err
}

// atHome is the value that the tree has at a key, to be copied. While a transaction runs, its tree does not change, so one
// cursor serves all searches of a bucket.
func (r *reader) atHome(bucket, key string) []byte {
	c, known := r.cursors[bucket]
	if !known {
		if b := r.bucket(bucket); b != nil {
			c = b.Cursor()
		}
		if r.cursors == nil {
			r.cursors = make(map[string]*bbolt.Cursor, 8)
		}
		r.cursors[bucket] = c
	}
	if c == nil {
		return nil
	}
	r.key = append(r.key[:0], key...)
	if k, v := c.Seek(r.key); bytes.Equal(k, r.key) {
		return v
	}
	return nil
}

// pivoted is something to look for in an overlay.
func (r *reader) pivoted(key string) *entry {
	r.pivot.Key = key
	return &r.pivot
}

// bucket returns nil for one that is not there.
func (r *reader) bucket(name string) *bbolt.Bucket {
	b, known := r.buckets[name]
	if !known {
		b = r.tx.Bucket([]byte(name))
		r.found(name, b)
	}
	return b
}

func (r *reader) found(name string, b *bbolt.Bucket) {
	if r.buckets == nil {
		r.buckets = make(map[string]*bbolt.Bucket, 8)
	}
	r.buckets[name] = b
}

// clone copies a value out of the mapped file, and keeps nil, which is no value, apart from an empty one.
func clone(value []byte) []byte {
	if value == nil {
		return nil
	}
	return append([]byte{}, value...)
}

// writer is a transaction that can write. Until it commits, its changes are in its own copy of the overlay.
type writer struct {
	reader
	log   []*entry // its changes, in the order of their first writing
	round round
}

func (w *writer) begin() error {
	if err := w.beginBase(true); err != nil {
		return err
	}
	w.over, w.round = w.db.over.Load().copy(), w.db.round
	return nil
}

// Put implements store.Tx.
func (w *writer) Put(bucket, key string, value []byte) error {
	if err := store.CheckPut(bucket, key, value); err != nil {
		return err
	}
	return w.change(bucket, key, append([]byte{}, value...))
}

// Delete implements store.Tx.
func (w *writer) Delete(bucket, key string) error {
	if key == "" {
		return store.CheckBucket(bucket)
	}
	return w.change(bucket, key, nil)
}

// Next implements store.Tx.
func (w *writer) Next(bucket string) (n uint64, err error) {
	if w.tx == nil {
		return 0, store.ErrReadOnly
	}
	if n, err = w.sequence(bucket); err != nil {
		return 0, err
	}
	return n + 1, w.change(bucket, "", binary.BigEndian.AppendUint64(nil, n+1))
}

// sequence is the number that Next gave last.
func (r *reader) sequence(bucket string) (n uint64, err error) {
	if e := r.over.get(bucket, r.pivoted("")); e != nil {
		return binary.BigEndian.Uint64(e.Value), nil
	}
	err = r.do(func() error {
		if b := r.bucket(bucket); b != nil {
			n = b.Sequence()
		}
		return nil
	})
	return n, err
}

// change notes a change, which takes the place of an earlier one of this transaction.
func (w *writer) change(bucket, key string, value []byte) error {
	if w.tx == nil {
		return store.ErrReadOnly
	}
	if err := store.CheckBucket(bucket); err != nil {
		return err
	}
	w.writes++
	e := w.over.get(bucket, w.pivoted(key))
	if e != nil && e.by == w.round.next {
		w.over.change(e, value)
	} else {
		e = &entry{bucket, store.Change{Key: key, Value: value}, w.round.next}
		w.over.set(e)
		w.log = append(w.log, e)
	}
	if value != nil {
		return nil
	}
	return w.do(func() error {
		if w.atHome(bucket, key) == nil { // so that nothing need lie over it
			w.over.remove(e)
		}
		return nil
	})
}

// commit keeps the changes. A transaction that wrote nothing is not worth a flush of the disk.
func (w *writer) commit() error {
	if w.fault != nil || w.writes == 0 {
		return w.fault
	}
	if err := w.do(w.keep); err != nil {
		return err
	}
	return w.finish()
}

// finish makes the transaction true.
func (w *writer) finish() error {
	w.over.commit = w.tx.ID()
	w.db.next.Store(w.over)
	if err := guard(w.tx.Commit); err != nil {
		err = w.db.named(fmt.Errorf("%w: %w", store.ErrUnknownOutcome, err))
		w.db.fail(err)
		return err
	}
	w.tx, w.db.round = nil, w.round
	w.db.over.Store(w.over)
	return nil
}

// fail makes the handle refuse from now on: what bbolt has in memory may differ from what is in the file.
func (db *DB) fail(err error) { db.broken.CompareAndSwap(nil, &err) }
