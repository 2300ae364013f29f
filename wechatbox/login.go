package wechatbox

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rsc.io/qr"
)

const (
	pollFor = 25 * time.Second
	qrScale = 8 // pixels of a module
	qrQuiet = 4 // modules
)

func (b *Box) pollFor() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.behave.PollFor > 0 {
		return b.behave.PollFor
	}
	return pollFor
}

func (c *call) jslogin() {
	if err := c.r.ParseForm(); err != nil {
		c.script(`window.QRLogin.code = 400; window.QRLogin.uuid = "";`)
		return
	}
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	q := c.b.newQR(strings.Contains(c.r.Form.Get("redirect_uri"), "mod=desktop"))
	c.script(fmt.Sprintf(`window.QRLogin.code = 200; window.QRLogin.uuid = "%s";`, q.uuid))
}

// qrcode draws the code, as a JPEG like the real one.
func (c *call) qrcode() {
	uuid := c.r.URL.Path[strings.LastIndexByte(c.r.URL.Path, '/')+1:]
	c.b.mu.Lock()
	_, err := c.b.findQR(uuid)
	c.b.mu.Unlock()
	if err != nil || uuid == "" {
		c.out.status = http.StatusNotFound
		return
	}
	code, err := qr.Encode(qrBaseURL+uuid, qr.M)
	if err == nil {
		err = jpeg.Encode(&c.out.body, drawCode(code), nil)
	}
	if err != nil {
		c.out.status = http.StatusInternalServerError
		return
	}
	c.out.header.Set("Content-Type", "image/jpeg")
}

