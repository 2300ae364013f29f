package console

import (
	"context"
	"errors"
	"io"
	"time"

	"sixtwenty/bot"
)

// A House does what lies outside the bot. Any goroutine.
type House interface {
	// Code is the code to scan now, as rows of dark modules; nil where there is none.
	Code() [][]bool
	// States are the latest states of the account, the newest first.
	States() []bot.AccountState
	// Alarms is how many addresses there are outside WeChat; TryAlarms sends to each and says what became of it.
	Alarms() int
	TryAlarms(ctx context.Context, l bot.Lang) []error
	// Backups are the copies of the state, the newest first.
	Backups() ([]Backup, error)
	Backup(ctx context.Context) (Backup, error)
	OpenBackup(name string) (io.ReadSeekCloser, Backup, error)
	// CompareBackup says what a restore would change, and changes nothing.
	CompareBackup(ctx context.Context, name string) ([]Difference, error)
}

// A Backup is one copy of the state.
type Backup struct {
	Name string
	Path string
	Made time.Time
	Size int64
}

// A Difference is how many rows a restore would add to a table, remove from it, and change.
type Difference struct {
	Table              string
	Come, Gone, Differ int
}

// ErrNoBackup is wrapped where a name is no backup's.
var ErrNoBackup = errors.New("there is no such backup")

// nobody is a House where there is none.
type nobody struct{}

var _ House = nobody{}

func (nobody) Code() [][]bool                              { return nil }
func (nobody) States() []bot.AccountState                  { return nil }
func (nobody) Alarms() int                                 { return 0 }
func (nobody) TryAlarms(context.Context, bot.Lang) []error { return nil }
func (nobody) Backups() ([]Backup, error)                  { return nil, nil }
func (nobody) Backup(context.Context) (Backup, error)      { return Backup{}, ErrNoBackup }
func (nobody) OpenBackup(string) (io.ReadSeekCloser, Backup, error) {
	return nil, Backup{}, ErrNoBackup
}

func (nobody) CompareBackup(context.Context, string) ([]Difference, error) { return nil, ErrNoBackup }
