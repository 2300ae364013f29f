package onebot

import (
	"go.uber.org/zap"

	"sixtwenty/bot"
)

var (
	whyStarting     = bot.Text{ZH: "正在启动", EN: "starting"}
	whyConnected    = bot.Text{ZH: "连上了 OneBot 实现", EN: "connected with the OneBot implementation"}
	whyLost         = bot.Text{ZH: "和 OneBot 实现的连接断了，正在重连", EN: "the connection with the OneBot implementation is lost, trying again"}
	whyUnreached    = bot.Text{ZH: "连不上 OneBot 实现（NapCat 开着吗？），正在重试", EN: "the OneBot implementation cannot be reached (is NapCat running?), trying again"}
	whyToken        = bot.Text{ZH: "OneBot 实现不认这个 token；请让两边写得一样", EN: "the OneBot implementation refuses the token: it must be the same on both sides"}
	whyWrongAccount = bot.Text{ZH: "那边登录的是另一个号，不是 account.onebot.self_id", EN: "another account is signed in there than account.onebot.self_id"}
	whySignedOut    = bot.Text{ZH: "OneBot 实现连着，可是那个号掉线了；请在它那里重新登录", EN: "the OneBot implementation is there, but its account is offline: sign in again over there"}
)

// State implements bot.Stater.
func (a *Account) State() bot.AccountState { return *a.state.Load() }

// become tells of a new state, once.
func (a *Account) become(name bot.StateName, why bot.Text) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if was := a.State(); was.Name == name && was.Reason == why {
		return
	}
	s := bot.AccountState{Name: name, Reason: why, Reached: name == bot.Online, Since: a.clock.Now()}
	a.state.Store(&s)
	a.log.Info("connection", zap.String("state", string(name)), zap.String("reason", why.EN))
	if a.opts.States != nil {
		a.opts.States(s)
	}
}
