package wechatbox

import (
	"cmp"
	"slices"
	"strings"
)

const recentChats = 20 // listed by webwxinit

type wireInit struct {
	BaseResponse        baseResponse
	Count               int
	ContactList         []wireContact
	SyncKey             wireSyncKey
	User                wireContact
	ChatSet             string
	SKey                string
	ClientVersion       int
	SystemTime          int64
	GrayScale           int
	InviteStartCount    int
	MPSubscribeMsgCount int
	MPSubscribeMsgList  []struct{}
	ClickReportInterval int
}

func (c *call) initial() {
	var req struct{ BaseRequest baseRequest }
	if !c.read(&req) {
		return
	}
	c.withAccount(req.BaseRequest, func(a *account) {
		c.renewCookies(a.s)
		c.json(c.b.initialOf(a))
	})
}

func (b *Box) initialOf(a *account) wireInit {
	recent := b.w.recent(a.p)
	list := []wireContact{a.s.helper()}
	set := []string{fileHelper}
	for _, ch := range recent {
		var c wireContact
		if ch.g != nil {
			c = a.s.room(&b.w, a.p, ch.g, true)
		} else {
			c = a.s.contact(a.p, ch.other(a.p))
		}
		list = append(list, c)
		set = append(set, c.UserName)
	}
	me := a.s.contact(a.p, a.p)
	me.Uin, me.ContactFlag, me.WebWxPluginSwitch, me.HeadImgFlag = a.s.Uin, 0, 0, 1
	return wireInit{
		Count: len(list), ContactList: list, User: me, SyncKey: b.syncKey(a, a.queue.next(), false),
		ChatSet: strings.Join(set, ",") + ",", SKey: a.s.Skey, ClientVersion: 637_929_271, SystemTime: b.clock.Now().Unix(),
		GrayScale: 1, InviteStartCount: 40, MPSubscribeMsgList: []struct{}{}, ClickReportInterval: 600_000,
	}
}

// recent are the chats in which something was said last, the latest first.
func (w *world) recent(p *person) []*chat {
	list := make([]*chat, 0, len(p.chats))
	for _, c := range p.chats {
		if c.msgs.len() > 0 && (c.g != nil || c.a != c.b) && (c.g == nil || !c.g.gone && c.g.index[p.idx] != nil) {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(x, y *chat) int { return cmp.Compare(y.lastSeq(), x.lastSeq()) })
	return list[:min(len(list), recentChats)]
}

func (c *chat) lastSeq() uint64 { return c.msgs.get(c.msgs.len() - 1).seq }

// statusNotify is told that the web has signed in (code 3), which it echoes as a list of chats, or that a chat was read (code 1).
func (c *call) statusNotify() {
	var req struct {
		BaseRequest baseRequest
		Code        int
		ToUserName  string
	}
	if !c.read(&req) {
		return
	}
	c.withAccount(req.BaseRequest, func(a *account) {
		err := c.b.updateLocked(func(t *tx) error {
			switch req.Code {
			case 3:
				t.queue(a, queueRec{Kind: queueStatus, Idx: 4})
			case 1:
				t.markRead(a, req.ToUserName)
			}
			return nil
		})
		c.done(a, err)
	})
}

func (t *tx) markRead(a *account, name string) {
	p, g := a.s.lookup(t.w, name)
	var ch *chat
	switch {
	case g != nil:
		ch = g.chat
	case p != nil:
		ch = t.w.privateChat(a.p, p)
	}
	if ch == nil || ch.msgs.len() == 0 || ch.reads[a.p.idx] >= ch.lastSeq() {
		return
	}
	t.do(rec{Read: &readRec{ch.ref(), a.p.idx, ch.lastSeq()}})
	t.tell(Change{What: ChatRead, Person: a.p.ID, Group: groupID(ch), With: withID(ch, a.p)})
}

// done answers a call that has nothing more to say than whether it worked.
func (c *call) done(a *account, err error) {
	if err != nil {
		c.ret(retParam, err.Error())
		return
	}
	c.json(struct {
		BaseResponse baseResponse
		MsgID        string
	}{MsgID: formatID(statusID(a.queue.next()))})
}
