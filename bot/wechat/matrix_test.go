package wechat

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"text/tabwriter"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
	"sixtwenty/wechatbox"
)

// A moment is when something goes wrong: the call that is spoilt, and what makes the bot do it.
type moment struct {
	name  string
	path  string
	early bool // at the sign-in
	state bot.StateName
	do    func(t *testing.T, box *wechatbox.Box)
}

func moments() []moment {
	say := func(text string) func(*testing.T, *wechatbox.Box) {
		return func(t *testing.T, box *wechatbox.Box) {
			_, err := box.Say("小明", club, text)
			must(t, err)
		}
	}
	voice := func(t *testing.T, box *wechatbox.Box) {
		_, err := box.SendVoice("小明", club, bytes.Repeat([]byte("mp3"), 1000), time.Second)
		must(t, err)
	}
	return []moment{
		{name: "sign-in: code", path: "jslogin", early: true, state: bot.NeedsScan},
		{name: "sign-in: scan", path: "login", early: true, state: bot.NeedsScan},
		{name: "sign-in: keys", path: "webwxnewloginpage", early: true, state: bot.NeedsScan},
		{name: "sign-in: begin", path: "webwxinit", early: true, state: bot.NeedsScan},
		{name: "contacts: list", path: "webwxgetcontact", early: true, state: bot.NeedsScan},
		{name: "contacts: group", path: "webwxbatchgetcontact", state: bot.Online, do: say("/复读 一")},
		{name: "sync: check", path: "synccheck", state: bot.Offline, do: say("/复读 一")},
		{name: "sync: read", path: "webwxsync", state: bot.Offline, do: say("/复读 一")},
		{name: "send", path: "webwxsendmsg", state: bot.Online, do: say("/复读 一")},
		{name: "upload", path: "webwxuploadmedia", state: bot.Online, do: say("/图")},
		{name: "download", path: "webwxgetvoice", state: bot.Online, do: voice},
	}
}

// A spoiler is what goes wrong.
type spoiler struct {
	name  string
	fault wechatbox.Fault
}

func spoilers() []spoiler {
	body := func(s string) wechatbox.Fault { return wechatbox.Fault{Body: &s} }
	ret := func(n int) wechatbox.Fault { return wechatbox.Fault{Ret: &n} }
	return []spoiler{
		{"down", wechatbox.Fault{Drop: true}},
		{"answer lost", wechatbox.Fault{Drop: true, After: true}},
		{"answer cut", wechatbox.Fault{Truncate: 20}},
		{"slow", wechatbox.Fault{Delay: 90 * time.Second}},
		{"HTTP 500", wechatbox.Fault{Status: 500}},
		{"a page", body("<html>hello")},
		{"{}", body("{}")},
		{"ret -1", ret(-1)},
		{"ret 1205", ret(1205)},
	}
}

// A cell is what one spoilt moment came to.
type cell struct {
	state bot.StateName // after five minutes of it
	peak  int           // requests in the worst second
	back  time.Duration // until all works again
	first string        // what became of what was asked for meanwhile
}

// A parrot is a feature that makes the bot send, upload and download.
type parrot struct{ picture string }

const parrotSays = store.Table[int]("parrot/says")

