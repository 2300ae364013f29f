package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWorkingDays(t *testing.T) {
	data := t.TempDir()
	days, err := workingDays(data)
	if err != nil || days.Knows(2027) {
		t.Fatalf("without a file: %v, 2027 known: %v", err, days.Knows(2027))
	}
	file := filepath.Join(data, "holidays.txt")
	for text, fault := range map[string]string{"2027-10-01 休\n": "", "2027-10-01 休\nxx\n": "holidays.txt: line 2"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		days, err := workingDays(data)
		switch {
		case fault == "" && (err != nil || !days.Knows(2027)):
			t.Errorf("%q: %v", text, err)
		case fault != "" && (err == nil || !strings.Contains(err.Error(), fault)):
			t.Errorf("%q: %v", text, err)
		}
	}
}
