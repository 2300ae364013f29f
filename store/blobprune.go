package store

import (
	"context"
	"time"
)

// Pruned says what Prune removed, the remains of a Put that never ended not counted.
type Pruned struct {
	Blobs int
	Bytes int64
}

// Prune removes the blobs that were put before olderThan and that nothing names, and what Puts left that began before
// it and have not ended. The time between a Put and the commit of the row that names the blob must be shorter than that.
// named tells whether a row names the sum; it runs in the transaction that removes, perhaps more than once, and should
// look into an index.
func (b Blobs) Prune(ctx context.Context, olderThan time.Time, named func(r Reader, sum string) (bool, error)) (Pruned, error) {
	var total Pruned
	for from, more := "", true; more; {
		var some Pruned
		var last string
		err := b.DB.Update(ctx, func(tx Tx) (err error) {
			u := unnamer{tx: tx, olderThan: olderThan, named: named}
			last, err = u.run(from)
			some = u.done
			return err
		})
		if err != nil {
			return total, err
		}
		total.Blobs += some.Blobs
		total.Bytes += some.Bytes
		from, more = last+"\x00", last != ""
	}
	return total, b.removeLoose(ctx, olderThan)
}

// unnamer takes their sums from the blobs of one batch; the pieces become loose.
type unnamer struct {
	tx        Tx
	olderThan time.Time
	named     func(r Reader, sum string) (bool, error)
	done      Pruned
}

// run looks at one batch and returns its last key, or "" if it was the last batch.
func (u *unnamer) run(from string) (last string, err error) {
	heads, err := collect(blobHeads.Scan(u.tx, Range{From: from, Limit: blobBatch}))
	if err != nil {
		return "", err
	}
	for _, h := range heads {
		if err := u.look(h); err != nil {
			return "", err
		}
	}
	if len(heads) < blobBatch {
		return "", nil
	}
	return heads[len(heads)-1].Key, nil
}

func (u *unnamer) look(h Row[blobHead]) error {
	if !h.Value.At.Before(u.olderThan) {
		return nil
	}
	var sum string
	if err := Split(h.Key, &sum); err != nil {
		return err
	}
	if named, err := u.named(u.tx, sum); err != nil || named {
		return err
	}
	u.done.Blobs++
	u.done.Bytes += h.Value.Size
	if err := blobHeads.Delete(u.tx, sum); err != nil {
		return err
	}
	loose := blobLooseNumber{Pieces: h.Value.pieces(), Since: h.Value.At}
	return blobLoose.Put(u.tx, loose, h.Value.Number)
}

// removeLoose removes the pieces of all numbers that are loose since before olderThan.
func (b Blobs) removeLoose(ctx context.Context, olderThan time.Time) error {
	for from := ""; ; {
		var rows []Row[blobLooseNumber]
		err := b.DB.View(ctx, func(r Reader) (err error) {
			rows, err = collect(blobLoose.Scan(r, Range{From: from, Limit: blobBatch}))
			return err
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := b.removeOld(ctx, row, olderThan); err != nil {
				return err
			}
		}
		from = rows[len(rows)-1].Key + "\x00"
	}
}

func (b Blobs) removeOld(ctx context.Context, row Row[blobLooseNumber], olderThan time.Time) error {
	var number uint64
	if err := Split(row.Key, &number); err != nil || !row.Value.Since.Before(olderThan) {
		return err
	}
	return b.remove(ctx, number, row.Value.Pieces)
}

// remove removes the pieces of a loose number, the last first, in transactions of bounded size; a crash between them
// leaves it loose. If its Put goes on meanwhile, whichever commits first stops the other.
func (b Blobs) remove(ctx context.Context, number uint64, pieces int) error {
	for pieces > 0 {
		left := max(pieces-blobBatch, 0)
		err := b.DB.Update(ctx, func(tx Tx) error { return removePieces(tx, number, pieces, left) })
		if err != nil {
			return err
		}
		pieces = left
	}
	return nil
}

func removePieces(tx Tx, number uint64, pieces, left int) error {
	loose, _, err := blobLoose.Get(tx, number)
	if err != nil || loose.Pieces != pieces {
		return err
	}
	for i := left; i < pieces; i++ {
		if err := tx.Delete(blobPieces, Key(number, i)); err != nil {
			return err
		}
	}
	if left == 0 {
		return blobLoose.Delete(tx, number)
	}
	loose.Pieces = left
	return blobLoose.Put(tx, loose, number)
}
