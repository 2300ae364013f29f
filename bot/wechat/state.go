package wechat

import (
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
)

// A StateName says how the account is connected.
type StateName string

// The states of an account.
const (
	Online    StateName = "online"
	Suspect   StateName = "suspect"    // a call failed; it is tried again
	Offline   StateName = "offline"    // calls have failed for a while
	NeedsScan StateName = "needs-scan" // a person must scan a QR code
)

// A State is how the account is connected, and why.
type State struct {
	Name   StateName
	Reason bot.Text
	Since  time.Time
}

// String shows the state in both languages.
func (s State) String() string {
	return stateNames[s.Name].ZH + "：" + s.Reason.ZH + " / " + stateNames[s.Name].EN + ": " + s.Reason.EN
}

var stateNames = map[StateName]bot.Text{
	Online:    {ZH: "在线", EN: "online"},
	Suspect:   {ZH: "不太稳", EN: "suspect"},
	Offline:   {ZH: "掉线了", EN: "offline"},
	NeedsScan: {ZH: "等扫码", EN: "needs a scan"},
}

var (
	whyStarting  = bot.Text{ZH: "正在启动", EN: "starting"}
	whyScanned   = bot.Text{ZH: "扫码登录成功", EN: "signed in by scan"}
	whyResumed   = bot.Text{ZH: "接着上次的登录，不用扫码", EN: "resumed the last sign-in, no scan needed"}
	whyBack      = bot.Text{ZH: "恢复了", EN: "recovered"}
	whyFirst     = bot.Text{ZH: "还没有登录过", EN: "never signed in"}
	whyRefused   = bot.Text{ZH: "上次的登录失效了", EN: "the last sign-in is no longer valid"}
	whyEnded     = bot.Text{ZH: "微信结束了这次登录（手机上退出，或在别处登录了）", EN: "WeChat ended the session (signed out on the phone, or signed in elsewhere)"}
	whyExpired   = bot.Text{ZH: "二维码过期，换了新的", EN: "the code expired, here is a new one"}
	whyOnPhone   = bot.Text{ZH: "扫到了，请在手机上点确认", EN: "scanned, please confirm on the phone"}
	whyBarred    = bot.Text{ZH: "刚登录就被微信退出，为了账号安全不再尝试", EN: "WeChat ended the session right after the scan; for the account's safety it is not tried again"}
	whyNetwork   = bot.Text{ZH: "连不上微信，正在重试", EN: "WeChat cannot be reached, trying again"}
	whyNonsense  = bot.Text{ZH: "微信的回答看不懂，正在重试", EN: "WeChat's answers make no sense, trying again"}
	whyStore     = bot.Text{ZH: "存不下数据，正在重试", EN: "nothing can be kept, trying again"}
	whyTooOften  = bot.Text{ZH: "微信说操作太频繁，正在放慢", EN: "WeChat says too often, slowing down"}
	whyNoWeb     = bot.Text{ZH: "微信不让这个号这样登录（网页登录被限制）；请打开 account.desktop，或换一个号", EN: "WeChat does not let this account sign in this way (web sign-in is barred); turn account.desktop on, or use another account"}
	whyNotSignIn = bot.Text{ZH: "这次登录没有成功，正在重试", EN: "the sign-in did not succeed, trying again"}
)

// State is how the account is connected now. Any goroutine.
func (a *Account) State() State { return *a.state.Load() }

// become tells of a new state, once. It is called from the goroutine of Run alone.
func (a *Account) become(name StateName, why bot.Text) {
	if was := a.State(); was.Name == name && was.Reason == why {
		return
	}
	s := State{Name: name, Reason: why, Since: a.clock.Now()}
	a.state.Store(&s)
	a.log.Info("connection", zap.String("state", string(name)), zap.String("reason", why.EN))
	if a.opts.States != nil {
		a.opts.States(s)
	}
}
