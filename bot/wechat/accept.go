package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/eatmoreapple/openwechat"

	"sixtwenty/bot"
)

// A ticket proves that somebody asked to be a friend. WeChat takes it in the session it was given to and in no other.
type ticket struct {
	Session string `json:"s"`
	Ticket  string `json:"t"`
}

// String is the form in which it travels in bot.Event.Token.
func (t ticket) String() string {
	b, err := json.Marshal(t)
	if err != nil { // strings always marshal
		panic(err)
	}
	return string(b)
}

// accept says yes to a friend request. Who is a friend already is one still, whatever WeChat answers.
func (s *session) accept(ctx context.Context, to string, e bot.Effect) error {
	var t ticket
	if err := json.Unmarshal([]byte(e.Of), &t); err != nil {
		return bot.Permanent(errors.New("this friend request cannot be read"))
	}
	if t.Session != s.id {
		return bot.Permanent(errors.New("this friend request is of before the last scan, accept it on the phone"))
	}
	c := s.creds.Load()
	var v agreed
	return answer(ctx, "webwxverifyuser", callLimit, &v, func(ctx context.Context) (*http.Response, error) {
		return s.caller.Client.WebWxVerifyUser(ctx, &openwechat.ClientWebWxVerifyUserOption{
			RecommendInfo: openwechat.RecommendInfo{UserName: to, Ticket: t.Ticket}, BaseRequest: &c.base, LoginInfo: &c.login,
		})
	})
}
