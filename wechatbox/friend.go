package wechatbox

import (
	"fmt"
	"html"
)

// fileHelper is the file transfer assistant, everybody's notebook; its name is the same in every session.
const fileHelper = "filehelper"

// requestRec is a friend request: from asks to, who has said yes or nothing yet.
type requestRec struct {
	From  uint32 `json:"f"`
	To    uint32 `json:"t"`
	Hello string `json:"h,omitempty"`
	At    int64  `json:"at"`
	Done  bool   `json:"x,omitempty"`
}

func (w *world) applyRequest(r *requestRec) { w.requests[[2]uint32{r.From, r.To}] = r }

// FriendRequest is somebody who asks to be a friend.
type FriendRequest struct {
	From  string `json:"from"`
	Nick  string `json:"nick"`
	Hello string `json:"hello"`
}

// RequestFriend makes from ask to to be friends. If to still has from among the contacts, they are friends again at once.
func (b *Box) RequestFriend(from, to, hello string) error {
	return b.update(func(t *tx) error {
		p, q, err := t.w.two(from, to)
		if err != nil {
			return err
		}
		switch {
		case p == q:
			return refuse("%s cannot befriend themselves", p.ID)
		case p.knows(q) && q.knows(p):
			return refuse("%s and %s are friends already", p.ID, q.ID)
		case q.knows(p):
			return t.befriend(p, q)
		}
		t.do(rec{Request: &requestRec{From: p.idx, To: q.idx, Hello: hello, At: t.now.UnixMilli()}})
		if a := t.w.accounts[q.idx]; a != nil {
			t.queue(a, queueRec{Kind: queueRequest, Idx: p.idx})
		}
		t.tell(Change{What: PersonChanged, Person: q.ID})
		return nil
	})
}

// FriendRequests are those that nobody has answered yet, the people in the order in which they came into the world.
func (b *Box) FriendRequests(to string) ([]FriendRequest, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	q, err := b.w.findPerson(to)
	if err != nil {
		return nil, err
	}
	list := []FriendRequest{}
	for _, p := range b.w.people {
		if r := b.w.requests[[2]uint32{p.idx, q.idx}]; r != nil && !r.Done {
			list = append(list, FriendRequest{p.ID, p.Nick, r.Hello})
		}
	}
	return list, nil
}

// AcceptFriend makes to say yes to from's request; both are told that they can talk now.
func (b *Box) AcceptFriend(to, from string) error {
	return b.update(func(t *tx) error {
		q, p, err := t.w.two(to, from)
		if err != nil {
			return err
		}
		return t.accept(p, q)
	})
}

func (t *tx) accept(p, q *person) error {
	r := t.w.requests[[2]uint32{p.idx, q.idx}]
	if r == nil || r.Done {
		return refuse("%s has not asked %s", p.ID, q.ID)
	}
	done := *r
	done.Done = true
	t.do(rec{Request: &done})
	if err := t.befriend(p, q); err != nil {
		return err
	}
	c := t.w.privateChat(p, q)
	n := notice{Kind: noticeAdded, Actor: t.w.named(nil, q), Targets: t.w.namedAll(nil, []*person{p})}
	t.noticeFor(c, q, n)
	t.noticeFor(c, p, n)
	return nil
}

// requestMessage is a friend request on the wire; its XML is the one place where a lasting id is ever told.
func (b *Box) requestMessage(a *account, key uint64, p *person) wireMessage {
	id := statusID(key)
	m := wireMessage{
		MsgId: formatID(id), NewMsgId: id, FromUserName: "fmessage", ToUserName: a.s.names.person(a.p), MsgType: typeRequest, Status: 3,
	}
	r := b.w.requests[[2]uint32{p.idx, a.p.idx}]
	if r == nil {
		return m
	}
	m.CreateTime = r.At / 1000
	m.RecommendInfo = a.s.recommend(p)
	m.RecommendInfo.Content, m.RecommendInfo.Ticket, m.RecommendInfo.OpCode, m.RecommendInfo.Scene = r.Hello, b.friendTicket(p, a), 2, 14
	m.Ticket = m.RecommendInfo.Ticket
	m.Content = markup(fmt.Sprintf(
		"<msg fromusername=\"%s\" encryptusername=\"v1_%s@stranger\" fromnickname=\"%s\" content=\"%s\" shortpy=\"%s\" imagestatus=\"3\" scene=\"14\" country=\"CN\" province=\"%s\" city=\"%s\" sign=\"%s\" percard=\"1\" sex=\"%d\" alias=\"%s\" weibo=\"\" ticket=\"%s\" opcode=\"2\" qrticket=\"\" chatroomusername=\"\"><brandlist count=\"0\" ver=\"0\"></brandlist></msg>",
		p.wxid(), b.hash("v1", p.ID), html.EscapeString(p.Nick), html.EscapeString(r.Hello), html.EscapeString(latin(p.Nick)),
		html.EscapeString(p.Province), html.EscapeString(p.City), html.EscapeString(p.Signature), p.Sex, html.EscapeString(p.Alias), m.Ticket))
	return m
}

func (b *Box) friendTicket(p *person, a *account) string {
	return "v2_" + b.hash("v2", p.ID, a.s.Sid) + "@stranger"
}

// The opcodes of webwxverifyuser.
const (
	opAsk    = 2
	opAccept = 3
)

// verifyUser accepts a friend request, or makes one.
func (c *call) verifyUser() {
	var req struct {
		BaseRequest    baseRequest
		Opcode         int
		VerifyContent  string
		VerifyUserList []struct{ Value, VerifyUserTicket string }
	}
	if !c.read(&req) {
		return
	}
	c.withAccount(req.BaseRequest, func(a *account) {
		if len(req.VerifyUserList) != 1 {
			c.ret(retParam, "one user at a time")
			return
		}
		x := req.VerifyUserList[0]
		p, _ := a.s.lookup(&c.b.w, x.Value)
		switch {
		case p == nil || p == a.p:
			c.ret(retParam, "there is no such user in this session")
		case req.Opcode == opAccept && x.VerifyUserTicket != c.b.friendTicket(p, a):
			c.ret(retTicket, "the ticket is not this request's")
		case req.Opcode == opAccept:
			c.done(a, c.b.updateLocked(func(t *tx) error { return t.accept(p, a.p) }))
		case req.Opcode == opAsk:
			c.done(a, c.b.updateLocked(func(t *tx) error {
				t.do(rec{Request: &requestRec{From: a.p.idx, To: p.idx, Hello: req.VerifyContent, At: t.now.UnixMilli()}})
				t.tell(Change{What: PersonChanged, Person: p.ID})
				return nil
			}))
		default:
			c.ret(retParam, "opcode 2 asks, 3 accepts")
		}
	})
}
