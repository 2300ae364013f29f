package main

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/bot/onebot"
	"sixtwenty/bot/wechat"
)

// Account says where the bot signs in.
type Account struct {
	Kind     string `yaml:"kind"`
	Endpoint string `yaml:"endpoint"`
	Desktop  bool   `yaml:"desktop"`
	OneBot   OneBot `yaml:"onebot"`
}

// OneBot says how an implementation of OneBot v11 is reached.
type OneBot struct {
	URL      string `yaml:"url"`
	Listen   string `yaml:"listen"`
	Token    string `yaml:"token"`
	SelfID   string `yaml:"self_id"`
	Platform string `yaml:"platform"`
}

// The kinds of accounts.
const (
	kindWeChat = "wechat"
	kindOneBot = "onebot"
)

// service is what the account's service is called.
func (a Account) service() string {
	if a.Kind == kindOneBot {
		return "OneBot (" + a.OneBot.Platform + ")"
	}
	return "微信 / WeChat"
}

// where says what the account signs in to, without a secret.
func (a Account) where() string {
	switch {
	case a.Kind != kindOneBot:
		return fmt.Sprintf("endpoint %q", a.Endpoint)
	case a.OneBot.URL != "":
		return "OneBot at " + a.OneBot.URL
	}
	return "OneBot on " + a.OneBot.Listen
}

// check says which setting is wrong, and how.
func (a Account) check(bad func(path, format string, args ...any)) {
	if a.Kind != kindWeChat && a.Kind != kindOneBot {
		bad("account.kind", "found %q, expected wechat or onebot", a.Kind)
	}
	if e := a.Endpoint; e != "" && e != boxEndpoint && !isURL(e, "http", "https") {
		bad("account.endpoint", `found %q, expected "box", "" (the real WeChat) or http://HOST:PORT`, e)
	}
	if a.Kind == kindOneBot {
		a.OneBot.check(bad)
	}
}

var platforms = regexp.MustCompile(`^[a-z][a-z0-9-]{0,15}$`)

func (o OneBot) check(bad func(path, format string, args ...any)) {
	host, _, err := net.SplitHostPort(o.Listen)
	switch {
	case o.URL != "" && !isURL(o.URL, "ws", "wss"):
		bad("account.onebot.url", "found %q, expected ws://HOST:PORT, or nothing where the implementation dials us", o.URL)
	case o.URL != "":
	case err != nil:
		bad("account.onebot.listen", "found %q, expected HOST:PORT such as 127.0.0.1:6201, or a url", o.Listen)
	case o.Token == "" && !isLoopback(host):
		bad("account.onebot.token", "other machines can reach %s, so a token is needed", o.Listen)
	}
	if strings.Trim(o.SelfID, "0123456789") != "" {
		bad("account.onebot.self_id", "found %q, expected the number of the account, or nothing", o.SelfID)
	}
	if !platforms.MatchString(o.Platform) {
		bad("account.onebot.platform", "found %q, expected a short name such as qq", o.Platform)
	}
}

func isURL(s string, schemes ...string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return false
	}
	for _, scheme := range schemes {
		if u.Scheme == scheme {
			return true
		}
	}
	return false
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// openAccount makes the account that is configured, and with it the clock that the bot lives by.
func (h *house) openAccount() (bot.Account, error) {
	if h.Account.Kind == kindOneBot {
		o := h.Account.OneBot
		h.lookout = h.newLookout()
		h.toConsole()
		return onebot.New(onebot.Options{
			URL: o.URL, Listen: o.Listen, Token: o.Token, SelfID: o.SelfID, Platform: o.Platform,
			DB: h.db, Clock: h.clock, Log: h.log.Named("onebot"), States: h.showState,
		}), nil
	}
	transport, endpoint, err := h.openEndpoint()
	if err != nil {
		return nil, err
	}
	h.lookout = h.newLookout()
	return wechat.New(wechat.Options{
		Transport: transport, Endpoint: endpoint, DB: h.db, Clock: h.clock, Log: h.log.Named("wechat"),
		Desktop: h.Account.Desktop, SignInAgain: h.signInAgain, QR: h.showQR, Push: h.lookout.push, States: h.showState,
	}), nil
}
