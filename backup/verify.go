package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sixtwenty/store/bolt"
)

// Verify opens a copy, reads all of it and reports what is wrong; opts say what the program knows.
func Verify(ctx context.Context, path string, opts bolt.Options) error {
	db, err := bolt.Look(path, opts)
	if err != nil {
		return err
	}
	return errors.Join(db.Check(ctx), db.Close())
}

// Replace puts the file with in the place of path, in one step: whoever dies on the way leaves one of the two there. What
// was at path stays as kept, which must not exist yet. Both must be in one folder. There need be nothing at path.
func Replace(path, with, kept string) error {
	switch _, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return errors.Join(os.Rename(with, path), syncFolder(path))
	case err != nil:
		return err
	}
	if err := keep(path, kept); err != nil {
		return fmt.Errorf("the replaced file cannot be kept: %w", err)
	}
	if err := os.Rename(with, path); err != nil {
		return err
	}
	return syncFolder(path)
}

// keep gives a file a second name; a copy, where the file system knows no links.
func keep(path, kept string) error {
	err := os.Link(path, kept)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	_, err = Write(context.Background(), kept, Options{}, func(w io.Writer) error { return Copy(w, path) })
	return err
}

// Copy writes a whole file to w.
func Copy(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// KeptName is a name beside path for what takes its leave at a time.
func KeptName(path, before string, at time.Time) string {
	return fmt.Sprintf("%s.before-%s-%s", filepath.Clean(path), before, at.UTC().Format("20060102T150405Z"))
}
