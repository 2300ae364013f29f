package control

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
)

const (
	socketName = "socket"
	// pointerName names the file that says where the socket is, where its path would be too long.
	pointerName = "elsewhere"
	// longestPath is what every system takes as the path of a socket; Linux takes 107 bytes.
	longestPath = 100
	// elsewhere begins the name of every folder that holds such a socket.
	elsewhere = "sixtwenty-"
)

// A Door is the open socket of one running bot.
type Door struct {
	ln   net.Listener
	tidy func() error
}

// Open makes the socket in folder, which becomes this user's alone. What a killed process left there is replaced: the caller
// must know that no other process serves this folder, as the holder of a lock does.
func Open(folder string) (*Door, error) {
	if err := privateFolder(folder); err != nil {
		return nil, err
	}
	if err := removeStale(folder); err != nil {
		return nil, err
	}
	path, err := choosePath(folder)
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("the control socket: %w", err)
	}
	d := &Door{ln: ln, tidy: func() error { return removeStale(folder) }}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Close removes the socket. Serve ends.
func (d *Door) Close() error {
	err := d.ln.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return errors.Join(err, d.tidy())
}

func privateFolder(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("the folder of the control socket: %w", err)
	}
	if err := os.Chmod(folder, 0o700); err != nil {
		return fmt.Errorf("the folder of the control socket: %w", err)
	}
	return nil
}

// choosePath is folder's own socket, or one in a new folder of the system's temporary one, whose name is then kept in folder.
func choosePath(folder string) (string, error) {
	if path := filepath.Join(folder, socketName); len(path) <= longestPath {
		return path, nil
	}
	other, err := os.MkdirTemp("", elsewherePrefix(folder)) // 0700
	if err != nil {
		return "", err
	}
	path := filepath.Join(other, socketName)
	if len(path) > longestPath {
		err = fmt.Errorf("the control socket: %s is too long a path for one, and so is %s; set TMPDIR to a short one", folder, path)
	} else {
		err = os.WriteFile(filepath.Join(folder, pointerName), []byte(path+"\n"), 0o600)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(other))
	}
	return path, nil
}

func elsewherePrefix(folder string) string {
	sum := sha256.Sum256([]byte(folder))
	return elsewhere + hex.EncodeToString(sum[:8]) + "-"
}

// whereIs gives the path of folder's socket, there or not. A pointer that names none of our sockets is not followed.
func whereIs(folder string) string {
	own := filepath.Join(folder, socketName)
	text, err := os.ReadFile(filepath.Join(folder, pointerName))
	if err != nil {
		return own
	}
	path := strings.TrimSuffix(string(text), "\n")
	if !strings.HasPrefix(filepath.Base(filepath.Dir(path)), elsewhere) || filepath.Base(path) != socketName {
		return own
	}
	return path
}

// removeStale removes the socket, wherever it is, and the file that says so.
func removeStale(folder string) error {
	path := whereIs(folder)
	stale := []string{path, filepath.Join(folder, socketName), filepath.Join(folder, pointerName)}
	if other := filepath.Dir(path); other != filepath.Clean(folder) {
		stale = append(stale, other)
	}
	var errs []error
	for _, p := range stale {
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
