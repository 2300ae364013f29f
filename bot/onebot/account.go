package onebot

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Options are what an Account is made of. URL or Listen is given.
type Options struct {
	// URL is the implementation's WebSocket, ws://HOST:PORT/: we dial (forward), and Listen says nothing.
	URL string
	// Listen is where the implementation dials us (reverse), HOST:PORT.
	Listen string
	// Token is what the one who dials has to know; "" is nothing.
	Token string
	// SelfID is the account to serve where several dial one port; "" is the first that comes.
	SelfID string
	// Platform names the service in ids, such as "qq".
	Platform string
	DB       store.DB // media are read from its blobs
	Clock    bot.Clock
	Log      *zap.Logger
	// States is called with each new state, one at a time. It must not block for long, nor call the account.
	States func(bot.AccountState)
	// Dial and Network stand in for the network, in tests; nil is the real one.
	Dial    func(ctx context.Context, network, addr string) (net.Conn, error)
	Network func(addr string) (net.Listener, error)
}

// An Account is an account behind an implementation of OneBot v11.
type Account struct {
	opts   Options
	clock  bot.Clock
	log    *zap.Logger
	live   atomic.Pointer[link] // nil while not connected
	powers atomic.Pointer[bot.Powers]
	roles  sync.Map // of the account itself: bot.ChatID → string
	lacks  sync.Map // actions that the implementation does not have
	noPics atomic.Bool
	state  atomic.Pointer[bot.AccountState]
	mu     sync.Mutex // of changes of state
	echoes echoes
	// What follows is of the goroutine of Run.
	rooms    map[wireID]*room
	invitors map[string]wireID // who brought whom, by group and person, where a request said so
}

var (
	_ bot.Account = (*Account)(nil)
	_ bot.Stater  = (*Account)(nil)
	_ bot.Local   = (*Account)(nil)
)

// New makes an account that is not connected yet.
func New(o Options) *Account {
	if o.Clock == nil {
		o.Clock = bot.WallClock()
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Platform == "" {
		o.Platform = "qq"
	}
	a := &Account{opts: o, clock: o.Clock, log: o.Log, rooms: map[wireID]*room{}, invitors: map[string]wireID{}}
	a.powers.Store(&bot.Powers{Mention: true, LastingIDs: true, Leaves: true})
	a.state.Store(&bot.AccountState{Name: bot.Offline, Reason: whyStarting, Since: o.Clock.Now()})
	return a
}

// A source gives one connection after the other.
type source interface {
	// next waits for a connection. Its errors are ctx's, or those that will not go away.
	next(ctx context.Context) (*link, error)
	close()
}

// errWrongAccount: the connection belongs to an account that is not ours.
var errWrongAccount = errors.New("another account is signed in there")

// Run implements bot.Account. It returns when ctx is done, when the address cannot be listened on, or when the bot ends.
func (a *Account) Run(ctx context.Context, in bot.Inbox) error {
	src, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer src.close()
	var retry backoff
	for {
		l, err := src.next(ctx)
		if err != nil {
			return err
		}
		began := time.Now()
		err = a.serve(ctx, in, l)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, bot.ErrStopped):
			return err
		}
		a.lost(l, err)
		if time.Since(began) > maxPause { // one that never lasts is a fault that waiting may cure
			retry.ok()
		}
		if err := retry.wait(ctx); err != nil {
			return err
		}
	}
}

func (a *Account) open(ctx context.Context) (source, error) {
	if a.opts.URL == "" {
		return a.listen(ctx)
	}
	return &dialer{Account: a}, nil
}

// lost says how a connection ended.
func (a *Account) lost(l *link, err error) {
	a.log.Warn("the connection is over", zap.Error(err), zap.NamedError("link", l.over()))
	if errors.Is(err, errWrongAccount) {
		a.become(bot.Suspect, whyWrongAccount)
		return
	}
	a.become(bot.Offline, whyLost)
}
