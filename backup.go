package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"sixtwenty/backup"
	"sixtwenty/control"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

// backupCommand copies the state to a file, whether a bot runs or not.
type backupCommand struct {
	File  string `arg:"" help:"备份到哪个文件。The file to make."`
	Force bool   `help:"覆盖已有的文件。Replace a file that is there."`
}

// Run makes the copy, verifies it, and says what it made.
func (c *backupCommand) Run(ctx context.Context, p program, f *flags) error {
	s, err := f.settings(p)
	if err != nil {
		return err
	}
	if err := notTheDatabase(c.File, s.Data); err != nil {
		return err
	}
	made, err := backup.Write(ctx, c.File, verified(ctx, c.Force), func(w io.Writer) error { return copyState(ctx, s.Data, w) })
	if err != nil {
		return sayForce(err)
	}
	fmt.Fprintf(p.stdout, "备份好了 / backed up: %s\n  大小 / size      %s\n  SHA-256          %s\n", made.Path, showSize(made.Size), made.Sum)
	return nil
}

func databaseOf(data string) string { return filepath.Join(data, "sixtwenty.db") }

func controlOf(data string) string { return filepath.Join(data, "control") }

// verified has a copy opened and read before it gets its name.
func verified(ctx context.Context, force bool) backup.Options {
	return backup.Options{Force: force, Check: func(path string) error { return backup.Verify(ctx, path, schema()) }}
}

func fillFrom(ctx context.Context, db store.DB) func(io.Writer) error {
	return func(w io.Writer) error { return db.Backup(ctx, w) }
}

// copyState writes a consistent copy of the database: the running bot's, or where none runs the file's.
func copyState(ctx context.Context, data string, w io.Writer) error {
	err := control.Call(ctx, controlOf(data), "backup", nil, w)
	if !errors.Is(err, control.ErrNobody) {
		return err
	}
	db, err := lookAt(databaseOf(data))
	if err != nil {
		return err
	}
	return errors.Join(db.Backup(ctx, w), db.Close())
}

// sayOpening says what to do about a database that does not open.
func sayOpening(err error) error {
	switch {
	case errors.Is(err, bolt.ErrLocked):
		return fmt.Errorf("这个数据文件夹已经有一个机器人在用 / a bot is running on this folder already: %w", err)
	case errors.Is(err, bolt.ErrDamaged):
		return fmt.Errorf("数据库坏了，请用备份恢复：sixtwenty restore 备份文件 / the database is damaged; put a backup in its place with sixtwenty restore FILE: %w", err)
	case errors.Is(err, bolt.ErrNewer):
		return fmt.Errorf("请用更新版本的程序 / use the newer program: %w", err)
	}
	return fmt.Errorf("打不开数据库 / the database does not open: %w", err)
}

// lookAt opens the database of a bot that does not run.
func lookAt(file string) (*bolt.DB, error) {
	db, err := bolt.Look(file, schema())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("这里还没有数据 / there is no state here yet: %w", err)
	case errors.Is(err, bolt.ErrLocked):
		return nil, fmt.Errorf("机器人正在运行，请先停下它 / a bot is running on this folder, stop it first: %w", err)
	}
	return db, err
}

// notTheDatabase refuses a name that is the live database's own.
func notTheDatabase(file, data string) error {
	there, err := os.Stat(databaseOf(data))
	if err != nil {
		return nil
	}
	if info, err := os.Stat(file); err == nil && os.SameFile(info, there) {
		return fmt.Errorf("%s 就是数据库本身 / is the database itself", file)
	}
	return nil
}

func sayForce(err error) error {
	if errors.Is(err, backup.ErrExists) {
		return fmt.Errorf("%w; 换个名字，或加 --force / take another name, or add --force", err)
	}
	return err
}

func showSize(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB (%d bytes)", float64(n)/(1<<20), n)
	case n >= 1<<10:
		return fmt.Sprintf("%.1f kB (%d bytes)", float64(n)/(1<<10), n)
	}
	return fmt.Sprintf("%d bytes", n)
}
