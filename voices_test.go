package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestAChangeInTheFoldersIsToldOnce, and not before it has come to rest; what could not be told is told again.
func TestAChangeInTheFoldersIsToldOnce(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) { check(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600)) }
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var told atomic.Int32
		var fail atomic.Bool
		go watchFolders(ctx, []string{"", folder, filepath.Join(folder, "missing")}, func() error {
			if fail.Load() {
				return errors.New("not now")
			}
			told.Add(1)
			return nil
		})
		pass := func(rounds int, want int32) {
			t.Helper()
			time.Sleep(time.Duration(rounds) * voicesEvery)
			synctest.Wait()
			if n := told.Load(); n != want {
				t.Fatalf("told %d times, expected %d", n, want)
			}
		}
		time.Sleep(time.Second)
		pass(4, 0) // nothing is there
		write("a.mp3", "1")
		pass(1, 0)
		write("a.mp3", "1 and more of it")
		pass(1, 0)
		pass(1, 1)
		pass(5, 1)
		check(t, os.Mkdir(filepath.Join(folder, "taken"), 0o700)) // folders do not count
		pass(3, 1)
		fail.Store(true)
		write("b.mp3", "2")
		pass(4, 1)
		fail.Store(false)
		pass(1, 2)
		check(t, os.Remove(filepath.Join(folder, "a.mp3")))
		pass(2, 3)
		cancel()
	})
}
