package storetest

import (
	"context"
	"testing"

	"sixtwenty/store"
)

// Run tests one engine against the contract of package store. open returns a new, empty store and ends it with the test.
func Run(t *testing.T, open func(t testing.TB) store.DB) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, db store.DB)
	}{
		{"get", testGet},
		{"copies", testCopies},
		{"limits", testLimits},
		{"buckets", testBuckets},
		{"own writes", testOwnWrites},
		{"next", testNext},
		{"scan", testScan},
		{"scan stops", testScanStops},
		{"scan of what is there by then", testScanLater},
		{"scan emptied", testScanEmptied},
		{"undone by an error", testUndoneByError},
		{"undone by a panic", testUndoneByPanic},
		{"undone by Goexit", testUndoneByGoexit},
		{"snapshot", testSnapshot},
		{"views beside an update", testViewsBesideUpdate},
		{"one update at a time", testOneUpdate},
		{"context", testContext},
		{"waiting ends with the context", testWaiting},
		{"over", testOver},
		{"closed", testClosed},
		{"backup", testBackup},
		{"nested", testNested},
		{"nested fails", testNestedFails},
		{"nested next", testNestedNext},
		{"nested limits", testNestedLimits},
		{"nested over", testNestedOver},
		{"model", testModel},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func update(t testing.TB, db store.DB, fn func(store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, db store.DB, fn func(store.Reader) error) {
	t.Helper()
	if err := db.View(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// put keeps pairs given as key, value, key, value.
func put(t testing.TB, db store.DB, bucket string, pairs ...string) {
	t.Helper()
	update(t, db, func(tx store.Tx) error { return putAll(tx, bucket, pairs...) })
}

func putAll(tx store.Tx, bucket string, pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if err := tx.Put(bucket, pairs[i], []byte(pairs[i+1])); err != nil {
			return err
		}
	}
	return nil
}

// dump returns the range as "key=value" words.
func dump(r store.Reader, bucket string, rg store.Range) (words []string, err error) {
	for p, err := range r.Scan(bucket, rg) {
		if err != nil {
			return words, err
		}
		words = append(words, p.Key+"="+string(p.Value))
	}
	return words, nil
}

// wantDump fails the test unless the whole bucket reads as these words, joined by blanks.
func wantDump(t testing.TB, r store.Reader, bucket, want string) {
	t.Helper()
	words, err := dump(r, bucket, store.Range{})
	if got := join(words); err != nil || got != want {
		t.Errorf("%s holds %q, %v; want %q", bucket, got, err, want)
	}
}

// wantKept does so for what is kept.
func wantKept(t testing.TB, db store.DB, bucket, want string) {
	t.Helper()
	view(t, db, func(r store.Reader) error {
		wantDump(t, r, bucket, want)
		return nil
	})
}
