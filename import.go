package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"sixtwenty/archive"
	"sixtwenty/backup"
	"sixtwenty/handlers"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

// importCommand takes an archive into the database, or says what that would change. All of it is taken, or nothing.
type importCommand struct {
	File    string `arg:"" help:"export 导出的文件。What export made."`
	DryRun  bool   `xor:"do" help:"只说会变什么；不加 --yes 就是这样。Only say what would change, as without --yes."`
	Yes     bool   `xor:"do" help:"真的导入。Do it."`
	Replace bool   `help:"先清空这些表，用文件里的代替。Empty the tables first: the archive in place of what is there."`
}

// Run reads all of the archive, compares, and with --yes takes it in. The replaced database is kept beside.
func (c *importCommand) Run(ctx context.Context, p program, f *flags) (err error) {
	s, err := f.settings(p)
	if err != nil {
		return err
	}
	if _, err := backup.CheckSum(ctx, c.File); err != nil {
		return err
	}
	im := &importing{program: p, path: databaseOf(s.Data), emptied: c.Replace}
	defer func() { err = errors.Join(err, im.close()) }()
	if err := im.open(ctx, s.Data, c.File); err != nil {
		return fmt.Errorf("%s: 什么都没有导入 / nothing was imported\n%w", c.File, err)
	}
	conflicts, err := im.compare(ctx)
	if err != nil {
		return err
	}
	if !c.Yes {
		fmt.Fprintln(p.stdout, "什么都没有改；加 --yes 才导入。/ Nothing was changed; add --yes to import.")
		return nil
	}
	if conflicts > 0 && !c.Replace {
		return fmt.Errorf("有 %d 行和现有的不一样，什么都没有导入；加 --replace 用文件里的代替全部 / %[1]d rows are not as those that are there, nothing was imported; with --replace the archive takes the place of all", conflicts)
	}
	return im.replace(ctx)
}

// An importing is one import under way. It works on copies in a folder of its own, and while it lasts no bot can start on the
// database.
type importing struct {
	program
	path     string
	emptied  bool // the archive takes the place of all
	work     string
	closes   []func() error
	there    *bolt.DB // holds the lock; nil where there is no database yet
	unpacked *bolt.DB // the archive
	staged   *bolt.DB // the database to be
	contents archive.Contents
}

func (im *importing) close() error {
	var errs []error
	for i := len(im.closes) - 1; i >= 0; i-- {
		errs = append(errs, im.closes[i]())
	}
	return errors.Join(errs...)
}

func (im *importing) open(ctx context.Context, data, file string) error {
	there, err := lookAt(im.path)
	switch {
	case err == nil:
		im.there = there
		im.closes = append(im.closes, there.Close)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := im.openWork(data); err != nil {
		return err
	}
	if err := im.unpack(ctx, file); err != nil {
		return err
	}
	return im.stage(ctx)
}

// openWork makes the folder for copies, and the data folder around it, which goes again if nothing came of it.
func (im *importing) openWork(data string) error {
	if _, err := os.Stat(data); errors.Is(err, fs.ErrNotExist) {
		im.closes = append(im.closes, func() error { _ = os.Remove(data); return nil }) // not if there is something in it
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	work, err := backup.Workshop(data, ".import-")
	if err != nil {
		return err
	}
	im.work = work
	im.closes = append(im.closes, func() error { return os.RemoveAll(work) })
	return nil
}

// unpack reads the whole archive into a database of its own, of the archive's schema, and brings that up to date.
func (im *importing) unpack(ctx context.Context, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	in, err := archive.NewReader(f)
	if err != nil {
		return err
	}
	if in.Header.Schema > newest() {
		return fmt.Errorf("line 1: %w: its schema is %d, and this one knows up to %d", bolt.ErrNewer, in.Header.Schema, newest())
	}
	name := filepath.Join(im.work, "archive.db")
	old := bolt.Options{Migrations: schema().Migrations[:in.Header.Schema-1], NoSync: true}
	db, err := bolt.Open(name, old)
	if err != nil {
		return err
	}
	im.contents, err = in.Unpack(ctx, account(db), takes(handlers.All("")))
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if im.unpacked, err = bolt.Open(name, schema()); err != nil {
		return err
	}
	im.closes = append(im.closes, im.unpacked.Close)
	im.contents.Tables, err = tableNames(ctx, im.unpacked) // those that there are after migrations
	return err
}

func tableNames(ctx context.Context, db *bolt.DB) (names []string, err error) {
	buckets, err := db.Buckets(ctx)
	tables, _ := tablesOf(buckets)
	for _, t := range tables {
		names = append(names, t.Name)
	}
	return names, err
}

func account(db *bolt.DB) store.DB { return store.Prefixed(db, accountName+"/") }

// stage makes the copy that becomes the database.
func (im *importing) stage(ctx context.Context) (err error) {
	name := filepath.Join(im.work, "sixtwenty.db")
	if im.there != nil {
		part, _, err := backup.Stage(ctx, name, fillFrom(ctx, im.there))
		if err == nil {
			err = os.Rename(part, name)
		}
		if err != nil {
			return err
		}
	}
	if im.staged, err = bolt.Open(name, schema()); err != nil {
		return err
	}
	im.closes = append(im.closes, im.staged.Close)
	return nil
}

// compare says what the archive brings, and counts the rows that are there with another value.
func (im *importing) compare(ctx context.Context) (conflicts int, err error) {
	names, err := im.compared(ctx)
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(im.stdout, "读完了 / read: %d 行 / rows, %d 个文件 / blobs\n", im.contents.Rows, len(im.contents.Blobs))
	var list []backup.Difference
	err = account(im.staged).View(ctx, func(a store.Reader) error {
		return account(im.unpacked).View(ctx, func(b store.Reader) error {
			list, err = backup.Compare(ctx, archive.Bare(a, carried()), archive.Bare(b, carried()), names)
			return err
		})
	})
	for i := range list {
		conflicts += list[i].Changed.Count
		if !im.emptied {
			list[i].Removed = backup.Change{} // they stay
		}
	}
	printDifferences(im.stdout, list)
	return conflicts, err
}

// compared are the tables that the import touches.
func (im *importing) compared(ctx context.Context) ([]string, error) {
	if !im.emptied {
		return im.contents.Tables, nil
	}
	names, err := tableNames(ctx, im.staged)
	names = append(names, im.contents.Tables...)
	slices.Sort(names)
	return slices.Compact(names), err
}

// replace merges the archive into the copy and puts that in place.
func (im *importing) replace(ctx context.Context) error {
	var emptied []string
	if im.emptied {
		var err error
		if emptied, err = tableNames(ctx, im.staged); err != nil {
			return err
		}
	}
	if err := archive.Merge(ctx, account(im.unpacked), account(im.staged), im.contents, carried(), emptied); err != nil {
		return err
	}
	if err := errors.Join(im.staged.Check(ctx), im.staged.Close()); err != nil {
		return err
	}
	if err := putInPlace(im.stdout, im.path, filepath.Join(im.work, "sixtwenty.db"), "import"); err != nil {
		return err
	}
	fmt.Fprintln(im.stdout, afterImport)
	return nil
}

const afterImport = `群和人在下次扫码登录时按名字等线索认回来；机主要重新认领。
Groups and people are found again by their names and the like at the next scan; the owner claims anew.`
