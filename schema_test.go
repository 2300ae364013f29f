package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

// TestOpensEveryOlderVersion: a community that comes from any version finds what it had.
func TestOpensEveryOlderVersion(t *testing.T) {
	for version := 1; version <= newest(); version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			data := t.TempDir()
			gunzip(t, fmt.Sprintf("testdata/schemas/%d.db.gz", version), databaseOf(data))
			l := live(t, data)
			l.stop()
			text, err := os.ReadFile(fmt.Sprintf("testdata/schemas/%d.boards", version))
			check(t, err)
			when, want, _ := strings.Cut(string(text), "\n")
			at, err := time.Parse(time.RFC3339, when)
			check(t, err)
			got := boards(t, databaseOf(data), at)
			for line := range strings.Lines(want) { // later versions may tell more of each
				if line = strings.TrimSuffix(line, "\n"); !strings.Contains("\n"+got, "\n"+line+" ") && !strings.Contains("\n"+got, "\n"+line+"\n") {
					t.Errorf("it does not show %q, but\n%s", line, got)
				}
			}
			if want == "" {
				t.Error("there is nothing to expect")
			}
			db, err := bolt.Look(databaseOf(data), schema())
			check(t, err)
			defer db.Close()
			if got, err := db.Schema(); got != newest() || err != nil {
				t.Errorf("its schema is %d, %v; expected %d", got, err, newest())
			}
		})
	}
}

// TestMakesTheFileOfThisVersion writes what TestOpensEveryOlderVersion reads, when the layout was changed and it is asked to:
// MAKE_SCHEMA=1 go test -run TestMakesTheFileOfThisVersion .
func TestMakesTheFileOfThisVersion(t *testing.T) {
	if os.Getenv("MAKE_SCHEMA") == "" {
		t.Skip("it is made once for each version")
	}
	data := t.TempDir()
	l := live(t, data)
	l.signIn(t)
	l.habits(t)
	at := l.box.Clock().Now()
	l.stop()
	copied := filepath.Join(t.TempDir(), "a.db")
	mustRun(t, "backup", copied, "--data", data)
	name := fmt.Sprintf("testdata/schemas/%d", newest())
	check(t, os.MkdirAll(filepath.Dir(name), 0o755))
	check(t, os.WriteFile(name+".boards", []byte(at.UTC().Format(time.RFC3339)+"\n"+boards(t, copied, at)), 0o644))
	b, err := os.ReadFile(copied)
	check(t, err)
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
	check(t, err)
	_, err = w.Write(b)
	check(t, errors.Join(err, w.Close(), os.WriteFile(name+".db.gz", z.Bytes(), 0o644)))
}

func gunzip(t *testing.T, from, to string) {
	t.Helper()
	f, err := os.Open(from)
	check(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	check(t, err)
	b, err := io.ReadAll(z)
	check(t, err)
	check(t, os.WriteFile(to, b, 0o600))
}

// newer makes a database as a later version of the program would.
func newer(t *testing.T, path string) {
	t.Helper()
	opts := schema()
	opts.Migrations = append(opts.Migrations, func(store.Tx) error { return nil })
	db, err := bolt.Open(path, opts)
	check(t, err)
	check(t, db.Close())
}

func TestANewerDatabaseIsRefused(t *testing.T) {
	data, old := t.TempDir(), t.TempDir()
	newer(t, databaseOf(data))
	live(t, old).stop()
	before := content(t, data)
	words := []string{"newer version", fmt.Sprintf("its schema is %d, and this one knows up to %d", newest()+1, newest())}
	refused(t, words, "run", "--data", data)
	refused(t, words, "backup", filepath.Join(t.TempDir(), "a.db"), "--data", data)
	refused(t, words, "export", filepath.Join(t.TempDir(), "a.jsonl"), "--data", data)
	refused(t, words, "restore", databaseOf(data), "--data", old, "--yes")
	unchanged(t, data, before)
}
