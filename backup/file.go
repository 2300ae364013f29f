// Package backup keeps copies of the state: it writes files that are whole or not there at all, with a checksum beside each,
// verifies and compares them, puts one in the place of another, and keeps the newest few of a folder.
//
// It knows files and stores, and neither who asks nor when. Times of files are those of this machine.
package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrExists is wrapped by Write where there is such a file already.
var ErrExists = errors.New("there is a file of that name already")

// A File is one that was written.
type File struct {
	Path string
	Size int64  // bytes
	Sum  string // SHA-256 in hex
}

// Options say how Write goes about it.
type Options struct {
	Force bool // replace what is there
	// Check looks at the whole file, which has a temporary name yet; what it refuses is not kept. May be nil.
	Check func(path string) error
}

// Write keeps what fill writes as a file for its owner's eyes only, and the checksum beside it, as sha256sum reads it. The
// file is flushed to the disk before it gets its name; without Force it never takes the place of another.
func Write(ctx context.Context, path string, o Options, fill func(io.Writer) error) (File, error) {
	if !o.Force {
		if err := free(path, sumPath(path)); err != nil {
			return File{}, err
		}
	}
	part, f, err := Stage(ctx, path, fill)
	if err != nil {
		return File{}, err
	}
	defer os.Remove(part)
	if o.Check != nil {
		if err := o.Check(part); err != nil {
			return File{}, fmt.Errorf("the file was written and is no good: %w", err)
		}
	}
	return f, publish(part, f, o.Force)
}

func free(paths ...string) error {
	for _, p := range paths {
		if _, err := os.Lstat(p); err == nil {
			return fmt.Errorf("%s: %w", p, ErrExists)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Workshop makes a folder of this user's for copies that are worked on, in dir and with a name that begins with prefix, and
// removes those that killed processes left there. Remove it when done.
func Workshop(dir, prefix string) (string, error) {
	sweepFrom(dir, prefix)
	return os.MkdirTemp(dir, prefix+"*") // 0700
}

// Stage writes and flushes a temporary file beside path, for its owner's eyes only. Give it another name, or remove it.
func Stage(ctx context.Context, path string, fill func(io.Writer) error) (part string, f File, err error) {
	sweep(path)
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return "", f, fmt.Errorf("the folder of %s: %w", filepath.Base(path), err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), partPrefix(path)+"*") // 0600
	if err != nil {
		return "", File{}, err
	}
	sum := sha256.New()
	w := &counter{ctx: ctx, w: io.MultiWriter(tmp, sum)}
	if err = fill(w); err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return "", File{}, errors.Join(fmt.Errorf("writing %s: %w", path, err), os.Remove(tmp.Name()))
	}
	return tmp.Name(), File{Path: path, Size: w.n, Sum: hex.EncodeToString(sum.Sum(nil))}, nil
}

// counter counts what it passes on, until its context is done.
type counter struct {
	ctx context.Context
	w   io.Writer
	n   int64
}

func (c *counter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// publish names the finished file, then its checksum: whoever dies between leaves a good file without one, never a
// checksum of something else.
func publish(part string, f File, force bool) error {
	sum := sumPath(f.Path)
	if force {
		if err := os.Remove(sum); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := place(part, f.Path, force); err != nil {
		return err
	}
	name, _, err := Stage(context.Background(), sum, func(w io.Writer) error {
		_, err := io.WriteString(w, sumLine(f.Sum, filepath.Base(f.Path)))
		return err
	})
	if err == nil {
		err = os.Rename(name, sum)
	}
	return errors.Join(err, syncFolder(f.Path))
}

// place renames, without ever taking another file's place unless forced to.
func place(part, path string, force bool) error {
	if force {
		return os.Rename(part, path)
	}
	err := os.Link(part, path)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", path, ErrExists)
	}
	if err == nil {
		return os.Remove(part)
	}
	if err := free(path); err != nil { // a file system without links
		return err
	}
	return os.Rename(part, path)
}

func syncFolder(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	_ = d.Sync() // not every file system can
	return d.Close()
}

// forgotten is how old a temporary file is that nobody writes any more.
const forgotten = time.Hour

func partPrefix(path string) string { return "." + filepath.Base(path) + ".part-" }

// sweep removes what writers of the same file left when they were killed.
func sweep(path string) { sweepFrom(filepath.Dir(path), partPrefix(path)) }

func sweepFrom(dir, prefix string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // the writing will say so
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > forgotten {
			_ = os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}
