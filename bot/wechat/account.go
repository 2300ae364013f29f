package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Options are what an Account is made of.
type Options struct {
	// Transport carries the requests; nil is the real network.
	Transport http.RoundTripper
	// Endpoint is a server that speaks the protocol, http://HOST:PORT; "" is the real WeChat.
	Endpoint string
	DB       store.DB // its own tables begin with "wechat/"; media are read from its blobs
	Clock    bot.Clock
	Log      *zap.Logger
	// Desktop signs in as the desktop client does; accounts that are barred from the web pass.
	Desktop bool
	// QR is called with each new code, States with each new state: from the goroutine of Run, which waits for them.
	QR     func(QR)
	States func(State)
}

// A QR is a code to scan. It lasts about five minutes; then there is a new one.
type QR struct {
	URL    string // what the code says
	Page   string // a picture of it
	Number int    // 1, 2, 3 … of this sign-in: above 1 the one before has expired
}

// An Account is a person's account of web WeChat.
type Account struct {
	opts    Options
	clock   bot.Clock
	log     *zap.Logger
	dir     directory
	details budget
	state   atomic.Pointer[State]
	live    atomic.Pointer[session] // nil while not signed in
	echoes  echoes
}

var _ bot.Account = (*Account)(nil)

// New makes an account that is not signed in yet.
func New(o Options) *Account {
	if o.Clock == nil {
		o.Clock = bot.WallClock()
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	a := &Account{
		opts: o, clock: o.Clock, log: o.Log, dir: directory{db: o.DB},
		details: budget{burst: 20, interval: 2 * time.Second},
	}
	a.state.Store(&State{Name: Offline, Reason: whyStarting, Since: o.Clock.Now()})
	return a
}

// Powers implements bot.Account: the web has none of them.
func (a *Account) Powers() bot.Powers { return bot.Powers{} }

// tooSoon is how long after a scan the end of the session means that WeChat does not want this account here.
const tooSoon = time.Minute

// Run implements bot.Account. When a session ends it asks for a new scan, and goes on; it returns when ctx is done, when the
// store fails for good, or, with bot.ErrSignedOut, when WeChat ends a session right after the scan.
func (a *Account) Run(ctx context.Context, in bot.Inbox) error {
	transport, err := a.opts.transport()
	if err != nil {
		return err
	}
	s, err := a.resume(ctx, in, transport)
	for {
		if err == nil && s == nil {
			s, err = a.scan(ctx, in, transport)
		}
		if err != nil {
			return err
		}
		err = a.serve(ctx, in, s)
		if !ended(err) {
			return err
		}
		a.log.Warn("the session is over", zap.Error(err))
		if ret := retOf(err); ret != retSignOut && !s.scanned.IsZero() && time.Since(s.scanned) < tooSoon {
			a.become(Offline, whyBarred)
			return fmt.Errorf("%w within a minute of the scan: %w", bot.ErrSignedOut, err)
		}
		a.become(NeedsScan, whyEnded)
		s, err = nil, nil
	}
}

// serve reads the stream of one session until it ends, with the reason.
func (a *Account) serve(ctx context.Context, in bot.Inbox, s *session) error {
	sctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.cancel = cancel
	a.live.Store(s)
	defer a.live.Store(nil)
	l := loop{Account: a, in: in, s: s}
	err := l.run(sctx)
	if cause := context.Cause(sctx); ctx.Err() == nil && ended(cause) {
		return cause
	}
	return err
}

// broken says whether the store will never work again under this handle.
func broken(err error) bool {
	return errors.Is(err, store.ErrUnknownOutcome) || errors.Is(err, store.ErrBroken) || errors.Is(err, store.ErrClosed)
}
