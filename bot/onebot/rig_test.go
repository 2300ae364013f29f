package onebot

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"sixtwenty/bot"
	"sixtwenty/bot/onebot/onebottest"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// An inbox is a bot that keeps what it is told.
type inbox struct {
	mu     sync.Mutex
	events []bot.Event
	seen   map[string]bool
	twice  int // events that were told again
	place  []byte
	marked int                           // how many events the place covers
	gate   atomic.Pointer[chan struct{}] // while there is one, Put waits until it is closed
}

var _ bot.Inbox = (*inbox)(nil)

func (in *inbox) Put(_ context.Context, e bot.Event) error {
	if gate := in.gate.Load(); gate != nil {
		<-*gate
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if e.ID == "" || len(e.ID) > 512 {
		return errors.New("a bad ID")
	}
	if in.seen[e.ID] {
		in.twice++
		return nil
	}
	in.seen[e.ID] = true
	in.events = append(in.events, e)
	return nil
}

func (in *inbox) Mark(_ context.Context, place []byte) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.place, in.marked = place, len(in.events)
	return nil
}

func (in *inbox) Place(context.Context) ([]byte, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.place, nil
}

func (in *inbox) Follows(c bot.Chat) bool {
	return !c.Group || strings.HasPrefix(c.Name, "六点二十")
}

// take takes the events that were told since, without the sign-ins.
func (in *inbox) take() []bot.Event {
	in.mu.Lock()
	defer in.mu.Unlock()
	list := slices.DeleteFunc(in.events, func(e bot.Event) bool { return e.Kind == bot.SignedIn })
	in.events = nil
	return list
}

// A rig is an account and an implementation, in a bubble of fake time.
type rig struct {
	t       *testing.T
	server  *onebottest.Server
	net     onebottest.Network
	db      store.DB
	account *Account
	in      *inbox
	group   int64
	owner   int64
	ming    int64
	stop    func()
}

// play runs an account that dials, or is dialled, until act has returned.
func play(t *testing.T, reverse bool, so onebottest.Options, o Options, act func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, server: onebottest.New(so), db: storetest.Open(t), in: &inbox{seen: map[string]bool{}}}
		r.owner, r.ming = r.server.AddPerson("群主"), r.server.AddPerson("小明")
		r.group = r.server.AddGroup("六点二十读书会", r.owner, onebottest.Account, r.ming)
		o.DB, o.Log = r.db, zaptest.NewLogger(t, zaptest.Level(zap.ErrorLevel))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var serving sync.WaitGroup
		if reverse {
			o.Listen, o.Network = "pipe", r.net.Listen
			defer serving.Wait()
		} else {
			o.URL, o.Dial = "ws://implementation/", r.net.Dial
			web := &http.Server{Handler: r.server}
			ln, _ := r.net.Listen("")
			serving.Go(func() { _ = web.Serve(ln) })
			defer func() { _ = web.Close() }()
		}
		r.account = New(o)
		ended := make(chan error, 1)
		go func() { ended <- r.account.Run(ctx, r.in) }()
		r.stop = sync.OnceFunc(func() {
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("the account ended with: %v", err)
			}
		})
		synctest.Wait() // it listens
		if reverse {
			serving.Go(func() { r.dialOn(ctx) })
		}
		r.settle()
		act(r)
		r.stop()
		r.server.Drop()
		synctest.Wait()
	})
}

// dialOn is an implementation that dials again and again.
func (r *rig) dialOn(ctx context.Context) {
	for ctx.Err() == nil {
		_ = r.server.Connect(ctx, "ws://bot/onebot/v11/ws", r.net.Dial)
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Second):
		}
	}
}

// settle lets what is under way come to its end.
func (r *rig) settle() {
	r.t.Helper()
	synctest.Wait()
	time.Sleep(100 * time.Millisecond)
	synctest.Wait()
}

// wait lets time pass.
func (r *rig) wait(d time.Duration) {
	r.t.Helper()
	time.Sleep(d)
	synctest.Wait()
}

func (r *rig) do(e bot.Effect) (bot.Receipt, error) {
	r.t.Helper()
	if e.Chat == "" {
		e.Chat = r.chat()
	}
	return r.account.Do(r.t.Context(), e)
}

func (r *rig) chat() bot.ChatID { return "qq:group:600000" }

// kinds of the events, Listed aside, which come when they come.
func heard(list []bot.Event) (rest []bot.Event) {
	return slices.DeleteFunc(list, func(e bot.Event) bool { return e.Kind == bot.Listed })
}

// one is the only event that came since.
func (r *rig) one() bot.Event {
	r.t.Helper()
	r.settle()
	list := heard(r.in.take())
	if len(list) != 1 {
		r.t.Fatalf("%d events came, expected one: %+v", len(list), list)
	}
	return list[0]
}
