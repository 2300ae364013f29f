package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"sixtwenty/schedules"
	"sixtwenty/store"
)

// Options are what a Bot is made of.
type Options struct {
	Account  Account
	DB       store.DB
	Clock    Clock // WallClock where nil
	Log      *zap.Logger
	Features []Feature
	// Settings hold, by feature name, the struct that config.yaml gives; Feature.Settings where a name is missing.
	Settings map[string]any
	// Groups are name patterns (path.Match) of the groups the bot lives in.
	Groups []string
	Pace   Pace
	Days   *schedules.Days // schedules.Published where nil
	Meter  Meter           // none where nil
	// Codes shows new codes where only the owner looks. The engine calls it after the commit; it must not block.
	Codes func([]Code)
	// DoorShut hears that ten wrong codes came within an hour, as Codes does.
	DoorShut func()
}

// A Bot is one running account with its features. Make it with New, run it with Run.
type Bot struct {
	opts     Options
	db       store.DB
	clock    Clock
	log      *zap.Logger
	account  Account
	features []*feature
	byName   map[string]*feature
	commands map[string]*command // by folded name and alias
	names    []string            // the keys of commands, sorted
	watches  map[Kind][]boundWatch
	zone     *time.Location
	days     *schedules.Days
	quiet    quietHours

	in     chan item
	outbox *outbox
	memory *memory

	followed sync.Map // ChatID → bool: the groups that have a row
	zones    sync.Map // name → *time.Location: those that were read
	failing  atomic.Pointer[error]
	started  atomic.Pointer[time.Time]
	stopped  chan struct{} // closed when Run returns
	session  atomic.Pointer[string]
	lastIn   atomic.Int64
	trouble  atomic.Pointer[AccountState] // the first since the account was last connected
	pulse    pulse
}

// ErrStopped is returned by Ask when the bot does not run any more.
var ErrStopped = errors.New("the bot has stopped")

// New checks every declaration and reports all faults together.
func New(opts Options) (*Bot, error) {
	if opts.Clock == nil {
		opts.Clock = WallClock()
	}
	if opts.Log == nil {
		opts.Log = zap.NewNop()
	}
	if opts.Meter == nil {
		opts.Meter = deaf{}
	}
	b := &Bot{
		opts: opts, db: opts.DB, clock: opts.Clock, log: opts.Log, account: opts.Account,
		in:      make(chan item, maxBatch),
		stopped: make(chan struct{}),
		memory:  newMemory(),
	}
	if b.days = opts.Days; b.days == nil {
		b.days = schedules.Published()
	}
	if err := b.compile(); err != nil {
		return nil, err
	}
	b.outbox = newOutbox(b, opts.Pace)
	return b, nil
}

// Run serves until ctx is done, which is no error, or until the account or the store fails for good. Call it once. When it
// returns, nothing of the bot runs any more.
func (b *Bot) Run(ctx context.Context) error {
	defer b.stop()
	now := b.clock.Now()
	b.started.Store(&now)
	due, err := b.open(ctx)
	if err != nil {
		return unlessDone(ctx, fmt.Errorf("starting: %w", err))
	}
	g, ctx := errgroup.WithContext(ctx)
	parts := []func(context.Context) error{
		func(ctx context.Context) error { return b.loop(ctx, due) },
		b.outbox.loop,
		b.workLoop,
		b.pruneLoop,
		b.runAccount,
		b.watchAccount,
	}
	for _, part := range parts {
		g.Go(func() error { return unlessDone(ctx, part(ctx)) })
	}
	return g.Wait()
}

