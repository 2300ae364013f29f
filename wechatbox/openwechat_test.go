package wechatbox

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/eatmoreapple/openwechat"
)

// client drives openwechat's Caller as a careful program would.
type client struct {
	t       testing.TB
	ctx     context.Context
	caller  *openwechat.Caller
	info    *openwechat.LoginInfo
	request *openwechat.BaseRequest
	init    *openwechat.WebInitResponse
}

func newClient(t testing.TB, b *Box) *client {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	caller := openwechat.DefaultCaller()
	caller.Client.MaxRetryTimes = 1
	caller.Client.HTTPClient().Transport = b.Transport()
	openwechat.Desktop.Prepare(&openwechat.Bot{Caller: caller})
	return &client{t: t, ctx: ctx, caller: caller}
}

func signedIn(t testing.TB, b *Box) *client {
	t.Helper()
	c := newClient(t, b)
	uuid, err := c.caller.GetLoginUUID(c.ctx)
	ok(t, err)
	if !b.opts.AutoScan {
		ok(t, b.Scan("", uuid))
	}
	c.awaitLogin(uuid, "201")
	if !b.opts.AutoScan {
		ok(t, b.Confirm("", uuid))
	}
	c.enter(c.awaitLogin(uuid, "200"))
	return c
}

func (c *client) awaitLogin(uuid, code string) openwechat.CheckLoginResponse {
	c.t.Helper()
	resp, err := c.caller.CheckLogin(c.ctx, uuid, "0")
	ok(c.t, err)
	if got, err := resp.Code(); err != nil || string(got) != code {
		c.t.Fatalf("login says %q (%v), want %s", got, err, code)
	}
	return resp
}

func (c *client) enter(resp openwechat.CheckLoginResponse) {
	c.t.Helper()
	u, err := resp.RedirectURL()
	ok(c.t, err)
	c.info, err = c.caller.GetLoginInfo(c.ctx, u)
	ok(c.t, err)
	c.request = &openwechat.BaseRequest{Uin: c.info.WxUin, Sid: c.info.WxSid, Skey: c.info.SKey, DeviceID: "e123456789012345"}
	c.init, err = c.caller.WebInit(c.ctx, c.request)
	ok(c.t, err)
}

func (c *client) checkOptions() *openwechat.CallerSyncCheckOptions {
	return &openwechat.CallerSyncCheckOptions{BaseRequest: c.request, WebInitResponse: c.init, LoginInfo: c.info}
}

func (c *client) check() *openwechat.SyncCheckResponse {
	c.t.Helper()
	resp, err := c.caller.SyncCheck(c.ctx, c.checkOptions())
	ok(c.t, err)
	return resp
}

func (c *client) fetch() *openwechat.WebWxSyncResponse {
	c.t.Helper()
	resp, err := c.caller.WebWxSync(c.ctx, &openwechat.CallerWebWxSyncOptions{BaseRequest: c.request, WebInitResponse: c.init, LoginInfo: c.info})
	ok(c.t, err)
	if resp.SyncKey == nil || resp.SyncKey.Count != len(resp.SyncKey.List) {
		c.t.Fatalf("an answer without a sound SyncKey: %+v", resp.SyncKey)
	}
	c.init.SyncKey = resp.SyncKey
	return resp
}

func (c *client) say(to, text string) (*openwechat.SentMessage, error) {
	msg := openwechat.NewTextSendMessage(text, c.init.User.UserName, to)
	return c.caller.WebWxSendMsg(c.ctx, &openwechat.CallerWebWxSendMsgOptions{LoginInfo: c.info, BaseRequest: c.request, Message: msg})
}

// group is the name on the wire of the first group of the contact list.
func (c *client) group() string {
	c.t.Helper()
	list, err := c.caller.WebWxGetContact(c.ctx, c.info)
	ok(c.t, err)
	for _, u := range list {
		if strings.HasPrefix(u.UserName, "@@") {
			return u.UserName
		}
	}
	c.t.Fatal("no group in the contact list")
	return ""
}

