package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"runtime/debug"
	"time"

	"go.uber.org/zap"

	"sixtwenty/store"
)

// Blobs tells which blobs some rows name, by their SHA-256; telling one twice does no harm.
type Blobs func(r store.Reader) iter.Seq2[string, error]

// BlobsIn are those that the rows of a table name; "" is none.
func BlobsIn[T any](t store.Table[T], sum func(T) string) Blobs {
	return func(r store.Reader) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for row, err := range t.Scan(r, store.Range{}) {
				if !yield(sum(row.Value), err) || err != nil {
					return
				}
			}
		}
	}
}

// BlobsOf are those of several; of none where what a feature keeps is sent and then of no use.
func BlobsOf(all ...Blobs) Blobs {
	return func(r store.Reader) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for _, some := range all {
				for sum, err := range some(r) {
					if !yield(sum, err) || err != nil {
						return
					}
				}
			}
		}
	}
}

const (
	pruneWaiter = "blobs"
	pruneFirst  = time.Hour // after the start, so that a bot that never runs at night prunes too
	pruneHour   = 4         // of the night, when few speak
	// youngBlob is spared whatever names it: the row that will is perhaps not committed yet.
	youngBlob = 24 * time.Hour
)

// pruneLoop removes, once a night, the blobs that nothing names any more.
func (b *Bot) pruneLoop(ctx context.Context) error {
	defer b.clock.Leave(pruneWaiter)
	for due := b.clock.Now().Add(pruneFirst); ; due = pruneNext(b.clock.Now().In(b.zone)) {
		if err := b.rest(ctx, pruneWaiter, due.Sub(b.clock.Now())); err != nil {
			return err
		}
		pruned, err := b.pruneBlobs(ctx)
		switch {
		case err != nil && hopeless(ctx, err):
			return err
		case err != nil:
			b.log.Error("what nothing names any more could not be removed; tonight everything is kept", logError(err))
		case pruned.Blobs > 0:
			b.log.Info("removed what nothing names any more", zap.Int("blobs", pruned.Blobs), zap.Int64("bytes", pruned.Bytes))
		}
	}
}

func pruneNext(now time.Time) time.Time {
	next := time.Date(now.Year(), now.Month(), now.Day(), pruneHour, 0, 0, 0, now.Location())
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	return next
}

// pruneBlobs removes what is not young and what nothing named at one moment. A row committed after that moment got its sum from
// a row of before, which was seen, or from Work.Keep, which makes a blob young.
func (b *Bot) pruneBlobs(ctx context.Context) (store.Pruned, error) {
	named := map[string]bool{}
	err := b.db.View(ctx, func(r store.Reader) error {
		clear(named)
		return b.named(r, named)
	})
	if err != nil {
		return store.Pruned{}, err
	}
	blobs := store.Blobs{DB: b.db, Now: b.clock.Now}
	return blobs.Prune(ctx, b.clock.Now().Add(-youngBlob), func(_ store.Reader, sum string) (bool, error) { return named[sum], nil })
}

// named gathers the blobs that the features' tables name, and the effects, works and timers that wait, and what failed.
func (b *Bot) named(r store.Reader, into map[string]bool) error {
	for _, f := range b.features {
		if f.Keeps == nil {
			continue
		}
		if err := f.named(r, into); err != nil {
			return fmt.Errorf("the blobs of feature %s: %w", f.Name, err)
		}
	}
	unsaid := BlobsOf(BlobsIn(waitingRows, func(row outRow) string { return row.Effect.Media }), troubled)
	for sum, err := range unsaid(r) {
		if err != nil {
			return err
		}
		into[sum] = true
	}
	for row, err := range works.Scan(r, store.Range{}) {
		if err != nil {
			return err
		}
		sumsIn(row.Value.Data, into)
	}
	for row, err := range timers.Scan(r, store.Range{}) {
		if err != nil {
			return err
		}
		sumsIn(row.Value.Data, into)
	}
	return nil
}

// troubled are the media of what came to no good end: the owner may want it sent again.
func troubled(r store.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		list, err := Trouble(r, keptReceipts)
		if err != nil {
			yield("", err)
			return
		}
		for _, d := range list {
			if !yield(d.Effect.Media, nil) {
				return
			}
		}
	}
}

// named asks the feature. What a fault of its own hides might be the name of a blob, so a fault stops the pruning.
func (f *feature) named(r store.Reader, into map[string]bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	for sum, err := range f.Keeps(r) {
		if err != nil {
			return err
		}
		into[sum] = true
	}
	return nil
}

var sumLike = regexp.MustCompile(`"[0-9a-f]{64}"`)

// sumsIn finds what looks like a blob's sum in data of a feature's own making.
func sumsIn(data json.RawMessage, into map[string]bool) {
	for _, sum := range sumLike.FindAll(data, -1) {
		into[string(sum[1:len(sum)-1])] = true
	}
}

var errNotDeclared = errors.New("it keeps blobs and declares no Keeps, so that they would be lost after a day")

// keeper is Work.Keep for one feature.
func (b *Bot) keeper(f *feature) func(ctx context.Context, r io.Reader, limit int64) (string, error) {
	return func(ctx context.Context, r io.Reader, limit int64) (string, error) {
		if f.Keeps == nil {
			return "", Permanent(fmt.Errorf("feature %s: %w", f.Name, errNotDeclared))
		}
		blob, err := store.Blobs{DB: b.db, Now: b.clock.Now}.Put(ctx, r, limit)
		return blob.Sum, err
	}
}

func (b *Bot) openBlob(ctx context.Context, sum string) (io.ReadCloser, error) {
	return store.Blobs{DB: b.db, Now: b.clock.Now}.Open(ctx, sum)
}
