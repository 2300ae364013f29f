//go:build !(linux || darwin || freebsd)

package bolt

import (
	"errors"
	"os"
)

// freeSpace cannot be asked here.
func freeSpace(*os.File) (int64, error) { return 0, errors.ErrUnsupported }
