package wechat

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"sixtwenty/bot"
)

// A skew is by how much this machine's clock is ahead of the service's, as the latest answer with a date says. Any goroutine.
type skew struct{ nanos atomic.Int64 }

func (s *skew) hear(date string, now time.Time) {
	if at, err := http.ParseTime(date); err == nil {
		s.nanos.Store(int64(now.Sub(at)))
	}
}

func (s *skew) ahead() time.Duration { return time.Duration(s.nanos.Load()) }

// dated is a transport that reads the dates of the answers.
type dated struct {
	next http.RoundTripper
	skew *skew
}

var _ http.RoundTripper = dated{}

func (d dated) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := d.next.RoundTrip(req)
	if err == nil {
		d.skew.hear(resp.Header.Get("Date"), time.Now())
	}
	return resp, err
}

// whyClock tells the owner why the bot may be mute: with a clock that is ten minutes fast every answer comes too late.
func whyClock(ahead time.Duration) bot.Text {
	minutes := int(ahead.Abs().Round(time.Minute) / time.Minute)
	if ahead < 0 {
		return bot.Text{
			ZH: fmt.Sprintf("这台机器的时钟慢了 %d 分钟，定时的话会晚发，请校准时间", minutes),
			EN: fmt.Sprintf("this machine's clock is %d minutes slow: what is scheduled goes out late; please set it", minutes),
		}
	}
	return bot.Text{
		ZH: fmt.Sprintf("这台机器的时钟快了 %d 分钟，回答会被当作过期、定时的话会早发，请校准时间", minutes),
		EN: fmt.Sprintf("this machine's clock is %d minutes fast: answers count as too late and what is scheduled goes out early; please set it", minutes),
	}
}
