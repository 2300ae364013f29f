//go:build linux

package bolt_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

// The tests of this file run the test binary again as another process, with its part in this variable.
const childEnv = "STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	switch path := os.Getenv(childEnv + "_FILE"); os.Getenv(childEnv) {
	case "":
		os.Exit(m.Run())
	case "count":
		countFor(path)
	case "fill":
		fillUp(path)
	}
}

func child(t *testing.T, part, path string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childEnv+"="+part, childEnv+"_FILE="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// countFor counts in two buckets at once, and says each number when it is kept.
func countFor(path string) {
	db, err := bolt.Open(path, bolt.Options{})
	must(err)
	for {
		var n uint64
		must(db.Update(context.Background(), func(tx store.Tx) (err error) {
			if n, err = tx.Next("n"); err != nil {
				return err
			}
			row := []byte(strings.Repeat(fmt.Sprint(n, " "), 100))
			return errors.Join(tx.Put("b", store.Key(n), row), tx.Put("n", "last", fmt.Append(nil, n)), tx.Delete("b", store.Key(n-50)))
		}))
		fmt.Println(n)
	}
}

// TestKill ends a writing process at any moment. What it said was kept is there, and the file is whole.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	for range 10 {
		cmd := child(t, "count", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		last, lines := 0, bufio.NewScanner(out)
		for stop := rand.IntN(200) + 1; lines.Scan(); stop-- {
			if last, err = strconv.Atoi(lines.Text()); err != nil {
				t.Fatal(err)
			}
			if stop == 0 {
				_ = cmd.Process.Kill() // what is in the pipe was kept too, so read on
			}
		}
		_ = cmd.Wait()
		wantCount(t, path, last)
	}
}

func wantCount(t *testing.T, path string, said int) {
	t.Helper()
	db := open(t, path, bolt.Options{})
	defer db.Close()
	if err := db.Check(t.Context()); err != nil {
		t.Error(err)
	}
	err := db.View(t.Context(), func(r store.Reader) error {
		v, err := r.Get("n", "last")
		if err != nil {
			return err
		}
		last, err := strconv.Atoi(string(v))
		if err != nil || last < said || last > said+1 {
			t.Errorf("it said %d and kept %d, %v", said, last, err)
		}
		row, err := r.Get("b", store.Key(uint64(last)))
		if !strings.HasPrefix(string(row), fmt.Sprint(last, " ")) {
			t.Errorf("row %d reads %.20q", last, row)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// fillUp writes until the file may not grow, as on a full disk, and says what the store says.
func fillUp(path string) {
	signal.Ignore(syscall.SIGXFSZ)
	db, err := bolt.Open(path, bolt.Options{})
	must(err)
	limit := syscall.Rlimit{Cur: 3 << 20, Max: 3 << 20}
	must(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	for i := 0; ; i++ {
		err := db.Update(context.Background(), func(tx store.Tx) error {
			return errors.Join(tx.Put("b", store.Key(i), make([]byte, 50_000)), tx.Put("n", "last", fmt.Append(nil, i)))
		})
		if err == nil {
			continue
		}
		again := db.Update(context.Background(), func(store.Tx) error { return nil })
		fmt.Println(i, errors.Is(err, store.ErrUnknownOutcome), errors.Is(again, store.ErrBroken), db.Close())
		fmt.Println(err)
		return
	}
}

func TestDiskFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	out, err := child(t, "fill", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	said, reason, _ := strings.Cut(string(out), "\n")
	var failed int
	var unknown, broken bool
	var closed string
	if _, err := fmt.Sscan(said, &failed, &unknown, &broken, &closed); err != nil {
		t.Fatal(err)
	}
	if failed < 10 || !unknown || !broken || closed != "<nil>" {
		t.Errorf("commit %d failed: unknown %v, then broken %v, closed with %s", failed, unknown, broken, closed)
	}
	if !strings.Contains(reason, "file too large") || !strings.Contains(reason, path) {
		t.Errorf("it says %q", reason)
	}
	db := open(t, path, bolt.Options{})
	if err := db.Check(t.Context()); err != nil {
		t.Error(err)
	}
	err = db.View(t.Context(), func(r store.Reader) error {
		v, err := r.Get("n", "last")
		if last, _ := strconv.Atoi(string(v)); last != failed-1 {
			t.Errorf("commit %d failed, and the last kept is %d", failed, last)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	put(t, db, "k", "v")
}
