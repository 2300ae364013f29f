package wechat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/wechatbox"
)

func sayTo(chat bot.ChatID, id string) bot.Effect {
	return bot.Effect{ID: id, Kind: bot.Say, Chat: chat, Text: "你好 " + id}
}

func TestSayOutcomes(t *testing.T) {
	ret := func(n int) wechatbox.Fault { return wechatbox.Fault{Path: "webwxsendmsg", Ret: &n, Count: 1} }
	page := "<html>"
	tests := []struct {
		name      string
		fault     wechatbox.Fault
		want      error // nil: an error that is none of bot's
		permanent bool
		delivered int
	}{
		{"lost answer", wechatbox.Fault{Path: "webwxsendmsg", After: true, Drop: true, Count: 1}, bot.ErrUnknown, false, 1},
		{"lost request", wechatbox.Fault{Path: "webwxsendmsg", Drop: true, Count: 1}, bot.ErrUnknown, false, 0},
		{"late answer", wechatbox.Fault{Path: "webwxsendmsg", Delay: time.Minute, Count: 1}, bot.ErrUnknown, false, 0},
		{"answer cut", wechatbox.Fault{Path: "webwxsendmsg", After: true, Truncate: 9, Count: 1}, bot.ErrUnknown, false, 1},
		{"500", wechatbox.Fault{Path: "webwxsendmsg", Status: 500, Count: 1}, bot.ErrUnknown, false, 0},
		{"page", wechatbox.Fault{Path: "webwxsendmsg", Body: &page, Count: 1}, bot.ErrUnknown, false, 0},
		{"1205", ret(1205), bot.ErrTooOften, false, 0},
		{"-1", ret(-1), nil, false, 0},
		{"1", ret(1), nil, true, 0},
		{"1101", ret(1101), bot.ErrOffline, false, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(r *rig) {
				t := r.t
				r.start()
				chat := r.chat()
				time.Sleep(time.Hour)
				_, err := r.box.Break(test.fault)
				must(t, err)
				_, err = r.do(sayTo(chat, "e1"))
				if err == nil || bot.IsPermanent(err) != test.permanent || test.want != nil && !errors.Is(err, test.want) {
					t.Errorf("Do: %v", err)
				}
				for _, other := range []error{bot.ErrUnknown, bot.ErrOffline, bot.ErrTooOften} {
					if other != test.want && errors.Is(err, other) {
						t.Errorf("Do: %v is %v too", err, other)
					}
				}
				time.Sleep(2 * time.Minute)
				n := 0
				for _, s := range r.box.Sent() {
					if s.ID != "" {
						n++
					}
				}
				if n != test.delivered || r.count("webwxsendmsg") != 1 {
					t.Errorf("%d delivered, %d requests", n, r.count("webwxsendmsg"))
				}
			})
		})
	}
}

// TestSignedOutWhileSending: a send hears of the end before the loop does, and the loop signs in anew.
func TestSignedOutWhileSending(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		chat := r.chat()
		time.Sleep(time.Hour)
		n := 1101
		_, err := r.box.Break(wechatbox.Fault{Path: "webwxsendmsg", Ret: &n, Count: 1})
		must(t, err)
		if _, err := r.do(sayTo(chat, "e1")); !errors.Is(err, bot.ErrOffline) {
			t.Fatal(err)
		}
		r.settle()
		r.settle()
		if n := r.count("webwxnewloginpage"); n != 2 {
			t.Fatalf("signed in %d times", n)
		}
		if _, err := r.do(sayTo(chat, "e1")); err == nil {
			return // the group was in the contacts or heard of
		} else if !bot.IsPermanent(err) {
			t.Errorf("Do: %v", err)
		}
	})
}

func TestSayElsewhere(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		if _, err := r.do(sayTo("gnobody", "e1")); !bot.IsPermanent(err) {
			t.Errorf("an unknown chat: %v", err)
		}
		if _, err := r.do(bot.Effect{ID: "e2", Kind: "dance", Chat: r.chat()}); !bot.IsPermanent(err) {
			t.Errorf("an unknown kind: %v", err)
		}
		if n := len(r.box.Sent()); n != 0 {
			t.Errorf("%d sent", n)
		}
	})
}

