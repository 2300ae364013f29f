package bolt

import (
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"sixtwenty/store"
)

// The journal makes a commit cost what it changes, and not where. In a tree each changed row rewrites a page of its own, so
// a commit of one check-in would write seventeen pages of 4 kB. Instead a commit appends all its changes to one of two
// buckets of this file, as one run of bytes, and they stay in memory too (see overlay) until they are carried home: a few
// with each later commit, in the order of their keys, so that neighbours share the pages that they rewrite, and what was
// changed again or deleted meanwhile never reaches its bucket at all.
//
// It is one file and one transaction of bbolt all the same: what Update has kept is on disk, a copy of the file is whole, and
// whoever opens it finds the changes that are not home and reads as if they were. Each round through the memory carries home
// all that was there when it began; so at its end the journal of the round before is dropped, and the two take turns.
const (
	journal0 = store.EngineBucket + "/journal/0"
	journal1 = store.EngineBucket + "/journal/1"

	// piece is how a run of bytes is cut, so that a page of 4 kB takes three pieces and is written once.
	piece = 1300
	// enoughWaits is how many bytes may wait in memory to be carried home, and be written into one journal.
	enoughWaits = 4 << 20
	// largeCommit is how many bytes a commit takes home at once: written twice, they would gain nothing.
	largeCommit = 256 << 10
	// manyDeleted is how many keys that are no more may lie over their buckets: whoever looks for the first that is there must
	// pass over them.
	manyDeleted = 256
	// few is the least that is carried home with a commit while too much waits.
	few = 64
)

// A round is where the carrying stands.
type round struct {
	next    uint64 // number of the next commit
	cur     int    // of the two journals, the one that is written
	written int    // bytes in it
	hand    entry  // all before this was carried home in this round
}

func journalName(n int) string { return [2]string{journal0, journal1}[n] }

// keep writes the changes of a commit, and carries home what is due.
func (w *writer) keep() error {
	size := 0
	for _, e := range w.log {
		size += len(e.Key) + len(e.Value)
	}
	if size > w.db.large {
		return w.settle()
	}
	w.db.run = encode(w.db.run[:0], w.log)
	if err := w.append(w.db.run); err != nil {
		return err
	}
	if w.over.deleted > manyDeleted {
		if err := w.bury(); err != nil {
			return err
		}
	}
	if w.over.size > w.db.enough || w.round.written > w.db.enough {
		return w.carry(max(few, 2*len(w.log)))
	}
	return nil
}

func (w *writer) append(run []byte) error {
	b, err := w.made(journalName(w.round.cur))
	if err != nil {
		return err
	}
	b.FillPercent = 1
	w.round.written += len(run)
	for n := uint32(0); len(run) > 0; n++ {
		key := binary.BigEndian.AppendUint64(make([]byte, 0, 12), w.round.next)
		part := run[:min(piece, len(run))]
		if err := b.Put(binary.BigEndian.AppendUint32(key, n), part); err != nil {
			return err
		}
		run = run[len(part):]
	}
	w.round.next++
	return nil
}

// bury takes home what this commit deleted.
func (w *writer) bury() error {
	for _, e := range w.log {
		if e.Value != nil {
			continue
		}
		if err := w.home(e); err != nil {
			return err
		}
		if w.over.get(e.bucket, e) == e { // it may have been there for this transaction alone, or be put again
			w.over.remove(e)
		}
	}
	return nil
}

// carry takes so many changes home; where there are no more, the round is over and the next begins.
func (w *writer) carry(most int) error {
	list := w.over.from(&w.round.hand, most)
	for _, e := range list {
		if err := w.home(e); err != nil {
			return err
		}
		w.over.remove(e)
	}
	if len(list) < most {
		w.round = round{next: w.round.next, cur: 1 - w.round.cur}
		return w.drop(journalName(w.round.cur))
	}
	w.round.hand = *list[len(list)-1]
	return nil
}

// settle takes everything home.
func (w *writer) settle() error {
	for _, e := range w.over.from(&entry{}, w.over.entries()) {
		if err := w.home(e); err != nil {
			return err
		}
	}
	w.over, w.round = newOverlay(), round{next: w.round.next}
	if err := w.drop(journal0); err != nil {
		return err
	}
	return w.drop(journal1)
}

func (w *writer) home(e *entry) error {
	if e.Value == nil {
		if b := w.bucket(e.bucket); b != nil {
			return b.Delete([]byte(e.Key))
		}
		return nil
	}
	b, err := w.made(e.bucket)
	switch {
	case err != nil:
		return err
	case e.Key == "":
		return b.SetSequence(binary.BigEndian.Uint64(e.Value))
	}
	return b.Put([]byte(e.Key), e.Value)
}

