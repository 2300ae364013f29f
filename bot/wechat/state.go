package wechat

import (
	"go.uber.org/zap"

	"sixtwenty/bot"
)

var (
	whyStarting  = bot.Text{ZH: "正在启动", EN: "starting"}
	whyScanned   = bot.Text{ZH: "扫码登录成功", EN: "signed in by scan"}
	whyResumed   = bot.Text{ZH: "接着上次的登录，不用扫码", EN: "resumed the last sign-in, no scan needed"}
	whyPush      = bot.Text{ZH: "请在手机微信上点一下「登录」，不用扫码", EN: "please confirm on the phone; no scan is needed"}
	whyConfirmed = bot.Text{ZH: "手机上确认，登录成功", EN: "signed in, confirmed on the phone"}
	whySilent    = bot.Text{ZH: "好一会儿没有微信的同步结果了", EN: "the stream has not answered for a while"}
	whyQuiet     = bot.Text{ZH: "连着，可是很久没有任何消息进来了；手机上有新消息的话，请重新登录", EN: "connected, but no message has come in for very long; if the phone has new ones, sign in again"}
	whyBack      = bot.Text{ZH: "恢复了", EN: "recovered"}
	whyFirst     = bot.Text{ZH: "还没有登录过", EN: "never signed in"}
	whyRefused   = bot.Text{ZH: "上次的登录失效了", EN: "the last sign-in is no longer valid"}
	whyEnded     = bot.Text{ZH: "微信结束了这次登录（手机上退出，或在别处登录了）", EN: "WeChat ended the session (signed out on the phone, or signed in elsewhere)"}
	whyExpired   = bot.Text{ZH: "二维码过期，换了新的", EN: "the code expired, here is a new one"}
	whyOnPhone   = bot.Text{ZH: "扫到了，请在手机上点确认", EN: "scanned, please confirm on the phone"}
	whyBarred    = bot.Text{ZH: "刚登录就被微信退出；为了账号安全不再自己登录，重启也不会", EN: "WeChat ended the session right after the sign-in; for the account's safety it is not tried again, not after a restart either"}
	whyNetwork   = bot.Text{ZH: "连不上微信，正在重试", EN: "WeChat cannot be reached, trying again"}
	whyNonsense  = bot.Text{ZH: "微信的回答看不懂，正在重试", EN: "WeChat's answers make no sense, trying again"}
	whyStore     = bot.Text{ZH: "存不下数据，正在重试", EN: "nothing can be kept, trying again"}
	whyTooOften  = bot.Text{ZH: "微信说操作太频繁，正在放慢", EN: "WeChat says too often, slowing down"}
	whyNoWeb     = bot.Text{ZH: "微信不让这个号这样登录（网页登录被限制）；请打开 account.desktop，或换一个号", EN: "WeChat does not let this account sign in this way (web sign-in is barred); turn account.desktop on, or use another account"}
	whyNotSignIn = bot.Text{ZH: "这次登录没有成功，正在重试", EN: "the sign-in did not succeed, trying again"}
)

// State implements bot.Stater.
func (a *Account) State() bot.AccountState { return *a.state.Load() }

// become tells of a new state of an account that is not signed in, or has just signed in. It is called from the goroutine of
// Run alone.
func (a *Account) become(name bot.StateName, why bot.Text) {
	a.turn(bot.AccountState{Name: name, Reason: why, Reached: name == bot.Online})
}

func (a *Account) turn(s bot.AccountState) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turnLocked(s)
}

// turnLocked tells of a new state, once.
func (a *Account) turnLocked(s bot.AccountState) {
	was := a.State()
	if was.Name == s.Name && was.Reason == s.Reason {
		return
	}
	s.Since = a.clock.Now()
	a.state.Store(&s)
	a.log.Info("connection", zap.String("state", string(s.Name)), zap.String("reason", s.Reason.EN))
	if a.opts.States != nil {
		a.opts.States(s)
	}
}