// drawCode leaves four modules of white around the code, as cameras need.
func drawCode(code *qr.Code) image.Image {
	side := (code.Size + 2*qrQuiet) * qrScale
	img := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			if !code.Black(x/qrScale-qrQuiet, y/qrScale-qrQuiet) {
				img.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	return img
}

// login waits until the phone has done something that the client does not know yet.
func (c *call) login() {
	uuid := c.r.URL.Query().Get("uuid")
	timer := time.NewTimer(c.b.pollFor())
	defer timer.Stop()
	for {
		answer, wake := c.b.loginStep(uuid)
		if answer != "" {
			c.script(answer)
			return
		}
		select {
		case <-wake:
		case <-timer.C:
			c.script("window.code=408;")
			return
		case <-c.b.closed:
			c.script("window.code=408;")
			return
		case <-c.r.Context().Done():
			return
		}
	}
}

// loginStep is the answer that is due now, or what to wait for.
func (b *Box) loginStep(uuid string) (answer string, wake <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	q, err := b.findQR(uuid)
	if err != nil || uuid == "" {
		return "window.code=400;", nil
	}
	b.autoScan(q)
	switch b.stateOf(q) {
	case QRExpired, QRUsed:
		return "window.code=400;", nil
	case QRConfirmed:
		if q.told {
			return `window.code=200;` + "\n" + `window.redirect_uri="` + b.redirect(q) + `";`, nil
		}
	case QRWaiting:
		return "", q.wake
	}
	if q.told {
		return "", q.wake
	}
	q.told = true
	picture := base64.StdEncoding.EncodeToString(b.w.avatar(q.by))
	return "window.code=201;window.userAvatar = 'data:img/jpg;base64," + picture + "';", nil
}

// autoScan is the phone of an account that agrees to everything.
func (b *Box) autoScan(q *signInCode) {
	if !b.opts.AutoScan || b.w.account == nil {
		return
	}
	switch {
	case q.state == QRWaiting:
		q.by = b.w.account
		q.set(QRScanned)
	case q.state == QRScanned && q.told:
		q.set(QRConfirmed)
	}
}

func (b *Box) redirect(q *signInCode) string {
	v := url.Values{"ticket": {q.ticket}, "uuid": {q.uuid}, "lang": {"zh_CN"}, "scan": {strconv.FormatInt(b.clock.Now().Unix(), 10)}}
	if q.desktop {
		v.Set("mod", "desktop")
	}
	return "https://" + hostMain + cgi + "webwxnewloginpage?" + v.Encode()
}

type loginPage struct {
	XMLName    xml.Name `xml:"error"`
	Ret        int      `xml:"ret"`
	Message    string   `xml:"message"`
	Skey       string   `xml:"skey,omitempty"`
	Sid        string   `xml:"wxsid,omitempty"`
	Uin        string   `xml:"wxuin,omitempty"`
	PassTicket string   `xml:"pass_ticket,omitempty"`
	GrayScale  int      `xml:"isgrayscale,omitempty"`
}

// newLoginPage turns a confirmed code into a session. It redirects to nowhere with the answer in the body; only version 2 gets 200.
func (c *call) newLoginPage() {
	v := c.r.URL.Query()
	desktop := c.r.Header.Get("extspam") != "" && c.r.Header.Get("client-version") != ""
	if v.Get("version") != "v2" {
		c.out.status = http.StatusMovedPermanently
	}
	page := c.b.beginSession(v.Get("uuid"), v.Get("ticket"), desktop, c.out)
	c.out.header.Set("Content-Type", "text/plain")
	var text bytes.Buffer
	if err := xml.NewEncoder(&text).Encode(page); err != nil {
		c.out.status = http.StatusInternalServerError
		return
	}
	c.out.body.Write(text.Bytes())
}

func (b *Box) beginSession(uuid, ticket string, desktop bool, out *reply) loginPage {
	b.mu.Lock()
	defer b.mu.Unlock()
	q, err := b.findQR(uuid)
	if err != nil || q.ticket != ticket || q.state != QRConfirmed {
		return loginPage{Ret: retNotIn, Message: "登录失败，请重新扫描二维码"}
	}
	if b.behave.WebForbidden && !desktop {
		return loginPage{Ret: retBarred, Message: "当前登录环境异常。为了你的帐号安全，暂时不能登录web微信。你可以通过Windows微信、Mac微信或者手机客户端微信登录。"}
	}
	var page loginPage
	if err := b.updateLocked(func(t *tx) error {
		a := t.signIn(q.by, desktop)
		page = loginPage{Skey: a.s.Skey, Sid: a.s.Sid, Uin: formatUin(a.s.Uin), PassTicket: a.s.PassTicket, GrayScale: 1}
		a.s.setCookies(out, true)
		return nil
	}); err != nil {
		return loginPage{Ret: -1, Message: err.Error()}
	}
	q.set(QRUsed)
	b.watch.tell(Change{What: SignInChanged, Person: q.by.ID})
	return page
}

// signIn begins a session; one that was there before ends.
func (t *tx) signIn(p *person, desktop bool) *account {
	a := t.w.accountOf(p)
	n := t.w.signIns + 1
	secret := func(what string) string { return t.b.hash(what, p.ID, strconv.FormatUint(n, 10)) }
	t.do(rec{Session: &sessionRec{
		Of: p.idx, N: n, On: true, Uin: uinOf(p), Desktop: desktop, Since: t.now,
		Sid:        secret("sid")[:16],
		Skey:       "@crypt_" + secret("skey")[:8] + "_" + secret("skey2")[:32],
		PassTicket: secret("pass"),
		DataTicket: "gS" + secret("data")[:22],
		AuthTicket: "CIsBE" + secret("auth"),
		NameKey:    secret("names"),
	}})
	a.s.lastSeen = time.Now()
	t.b.wakeAccount(a)
	return a
}

func uinOf(p *person) int64 { return 1_000_000_000 + int64(fnv64(p.ID)%1_000_000_000) }

func formatUin(uin int64) string { return strconv.FormatInt(uin, 10) }

// setCookies sets what later calls are known by. webwx_data_ticket must reach the file host, so its domain is wider.
func (s *session) setCookies(out *reply, first bool) {
	expires := time.Now().Add(cookieLong)
	set := func(name, value, domain string) {
		k := http.Cookie{Name: name, Value: value, Path: "/", Domain: domain, Expires: expires, Secure: true}
		out.header.Add("Set-Cookie", k.String())
	}
	set("wxuin", formatUin(s.Uin), hostMain)
	set("wxsid", s.Sid, hostMain)
	set("webwx_data_ticket", s.DataTicket, ".qq.com")
	if !first {
		return
	}
	set("wxloadtime", strconv.FormatInt(s.Since.Unix(), 10), hostMain)
	set("mm_lang", "zh_CN", hostMain)
	set("webwx_auth_ticket", s.AuthTicket, hostMain)
}

func (c *call) renewCookies(s *session) {
	if !c.b.behave.KeepCookies {
		s.setCookies(c.out, false)
	}
}

// pushLogin asks the phone to agree to a sign-in without a code, if it was signed in before.
func (c *call) pushLogin() {
	uin := c.r.URL.Query().Get("uin")
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	for _, a := range c.b.w.accounts {
		if a.s == nil || formatUin(a.s.Uin) != uin {
			continue
		}
		q := c.b.newQR(c.r.URL.Query().Get("mod") == "desktop")
		q.by, q.push, q.told = a.p, true, true
		q.set(QRScanned)
		c.json(map[string]string{"ret": "0", "msg": "all ok", "uuid": q.uuid})
		return
	}
	c.json(map[string]string{"ret": "1", "msg": "not allow"})
}

// logout ends the session and redirects home, as the real one does.
func (c *call) logout() {
	c.out.status = http.StatusMovedPermanently
	c.out.header.Set("Location", "https://"+hostMain+"/")
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	a, _ := c.bySkey()
	if a == nil {
		return
	}
	if err := c.b.updateLocked(func(t *tx) error { t.endSession(a, retNotIn); return nil }); err != nil {
		c.out.status = http.StatusInternalServerError
	}
}