func (w *writer) drop(name string) error {
	if w.bucket(name) == nil {
		return nil
	}
	delete(w.buckets, name)
	return w.tx.DeleteBucket([]byte(name))
}

// made gives a bucket, made where there is none.
func (w *writer) made(name string) (*bbolt.Bucket, error) {
	if b := w.bucket(name); b != nil {
		return b, nil
	}
	b, err := w.tx.CreateBucket([]byte(name))
	if err == nil {
		w.found(name, b)
	}
	return b, err
}

// encode writes changes one after the other: the bucket, as the number that its name got when it was first met, or 0 and the
// name; the key; 0 where it is deleted, or the value with a length that is one more. Lengths and numbers are varints.
func encode(run []byte, log []*entry) []byte {
	names := map[string]uint64{}
	for _, e := range log {
		if n, ok := names[e.bucket]; ok {
			run = binary.AppendUvarint(run, n)
		} else {
			names[e.bucket] = uint64(len(names) + 1)
			run = appendString(append(run, 0), e.bucket)
		}
		if run = appendString(run, e.Key); e.Value == nil {
			run = append(run, 0)
			continue
		}
		run = append(binary.AppendUvarint(run, uint64(len(e.Value)+1)), e.Value...)
	}
	return run
}

func appendString(to []byte, s string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}

// decode reads what encode wrote, and gives each change to take.
func decode(run []byte, take func(e *entry)) error {
	d := decoder{rest: run}
	var names []string
	for len(d.rest) > 0 && !d.bad {
		e := &entry{}
		switch n := d.number(); {
		case n == 0:
			e.bucket = string(d.bytes(d.number()))
			names = append(names, e.bucket)
		case n <= uint64(len(names)):
			e.bucket = names[n-1]
		default:
			d.bad = true
		}
		e.Key = string(d.bytes(d.number()))
		if n := d.number(); n > 0 {
			e.Value = append([]byte{}, d.bytes(n-1)...)
		}
		if e.Key == "" && len(e.Value) != 8 || e.bucket == "" {
			d.bad = true
		}
		if !d.bad {
			take(e)
		}
	}
	if d.bad {
		return fmt.Errorf("%w: a journal row makes no sense", ErrDamaged)
	}
	return nil
}

type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) bytes(n uint64) []byte {
	if n > uint64(len(d.rest)) {
		d.bad, d.rest = true, nil
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

// replay reads the journals of a file that was just opened, the older one first.
func (db *DB) replay() error {
	r := &reader{db: db, over: newOverlay()}
	if err := r.beginBase(false); err != nil {
		return err
	}
	defer r.end()
	err := r.do(func() error {
		first0, last0 := r.numbers(journal0)
		first1, last1 := r.numbers(journal1)
		db.round = round{next: max(last0, last1) + 1}
		if last1 > 0 && (last0 == 0 || first0 < first1) {
			db.round.cur = 1
		}
		for _, n := range []int{1 - db.round.cur, db.round.cur} {
			var err error
			if db.round.written, err = r.replay(journalName(n)); err != nil {
				return err
			}
		}
		return nil
	})
	r.over.commit = r.tx.ID()
	db.over.Store(r.over)
	return err
}

// numbers are those of a journal's first and last commit, 0 where there is none.
func (r *reader) numbers(name string) (first, last uint64) {
	b := r.bucket(name)
	if b == nil {
		return 0, 0
	}
	k, _ := b.Cursor().First()
	l, _ := b.Cursor().Last()
	return commitOf(k), commitOf(l)
}

// commitOf is the number of the commit that a piece belongs to, 0 for what is no piece.
func commitOf(key []byte) uint64 {
	if len(key) != 12 {
		return 0
	}
	return binary.BigEndian.Uint64(key)
}

// replay puts the pieces of a journal together, takes the changes over, and says how many bytes they take.
func (r *reader) replay(name string) (size int, err error) {
	b := r.bucket(name)
	if b == nil {
		return 0, nil
	}
	var run []byte
	last := uint64(0)
	flush := func() error {
		defer func() { run = run[:0] }()
		return decode(run, func(e *entry) {
			e.by = last
			r.over.set(e)
		})
	}
	c := b.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		n := commitOf(k)
		if n == 0 {
			return 0, fmt.Errorf("%w: a journal has a row without a number", ErrDamaged)
		}
		if n != last {
			if err := flush(); err != nil {
				return 0, err
			}
			last = n
		}
		run, size = append(run, v...), size+len(v)
	}
	return size, flush()
}
