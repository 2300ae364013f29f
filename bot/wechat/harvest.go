package wechat

import (
	"encoding/xml"
	"html"
	"regexp"
	"strings"

	"github.com/eatmoreapple/openwechat"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// What the protocol tells in passing of lasting ids: the XML of a request to be a friend names its sender by one. The sender
// writes the hello in it, the service all the rest. The XML of media names its sender too, but is made by the sender's phone.

// idRows is who a lasting id of the service belongs to.
const idRows = store.Table[bot.PersonID]("wechat/ids")

// requester is where the service itself speaks from when it passes on a request.
const requester = "fmessage"

var lastingID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{2,63}$`)

// wxidOf is the lasting id of who asks to be a friend, "" where the message does not tell.
func wxidOf(m *message) string {
	if m.MsgType != openwechat.MsgTypeVerify || m.FromUserName != requester {
		return ""
	}
	text := html.UnescapeString(brTag.ReplaceAllLiteralString(m.Content, "\n"))
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		t, err := d.Token()
		if err != nil {
			return ""
		}
		root, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		return rootID(root)
	}
}

func rootID(root xml.StartElement) string {
	id := ""
	for _, a := range root.Attr {
		if a.Name.Local == "fromusername" {
			if id != "" { // a text that passes for an attribute
				return ""
			}
			id = a.Value
		}
	}
	if root.Name.Local != "msg" || !lastingID.MatchString(id) {
		return ""
	}
	return id
}

// byLastingID plans somebody whose lasting id was told: whoever had it before is the same person, if the session has no name for
// them yet; else that is a question. A role is never found so.
func (p *plan) byLastingID(r store.Reader, c contact) error {
	was, ok, err := idRows.Get(r, c.wxid)
	if err != nil {
		return err
	}
	trusted, err := roleHolders(r)
	if err != nil {
		return err
	}
	old := bot.PersonID("")
	if ok && !trusted[was] && !p.bound(string(was)) {
		old = was
	}
	known := p.known(c.UserName)
	if err := p.person(r, c, old); err != nil {
		return err
	}
	who := p.known(c.UserName)
	if who == nil || who.id == "" || ok && who.id == was {
		return nil
	}
	if ok && (known != nil || trusted[was]) {
		return p.sameID(r, who, was)
	}
	p.put(func(tx store.Tx) error { return idRows.Put(tx, who.id, c.wxid) })
	return nil
}

// sameID asks about two who have one lasting id.
func (p *plan) sameID(r store.Reader, who *person, was bot.PersonID) error {
	row, _, err := peopleRows.Get(r, was)
	if err != nil {
		return err
	}
	q := Question{Person: who.id, Nick: who.row.Nick, Session: p.names.session, At: p.now, Candidates: []Candidate{{
		Person: was, Nick: row.Nick, Evidence: bot.Text{ZH: "微信内部号相同", EN: "the same lasting id of WeChat"}, Lasting: true,
	}}}
	p.put(func(tx store.Tx) error { return keepQuestions(tx, []Question{q}) })
	return nil
}
