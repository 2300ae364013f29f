package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBackupAndStatusWhileItRuns(t *testing.T) {
	data := t.TempDir()
	l := live(t, data)
	l.signIn(t)
	l.habits(t)
	status := mustRun(t, "status", "--data", data)
	for _, want := range []string{"在线", "groups"} {
		if !strings.Contains(status, want) {
			t.Errorf("the status lacks %q:\n%s", want, status)
		}
	}
	file := filepath.Join(t.TempDir(), "a.db")
	out := mustRun(t, "backup", file, "--data", data)
	info, err := os.Stat(file)
	check(t, err)
	sum, err := os.ReadFile(file + ".sha256")
	check(t, err)
	if !strings.Contains(out, string(sum[:64])) || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, sum %s\n%s", info.Mode(), sum, out)
	}
	now := l.box.Clock().Now()
	l.stop()
	if got, want := boards(t, file, now), boards(t, databaseOf(data), now); got != want || strings.Count(got, "\n") < 5 {
		t.Errorf("the backup shows\n%s\nthe bot\n%s", got, want)
	}
	if entries, _ := filepath.Glob(filepath.Join(data, "control", "*")); len(entries) > 0 {
		t.Errorf("the stopped bot left %v", entries)
	}
	refused(t, []string{"没有机器人在运行", data}, "status", "--data", data)
}
