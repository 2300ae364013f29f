package wechatbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// The hosts of web WeChat.
const (
	hostLogin  = "login.wx.qq.com"
	hostQR     = "login.weixin.qq.com"
	hostMain   = "wx.qq.com"
	hostFile   = "file.wx.qq.com"
	hostPush   = "webpush.wx.qq.com"
	cookieLong = 12 * time.Hour
)

// route is one call of the protocol. A path that ends in / stands for all below it.
type route struct {
	hosts []string
	path  string
	serve func(*call)
}

const cgi = "/cgi-bin/mmwebwx-bin/"

func routes() []route {
	login, wx, file := []string{hostLogin, hostQR}, []string{hostMain}, []string{hostFile}
	return []route{
		{login, "/jslogin", (*call).jslogin},
		{login, cgi + "login", (*call).login},
		{[]string{hostQR, hostLogin}, "/qrcode/", (*call).qrcode},
		{wx, cgi + "webwxnewloginpage", (*call).newLoginPage},
		{wx, cgi + "webwxpushloginurl", (*call).pushLogin},
		{wx, cgi + "webwxlogout", (*call).logout},
		{wx, cgi + "webwxinit", (*call).initial},
		{wx, cgi + "webwxstatusnotify", (*call).statusNotify},
		{wx, cgi + "webwxgetcontact", (*call).getContact},
		{wx, cgi + "webwxbatchgetcontact", (*call).batchGetContact},
		{[]string{hostPush}, cgi + "synccheck", (*call).syncCheck},
		{wx, cgi + "webwxsync", (*call).sync},
		{wx, cgi + "webwxsendmsg", (*call).sendText},
		{wx, cgi + "webwxsendmsgimg", (*call).sendImage},
		{wx, cgi + "webwxsendvideomsg", (*call).sendVideo},
		{wx, cgi + "webwxsendappmsg", (*call).sendApp},
		{wx, cgi + "webwxsendemoticon", (*call).sendEmoticon},
		{wx, cgi + "webwxrevokemsg", (*call).revoke},
		{file, cgi + "webwxuploadmedia", (*call).uploadMedia},
		{wx, cgi + "webwxcheckupload", (*call).checkUpload},
		{file, cgi + "webwxgetmedia", (*call).getMedia},
		{wx, cgi + "webwxgetmsgimg", (*call).getImage},
		{wx, cgi + "webwxgetvoice", (*call).getVoice},
		{wx, cgi + "webwxgetvideo", (*call).getVideo},
		{wx, cgi + "webwxgeticon", (*call).getIcon},
		{wx, cgi + "webwxgetheadimg", (*call).getIcon},
		{wx, cgi + "webwxverifyuser", (*call).verifyUser},
		{wx, cgi + "webwxoplog", (*call).oplog},
		{wx, cgi + "webwxupdatechatroom", (*call).updateRoom},
		{wx, cgi + "webwxcreatechatroom", (*call).createRoom},
	}
}

type handler struct {
	b     *Box
	table map[string]route // by path
	below []route
}

// Handler is the server of web WeChat, told apart by Host: login.wx.qq.com, login.weixin.qq.com, wx.qq.com, file.wx.qq.com and
// webpush.wx.qq.com. It is plain HTTP, whatever the client believes; Serve adds the TLS.
func (b *Box) Handler() http.Handler {
	h := &handler{b: b, table: map[string]route{}}
	for _, r := range routes() {
		if strings.HasSuffix(r.path, "/") {
			h.below = append(h.below, r)
			continue
		}
		h.table[r.path] = r
	}
	return h
}

var _ http.Handler = (*handler)(nil)

// ServeHTTP answers one call and does to it what the faults demand.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := hostOf(r)
	c := &call{b: h.b, r: r, host: host, out: newReply()}
	rt, known := h.find(host, r.URL.Path)
	c.fault = h.b.faults.pick(host, r.URL.Path)
	if c.fault != nil && !c.misbehaveBefore(known && isSend(r.URL.Path), rt) {
		c.out.flush(w, c.fault)
		return
	}
	if !known {
		http.NotFound(w, r)
		return
	}
	rt.serve(c)
	if c.fault != nil {
		c.misbehaveAfter()
	}
	c.out.flush(w, c.fault)
}

