package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/eatmoreapple/openwechat"

	"bench/onebot"
)

// beClient is what this program does as a child: a client in a process of its own, whose time can be read.
func beClient(kind string) error {
	ctx := context.Background()
	answer := os.Getenv("ANSWER") != ""
	switch kind {
	case "caller":
		return loopOnCaller(ctx, answer)
	case "bot":
		return stockBot(answer)
	case "onebot":
		return onebot.Bare(ctx, os.Getenv("URL"), ".")
	}
	return fmt.Errorf("no client called %q", kind)
}

// plain reaches the box over HTTP, with the Host the client wants.
type plain struct{ addr string }

func (p plain) RoundTrip(r *http.Request) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.Host, out.URL.Scheme, out.URL.Host = r.URL.Host, "http", p.addr
	return http.DefaultTransport.RoundTrip(out)
}

// loopOnCaller is the floor: it reads, answers, and keeps nothing.
func loopOnCaller(ctx context.Context, answer bool) error {
	caller := openwechat.DefaultCaller()
	caller.Client.MaxRetryTimes = 1
	caller.Client.HTTPClient().Transport = plain{os.Getenv("BOX")}
	openwechat.Desktop.Prepare(&openwechat.Bot{Caller: caller})
	c := &session{caller: caller}
	if err := c.signIn(ctx); err != nil {
		return err
	}
	for {
		check, err := caller.SyncCheck(ctx, &openwechat.CallerSyncCheckOptions{BaseRequest: c.request, WebInitResponse: c.init, LoginInfo: c.info})
		if err != nil {
			return err
		}
		if check.Selector == "0" {
			continue
		}
		if err := c.round(ctx, answer); err != nil {
			return err
		}
	}
}

type session struct {
	caller  *openwechat.Caller
	info    *openwechat.LoginInfo
	request *openwechat.BaseRequest
	init    *openwechat.WebInitResponse
}

func (c *session) signIn(ctx context.Context) error {
	uuid, err := c.caller.GetLoginUUID(ctx)
	if err != nil {
		return err
	}
	for {
		resp, err := c.caller.CheckLogin(ctx, uuid, "0")
		if err != nil {
			return err
		}
		code, err := resp.Code()
		if err != nil {
			return err
		}
		if code != openwechat.LoginCodeSuccess {
			continue
		}
		u, err := resp.RedirectURL()
		if err != nil {
			return err
		}
		if c.info, err = c.caller.GetLoginInfo(ctx, u); err != nil {
			return err
		}
		c.request = &openwechat.BaseRequest{Uin: c.info.WxUin, Sid: c.info.WxSid, Skey: c.info.SKey, DeviceID: "e123456789012345"}
		c.init, err = c.caller.WebInit(ctx, c.request)
		return err
	}
}

func (c *session) round(ctx context.Context, answer bool) error {
	got, err := c.caller.WebWxSync(ctx, &openwechat.CallerWebWxSyncOptions{BaseRequest: c.request, WebInitResponse: c.init, LoginInfo: c.info})
	if err != nil {
		return err
	}
	c.init.SyncKey = got.SyncKey
	for _, m := range got.AddMsgList {
		if !answer || m.MsgType != openwechat.MsgTypeText || !strings.HasPrefix(m.FromUserName, "@@") {
			continue
		}
		_, err := c.caller.WebWxSendMsg(ctx, &openwechat.CallerWebWxSendMsgOptions{
			LoginInfo: c.info, BaseRequest: c.request, Message: openwechat.NewTextSendMessage("收到", c.init.User.UserName, m.FromUserName),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// stockBot is openwechat's own Bot as its documentation shows it.
func stockBot(answer bool) error {
	bot := openwechat.DefaultBot(openwechat.Desktop)
	bot.Caller.Client.HTTPClient().Transport = plain{os.Getenv("BOX")}
	bot.UUIDCallback = func(string) {} // by default it opens a browser
	bot.MessageHandler = func(m *openwechat.Message) {
		if answer && m.IsText() && m.IsSendByGroup() {
			if _, err := m.ReplyText("收到"); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}
	if err := bot.Login(); err != nil {
		return err
	}
	return bot.Block()
}
