package phone

import (
	"fmt"
	"slices"

	"sixtwenty/wechatbox"
)

type chatRow struct {
	wechatbox.Chat
	Faces []face // one of a person, several of a group
	Stamp string
	Line  string // what was said last
	Who   string // by whom, in a group
	Go    string
}

const maxChats = 100

type chatListView struct {
	Rows []chatRow
	More int // chats not shown
}

func (v *viewer) chatList(place) (title, back string, body any, err error) {
	list := chatListView{More: max(0, len(v.chats)-maxChats)}
	for _, c := range v.chats[:min(len(v.chats), maxChats)] {
		list.Rows = append(list.Rows, v.chatRow(c))
	}
	return v.ws["tab.chats"], "", list, nil
}

func (v *viewer) chatRow(c wechatbox.Chat) chatRow {
	row := chatRow{Chat: c, Go: join("chat", c.ID)}
	if c.Group {
		// A group in the list is in the world.
		g, _ := v.d.box.Group(c.ID)
		row.Faces = v.facesOf(g)
	} else {
		row.Faces = []face{v.face(c.ID)}
	}
	if c.Last != nil {
		row.Stamp = shortStamp(v.ws, c.Last.At.In(v.now.Location()), v.now)
		row.Line = v.summary(*c.Last)
		if c.Group && c.Last.From != "" && c.Last.From != v.me.ID && c.Last.Kind != wechatbox.Recall {
			row.Who = c.Last.FromName
		}
	}
	return row
}

type contactsView struct {
	Asking []rowView // who want to be friends
	Rows   []rowView
	Groups []chatRow // those that were saved
}

func (v *viewer) contacts(place) (title, back string, body any, err error) {
	var list contactsView
	for _, r := range v.asking[:min(len(v.asking), maxRows)] {
		list.Asking = append(list.Asking, rowView{ID: r.From, Name: r.Nick, Note: r.Hello, Face: v.face(r.From)})
	}
	for _, f := range v.friends[:min(len(v.friends), maxRows)] {
		p := v.person(f.ID)
		list.Rows = append(list.Rows, rowView{ID: f.ID, Name: v.nameOf(f.ID), Note: p.Signature, Face: faceOf(p), Go: join("profile", "", f.ID)})
	}
	for _, c := range v.chats {
		if c.Group && c.Saved && len(list.Groups) < maxChats {
			list.Groups = append(list.Groups, v.chatRow(c))
		}
	}
	return v.ws["tab.contacts"], "", list, nil
}

func (v *viewer) discover(place) (title, back string, body any, err error) {
	return v.ws["tab.discover"], "", nil, nil
}

func (v *viewer) myself(place) (title, back string, body any, err error) {
	return v.ws["tab.me"], "", v.me, nil
}

type infoView struct {
	wechatbox.Group
	Rows  []rowView
	More  int
	Mine  bool // the phone's owner owns the group
	Card  string
	Saved bool
}

const maxGrid = 200

func (v *viewer) info(p place) (title, back string, body any, err error) {
	g, err := v.groupOf(p.ID)
	if err != nil {
		return "", "", nil, err
	}
	info := infoView{Group: g, Mine: g.Owner == v.me.ID, Card: g.Members[memberAt(g, v.me.ID)].Card, More: max(0, len(g.Members)-maxGrid)}
	for _, m := range g.Members[:min(len(g.Members), maxGrid)] {
		row := rowView{ID: m.ID, Name: v.shown(m), Face: v.face(m.ID), Go: join("profile", g.ID, m.ID)}
		if m.ID == g.Owner {
			row.Note = v.ws["info.owner"]
		}
		info.Rows = append(info.Rows, row)
	}
	if c, err := v.chatOf(g.ID); err == nil {
		info.Saved = c.Saved
	}
	return v.ws["info.title"], join("chat", g.ID), info, nil
}

type pickView struct {
	Group wechatbox.Group
	Rows  []rowView
}

// inviteList offers the friends of the phone's owner, as WeChat does.
func (v *viewer) inviteList(p place) (title, back string, body any, err error) {
	g, err := v.groupOf(p.ID)
	if err != nil {
		return "", "", nil, err
	}
	pick := pickView{Group: g}
	for _, f := range v.friends {
		who := v.person(f.ID)
		if who.Official || len(pick.Rows) == maxRows {
			continue
		}
		pick.Rows = append(pick.Rows, rowView{ID: f.ID, Name: v.nameOf(f.ID), Face: faceOf(who), Taken: isMember(g, f.ID)})
	}
	slices.SortStableFunc(pick.Rows, func(x, y rowView) int { return compareBool(x.Taken, y.Taken) })
	return v.ws["invite.title"], join("info", g.ID), pick, nil
}

