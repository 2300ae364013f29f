package wechat

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
	"sixtwenty/wechatbox"
)

// An inbox keeps what the account told, as the engine would: what was seen is passed over, the place outlives a restart.
type inbox struct {
	mu       sync.Mutex
	events   []bot.Event
	seen     map[string]bool
	repeats  int
	met      []bot.Event // the groups that were told of at the sign-in
	messages int
	place    []byte
	marks    int
	deaf     error         // Mark fails with it
	busy     chan struct{} // Put waits for it
}

var _ bot.Inbox = (*inbox)(nil)

func (in *inbox) Put(ctx context.Context, e bot.Event) error {
	if free := in.held(); free != nil {
		select {
		case <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if strings.HasPrefix(e.ID, "met/") { // told with each sign-in, beside what happens
		in.met = append(in.met, e)
		return ctx.Err()
	}
	if in.seen[e.ID] {
		in.repeats++
		return ctx.Err()
	}
	in.seen[e.ID] = true
	in.events = append(in.events, e)
	if e.Kind == bot.Message {
		in.messages++
	}
	return ctx.Err()
}

// hold lets Put wait until free is closed.
func (in *inbox) hold(free chan struct{}) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.busy = free
}

func (in *inbox) held() chan struct{} {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.busy
}

func (in *inbox) Mark(ctx context.Context, place []byte) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.deaf != nil {
		return in.deaf
	}
	in.place = slices.Clone(place)
	in.marks++
	return ctx.Err()
}

func (in *inbox) Place(context.Context) ([]byte, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.place, nil
}

func (in *inbox) Follows(c bot.Chat) bool {
	return !c.Group || strings.HasPrefix(c.Name, "六点二十")
}

// take gives the events since the last take.
func (in *inbox) take() []bot.Event {
	in.mu.Lock()
	defer in.mu.Unlock()
	list := in.events
	in.events = nil
	return list
}

// heard counts the messages so far.
func (in *inbox) heard() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.messages
}

// A rig is a box, an account that signs in to it, and an inbox. It lives in one synctest bubble.
type rig struct {
	t       *testing.T
	box     *wechatbox.Box
	db      store.DB
	in      *inbox
	account *Account
	logs    *observer.ObservedLogs
	stop    context.CancelFunc
	done    chan error
	change  func(*Options)
	codes   []QR
	states  []bot.AccountState
}

const club = "六点二十读书会"

// inBubble runs fn in fake time with a box that shows the demo scene.
func inBubble(t *testing.T, fn func(r *rig)) {
	t.Helper()
	inBubbleWith(t, wechatbox.Options{AutoScan: true}, fn)
}

func inBubbleWith(t *testing.T, o wechatbox.Options, fn func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		box, err := wechatbox.New(o)
		must(t, err)
		must(t, wechatbox.Demo(box))
		r := &rig{t: t, box: box, db: storetest.Open(t), in: &inbox{seen: map[string]bool{}}}
		fn(r)
		r.end()
		must(t, box.Close())
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// start runs the account until it is signed in, or as far as it gets.
func (r *rig) start() {
	r.t.Helper()
	core, logs := observer.New(zap.DebugLevel)
	r.logs = logs
	o := Options{
		Transport: r.box.Transport(), DB: r.db, Clock: r.box.Clock(), Log: zap.New(core), Desktop: true,
		QR: func(q QR) { r.codes = append(r.codes, q) }, States: func(s bot.AccountState) { r.states = append(r.states, s) },
	}
	if r.change != nil {
		r.change(&o)
	}
	r.account = New(o)
	ctx, cancel := context.WithCancel(r.t.Context())
	r.stop, r.done = cancel, make(chan error, 1)
	account, done := r.account, r.done
	go func() { done <- account.Run(ctx, r.in) }()
	r.settle()
}

// end stops the account. It may be called twice.
func (r *rig) end() {
	if r.stop == nil {
		return
	}
	r.stop()
	if err := <-r.done; err != nil && !errors.Is(err, context.Canceled) {
		r.t.Errorf("Run: %v", err)
	}
	r.stop = nil
}

// settle lets everything happen that is due within two seconds.
func (r *rig) settle() {
	time.Sleep(2 * time.Second)
	synctest.Wait()
}

// heard gives the events since the last time, without those of the sign-in.
func (r *rig) heard() []bot.Event {
	r.settle()
	return slices.DeleteFunc(r.in.take(), func(e bot.Event) bool { return e.Kind == bot.SignedIn })
}

// one gives the only event since the last time, lists aside.
func (r *rig) one() bot.Event {
	r.t.Helper()
	list := slices.DeleteFunc(r.heard(), func(e bot.Event) bool { return e.Kind == bot.Listed })
	if len(list) != 1 {
		r.t.Fatalf("%d events: %+v", len(list), list)
	}
	return list[0]
}

func (r *rig) say(who, chat, text string) {
	r.t.Helper()
	_, err := r.box.Say(who, chat, text)
	must(r.t, err)
}

func (r *rig) count(path string) int {
	n := 0
	for _, c := range r.box.Counts() {
		if strings.HasSuffix(c.Path, "/"+path) {
			n += c.Count
		}
	}
	return n
}

// total is how often the server was asked for anything.
func (r *rig) total() int {
	n := 0
	for _, c := range r.box.Counts() {
		n += c.Count
	}
	return n
}

// chat is the id under which the account knows a group, learnt from a message there.
func (r *rig) chat() bot.ChatID {
	r.t.Helper()
	r.say("小明", club, "在吗")
	return r.one().Chat.ID
}

func (r *rig) do(e bot.Effect) (bot.Receipt, error) {
	return r.account.Do(r.t.Context(), e)
}

// blob keeps data as the engine would keep a medium before it names it.
func (r *rig) blob(data string) string {
	r.t.Helper()
	b, err := store.Blobs{DB: r.db}.Put(r.t.Context(), strings.NewReader(data), 64<<20)
	must(r.t, err)
	return b.Sum
}

// leak names the secret that a text holds.
func (r *rig) leak(text string) string {
	p, err := readPlace(r.in.place)
	must(r.t, err)
	secrets := map[string]string{"sid": p.Sid, "skey": p.Skey, "ticket": p.Ticket, "text": "机密文本", "a URL": "https://"}
	for _, list := range p.Cookies {
		for _, c := range list {
			if c.Name != "mm_lang" && len(c.Value) > 5 {
				secrets["cookie "+c.Name] = c.Value
			}
		}
	}
	for name, secret := range secrets {
		if strings.Contains(text, secret) {
			return name
		}
	}
	return ""
}
