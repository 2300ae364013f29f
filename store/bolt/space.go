package bolt

import (
	"errors"
	"fmt"
)

// ErrFull is wrapped by Update where the disk has not the room that Options.Spare wants. Nothing was written, and the handle is
// as good as before.
var ErrFull = errors.New("the disk is full")

// room refuses an Update while there is a chance of refusing it in good order: what the disk refuses in the middle of a commit
// leaves a handle that nobody should trust.
func (db *DB) room() error {
	if db.spare <= 0 {
		return nil
	}
	free, err := db.free(db.file)
	if err != nil || free >= db.spare { // what cannot be asked is tried
		return nil
	}
	return db.named(fmt.Errorf("%w: %.1f MB are free, and the last %.1f are not touched", ErrFull, mb(free), mb(db.spare)))
}

func mb(n int64) float64 { return float64(n) / (1 << 20) }
