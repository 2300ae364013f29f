package storetest

import (
	"context"
	"fmt"
	"io"
	"sync"
	"syscall"

	"sixtwenty/store"
)

// A Failure is what becomes of a commit.
type Failure int

const (
	NoFailure  Failure = iota
	DiskFull           // nothing is kept
	AnswerLost         // all is kept, and nobody is told
)

// Broken returns db with failures to switch on.
func Broken(db store.DB) *BrokenDB { return &BrokenDB{DB: db} }

// BrokenDB fails as a real store does: the Update whose commit failed returns store.ErrUnknownOutcome, and then the
// handle refuses everything with store.ErrBroken, until Reopen. Its methods may be called from any goroutine.
type BrokenDB struct {
	store.DB

	mu     sync.Mutex
	next   Failure
	broken bool
	slow   func(context.Context) error
}

var _ store.DB = (*BrokenDB)(nil)

// Fail decides the next commit; an Update whose fn returns an error has none.
func (b *BrokenDB) Fail(next Failure) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next = next
}

// Slow has wait called at the start of each View, Update and Backup, which ends with its error; nil ends that.
func (b *BrokenDB) Slow(wait func(context.Context) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.slow = wait
}

// Reopen stands for Close and Open: the handle works again.
func (b *BrokenDB) Reopen() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = false
}

// View implements store.DB.
func (b *BrokenDB) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := b.begin(ctx); err != nil {
		return err
	}
	return b.DB.View(ctx, fn)
}

// Backup implements store.DB.
func (b *BrokenDB) Backup(ctx context.Context, w io.Writer) error {
	if err := b.begin(ctx); err != nil {
		return err
	}
	return b.DB.Backup(ctx, w)
}

// Update implements store.DB.
func (b *BrokenDB) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := b.begin(ctx); err != nil {
		return err
	}
	lost := error(nil)
	err := b.DB.Update(ctx, func(tx store.Tx) error {
		lost = nil
		if err := fn(tx); err != nil {
			return err
		}
		switch b.take() {
		case DiskFull:
			return unknown(syscall.ENOSPC)
		case AnswerLost:
			lost = unknown(syscall.EIO)
		}
		return nil
	})
	if err == nil {
		return lost
	}
	return err
}

func unknown(cause error) error { return fmt.Errorf("%w: %w", store.ErrUnknownOutcome, cause) }

func (b *BrokenDB) begin(ctx context.Context) error {
	b.mu.Lock()
	broken, slow := b.broken, b.slow
	b.mu.Unlock()
	if broken {
		return store.ErrBroken
	}
	if slow == nil {
		return nil
	}
	return slow(ctx)
}

// take uses the failure up; it breaks the handle.
func (b *BrokenDB) take() Failure {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.next
	b.next = NoFailure
	b.broken = f != NoFailure
	return f
}
