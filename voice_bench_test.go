package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"sync/atomic"
	"testing"
	"time"
	_ "time/tzdata"

	"sixtwenty/bot"
	"sixtwenty/bot/wechat"
	"sixtwenty/handlers"
	"sixtwenty/store/storetest"
	"sixtwenty/wechatbox"
)

// BenchmarkVoice lets one morning's voice go to 300 groups, or 500, through the real client to WeChat in a box, under the pace of
// config.yaml, by a clock that is wound:
//
//	go test -run '^$' -bench Voice -benchtime 1x -timeout 30m .
//
// It counts the uploads with their bytes, the groups that have the voice within the grace, how long after 06:20:00 the last of
// them has it, and the longest transaction from the sign-in on: that which plans the sends is one of them. warm is the shipped pace after the warm-up; unlimited leaves out its budgets; fresh is the shipped pace on the day of
// the scan. The figures are those of the box's clock, the same on every machine but for the jitter:
//
//	            uploads  bytes    groups  last after
//	unlimited   1        155,607  300     12 min 0 s (600 sends, a cover and a voice for each group)
//	warm        1        155,607  300     12 min 0 s: the 900 sends of an hour are enough
//	fresh       1        155,607  90      3 min 36 s, then the 180 sends of its hour are spent
func BenchmarkVoice(b *testing.B) {
	s, err := readConfig("", handlers.All(""), nil)
	check(b, err)
	fresh := s.Pace
	warm, unlimited := fresh, fresh
	warm.WarmUp, unlimited.WarmUp, unlimited.PerHour, unlimited.PerDay = 0, 0, 0, 0
	for _, c := range []struct {
		name   string
		groups int
		pace   bot.Pace
	}{{"warm", 300, warm}, {"unlimited", 300, unlimited}, {"fresh", 300, fresh}, {"500", 500, unlimited}} {
		b.Run(c.name, func(b *testing.B) {
			for range b.N {
				voiceMorning(b, c.groups, c.pace)
			}
		})
	}
}

// uploads counts what a client uploads.
type uploads struct {
	http.RoundTripper
	n, bytes atomic.Int64
}

func (u *uploads) RoundTrip(r *http.Request) (*http.Response, error) {
	if path.Base(r.URL.Path) == "webwxuploadmedia" && r.Method == http.MethodPost {
		u.n.Add(1)
		if r.Body != nil {
			r.Body = &counted{r.Body, &u.bytes}
		}
	}
	return u.RoundTripper.RoundTrip(r)
}

type counted struct {
	io.ReadCloser
	n *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// commits remembers the longest.
type commits struct {
	bot.Meter
	longest atomic.Int64
}

func (c *commits) Committed(_ int, took time.Duration) {
	c.longest.Store(max(c.longest.Load(), int64(took)))
}
func (c *commits) Late(time.Duration)          {}
func (c *commits) Done(bot.State)              {}
func (c *commits) Dropped(time.Duration, bool) {}

func voiceMorning(b *testing.B, groups int, pace bot.Pace) {
	zone := time.FixedZone("", 8*3600)
	minute := time.Date(2026, 11, 22, 6, 20, 0, 0, zone)
	box, err := wechatbox.New(wechatbox.Options{Seed: 620, AutoScan: true, Clock: wechatbox.NewClock(minute.Add(-20 * time.Minute))})
	check(b, err)
	defer box.Close()
	for _, n := range []string{"小六", "群主", "小明"} {
		_, err := box.AddPerson(wechatbox.Person{Nick: n})
		check(b, err)
	}
	check(b, errors.Join(box.SetAccount("小六"), box.Befriend("小六", "群主")))
	for i := range groups {
		name := fmt.Sprintf("六点二十%03d群", i)
		_, err := box.AddGroup("", name, "群主", "小六", "群主", "小明")
		check(b, errors.Join(err, box.SaveGroup("小六", name, true)))
	}
	up := &uploads{RoundTripper: box.Transport()}
	db := storetest.Open(b)
	account := wechat.New(wechat.Options{Transport: up, DB: db, Clock: box.Clock(), Desktop: true})
	meter := &commits{}
	engine, err := bot.New(bot.Options{Meter: meter, Account: account, DB: db, Clock: box.Clock(), Features: handlers.All("314159"), Groups: []string{"六点二十*"}, Pace: pace})
	check(b, err)
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	for next := engine.Changed(); engine.Status().Groups < groups; next = engine.Changed() {
		select {
		case <-next:
		case err := <-ended:
			b.Fatal(err)
		}
	}
	check(b, box.Clock().Settled(ctx))
	meter.longest.Store(0)
	_, err = box.Clock().Wind(ctx, minute.Add(35*time.Minute))
	check(b, err)
	cancel()
	check(b, <-ended)
	have := map[string]time.Time{}
	var last time.Time
	for _, m := range box.Sent() {
		if m.Kind == wechatbox.File && m.ID != "" {
			have[m.To], last = m.At, m.At
		}
	}
	b.ReportMetric(float64(up.n.Load()), "uploads")
	b.ReportMetric(float64(up.bytes.Load()), "upload-bytes")
	b.ReportMetric(float64(len(have)), "groups")
	b.ReportMetric(last.Sub(minute).Seconds(), "s-to-last")
	b.ReportMetric(float64(len(box.Sent())), "sends")
	b.ReportMetric(float64(meter.longest.Load())/1e6, "ms-longest-commit")
}
