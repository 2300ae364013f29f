package wechatbox

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/eatmoreapple/openwechat"
)

// plainTransport reaches a served box over plain HTTP, with the Host the client wants.
type plainTransport struct {
	addr string
	next *http.Transport
}

func (p *plainTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.Host, out.URL.Scheme, out.URL.Host = r.URL.Host, "http", p.addr
	return p.next.RoundTrip(out)
}

// BenchmarkEcho answers each of a stream of group messages with one text: the plain loop on openwechat's Caller.
func BenchmarkEcho(b *testing.B) {
	for _, over := range []string{"memory", "sockets"} {
		b.Run(over, func(b *testing.B) { benchEcho(b, over) })
	}
}

func benchEcho(b *testing.B, over string) {
	box := demo(b, Options{AutoScan: true})
	rt := box.Transport()
	if over == "sockets" {
		rt = &plainTransport{listen(b, box, nil), &http.Transport{}}
	}
	c := signedInOver(b, box, rt)
	c.ctx = b.Context()
	echo(b, box, c)
}

func echo(b *testing.B, box *Box, c *client) {
	const ahead = 5_000 // messages injected at once: the queue of an absent client holds 10,000
	start, said, answered := time.Now(), 0, 0
	for b.Loop() {
		if said == answered {
			for range ahead {
				if _, err := box.Say("susu", "dushuhui", "打卡"); err != nil {
					b.Fatal(err)
				}
			}
			said += ahead
		}
		answered += answerBatch(b, c)
	}
	b.ReportMetric(float64(answered)/time.Since(start).Seconds(), "msg/s")
	b.ReportMetric(0, "ns/op")
	if n := box.w.sentN; n != answered {
		b.Fatalf("%d answers, %d arrived", answered, n)
	}
}

// answerBatch is one round of synccheck, webwxsync and a reply to each message.
func answerBatch(b *testing.B, c *client) int {
	if got := c.check(); got.RetCode != "0" {
		b.Fatalf("synccheck %+v", got)
	}
	n := 0
	for _, m := range c.fetch().AddMsgList {
		if m.MsgType != openwechat.MsgTypeText || !strings.HasPrefix(m.FromUserName, "@@") {
			continue
		}
		if _, err := c.say(m.FromUserName, "收到"); err != nil {
			b.Fatal(err)
		}
		n++
	}
	return n
}

// BenchmarkSay is one message into the world, in memory and with a world file.
func BenchmarkSay(b *testing.B) {
	for _, where := range []string{"memory", "file"} {
		b.Run(where, func(b *testing.B) {
			o := Options{}
			if where == "file" {
				o.File = filepath.Join(b.TempDir(), "world")
			}
			box := demo(b, o)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := box.Say("susu", "dushuhui", "打卡"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