func TestCallerSignsInReceivesAndReplies(t *testing.T) {
	b := demo(t, Options{})
	c := signedIn(t, b)
	room := c.group()
	if _, err := b.Say("xiaoming", "dushuhui", "早 <b> & 1\n2 😄"); err != nil {
		t.Fatal(err)
	}
	if got := c.check(); string(got.Selector) != "2" {
		t.Fatalf("selector %q", got.Selector)
	}
	msgs := c.fetch().AddMsgList
	m := msgs[len(msgs)-1]
	sender, text, _ := strings.Cut(m.Content, ":<br/>")
	if m.FromUserName != room || !strings.HasPrefix(sender, "@") || len(sender) != 65 {
		t.Fatalf("from %s by %s", m.FromUserName, sender)
	}
	if want := `早 &lt;b&gt; &amp; 1<br/>2 <span class="emoji emoji1f604"></span>`; text != want {
		t.Fatalf("got %q, want %q", text, want)
	}
	sent, err := c.say(room, "早上好 🌞")
	ok(t, err)
	all := b.Sent()
	if len(all) != 1 || all[0].To != "dushuhui" || all[0].Text != "早上好 🌞" || all[0].ID != sent.MsgId || all[0].ClientID != sent.ClientMsgId {
		t.Fatalf("sent %+v", all)
	}
	if got := last(t, b, "xiaoming", "dushuhui"); got.From != "xiaoliu" || got.Text != "早上好 🌞" {
		t.Fatalf("the group sees %+v", got)
	}
}

func TestUploadsReachTheGroup(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	room := c.group()
	picture := drawAvatar("x")
	_, err := c.caller.WebWxSendImageMsg(c.ctx, bytes.NewReader(picture), &openwechat.CallerWebWxSendImageMsgOptions{
		FromUserName: c.init.User.UserName, ToUserName: room, BaseRequest: c.request, LoginInfo: c.info,
	})
	ok(t, err)
	path := filepath.Join(t.TempDir(), "早安.mp3")
	big := bytes.Repeat([]byte("六点二十"), 120_000) // three pieces
	ok(t, os.WriteFile(path, big, 0o600))
	file, err := os.Open(path)
	ok(t, err)
	defer file.Close()
	_, err = c.caller.WebWxSendFile(c.ctx, file, &openwechat.CallerWebWxSendFileOptions{
		FromUserName: c.init.User.UserName, ToUserName: room, BaseRequest: c.request, LoginInfo: c.info,
	})
	ok(t, err)
	got := last(t, b, "ajie", "dushuhui")
	if got.Kind != File || got.Name != "早安.mp3" || got.Size != int64(len(big)) {
		t.Fatalf("got %+v", got)
	}
	m, err := b.Media(got.Media)
	ok(t, err)
	if !bytes.Equal(m.Data, big) {
		t.Fatal("the file changed on its way")
	}
	if all := b.Sent(); all[0].Kind != Image || all[0].Media == "" {
		t.Fatalf("sent %+v", all[0])
	}
}

func TestStockBotTalks(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	bot := openwechat.NewBot(ctx)
	openwechat.Desktop.Prepare(bot)
	bot.Caller.Client.HTTPClient().Transport = b.Transport()
	bot.UUIDCallback = func(string) {}
	heard, replied := make(chan string, 10), make(chan error, 10)
	bot.MessageHandler = func(m *openwechat.Message) {
		if !m.IsText() || !m.IsSendByGroup() {
			return
		}
		if u, err := m.SenderInGroup(); err == nil {
			heard <- u.NickName + ":" + m.Content
		}
		_, err := m.ReplyText("收到")
		replied <- err
	}
	ok(t, bot.Login())
	self, err := bot.GetCurrentUser()
	ok(t, err)
	if self.NickName != "小六" {
		t.Fatalf("signed in as %q", self.NickName)
	}
	changes := b.Watch(ctx)
	_, err = b.Say("susu", "dushuhui", "早")
	ok(t, err)
	if got := <-heard; got != "苏苏:早" {
		t.Fatalf("heard %q", got)
	}
	for len(b.Sent()) == 0 {
		<-changes
	}
	ok(t, <-replied)
	cancel()
	if got := b.Sent()[0].Text; got != "收到" {
		t.Fatalf("sent %q", got)
	}
}
