package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// Open returns a reader of the blob with that sum. ctx governs its reads too.
func (b Blobs) Open(ctx context.Context, sum string) (*BlobReader, error) {
	var head blobHead
	err := b.DB.View(ctx, func(r Reader) (err error) {
		var ok bool
		if head, ok, err = blobHeads.Get(r, sum); err == nil && !ok {
			err = fmt.Errorf("%w: %.64q", ErrNoBlob, sum)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &BlobReader{
		Blob: Blob{Sum: sum, Size: head.Size},
		ctx:  ctx, db: b.DB, number: head.Number, left: head.Size, hash: sha256.New(),
	}, nil
}

// A BlobReader reads a blob piece by piece, each in a View of its own that is over before Read returns: however slow the
// reader's user is, he holds nothing open. At the end it compares the sum. It is for one goroutine.
type BlobReader struct {
	Blob
	ctx    context.Context
	db     DB
	number uint64
	index  int    // of the next piece
	left   int64  // bytes after piece
	piece  []byte // what is left of the last one
	hash   hash.Hash
	err    error // what every Read gives from now on
}

var _ io.ReadCloser = (*BlobReader)(nil)

// Read implements io.Reader.
func (r *BlobReader) Read(p []byte) (int, error) {
	if len(r.piece) == 0 && r.err == nil {
		r.err = r.fetch()
	}
	if r.err != nil {
		return 0, r.err
	}
	n := copy(p, r.piece)
	r.piece = r.piece[n:]
	return n, nil
}

// Close implements io.Closer.
func (r *BlobReader) Close() error {
	r.piece, r.err = nil, ErrClosed
	return nil
}

func (r *BlobReader) fetch() error {
	if r.left == 0 {
		return r.end()
	}
	err := r.db.View(r.ctx, func(tx Reader) (err error) {
		r.piece, err = tx.Get(blobPieces, Key(r.number, r.index))
		return err
	})
	switch {
	case err != nil:
		return err
	case r.piece == nil:
		return fmt.Errorf("%w: %s lost its piece %d", ErrNoBlob, r.Sum, r.index)
	case int64(len(r.piece)) != min(r.left, blobPiece):
		return fmt.Errorf("%w: %s, piece %d has %d bytes", ErrBlobDamaged, r.Sum, r.index, len(r.piece))
	}
	r.hash.Write(r.piece)
	r.left -= int64(len(r.piece))
	r.index++
	return nil
}

func (r *BlobReader) end() error {
	if got := hex.EncodeToString(r.hash.Sum(nil)); got != r.Sum {
		return fmt.Errorf("%w: %s reads as %s", ErrBlobDamaged, r.Sum, got)
	}
	return io.EOF
}
