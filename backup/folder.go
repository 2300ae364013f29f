package backup

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Folder holds backups by the time they were made, the newest Keep of them. Files of other names are never touched.
type Folder struct {
	Dir  string
	Keep int // at least 1
}

const (
	fileName = "sixtwenty-2006-01-02T150405-0700.db"
	sumEnd   = ".sha256"
)

// Path names the backup of a time.
func (f Folder) Path(at time.Time) string { return filepath.Join(f.Dir, at.Format(fileName)) }

func madeAt(name string) (at time.Time, ok bool) {
	at, err := time.Parse(fileName, name)
	return at, err == nil
}

// Latest is the time of the newest backup by name, zero where there is none.
func (f Folder) Latest() (latest time.Time, err error) {
	entries, err := os.ReadDir(f.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return latest, err
	}
	for _, e := range entries {
		if at, ok := madeAt(e.Name()); ok && at.After(latest) {
			latest = at
		}
	}
	return latest, nil
}

// A Kept is one backup of a folder.
type Kept struct {
	Name string
	Made time.Time // by its name
	Size int64
}

// List gives the backups, the newest first.
func (f Folder) List() (list []Kept, err error) {
	entries, err := os.ReadDir(f.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		made, ok := madeAt(e.Name())
		if !ok {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			list = append(list, Kept{e.Name(), made, info.Size()})
		}
	}
	slices.SortFunc(list, func(a, b Kept) int { return b.Made.Compare(a.Made) })
	return list, nil
}

// Rotate removes the oldest backups above Keep with their checksums, and never the one at just. Age is that of the file, not of
// its name: a clock of a played world can be set back.
func (f Folder) Rotate(just string) (removed []string, err error) {
	entries, err := os.ReadDir(f.Dir)
	if err != nil {
		return nil, err
	}
	old := olderThan(entries, filepath.Base(just))
	old = old[min(max(f.Keep-1, 0), len(old)):]
	for _, name := range old {
		if err := os.Remove(filepath.Join(f.Dir, name)); err != nil {
			return removed, err
		}
		removed = append(removed, name)
	}
	return removed, f.removeLone(entries, removed)
}

// olderThan lists the backups but just, the newest first.
func olderThan(entries []fs.DirEntry, just string) []string {
	ages := map[string]time.Time{}
	var names []string
	for _, e := range entries {
		if _, ok := madeAt(e.Name()); !ok || e.Name() == just {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			names, ages[e.Name()] = append(names, e.Name()), info.ModTime()
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if c := ages[b].Compare(ages[a]); c != 0 {
			return c
		}
		return strings.Compare(b, a)
	})
	return names
}

// removeLone removes the checksums of backups that are gone.
func (f Folder) removeLone(entries []fs.DirEntry, gone []string) error {
	there := map[string]bool{}
	for _, e := range entries {
		there[e.Name()] = !slices.Contains(gone, e.Name())
	}
	for _, e := range entries {
		name, isSum := strings.CutSuffix(e.Name(), sumEnd)
		if _, ours := madeAt(name); !isSum || !ours || there[name] {
			continue
		}
		if err := os.Remove(filepath.Join(f.Dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
