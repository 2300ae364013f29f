package wechat

import (
	"encoding/json"
	"errors"

	"sixtwenty/bot"
)

// A contact is a person or a group as the service lists them.
type contact struct {
	UserName    string
	NickName    string
	RemarkName  string
	Alias       string
	DisplayName string // of a member: the name in that group
	KeyWord     string // the first letters of the lasting id that the web is not told
	AttrStatus  int64
	VerifyFlag  int
	MemberCount int
	MemberList  []contact

	// stranger marks somebody who is on no contact list: a sender, a member, one who asks to be a friend.
	stranger bool
	wxid     string // the lasting id, where it was told in passing
	group    string // where a sender wrote: nobody is kept of a group that is not followed
}

// officialFlag is set in VerifyFlag of official accounts.
const officialFlag = 8

func (c *contact) official() bool { return c.VerifyFlag&officialFlag != 0 || c.KeyWord == "gh_" }

// complete says whether the list holds all members. One that does not must not make anybody seem to have left.
func (c *contact) complete() bool { return len(c.MemberList) > 0 && len(c.MemberList) >= c.MemberCount }

// row is what is kept of a person.
func (c *contact) row() personRow {
	return personRow{
		Nick: plainName(c.NickName), Remark: plainName(c.RemarkName), Alias: c.Alias, KeyWord: c.KeyWord, Attr: c.AttrStatus,
	}
}

// decode reads what fits: a field of the wrong type is left empty rather than taking the rest with it.
func decode(b []byte, v any) error {
	err := json.Unmarshal(b, v)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil
	}
	return err
}

// A person is somebody this session has a name for. id is "" for those whom nothing was kept of yet.
type person struct {
	wire     string
	id       bot.PersonID
	row      personRow
	read     bool // row is what the store holds
	official bool
}

func (p *person) chat() bot.Chat {
	return bot.Chat{ID: privateChat(p.id), Name: p.row.Nick}
}

// member is the person as a group shows them. The remark only helps to recognise them.
func (p *person) member(card string) bot.Member {
	m := bot.Member{Person: p.id, Nick: p.row.Nick, Card: card}
	if p.row.Remark != "" {
		m.Known = []string{p.row.Remark}
	}
	return m
}

// privateChat is the conversation with a person; it lasts as long as the person's id.
func privateChat(p bot.PersonID) bot.ChatID { return bot.ChatID("c/" + string(p)) }
