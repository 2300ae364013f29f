package wechatbox

import "strconv"

const (
	contactPage  = 2_000 // entries of one answer of webwxgetcontact
	batchAtMost  = 50    // entries webwxbatchgetcontact is asked for
	seqAfterLast = 0
)

// getContact lists friends, official accounts and the groups kept in the contact list, which come without their members.
func (c *call) getContact() {
	from, err := strconv.Atoi(c.r.URL.Query().Get("seq"))
	if err != nil || from < 0 {
		from = 0
	}
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	a, ret := c.bySkey()
	if a == nil {
		c.ret(ret, "")
		return
	}
	list, next := c.b.contactPage(a, from)
	c.json(struct {
		BaseResponse baseResponse
		MemberCount  int
		MemberList   []wireContact
		Seq          int
	}{MemberCount: len(list), MemberList: list, Seq: next})
}

// contactPage is a page of the contact list and where the next begins.
func (b *Box) contactPage(a *account, from int) (list []wireContact, next int) {
	friends := b.w.friendsOf(a.p)
	var saved []*group
	for _, ch := range a.p.chats {
		if g := ch.g; g != nil && g.saved[a.p.idx] && g.index[a.p.idx] != nil && !g.gone {
			saved = append(saved, g)
		}
	}
	all := len(friends) + len(saved)
	until := min(from+contactPage, all)
	list = make([]wireContact, 0, max(0, until-from))
	for i := from; i < until; i++ {
		var x wireContact
		if i < len(friends) {
			x = a.s.contact(a.p, friends[i])
			x.MemberList = []wireMember{}
		} else {
			x = a.s.room(&b.w, a.p, saved[i-len(friends)], false)
		}
		list = append(list, x)
	}
	if until < all {
		return list, until
	}
	return list, seqAfterLast
}

// batchGetContact gives the details of up to 50 people and groups; groups come with their members.
func (c *call) batchGetContact() {
	var req struct {
		BaseRequest baseRequest
		Count       int
		List        []struct{ UserName, EncryChatRoomId string }
	}
	if !c.read(&req) {
		return
	}
	if len(req.List) > batchAtMost {
		c.ret(retParam, "at most 50 at a time")
		return
	}
	c.withAccount(req.BaseRequest, func(a *account) {
		list := make([]wireContact, 0, len(req.List))
		for _, x := range req.List {
			list = append(list, c.b.detail(a, x.UserName))
		}
		c.json(struct {
			BaseResponse baseResponse
			Count        int
			ContactList  []wireContact
		}{Count: len(list), ContactList: list})
	})
}

// detail is what the account may know of a name: nothing of a group that it is not in.
func (b *Box) detail(a *account, name string) wireContact {
	none := wireContact{MemberList: []wireMember{}}
	if name == fileHelper {
		return a.s.helper()
	}
	p, g := a.s.lookup(&b.w, name)
	switch {
	case g != nil && (g.index[a.p.idx] != nil || g.past[a.p.idx] != span{}):
		return a.s.room(&b.w, a.p, g, true)
	case p != nil:
		x := a.s.contact(a.p, p)
		x.MemberList = none.MemberList
		return x
	}
	return none
}
