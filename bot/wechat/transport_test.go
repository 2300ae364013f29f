package wechat

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestEndpointKeepsHostAndURL(t *testing.T) {
	var host, path string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, path = r.Host, r.URL.Path
		http.SetCookie(w, &http.Cookie{Name: "wxsid", Value: "1", Domain: "wx.qq.com", Secure: true})
	}))
	defer srv.Close()
	rt, err := (&Options{Endpoint: srv.URL}).transport(new(brake))
	must(t, err)
	caller := newCaller(rt, true)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://wx.qq.com/cgi-bin/x", nil)
	must(t, err)
	resp, err := caller.Client.Do(req)
	must(t, err)
	must(t, resp.Body.Close())
	if host != "wx.qq.com" || path != "/cgi-bin/x" || req.URL.Host != "wx.qq.com" {
		t.Errorf("host %s, path %s, url %s", host, path, req.URL)
	}
	if n := len(caller.Client.Jar().Cookies(req.URL)); n != 1 {
		t.Errorf("%d cookies for the real host", n)
	}
}

func TestBadEndpoints(t *testing.T) {
	for _, e := range []string{"box", "127.0.0.1:8080", "ftp://a", "http://", "http://a/b", "http://a\x00"} {
		if _, err := (&Options{Endpoint: e}).transport(new(brake)); err == nil || !strings.Contains(err.Error(), "account.endpoint") {
			t.Errorf("%q: %v", e, err)
		}
		if err := New(Options{Endpoint: e}).Run(t.Context(), nil); err == nil {
			t.Errorf("%q was run", e)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	body := &boundedBody{io.NopCloser(endless{}), 1 << 10}
	n, err := io.Copy(io.Discard, body)
	if err != errTooLarge || n > 1<<10 {
		t.Errorf("%d bytes, %v", n, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestPanicsInOpenwechatAreErrors(t *testing.T) {
	_, err := guarded(func() (int, error) { panic("index out of range") })
	if err == nil || !strings.Contains(err.Error(), "openwechat panicked") {
		t.Errorf("%v", err)
	}
}

func TestRedirectMustBeWeChat(t *testing.T) {
	for redirect, ok := range map[string]bool{
		"https://wx.qq.com/cgi-bin/x":        true,
		"https://web2.wechat.com/x":          true,
		"http://wx.qq.com/x":                 false,
		"https://wx.qq.com.evil.example/x":   false,
		"https://evilqq.com/x":               false,
		"https://wx.qq.com:8443@evil.com/x":  false,
		"https://wx.qq.com%2eevil.example/x": false,
	} {
		_, err := redirectOf([]byte(`window.code=200; window.redirect_uri="` + redirect + `";`))
		if (err == nil) != ok {
			t.Errorf("%s: %v", redirect, err)
		}
	}
}
