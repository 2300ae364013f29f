package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/eatmoreapple/openwechat"

	"sixtwenty/bot"
)

const fetchLimit = 5 * time.Minute

// Fetch implements bot.Account. What was sent before the last scan cannot be had any more.
func (a *Account) Fetch(ctx context.Context, m bot.Media) (io.ReadCloser, error) {
	var ref mediaRef
	if err := json.Unmarshal([]byte(m.Ref), &ref); err != nil {
		return nil, bot.Permanent(errors.New("this medium cannot be fetched"))
	}
	s := a.live.Load()
	if s == nil {
		return nil, bot.ErrOffline
	}
	if ref.Session != s.id {
		return nil, bot.Permanent(errors.New("this medium was sent before the last scan and cannot be fetched any more"))
	}
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	body, err := s.download(ctx, m.Kind, ref)
	if err != nil {
		cancel()
		a.brake.failed(err)
		if ended(err) {
			return nil, fmt.Errorf("%w: %w", bot.ErrOffline, err)
		}
		return nil, err
	}
	return &download{body, cancel}, nil
}

func (s *session) download(ctx context.Context, kind bot.MediaKind, ref mediaRef) (io.ReadCloser, error) {
	c := s.creds.Load()
	client := s.caller.Client
	msg := &openwechat.Message{MsgId: ref.Message, FromUserName: ref.Sender, MediaId: ref.Media, EncryFileName: ref.File}
	calls := map[bot.MediaKind]struct {
		name string
		do   func(context.Context, *openwechat.Message, *openwechat.LoginInfo) (*http.Response, error)
	}{
		bot.Voice: {"webwxgetvoice", client.WebWxGetVoice},
		bot.Image: {"webwxgetmsgimg", client.WebWxGetMsgImg},
		bot.Video: {"webwxgetvideo", client.WebWxGetVideo},
		bot.File:  {"webwxgetmedia", client.WebWxGetMedia},
	}
	call, ok := calls[kind]
	if !ok {
		return nil, bot.Permanent(fmt.Errorf("%s cannot be fetched", kind))
	}
	resp, err := open(ctx, call.name, func(ctx context.Context) (*http.Response, error) { return call.do(ctx, msg, &c.login) })
	if err != nil {
		return nil, err
	}
	if err := notMedia(call.name, kind, resp); err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp.Body, nil
}

// notMedia finds the answers that look like success and hold nothing: WeChat gives an empty body, or JSON with a Ret.
func notMedia(call string, kind bot.MediaKind, resp *http.Response) error {
	if resp.ContentLength == 0 {
		return nonsense(call, "an empty body")
	}
	if mime := resp.Header.Get("Content-Type"); kind != bot.File && strings.HasPrefix(mime, "text/") {
		return nonsense(call, "a page instead of a medium")
	}
	return nil
}

// A download ends its deadline when it is closed.
type download struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (d *download) Close() error {
	defer d.cancel()
	return d.ReadCloser.Close()
}
