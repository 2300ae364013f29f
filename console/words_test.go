package console

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every word is said somewhere.
func TestEveryWordIsSaid(t *testing.T) {
	var all strings.Builder
	for _, pattern := range []string{"*.go", "pages/*"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if name == "words.go" || strings.HasSuffix(name, "_test.go") {
				continue
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(data)
		}
	}
	elsewhere := []string{ // the pages, and what a row of the log may hold
		"today", "groups", "people", "referrals", "schedule", "account", "log",
		"outdone", "outrefused", "outfailed", "phone", "console",
	}
	for name := range texts() {
		if !slices.Contains(elsewhere, name) && !strings.Contains(all.String(), `"`+name+`"`) {
			t.Errorf("%q is said nowhere", name)
		}
	}
}
