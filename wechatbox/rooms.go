package wechatbox

import "strings"

// oplog answers Ret 0 and, like the real one, does nothing with a remark unless the box is told otherwise.
func (c *call) oplog() {
	var req struct {
		BaseRequest baseRequest
		CmdId       int
		RemarkName  string
		UserName    string
	}
	if !c.read(&req) {
		return
	}
	c.withAccount(req.BaseRequest, func(a *account) {
		p, _ := a.s.lookup(&c.b.w, req.UserName)
		if req.CmdId != 2 || !c.b.behave.RemarksLast || p == nil || !a.p.knows(p) {
			c.done(a, nil)
			return
		}
		c.done(a, c.b.updateLocked(func(t *tx) error { t.setRemark(a.p, p, unspan(req.RemarkName)); return nil }))
	})
}

// updateRoom adds and removes members and renames groups, which the web could until June 2018.
func (c *call) updateRoom() {
	var req struct {
		BaseRequest      baseRequest
		ChatRoomName     string
		AddMemberList    string
		InviteMemberList string
		DelMemberList    string
		NewTopic         string
	}
	if !c.read(&req) {
		return
	}
	c.withAccount(req.BaseRequest, func(a *account) {
		_, g := a.s.lookup(&c.b.w, req.ChatRoomName)
		if !c.b.behave.RoomManagement || g == nil || g.index[a.p.idx] == nil {
			c.ret(retParam, "")
			return
		}
		c.done(a, c.b.updateLocked(func(t *tx) error {
			switch c.r.URL.Query().Get("fun") {
			case "addmember", "invitemember":
				people, err := a.s.people(t.w, firstOf(req.AddMemberList, req.InviteMemberList))
				if err != nil {
					return err
				}
				return t.inviteNew(g, a.p, people)
			case "delmember":
				people, err := a.s.people(t.w, req.DelMemberList)
				if err != nil {
					return err
				}
				return t.removeThose(g, a.p, people)
			case "modtopic":
				t.renameGroup(g, a.p, unspan(req.NewTopic))
				return nil
			}
			return refuse("fun is none of addmember, invitemember, delmember, modtopic")
		}))
	})
}

// people reads a list of names, separated by commas.
func (s *session) people(w *world, list string) ([]*person, error) {
	var people []*person
	for name := range strings.SplitSeq(list, ",") {
		p, _ := s.lookup(w, name)
		if p == nil {
			return nil, refuse("a member of the list is unknown in this session")
		}
		people = append(people, p)
	}
	return people, nil
}

func (t *tx) inviteNew(g *group, by *person, people []*person) error {
	for _, p := range people {
		if g.index[p.idx] != nil || !by.knows(p) {
			return refuse("%s is a member already, or no friend", p.ID)
		}
	}
	return t.invite(g, by, people)
}

func (t *tx) removeThose(g *group, by *person, people []*person) error {
	for _, p := range people {
		if g.owner != by.idx || p == by || g.index[p.idx] == nil {
			return refuse("%s cannot be removed", p.ID)
		}
	}
	t.remove(g, by, people)
	return nil
}

// createRoom makes a group of the account and its friends.
func (c *call) createRoom() {
	var req struct {
		BaseRequest baseRequest
		Topic       string
		MemberList  []struct{ UserName string }
	}
	if !c.read(&req) {
		return
	}
	c.withAccount(req.BaseRequest, func(a *account) {
		if !c.b.behave.RoomManagement || len(req.MemberList) < 2 {
			c.ret(retParam, "")
			return
		}
		ids := make([]string, 0, len(req.MemberList))
		for _, m := range req.MemberList {
			p, _ := a.s.lookup(&c.b.w, m.UserName)
			if p == nil || !a.p.knows(p) {
				c.ret(retParam, "a member of the list is no friend")
				return
			}
			ids = append(ids, p.ID)
		}
		var g *group
		if err := c.b.updateLocked(func(t *tx) (err error) {
			g, err = t.addGroup("", firstOf(unspan(req.Topic), "群聊"), a.p.ID, ids)
			return err
		}); err != nil {
			c.ret(retParam, err.Error())
			return
		}
		c.json(struct {
			BaseResponse baseResponse
			Topic        string
			ChatRoomName string
			MemberCount  int
		}{Topic: g.name, ChatRoomName: a.s.names.group(g), MemberCount: len(ids)})
	})
}
