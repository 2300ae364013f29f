package wechatbox

import (
	"encoding/xml"
	"strings"
	"time"
)

// sendRequest is the body of every send. Clients write numbers and strings for the ids.
type sendRequest struct {
	BaseRequest baseRequest
	Msg         sendMsg
}

type sendMsg struct {
	Type         int
	Content      string
	FromUserName string
	ToUserName   string
	LocalID      loose
	ClientMsgId  loose
	MediaId      string
	EmojiFlag    int
	EMoticonMd5  string
}

type sendAnswer struct {
	BaseResponse baseResponse
	MsgID        string
	LocalID      string
}

const sendPrefix = cgi + "webwxsend"

func isSend(path string) bool { return strings.HasPrefix(path, sendPrefix) }

func (c *call) sendText() {
	c.send(func(m *sendMsg) (Content, string) {
		if m.Content == "" {
			return Content{}, "a text cannot be empty"
		}
		if len(m.Content) > maxText {
			return Content{}, "the text is too long"
		}
		return Content{Kind: Text, Text: unspan(m.Content)}, ""
	})
}

func (c *call) sendImage() { c.send(c.mediaOf(Image)) }

func (c *call) sendVideo() { c.send(c.mediaOf(Video)) }

// mediaOf reads a message that consists of stored bytes.
func (c *call) mediaOf(kind Kind) func(*sendMsg) (Content, string) {
	return func(m *sendMsg) (Content, string) { return c.stored(kind, m.MediaId, "") }
}

func (c *call) stored(kind Kind, wireID, name string) (Content, string) {
	media := c.b.w.media.get(mediaOfWire(wireID))
	if media == nil {
		return Content{}, "there is no such MediaId"
	}
	x := Content{Kind: kind, Media: media.ID, Name: firstOf(name, media.Name), Size: media.Size}
	if kind == Image {
		x.measure(media.Data)
	}
	return x, ""
}

func (c *call) sendEmoticon() {
	c.send(func(m *sendMsg) (Content, string) {
		if m.MediaId != "" {
			return c.stored(Emoticon, m.MediaId, "")
		}
		if m.EMoticonMd5 == "" {
			return Content{}, "neither MediaId nor EMoticonMd5"
		}
		return Content{Kind: Emoticon, MD5: m.EMoticonMd5}, ""
	})
}

// appMsg is what clients write into an app message; wechat-web and others quote differently, which XML does not mind.
type appMsg struct {
	Type      int    `xml:"type"`
	Title     string `xml:"title"`
	Des       string `xml:"des"`
	URL       string `xml:"url"`
	AppAttach struct {
		TotalLen int64  `xml:"totallen"`
		AttachID string `xml:"attachid"`
	} `xml:"appattach"`
}

func (c *call) sendApp() {
	c.send(func(m *sendMsg) (Content, string) {
		var app appMsg
		if err := xml.Unmarshal([]byte(m.Content), &app); err != nil {
			return Content{}, "the content is no appmsg"
		}
		switch app.Type {
		case appFile:
			x, why := c.stored(File, app.AppAttach.AttachID, app.Title)
			if why == "" && app.AppAttach.TotalLen != x.Size {
				why = "totallen is not the size of the file"
			}
			return x, why
		case appLink:
			return Content{Kind: Link, Name: app.Title, Text: app.Des, URL: app.URL}, ""
		}
		return Content{}, "an appmsg of this type cannot be sent from the web"
	})
}

// send checks a message, lists it among the sends, and delivers it. parse is called with the world locked.
func (c *call) send(parse func(*sendMsg) (Content, string)) {
	var req sendRequest
	if !c.read(&req) {
		return
	}
	c.withAccount(req.BaseRequest, func(a *account) {
		content, why := parse(&req.Msg)
		d := delivery{c: c, a: a, m: &req.Msg, content: content}
		if why == "" {
			why = d.address()
		}
		if why != "" {
			c.ret(retParam, why)
			return
		}
		if err := c.b.updateLocked(d.deliver); err != nil {
			c.ret(-1, err.Error())
			return
		}
		c.sent = d.sent.N
		c.json(sendAnswer{baseResponse{Ret: d.sent.Ret}, d.sent.ID, string(req.Msg.LocalID)})
	})
}

// delivery is one send on its way from the web into a chat.
type delivery struct {
	c       *call
	a       *account
	m       *sendMsg
	content Content
	chat    *chat
	sent    Sent
}

// address finds the chat, or says what is wrong with the addresses.
func (d *delivery) address() string {
	w := &d.c.b.w
	if d.m.FromUserName != d.a.s.names.person(d.a.p) {
		return "FromUserName is not the account"
	}
	p, g := d.a.s.lookup(w, d.m.ToUserName)
	switch {
	case g != nil && g.index[d.a.p.idx] != nil && !g.gone:
		d.chat = g.chat
	case p != nil:
		d.chat = w.privateChat(d.a.p, p)
	default:
		return "there is no such ToUserName in this session"
	}
	return ""
}

