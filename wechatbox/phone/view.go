package phone

import (
	"errors"
	"slices"
	"strings"
	"time"

	"sixtwenty/wechatbox"
)

// phoneView is one phone as the templates draw it.
type phoneView struct {
	Place  place
	At     string // the place as an address
	Name   string
	Face   face
	Bot    bool // this is the account's phone
	SignIn signInView
	Time   string
	Unread int
	Asking int    // people who want to be friends
	Waits  int    // -1 while a QR code waits for this phone
	View   string // the template of the screen
	Title  string
	Back   string // the place to go back to, without who
	Oops   string // why the view that was asked for cannot be shown
	Body   any
}

// viewer is a look at the world from one phone.
type viewer struct {
	d       *Desk
	ws      words
	now     time.Time
	me      wechatbox.Person
	people  map[string]wechatbox.Person
	friends []wechatbox.Friend
	chats   []wechatbox.Chat
	asking  []wechatbox.FriendRequest
}

// screen builds what a view shows: its title, where back leads, and the data of its template.
type screen func(v *viewer, p place) (title, back string, body any, err error)

func screens() map[string]screen {
	return map[string]screen{
		"chats": (*viewer).chatList, "contacts": (*viewer).contacts, "discover": (*viewer).discover, "me": (*viewer).myself,
		"info": (*viewer).info, "invite": (*viewer).inviteList, "remove": (*viewer).removeList, "profile": (*viewer).profile,
		"scan": (*viewer).scanList, "code": (*viewer).code, "login": (*viewer).login,
	}
}

// phone looks at the world from the phone that p names. before is the message above which a chat is to be shown.
func (d *Desk) phone(ws words, p place, before string) *phoneView {
	v, out := d.look(ws, p)
	if v == nil {
		return d.searched(ws, place{Who: p.Who, View: "people"}, "")
	}
	show, known := screens()[p.View]
	switch {
	case p.View == "people", p.View == "friends":
		return d.searched(ws, p, "")
	case p.View == "chat":
		show = func(v *viewer, p place) (string, string, any, error) { return v.chat(p, before) }
	case !known:
		show, out.Place.View = (*viewer).chatList, "chats"
	}
	out.finish(v, show)
	return out
}

// look prepares a phone; v is nil where nobody is called so.
func (d *Desk) look(ws words, p place) (v *viewer, out *phoneView) {
	me, err := d.box.Person(p.Who)
	if err != nil {
		return nil, nil
	}
	p.Who = me.ID
	v = &viewer{d: d, ws: ws, now: d.now(), me: me, people: map[string]wechatbox.Person{me.ID: me}}
	// Whoever has a phone has these lists; they fail with the person only, who was found above.
	v.chats, _ = d.box.Chats(me.ID)
	v.friends, _ = d.box.Friends(me.ID)
	v.asking, _ = d.box.FriendRequests(me.ID)
	out = &phoneView{Place: p, Name: me.Nick, Face: faceOf(me), Time: v.now.Format("15:04"), SignIn: d.signInView(), Asking: len(v.asking)}
	out.Bot = out.SignIn.Account == me.ID
	if out.Bot && out.SignIn.State == string(wechatbox.QRWaiting) {
		out.Waits = -1
	}
	for _, c := range v.chats {
		out.Unread += c.Unread
	}
	return v, out
}

// finish fills the screen; what cannot be shown becomes the list of chats with a line that says why.
func (out *phoneView) finish(v *viewer, show screen) {
	title, back, body, err := show(v, out.Place)
	if err != nil {
		_, out.Oops = v.d.explain(form{words: v.ws}, err, "no.show")
		out.Place = place{Who: out.Place.Who, View: "chats"}
		title, back, body, _ = v.chatList(out.Place)
	}
	out.At, out.View, out.Title, out.Back, out.Body = out.Place.String(), out.Place.View, title, back, body
}

// rowView is one line of a list of people.
type rowView struct {
	ID    string
	Name  string
	Note  string
	Face  face
	Go    string
	Taken bool // already in the group
}

const maxRows = 500

type searchView struct {
	Query string
	Rows  []rowView
	More  bool
	All   bool // everybody, to take their phone; else friends to be made
}

const maxFound = 60

// searched lists people whose names hold query: to take the phone of ("people"), or to befriend ("friends").
func (d *Desk) searched(ws words, p place, query string) *phoneView {
	v, out := d.look(ws, p)
	if v == nil {
		v = &viewer{d: d, ws: ws, now: d.now(), people: map[string]wechatbox.Person{}}
		out = &phoneView{Place: p, Time: v.now.Format("15:04"), Face: face{Letter: "?"}}
	}
	body := searchView{Query: query, All: p.View == "people"}
	for _, who := range d.box.World().People {
		if !matches(who, query) || !body.All && (who.ID == v.me.ID || v.knows(who.ID)) {
			continue
		}
		if len(body.Rows) == maxFound {
			body.More = true
			break
		}
		row := rowView{ID: who.ID, Name: who.Nick, Note: who.City, Face: faceOf(who), Go: join("profile", "", who.ID)}
		body.Rows = append(body.Rows, row)
	}
	title, back := ws["people.title"], "chats"
	if !body.All {
		title, back = ws["friends.title"], "contacts"
	}
	if v.me.ID == "" {
		back = ""
	}
	out.At, out.View, out.Title, out.Back, out.Body = out.Place.String(), "search", title, back, body
	return out
}

func matches(p wechatbox.Person, query string) bool {
	q := strings.ToLower(query)
	return q == "" || strings.Contains(strings.ToLower(p.Nick), q) || strings.Contains(strings.ToLower(p.ID), q)
}

func (v *viewer) knows(id string) bool {
	return slices.ContainsFunc(v.friends, func(f wechatbox.Friend) bool { return f.ID == id })
}

// chatOf is the line of one chat in the list, made up where nobody has spoken there yet.
func (v *viewer) chatOf(id string) (wechatbox.Chat, error) {
	if i := slices.IndexFunc(v.chats, func(c wechatbox.Chat) bool { return c.ID == id }); i >= 0 {
		return v.chats[i], nil
	}
	other, err := v.d.box.Person(id)
	var unknown *wechatbox.UnknownError
	if errors.As(err, &unknown) {
		return wechatbox.Chat{}, oops{"err.nochat"}
	}
	return wechatbox.Chat{ID: other.ID, Title: v.nameOf(other.ID)}, err
}

// groupOf is a group that the phone's owner is in.
func (v *viewer) groupOf(id string) (wechatbox.Group, error) {
	g, err := v.d.box.Group(id)
	if err == nil && !isMember(g, v.me.ID) {
		err = oops{"err.notin"}
	}
	return g, err
}

func isMember(g wechatbox.Group, id string) bool { return memberAt(g, id) >= 0 }

func memberAt(g wechatbox.Group, id string) int {
	return slices.IndexFunc(g.Members, func(m wechatbox.Member) bool { return m.ID == id })
}

// shown is what the phone's owner calls a member: their remark, the name in the group, or the nickname.
func (v *viewer) shown(m wechatbox.Member) string {
	name := v.nameOf(m.ID)
	if name == m.Nick && m.Card != "" {
		return m.Card
	}
	return name
}
