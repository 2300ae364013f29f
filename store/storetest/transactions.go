package storetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"testing"

	"sixtwenty/store"
)

var errTest = errors.New("storetest: on purpose")

func testUndoneByError(t *testing.T, db store.DB) {
	put(t, db, "b", "a", "1")
	err := db.Update(t.Context(), func(tx store.Tx) error {
		_, next := tx.Next("b")
		return errors.Join(putAll(tx, "b", "a", "2", "c", "3"), tx.Delete("b", "a"), next, errTest)
	})
	if !errors.Is(err, errTest) {
		t.Errorf("Update = %v, not what fn returned", err)
	}
	wantKept(t, db, "b", "a=1")
	update(t, db, func(tx store.Tx) error {
		if n, err := tx.Next("b"); n != 1 || err != nil {
			t.Errorf("the first number that is kept is %d, %v", n, err)
		}
		return nil
	})
	if err := db.View(t.Context(), func(store.Reader) error { return errTest }); !errors.Is(err, errTest) {
		t.Errorf("View = %v, not what fn returned", err)
	}
}

func testUndoneByPanic(t *testing.T, db store.DB) {
	for name, run := range map[string]func(){
		"Update": func() {
			_ = db.Update(t.Context(), func(tx store.Tx) error {
				_ = tx.Put("b", "a", []byte("2"))
				panic(errTest)
			})
		},
		"View": func() { _ = db.View(t.Context(), func(store.Reader) error { panic(errTest) }) },
	} {
		if p := panicOf(run); p != errTest {
			t.Errorf("out of %s came panic %v", name, p)
		}
	}
	put(t, db, "b", "c", "3")
	wantKept(t, db, "b", "c=3")
}

func panicOf(fn func()) (p any) {
	defer func() { p = recover() }()
	fn()
	return nil
}

// testUndoneByGoexit is for tests that fail inside fn.
func testUndoneByGoexit(t *testing.T, db store.DB) {
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = db.Update(t.Context(), func(tx store.Tx) error {
			_ = tx.Put("b", "a", []byte("2"))
			runtime.Goexit()
			return nil
		})
	})
	wg.Go(func() {
		_ = db.View(t.Context(), func(store.Reader) error {
			runtime.Goexit()
			return nil
		})
	})
	wg.Wait()
	put(t, db, "b", "c", "3")
	wantKept(t, db, "b", "c=3")
}

func testSnapshot(t *testing.T, db store.DB) {
	put(t, db, "b", "a", "1")
	view(t, db, func(r store.Reader) error {
		done := make(chan error)
		go func() {
			done <- db.Update(context.Background(), func(tx store.Tx) error { return putAll(tx, "b", "a", "2", "c", "3") })
		}()
		if err := <-done; err != nil {
			return err
		}
		wantDump(t, r, "b", "a=1")
		return nil
	})
	wantKept(t, db, "b", "a=2 c=3")
}

func testViewsBesideUpdate(t *testing.T, db store.DB) {
	put(t, db, "b", "a", "1")
	update(t, db, func(tx store.Tx) error {
		if err := tx.Put("b", "a", []byte("2")); err != nil {
			return err
		}
		done := make(chan error)
		go func() {
			done <- db.View(context.Background(), func(r store.Reader) error {
				wantDump(t, r, "b", "a=1")
				return nil
			})
		}()
		return <-done
	})
}

// testOneUpdate moves amounts between accounts from many goroutines, while others add them up.
func testOneUpdate(t *testing.T, db store.DB) {
	const accounts, workers, rounds = 5, 4, 25
	name := func(i int) string { return fmt.Sprint(i % accounts) }
	balance := func(r store.Reader, i int) int64 {
		v, err := r.Get("b", name(i))
		if err != nil || len(v) != 8 {
			panic(fmt.Sprint(v, err))
		}
		return int64(binary.BigEndian.Uint64(v))
	}
	set := func(tx store.Tx, i int, n int64) error {
		return tx.Put("b", name(i), binary.BigEndian.AppendUint64(nil, uint64(n)))
	}
	update(t, db, func(tx store.Tx) (err error) {
		for i := range accounts {
			err = errors.Join(err, set(tx, i, 100))
		}
		return err
	})
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range rounds {
				err := db.Update(context.Background(), func(tx store.Tx) error {
					return errors.Join(set(tx, i, balance(tx, i)-int64(w)), set(tx, i+w+1, balance(tx, i+w+1)+int64(w)))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range rounds {
				view(t, db, func(r store.Reader) error {
					sum := int64(0)
					for i := range accounts {
						sum += balance(r, i)
					}
					if sum != 100*accounts {
						t.Errorf("a View adds up to %d", sum)
					}
					return nil
				})
			}
		})
	}
	wg.Wait()
}