func (d *delivery) deliver(t *tx) error {
	p := d.a.p
	d.sent = Sent{
		N: t.w.sentN + 1, At: t.now, Account: p.ID, To: d.chat.idFor(p), ToName: t.w.viewTitle(p, d.chat), Kind: d.content.Kind,
		Text: d.content.Text, Name: d.content.Name, Media: d.content.Media, ClientID: string(d.m.ClientMsgId),
	}
	switch {
	case d.c.dry:
		d.sent.Fault = "lost before delivery: " + d.c.fault.describe()
	case t.tooOften(d.a):
		d.sent.Ret, d.sent.Fault = retTooOften, "too often"
	case t.repeats(&d.sent):
		d.sent.ID, d.sent.Fault = formatID(wireID(uint64(d.sent.N)|1<<58)), "swallowed as a repeat"
	case !t.welcome(d):
		d.sent.ID, d.sent.Fault = formatID(wireID(uint64(d.sent.N)|1<<58)), "not a friend of the receiver"
	default:
		d.sent.ID = t.postTo(d.chat, p, nil, d.content.Text, bodyOf(d.content), nil, d.a).id()
	}
	t.do(rec{Sent: &d.sent})
	close(t.b.sentWake)
	t.b.sentWake = make(chan struct{})
	return nil
}

func (w *world) viewTitle(p *person, c *chat) string {
	if c.g != nil {
		return c.g.name
	}
	return nameFor(p, nil, c.other(p))
}

// welcome tells whether the receiver takes messages of the account; if not, the account is told so, as WeChat does.
func (t *tx) welcome(d *delivery) bool {
	q := d.chat.other(d.a.p)
	if q == nil || q == d.a.p || q.Official || q.knows(d.a.p) {
		return true
	}
	t.noticeFor(d.chat, d.a.p, notice{Kind: noticeStranger, Actor: t.w.named(nil, d.a.p), Targets: t.w.namedAll(nil, []*person{q})})
	return false
}

const swallowWithin = time.Second

// repeats tells whether the same text went to the same chat within the last second.
func (t *tx) repeats(s *Sent) bool {
	if !t.b.behave.SwallowRepeats || s.Kind != Text {
		return false
	}
	for i := t.w.sent.len() - 1; i >= 0; i-- {
		old := t.w.sent.get(i)
		if t.now.Sub(old.At) >= swallowWithin {
			return false
		}
		if old.To == s.To && old.Text == s.Text && old.Account == s.Account && old.ID != "" {
			return true
		}
	}
	return false
}

// limiter counts an account's sends for a server that allows only so many.
type limiter struct {
	recent []time.Time
	until  time.Time
}

// tooOften counts a send and tells whether it is one too many; once it is, all are for a while.
func (t *tx) tooOften(a *account) bool {
	limit := t.b.behave.SendLimit
	if limit <= 0 {
		return false
	}
	l := &a.limit
	if t.now.Before(l.until) {
		return true
	}
	window, penalty := orMinute(t.b.behave.SendWindow), orMinute(t.b.behave.SendPenalty)
	for len(l.recent) > 0 && t.now.Sub(l.recent[0]) >= window {
		l.recent = l.recent[1:]
	}
	if len(l.recent) >= limit {
		l.until = t.now.Add(penalty)
		l.recent = nil
		return true
	}
	l.recent = append(l.recent, t.now)
	return false
}

func orMinute(d time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return time.Minute
}

// noteFault writes what became of an answer into the list of sends.
func (b *Box) noteFault(n int, what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.w.sentNumber(n)
	if s == nil {
		return
	}
	changed := *s
	changed.Fault = "delivered, but the answer was lost: " + what
	if err := b.updateLocked(func(t *tx) error { t.do(rec{Sent: &changed}); return nil }); err != nil {
		b.log.Warn("a fault was not noted among the sends")
	}
}

// revoke takes back a message that the account sent.
func (c *call) revoke() {
	var req struct {
		BaseRequest baseRequest
		SvrMsgId    loose
		ToUserName  string
	}
	if !c.read(&req) {
		return
	}
	c.withAccount(req.BaseRequest, func(a *account) {
		m := c.b.w.messageByID(string(req.SvrMsgId))
		if m == nil || m.chat != c.b.chatOfName(a, req.ToUserName) {
			c.ret(retParam, "there is no such message in this chat")
			return
		}
		c.done(a, c.b.updateLocked(func(t *tx) error { return t.recall(a.p, m, a) }))
	})
}

// chatOfName is the chat a name of the account's session means, or nil.
func (b *Box) chatOfName(a *account, name string) *chat {
	p, g := a.s.lookup(&b.w, name)
	switch {
	case g != nil:
		return g.chat
	case p != nil:
		return b.w.privateChat(a.p, p)
	}
	return nil
}
