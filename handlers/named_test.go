package handlers_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sixtwenty/handlers"
)

// What a text tells people to send is a command, in either language.
func TestTextsNameCommandsThatExist(t *testing.T) {
	known := map[string]bool{}
	for _, f := range handlers.All("1") {
		for _, c := range f.Commands {
			for _, name := range append(slices.Clone(c.Aliases), c.Name) {
				known[strings.ToLower(name)] = true
			}
		}
	}
	text := regexp.MustCompile(`(?:ZH|EN): "((?:[^"\\]|\\.)*)"`)
	name := regexp.MustCompile(`(?:^|[ “(：:（「发，、；]|\\n)/(\p{Han}+|[a-z-]+)`)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range text.FindAllStringSubmatch(string(src), -1) {
			for _, n := range name.FindAllStringSubmatch(m[1], -1) {
				if !known[n[1]] {
					t.Errorf("%s: there is no /%s: %s", path, n[1], m[1])
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