func hostOf(r *http.Request) string {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(host)
}

func (h *handler) find(host, path string) (route, bool) {
	rt, ok := h.table[path]
	if !ok {
		for _, x := range h.below {
			if strings.HasPrefix(path, x.path) {
				rt, ok = x, true
			}
		}
	}
	if !ok {
		return route{}, false
	}
	for _, x := range rt.hosts {
		if x == host {
			return rt, true
		}
	}
	return route{}, false
}

// call is one request on its way.
type call struct {
	b     *Box
	r     *http.Request
	host  string
	out   *reply
	fault *Fault
	dry   bool // a fault swallows the call: everything is looked at, nothing done
	sent  int  // the number of the Sent it made
}

// reply is an answer that faults may still spoil.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newReply() *reply { return &reply{header: http.Header{}, status: http.StatusOK} }

var _ http.ResponseWriter = (*reply)(nil)

func (o *reply) Header() http.Header { return o.header }

func (o *reply) WriteHeader(status int) { o.status = status }

func (o *reply) Write(p []byte) (int, error) { return o.body.Write(p) }

// json answers as the real server does: JSON, called plain text.
func (c *call) json(v any) {
	c.out.header.Set("Content-Type", "text/plain; charset=utf-8")
	enc := json.NewEncoder(&c.out.body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		c.out.status = http.StatusInternalServerError
	}
}

func (c *call) script(s string) {
	c.out.header.Set("Content-Type", "text/javascript")
	c.out.body.WriteString(s)
}

// ret answers with a return code alone.
func (c *call) ret(code int, why string) {
	c.json(struct{ BaseResponse baseResponse }{baseResponse{code, why}})
}

// The return codes of the protocol.
const (
	retOK       = 0
	retParam    = 1
	retTicket   = -14
	retSignOut  = 1100
	retNotIn    = 1101
	retCookie   = 1102
	retBarred   = 1203
	retTooOften = 1205
)

const maxRequest = 1 << 20 // bytes of a request that is no upload

// read fills v from the body and reports whether the client may go on.
func (c *call) read(v any) bool {
	data, err := io.ReadAll(io.LimitReader(c.r.Body, maxRequest))
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		c.ret(retParam, "the request is no JSON of the expected shape")
		return false
	}
	return true
}

// baseRequest comes with every POST.
type baseRequest struct {
	Uin      loose
	Sid      string
	Skey     string
	DeviceID loose
}

// authorize finds whose session a request belongs to, with the world locked. ret is what to answer where there is none.
func (b *Box) authorize(uin, sid, skey string) (a *account, ret int) {
	for _, a := range b.w.accounts {
		if a.s == nil || formatUin(a.s.Uin) != uin {
			continue
		}
		if a.s.Sid != sid || skey != "" && skey != a.s.Skey {
			return nil, retNotIn
		}
		if !a.s.On {
			return nil, a.s.Ret
		}
		a.s.lastSeen = time.Now()
		return a, retOK
	}
	return nil, retNotIn
}

// withAccount runs fn with the world locked, for the account that a POST is made for.
func (c *call) withAccount(base baseRequest, fn func(a *account)) {
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	a, ret := c.b.authorize(string(base.Uin), base.Sid, base.Skey)
	if a == nil {
		c.ret(ret, "")
		return
	}
	fn(a)
}

// bySkey finds the account of a GET, which carries the skey, or else the cookies.
func (c *call) bySkey() (a *account, ret int) {
	uin, sid := c.cookie("wxuin"), c.cookie("wxsid")
	skey := c.r.URL.Query().Get("skey")
	for _, a := range c.b.w.accounts {
		if a.s == nil || !(skey != "" && a.s.Skey == skey || formatUin(a.s.Uin) == uin && a.s.Sid == sid) {
			continue
		}
		if !a.s.On {
			return nil, a.s.Ret
		}
		a.s.lastSeen = time.Now()
		return a, retOK
	}
	return nil, retNotIn
}

func (c *call) cookie(name string) string {
	k, err := c.r.Cookie(name)
	if err != nil {
		return ""
	}
	return k.Value
}
