// Package store keeps state as ordered keys in named buckets, changed only inside transactions.
//
// It is a contract, not an engine: package bolt holds the data in one file, package storetest says as a suite what any
// engine must promise. Values are JSON (see Table); the parts of a key are joined so that byte order is part order (see
// Key), which is what makes an index a plain second table written in the same transaction.
package store

import (
	"context"
	"errors"
	"io"
	"iter"
)

// Limits that hold for every engine, checked by Put at once rather than at commit.
const (
	MaxBucket = 255 // bytes of a bucket's name
	MaxKey    = 4 << 10
	MaxValue  = 1 << 20
)

// EngineBucket is where an engine may keep what it must know about the store itself, as are the names that begin with it and
// a slash. Nobody else writes there.
const EngineBucket = "meta"

var (
	// ErrTooLarge is wrapped by Put for a key or a value over the limit, or an empty key.
	ErrTooLarge = errors.New("store: key or value over the limit")
	// ErrBucket is wrapped where a bucket's name is empty, too long or EngineBucket.
	ErrBucket = errors.New("store: no name for a bucket")
	// ErrReadOnly is returned where a write was tried outside Update.
	ErrReadOnly = errors.New("store: write outside Update")
	// ErrUnknownOutcome is wrapped by Update when the commit itself failed: the changes may or may not be kept. The
	// handle refuses further use; open the store again and look.
	ErrUnknownOutcome = errors.New("store: outcome of the commit unknown")
	// ErrBroken is wrapped by every call after a commit of unknown outcome: this call did nothing. Close, open again.
	ErrBroken = errors.New("store: broken by a failed commit, open it again")
	// ErrClosed is returned after Close, and for reading with a transaction that is over.
	ErrClosed = errors.New("store: closed")
)

// A DB is one store. All methods may be called from any goroutine; one Update runs at a time, Views run beside it. They
// start only if ctx is not done, and waiting for another Update ends with it. fn must not call the DB again.
type DB interface {
	// View gives fn a snapshot. Keep it short: an open snapshot can block a writer that must grow the file.
	View(ctx context.Context, fn func(Reader) error) error
	// Update keeps all of fn's changes, durably, or none if fn returns an error or panics, or if the engine failed
	// under it, whatever fn made of that. It may run fn more than once, so fn must set whatever it gives back anew on
	// each run.
	Update(ctx context.Context, fn func(Tx) error) error
	// Backup writes a consistent copy that Open accepts.
	Backup(ctx context.Context, w io.Writer) error
	Close() error
}

// A Reader reads one snapshot and dies with it. What it returns is the caller's to keep.
type Reader interface {
	// Get returns nil, without an error, for a key that is not there.
	Get(bucket, key string) ([]byte, error)
	// Scan yields pairs in byte order of their keys, or backwards. The bucket must not be written while it runs.
	Scan(bucket string, r Range) iter.Seq2[Pair, error]
}

// A Tx is a Reader that sees its own writes. It belongs to the goroutine that runs fn.
type Tx interface {
	Reader
	// Put copies value. A nil value is an empty one.
	Put(bucket, key string, value []byte) error
	// Delete of a key that is not there is no error.
	Delete(bucket, key string) error
	// Next returns 1, 2, 3 … for a bucket. A number is never given twice by transactions that were kept.
	Next(bucket string) (uint64, error)
}

// A Pair is one key with its value.
type Pair struct {
	Key   string
	Value []byte
}

// A Range is what Scan visits: From <= key < To, where "" leaves a side open.
type Range struct {
	From, To string
	Reverse  bool
	Limit    int // at most so many pairs; no limit unless above 0
}
