package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

const (
	piece = 256 << 10
	mb    = 1 << 20
)

// blobWorld is a store of blobs with a clock of its own and the sums that rows name.
type blobWorld struct {
	store.Blobs
	at    time.Time
	named map[string]bool
}

func newBlobWorld(t testing.TB, db store.DB) *blobWorld {
	w := &blobWorld{at: time.Date(2026, 2, 14, 6, 20, 0, 0, time.UTC), named: map[string]bool{}}
	w.Blobs = store.Blobs{DB: db, Now: func() time.Time { return w.at }}
	return w
}

func content(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i * 7919 >> 8)
	}
	return b
}

func (w *blobWorld) put(t testing.TB, data []byte) store.Blob {
	t.Helper()
	blob, err := w.Put(t.Context(), bytes.NewReader(data), 100*mb)
	if err != nil {
		t.Fatal(err)
	}
	return blob
}

func (w *blobWorld) read(t testing.TB, sum string) ([]byte, error) {
	t.Helper()
	r, err := w.Open(t.Context(), sum)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// prune removes what is older than an hour.
func (w *blobWorld) prune(t testing.TB) store.Pruned {
	t.Helper()
	got, err := w.Prune(t.Context(), w.at.Add(-time.Hour), func(_ store.Reader, sum string) (bool, error) { return w.named[sum], nil })
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// rows counts the pairs of each of the blobs' buckets.
func (w *blobWorld) rows(t testing.TB) string {
	t.Helper()
	counts := map[string]int{}
	err := w.DB.View(context.Background(), func(r store.Reader) error {
		for _, bucket := range []string{"blobs", "blobs.loose", "blobs.pieces"} {
			for _, err := range r.Scan(bucket, store.Range{}) {
				if err != nil {
					return err
				}
				counts[bucket]++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d blobs %d loose %d pieces", counts["blobs"], counts["blobs.loose"], counts["blobs.pieces"])
}

func (w *blobWorld) wantRows(t testing.TB, want string) {
	t.Helper()
	if got := w.rows(t); got != want {
		t.Errorf("there are %s, want %s", got, want)
	}
}

func TestBlobs(t *testing.T) {
	for _, size := range []int{0, 1, piece - 1, piece, piece + 1, mb - 1, mb, mb + 1, 3*mb + 17} {
		w := newBlobWorld(t, storetest.Twice(storetest.Open(t)))
		data := content(size)
		sum := sha256.Sum256(data)
		blob := w.put(t, data)
		if blob.Sum != hex.EncodeToString(sum[:]) || blob.Size != int64(size) {
			t.Errorf("%d bytes are kept as %+v", size, blob)
		}
		got, err := w.read(t, blob.Sum)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes come back as %d, %v", size, len(got), err)
		}
		w.wantRows(t, fmt.Sprintf("1 blobs 0 loose %d pieces", (size+piece-1)/piece))
	}
}

func TestBlobsFromOddReaders(t *testing.T) {
	data := content(mb + 300)
	for name, r := range map[string]io.Reader{
		"a byte at a time":  iotest.OneByteReader(bytes.NewReader(data)),
		"end with the data": iotest.DataErrReader(bytes.NewReader(data)),
		"by halves":         iotest.HalfReader(bytes.NewReader(data)),
	} {
		w := &blobWorld{Blobs: store.Blobs{DB: storetest.Open(t)}} // and by the system's clock
		blob, err := w.Put(t.Context(), r, math.MaxInt64)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := w.read(t, blob.Sum); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes come back as %d, %v", name, len(data), len(got), err)
		}
	}
}

func TestBlobIsAReader(t *testing.T) {
	w := newBlobWorld(t, storetest.Open(t))
	data := content(2*piece + 3)
	r, err := w.Open(t.Context(), w.put(t, data).Sum)
	if err != nil {
		t.Fatal(err)
	}
	if r.Size != int64(len(data)) {
		t.Errorf("its size is %d", r.Size)
	}
	if err := iotest.TestReader(r, data); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Read after Close: %v", err)
	}
}

func TestBlobLimit(t *testing.T) {
	for _, size := range []int{0, 1, piece, mb - 1, mb, 2 * mb} {
		w := newBlobWorld(t, storetest.Open(t))
		data := content(size + 1)
		if _, err := w.Put(t.Context(), bytes.NewReader(data[:size]), int64(size)); err != nil {
			t.Errorf("just %d bytes: %v", size, err)
		}
		before := w.rows(t)
		if _, err := w.Put(t.Context(), bytes.NewReader(data), int64(size)); !errors.Is(err, store.ErrBlobTooLarge) {
			t.Errorf("one more than %d bytes: %v", size, err)
		}
		w.wantRows(t, before)
	}
	w := newBlobWorld(t, storetest.Open(t))
	if _, err := w.Put(t.Context(), strings.NewReader("x"), -1); !errors.Is(err, store.ErrBlobTooLarge) {
		t.Errorf("a limit below 0: %v", err)
	}
}

func TestBlobPutFails(t *testing.T) {
	bad := errors.New("the network")
	for name, cause := range map[string]error{"an error": bad, "a body cut off": io.ErrUnexpectedEOF, "an end that is none": fmt.Errorf("%w", io.EOF)} {
		for _, size := range []int{0, 5, mb, mb + 5} {
			w := newBlobWorld(t, storetest.Open(t))
			r := io.MultiReader(bytes.NewReader(content(size)), iotest.ErrReader(cause))
			if _, err := w.Put(t.Context(), r, 10*mb); !errors.Is(err, cause) {
				t.Errorf("%s after %d bytes: %v", name, size, err)
			}
			w.wantRows(t, "0 blobs 0 loose 0 pieces")
		}
	}
}

func TestBlobPutEndsWithContext(t *testing.T) {
	w := newBlobWorld(t, storetest.Open(t))
	ctx, cancel := context.WithCancel(t.Context())
	endless := readerFunc(func(p []byte) (int, error) {
		cancel()
		return len(p), nil
	})
	if _, err := w.Put(ctx, endless, math.MaxInt64); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	w.wantRows(t, "0 blobs 0 loose 0 pieces")
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestBlobIsKeptOnce(t *testing.T) {
	for _, size := range []int{10, 2 * mb} {
		w := newBlobWorld(t, storetest.Open(t))
		first := w.put(t, content(size))
		rows := w.rows(t)
		w.at = w.at.Add(2 * time.Hour)
		if again := w.put(t, content(size)); again != first {
			t.Errorf("%+v, then %+v", first, again)
		}
		w.wantRows(t, rows)
		if got := w.prune(t); got.Blobs != 0 {
			t.Errorf("pruned although it was just put again: %+v", got)
		}
	}
}

func TestNoBlob(t *testing.T) {
	w := newBlobWorld(t, storetest.Open(t))
	for _, sum := range []string{"", "00", strings.Repeat("x", 10_000)} {
		_, err := w.read(t, sum)
		if !errors.Is(err, store.ErrNoBlob) || len(err.Error()) > 200 {
			t.Errorf("%.20q: %.300v", sum, err)
		}
	}
}

func TestBlobDamaged(t *testing.T) {
	for want, harm := range map[string]func(tx store.Tx, key string) error{
		"reads as":       func(tx store.Tx, key string) error { return tx.Put("blobs.pieces", key, make([]byte, piece)) },
		"has 1 bytes":    func(tx store.Tx, key string) error { return tx.Put("blobs.pieces", key, make([]byte, 1)) },
		"lost its piece": func(tx store.Tx, key string) error { return tx.Delete("blobs.pieces", key) },
	} {
		w := newBlobWorld(t, storetest.Open(t))
		blob := w.put(t, content(2*piece))
		update(t, w.DB, func(tx store.Tx) error { return harm(tx, store.Key(uint64(1), 1)) })
		_, err := w.read(t, blob.Sum)
		if err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, store.ErrBlobDamaged) && !errors.Is(err, store.ErrNoBlob) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestBlobReaderHoldsNothing closes the store under a reader, which would wait for an open View.
func TestBlobReaderHoldsNothing(t *testing.T) {
	w := newBlobWorld(t, storetest.Open(t))
	r, err := w.Open(t.Context(), w.put(t, content(2*piece)).Sum)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if err := w.DB.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); !errors.Is(err, store.ErrClosed) {
		t.Error(err)
	}
}

func TestPrune(t *testing.T) {
	w := newBlobWorld(t, storetest.Twice(storetest.Open(t)))
	named := w.put(t, content(piece+1))
	w.named[named.Sum] = true
	large := w.put(t, content(17*mb)) // more pieces than one transaction removes
	for i := range 150 {              // more than one batch
		w.put(t, fmt.Append(nil, "small", i))
	}
	w.at = w.at.Add(2 * time.Hour)
	young := w.put(t, []byte("young"))
	got := w.prune(t)
	if got.Blobs != 151 || got.Bytes < large.Size {
		t.Errorf("pruned %+v", got)
	}
	w.wantRows(t, "2 blobs 0 loose 3 pieces")
	for _, sum := range []string{named.Sum, young.Sum} {
		if _, err := w.read(t, sum); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.read(t, large.Sum); !errors.Is(err, store.ErrNoBlob) {
		t.Errorf("the large one: %v", err)
	}
	if got := w.prune(t); got != (store.Pruned{}) {
		t.Errorf("and again %+v", got)
	}
}

func TestPruneErrors(t *testing.T) {
	w := newBlobWorld(t, storetest.Open(t))
	blob := w.put(t, []byte("x"))
	bad := errors.New("cannot tell")
	_, err := w.Prune(t.Context(), w.at.Add(time.Hour), func(_ store.Reader, sum string) (bool, error) {
		if sum != blob.Sum {
			t.Errorf("asked for %q", sum)
		}
		return false, bad
	})
	if !errors.Is(err, bad) {
		t.Error(err)
	}
	w.wantRows(t, "1 blobs 0 loose 1 pieces")
}

// TestBlobCrash stops a Put, then a Prune, at every commit in turn, as a crash would: what is left is harmless, and the
// next Prune takes it away.
func TestBlobCrash(t *testing.T) {
	data := content(2*mb + 5)
	for commit := 1; ; commit++ {
		db := &crashing{DB: storetest.Open(t), left: commit}
		w := newBlobWorld(t, db)
		_, err := w.Put(t.Context(), bytes.NewReader(data), 10*mb)
		if err == nil {
			w.at = w.at.Add(2 * time.Hour)
			_, err = w.Prune(t.Context(), w.at, func(store.Reader, string) (bool, error) { return false, nil })
		}
		if err == nil {
			if commit < 5 {
				t.Errorf("all was done in %d commits", commit)
			}
			return
		}
		db.left = 1000
		if _, err := w.read(t, sumOf(data)); err != nil && !errors.Is(err, store.ErrNoBlob) {
			t.Errorf("after a crash at commit %d: %v", commit, err)
		}
		w.at = w.at.Add(2 * time.Hour)
		w.prune(t)
		w.wantRows(t, "0 blobs 0 loose 0 pieces")
	}
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

var errCrashed = errors.New("crashed")

// crashing lets through so many Updates, and then nothing.
type crashing struct {
	store.DB
	left int
}

func (c *crashing) Update(ctx context.Context, fn func(store.Tx) error) error {
	if c.left--; c.left <= 0 {
		return errCrashed
	}
	return c.DB.Update(ctx, fn)
}

// TestPruneDuringPut prunes what a Put has committed so far, in the middle of it: the Put must fail, not keep a blob with
// a hole.
func TestPruneDuringPut(t *testing.T) {
	for _, size := range []int{mb, 17 * mb, 30 * mb} {
		w := newBlobWorld(t, storetest.Open(t))
		late := readerFunc(func([]byte) (int, error) {
			w.at = w.at.Add(2 * time.Hour)
			w.prune(t)
			return 0, io.EOF
		})
		_, err := w.Put(t.Context(), io.MultiReader(bytes.NewReader(content(size)), late), 100*mb)
		if !errors.Is(err, store.ErrNoBlob) {
			t.Errorf("%d bytes: %v", size, err)
		}
		w.wantRows(t, "0 blobs 0 loose 0 pieces")
	}
}

// TestPruneHalfDuringPut is the same, with a Prune that dies between two of its transactions.
func TestPruneHalfDuringPut(t *testing.T) {
	db := &crashing{DB: storetest.Open(t), left: 1000}
	w := newBlobWorld(t, db)
	late := readerFunc(func([]byte) (int, error) {
		db.left = 3 // one looks at the blobs, one removes a batch of pieces
		w.at = w.at.Add(2 * time.Hour)
		_, err := w.Prune(t.Context(), w.at, func(store.Reader, string) (bool, error) { return false, nil })
		if !errors.Is(err, errCrashed) {
			t.Errorf("Prune = %v", err)
		}
		db.left = 1000
		return 0, io.EOF
	})
	_, err := w.Put(t.Context(), io.MultiReader(bytes.NewReader(content(20*mb)), late), 100*mb)
	if !errors.Is(err, store.ErrNoBlob) {
		t.Error(err)
	}
	w.at = w.at.Add(2 * time.Hour)
	w.prune(t)
	w.wantRows(t, "0 blobs 0 loose 0 pieces")
}

// gated has a hook before each Update.
type gated struct {
	store.DB
	before func()
}

func (g gated) Update(ctx context.Context, fn func(store.Tx) error) error {
	g.before()
	return g.DB.Update(ctx, fn)
}

// TestPutOvertakesPrune has a Put go on between the moment that a Prune saw its pieces and the one it removes them.
func TestPutOvertakesPrune(t *testing.T) {
	for name, more := range map[string]int{"to its end": 0, "a step": mb} {
		w := newBlobWorld(t, storetest.Open(t))
		sees, goOn, pruned := make(chan bool), make(chan bool), make(chan error, 1)
		updates := 0
		slow := gated{w.DB, func() {
			if updates++; updates == 2 { // the first looks at the blobs, this one removes
				sees <- true
				<-goOn
			}
		}}
		late := readerFunc(func([]byte) (int, error) {
			go func() {
				_, err := store.Blobs{DB: slow}.Prune(context.Background(), w.at.Add(time.Hour),
					func(store.Reader, string) (bool, error) { return false, nil })
				pruned <- err
			}()
			<-sees
			return 0, io.EOF
		})
		finish := readerFunc(func([]byte) (int, error) {
			if more > 0 {
				close(goOn)
				if err := <-pruned; err != nil {
					t.Error(err)
				}
			}
			return 0, io.EOF
		})
		data := content(mb + more)
		first, second := bytes.NewReader(data[:mb]), bytes.NewReader(data[mb:])
		blob, err := w.Put(t.Context(), io.MultiReader(first, late, second, finish), 10*mb)
		if err != nil {
			t.Fatal(err)
		}
		if more == 0 {
			close(goOn)
			if err := <-pruned; err != nil {
				t.Error(err)
			}
		}
		if got, err := w.read(t, blob.Sum); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d of %d bytes, %v", name, len(got), len(data), err)
		}
		w.wantRows(t, fmt.Sprintf("1 blobs 0 loose %d pieces", len(data)/piece))
	}
}

func BenchmarkBlobPut(b *testing.B) {
	w := newBlobWorld(b, storetest.Open(b))
	data := content(5 * mb)
	b.SetBytes(int64(len(data)))
	i := 0
	for b.Loop() {
		i++
		copy(data, fmt.Append(nil, i))
		w.put(b, data)
	}
}
