package bolt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"sixtwenty/store"
)

// Look opens a file to be read and nothing else: it is never made, migrated or changed in any way, and an older schema stays
// what it is. opts say what the program knows, as for Open. While it is open no other process can open it with Open; others
// may Look. Updates are refused.
func Look(path string, opts Options) (*DB, error) {
	db, err := look(path, opts)
	if err != nil {
		return nil, fmt.Errorf("store file %s: %w", path, err)
	}
	return db, nil
}

func look(path string, opts Options) (*DB, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	db := &DB{path: path, file: f, write: make(chan struct{}, 1)}
	if err := db.look(opts); err != nil {
		db.abandon()
		return nil, err
	}
	return db, nil
}

func (db *DB) look(opts Options) error {
	info, err := db.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() == 0 {
		return fmt.Errorf("%w: it is empty, or no regular file", ErrNotOurs)
	}
	if err := lock(db.file, lockTimeout); err != nil {
		return err
	}
	if err := db.stillNamed(); err != nil {
		return err
	}
	if err := verify(db.file); err != nil {
		return err
	}
	if err := db.attachToRead(); err != nil {
		return err
	}
	if err := db.replay(); err != nil {
		return err
	}
	return db.recognise(len(opts.Migrations) + 1)
}

// stillNamed refuses a file whose place another took while we waited for its lock, as a restore does: what is written to it
// now would be lost.
func (db *DB) stillNamed() error {
	mine, err := db.file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(db.path)
	if err != nil {
		return err
	}
	if !os.SameFile(mine, there) {
		return fmt.Errorf("%w: it was replaced just now, try again", ErrLocked)
	}
	return nil
}

func (db *DB) attachToRead() error {
	err := guard(func() (err error) {
		db.bolt, err = bbolt.Open(db.path, 0, &bbolt.Options{
			ReadOnly: true, Timeout: lockTimeout, NoStatistics: true,
			OpenFile: func(string, int, os.FileMode) (*os.File, error) { return db.file, nil },
		})
		return err
	})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return ErrLocked
	}
	return err
}

// recognise refuses a file without our header, and one of a schema above newest.
func (db *DB) recognise(newest int) error {
	schema, err := db.readHeader()
	switch {
	case err != nil:
		return err
	case schema == 0:
		return fmt.Errorf("%w: there is nothing in it", ErrNotOurs)
	case schema > newest:
		return fmt.Errorf("%w: its schema is %d, and this one knows up to %d", ErrNewer, schema, newest)
	}
	return nil
}

// Schema is the number of the layout that the file's tables have.
func (db *DB) Schema() (int, error) { return db.readHeader() }

// A Bucket is one that the file has.
type Bucket struct {
	Name string
	Next uint64 // the number that store.Tx.Next gave last; 0 where it gave none
}

// Buckets lists the file's buckets by name, without store.EngineBucket.
func (db *DB) Buckets(ctx context.Context) ([]Bucket, error) {
	var list []Bucket
	err := db.View(ctx, func(sr store.Reader) (err error) {
		list, err = sr.(*reader).list()
		return err
	})
	return list, err
}

func (r *reader) list() (list []Bucket, err error) {
	last := map[string]uint64{}
	err = r.do(func() error {
		return r.tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			if store.CheckBucket(string(name)) == nil {
				last[string(name)] = b.Sequence()
			}
			return nil
		})
	})
	for i := 0; i < len(r.over.names) && err == nil; i++ {
		last[r.over.names[i]], err = r.sequence(r.over.names[i])
	}
	for _, name := range slices.Sorted(maps.Keys(last)) {
		list = append(list, Bucket{name, last[name]})
	}
	return list, err
}
