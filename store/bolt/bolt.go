// Package bolt keeps a store in one bbolt file, which one process has open at a time.
//
// It is here so that nothing else need know bbolt and its edges: values die with their transaction, a page number gone
// wrong ends the process, a failed commit leaves a handle nobody should trust, an open snapshot stops a writer that must
// map a larger file. So values are copied, the file's tree is checked before bbolt may see it, faults become errors, a
// handle whose commit failed refuses everything, and the file is mapped generously from the start.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"sixtwenty/store"
)

// Open wraps one of these where it refuses a file. It has not changed it then.
var (
	ErrLocked  = errors.New("another process has it open")
	ErrNotOurs = errors.New("not a file of this program")
	ErrDamaged = errors.New("damaged")
	ErrNewer   = errors.New("written by a newer version of this program")
)

// DB is a store in one file.
type DB struct {
	path   string
	file   *os.File
	bolt   *bbolt.DB
	over   atomic.Pointer[overlay] // of the last commit
	next   atomic.Pointer[overlay] // of the commit that is made, or was last
	round  round                   // guarded by write, as is run
	run    []byte                  // what the last commit wrote into the journal, for the next to write over
	enough int                     // see enoughWaits
	large  int                     // see largeCommit
	write  chan struct{}           // holds one token while an Update, Check or Close runs
	closed atomic.Bool
	broken atomic.Pointer[error] // why the handle refuses
	stuck  bool                  // bbolt holds its lock for ever; guarded by write
	spare  int64
	free   func(*os.File) (int64, error)
}

var _ store.DB = (*DB)(nil)

// View implements store.DB. Two may nest, but an Update inside a View can wait for ever.
func (db *DB) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := db.ready(ctx); err != nil {
		return err
	}
	r := &reader{db: db}
	if err := r.begin(); err != nil {
		return err
	}
	defer r.end()
	if err := fn(r); err != nil {
		return err
	}
	return r.fault
}

// Update implements store.DB.
func (db *DB) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := db.acquire(ctx); err != nil {
		return err
	}
	defer db.release()
	if err := db.room(); err != nil {
		return err
	}
	w := &writer{reader: reader{db: db}}
	if err := w.begin(); err != nil {
		return err
	}
	defer w.end()
	if err := fn(w); err != nil {
		return err
	}
	return w.commit()
}

// Close implements store.DB. It waits for what is running; a second Close does nothing.
func (db *DB) Close() error {
	if db.closed.Swap(true) {
		return nil
	}
	db.write <- struct{}{}
	defer db.release()
	if db.stuck {
		return errors.Join(unlock(db.file), db.file.Close())
	}
	err := db.leave()
	if db.stuck { // since a moment ago
		return errors.Join(err, unlock(db.file), db.file.Close())
	}
	if err := db.bolt.Close(); err != nil {
		return db.named(err)
	}
	return err
}

// leave takes everything home, so that the next Open has nothing to read again. What fails of it is in the journal still.
func (db *DB) leave() error {
	if db.broken.Load() != nil || db.bolt.IsReadOnly() || db.room() != nil {
		return nil
	}
	w := &writer{reader: reader{db: db}}
	if err := w.begin(); err != nil {
		return err
	}
	defer w.end()
	if w.bucket(journal0) == nil && w.bucket(journal1) == nil {
		return nil
	}
	if err := w.do(w.settle); err != nil {
		return err
	}
	return w.finish()
}

// ready tells why a transaction must not begin.
func (db *DB) ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if db.closed.Load() {
		return db.named(store.ErrClosed)
	}
	if cause := db.broken.Load(); cause != nil {
		return fmt.Errorf("%w (it failed with: %v)", db.named(store.ErrBroken), *cause)
	}
	return nil
}

// acquire waits to be the only writer. bbolt's own lock would wait on after ctx is done.
func (db *DB) acquire(ctx context.Context) error {
	if err := db.ready(ctx); err != nil {
		return err
	}
	select {
	case db.write <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := db.ready(ctx); err != nil {
		db.release()
		return err
	}
	return nil
}

func (db *DB) release() { <-db.write }

func (db *DB) named(err error) error { return fmt.Errorf("%s: %w", db.path, err) }

// guard runs a piece of bbolt and turns its panics, and memory faults on the mapped file, into ErrDamaged. It never
// runs a caller's code, whose panics are its own.
func guard(op func() error) (err error) {
	before := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(before)
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, p)
		}
	}()
	return op()
}
