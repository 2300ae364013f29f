package wechatbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	batchMessages = 50 // AddMsg of one answer
	batchMods     = 50 // contacts of one answer

	keyQueue = 2 // the key of SyncKey that counts the queue
	keyCheck = 203
)

// syncKey is where a client stands. Only key 2 counts; the others are there because the real ones are.
func (b *Box) syncKey(a *account, at uint64, check bool) wireSyncKey {
	list := []wireKeyVal{
		{1, firstSyncKey + int64(a.s.N)}, {keyQueue, int64(at)}, {3, firstSyncKey - int64(a.s.N)}, {1000, a.s.Since.Unix()},
	}
	if check && b.behave.SplitCheckKey {
		list = append(list, wireKeyVal{keyCheck, a.s.Since.Unix()})
	}
	return wireSyncKey{len(list), list}
}

// syncCheck waits until there is something to fetch, for 25 seconds at most.
func (c *call) syncCheck() {
	timer := time.NewTimer(c.b.pollFor())
	defer timer.Stop()
	p := poll{c: c}
	defer p.leave()
	for {
		answer, wake := p.look()
		if answer != "" {
			c.script(answer)
			return
		}
		select {
		case <-wake:
		case <-timer.C:
			c.script(syncCheckAnswer(retOK, "0"))
			return
		case <-c.b.closed:
			c.script(syncCheckAnswer(retOK, "0"))
			return
		case <-c.r.Context().Done():
			return
		}
	}
}

func syncCheckAnswer(ret int, selector string) string {
	return fmt.Sprintf(`window.synccheck={retcode:"%d",selector:"%s"}`, ret, selector)
}

// poll is one synccheck call, from its first look to its answer.
type poll struct {
	c *call
	s *session // the session in which it is counted as waiting
}

// look is the answer that is due now, or what to wait for.
func (p *poll) look() (answer string, wake <-chan struct{}) {
	b, v := p.c.b, p.c.r.URL.Query()
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ret := b.authorize(v.Get("uin"), v.Get("sid"), v.Get("skey"))
	if a != nil && b.behave.CheckCookies && p.c.cookie("wxsid") != a.s.Sid {
		ret = retCookie
	}
	if ret != retOK {
		return syncCheckAnswer(ret, "0"), nil
	}
	at, split := parseCheckKey(v.Get("synckey"))
	if b.behave.AckDrop {
		if err := b.acknowledge(a, at); err != nil {
			return syncCheckAnswer(-1, "0"), nil
		}
	}
	if selector := b.selector(a, at); selector != "0" {
		return syncCheckAnswer(retOK, selector), nil
	}
	if b.behave.SplitCheckKey && !split && a.queue.next() > firstSyncKey {
		return syncCheckAnswer(retOK, "2"), nil
	}
	p.enter(a, at)
	return "", a.wake
}

// enter counts the call as waiting, with the world locked.
func (p *poll) enter(a *account, at uint64) {
	a.s.polled = at
	if p.s == nil {
		p.s = a.s
		p.s.polls++
		p.c.b.clock.poke()
	}
}

func (p *poll) leave() {
	if p.s == nil {
		return
	}
	p.c.b.mu.Lock()
	defer p.c.b.mu.Unlock()
	p.s.polls--
	p.s.lastSeen = time.Now()
	p.c.b.clock.poke()
}

// parseCheckKey reads "1_650000001|2_650000007|..." and tells whether it came from a SyncCheckKey of its own.
func parseCheckKey(s string) (at uint64, split bool) {
	for part := range strings.SplitSeq(s, "|") {
		key, val, _ := strings.Cut(part, "_")
		n, err := strconv.ParseUint(val, 10, 64)
		switch {
		case err != nil:
		case key == strconv.Itoa(keyQueue):
			at = n
		case key == strconv.Itoa(keyCheck):
			split = true
		}
	}
	return at, split
}

// selector says what kind of news a client at this position has to fetch.
func (b *Box) selector(a *account, at uint64) string {
	selector := "0"
	for n := max(at, a.queue.base); n < a.queue.next(); n++ {
		switch a.queue.at(n).kind {
		case queueMessage, queueRequest:
			return "2"
		case queueAdded, queueUnknow, queueLeft:
			selector = "6"
		case queueStatus:
			if selector == "0" {
				selector = "7"
			}
		default:
			if selector == "0" || selector == "7" {
				selector = "4"
			}
		}
	}
	return selector
}

