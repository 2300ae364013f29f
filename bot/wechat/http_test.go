package wechat

import (
	"context"
	"net/http/httptest"
	"testing"

	"sixtwenty/bot"
	"sixtwenty/store/storetest"
	"sixtwenty/wechatbox"
)

// TestOverHTTP runs against a server on a socket, by Options.Endpoint, in real time.
func TestOverHTTP(t *testing.T) {
	box, err := wechatbox.New(wechatbox.Options{AutoScan: true})
	must(t, err)
	must(t, wechatbox.Demo(box))
	srv := httptest.NewServer(box.Handler())
	in := &channelInbox{inbox: inbox{seen: map[string]bool{}}, heard: make(chan bot.Event, 10)}
	online := make(chan struct{})
	a := New(Options{Endpoint: srv.URL, DB: storetest.Open(t), Desktop: true, States: func(s bot.AccountState) {
		if s.Name == bot.Online {
			close(online)
		}
	}})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, in) }()
	<-online
	_, err = box.Say("小明", club, "打卡")
	must(t, err)
	e := <-in.heard
	if e.Text != "打卡" {
		t.Errorf("event %+v", e)
	}
	if _, err := a.Do(ctx, sayTo(e.Chat.ID, "e1")); err != nil {
		t.Error(err)
	}
	if sent := box.Sent(); len(sent) != 1 || sent[0].ToName != club {
		t.Errorf("sent %+v", sent)
	}
	cancel()
	<-done
	must(t, box.Close())
	srv.Close()
}

// A channelInbox hands on messages as they come.
type channelInbox struct {
	inbox
	heard chan bot.Event
}

func (in *channelInbox) Put(ctx context.Context, e bot.Event) error {
	if e.Kind == bot.Message {
		in.heard <- e
	}
	return in.inbox.Put(ctx, e)
}
