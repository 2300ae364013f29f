package wechat

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"go.uber.org/zap"

	"github.com/eatmoreapple/openwechat"

	"sixtwenty/bot"
)

var _ bot.Preparer = (*Account)(nil)

// Do implements bot.Doer. A chat that this session has no name for fails for good: after a new scan WeChat does not tell of a
// group that is not saved to the contacts until somebody writes there.
func (a *Account) Do(ctx context.Context, e bot.Effect) (bot.Receipt, error) {
	s := a.live.Load()
	if s == nil || a.State().Name == bot.Offline { // where all calls fail a send would be lost, or in doubt
		return bot.Receipt{}, bot.ErrOffline
	}
	to, ok := s.names.wireOf(e.Chat)
	if !ok {
		return bot.Receipt{}, bot.Permanent(fmt.Errorf("chat %s was not heard of since the scan; save the group to the contacts on the phone", e.Chat))
	}
	id, err := a.send(ctx, s, to, e)
	if err != nil {
		return bot.Receipt{}, a.outcome(s, e, err)
	}
	a.echoes.got(id)
	return bot.Receipt{Sent: id, At: a.clock.Now()}, nil
}

func (a *Account) send(ctx context.Context, s *session, to string, e bot.Effect) (id string, err error) {
	switch e.Kind {
	case bot.Say:
		a.echoes.say(to, e.Text)
		return s.say(ctx, to, e)
	case bot.SendImage, bot.SendFile, bot.SendVoice: // the web sends no voices; they go as files
		return a.sendMedia(ctx, s, to, e)
	case bot.Recall:
		return e.Of, s.recall(ctx, to, e)
	case bot.Accept:
		return "", s.accept(ctx, to, e)
	}
	return "", bot.Permanent(fmt.Errorf("web WeChat cannot do %q", e.Kind))
}

// Prepare implements bot.Preparer: it uploads a medium, which serves every chat of this session.
func (a *Account) Prepare(ctx context.Context, e bot.Effect) error {
	s := a.live.Load()
	if s == nil {
		return bot.ErrOffline
	}
	to, ok := s.names.wireOf(e.Chat)
	if !ok || e.Media == "" {
		return nil
	}
	_, _, err := a.upload(ctx, s, to, e)
	if err != nil {
		a.brake.failed(err)
	}
	return err
}

// sendMedia sends a medium by its id. A cached id that the service refuses is uploaded anew at the next attempt.
func (a *Account) sendMedia(ctx context.Context, s *session, to string, e bot.Effect) (string, error) {
	m, isNew, err := a.upload(ctx, s, to, e)
	if err != nil {
		return "", fmt.Errorf("%w: %w", bot.ErrNotReady, err)
	}
	id, err := s.sendUploaded(ctx, to, e, m)
	if ret := retOf(err); ret != 0 && ret != retTooOften && !ended(err) {
		s.uploads.drop(uploadKey{e.Media, e.Kind, e.Name})
		if !isNew {
			return "", fmt.Errorf("the media id of before is refused: %s", err.Error())
		}
	}
	return id, err
}

// outcome puts a failure into the terms of bot.Doer.
func (a *Account) outcome(s *session, e bot.Effect, err error) error {
	if bot.IsPermanent(err) {
		return err
	}
	a.brake.failed(err)
	a.log.Warn("an effect was not done", zap.String("effect", e.ID), zap.String("chat", string(e.Chat)), zap.Error(err))
	if ended(err) {
		s.cancel(err)
		return fmt.Errorf("%w: %w", bot.ErrOffline, err)
	}
	c, ok := asCall(err)
	switch {
	case ok && c.ret == retTooOften:
		return fmt.Errorf("%w: %w", bot.ErrTooOften, err)
	case !ok, errors.Is(err, bot.ErrNotReady):
		return err
	case c.fault == faultRet && c.ret == retParam:
		return bot.Permanent(err)
	case c.fault == faultRet:
		return err
	case !c.sent:
		return fmt.Errorf("%w: %w", bot.ErrOffline, err)
	}
	return fmt.Errorf("%w: %w", bot.ErrUnknown, err)
}

// say sends a text.
func (s *session) say(ctx context.Context, to string, e bot.Effect) (string, error) {
	c := s.creds.Load()
	msg := c.message(to, e)
	msg.Content = e.Text
	return sent(ctx, "webwxsendmsg", func(ctx context.Context) (*http.Response, error) {
		return s.caller.Client.WebWxSendMsg(ctx, &openwechat.ClientWebWxSendMsgOptions{
			LoginInfo: &c.login, BaseRequest: &c.base, Message: msg,
		})
	})
}

// sendUploaded sends what was uploaded, with a message of its own for every chat.
func (s *session) sendUploaded(ctx context.Context, to string, e bot.Effect, m uploaded) (string, error) {
	c := s.creds.Load()
	msg := c.message(to, e)
	if e.Kind == bot.SendImage {
		msg.MediaId = m.id
		return sent(ctx, "webwxsendmsgimg", func(ctx context.Context) (*http.Response, error) {
			return s.caller.Client.WebWxSendMsgImg(ctx, &openwechat.ClientWebWxSendMsgOptions{
				LoginInfo: &c.login, BaseRequest: &c.base, Message: msg,
			})
		})
	}
	msg.Content = appMessage(m)
	return sent(ctx, "webwxsendappmsg", func(ctx context.Context) (*http.Response, error) {
		return s.caller.Client.WebWxSendAppMsg(ctx, msg, &c.base)
	})
}

// recall takes back a message of ours. WeChat refuses after two minutes.
func (s *session) recall(ctx context.Context, to string, e bot.Effect) error {
	c := s.creds.Load()
	msg := &openwechat.SentMessage{SendMessage: c.message(to, e), MsgId: e.Of}
	var v agreed
	return answer(ctx, "webwxrevokemsg", callLimit, &v, func(ctx context.Context) (*http.Response, error) {
		return s.caller.Client.WebWxRevokeMsg(ctx, msg, &c.base)
	})
}

// message is a message without content yet. Its client id is the same for every attempt at an effect.
func (c *creds) message(to string, e bot.Effect) *openwechat.SendMessage {
	sum := sha256.Sum256([]byte(e.ID))
	id := strconv.FormatUint(1e16+binary.BigEndian.Uint64(sum[:8])%9e16, 10)
	return &openwechat.SendMessage{FromUserName: c.self, ToUserName: to, LocalID: id, ClientMsgId: id}
}

// sent does one send and gives the id of the message.
func sent(ctx context.Context, call string, do request) (string, error) {
	var v struct {
		agreed
		MsgID text
	}
	err := answer(ctx, call, callLimit, &v, do)
	return string(v.MsgID), err
}

// appMessage is the card of a file.
func appMessage(m uploaded) string {
	var title bytes.Buffer
	_ = xml.EscapeText(&title, []byte(m.name)) // a buffer takes everything
	ext := strings.TrimPrefix(strings.ToLower(filepath.Ext(m.name)), ".")
	return `<appmsg appid='wxeb7ec651dd0aefa9' sdkver=''><title>` + title.String() + `</title><des></des><action></action><type>6</type>` +
		`<content></content><url></url><lowurl></lowurl><appattach><totallen>` + strconv.FormatInt(m.size, 10) + `</totallen><attachid>` +
		m.id + `</attachid><fileext>` + ext + `</fileext></appattach><extinfo></extinfo></appmsg>`
}
