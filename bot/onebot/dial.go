package onebot

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/zap"

	"sixtwenty/bot"
)

// dialLimit is how long a handshake may take.
const dialLimit = 10 * time.Second

// A dialer connects to the implementation (forward).
type dialer struct {
	*Account
	retry backoff
}

var _ source = (*dialer)(nil)

func (d *dialer) next(ctx context.Context) (*link, error) {
	for {
		conn, err := d.dial(ctx)
		if err == nil {
			d.retry.ok()
			return newLink(conn, "", d.log), nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		d.log.Warn("the implementation was not reached", zap.Error(err))
		if errors.Is(err, errToken) {
			d.become(bot.Offline, whyToken)
		} else {
			d.become(bot.Offline, whyUnreached)
		}
		if err := d.retry.wait(ctx); err != nil {
			return nil, err
		}
	}
}

var errToken = errors.New("the implementation refuses the token")

func (d *dialer) dial(ctx context.Context) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	opts := &websocket.DialOptions{HTTPHeader: http.Header{}}
	if d.opts.Token != "" {
		opts.HTTPHeader.Set("Authorization", "Bearer "+d.opts.Token)
	}
	if d.opts.Dial != nil {
		opts.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: d.opts.Dial, DisableKeepAlives: true}}
	}
	conn, resp, err := websocket.Dial(ctx, d.opts.URL, opts)
	if err != nil && resp != nil && (resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden) {
		return nil, errToken
	}
	return conn, err
}

func (d *dialer) close() {}
