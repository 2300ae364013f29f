package bottest

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

var sumLike = regexp.MustCompile(`"[0-9a-f]{64}"`)

// checkKeeps fails the test where a feature's table names a blob of which its Keeps does not tell: a day later it would be gone.
func (w *World) checkKeeps() {
	w.T.Helper()
	tables := storetest.Buckets(w.T, w.db)
	for _, f := range w.opts.Features {
		for sum, table := range w.untold(f, tables) {
			w.T.Errorf("a row of %s names the blob %s, of which Feature.Keeps of %s does not tell", table, sum, f.Name)
		}
	}
}

// untold gives the blobs that the feature's tables name and it does not tell, with the table.
func (w *World) untold(f bot.Feature, tables []string) map[string]string {
	w.T.Helper()
	named := map[string]string{}
	err := w.db.View(context.Background(), func(r store.Reader) error {
		clear(named)
		for _, table := range tables {
			if !strings.HasPrefix(table, f.Name+"/") {
				continue
			}
			for p, err := range r.Scan(table, store.Range{}) {
				if err != nil {
					return err
				}
				for _, sum := range sumLike.FindAll(p.Value, -1) {
					named[string(sum[1:len(sum)-1])] = table
				}
			}
		}
		return dropTold(r, f, named)
	})
	if err != nil {
		w.T.Error(err)
	}
	for sum := range named {
		if !w.isBlob(sum) {
			delete(named, sum) // a text of that look
		}
	}
	return named
}

func dropTold(r store.Reader, f bot.Feature, named map[string]string) error {
	if f.Keeps == nil {
		return nil
	}
	for sum, err := range f.Keeps(r) {
		if err != nil {
			return err
		}
		delete(named, sum)
	}
	return nil
}

func (w *World) isBlob(sum string) bool {
	blob, err := store.Blobs{DB: w.db}.Open(context.Background(), sum)
	if errors.Is(err, store.ErrNoBlob) {
		return false
	}
	if err != nil {
		w.T.Error(err)
		return false
	}
	_ = blob.Close()
	return true
}
