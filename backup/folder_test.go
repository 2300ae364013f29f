package backup_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/backup"
)

var shanghai = time.FixedZone("CST", 8*3600)

func TestRotateKeepsTheNewestAndTouchesNothingElse(t *testing.T) {
	f := backup.Folder{Dir: t.TempDir(), Keep: 3}
	at := time.Date(2026, 11, 22, 3, 40, 0, 0, shanghai)
	begun := time.Now().Add(-time.Hour)
	var paths []string
	for i := range 5 {
		path := f.Path(at.AddDate(0, 0, i))
		mustWrite(t, path, "x")
		if err := os.Chtimes(path, begun, begun.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	for _, other := range []string{"sixtwenty-mine.db", "photo.jpg", "sixtwenty-2020-01-01T000000+0800.db.sha256", "x.sha256"} {
		if err := os.WriteFile(filepath.Join(f.Dir, other), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	removed, err := f.Rotate(paths[4])
	if err != nil || !slices.Equal(removed, []string{filepath.Base(paths[1]), filepath.Base(paths[0])}) {
		t.Errorf("removed %v, %v", removed, err)
	}
	want := "photo.jpg sixtwenty-2026-11-24T034000+0800.db sixtwenty-2026-11-24T034000+0800.db.sha256 " +
		"sixtwenty-2026-11-25T034000+0800.db sixtwenty-2026-11-25T034000+0800.db.sha256 " +
		"sixtwenty-2026-11-26T034000+0800.db sixtwenty-2026-11-26T034000+0800.db.sha256 sixtwenty-mine.db x.sha256"
	if got := names(t, f.Dir); got != want {
		t.Errorf("left\n%s\nexpected\n%s", got, want)
	}
	if latest, err := f.Latest(); err != nil || !latest.Equal(at.AddDate(0, 0, 4)) {
		t.Errorf("latest is %v, %v", latest, err)
	}
}

// TestRotateNeverRemovesWhatWasJustMade, even where its name is older than all others: the clock was set back.
func TestRotateNeverRemovesWhatWasJustMade(t *testing.T) {
	f := backup.Folder{Dir: t.TempDir(), Keep: 1}
	ahead := f.Path(time.Date(2027, 1, 1, 0, 0, 0, 0, shanghai))
	just := f.Path(time.Date(2026, 1, 1, 0, 0, 0, 0, shanghai))
	mustWrite(t, just, "x")
	mustWrite(t, ahead, "x")
	if _, err := f.Rotate(just); err != nil {
		t.Fatal(err)
	}
	if got := names(t, f.Dir); strings.Contains(got, "2027") || !strings.Contains(got, "2026") {
		t.Errorf("left %s", got)
	}
}

func TestLatestOfNoFolder(t *testing.T) {
	f := backup.Folder{Dir: filepath.Join(t.TempDir(), "none"), Keep: 1}
	if latest, err := f.Latest(); !latest.IsZero() || err != nil {
		t.Errorf("got %v, %v", latest, err)
	}
}
