//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package bolt

import (
	"os"
	"time"
)

// Here bbolt's own lock must do: a file that another process is writing may be called damaged instead of locked.
func lock(*os.File, time.Duration) error { return nil }

func unlock(*os.File) error { return nil }
