package wechatbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"image/color"
	"image/jpeg"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eatmoreapple/openwechat"
	"rsc.io/qr"
)

// raw is one request without any client's help.
func raw(t testing.TB, rt http.RoundTripper, method, rawURL, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, rawURL, strings.NewReader(body))
	ok(t, err)
	resp, err := rt.RoundTrip(req)
	ok(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	ok(t, err)
	return resp, string(data)
}

func TestHostsAreToldApart(t *testing.T) {
	b := demo(t, Options{})
	for path, right := range map[string]string{
		"/jslogin": hostLogin, cgi + "webwxinit": hostMain, cgi + "synccheck": hostPush, cgi + "webwxuploadmedia": hostFile, cgi + "webwxgetmedia": hostFile,
	} {
		for _, host := range []string{hostLogin, hostMain, hostFile, hostPush, "example.com"} {
			resp, _ := raw(t, b.Transport(), "POST", "https://"+host+path, "{}")
			if found := resp.StatusCode != http.StatusNotFound; path != cgi+"webwxgetmedia" && found != (host == right) {
				t.Errorf("%s%s: %d", host, path, resp.StatusCode)
			}
		}
	}
}

// listen serves a box on a port of the system's choice.
func listen(t testing.TB, b *Box, other http.Handler) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	done := make(chan error, 1)
	go func() { done <- b.Serve(context.Background(), ln, other) }()
	t.Cleanup(func() {
		b.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return ln.Addr().String()
}

// proxied reaches the hosts of WeChat as a client with HTTPS_PROXY and SSL_CERT_FILE does.
func proxied(t *testing.T, b *Box, addr string) *http.Transport {
	t.Helper()
	ca, err := b.CA()
	ok(t, err)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		t.Fatal("the CA is no certificate")
	}
	proxy := &url.URL{Scheme: "http", Host: addr}
	tr := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

func TestPlainAndTLSOnOnePort(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	addr := listen(t, b, nil)
	c := signedInOver(t, b, proxied(t, b, addr))
	if _, err := c.say(c.group(), "在 TLS 里"); err != nil {
		t.Fatal(err)
	}
	plain := &http.Transport{Proxy: nil, DialContext: (&net.Dialer{}).DialContext}
	defer plain.CloseIdleConnections()
	req, err := http.NewRequest("GET", "http://"+addr+"/jslogin", nil)
	ok(t, err)
	req.Host = hostLogin
	resp, err := plain.RoundTrip(req)
	ok(t, err)
	data, err := io.ReadAll(resp.Body)
	ok(t, err)
	resp.Body.Close()
	if !strings.HasPrefix(string(data), "window.QRLogin.code = 200; window.QRLogin.uuid = ") {
		t.Fatalf("over plain HTTP: %q", data)
	}
}

func TestNothingLeavesTheBox(t *testing.T) {
	b := demo(t, Options{})
	tr := proxied(t, b, listen(t, b, nil))
	if _, err := tr.RoundTrip(httpGet(t, "https://example.com/")); err == nil {
		t.Fatal("a tunnel to another host was dug")
	}
}

func httpGet(t *testing.T, rawURL string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", rawURL, nil)
	ok(t, err)
	return req
}

func signedInOver(t testing.TB, b *Box, rt http.RoundTripper) *client {
	t.Helper()
	c := newClient(t, b)
	c.caller.Client.HTTPClient().Transport = rt
	uuid, err := c.caller.GetLoginUUID(c.ctx)
	ok(t, err)
	c.awaitLogin(uuid, "201")
	c.enter(c.awaitLogin(uuid, "200"))
	return c
}

func TestQRWaitsScansConfirmsAndExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demo(t, Options{})
		c := newClient(t, b)
		c.ctx = t.Context()
		for _, method := range []string{"GET", "POST"} {
			if _, body := raw(t, b.Transport(), method, "https://login.wx.qq.com/jslogin?appid=wx782c26e4c19acffb&fun=new", ""); !strings.HasPrefix(body, `window.QRLogin.code = 200; window.QRLogin.uuid = "`) {
				t.Fatalf("%s jslogin: %q", method, body)
			}
		}
		uuid, err := c.caller.GetLoginUUID(c.ctx)
		ok(t, err)
		if resp, body := raw(t, b.Transport(), "GET", "https://login.weixin.qq.com/qrcode/"+uuid, ""); resp.Header.Get("Content-Type") != "image/jpeg" || !says(t, body, qrBaseURL+uuid) {
			t.Fatal("no picture of the code")
		}
		before := time.Now()
		c.awaitLogin(uuid, "408")
		if time.Since(before) != pollFor {
			t.Fatalf("408 after %v", time.Since(before))
		}
		ok(t, b.Scan("", uuid))
		resp := c.awaitLogin(uuid, "201")
		if picture, err := resp.Avatar(); err != nil || !strings.HasPrefix(picture, "data:img/jpg;base64,") {
			t.Fatalf("avatar %.30q %v", picture, err)
		}
		c.awaitLogin(uuid, "408") // 201 is told once
		if err := b.Confirm("xiaoming", uuid); err == nil {
			t.Fatal("another phone confirmed")
		}
		ok(t, b.Confirm("", uuid))
		c.enter(c.awaitLogin(uuid, "200"))
		c.awaitLogin(uuid, "400") // it was used
		uuid, err = c.caller.GetLoginUUID(c.ctx)
		ok(t, err)
		time.Sleep(5 * time.Minute)
		c.awaitLogin(uuid, "400")
		uuid, err = c.caller.GetLoginUUID(c.ctx)
		ok(t, err)
		ok(t, b.Expire(uuid))
		c.awaitLogin(uuid, "400")
	})
}