func testContext(t *testing.T, db store.DB) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ran := false
	for name, err := range map[string]error{
		"View":   db.View(ctx, func(store.Reader) error { ran = true; return nil }),
		"Update": db.Update(ctx, func(store.Tx) error { ran = true; return nil }),
		"Backup": db.Backup(ctx, io.Discard),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s = %v", name, err)
		}
	}
	if ran {
		t.Error("fn ran although the context was done")
	}
}

func testWaiting(t *testing.T, db store.DB) {
	began, finish, done := make(chan bool, 2), make(chan bool), make(chan error)
	go func() {
		done <- db.Update(context.Background(), func(store.Tx) error {
			began <- true
			<-finish
			return nil
		})
	}()
	<-began
	ctx, cancel := context.WithCancel(t.Context())
	waits := awaited{ctx, make(chan bool, 9)}
	waiting := make(chan error)
	go func() { waiting <- db.Update(waits, func(store.Tx) error { return errTest }) }()
	<-waits.asked
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("the Update that waited = %v", err)
	}
	close(finish)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// awaited is a context that tells when somebody is about to wait for its end.
type awaited struct {
	context.Context
	asked chan bool
}

func (a awaited) Done() <-chan struct{} {
	a.asked <- true
	return a.Context.Done()
}

func testOver(t *testing.T, db store.DB) {
	put(t, db, "b", "a", "1")
	var r store.Reader
	var tx store.Tx
	view(t, db, func(in store.Reader) error { r = in; return nil })
	update(t, db, func(in store.Tx) error { tx = in; return nil })
	if _, ok := r.(store.Tx); ok {
		t.Error("a View gives a Tx")
	}
	for name, r := range map[string]store.Reader{"Reader": r, "Tx": tx} {
		if _, err := r.Get("b", "a"); !errors.Is(err, store.ErrClosed) {
			t.Errorf("Get of a %s that is over: %v", name, err)
		}
		if _, err := dump(r, "b", store.Range{}); !errors.Is(err, store.ErrClosed) {
			t.Errorf("Scan of a %s that is over: %v", name, err)
		}
	}
	_, next := tx.Next("b")
	for _, err := range []error{tx.Put("b", "a", nil), tx.Delete("b", "a"), next} {
		if !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("a write in a Tx that is over: %v", err)
		}
	}
	wantKept(t, db, "b", "a=1")
}

func testClosed(t *testing.T, db store.DB) {
	for range 2 {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, err := range map[string]error{
		"View":   db.View(t.Context(), func(store.Reader) error { return nil }),
		"Update": db.Update(t.Context(), func(store.Tx) error { return nil }),
		"Backup": db.Backup(t.Context(), io.Discard),
	} {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s after Close = %v", name, err)
		}
	}
}

// testBackup writes to the store while the backup waits for its writer.
func testBackup(t *testing.T, db store.DB) {
	put(t, db, "b", "a", "1")
	slow := writerFunc(func(b []byte) (int, error) {
		err := db.Update(context.Background(), func(tx store.Tx) error { return tx.Put("b", "a", []byte("2")) })
		return len(b), err
	})
	if err := db.Backup(t.Context(), slow); err != nil {
		t.Errorf("to a writer that takes its time: %v", err)
	}
	wantKept(t, db, "b", "a=2")
	full := writerFunc(func([]byte) (int, error) { return 0, errTest })
	if err := db.Backup(t.Context(), full); !errors.Is(err, errTest) {
		t.Errorf("to a writer that fails: %v", err)
	}
	var copied bytes.Buffer
	if err := db.Backup(t.Context(), &copied); err != nil || copied.Len() == 0 {
		t.Errorf("%d bytes, %v", copied.Len(), err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
