package wechat

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/eatmoreapple/openwechat"
)

// rewriter sends every request to one server that speaks the protocol. URLs stay WeChat's, so that cookies and domains stay
// real; the server tells the hosts apart by the Host header.
type rewriter struct {
	next http.RoundTripper
	to   *url.URL
}

var _ http.RoundTripper = (*rewriter)(nil)

func (r *rewriter) RoundTrip(req *http.Request) (*http.Response, error) {
	out := req.Clone(req.Context())
	out.Host = req.URL.Host
	out.URL.Scheme, out.URL.Host = r.to.Scheme, r.to.Host
	return r.next.RoundTrip(out)
}

// maxBody bounds every answer; the largest are files and the member lists of many groups.
const maxBody = 128 << 20

// bounded ends answers that are too large, so that no server can fill the memory.
type bounded struct{ next http.RoundTripper }

var _ http.RoundTripper = bounded{}

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(req)
	if err == nil {
		resp.Body = &boundedBody{resp.Body, maxBody}
	}
	return resp, err
}

type boundedBody struct {
	io.ReadCloser
	left int64
}

var errTooLarge = errors.New("the answer is too large")

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// transport is the way to the service that the options name.
func (o *Options) transport(b *brake) (http.RoundTripper, error) {
	next := o.Transport
	if next == nil {
		next = connections()
	}
	if o.Endpoint == "" {
		return bounded{braked{next, b}}, nil
	}
	to, err := url.Parse(o.Endpoint)
	if err != nil || (to.Scheme != "http" && to.Scheme != "https") || to.Host == "" || strings.Trim(to.Path, "/") != "" {
		return nil, fmt.Errorf("account.endpoint %q: want http://HOST:PORT, or nothing for the real WeChat", o.Endpoint)
	}
	return bounded{braked{&rewriter{next, to}, b}}, nil
}

// connections keeps as many open as the outbox has sends under way: the two of the default would be dialled anew in a storm.
func connections() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t = t.Clone()
	t.MaxIdleConnsPerHost = 32
	return t
}

// newCaller makes a client of openwechat that retries nothing by itself: it would say things twice. Its calls get their
// deadlines from their contexts, since one limit does not fit a long poll and a download.
func newCaller(transport http.RoundTripper, desktop bool) *openwechat.Caller {
	c := openwechat.DefaultCaller()
	c.Client.MaxRetryTimes = 1
	c.Client.HTTPClient().Timeout = 0
	c.Client.HTTPClient().Transport = transport
	mode := openwechat.Normal
	if desktop {
		mode = openwechat.Desktop
	}
	mode.Prepare(&openwechat.Bot{Caller: c})
	return c
}
