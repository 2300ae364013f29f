package storetest_test

import (
	"context"
	"errors"
	"io"
	"syscall"
	"testing"

	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

func TestBrokenUntilItBreaks(t *testing.T) {
	storetest.Run(t, func(t testing.TB) store.DB { return storetest.Broken(storetest.Open(t)) })
}

func TestTwiceRunsTwiceAndKeepsOnce(t *testing.T) {
	db := storetest.Twice(storetest.Open(t))
	runs := 0
	err := db.Update(t.Context(), func(tx store.Tx) error {
		runs++
		if old, err := tx.Get("b", "k"); old != nil || err != nil {
			t.Errorf("run %d sees %q of the one before, %v", runs, old, err)
		}
		return tx.Put("b", "k", []byte("v"))
	})
	if err != nil || runs != 2 {
		t.Errorf("%d runs, %v", runs, err)
	}
	if got := get(t, db); got != "v" {
		t.Errorf("kept %q", got)
	}
}

func TestBroken(t *testing.T) {
	for _, c := range []struct {
		failure storetest.Failure
		cause   error
		kept    string
	}{
		{storetest.DiskFull, syscall.ENOSPC, ""},
		{storetest.AnswerLost, syscall.EIO, "v"},
	} {
		db := storetest.Broken(storetest.Open(t))
		db.Fail(c.failure)
		put := func(tx store.Tx) error { return tx.Put("b", "k", []byte("v")) }
		refusal := errors.New("refused")
		if err := db.Update(t.Context(), func(store.Tx) error { return refusal }); !errors.Is(err, refusal) {
			t.Errorf("an Update without a commit = %v", err)
		}
		if err := db.Update(t.Context(), put); !errors.Is(err, store.ErrUnknownOutcome) || !errors.Is(err, c.cause) {
			t.Errorf("the commit that failed = %v", err)
		}
		for _, err := range []error{
			db.Update(t.Context(), put),
			db.View(t.Context(), func(store.Reader) error { return nil }),
			db.Backup(t.Context(), io.Discard),
		} {
			if !errors.Is(err, store.ErrBroken) {
				t.Errorf("and then = %v", err)
			}
		}
		db.Reopen()
		if got := get(t, db); got != c.kept {
			t.Errorf("after failure %d it kept %q, want %q", c.failure, got, c.kept)
		}
	}
}

func TestBrokenSlow(t *testing.T) {
	db := storetest.Broken(storetest.Open(t))
	db.Slow(func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Update(ctx, func(store.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("Update = %v", err)
	}
	db.Slow(nil)
	get(t, db)
}

func get(t *testing.T, db store.DB) (value string) {
	t.Helper()
	err := db.View(t.Context(), func(r store.Reader) error {
		v, err := r.Get("b", "k")
		value = string(v)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}
