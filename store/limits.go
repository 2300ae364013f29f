package store

import (
	"fmt"
	"strings"
)

// CheckPut is what every engine's Put checks first, so that a later commit cannot fail of it.
func CheckPut(bucket, key string, value []byte) error {
	if err := CheckBucket(bucket); err != nil {
		return err
	}
	if key == "" || len(key) > MaxKey {
		return fmt.Errorf("%w: bucket %q, a key of %d bytes, not of 1 to %d", ErrTooLarge, bucket, len(key), MaxKey)
	}
	if len(value) > MaxValue {
		return fmt.Errorf("%w: bucket %q, key %s, a value of %d bytes, above %d",
			ErrTooLarge, bucket, FormatKey(key), len(value), MaxValue)
	}
	return nil
}

// CheckBucket is what every engine checks before any write.
func CheckBucket(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%w: it is empty", ErrBucket)
	case len(name) > MaxBucket:
		return fmt.Errorf("%w: %d bytes, above %d", ErrBucket, len(name), MaxBucket)
	case name == EngineBucket, strings.HasPrefix(name, EngineBucket+"/"):
		return fmt.Errorf("%w: %q belongs to the engine", ErrBucket, name)
	}
	return nil
}
