package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/eatmoreapple/openwechat"

	"sixtwenty/bot"
)

const (
	// pushTries is how often the phone is asked; then there is a code.
	pushTries = 3
	// pushLimit is how long a person has to confirm, should the service never say that it is over.
	pushLimit = 6 * time.Minute
)

// push asks the phone of an account that was signed in before: one touch there, and no code. It returns no session where the
// service refuses, or nobody confirms in time.
func (a *Account) push(ctx context.Context, in bot.Inbox, last *session) (*session, error) {
	var uuid string
	err := a.patiently(ctx, pushTries, func() (err error) {
		uuid, err = last.askPhone(ctx)
		return err
	})
	if err == nil {
		a.become(bot.NeedsScan, whyPush)
		if a.opts.Push != nil {
			a.opts.Push()
		}
		var s *session
		if s, err = a.confirmed(ctx, in, last, uuid); err == nil {
			a.become(bot.Online, whyConfirmed)
			return s, nil
		}
	}
	if ctx.Err() != nil || broken(err) || errors.Is(err, errBarred) {
		return nil, err
	}
	a.log.Info("no sign-in by the phone alone", zap.Error(err))
	return nil, nil
}

// confirmed waits for the phone and makes the session.
func (a *Account) confirmed(ctx context.Context, in bot.Inbox, last *session, uuid string) (*session, error) {
	limited, cancel := context.WithTimeout(ctx, pushLimit)
	defer cancel()
	redirect, err := a.awaitScan(limited, last.caller, uuid)
	if err != nil {
		return nil, err
	}
	info, err := loginPage(ctx, last.caller, redirect)
	if err != nil {
		return nil, err
	}
	return a.begin(ctx, in, last.caller, info)
}

// askPhone gives the id under which the phone is asked. The service remembers the account by the cookies of its last session.
func (s *session) askPhone(ctx context.Context) (string, error) {
	const call = "webwxpushloginurl"
	c := s.creds.Load()
	body, err := read(ctx, call, callLimit, func(ctx context.Context) (*http.Response, error) {
		return s.caller.Client.WebWxPushLogin(ctx, c.login.WxUin)
	})
	if err != nil {
		return "", err
	}
	var v openwechat.PushLoginResponse
	if err := json.Unmarshal(body, &v); err != nil {
		return "", nonsense(call, "no JSON: %v", err)
	}
	if !v.Ok() {
		return "", refusal(call, retParam)
	}
	return v.UUID, nil
}
