package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
)

// ErrSum is wrapped where a file is not what its checksum says.
var ErrSum = errors.New("the file is not what its checksum says")

func sumPath(path string) string { return path + sumEnd }

// sumLine is what sha256sum writes and reads, with its escapes for odd names.
func sumLine(sum, name string) string {
	mark := ""
	if strings.ContainsAny(name, "\\\n\r") {
		mark = `\`
		name = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(name)
	}
	return mark + sum + "  " + name + "\n"
}

var sumShape = regexp.MustCompile(`^\\?([0-9a-f]{64}) [ *]`)

// CheckSum compares a file with the checksum beside it. found is false where there is none, which is no error: a copy may
// have come without.
func CheckSum(ctx context.Context, path string) (found bool, err error) {
	beside, err := readBounded(sumPath(path))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	m := sumShape.FindSubmatch(beside)
	if m == nil {
		return true, fmt.Errorf("%s holds no SHA-256: remove it, or bring the one that belongs to the file", sumPath(path))
	}
	got, err := Sum(ctx, path)
	if err == nil && got != string(m[1]) {
		err = fmt.Errorf("%s: %w: %s expected, %s found", path, ErrSum, m[1], got)
	}
	return true, err
}

// readBounded reads the beginning of a file that should be short.
func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 4<<10))
}

// Sum is a file's SHA-256 in hex.
func Sum(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(&counter{ctx: ctx, w: sum}, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
