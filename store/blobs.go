package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
)

const (
	blobPiece  = 256 << 10
	blobCommit = 4 * blobPiece // bytes that one transaction writes at most, so that other writers wait little
	blobBatch  = 64            // rows, or pieces, that one transaction of Prune looks at
)

var (
	// ErrNoBlob is wrapped by Open, and by Read if the blob was pruned meanwhile.
	ErrNoBlob = errors.New("store: no such blob")
	// ErrBlobTooLarge is wrapped by Put.
	ErrBlobTooLarge = errors.New("store: blob over the limit")
	// ErrBlobDamaged is wrapped by Read instead of io.EOF: what was read is not what was written.
	ErrBlobDamaged = errors.New("store: blob damaged")
)

// Blobs keeps large values, such as media, in pieces and under the SHA-256 of their content, so that the same picture is
// kept once. Put them before the row that names them is committed, and prune what no row names. All methods may be
// called from any goroutine, and outside transactions only.
type Blobs struct {
	DB  DB
	Now func() time.Time // the clock whose times Prune is given; nil is the system's
}

// A Blob is a content that is kept.
type Blob struct {
	Sum  string // SHA-256 in hex
	Size int64  // bytes
}

// A blob's pieces lie under a number, for its sum is known only at the end. A loose number has pieces and no blob: its
// Put has not ended and perhaps never will, or Prune has yet to remove them.
const (
	blobHeads  = Table[blobHead]("blobs")              // by sum
	blobLoose  = Table[blobLooseNumber]("blobs.loose") // by number
	blobPieces = "blobs.pieces"                        // Key(number, index): raw bytes
)

type blobHead struct {
	Number uint64
	Size   int64
	At     time.Time // when it was put last
}

func (h blobHead) pieces() int { return int((h.Size + blobPiece - 1) / blobPiece) }

type blobLooseNumber struct {
	Pieces int
	Since  time.Time
}

func (b Blobs) now() time.Time {
	if b.Now == nil {
		return time.Now()
	}
	return b.Now()
}

// Put keeps what r gives, at most limit bytes. r is read outside transactions, and pieces are committed as they come: a
// Put that fails or dies leaves at worst pieces, which nothing names and Prune removes. Only io.EOF is r's end.
func (b Blobs) Put(ctx context.Context, r io.Reader, limit int64) (Blob, error) {
	p := blobPut{Blobs: b, sum: sha256.New(), since: b.now()}
	blob, err := p.run(ctx, r, max(limit, 0))
	if p.loose.Pieces > 0 {
		_ = b.remove(context.WithoutCancel(ctx), p.number, p.loose.Pieces) // what fails here is left to Prune
	}
	return blob, err
}

// blobPut is one Put under way.
type blobPut struct {
	Blobs
	sum    hash.Hash
	size   int64
	since  time.Time
	number uint64          // of the pieces, once there are any
	loose  blobLooseNumber // what is committed and not yet named
}

func (p *blobPut) run(ctx context.Context, r io.Reader, limit int64) (Blob, error) {
	buf := make([]byte, min(limit, blobCommit-1)+1)
	for {
		n, end, err := fill(ctx, r, buf)
		if err != nil {
			return Blob{}, err
		}
		if p.size += int64(n); p.size > limit {
			return Blob{}, fmt.Errorf("%w of %d bytes", ErrBlobTooLarge, limit)
		}
		p.sum.Write(buf[:n])
		if end {
			return p.finish(ctx, buf[:n])
		}
		if err := p.keep(ctx, buf); err != nil {
			return Blob{}, err
		}
	}
}

// fill reads until buf is full or r has ended. io.ReadFull will not do: it calls a body that was cut off an end.
func fill(ctx context.Context, r io.Reader, buf []byte) (n int, end bool, err error) {
	for n < len(buf) && err == nil {
		if err = ctx.Err(); err == nil {
			var m int
			m, err = r.Read(buf[n:])
			n += m
		}
	}
	if err == io.EOF {
		return n, true, nil
	}
	return n, false, err
}

// keep commits a bufferful of pieces.
func (p *blobPut) keep(ctx context.Context, data []byte) error {
	var number uint64
	var loose blobLooseNumber
	err := p.DB.Update(ctx, func(tx Tx) (err error) {
		if number, err = p.putPieces(tx, data); err != nil {
			return err
		}
		loose = blobLooseNumber{Pieces: p.loose.Pieces + pieceCount(len(data)), Since: p.since}
		return blobLoose.Put(tx, loose, number)
	})
	if err == nil {
		p.number, p.loose = number, loose
	}
	return err
}

func pieceCount(n int) int { return (n + blobPiece - 1) / blobPiece }

// putPieces writes the pieces of data after those that are committed, and returns their number.
func (p *blobPut) putPieces(tx Tx, data []byte) (number uint64, err error) {
	if number = p.number; number == 0 {
		if number, err = tx.Next(string(blobLoose)); err != nil {
			return 0, err
		}
	} else if row, _, err := blobLoose.Get(tx, number); err != nil {
		return 0, err
	} else if row.Pieces != p.loose.Pieces {
		return 0, fmt.Errorf("%w: putting it took so long that its first pieces were pruned", ErrNoBlob)
	}
	for i := p.loose.Pieces; len(data) > 0; i++ {
		n := min(len(data), blobPiece)
		if err := tx.Put(blobPieces, Key(number, i), data[:n]); err != nil {
			return 0, err
		}
		data = data[n:]
	}
	return number, nil
}

// finish commits the last pieces and the name, in one transaction. A content that is there already is only made young.
func (p *blobPut) finish(ctx context.Context, data []byte) (Blob, error) {
	blob := Blob{Sum: hex.EncodeToString(p.sum.Sum(nil)), Size: p.size}
	named, now := false, p.now()
	err := p.DB.Update(ctx, func(tx Tx) error {
		head, there, err := blobHeads.Get(tx, blob.Sum)
		if err != nil {
			return err
		}
		if named = !there; named {
			if head.Number, err = p.putPieces(tx, data); err != nil {
				return err
			}
			head.Size = p.size
			if err := blobLoose.Delete(tx, head.Number); err != nil {
				return err
			}
		}
		head.At = now
		return blobHeads.Put(tx, head, blob.Sum)
	})
	if err != nil {
		return Blob{}, err
	}
	if named {
		p.loose = blobLooseNumber{}
	}
	return blob, nil
}
