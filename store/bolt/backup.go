package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"sixtwenty/store"
)

// Backup implements store.DB. It copies the file to one beside it first, since w may be slow and a snapshot must not
// stay open for that long; there must be room for both.
func (db *DB) Backup(ctx context.Context, w io.Writer) (err error) {
	f, err := os.CreateTemp(filepath.Dir(db.path), filepath.Base(db.path)+".backup-*")
	if err != nil {
		return db.named(err)
	}
	_ = os.Remove(f.Name()) // where a file may lose its name while open, not even a crash leaves it behind
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	err = db.View(ctx, func(sr store.Reader) error {
		_, err := sr.(*reader).tx.WriteTo(contextWriter{ctx, f})
		return err
	})
	if err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return db.named(err)
	}
	_, err = io.Copy(contextWriter{ctx, w}, f)
	return err
}

// contextWriter stops a copy when its context is done.
type contextWriter struct {
	ctx context.Context
	w   io.Writer
}

func (w contextWriter) Write(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(b)
}

// Check reads the whole file and reports what is inconsistent in it, wrapping ErrDamaged. No Update runs meanwhile.
func (db *DB) Check(ctx context.Context) error {
	if err := db.acquire(ctx); err != nil {
		return err
	}
	defer db.release()
	if err := verify(db.file); err != nil {
		return db.named(err)
	}
	return db.View(ctx, func(sr store.Reader) error {
		return db.checkTree(sr.(*reader).tx)
	})
}

// checkTree has bbolt compare its pages and keys. The first few findings say enough; the rest must be drained.
func (db *DB) checkTree(tx *bbolt.Tx) error {
	const enough = 5
	var found []error
	for err := range tx.Check() {
		if len(found) < enough {
			found = append(found, fmt.Errorf("%w: %v", ErrDamaged, err))
		}
	}
	if len(found) == 0 {
		return nil
	}
	return db.named(errors.Join(found...))
}
