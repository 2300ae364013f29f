package bolt

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"sixtwenty/store"
)

// reader is one transaction; in a View that is all of it.
type reader struct {
	db      *DB
	tx      *bbolt.Tx // nil when it is over
	fault   error     // the engine's first failure: nothing may be kept after it
	writes  int       // how many there were, so that a scan notices
	deletes int
	buckets map[string]*bbolt.Bucket // those found so far: finding one is a search, and costs memory
}

var (
	_ store.Reader = (*reader)(nil)
	_ store.Tx     = (*writer)(nil)
)

func (r *reader) begin(writable bool) error {
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
	err = r.do(func() error {
		if b := r.bucket(bucket); b != nil {
			value = clone(b.Get([]byte(key)))
		}
		return nil
	})
	return value, err
}

// bucket returns nil for one that is not there.
func (r *reader) bucket(name string) *bbolt.Bucket {
	if b := r.buckets[name]; b != nil {
		return b
	}
	b := r.tx.Bucket([]byte(name))
	if b != nil {
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

// writer is a transaction that can write.
type writer struct{ reader }

// Put implements store.Tx.
func (w *writer) Put(bucket, key string, value []byte) error {
	if err := store.CheckPut(bucket, key, value); err != nil {
		return err
	}
	return w.change(bucket, func(b *bbolt.Bucket) error {
		return b.Put([]byte(key), append([]byte{}, value...)) // bbolt keeps the slice, and reads nil as no value
	})
}

// Delete implements store.Tx.
func (w *writer) Delete(bucket, key string) error {
	w.deletes++
	return w.change(bucket, func(b *bbolt.Bucket) error { return b.Delete([]byte(key)) })
}

// Next implements store.Tx.
func (w *writer) Next(bucket string) (n uint64, err error) {
	err = w.change(bucket, func(b *bbolt.Bucket) (err error) {
		n, err = b.NextSequence()
		return err
	})
	return n, err
}

// change gives op the bucket, made where there is none.
func (w *writer) change(bucket string, op func(*bbolt.Bucket) error) error {
	if w.tx == nil {
		return store.ErrReadOnly
	}
	if err := store.CheckBucket(bucket); err != nil {
		return err
	}
	w.writes++
	return w.do(func() error {
		if b := w.bucket(bucket); b != nil {
			return op(b)
		}
		b, err := w.tx.CreateBucket([]byte(bucket))
		if err != nil {
			return err
		}
		w.found(bucket, b)
		return op(b)
	})
}

// commit keeps the changes. A transaction that wrote nothing is not worth a flush of the disk.
func (w *writer) commit() error {
	if w.fault != nil || w.writes == 0 {
		return w.fault
	}
	if err := guard(w.tx.Commit); err != nil {
		err = w.db.named(fmt.Errorf("%w: %w", store.ErrUnknownOutcome, err))
		w.db.fail(err)
		return err
	}
	w.tx = nil
	return nil
}

// fail makes the handle refuse from now on: what bbolt has in memory may differ from what is in the file.
func (db *DB) fail(err error) { db.broken.CompareAndSwap(nil, &err) }
