package soak

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// workshop is the environment variable that names the folder in which the program is built.
const workshop = "SOAK_WORKSHOP"

func TestMain(m *testing.M) { os.Exit(inWorkshop(m)) }

func inWorkshop(m *testing.M) int {
	dir, err := os.MkdirTemp("", "sixtwenty-soak-")
	if err == nil {
		err = os.Setenv(workshop, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	return m.Run()
}

// program builds the program when it is first wanted, and gives its path.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(os.Getenv(workshop), "sixtwenty")
	args := []string{"build", "-o", path}
	if os.Getenv("RACE") != "" {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, ".")...)
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the program: %w\n%s", err, out)
	}
	return path, nil
})

// number reads a number from the environment.
func number(t testing.TB, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s in the environment is %q, expected a number", name, text)
	}
	return n
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
