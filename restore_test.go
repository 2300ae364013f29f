package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// backedUp is a data folder that lived on after its backup was made.
func backedUp(t *testing.T) (data, file string) {
	t.Helper()
	data, file = t.TempDir(), filepath.Join(t.TempDir(), "a.db")
	l := live(t, data)
	l.signIn(t)
	l.habits(t)
	mustRun(t, "backup", file, "--data", data)
	l.says(t, "laozhou", "打卡 今天读到第三章了")
	l.stop()
	return data, file
}

func TestRestoreSaysWhatWouldChangeAndChangesNothing(t *testing.T) {
	data, file := backedUp(t)
	before, backups := content(t, data), content(t, filepath.Dir(file))
	out := mustRun(t, "restore", file, "--data", data)
	if dry := mustRun(t, "restore", file, "--data", data, "--dry-run"); strings.Count(dry, "\n") != strings.Count(out, "\n") {
		t.Errorf("--dry-run is not the same as no --yes:\n%s", dry)
	}
	refused(t, []string{"--dry-run", "--yes"}, "restore", file, "--data", data, "--dry-run", "--yes")
	refused(t, []string{"--dry-run", "--yes"}, "import", file, "--data", data, "--yes", "--dry-run")
	unchanged(t, data, before)
	unchanged(t, filepath.Dir(file), backups)
	for _, want := range []string{
		file, databaseOf(data), "--yes", fmt.Sprintf("schema %d", newest()),
		`checkin/days +−1 \(g\w{12} p\w{12} \d{5}\)  =3`, `checkin/counts +~1 \(g\w{12} \d{5}\)  =0`,
	} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("the output lacks %s:\n%s", want, out)
		}
	}
	for _, word := range []string{"老周", "laozhou", "第三章"} {
		if strings.Contains(out, word) {
			t.Errorf("the output holds %q:\n%s", word, out)
		}
	}
	if out := mustRun(t, "restore", file, "--data", filepath.Join(t.TempDir(), "none")); !strings.Contains(out, "没有数据") {
		t.Errorf("without a database: %s", out)
	}
}

func TestRestorePutsTheBackupInPlace(t *testing.T) {
	data, file := backedUp(t)
	was, err := os.ReadFile(databaseOf(data))
	check(t, err)
	out := mustRun(t, "restore", file, "--data", data, "--yes")
	kept := regexp.MustCompile(`kept as: (.*)`).FindStringSubmatch(out)
	if kept == nil {
		t.Fatalf("it does not say where the old one is:\n%s", out)
	}
	if got, err := os.ReadFile(kept[1]); err != nil || !bytes.Equal(got, was) {
		t.Errorf("the replaced database is not what it was: %v", err)
	}
	if out := mustRun(t, "restore", file, "--data", data); !strings.Contains(out, "没有不同") {
		t.Errorf("restored it differs:\n%s", out)
	}
	l := live(t, data)
	l.out.find(t, regexp.MustCompile(`(在线)`)) // hot: the sign-in came back with it
	l.settle(t)
	if got := l.says(t, "xiaoming", "/打卡榜"); !strings.Contains(got, "3. 苏苏（连续 1 天）\n4. 老周") {
		t.Errorf("what WeChat tells again after the restored place is not there: %q", got)
	}
	l.stop()
	fresh := filepath.Join(t.TempDir(), "new", "data")
	mustRun(t, "restore", file, "--data", fresh, "--yes")
	if info, err := os.Stat(databaseOf(fresh)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestRestoreRefuses(t *testing.T) {
	data, file := backedUp(t)
	out := t.TempDir()
	good, err := os.ReadFile(file)
	check(t, err)
	place := func(name string, content []byte) string {
		path := filepath.Join(out, name)
		check(t, os.WriteFile(path, content, 0o600))
		return path
	}
	before := content(t, data)
	for path, want := range map[string]string{
		place("text.db", []byte("六点二十")):    "not a file of this program",
		place("cut.db", good[:len(good)-1]): "cut short",
		place("damaged.db", append(bytes.Clone(good[:len(good)/2]), make([]byte, len(good)-len(good)/2)...)): "damaged",
		filepath.Join(out, "none.db"): "no such file",
		databaseOf(data):              "数据库本身",
	} {
		refused(t, []string{want}, "restore", path, "--data", data, "--yes")
	}
	another := place("other.db", append(bytes.Clone(good), 0))
	place("other.db.sha256", []byte(strings.Repeat("0", 64)+"  other.db\n"))
	refused(t, []string{"not what its checksum says"}, "restore", another, "--data", data, "--yes")
	unchanged(t, data, before)
	l := live(t, data)
	before = content(t, data)
	refused(t, []string{"正在运行"}, "restore", file, "--data", data)
	refused(t, []string{"正在运行"}, "restore", file, "--data", data, "--yes")
	if after := content(t, data); len(after) != len(before) {
		t.Errorf("%d files became %d", len(before), len(after))
	}
	l.stop()
}

// TestRestoreOverADamagedDatabase is what restoring is for.
func TestRestoreOverADamagedDatabase(t *testing.T) {
	data, file := backedUp(t)
	check(t, os.WriteFile(databaseOf(data), []byte("a disk that died"), 0o600))
	before := content(t, data)
	if out := mustRun(t, "restore", file, "--data", data); !strings.Contains(out, "读不出来") {
		t.Errorf("it does not say so:\n%s", out)
	}
	unchanged(t, data, before)
	mustRun(t, "restore", file, "--data", data, "--yes")
	live(t, data).out.find(t, regexp.MustCompile(`(在线)`))
}
