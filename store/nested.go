package store

import "iter"

// Nested runs fn with a transaction of its own inside tx. Its changes reach tx if fn returns nil; after an error or a
// panic tx is as it was. fn sees its own changes, by Get and by Scan, and may nest further. Use tx itself again only
// when Nested has returned.
//
// Numbers come from tx at once: one that was given to a failed fn is skipped, and is given again only if the whole
// Update is undone.
func Nested(tx Tx, fn func(Tx) error) error {
	n := &nested{base: tx}
	defer n.end()
	if err := fn(n); err != nil {
		return err
	}
	return n.flush()
}

// nested holds back what fn changes. One fn touches few buckets, so they are a list.
type nested struct {
	base    Tx // nil when fn is done
	buckets []*changes
}

var _ Tx = (*nested)(nil)

func (n *nested) end() { n.base, n.buckets = nil, nil }

func (n *nested) flush() error {
	for _, c := range n.buckets {
		if err := c.applyTo(n.base); err != nil {
			return err
		}
	}
	return nil
}

// changes returns the bucket's changes, or nil if it has none.
func (n *nested) changes(bucket string) *changes {
	for _, c := range n.buckets {
		if c.bucket == bucket {
			return c
		}
	}
	return nil
}

func (n *nested) change(bucket, key string, value []byte) {
	c := n.changes(bucket)
	if c == nil {
		c = &changes{bucket: bucket}
		n.buckets = append(n.buckets, c)
	}
	c.set(key, value)
}

func (n *nested) Get(bucket, key string) ([]byte, error) {
	if n.base == nil {
		return nil, ErrClosed
	}
	if c := n.changes(bucket); c != nil {
		if at, ok := c.find(key); ok {
			return clone(c.at(at).Value), nil
		}
	}
	return n.base.Get(bucket, key)
}

func (n *nested) Put(bucket, key string, value []byte) error {
	if n.base == nil {
		return ErrReadOnly
	}
	if err := CheckPut(bucket, key, value); err != nil {
		return err
	}
	n.change(bucket, key, append([]byte{}, value...))
	return nil
}

func (n *nested) Delete(bucket, key string) error {
	if n.base == nil {
		return ErrReadOnly
	}
	if err := CheckBucket(bucket); err != nil {
		return err
	}
	n.change(bucket, key, nil)
	return nil
}

func (n *nested) Next(bucket string) (uint64, error) {
	if n.base == nil {
		return 0, ErrReadOnly
	}
	return n.base.Next(bucket)
}

func (n *nested) Scan(bucket string, r Range) iter.Seq2[Pair, error] {
	return func(yield func(Pair, error) bool) {
		if n.base == nil {
			yield(Pair{}, ErrClosed)
			return
		}
		c := n.changes(bucket)
		if c == nil {
			n.base.Scan(bucket, r)(yield)
			return
		}
		base := func(r Range) iter.Seq2[Pair, error] { return n.base.Scan(bucket, r) }
		Merged(base, c, r)(yield)
	}
}

// clone copies a value, and keeps the difference between none (nil) and an empty one.
func clone(value []byte) []byte {
	if value == nil {
		return nil
	}
	return append([]byte{}, value...)
}