func TestNothingIsSentWhereNobodyCanBeReached(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	odd := httptest.NewServer(http.NotFoundHandler())
	defer odd.Close()
	for name, way := range map[string]struct {
		to  http.RoundTripper
		url string
	}{
		"real":   {&http.Transport{}, srv.URL},
		"memory": {refusing{}, srv.URL},
		"no TLS": {&http.Transport{}, strings.Replace(odd.URL, "http:", "https:", 1)},
	} {
		_, err := open(t.Context(), "x", func(ctx context.Context) (*http.Response, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, way.url, strings.NewReader("x"))
			must(t, err)
			return (&http.Client{Transport: way.to}).Do(req)
		})
		if e, ok := asCall(err); !ok || e.sent || e.fault != faultNetwork {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
}

func TestOneUploadServesManyChats(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		data := bytes.Repeat([]byte("ID3 六点二十 "), 100_000) // three pieces
		for i := range 8 {
			_, err := r.box.AddGroup("", fmt.Sprintf("六点二十 %d 群", i), "林老师", "小六", "小明")
			must(t, err)
		}
		r.start()
		sum := r.blob(string(data))
		var chats []bot.ChatID
		for i := range 8 {
			r.say("小明", fmt.Sprintf("六点二十 %d 群", i), "在")
			chats = append(chats, r.one().Chat.ID)
		}
		for i, chat := range chats {
			_, err := r.do(bot.Effect{ID: fmt.Sprint("v", i), Kind: bot.SendVoice, Chat: chat, Media: sum, Name: "晨读 <1>&.mp3"})
			must(t, err)
		}
		pieces := (len(data) + chunkSize - 1) / chunkSize
		if pieces < 3 || r.count("webwxuploadmedia") != pieces {
			t.Errorf("%d requests for %d pieces", r.count("webwxuploadmedia"), pieces)
		}
		ids := map[string]bool{}
		for _, s := range r.box.Sent() {
			ids[s.ClientID] = true
			m, err := r.box.Media(s.Media)
			must(t, err)
			if s.Kind != wechatbox.File || s.Name != "晨读 _1_&.mp3" || !bytes.Equal(m.Data, data) || s.Ret != 0 {
				t.Fatalf("sent %+v with %d bytes", s, len(m.Data))
			}
		}
		if len(ids) != 8 {
			t.Errorf("%d different sends", len(ids))
		}
	})
}

func TestImage(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		_, err := r.do(bot.Effect{ID: "i", Kind: bot.SendImage, Chat: r.chat(), Media: r.blob(onePixel), Name: "board.png"})
		must(t, err)
		sent := r.box.Sent()
		if len(sent) != 1 || sent[0].Kind != wechatbox.Image {
			t.Fatalf("sent %+v", sent)
		}
		if m, err := r.box.Media(sent[0].Media); err != nil || string(m.Data) != onePixel {
			t.Fatalf("media %+v, %v", m, err)
		}
	})
}

const onePixel = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"

func TestUploadFailuresAreSafeToRepeat(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		e := bot.Effect{ID: "f", Kind: bot.SendFile, Chat: r.chat(), Media: r.blob("text"), Name: "a.txt"}
		for name, f := range map[string]wechatbox.Fault{
			"drop":   {Path: "webwxuploadmedia", Drop: true, Count: 1},
			"status": {Path: "webwxuploadmedia", Status: 500, Count: 1},
		} {
			_, err := r.box.Break(f)
			must(t, err)
			if _, err := r.do(e); !errors.Is(err, bot.ErrNotReady) || errors.Is(err, bot.ErrUnknown) || bot.IsPermanent(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		bad := -1
		_, err := r.do(e) // uploads, and is cached
		must(t, err)
		_, err = r.box.Break(wechatbox.Fault{Path: "webwxsendappmsg", Ret: &bad, Count: 1})
		must(t, err)
		before := r.count("webwxuploadmedia")
		if _, err := r.do(e); err == nil || bot.IsPermanent(err) {
			t.Errorf("a refused media id: %v", err)
		}
		_, err = r.do(e)
		must(t, err)
		if n := r.count("webwxuploadmedia") - before; n != 1 {
			t.Errorf("%d uploads after the id was refused", n)
		}
		for _, bad := range []string{strings.Repeat("0", 64), r.blob("")} {
			e.Media = bad
			if _, err := r.do(e); !bot.IsPermanent(err) {
				t.Errorf("a blob that cannot be sent: %v", err)
			}
		}
	})
}

// TestManySendersAtOnce is for the race detector: openwechat's jar and client are shared by the loop and by Do.
func TestManySendersAtOnce(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		chat := r.chat()
		voice, picture := r.blob("ID3"), r.blob(onePixel)
		var failed atomic.Int32
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for k := range 10 {
					id := fmt.Sprint(i, "/", k)
					for _, e := range []bot.Effect{
						sayTo(chat, "t"+id),
						{ID: "v" + id, Kind: bot.SendVoice, Chat: chat, Media: voice, Name: "a.mp3"},
						{ID: "i" + id, Kind: bot.SendImage, Chat: chat, Media: picture, Name: "a.png"},
					} {
						if _, err := r.do(e); err != nil {
							failed.Add(1)
						}
					}
				}
			})
		}
		for k := range 50 {
			r.say("小明", club, fmt.Sprint(k))
		}
		wg.Wait()
		if n := len(r.box.Sent()); n != 240 || failed.Load() != 0 {
			t.Errorf("%d sent, %d failed", n, failed.Load())
		}
		if n := len(r.heard()); n != 50 {
			t.Errorf("%d heard", n)
		}
		if n := r.count("webwxuploadmedia"); n != 2 {
			t.Errorf("%d uploads", n)
		}
	})
}

func TestOwnPhoneMayNotRepeatTheBot(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		chat := r.chat()
		_, err := r.do(bot.Effect{ID: "e", Kind: bot.Say, Chat: chat, Text: "/停"})
		must(t, err)
		r.say("小六", club, "/停") // what a server that echoes would tell
		r.say("小六", club, "/恢复")
		if e := r.one(); e.Text != "/恢复" || !e.Self {
			t.Errorf("event %+v", e)
		}
	})
}
