package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"rsc.io/qr"

	"sixtwenty/alarm"
	"sixtwenty/backup"
	"sixtwenty/bot"
	"sixtwenty/console"
	"sixtwenty/store/bolt"
)

// ops is what the console does outside the bot.
type ops struct {
	*house

	mu     sync.Mutex
	code   [][]bool
	states []bot.AccountState // the oldest first

	copying sync.Mutex // one copy, or comparison, at a time
}

var _ console.House = (*ops)(nil)

const keptStates = 100

func newOps(h *house) *ops { return &ops{house: h} }

// state keeps a new state of the account. What was to be scanned is done with, or was for nothing, unless it is still needed.
func (o *ops) state(s bot.AccountState) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s.Name != bot.NeedsScan {
		o.code = nil
	}
	o.states = append(o.states, s)
	o.states = o.states[max(0, len(o.states)-keptStates):]
}

// scan keeps a new code to scan.
func (o *ops) scan(url string) {
	code, err := qr.Encode(url, qr.L)
	if err != nil {
		return
	}
	rows := make([][]bool, code.Size)
	for y := range rows {
		rows[y] = make([]bool, code.Size)
		for x := range rows[y] {
			rows[y][x] = code.Black(x, y)
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.code = rows
}

func (o *ops) Code() [][]bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.code
}

func (o *ops) States() []bot.AccountState {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := slices.Clone(o.states)
	slices.Reverse(list)
	return list
}

func (o *ops) Alarms() int { return len(o.Alarm.URLs) }

func (o *ops) TryAlarms(ctx context.Context, l bot.Lang) []error {
	return alarm.Test(ctx, o.Alarm, alarm.Message{Title: textTestTitle.In(l), Text: textTest.In(l)})
}

func (o *ops) Backups() ([]console.Backup, error) {
	copies, err := o.backups.folder().List()
	var list []console.Backup
	for _, c := range copies {
		list = append(list, o.named(c))
	}
	return list, err
}

func (o *ops) named(c backup.Kept) console.Backup {
	return console.Backup{Name: c.Name, Path: filepath.Join(o.backups.Folder, c.Name), Made: c.Made, Size: c.Size}
}

// find gives the backup of a name that is in the folder; a name is never made a path otherwise.
func (o *ops) find(name string) (console.Backup, error) {
	list, err := o.Backups()
	if err != nil {
		return console.Backup{}, err
	}
	i := slices.IndexFunc(list, func(b console.Backup) bool { return b.Name == name })
	if i < 0 {
		return console.Backup{}, console.ErrNoBackup
	}
	return list[i], nil
}

var errCopying = errors.New("另一份备份还没做完 / another copy is being made")

func (o *ops) Backup(ctx context.Context) (console.Backup, error) {
	if !o.copying.TryLock() {
		return console.Backup{}, errCopying
	}
	defer o.copying.Unlock()
	ctx, cancel := context.WithTimeout(ctx, backupLimit)
	defer cancel()
	now := o.clock.Now()
	f, err := o.backups.make(ctx, now)
	if err != nil {
		return console.Backup{}, err
	}
	if _, err := o.backups.folder().Rotate(f.Path); err != nil {
		return console.Backup{}, fmt.Errorf("old backups could not be removed: %w", err)
	}
	return console.Backup{Name: filepath.Base(f.Path), Path: f.Path, Made: now, Size: f.Size}, nil
}

func (o *ops) OpenBackup(name string) (io.ReadSeekCloser, console.Backup, error) {
	b, err := o.find(name)
	if err != nil {
		return nil, b, err
	}
	f, err := os.Open(b.Path)
	return f, b, err
}

// compareLimit bounds how long the live state is held open for a comparison.
const compareLimit = 30 * time.Second

func (o *ops) CompareBackup(ctx context.Context, name string) (list []console.Difference, err error) {
	b, err := o.find(name)
	if err != nil {
		return nil, err
	}
	if !o.copying.TryLock() {
		return nil, errCopying
	}
	defer o.copying.Unlock()
	ctx, cancel := context.WithTimeout(ctx, compareLimit)
	defer cancel()
	old, err := bolt.Look(b.Path, schema())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	all, err := differences(ctx, o.file, old)
	for _, d := range all {
		if d.Any() {
			list = append(list, console.Difference{Table: d.Table, Come: d.Added.Count, Gone: d.Removed.Count, Differ: d.Changed.Count})
		}
	}
	return list, err
}
