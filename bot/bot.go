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

	in     chan item
	outbox *outbox
	cache  map[settingKey]any // of the engine's goroutine

	followed sync.Map // ChatID → bool, for Follows
	failing  atomic.Pointer[error]
	started  time.Time
	session  atomic.Pointer[string]
	lastIn   atomic.Int64
}

// New checks every declaration and reports all faults together.
func New(opts Options) (*Bot, error) {
	if opts.Clock == nil {
		opts.Clock = WallClock()
	}
	if opts.Log == nil {
		opts.Log = zap.NewNop()
	}
	b := &Bot{
		opts: opts, db: opts.DB, clock: opts.Clock, log: opts.Log, account: opts.Account,
		in:    make(chan item, maxBatch),
		cache: map[settingKey]any{},
	}
	if err := b.compile(); err != nil {
		return nil, err
	}
	b.outbox = newOutbox(b, opts.Pace)
	return b, nil
}

// Run serves until ctx is done, or until the account or the store fails for good. Call it once.
func (b *Bot) Run(ctx context.Context) error {
	b.started = b.clock.Now()
	due, err := b.open(ctx)
	if err != nil {
		return fmt.Errorf("starting: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return b.loop(ctx, due) })
	g.Go(func() error { return b.outbox.loop(ctx) })
	g.Go(func() error { return b.workLoop(ctx) })
	g.Go(func() error {
		err := b.account.Run(ctx, inbox{b})
		if err == nil && ctx.Err() == nil {
			err = ErrSignedOut
		}
		return err
	})
	err = g.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
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
	select {
	case a := <-it.answer:
		return a.said, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// inbox is the account's side of the engine.
type inbox struct{ *Bot }

var _ Inbox = inbox{}

func (in inbox) Put(ctx context.Context, e Event) error {
	return in.put(ctx, item{event: &e})
}

func (in inbox) Mark(ctx context.Context, place []byte) error {
	it := item{place: place, answer: make(chan answer, 1)}
	if err := in.put(ctx, it); err != nil {
		return err
	}
	select {
	case a := <-it.answer:
		return a.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (in inbox) Place(ctx context.Context) (place []byte, err error) {
	err = in.db.View(ctx, func(r store.Reader) error {
		place, err = r.Get(placeBucket, statePlace)
		return err
	})
	return place, err
}

func (in inbox) Follows(c Chat) bool {
	if !c.Group {
		return true
	}
	if on, ok := in.followed.Load(c.ID); ok {
		return on.(bool)
	}
	return in.matches(c.Name)
}

func (b *Bot) put(ctx context.Context, it item) error {
	select {
	case b.in <- it:
		b.clock.Wake(engineWaiter)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
