package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"

	"sixtwenty/backup"
	"sixtwenty/bot"
	"sixtwenty/schedules"
	"sixtwenty/store/bolt"
)

// Backup says when copies of the state are made by themselves, where, and how many are kept.
type Backup struct {
	When   string `yaml:"when"`
	Folder string `yaml:"folder"`
	Keep   int    `yaml:"keep"`
}

// Check says what is wrong with the settings.
func (b Backup) Check() error {
	if b.When != "" {
		if _, err := schedules.Parse(b.When); err != nil {
			return fmt.Errorf("when: %w", err)
		}
	}
	if b.Folder == "" {
		return fmt.Errorf("folder: expected the name of a folder")
	}
	if b.Keep < 1 || b.Keep > 1000 {
		return fmt.Errorf("keep: found %d, expected 1 to 1000", b.Keep)
	}
	return nil
}

// backups makes the scheduled backups. Its failures are said and never end the bot.
type backups struct {
	Backup
	file  *bolt.DB
	clock bot.Clock
	zone  *time.Location
	log   *zap.Logger
	old   bool // the database was there before this start

	mu    sync.Mutex
	state backupState
}

// A backupState is how the scheduled backups stand.
type backupState struct {
	Made  time.Time `json:"made,omitzero"` // the last good one
	Size  int64     `json:"size,omitempty"`
	Next  time.Time `json:"next,omitzero"`
	Fault string    `json:"fault,omitempty"` // why the last try failed; "" when it went well
}

const (
	backupWaiter = "backup"
	backupLimit  = 30 * time.Minute
	backupRetry  = time.Hour
)

// expect makes a wound clock wait for run, from before it is called.
func (b *backups) expect() {
	if b.When != "" {
		b.clock.Wake(backupWaiter)
	}
}

// run makes a backup at each time that is due, until ctx is done.
func (b *backups) run(ctx context.Context) error {
	if b.When == "" {
		return nil
	}
	spec, err := schedules.Parse(b.When)
	if err != nil {
		return fmt.Errorf("backup.when: %w", err)
	}
	defer b.clock.Leave(backupWaiter)
	for due := b.first(spec); ; {
		b.note(func(s *backupState) { s.Next = due })
		if err := b.clock.Wait(ctx, backupWaiter, due); err != nil {
			return nil
		}
		now := b.clock.Now()
		if due.IsZero() || now.Before(due) {
			continue
		}
		due = spec.Next(now, b.zone)
		if !b.try(ctx, now) && now.Add(backupRetry).Before(due) {
			due = now.Add(backupRetry)
		}
	}
}

// first is when the first backup of this start is due. One that was missed while the bot was down is made at once, and so is
// the first of all of a state that was there before: a bot that never runs at night has backups too.
func (b *backups) first(spec schedules.Spec) time.Time {
	now := b.clock.Now()
	latest, err := b.folder().Latest()
	switch {
	case err != nil:
		b.failed(err)
	case latest.IsZero() && b.old:
		return now
	case !latest.IsZero() && !latest.After(now): // not one of a clock that was set back
		b.note(func(s *backupState) { s.Made = latest })
		return spec.Next(latest, b.zone)
	}
	return spec.Next(now, b.zone)
}

func (b *backups) folder() backup.Folder { return backup.Folder{Dir: b.Folder, Keep: b.Keep} }

// try makes one backup, verifies it, and removes the oldest above what is kept.
func (b *backups) try(ctx context.Context, now time.Time) bool {
	limited, cancel := context.WithTimeout(ctx, backupLimit)
	defer cancel()
	f, err := b.make(limited, now)
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		b.failed(err)
		return false
	}
	b.log.Info("a backup was made", zap.String("file", f.Path), zap.Int64("bytes", f.Size))
	b.note(func(s *backupState) { s.Made, s.Size, s.Fault = now, f.Size, "" })
	if _, err := b.folder().Rotate(f.Path); err != nil {
		b.failed(fmt.Errorf("old backups could not be removed: %w", err))
	}
	return true
}

func (b *backups) make(ctx context.Context, now time.Time) (backup.File, error) {
	if err := os.MkdirAll(b.Folder, 0o700); err != nil {
		return backup.File{}, err
	}
	return backup.Write(ctx, b.folder().Path(now.In(b.zone)), verified(ctx, false), fillFrom(ctx, b.file))
}

func (b *backups) failed(err error) {
	b.log.Error("the scheduled backup failed", zap.Error(err))
	b.note(func(s *backupState) { s.Fault = err.Error() })
}

func (b *backups) note(change func(*backupState)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.state)
}

// status may be called from any goroutine.
func (b *backups) status() backupState {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state
}
