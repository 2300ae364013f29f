package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"sixtwenty/backup"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

// restoreCommand puts a backup in the place of the database, or says what that would change.
type restoreCommand struct {
	File   string `arg:"" help:"备份文件。The backup."`
	DryRun bool   `xor:"do" help:"只说会变什么；不加 --yes 就是这样。Only say what would change, as without --yes."`
	Yes    bool   `xor:"do" help:"真的换上。Do it."`
}

// Run compares, and with --yes puts the backup in place. The replaced database is kept beside it.
func (c *restoreCommand) Run(ctx context.Context, p program, f *flags) error {
	s, err := f.settings(p)
	if err != nil {
		return err
	}
	if err := notTheDatabase(c.File, s.Data); err != nil {
		return err
	}
	r := &restoring{program: p, zone: s.zone(), path: databaseOf(s.Data), from: c.File}
	defer func() { _ = r.close() }()
	if err := r.open(ctx); err != nil {
		return err
	}
	if err := r.compare(ctx); err != nil {
		return err
	}
	if !c.Yes {
		fmt.Fprintln(p.stdout, "什么都没有改；加 --yes 才换上。/ Nothing was changed; add --yes to put it in place.")
		return nil
	}
	return r.replace(ctx, s.Data)
}

// A restoring is one restore under way. While it lasts no bot can start on the database.
type restoring struct {
	program
	zone  *time.Location
	path  string // of the database
	from  string
	there *bolt.DB // the database; nil where there is none, or none that can be opened
	whole bool     // there can be read
	copy  *bolt.DB
	sum   string // of the backup, as it was verified
}

func (r *restoring) close() error {
	var errs []error
	for _, db := range []*bolt.DB{r.copy, r.there} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// open verifies the backup and opens what is to be replaced.
func (r *restoring) open(ctx context.Context) error {
	found, err := backup.CheckSum(ctx, r.from)
	if err != nil {
		return err
	}
	if !found {
		fmt.Fprintf(r.stdout, "（没有校验和文件 / there is no checksum beside it: %s.sha256）\n", r.from)
	}
	if r.sum, err = backup.Sum(ctx, r.from); err != nil {
		return err
	}
	if r.copy, err = bolt.Look(r.from, schema()); err != nil {
		return err
	}
	if err := r.copy.Check(ctx); err != nil {
		return err
	}
	r.there, err = lookAt(r.path)
	switch {
	case err == nil:
		err = r.there.Check(ctx)
	case errors.Is(err, bolt.ErrLocked):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	if r.whole = err == nil; !r.whole { // this is what restoring is for
		fmt.Fprintf(r.stdout, "⚠ 现有的数据读不出来，会整个换掉 / what is there cannot be read and is replaced as a whole: %v\n", err)
	}
	return nil
}

// compare says what the backup has otherwise.
func (r *restoring) compare(ctx context.Context) error {
	if err := r.sayAge("备份 / backup", r.from, r.copy); err != nil {
		return err
	}
	if !r.whole {
		if _, err := os.Stat(r.path); errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(r.stdout, "现在没有数据 / there is no state now: %s\n", r.path)
		}
		return nil
	}
	if err := r.sayAge("现在 / now", r.path, r.there); err != nil {
		return err
	}
	list, err := differences(ctx, r.there, r.copy)
	if err != nil {
		return err
	}
	printDifferences(r.stdout, list)
	return nil
}

func (r *restoring) sayAge(what, path string, db *bolt.DB) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	layout, err := db.Schema()
	if err != nil {
		return err
	}
	written := info.ModTime()
	fmt.Fprintf(r.stdout, "%s: %s\n  %s (%s), %s, schema %d\n", what, path, written.In(r.zone).Format(time.DateTime),
		time.Since(written).Round(time.Second), showSize(info.Size()), layout)
	return nil
}

// differences compares all tables of two databases.
func differences(ctx context.Context, from, to *bolt.DB) (list []backup.Difference, err error) {
	tables, err := allTables(ctx, from, to)
	if err != nil {
		return nil, err
	}
	err = from.View(ctx, func(a store.Reader) error {
		return to.View(ctx, func(b store.Reader) error {
			list, err = backup.Compare(ctx, a, b, tables)
			return err
		})
	})
	return list, err
}

func allTables(ctx context.Context, dbs ...*bolt.DB) (names []string, err error) {
	for _, db := range dbs {
		buckets, err := db.Buckets(ctx)
		if err != nil {
			return nil, err
		}
		for _, b := range buckets {
			names = append(names, b.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// printDifferences shows counts and a few ids, never texts.
func printDifferences(w io.Writer, list []backup.Difference) {
	equal := true
	for _, d := range list {
		if !d.Any() {
			continue
		}
		equal = false
		fmt.Fprintf(w, "  %-24s", strings.TrimPrefix(d.Table, accountName+"/"))
		for _, c := range []struct {
			sign string
			backup.Change
		}{{"+", d.Added}, {"−", d.Removed}, {"~", d.Changed}} {
			if c.Count > 0 {
				fmt.Fprintf(w, "  %s%d (%s%s)", c.sign, c.Count, strings.Join(c.Some, "; "), more(c.Count-len(c.Some)))
			}
		}
		fmt.Fprintf(w, "  =%d\n", d.Same)
	}
	if equal {
		fmt.Fprintln(w, "  没有不同 / no difference")
		return
	}
	fmt.Fprintln(w, "  + 多出来 / added   − 没有了 / removed   ~ 不一样 / changed   = 一样 / same")
}

func more(n int) string {
	if n > 0 {
		return "; …"
	}
	return ""
}

// replace puts a verified copy of the backup in place.
func (r *restoring) replace(ctx context.Context, data string) error {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	staged, f, err := backup.Stage(ctx, r.path, func(w io.Writer) error { return backup.Copy(w, r.from) })
	if err != nil {
		return err
	}
	defer os.Remove(staged)
	if f.Sum != r.sum {
		return fmt.Errorf("%s changed while it was copied; nothing was restored", r.from)
	}
	return putInPlace(r.stdout, r.path, staged, "restore")
}

// putInPlace swaps the database for a finished file and says where the old one is.
func putInPlace(w io.Writer, path, staged, before string) error {
	kept := backup.KeptName(path, before, time.Now())
	_, err := os.Stat(path)
	there := err == nil
	if err := backup.Replace(path, staged, kept); err != nil {
		return err
	}
	fmt.Fprintf(w, "换上了 / in place: %s\n", path)
	if there {
		fmt.Fprintf(w, "原来的留在 / the old one is kept as: %s\n", kept)
	}
	return nil
}
