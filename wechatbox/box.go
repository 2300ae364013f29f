package wechatbox

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Options say what a box is made of. The zero value works: an empty world in memory that runs with the real time.
type Options struct {
	Seed     uint64         // of all that is random; equal seeds make equal runs
	Clock    *Clock         // nil: a clock of its own that shows the real time
	File     string         // the world file; "" keeps the world in memory only
	Language Language       // of phones that have no language of their own; "" is Chinese
	Zone     *time.Location // of times of day; nil is China's
	Remote   bool           // the control API answers other machines too
	AutoScan bool           // the account's phone scans and confirms every QR code by itself
	Logger   *zap.Logger    // ids only, never texts; nil is silent
	Behave   Behaviour      // where the box differs from the WeChat of today
}

// Behaviour switches what the real service does at times, or did once. The zero value is the service as it is today.
type Behaviour struct {
	WebForbidden   bool          `json:"webForbidden,omitempty"`   // only desktop clients may sign in; others are told 1203
	KeepCookies    bool          `json:"keepCookies,omitempty"`    // webwxinit and webwxsync do not set the cookies again
	CheckCookies   bool          `json:"checkCookies,omitempty"`   // synccheck answers 1102 to a client without its cookies
	SplitCheckKey  bool          `json:"splitCheckKey,omitempty"`  // SyncCheckKey differs from SyncKey, and synccheck wants the former
	AckDrop        bool          `json:"ackDrop,omitempty"`        // what a client has acknowledged is gone for good
	RemarksLast    bool          `json:"remarksLast,omitempty"`    // webwxoplog really sets remarks
	RoomManagement bool          `json:"roomManagement,omitempty"` // updatechatroom and createchatroom work, as before 2018
	SwallowRepeats bool          `json:"swallowRepeats,omitempty"` // the same text to the same chat within a second is answered, not delivered
	SendLimit      int           `json:"sendLimit,omitempty"`      // sends allowed in SendWindow; more are answered 1205; 0: no limit
	SendWindow     time.Duration `json:"sendWindow,omitempty"`     // 0: one minute
	SendPenalty    time.Duration `json:"sendPenalty,omitempty"`    // how long 1205 lasts once it began; 0: one minute
	PollFor        time.Duration `json:"pollFor,omitempty"`        // how long login and synccheck wait, in real time; 0: 25 s
	QRLasts        time.Duration `json:"qrLasts,omitempty"`        // how long a QR code can be scanned, in real time; 0: 5 min
}

// Box is one world and the server in front of it.
type Box struct {
	opts  Options
	clock *Clock
	log   *zap.Logger

	mu      sync.Mutex
	rng     *rand.Rand
	w       world
	journal *journal
	behave  Behaviour
	broken  error // the world file could not be written: nothing changes any more
	closed  chan struct{}
	watch   watchers
	gate    *gate
	ca      *authority
	started time.Time

	sentWake chan struct{} // closed, and made anew, at each send
	signin   signins
	faults   faults
	uploads  uploads
}

// ErrClosed is returned by the methods of a box that was closed.
var ErrClosed = errors.New("wechatbox: the box is closed")

// New makes a box, and fills it from the world file if there is one.
func New(o Options) (*Box, error) {
	if o.Clock == nil {
		o.Clock = NewClock(time.Time{})
	}
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	if o.Zone == nil {
		o.Zone = time.FixedZone("Asia/Shanghai", 8*60*60)
	}
	if o.Language == "" {
		o.Language = Chinese
	}
	b := &Box{
		opts: o, clock: o.Clock, log: o.Logger, behave: o.Behave,
		rng: rand.New(rand.NewPCG(o.Seed, 0x620)), w: newWorld(o.Language, o.Zone), closed: make(chan struct{}), started: time.Now(), sentWake: make(chan struct{}),
	}
	b.faults.init(o.Seed)
	if err := b.load(); err != nil {
		return nil, err
	}
	b.gate = &gate{b.settled, b.clockSet}
	b.clock.attach(b.gate)
	return b, nil
}

// Close ends every long poll and watch and closes the world file. The world can still be read.
func (b *Box) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.closed:
		return nil
	default:
	}
	close(b.closed)
	b.clock.detach(b.gate)
	b.watch.closeAll()
	return b.closeJournal()
}

// Clock is the time of this world.
func (b *Box) Clock() *Clock { return b.clock }

// Zone is the place whose times of day the people of this world live by.
func (b *Box) Zone() *time.Location { return b.opts.Zone }

// Behave changes how the server behaves from now on.
func (b *Box) Behave(change func(*Behaviour)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.behave)
}

// update runs fn with the world locked and keeps what it did before it returns. fn checks everything before it does anything.
func (b *Box) update(fn func(tx *tx) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.updateLocked(fn)
}

func (b *Box) updateLocked(fn func(tx *tx) error) error {
	select {
	case <-b.closed:
		return ErrClosed
	default:
	}
	if b.broken != nil {
		return b.broken
	}
	t := &tx{b: b, w: &b.w, now: b.clock.Now().In(b.opts.Zone)}
	err := fn(t)
	if kept := b.keep(t.recs); kept != nil {
		return kept
	}
	b.announce(t)
	return err
}