func (p *parrot) feature() bot.Feature {
	command := func(name, args string, run bot.Run) bot.Command {
		return bot.Command{
			Name: name, Args: args, Summary: bot.Text{ZH: "说明", EN: "summary"}, Examples: []bot.Example{{Say: "/" + name}}, Run: run,
		}
	}
	return bot.Feature{
		Name: "parrot", Summary: bot.Text{ZH: "鹦鹉", EN: "parrot"},
		Commands: []bot.Command{
			command("复读", "<话...>", func(_ context.Context, c *bot.Call) error {
				c.Say(c.Arg("话"))
				return tally(c, c.Arg("话"))
			}),
			command("图", "", func(_ context.Context, c *bot.Call) error {
				c.Send(bot.Effect{Kind: bot.SendImage, Media: p.picture, Name: "a.png"})
				return tally(c, "图")
			}),
		},
		Watches: []bot.Watch{
			{On: bot.Message, Summary: bot.Text{ZH: "听", EN: "listens"}, Run: func(_ context.Context, c *bot.Call) error {
				if c.Event.Media == nil {
					return nil
				}
				return c.Work("listen", c.Event.ID, c.Event.Media)
			}},
			{On: "parrot.listen", Summary: bot.Text{ZH: "听完", EN: "listened"}, Run: func(_ context.Context, c *bot.Call) error {
				var done bot.Done
				if err := c.Decode(&done); err != nil {
					return err
				}
				if done.Error != "" {
					return tally(c, "not heard")
				}
				return tally(c, "heard")
			}},
		},
		Works: map[string]func(context.Context, bot.Work) (any, error){"listen": listen},
	}
}

func listen(ctx context.Context, w bot.Work) (any, error) {
	var m bot.Media
	if err := decode(w.Data, &m); err != nil {
		return nil, err
	}
	body, err := w.Fetch(ctx, m)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	b, err := io.ReadAll(body)
	if err == nil && len(b) != 3000 {
		err = fmt.Errorf("%d bytes", len(b))
	}
	return len(b), err
}

func tally(c *bot.Call, what string) error {
	n, _, err := parrotSays.Get(c.Tx, what)
	if err != nil {
		return err
	}
	return parrotSays.Put(c.Tx, n+1, what)
}

// A stand is a whole bot before a box.
type stand struct {
	t       *testing.T
	box     *wechatbox.Box
	db      store.DB
	account *Account
	bot     *bot.Bot
	stop    func()
}

func newStand(t *testing.T) *stand {
	box, err := wechatbox.New(wechatbox.Options{AutoScan: true})
	must(t, err)
	must(t, wechatbox.Demo(box))
	return newStandOn(t, box, box.Transport())
}

func newStandOn(t *testing.T, box *wechatbox.Box, way http.RoundTripper) *stand {
	s := &stand{t: t, box: box, db: storetest.Open(t)}
	picture, err := store.Blobs{DB: s.db}.Put(t.Context(), strings.NewReader("png"), 100)
	must(t, err)
	s.account = New(Options{Transport: way, DB: s.db, Clock: box.Clock(), Desktop: true})
	p := &parrot{picture: picture.Sum}
	s.bot, err = bot.New(bot.Options{
		Account: s.account, DB: s.db, Clock: box.Clock(), Log: zap.NewNop(), Features: []bot.Feature{p.feature()}, Groups: []string{"六点二十*"},
	})
	must(t, err)
	return s
}

func (s *stand) start() {
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.bot.Run(ctx) }()
	s.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Errorf("the bot ended with: %v", err)
		}
		must(s.t, s.box.Close())
	}
}

func (s *stand) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (s *stand) requests() (n int) {
	for _, c := range s.box.Counts() {
		n += c.Count
	}
	return n
}

// peak lets the time pass and gives the most requests that came in one second. In the first nobody knows yet.
func (s *stand) peak(d time.Duration) (most int) {
	s.pass(time.Second)
	for range int(d/time.Second) - 1 {
		before := s.requests()
		s.pass(time.Second)
		most = max(most, s.requests()-before)
	}
	return most
}

// count is how often something was tallied.
func (s *stand) count(what string) (n int) {
	must(s.t, s.db.View(s.t.Context(), func(r store.Reader) (err error) {
		n, _, err = parrotSays.Get(r, what)
		return err
	}))
	return n
}

// delivered is how often the group really got something.
func (s *stand) delivered(kind wechatbox.Kind, text string) (n int) {
	for _, m := range s.box.Sent() {
		if m.Kind == kind && m.ID != "" && (text == "" || m.Text == text) {
			n++
		}
	}
	return n
}

