// Package alarm tells the owner outside WeChat that somebody is needed: by webhook, Bark, ntfy, e-mail and whatever else the
// notification library knows. It is the only importer of that library.
//
// It is told how things are (Is), at any time and without waiting, and decides by itself what is worth a message and when:
// never a flood, also when the process is started again and again, since what was sent is kept in a small file. Each address
// has a courier of its own, so that one that is down holds up no other. Addresses are secrets: they are in no log and in no error.
package alarm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Settings are the section of config.yaml.
type Settings struct {
	URLs  []string      `yaml:"urls"`
	Every time.Duration `yaml:"every"`
}

const (
	minEvery = time.Minute
	maxURLs  = 16
)

// Check names the first fault as "field: what". Addresses are named by their place in the list alone.
func (s Settings) Check() error {
	if s.Every < minEvery {
		return fmt.Errorf("every: found %s, expected %s or more", s.Every, minEvery)
	}
	if len(s.URLs) > maxURLs {
		return fmt.Errorf("urls: found %d addresses, expected at most %d", len(s.URLs), maxURLs)
	}
	for i, u := range s.URLs {
		if err := checkURL(u); err != nil {
			return fmt.Errorf("urls: address %d: %w", i+1, err)
		}
	}
	return nil
}

// A Message is one thing to tell.
type Message struct{ Title, Text string }

// A Condition is how things are.
type Condition string

// The conditions.
const (
	Well    Condition = "well"    // told only after something else was told
	Away    Condition = "away"    // told when it has lasted
	Confirm Condition = "confirm" // somebody must confirm on the phone
	Scan    Condition = "scan"    // somebody must scan a code; told again with each new code
	Out     Condition = "out"     // the account was thrown out, nothing is tried any more
)

// Options are what an Alarm is made of.
type Options struct {
	Settings
	File string // where is kept what was sent; "" keeps it in memory alone
	Log  *zap.Logger
}

// An Alarm tells the owner. Make it with New, run it with Run.
type Alarm struct {
	log      *zap.Logger
	file     string
	couriers []*courier

	mu   sync.Mutex
	desk desk
	wake chan struct{}
}

// New makes an alarm. The settings were checked.
func New(o Options) *Alarm {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	a := &Alarm{log: o.Log, file: o.File, wake: make(chan struct{}, 1), desk: desk{every: o.Every, kept: load(o.File)}}
	for i, u := range o.URLs {
		a.couriers = append(a.couriers, newCourier(i+1, u, o.Log))
	}
	return a
}

// Is says how things are now, and what to tell of it. Any goroutine; it never blocks.
func (a *Alarm) Is(c Condition, m Message) {
	a.mu.Lock()
	a.desk.is(c, m, time.Now())
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// Note tells at once of something that happened, whatever the condition; four times a day at most, the rest is only logged. Any
// goroutine; it never blocks.
func (a *Alarm) Note(m Message) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.desk.note(time.Now()) {
		a.log.Warn("something happened of which the owner was told often enough today")
		return
	}
	a.log.Info("telling the owner outside WeChat of something that happened")
	for _, c := range a.couriers {
		c.take(m)
	}
	a.save()
}

// save wants the lock.
func (a *Alarm) save() {
	if err := save(a.file, a.desk.kept); err != nil {
		a.log.Warn("it cannot be kept which alarms were sent", zap.Error(err))
	}
}

// Run tells what is due until ctx is done.
func (a *Alarm) Run(ctx context.Context) {
	if len(a.couriers) == 0 {
		return
	}
	var all sync.WaitGroup
	defer all.Wait()
	for _, c := range a.couriers {
		all.Go(func() { c.run(ctx) })
	}
	for {
		next := a.tell()
		var due <-chan time.Time
		if !next.IsZero() {
			due = time.After(time.Until(next))
		}
		select {
		case <-ctx.Done():
			return
		case <-a.wake:
		case <-due:
		}
	}
}

// tell hands what is due to the couriers, and says when to look again.
func (a *Alarm) tell() (next time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	m, due := a.desk.due(now)
	if m == nil {
		return due
	}
	a.log.Info("telling the owner outside WeChat", zap.String("what", string(a.desk.cond)))
	for _, c := range a.couriers {
		c.take(*m)
	}
	a.desk.sent(now)
	a.save()
	return time.Time{}
}

// Test sends a message to every address at once and says, in their order, what came of it.
func Test(ctx context.Context, s Settings, m Message) []error {
	errs := make([]error, len(s.URLs))
	var all sync.WaitGroup
	for i, u := range s.URLs {
		all.Go(func() { errs[i] = newCourier(i+1, u, zap.NewNop()).attempt(ctx, m) })
	}
	all.Wait()
	return errs
}

// checkURL says what is wrong with an address, without any part of it.
func checkURL(raw string) error {
	service, err := serviceOf(raw)
	switch {
	case err != nil:
		return err
	case service == "http" || service == "https":
		return fmt.Errorf("an %s address alone is not enough; for a webhook write generic+%[1]s://…", service)
	case !slices.Contains(services(), service):
		return fmt.Errorf("no such service; expected SERVICE://… with one of %s", strings.Join(services(), ", "))
	case service == "matrix": // making its client signs in
		return nil
	}
	if _, err := locate(raw); err != nil {
		return errors.New("not what " + service + " expects; see docs/operations.md")
	}
	return nil
}
