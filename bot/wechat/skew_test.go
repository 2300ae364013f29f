package wechat

import (
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sixtwenty/bot"
	"sixtwenty/wechatbox"
)

// TestAClockThatIsWrongIsSaid, and that it is right again.
func TestAClockThatIsWrongIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, err := wechatbox.New(wechatbox.Options{AutoScan: true})
		must(t, err)
		must(t, wechatbox.Demo(box))
		var fast atomic.Int64
		fast.Store(int64(15 * time.Minute))
		s := newStandOn(t, box, roundTrip(func(req *http.Request) (*http.Response, error) {
			resp, err := box.Transport().RoundTrip(req)
			if err == nil {
				resp.Header.Set("Date", time.Now().Add(-time.Duration(fast.Load())).UTC().Format(http.TimeFormat))
			}
			return resp, err
		}))
		s.start()
		defer s.stop()
		s.pass(time.Minute)
		if got := s.account.State(); got.Name != bot.Suspect || got.Reason != whyClock(15*time.Minute) || !got.Reached {
			t.Errorf("state %+v", got)
		}
		fast.Store(0)
		s.pass(time.Minute)
		if got := s.account.State(); got.Name != bot.Online {
			t.Errorf("state %+v after the clock was set", got)
		}
	})
}

func TestAnAnswerWithoutADateSaysNothing(t *testing.T) {
	var s skew
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for _, date := range []string{"", "yesterday", "2026-11-21"} {
		if s.hear(date, now); s.ahead() != 0 {
			t.Errorf("%q is %v ahead", date, s.ahead())
		}
	}
	if s.hear("Sat, 21 Nov 2026 12:10:00 GMT", now); s.ahead() != -10*time.Minute {
		t.Errorf("%v ahead", s.ahead())
	}
}
