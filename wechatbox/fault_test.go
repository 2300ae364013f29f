package wechatbox

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eatmoreapple/openwechat"
)

func TestFaultsSpoilAnswers(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	rt := b.Transport()
	spoil := func(f Fault) {
		t.Helper()
		b.Mend(0)
		must(b.Break(f))
	}
	page, empty, rate := "<html>502</html>", "{}", retTooOften
	spoil(Fault{Path: "webwxsync", Status: 502, Body: &page, Skip: 1, Count: 1})
	for i, want := range []int{200, 502, 200} {
		if resp, body := raw(t, rt, "POST", "https://wx.qq.com"+cgi+"webwxsync", "{}"); resp.StatusCode != want || want == 502 && body != page {
			t.Errorf("request %d: %d %q", i, resp.StatusCode, body)
		}
	}
	if len(b.Faults()) != 0 {
		t.Error("a fault that was done is still listed")
	}
	spoil(Fault{Path: "webwxsync", Body: &empty})
	if _, body := raw(t, rt, "POST", "https://wx.qq.com"+cgi+"webwxsync", "{}"); body != "{}" {
		t.Errorf("without a SyncKey: %q", body)
	}
	spoil(Fault{Path: "webwxgetcontact", Ret: &rate, After: true})
	if _, err := c.caller.WebWxGetContact(c.ctx, c.info); !errors.Is(err, openwechat.Ret(retTooOften)) {
		t.Errorf("ret: %v", err)
	}
	spoil(Fault{Path: "webwxinit", Truncate: 20})
	req := httpGet(t, "https://wx.qq.com"+cgi+"webwxinit")
	resp, err := rt.RoundTrip(req)
	ok(t, err)
	if data, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) || len(data) != 20 {
		t.Errorf("truncated: %q %v", data, err)
	}
	for _, ret := range []int{1100, 1101, 1102, 1203, 1205} {
		spoil(Fault{Host: hostPush, Ret: &ret})
		if got := c.check().RetCode; got != formatID(int64(ret)) {
			t.Errorf("synccheck says %s, want %d", got, ret)
		}
	}
	for _, selector := range []string{"2", "4", "6", "7", "3"} {
		spoil(Fault{Path: "synccheck", Selector: selector})
		if got := c.check(); got.RetCode != "0" || string(got.Selector) != selector {
			t.Errorf("synccheck says %+v, want %s", got, selector)
		}
	}
}

func TestDropsBeforeAndAfterTheWork(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	room := c.group()
	must(b.Break(Fault{Path: "webwxsendmsg", Drop: true, Count: 1}))
	if _, err := c.say(room, "之前"); err == nil {
		t.Error("an answer came")
	}
	must(b.Break(Fault{Path: "webwxsendmsg", Drop: true, After: true, Count: 1}))
	if _, err := c.say(room, "之后"); err == nil {
		t.Error("an answer came")
	}
	list := must(b.History("susu", "dushuhui", "", 0))
	if len(list) != 1 || list[0].Text != "之后" {
		t.Fatalf("the group sees %+v", list)
	}
	all := b.Sent()
	if len(all) != 2 || all[0].ID != "" || !strings.HasPrefix(all[0].Fault, "lost") || all[1].ID == "" || !strings.HasPrefix(all[1].Fault, "delivered") {
		t.Fatalf("sent %+v", all)
	}
}

func TestDelaysEndWithTheirClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demo(t, Options{AutoScan: true})
		c := signedIn(t, b)
		must(b.Break(Fault{Path: "webwxsendmsg", Delay: 40 * time.Second}))
		before := time.Now()
		if _, err := c.say(c.group(), "慢"); err == nil || time.Since(before) != 30*time.Second {
			t.Errorf("%v after %v", err, time.Since(before))
		}
	})
}

func TestChancesComeFromTheSeed(t *testing.T) {
	run := func(seed uint64) (pattern string) {
		b := demo(t, Options{Seed: seed})
		must(b.Break(Fault{Path: "jslogin", Status: 500, Chance: 0.5}))
		for range 40 {
			resp, _ := raw(t, b.Transport(), "GET", "https://login.wx.qq.com/jslogin", "")
			pattern += formatID(int64(resp.StatusCode / 500))
		}
		return pattern
	}
	first, again, other := run(7), run(7), run(8)
	if first != again || first == other || !strings.Contains(first, "1") || !strings.Contains(first, "0") {
		t.Errorf("%s %s %s", first, again, other)
	}
}

func TestTooManySendsAreTooOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demo(t, Options{AutoScan: true, Behave: Behaviour{SendLimit: 3, SendWindow: time.Minute, SendPenalty: 5 * time.Minute}})
		c := signedIn(t, b)
		c.ctx = t.Context()
		room := c.group()
		for i := range 5 {
			if _, err := c.say(room, "x"); errors.Is(err, openwechat.Ret(retTooOften)) != (i >= 3) {
				t.Errorf("send %d: %v", i, err)
			}
		}
		time.Sleep(4 * time.Minute)
		if _, err := c.say(room, "x"); !errors.Is(err, openwechat.Ret(retTooOften)) {
			t.Errorf("the penalty was too short: %v", err)
		}
		time.Sleep(2 * time.Minute)
		if _, err := c.say(room, "x"); err != nil {
			t.Errorf("the penalty was too long: %v", err)
		}
		if n := len(must(b.History("susu", "dushuhui", "", 0))); n != 4 {
			t.Errorf("%d arrived", n)
		}
	})
}

func TestRepeatsWithinASecondAreSwallowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demo(t, Options{AutoScan: true, Behave: Behaviour{SwallowRepeats: true}})
		c := signedIn(t, b)
		c.ctx = t.Context()
		room := c.group()
		for _, text := range []string{"早", "早", "好"} {
			if sent, err := c.say(room, text); err != nil || sent.MsgId == "" {
				t.Errorf("%v", err)
			}
		}
		time.Sleep(time.Second)
		must(c.say(room, "早"))
		if n := len(must(b.History("susu", "dushuhui", "", 0))); n != 3 {
			t.Errorf("%d arrived", n)
		}
		if all := b.Sent(); len(all) != 4 || all[1].Fault != "swallowed as a repeat" {
			t.Errorf("sent %+v", all)
		}
	})
}

func TestCountsPerHostAndPath(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	c.fetch()
	c.fetch()
	if n := count(b, "webwxsync"); n != 2 {
		t.Fatalf("%d", n)
	}
	for i := range maxCounts + 10 {
		raw(t, b.Transport(), "GET", "https://wx.qq.com/"+formatID(int64(i)), "")
	}
	if n := len(b.Counts()); n != maxCounts {
		t.Fatalf("%d paths are counted", n)
	}
}