func compareBool(x, y bool) int {
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}

func (v *viewer) removeList(p place) (title, back string, body any, err error) {
	g, err := v.groupOf(p.ID)
	if err != nil {
		return "", "", nil, err
	}
	if g.Owner != v.me.ID {
		return "", "", nil, oops{"no.remove"}
	}
	pick := pickView{Group: g}
	for _, m := range g.Members {
		if m.ID != v.me.ID && len(pick.Rows) < maxRows {
			pick.Rows = append(pick.Rows, rowView{ID: m.ID, Name: v.shown(m), Face: v.face(m.ID)})
		}
	}
	return v.ws["remove.title"], join("info", g.ID), pick, nil
}

type profileView struct {
	wechatbox.Person
	Face    face
	Name    string
	Card    string
	Remark  string
	Group   string // where they were met; "" for a contact
	By      string // who brought them there
	Friend  bool
	Asks    bool   // to be a friend
	Hello   string // what the phone's owner would say of themselves
	Myself  bool
	Removes bool // the phone's owner may put them out
}

func (v *viewer) profile(p place) (title, back string, body any, err error) {
	who, err := v.d.box.Person(p.Sub)
	if err != nil {
		return "", "", nil, err
	}
	out := profileView{Person: who, Face: faceOf(who), Name: v.nameOf(who.ID), Friend: v.knows(who.ID), Myself: who.ID == v.me.ID}
	out.Asks = slices.ContainsFunc(v.asking, func(r wechatbox.FriendRequest) bool { return r.From == who.ID })
	out.Hello = fmt.Sprintf(v.ws["profile.hello"], v.me.Nick)
	if i := slices.IndexFunc(v.friends, func(f wechatbox.Friend) bool { return f.ID == who.ID }); i >= 0 {
		out.Remark = v.friends[i].Remark
	}
	if p.ID == "" {
		return v.ws["profile.title"], "contacts", out, nil
	}
	g, err := v.groupOf(p.ID)
	if err != nil {
		return "", "", nil, err
	}
	out.Group, out.Removes = g.ID, g.Owner == v.me.ID && !out.Myself
	if i := memberAt(g, who.ID); i >= 0 {
		out.Card = g.Members[i].Card
		if by := g.Members[i].By; by != "" {
			out.By = v.nameOf(by)
		}
	}
	return v.ws["profile.title"], join("info", g.ID), out, nil
}

type scanView struct {
	Groups []rowView // to choose from
	Group  string    // chosen
	Rows   []rowView // whose code to scan
}

// scanList offers the groups that the phone's owner is not in, and then the members whose code could be scanned.
func (v *viewer) scanList(p place) (title, back string, body any, err error) {
	var list scanView
	if p.ID == "" {
		for _, g := range v.d.box.World().Groups {
			if !g.Dismissed && !isMember(g, v.me.ID) && len(list.Groups) < maxChats {
				list.Groups = append(list.Groups, rowView{ID: g.ID, Name: g.Name, Go: join("scan", g.ID)})
			}
		}
		return v.ws["scan.title"], "discover", list, nil
	}
	g, err := v.d.box.Group(p.ID)
	if err != nil {
		return "", "", nil, err
	}
	list.Group = g.ID
	for _, m := range g.Members[:min(len(g.Members), maxRows)] {
		list.Rows = append(list.Rows, rowView{ID: m.ID, Name: v.shown(m), Face: v.face(m.ID)})
	}
	return g.Name, "scan", list, nil
}

type codeView struct {
	wechatbox.Group
	Faces []face
}

func (v *viewer) code(p place) (title, back string, body any, err error) {
	g, err := v.groupOf(p.ID)
	return v.ws["code.title"], join("info", g.ID), codeView{g, v.facesOf(g)}, err
}

func (v *viewer) login(place) (title, back string, body any, err error) {
	s := v.d.signInView()
	if s.Account != v.me.ID {
		return "", "", nil, oops{"no.scan"}
	}
	return v.ws["login.title"], "discover", s, nil
}
