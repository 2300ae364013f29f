package wechat

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/eatmoreapple/openwechat"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// canned answers every request with the same bytes.
type canned []byte

var _ http.RoundTripper = canned{}

func (c canned) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(bytes.NewReader(c)), Request: req,
	}, nil
}

// aSession is one that was resumed, of an account that is answered with body whatever it asks.
func aSession(t testing.TB, db store.DB, body []byte) (*Account, *session) {
	t.Helper()
	a := New(Options{Transport: canned(body), DB: db})
	p := place{
		Session: "s1", Domain: "wx.qq.com", Uin: 1, Sid: "sid", Skey: "skey", Self: wireMe,
		Key: syncKeys{Sync: &openwechat.SyncKey{Count: 1, List: []struct{ Key, Val int64 }{{2, 1}}}},
	}
	s, err := p.restore(newCaller(canned(body), true))
	must(t, err)
	must(t, a.dir.enter(t.Context(), s.id, wireMe))
	s.names = a.dir.names
	return a, s
}

// A strictInbox takes what the engine takes.
type strictInbox struct {
	t *testing.T
	inbox
}

func (in *strictInbox) Put(ctx context.Context, e bot.Event) error {
	if e.ID == "" || len(e.ID) > 512 || e.Kind == bot.Asked || e.Kind == bot.Tick {
		in.t.Fatalf("the engine refuses %s with an ID of %d bytes, and the stream stands still", e.Kind, len(e.ID))
	}
	if len(e.Chat.ID) > 512 || len(e.From.Person) > 512 {
		in.t.Fatalf("a chat or a person is named by %d and %d bytes", len(e.Chat.ID), len(e.From.Person))
	}
	return in.inbox.Put(ctx, e)
}

func syncSeeds(f *testing.F) {
	room := "@@" + strings.Repeat("b", 64)
	long := strings.Repeat("x", 6000)
	for _, list := range []string{
		``, `{"MsgId":"1","FromUserName":"` + wireMing + `","ToUserName":"` + wireMe + `","MsgType":1,"Content":"打卡"}`,
		`{"MsgId":"2","FromUserName":"` + room + `","ToUserName":"` + wireMe + `","MsgType":10000,"Content":"\"a\"邀请\"b\"加入了群聊"}`,
		`{"MsgId":"` + long + `","FromUserName":"` + wireMing + `","ToUserName":"` + wireMe + `","MsgType":1,"Content":"x"}`,
		`{"MsgId":"3","FromUserName":"@` + long + `","ToUserName":"` + wireMe + `","MsgType":1,"Content":"x"}`,
		`{"MsgId":"4","FromUserName":"@@` + long + `","ToUserName":"` + wireMe + `","MsgType":1,"Content":"@` + long + `:<br/>x"}`,
		`{"MsgId":"5","MsgType":37,"RecommendInfo":{"UserName":"@` + long + `","NickName":"` + long + `"}}`,
		`null`, `[]`, `7`, `{"MsgId":"6","FromUserName":"` + wireMe + `","ToUserName":"filehelper","MsgType":51}`,
	} {
		f.Add([]byte(`{"BaseResponse":{"Ret":0},"AddMsgList":[` + list + `],"ModContactList":[{"UserName":"` + room +
			`","NickName":"六点二十","MemberCount":1,"MemberList":[{"UserName":"` + wireMing + `","NickName":"小明"}]},{"UserName":"@` + long +
			`","NickName":"` + long + `"}],"ContactList":[{"UserName":"` + room + `","NickName":"六点二十群","MemberCount":1,"MemberList":[{"UserName":"` +
			wireMing + `"}]}],"SyncKey":{"Count":1,"List":[{"Key":2,"Val":2}]},"ContinueFlag":0}`))
	}
	f.Add([]byte(`{"BaseResponse":{"Ret":0},"SyncKey":{"Count":2,"List":[]}}`))
	f.Add([]byte(`{"BaseResponse":{"Ret":0},"AddMsgList":"x","SyncKey":{"Count":1,"List":[{}]}}`))
}

// FuzzSyncAnswer takes in any answer of webwxsync. One that is believed must not stop the stream: whatever is in it is put and
// marked, or passed over, after a few attempts at most.
func FuzzSyncAnswer(f *testing.F) {
	syncSeeds(f)
	db := storetest.Open(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		a, s := aSession(t, db, body)
		in := &strictInbox{t: t, inbox: inbox{seen: map[string]bool{}}}
		l := loop{Account: a, in: in, s: s}
		var err error
		for range maxStumbles + 1 {
			v, refused := s.sync(t.Context())
			if refused != nil {
				expectCall(t, refused)
				return
			}
			if err = l.take(t.Context(), v); err == nil {
				return
			}
		}
		t.Fatalf("the stream stands still: %v", err)
	})
}

func expectCall(t *testing.T, err error) {
	t.Helper()
	if _, ok := asCall(err); !ok || strings.Contains(err.Error(), "panicked") {
		t.Fatalf("not a failed call: %v", err)
	}
}

// FuzzAnswers gives any bytes to the other calls: each is an answer or a failed call, and nothing panics.
func FuzzAnswers(f *testing.F) {
	syncSeeds(f)
	f.Add([]byte(`window.synccheck={retcode:"0",selector:"2"}`))
	f.Add([]byte(`window.code=200;window.redirect_uri="https://wx.qq.com/cgi-bin/mmwebwx-bin/webwxnewloginpage?ticket=x";`))
	f.Add([]byte(`window.QRLogin.code = 200; window.QRLogin.uuid = "x";`))
	f.Add([]byte(`<error><ret>0</ret><skey>k</skey><wxsid>s</wxsid><wxuin>1</wxuin><pass_ticket>p</pass_ticket></error>`))
	db := storetest.Open(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		_, s := aSession(t, db, body)
		for _, call := range []func() error{
			func() error { _, err := s.initial(t.Context()); return err },
			func() error { _, err := s.contacts(t.Context()); return err },
			func() error { _, err := s.details(t.Context(), []string{wireMing}); return err },
			func() error { _, err := s.check(t.Context()); return err },
			func() error { return s.notify(t.Context()) },
			func() error {
				_, err := sent(t.Context(), "x", func(ctx context.Context) (*http.Response, error) {
					return canned(body).RoundTrip(&http.Request{})
				})
				return err
			},
			func() error {
				u, err := redirectOf(openwechat.CheckLoginResponse(body))
				if err == nil {
					_, err = loginPage(t.Context(), newCaller(canned(body), true), u)
				}
				return err
			},
		} {
			if err := call(); err != nil {
				expectCall(t, err)
			}
		}
	})
}

// FuzzPlace reads any bytes as the kept session: it is refused, or can be taken up.
func FuzzPlace(f *testing.F) {
	f.Add([]byte(`{"session":"s","domain":"wx.qq.com","sid":"x","key":{"sync":{"Count":1,"List":[{"Key":1,"Val":2}]}},"cookies":{"https://wx.qq.com":[{"n":"wxsid","v":"x"}]}}`))
	f.Add([]byte(`{"session":"s","domain":"%","sid":"x","key":{"sync":{"Count":1,"List":[{}]},"check":{"Count":9}}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := readPlace(raw)
		if err != nil {
			return
		}
		s, err := p.restore(newCaller(canned(nil), true))
		if err != nil {
			return
		}
		_ = s.key.check()
		if kept, err := s.place(); err != nil {
			t.Fatal(err)
		} else if _, err := readPlace(kept); err != nil {
			t.Fatalf("what was taken up cannot be kept: %v", err)
		}
	})
}