// became says what became of the first thing that was asked for; "" while that is open.
func (s *stand) became(m moment) string {
	c := s.bot.Status().Counts
	switch {
	case m.early:
		return "–"
	case m.name == "download" && s.count("heard") == 1:
		return "fetched"
	case m.name == "download" && s.count("not heard") == 1:
		return "told that it failed"
	case m.name == "download":
		return ""
	case c[bot.Lost] > 0:
		return "listed: unknown"
	case c[bot.Failed] > 0:
		return "listed: failed"
	case c[bot.Expired] > 0:
		return "listed: expired"
	case m.name == "upload" && s.delivered(wechatbox.Image, "") == 1 || m.name != "upload" && s.delivered(wechatbox.Text, "一") == 1:
		return "said"
	}
	return ""
}

// play spoils one moment for five minutes, mends it, and waits until the bot answers again.
func (s *stand) play(m moment, f wechatbox.Fault) (c cell) {
	t := s.t
	f.Path = m.path
	if !m.early {
		s.start()
		s.pass(10 * time.Second)
	}
	_, err := s.box.Break(f)
	must(t, err)
	if m.early {
		s.start()
	} else {
		m.do(t, s.box)
	}
	defer func() { s.stop() }()
	c.peak = s.peak(5 * time.Minute)
	c.state = s.account.State().Name
	s.box.Mend(0)
	mended := time.Now()
	for s.account.State().Name != bot.Online && time.Since(mended) < 10*time.Minute {
		s.pass(time.Second)
	}
	_, err = s.box.Say("小明", club, "/复读 二")
	must(t, err)
	for (s.delivered(wechatbox.Text, "二") == 0 || s.became(m) == "") && time.Since(mended) < 10*time.Minute {
		s.pass(time.Second)
	}
	c.back, c.first = time.Since(mended), s.became(m)
	s.pass(10 * time.Minute) // what comes twice comes late
	return c
}

// check says what is wrong with a cell.
func (s *stand) check(m moment, spoilt string, c cell) {
	t := s.t
	if c.peak > 2 {
		t.Errorf("%d requests in a second", c.peak)
	}
	if c.state != m.state && !(spoilt == "answer cut" && c.state == bot.Online) { // some answers are shorter than that
		t.Errorf("state %s, expected %s", c.state, m.state)
	}
	limit := 3 * time.Minute
	if spoilt == "ret 1205" { // the pace of sending recovers slowly, on purpose
		limit = 6 * time.Minute
	}
	if c.back > limit {
		t.Errorf("works again only after %s", c.back)
	}
	if c.first == "" {
		t.Error("nobody knows what became of what was asked for")
	}
	if n := s.delivered(wechatbox.Text, "二"); n != 1 || s.count("二") != 1 {
		t.Errorf("after it: heard %d times, answered %d times", s.count("二"), n)
	}
	one, picture := s.delivered(wechatbox.Text, "一"), s.delivered(wechatbox.Image, "")
	if one > 1 || picture > 1 || s.count("一") > 1 || s.count("图") > 1 || s.count("heard") > 1 {
		t.Errorf("done twice: %d, %d, %d, %d, %d", one, picture, s.count("一"), s.count("图"), s.count("heard"))
	}
	if !m.early && m.name != "download" && s.count("一")+s.count("图") != 1 {
		t.Error("what was said meanwhile was not heard")
	}
}

// TestFaultMatrix spoils each moment in each way. With -v it prints what came of it.
func TestFaultMatrix(t *testing.T) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "moment\tfault\tstate\trequests/s\tworks again after\twhat was asked for meanwhile")
	for _, m := range moments() {
		for _, f := range spoilers() {
			t.Run(m.name+"/"+f.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newStand(t)
					c := s.play(m, f.fault)
					s.check(m, f.name, c)
					fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", m.name, f.name, c.state, c.peak, c.back, c.first)
				})
			})
		}
	}
	must(t, w.Flush())
	t.Logf("\n%s", &table)
}
