package store

import (
	"context"
	"iter"
)

// Prefixed is db with prefix before the name of every bucket, so that several accounts can share one database. End the
// prefix with a character that no bucket's name has, or two prefixes may meet in one bucket. Backup copies all of db;
// Close does nothing, for db is its opener's to close.
func Prefixed(db DB, prefix string) DB { return prefixedDB{db, prefix} }

type prefixedDB struct {
	DB
	prefix string
}

var (
	_ DB = prefixedDB{}
	_ Tx = prefixedTx{}
)

func (db prefixedDB) View(ctx context.Context, fn func(Reader) error) error {
	return db.DB.View(ctx, func(r Reader) error { return fn(prefixedReader{r, newNames(db.prefix)}) })
}

func (db prefixedDB) Update(ctx context.Context, fn func(Tx) error) error {
	return db.DB.Update(ctx, func(tx Tx) error { return fn(PrefixedTx(tx, db.prefix)) })
}

// PrefixedTx is tx as a Prefixed store gives it, for who has the transaction of the whole.
func PrefixedTx(tx Tx, prefix string) Tx { return prefixedTx{prefixedReader{tx, newNames(prefix)}, tx} }

func (db prefixedDB) Close() error { return nil }

type prefixedReader struct {
	r     Reader
	names *prefixedNames
}

// prefixedNames are the names with the prefix, which a transaction needs again and again.
type prefixedNames struct {
	prefix string
	known  map[string]string
}

func newNames(prefix string) *prefixedNames { return &prefixedNames{prefix, map[string]string{}} }

func (n *prefixedNames) of(bucket string) string {
	name, ok := n.known[bucket]
	if !ok {
		name = n.prefix + bucket
		n.known[bucket] = name
	}
	return name
}

func (r prefixedReader) Get(bucket, key string) ([]byte, error) {
	return r.r.Get(r.names.of(bucket), key)
}

func (r prefixedReader) Scan(bucket string, rg Range) iter.Seq2[Pair, error] {
	return r.r.Scan(r.names.of(bucket), rg)
}

type prefixedTx struct {
	prefixedReader
	tx Tx
}

func (t prefixedTx) Put(bucket, key string, value []byte) error {
	if err := CheckBucket(bucket); err != nil {
		return err
	}
	return t.tx.Put(t.names.of(bucket), key, value)
}

func (t prefixedTx) Delete(bucket, key string) error {
	if err := CheckBucket(bucket); err != nil {
		return err
	}
	return t.tx.Delete(t.names.of(bucket), key)
}

func (t prefixedTx) Next(bucket string) (uint64, error) {
	if err := CheckBucket(bucket); err != nil {
		return 0, err
	}
	return t.tx.Next(t.names.of(bucket))
}
