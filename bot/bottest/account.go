package bottest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Heard is one thing the bot sent.
type Heard struct {
	Kind bot.EffectKind
	Text string
	Name string // of a file, or of whom something is done to
	For  time.Duration
	At   time.Time
}

// String is how plays write it: the text, or [文件] and the name.
func (h Heard) String() string {
	switch h.Kind {
	case bot.Say:
		return h.Text
	case bot.SendImage:
		return "[图片] " + h.Name
	case bot.SendVoice:
		return "[语音] " + h.Name
	case bot.Remove:
		return "[移出] " + h.Name
	case bot.Mute:
		return "[禁言] " + h.Name + " " + h.For.String()
	case bot.SetName:
		return "[群名] " + h.Text
	case bot.SetCard:
		return "[群名片] " + h.Name + " " + h.Text
	}
	return "[文件] " + h.Name
}

// account is a service that does whatever it is told, and remembers it.
type account struct {
	ready  chan bot.Inbox
	in     bot.Inbox
	powers bot.Powers
	media  *sync.Map // Ref → bytes
	fail   func(bot.Effect) error
	blobs  store.Blobs
	state  atomic.Pointer[bot.AccountState]

	mu    sync.Mutex
	heard map[bot.ChatID][]Heard
	sent  int
}

var _ bot.Account = (*account)(nil)

func (a *account) Run(ctx context.Context, in bot.Inbox) error {
	a.ready <- in
	<-ctx.Done()
	return ctx.Err()
}

// A teller is an account that tells how it is connected.
type teller struct{ registrar }

var _ bot.Stater = teller{}

func (t teller) State() bot.AccountState { return *t.account.state.Load() }

func (a *account) become(name bot.StateName) {
	a.state.Store(&bot.AccountState{Name: name, Since: time.Now(), Reached: name == bot.Online})
}

func (a *account) Powers() bot.Powers { return a.powers }

func (a *account) Do(ctx context.Context, e bot.Effect) (bot.Receipt, error) {
	if s := a.state.Load(); s != nil && !s.Reached {
		return bot.Receipt{}, bot.ErrOffline
	}
	if a.fail != nil {
		if err := a.fail(e); err != nil {
			return bot.Receipt{}, err
		}
	}
	if err := a.read(ctx, e.Media); err != nil {
		return bot.Receipt{}, err
	}
	if e.Kind == bot.Accept {
		return bot.Receipt{At: time.Now()}, a.befriend(e)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if e.Kind != bot.Recall { // what was heard was heard
		a.heard[e.Chat] = append(a.heard[e.Chat], Heard{
			Kind: e.Kind, Text: e.Text, Name: cmp.Or(e.Name, strings.TrimPrefix(string(e.Who), "p-")), For: e.For, At: time.Now(),
		})
	}
	a.sent++
	return bot.Receipt{Sent: fmt.Sprintf("s/%d", a.sent), At: time.Now()}, nil
}

// read reads a medium as a service would: what is gone cannot be sent.
func (a *account) read(ctx context.Context, sum string) error {
	if sum == "" {
		return nil
	}
	blob, err := a.blobs.Open(ctx, sum)
	if err != nil {
		return bot.Permanent(err)
	}
	defer blob.Close()
	_, err = io.Copy(io.Discard, blob)
	return err
}

// befriend tells that somebody who asked is a friend now; the token is their name.
func (a *account) befriend(e bot.Effect) error {
	who := bot.PersonID(strings.TrimPrefix(string(e.Chat), "c-"))
	return a.in.Put(context.Background(), bot.Event{
		ID: "friend/" + e.ID, Kind: bot.Befriended, At: time.Now(), Chat: bot.Chat{ID: e.Chat, Name: e.Of}, From: bot.Member{Person: who, Nick: e.Of},
	})
}

// Fetch gives what World.Gives said, and for all else a few bytes.
func (a *account) Fetch(_ context.Context, m bot.Media) (io.ReadCloser, error) {
	data, ok := a.media.Load(m.Ref)
	if !ok {
		data = []byte("media")
	}
	return io.NopCloser(bytes.NewReader(data.([]byte))), nil
}

func (a *account) take(chat bot.ChatID) []Heard {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := a.heard[chat]
	delete(a.heard, chat)
	return list
}

// goOn puts what another account heard, which is done, before what this one did.
func (a *account) goOn(before *account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for chat, list := range before.heard {
		a.heard[chat] = append(list, a.heard[chat]...)
	}
}
