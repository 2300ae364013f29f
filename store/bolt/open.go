package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"sixtwenty/store"
)

const (
	lockTimeout = time.Second
	lockRetry   = 20 * time.Millisecond
	leastMap    = 1 << 30
	growBy      = 1 << 20 // bbolt's 16 MB would make a giant of each small copy
)

// Options say how to open a file. The zero value is right for a store that never had another layout.
type Options struct {
	// Schema is the number of the layout that the program's tables have now: one more than there are Migrations.
	// 0 means just that.
	Schema int
	// Migrations[i] turns schema i+1 into i+2. Each runs in an Update of its own, and is kept with the new number.
	Migrations []func(store.Tx) error
	// Spare is how many bytes must be free on the disk: with less Update refuses, see ErrFull. 0 asks nothing.
	Spare int64
	// NoSync leaves flushing to the system: faster, and a crash of the machine may cost the file. For tests.
	NoSync bool
}

// Open opens the file, or makes it and its folder, for its owner's eyes only. It waits a second for a lock that another
// process holds. A file that is locked, damaged, newer or another program's is refused and left as it is: see the errors
// of this package.
func Open(path string, opts Options) (*DB, error) {
	if want := len(opts.Migrations) + 1; opts.Schema != 0 && opts.Schema != want {
		return nil, fmt.Errorf("store file %s: schema %d needs %d migrations, not %d",
			path, opts.Schema, opts.Schema-1, len(opts.Migrations))
	}
	db, err := open(path, opts)
	if err != nil {
		return nil, fmt.Errorf("store file %s: %w", path, err)
	}
	return db, nil
}

func open(path string, opts Options) (*DB, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	db := &DB{path: path, file: f, write: make(chan struct{}, 1), spare: opts.Spare, free: freeSpace, enough: enoughWaits, large: largeCommit}
	ready := false
	defer func() { // also after a panic of a migration
		if !ready {
			db.abandon()
		}
	}()
	if err := lock(f, lockTimeout); err != nil {
		return nil, err
	}
	if err := db.stillNamed(); err != nil {
		return nil, err
	}
	if err := verify(f); err != nil {
		return nil, err
	}
	if err := db.attach(opts); err != nil {
		return nil, err
	}
	if err := db.replay(); err != nil {
		return nil, err
	}
	if err := db.adopt(opts.Migrations); err != nil {
		return nil, err
	}
	db.hide()
	ready = true
	return db, nil
}

// abandon lets go of a file that Open refuses.
func (db *DB) abandon() {
	if db.bolt != nil {
		_ = db.bolt.Close()
	}
	_ = db.file.Close()
}

func openFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = createFile(path)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w: it is no regular file", ErrNotOurs)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func createFile(path string) (*os.File, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if d, err := os.Open(dir); err == nil { // the name must outlive a crash too; not every system can do it
		_ = d.Sync()
		_ = d.Close()
	}
	return f, nil
}

// hide takes a copied or restored file, now known as ours, from other users' sight. Not every file system can.
func (db *DB) hide() {
	if info, err := db.file.Stat(); err == nil && info.Mode().Perm()&0o077 != 0 {
		_ = db.file.Chmod(0o600)
	}
}

// attach gives the locked and verified file to bbolt, which then only reads it unless it is empty.
func (db *DB) attach(opts Options) error {
	info, err := db.file.Stat()
	if err != nil {
		return err
	}
	err = guard(func() (err error) {
		db.bolt, err = bbolt.Open(db.path, 0o600, &bbolt.Options{
			Timeout:         lockTimeout,
			FreelistType:    bbolt.FreelistMapType,
			InitialMmapSize: mapSize(info.Size()),
			NoStatistics:    true,
			NoSync:          opts.NoSync,
			OpenFile:        func(string, int, os.FileMode) (*os.File, error) { return db.file, nil },
		})
		return err
	})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return ErrLocked
	}
	if err == nil {
		db.bolt.AllocSize = growBy
	}
	return err
}

// mapSize keeps room to grow: a larger map has to wait for every open View. Address space costs nothing where maps are
// sparse; elsewhere the file would be made as large as the map.
func mapSize(file int64) int {
	if strconv.IntSize < 64 || runtime.GOOS == "windows" {
		return 0
	}
	return int(max(leastMap, 2*file))
}
