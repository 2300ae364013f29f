package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
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
	// SignInAgain: the owner says that the account may try again after WeChat threw it out.
	SignInAgain bool
	Limits      Limits
	// QR is called with each new code, and Push when the phone is asked instead, from the goroutine of Run; States with each
	// new state, one at a time. None may block for long, and States must not call the account.
	QR     func(QR)
	Push   func()
	States func(bot.AccountState)
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
	brake   brake
	skew    skew
	limits  Limits
	state   atomic.Pointer[bot.AccountState]
	mu      sync.Mutex              // of changes of state, and of pulse
	pulse   *pulse                  // nil while not signed in
	live    atomic.Pointer[session] // nil while not signed in
	echoes  echoes
}

var (
	_ bot.Account = (*Account)(nil)
	_ bot.Stater  = (*Account)(nil)
)

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
		details: budget{burst: 20, interval: 2 * time.Second}, limits: o.Limits.filled(),
	}
	a.state.Store(&bot.AccountState{Name: bot.Offline, Reason: whyStarting, Since: o.Clock.Now()})
	return a
}

// Powers implements bot.Account: the web has none of them.
func (a *Account) Powers() bot.Powers { return bot.Powers{} }

// Run implements bot.Account. When a session ends it asks for a new sign-in, and goes on; it returns when ctx is done or when
// the store fails for good. Where WeChat ends a session right after the sign-in it does nothing more (State is Final).
func (a *Account) Run(ctx context.Context, in bot.Inbox) error {
	transport, err := a.opts.transport(&a.brake)
	if err != nil {
		return err
	}
	transport = dated{transport, &a.skew}
	ctx, cancel := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() { defer close(watched); a.watchdog(ctx) }()
	defer func() { cancel(); <-watched }()
	switch barred, err := a.mayNotSignIn(ctx); {
	case err != nil:
		return fmt.Errorf("reading whether the account may sign in: %w", err)
	case barred:
		return a.standStill(ctx, nil)
	}
	err = a.sessions(ctx, in, transport)
	if errors.Is(err, errBarred) {
		a.log.Error("the account stops", zap.Error(err))
		return a.standStill(ctx, err)
	}
	return err
}

// sessions lives through one session after the other.
func (a *Account) sessions(ctx context.Context, in bot.Inbox, transport http.RoundTripper) error {
	s, last, err := a.resume(ctx, in, transport)
	var retry backoff
	short := 0 // sessions in a row that ended within a minute
	for {
		if err == nil && s == nil {
			s, err = a.signIn(ctx, in, transport, last)
		}
		if err != nil {
			return err
		}
		began := time.Now()
		err = a.serve(ctx, in, s)
		if !ended(err) {
			return err
		}
		if err := barred(err, s.scanned); errors.Is(err, errBarred) {
			return err
		}
		a.log.Warn("the session is over", zap.Error(err))
		a.become(bot.NeedsScan, whyEnded)
		s, last, err = nil, s, nil
		if short++; time.Since(began) >= tooSoon {
			short = 0
			retry.ok()
		}
		if short < 2 {
			continue
		}
		a.brake.failed(errShort)
		if err := retry.wait(ctx); err != nil {
			return err
		}
	}
}

// errShort: signing in again and again harms the account, whoever ends its sessions.
var errShort = errors.New("the session ended within a minute")

// signIn gets a new session: by a touch on the phone where the account was signed in before, else by a code.
func (a *Account) signIn(ctx context.Context, in bot.Inbox, transport http.RoundTripper, last *session) (*session, error) {
	if last != nil {
		if err := last.writeOff(ctx, in); err != nil {
			return nil, err
		}
		if s, err := a.push(ctx, in, last); s != nil || err != nil {
			return s, err
		}
	}
	return a.scan(ctx, in, transport)
}

// writeOff keeps that a session is known to be over. Should the process end before the next one is kept, the service will say of
// this one that another took its place, and that must not be taken for being thrown out.
func (s *session) writeOff(ctx context.Context, in bot.Inbox) error {
	if s.scanned.IsZero() {
		return nil
	}
	s.scanned = time.Time{}
	place, err := s.place()
	if err != nil {
		return err
	}
	return in.Mark(ctx, place)
}

// serve reads the stream of one session until it ends, with the reason.
func (a *Account) serve(ctx context.Context, in bot.Inbox, s *session) error {
	sctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.cancel = cancel
	a.live.Store(s)
	defer a.live.Store(nil)
	a.beginPulse()
	defer a.endPulse()
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
