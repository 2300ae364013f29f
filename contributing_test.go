package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

var (
	namedFile = regexp.MustCompile("`(handlers/dice/[a-z_]+\\.go)`")
	goBlock   = regexp.MustCompile("(?s)```go\n(.*?)```")
)

// TestTheTenMinutesOfContributing writes the files of CONTRIBUTING.md to the letter and runs their test.
func TestTheTenMinutesOfContributing(t *testing.T) {
	guide, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	names, blocks := namedFile.FindAllSubmatch(guide, -1), goBlock.FindAllSubmatch(guide, -1)
	if len(names) != 2 || len(blocks) != 2 {
		t.Fatalf("%d files and %d blocks of Go are in the guide, expected two of each", len(names), len(blocks))
	}
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for i, block := range blocks {
		file := filepath.Join(dir, filepath.Base(string(names[i][1])))
		if err := os.WriteFile(file, block[1], 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[string(names[i][1])] = file
	}
	data, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, data, 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "dice.test")
	if out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", list, "-o", binary, "./handlers/dice").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := exec.Command(binary, "-test.v", "-test.run", "TestRoll")
	run.Dir = dir
	if out, err := run.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestRoll")) {
		t.Fatalf("%v\n%s", err, out)
	}
}