// says tells whether a picture is the QR code of a text.
func says(t *testing.T, picture, text string) bool {
	t.Helper()
	img, err := jpeg.Decode(strings.NewReader(picture))
	ok(t, err)
	code, err := qr.Encode(text, qr.M)
	ok(t, err)
	for x := range code.Size {
		for y := range code.Size {
			middle := func(n int) int { return (n+qrQuiet)*qrScale + qrScale/2 }
			if dark := color.GrayModel.Convert(img.At(middle(x), middle(y))).(color.Gray).Y < 128; dark != code.Black(x, y) {
				return false
			}
		}
	}
	return true
}

func TestNewLoginPageIsA301WithoutLocation(t *testing.T) {
	b := demo(t, Options{})
	c := newClient(t, b)
	uuid, err := c.caller.GetLoginUUID(c.ctx)
	ok(t, err)
	ok(t, b.Scan("", uuid))
	c.awaitLogin(uuid, "201")
	ok(t, b.Confirm("", uuid))
	u, err := c.awaitLogin(uuid, "200").RedirectURL()
	ok(t, err)
	if u.Host != hostMain || u.Scheme != "https" {
		t.Fatalf("redirected to %s", u)
	}
	resp, body := raw(t, b.Transport(), "GET", u.String(), "")
	if resp.StatusCode != 301 || resp.Header.Get("Location") != "" || !strings.Contains(body, "<error><ret>0</ret>") {
		t.Fatalf("%d %v %q", resp.StatusCode, resp.Header, body)
	}
	domains := map[string]string{}
	for _, k := range resp.Cookies() {
		domains[k.Name] = k.Domain
		if !k.Secure || time.Until(k.Expires) < 11*time.Hour {
			t.Errorf("cookie %s: secure %v, expires %v", k.Name, k.Secure, k.Expires)
		}
	}
	for name, domain := range map[string]string{
		"wxuin": hostMain, "wxsid": hostMain, "wxloadtime": hostMain, "mm_lang": hostMain, "webwx_auth_ticket": hostMain, "webwx_data_ticket": "qq.com",
	} {
		if domains[name] != domain {
			t.Errorf("cookie %s is for %q, want %q", name, domains[name], domain)
		}
	}
}

func TestAccountsBarredFromTheWebNeedDesktopMode(t *testing.T) {
	b := demo(t, Options{AutoScan: true, Behave: Behaviour{WebForbidden: true}})
	c := newClient(t, b)
	openwechat.Normal.Prepare(&openwechat.Bot{Caller: c.caller})
	uuid, err := c.caller.GetLoginUUID(c.ctx)
	ok(t, err)
	c.awaitLogin(uuid, "201")
	u, err := c.awaitLogin(uuid, "200").RedirectURL()
	ok(t, err)
	if _, body := raw(t, b.Transport(), "GET", u.String(), ""); !strings.Contains(body, "<ret>1203</ret>") {
		t.Fatalf("a plain web client is told %q", body)
	}
	signedIn(t, b) // in desktop mode
	if s, _ := b.Session("xiaoliu"); !s.Desktop {
		t.Fatal("the session does not know that it is a desktop's")
	}
}

