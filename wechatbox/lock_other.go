//go:build !unix

package wechatbox

import "os"

// lockFile relies on the user where the system has no advisory locks.
func lockFile(*os.File) error { return nil }
