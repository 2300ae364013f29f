package bolt

import (
	"context"
	"fmt"
	"strconv"

	"sixtwenty/store"
)

// The header says whose file it is and which layout its tables have.
const (
	headerBucket = store.EngineBucket
	magicKey     = "magic"
	magic        = `"sixtwenty"`
	schemaKey    = "schema"
)

// adopt reads the header, writes it to a new file, and brings an older one up to date.
func (db *DB) adopt(migrations []func(store.Tx) error) error {
	newest := len(migrations) + 1
	have, err := db.readHeader()
	switch {
	case err != nil:
		return err
	case have == 0:
		return db.migrate(newest, func(store.Tx) error { return nil })
	case have > newest:
		return fmt.Errorf("%w: its schema is %d, and this one knows up to %d", ErrNewer, have, newest)
	}
	for to := have + 1; to <= newest; to++ {
		if err := db.migrate(to, migrations[to-2]); err != nil {
			return fmt.Errorf("migration from schema %d to %d: %w", to-1, to, err)
		}
	}
	return nil
}

// readHeader returns the file's schema, and 0 for a file that has nothing in it yet.
func (db *DB) readHeader() (schema int, err error) {
	err = db.View(context.Background(), func(sr store.Reader) error {
		r := sr.(*reader)
		if empty, err := r.empty(); empty || err != nil {
			return err
		}
		mark, err := r.Get(headerBucket, magicKey)
		if err != nil {
			return err
		}
		if string(mark) != magic {
			return fmt.Errorf("%w: a bbolt file without its header", ErrNotOurs)
		}
		number, err := r.Get(headerBucket, schemaKey)
		if err != nil {
			return err
		}
		if schema, err = strconv.Atoi(string(number)); err != nil || schema < 1 {
			return fmt.Errorf("%w: its schema reads %q", ErrDamaged, number)
		}
		return nil
	})
	return schema, err
}

// empty tells whether there is no bucket at all: a new file, or one whose maker died before it wrote the header.
func (r *reader) empty() (empty bool, err error) {
	err = r.do(func() error {
		k, _ := r.tx.Cursor().First()
		empty = k == nil
		return nil
	})
	return empty, err
}

// migrate runs one step and keeps it with the schema that it leads to.
func (db *DB) migrate(to int, step func(store.Tx) error) error {
	return db.Update(context.Background(), func(tx store.Tx) error {
		if err := step(tx); err != nil {
			return err
		}
		return tx.(*writer).putHeader(to)
	})
}

func (w *writer) putHeader(schema int) error {
	w.writes++
	return w.do(func() error {
		b, err := w.tx.CreateBucketIfNotExists([]byte(headerBucket))
		if err != nil {
			return err
		}
		if err := b.Put([]byte(magicKey), []byte(magic)); err != nil {
			return err
		}
		return b.Put([]byte(schemaKey), []byte(strconv.Itoa(schema)))
	})
}
