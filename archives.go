package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"sixtwenty/archive"
	"sixtwenty/backup"
	"sixtwenty/control"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

// exportCommand writes the community to an archive, whether a bot runs or not.
type exportCommand struct {
	File  string `arg:"" help:"导出到哪个文件。The file to make."`
	Media bool   `help:"连同图片、语音等。With pictures, voices and the like."`
	Force bool   `help:"覆盖已有的文件。Replace a file that is there."`
}

// Run writes the archive.
func (c *exportCommand) Run(ctx context.Context, p program, f *flags) error {
	s, err := f.settings(p)
	if err != nil {
		return err
	}
	if err := notTheDatabase(c.File, s.Data); err != nil {
		return err
	}
	db, done, err := openState(ctx, s.Data)
	if err != nil {
		return err
	}
	defer func() { _ = done() }()
	var contents archive.Contents
	made, err := backup.Write(ctx, c.File, backup.Options{Force: c.Force}, func(w io.Writer) (err error) {
		contents, err = export(ctx, w, db, c.Media)
		return err
	})
	if err != nil {
		return sayForce(err)
	}
	fmt.Fprintf(p.stdout, "导出好了 / exported: %s\n  %d 行 / rows, %d 个文件 / blobs, %s\n  SHA-256 %s\n  %s\n",
		made.Path, contents.Rows, len(contents.Blobs), showSize(made.Size), made.Sum,
		"里面有群友的昵称和记录，请像数据库一样保管。/ It holds members' names and records: guard it like the database.")
	return nil
}

func export(ctx context.Context, w io.Writer, db *bolt.DB, media bool) (archive.Contents, error) {
	layout, err := db.Schema()
	if err != nil {
		return archive.Contents{}, err
	}
	buckets, err := db.Buckets(ctx)
	if err != nil {
		return archive.Contents{}, err
	}
	tables, numbers := tablesOf(buckets)
	h := archive.Header{Schema: layout, Media: media, Made: time.Now().UTC().Truncate(time.Second)}
	return archive.Write(ctx, w, store.Prefixed(db, accountName+"/"), h, tables, numbers)
}

// openState opens the state to be read: a copy of the running bot's, so that it is not held up, or else the file itself.
func openState(ctx context.Context, data string) (db *bolt.DB, done func() error, err error) {
	err = control.Call(ctx, controlOf(data), "status", nil, nil)
	if errors.Is(err, control.ErrNobody) {
		if db, err = lookAt(databaseOf(data)); err != nil {
			return nil, nil, err
		}
		return db, db.Close, nil
	}
	if err != nil {
		return nil, nil, err
	}
	part, _, err := backup.Stage(ctx, databaseOf(data), func(w io.Writer) error { return copyState(ctx, data, w) })
	if err != nil {
		return nil, nil, err
	}
	if db, err = bolt.Look(part, schema()); err != nil {
		return nil, nil, errors.Join(err, os.Remove(part))
	}
	return db, func() error { return errors.Join(db.Close(), os.Remove(part)) }, nil
}