func TestNamesAreNewAtEachSignIn(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	first := signedIn(t, b)
	room, me := first.group(), first.init.User.UserName
	second := signedIn(t, b)
	if second.group() == room || second.init.User.UserName == me {
		t.Fatal("a new sign-in has the old names")
	}
	if len(me) != 65 || len(room) != 66 {
		t.Fatalf("names of %d and %d characters", len(me), len(room))
	}
	if _, err := second.say(room, "x"); err == nil {
		t.Fatal("a name of another session was understood")
	}
	var storage bytes.Buffer
	dump(t, second, &storage)
	hot := newClient(t, b)
	restore(t, hot, &storage)
	var err error
	hot.init, err = hot.caller.WebInit(hot.ctx, hot.request)
	ok(t, err)
	if hot.group() != second.group() {
		t.Fatal("a hot sign-in has new names")
	}
}

// dump and restore do what openwechat's hot reload does.
func dump(t *testing.T, c *client, w io.Writer) {
	t.Helper()
	ok(t, json.NewEncoder(w).Encode(openwechat.HotReloadStorageItem{
		Jar: c.caller.Client.Jar(), BaseRequest: c.request, LoginInfo: c.info, WechatDomain: c.caller.Client.Domain, SyncKey: c.init.SyncKey,
	}))
}

func restore(t *testing.T, c *client, r io.Reader) {
	t.Helper()
	var item openwechat.HotReloadStorageItem
	ok(t, json.NewDecoder(r).Decode(&item))
	c.caller.Client.SetCookieJar(item.Jar)
	c.caller.Client.Domain, c.info, c.request = item.WechatDomain, item.LoginInfo, item.BaseRequest
	c.init = &openwechat.WebInitResponse{SyncKey: item.SyncKey}
}

func TestASecondSignInEndsTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demo(t, Options{AutoScan: true})
		first := signedIn(t, b)
		told := make(chan string, 1)
		go func() { told <- first.check().RetCode }()
		synctest.Wait()
		signedIn(t, b)
		if got := <-told; got != "1101" {
			t.Fatalf("the first was told %q", got)
		}
		if _, err := first.say("filehelper", "x"); err == nil || err.Error() != openwechat.Ret(1101).Error() {
			t.Fatalf("the first could send: %v", err)
		}
	})
}

func TestPushSignInNeedsNoCode(t *testing.T) {
	b := demo(t, Options{})
	c := signedIn(t, b)
	uin := c.info.WxUin
	push, err := c.caller.WebWxPushLogin(c.ctx, uin)
	ok(t, err)
	ok(t, push.Err())
	if code, _ := b.CurrentQR(); code.UUID != push.UUID || !code.Push || code.Person != "xiaoliu" {
		t.Fatalf("the phone is shown %+v", code)
	}
	ok(t, b.Confirm("", push.UUID))
	c.enter(c.awaitLogin(push.UUID, "200"))
	if push, err = c.caller.WebWxPushLogin(c.ctx, 42); err != nil || push.Ok() {
		t.Fatalf("an unknown uin may push: %+v %v", push, err)
	}
}

func TestLogoutIsA301(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	resp, err := c.caller.Client.Logout(c.ctx, c.info)
	ok(t, err)
	resp.Body.Close()
	if resp.StatusCode != 301 || c.check().RetCode != "1101" {
		t.Fatalf("%d, then %s", resp.StatusCode, c.check().RetCode)
	}
}

func TestThePhoneSignsTheWebOut(t *testing.T) {
	for _, ret := range []int{1100, 1101, 1102} {
		b := demo(t, Options{AutoScan: true})
		c := signedIn(t, b)
		ok(t, b.EndSession("xiaoliu", ret))
		if got := c.check().RetCode; got != formatID(int64(ret)) {
			t.Errorf("told %s, want %d", got, ret)
		}
	}
}