// acknowledge drops what a client has fetched, for a server that does.
func (b *Box) acknowledge(a *account, at uint64) error {
	if at <= a.queue.base || at > a.queue.next() {
		return nil
	}
	return b.updateLocked(func(t *tx) error {
		t.do(rec{Queue: &queueRec{Of: a.p.idx, Key: at}})
		return nil
	})
}

type wireSync struct {
	BaseResponse           baseResponse
	AddMsgCount            int
	AddMsgList             []wireMessage
	ModContactCount        int
	ModContactList         []wireContact
	DelContactCount        int
	DelContactList         []wireGone
	ModChatRoomMemberCount int
	ModChatRoomMemberList  []wireContact
	ContinueFlag           int
	SyncKey                wireSyncKey
	SKey                   string
	SyncCheckKey           wireSyncKey
}

type wireGone struct {
	UserName    string
	ContactFlag int
}

// sync gives up to 50 messages, and the contacts that changed, from where the client says it stands: an older key gets them again.
func (c *call) sync() {
	var req struct {
		BaseRequest baseRequest
		SyncKey     wireSyncKey
	}
	if !c.read(&req) {
		return
	}
	c.withAccount(req.BaseRequest, func(a *account) {
		at := uint64(0)
		for _, k := range req.SyncKey.List {
			if k.Key == keyQueue {
				at = uint64(max(0, k.Val))
			}
		}
		if c.b.behave.AckDrop {
			if err := c.b.acknowledge(a, at); err != nil {
				c.ret(-1, err.Error())
				return
			}
		}
		c.renewCookies(a.s)
		c.json(c.b.batch(a, at))
	})
}

// batch collects what is new after a position.
func (b *Box) batch(a *account, at uint64) wireSync {
	out := wireSync{
		AddMsgList: []wireMessage{}, ModContactList: []wireContact{}, DelContactList: []wireGone{}, ModChatRoomMemberList: []wireContact{},
	}
	told := map[queued]bool{}
	at = min(max(at, a.queue.base), a.queue.next())
	for ; at < a.queue.next(); at++ {
		q := a.queue.at(at)
		if len(out.AddMsgList) == batchMessages || len(out.ModContactList) == batchMods {
			out.ContinueFlag = 1
			break
		}
		// A contact that changed several times is described once, as it is now.
		if q.kind != queueMessage {
			if told[q] {
				continue
			}
			told[q] = true
		}
		b.addTo(&out, a, at, q)
	}
	out.AddMsgCount, out.ModContactCount, out.DelContactCount = len(out.AddMsgList), len(out.ModContactList), len(out.DelContactList)
	out.SyncKey, out.SyncCheckKey = b.syncKey(a, at, false), b.syncKey(a, at, true)
	return out
}

func (b *Box) addTo(out *wireSync, a *account, key uint64, q queued) {
	switch q.kind {
	case queueMessage:
		if q.m != nil {
			out.AddMsgList = append(out.AddMsgList, a.s.message(&b.w, a.p, q.m))
		}
	case queueRequest:
		out.AddMsgList = append(out.AddMsgList, b.requestMessage(a, key, b.w.people[q.idx]))
	case queueStatus:
		out.AddMsgList = append(out.AddMsgList, b.statusMessage(a, key, int(q.idx)))
	case queuePerson, queueAdded:
		x := a.s.contact(a.p, b.w.people[q.idx])
		x.MemberList = []wireMember{}
		out.ModContactList = append(out.ModContactList, x)
	case queueGroup:
		out.ModContactList = append(out.ModContactList, a.s.room(&b.w, a.p, b.w.groups[q.idx], true))
	case queueUnknow:
		out.DelContactList = append(out.DelContactList, wireGone{a.s.names.person(b.w.people[q.idx]), 0})
	case queueLeft:
		out.DelContactList = append(out.DelContactList, wireGone{a.s.names.group(b.w.groups[q.idx]), 0})
	}
}

// statusMessage tells which chats the phone has open.
func (b *Box) statusMessage(a *account, key uint64, code int) wireMessage {
	me := a.s.names.person(a.p)
	list := []string{fileHelper} // never empty: clients ask for the details of each name
	for _, ch := range b.w.recent(a.p) {
		if ch.g != nil {
			list = append(list, a.s.names.group(ch.g))
		} else {
			list = append(list, a.s.names.person(ch.other(a.p)))
		}
	}
	id := statusID(key)
	return wireMessage{
		MsgId: formatID(id), NewMsgId: id, FromUserName: me, ToUserName: me, MsgType: typeStatus, Status: 3,
		CreateTime: b.clock.Now().Unix(), StatusNotifyCode: code, StatusNotifyUserName: strings.Join(list, ","),
	}
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }
