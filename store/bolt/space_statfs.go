//go:build linux || darwin || freebsd

package bolt

import (
	"os"
	"syscall"
)

// freeSpace is how many bytes this user may still write to the disk that holds f.
func freeSpace(f *os.File) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Fstatfs(int(f.Fd()), &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