// unlessDone is err, or nothing where err says no more than that ctx is done: what fails while the bot is being stopped is
// still heard.
func unlessDone(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

func (b *Bot) runAccount(ctx context.Context) error {
	err := b.account.Run(ctx, inbox{b})
	if err == nil && ctx.Err() == nil {
		return ErrSignedOut
	}
	return err
}

// stop lets go of whoever still asks, and of the clock: a wake that came last must not look like a waiter that is busy.
func (b *Bot) stop() {
	close(b.stopped)
	for _, who := range []string{engineWaiter, outboxWaiter, workWaiter, pruneWaiter} {
		b.clock.Leave(who)
	}
}

// open reads what must be in memory, and sets the jobs of every group.
func (b *Bot) open(ctx context.Context) (due time.Time, err error) {
	err = b.db.Update(ctx, func(tx store.Tx) error {
		r := b.newRun(tx)
		if err := r.begin(); err != nil {
			return err
		}
		if err := r.replanAll(); err != nil {
			return err
		}
		if err := r.noteAll(); err != nil {
			return err
		}
		for row, err := range chats.Scan(tx, store.Range{}) {
			if err != nil {
				return err
			}
			var id ChatID
			if err := store.Split(row.Key, &id); err != nil {
				return err
			}
			if row.Value.Group {
				r.out.follow(id, row.Value.On)
			}
		}
		for chat, on := range r.out.follows {
			b.followed.Store(chat, on)
		}
		if r.session != "" {
			b.session.Store(&r.session)
		}
		due, err = nextDue(tx)
		return err
	})
	if err != nil {
		return due, err
	}
	return due, b.outbox.load(ctx)
}

// Ask puts the console's question or order to the engine and returns after its commit. Any goroutine.
func (b *Bot) Ask(ctx context.Context, e Event) ([]string, error) {
	e.Kind, e.At = Asked, b.clock.Now()
	it := item{event: &e, answer: make(chan answer, 1)}
	if err := b.put(ctx, it); err != nil {
		return nil, err
	}
	a, err := b.hear(ctx, it)
	return a.said, err
}

// hear waits for the commit of an item.
func (b *Bot) hear(ctx context.Context, it item) (answer, error) {
	select {
	case a := <-it.answer:
		return a, a.err
	case <-b.stopped:
	case <-ctx.Done():
		return answer{}, ctx.Err()
	}
	select { // the last commit of all may have come with the end
	case a := <-it.answer:
		return a, a.err
	default:
		return answer{}, ErrStopped
	}
}

// inbox is the account's side of the engine.
type inbox struct{ *Bot }

var _ Inbox = inbox{}

// maxID bounds an event's ID: it is the key of the seen mark.
const maxID = 512

func (in inbox) Put(ctx context.Context, e Event) error {
	if e.ID == "" || len(e.ID) > maxID {
		return fmt.Errorf("an event %s has an ID of %d bytes, not of 1 to %d", e.Kind, len(e.ID), maxID)
	}
	if e.Kind == Asked || e.Kind == Tick { // they carry the owner's word and the clock's
		return fmt.Errorf("event %s: an account cannot tell of %s", e.ID, e.Kind)
	}
	return in.put(ctx, item{event: &e})
}

func (in inbox) Mark(ctx context.Context, place []byte) error {
	it := item{place: place, answer: make(chan answer, 1)}
	if err := in.put(ctx, it); err != nil {
		return err
	}
	_, err := in.hear(ctx, it)
	return err
}

func (in inbox) Place(ctx context.Context) (place []byte, err error) {
	err = in.db.View(ctx, func(r store.Reader) error {
		place, err = r.Get(placeBucket, statePlace)
		return err
	})
	return place, err
}

func (in inbox) Follows(c Chat) bool { return in.follows(c) }

// follows says whether the bot lives in a chat, by what is committed. Of a group without a row the name decides.
func (b *Bot) follows(c Chat) bool {
	if !c.Group {
		return true
	}
	if on, ok := b.followed.Load(c.ID); ok {
		return on.(bool)
	}
	return b.matches(c.Name)
}

func (b *Bot) put(ctx context.Context, it item) error {
	select { // whoever gave up is not heard, though there be room
	case <-b.stopped:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	default:
	}
	select {
	case b.in <- it:
		b.clock.Wake(engineWaiter)
		return nil
	case <-b.stopped:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}
