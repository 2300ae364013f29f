package backup_test

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sixtwenty/backup"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func write(t *testing.T, path string, o backup.Options, fill func(io.Writer) error) (backup.File, error) {
	t.Helper()
	return backup.Write(t.Context(), path, o, fill)
}

func mustWrite(t *testing.T, path, content string) backup.File {
	t.Helper()
	f, err := write(t, path, backup.Options{Force: true}, text(content))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// names lists what is in a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return strings.Join(list, " ")
}

func TestWriteKeepsTheFileAndAChecksumThatOthersRead(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.db", `odd \ name.db`, "六点二十.db"} {
		path := filepath.Join(dir, name)
		f := mustWrite(t, path, "content of "+name)
		if f.Size != int64(len(read(t, path))) || f.Path != path {
			t.Errorf("got %+v", f)
		}
		for _, p := range []string{path, path + ".sha256"} {
			if info, err := os.Stat(p); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", p, info.Mode(), err)
			}
		}
		cmd := exec.Command("sha256sum", "--check", "--strict", name+".sha256")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("sha256sum: %v\n%s", err, out)
		}
	}
}

func TestWriteNeverTakesAnothersPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	mustWrite(t, path, "one")
	if _, err := write(t, path, backup.Options{}, text("two")); !errors.Is(err, backup.ErrExists) || read(t, path) != "one" {
		t.Errorf("got %v", err)
	}
	mustWrite(t, path, "three")
	if found, err := backup.CheckSum(t.Context(), path); !found || err != nil || read(t, path) != "three" {
		t.Errorf("forced: %v, %v", found, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := write(t, path, backup.Options{}, text("two")); !errors.Is(err, backup.ErrExists) {
		t.Errorf("a lone checksum is overwritten: %v", err)
	}
	late := filepath.Join(t.TempDir(), "late.db") // somebody else comes first while we write
	_, err := write(t, late, backup.Options{}, func(io.Writer) error { return os.WriteFile(late, []byte("theirs"), 0o600) })
	if !errors.Is(err, backup.ErrExists) || read(t, late) != "theirs" {
		t.Errorf("got %v", err)
	}
}

func TestWriteThatFailsLeavesNothing(t *testing.T) {
	broken := errors.New("broken")
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, try := range map[string]func(path string) error{
		"source": func(path string) error {
			_, err := write(t, path, backup.Options{}, func(w io.Writer) error { return errors.Join(text("half")(w), broken) })
			return err
		},
		"check": func(path string) error {
			_, err := write(t, path, backup.Options{Check: func(part string) error {
				if read(t, part) != "whole" {
					t.Error("the check does not see the whole file")
				}
				return broken
			}}, text("whole"))
			return err
		},
		"context": func(path string) error {
			_, err := backup.Write(over, path, backup.Options{}, text("x"))
			return err
		},
		"folder": func(path string) error {
			_, err := write(t, filepath.Join(path, "none", "a.db"), backup.Options{}, text("x"))
			return err
		},
	} {
		dir := t.TempDir()
		if err := try(filepath.Join(dir, "a.db")); err == nil {
			t.Errorf("%s: no error", name)
		}
		if got := names(t, dir); got != "" {
			t.Errorf("%s: left %s", name, got)
		}
	}
}

func TestWriteSweepsWhatWasForgotten(t *testing.T) {
	dir := t.TempDir()
	old, young, other := filepath.Join(dir, ".a.db.part-1"), filepath.Join(dir, ".a.db.part-2"), filepath.Join(dir, ".b.db.part-3")
	for _, p := range []string{old, young, other} {
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * time.Hour)
	if err := errors.Join(os.Chtimes(old, long, long), os.Chtimes(other, long, long)); err != nil {
		t.Fatal(err)
	}
	shop, err := backup.Workshop(dir, ".shop-")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(shop); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.Chtimes(shop, long, long); err != nil {
		t.Fatal(err)
	}
	if shop, err = backup.Workshop(dir, ".shop-"); err != nil || os.Remove(shop) != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, "a.db"), "x")
	if got := names(t, dir); got != ".a.db.part-2 .b.db.part-3 a.db a.db.sha256" {
		t.Errorf("left %s", got)
	}
}

func TestCheckSum(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	mustWrite(t, path, "one")
	if err := os.WriteFile(path, []byte("two"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := backup.CheckSum(t.Context(), path); !found || !errors.Is(err, backup.ErrSum) {
		t.Errorf("another content: %v, %v", found, err)
	}
	if err := os.WriteFile(path+".sha256", []byte("nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := backup.CheckSum(t.Context(), path); !found || err == nil || errors.Is(err, backup.ErrSum) {
		t.Errorf("nonsense: %v, %v", found, err)
	}
	if err := os.Remove(path + ".sha256"); err != nil {
		t.Fatal(err)
	}
	if found, err := backup.CheckSum(t.Context(), path); found || err != nil {
		t.Errorf("none: %v, %v", found, err)
	}
}

func TestReplaceKeepsWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	path, with := filepath.Join(dir, "state.db"), filepath.Join(dir, "new")
	kept := backup.KeptName(path, "restore", time.Date(2026, 11, 22, 3, 40, 0, 0, time.UTC))
	if want := path + ".before-restore-20261122T034000Z"; kept != want {
		t.Errorf("kept as %s", kept)
	}
	for _, round := range []struct{ content, keeps string }{{"one", ""}, {"two", "one"}} {
		if err := os.WriteFile(with, []byte(round.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := backup.Replace(path, with, kept); err != nil {
			t.Fatal(err)
		}
		if read(t, path) != round.content || round.keeps != "" && read(t, kept) != round.keeps {
			t.Errorf("round %v: %s", round, names(t, dir))
		}
	}
	if err := os.WriteFile(with, []byte("three"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := backup.Replace(path, with, kept); err == nil || read(t, path) != "two" || read(t, kept) != "one" {
		t.Errorf("what is kept may not be replaced: %v", err)
	}
}
