package wechatbox

import (
	"strings"
)

// Language is what a phone speaks: system texts are worded in it.
type Language string

// The languages the phones know.
const (
	Chinese Language = "zh"
	English Language = "en"
)

// notice is a system text before it is worded: WeChat words it for each who reads it.
type notice struct {
	Kind    noticeKind `json:"k"`
	Actor   *named     `json:"a,omitempty"`
	Targets []named    `json:"t,omitempty"`
	Others  []string   `json:"o,omitempty"` // who was there before, for those who joined
	Text    string     `json:"x,omitempty"`
	Old     uint64     `json:"n,omitempty"` // the message that was recalled
}

type noticeKind string

const (
	noticeRaw        noticeKind = "raw"
	noticeInvited    noticeKind = "invited"
	noticeJoinedByQR noticeKind = "qr"
	noticeRemoved    noticeKind = "removed"
	noticeRenamed    noticeKind = "renamed"
	noticeDismissed  noticeKind = "dismissed"
	noticeTickled    noticeKind = "tickled"
	noticeRecalled   noticeKind = "recalled"
	noticeAdded      noticeKind = "added"    // Actor added Targets[0] as a friend
	noticeStranger   noticeKind = "stranger" // Targets[0] does not know Actor
)

// named is a person with the name they bore when it happened: a later rename does not reword the past.
type named struct {
	Idx  uint32 `json:"i"`
	Name string `json:"n"`
}

const maxOthers = 40 // names listed to somebody who joined

func (w *world) named(g *group, p *person) *named { return &named{p.idx, shownIn(g, p)} }

func (w *world) namedAll(g *group, people []*person) []named {
	list := make([]named, 0, len(people))
	for _, p := range people {
		list = append(list, *w.named(g, p))
	}
	return list
}

// shownIn is what everybody sees in a group: the name borne there, or else the nickname.
func shownIn(g *group, p *person) string {
	if g != nil {
		if m := g.index[p.idx]; m != nil && m.card != "" {
			return m.card
		}
	}
	return p.Nick
}

// nameFor is what viewer sees: their own remark, or else what everybody sees.
func nameFor(viewer *person, g *group, p *person) string {
	if viewer != nil {
		if remark := viewer.friends[p.idx]; remark != "" {
			return remark
		}
	}
	return shownIn(g, p)
}

func (w *world) otherNames(g *group, but *person) []string {
	var names []string
	for _, m := range g.members {
		if m.p == but {
			continue
		}
		if names = append(names, shownIn(g, m.p)); len(names) == maxOthers {
			break
		}
	}
	return names
}

// wording is a notice as one viewer reads it.
type wording struct {
	n      *notice
	viewer *person
	you    bool     // the viewer did it
	hit    bool     // it was done to the viewer
	actor  string   // who did it
	others []string // to whom else it was done
}

func (n *notice) wordFor(viewer *person, lang Language) string {
	if n.Kind == noticeRaw {
		return n.Text
	}
	wd := wording{n: n, viewer: viewer}
	if n.Actor != nil {
		wd.you = n.Actor.Idx == viewer.idx
		wd.actor = n.Actor.nameFor(viewer)
	}
	for _, t := range n.Targets {
		if t.Idx == viewer.idx {
			wd.hit = true
			continue
		}
		wd.others = append(wd.others, t.nameFor(viewer))
	}
	if lang == English {
		return wd.english()
	}
	return wd.chinese()
}

func (n named) nameFor(viewer *person) string {
	if remark := viewer.friends[n.Idx]; remark != "" {
		return remark
	}
	return n.Name
}

func (wd *wording) chinese() string {
	who := `"` + wd.actor + `"`
	list := `"` + strings.Join(wd.others, "、") + `"`
	switch wd.n.Kind {
	case noticeInvited:
		return wd.chineseInvited(who, list)
	case noticeJoinedByQR:
		switch {
		case wd.hit:
			return "你通过扫描二维码加入群聊，群聊参与人还有：" + strings.Join(wd.n.Others, "、")
		case wd.you:
			return list + "通过扫描你分享的二维码加入群聊  "
		}
		return `" ` + list[1:] + "通过扫描" + who + "分享的二维码加入群聊"
	case noticeRemoved:
		if wd.hit {
			return "你被" + who + "移出群聊"
		}
		return "你将" + list + "移出了群聊"
	case noticeRenamed:
		if wd.you {
			who = "你"
		}
		return who + "修改群名为“" + wd.n.Text + "”"
	case noticeDismissed:
		if wd.you {
			return "你已解散该群聊"
		}
		return "群主" + who + "已解散该群聊"
	case noticeTickled:
		return wd.tickled(" 拍了拍 ", "我拍了拍 ", " 拍了拍我", "我拍了拍自己", " 拍了拍自己")
	case noticeRecalled:
		if wd.you {
			return "你撤回了一条消息"
		}
		return who + " 撤回了一条消息"
	case noticeAdded:
		if wd.you {
			return "你已添加了" + wd.others[0] + "，现在可以开始聊天了。"
		}
		return wd.actor + "刚刚把你添加到通讯录，现在可以开始聊天了。"
	case noticeStranger:
		return wd.others[0] + "开启了朋友验证，你还不是他（她）朋友。请先发送朋友验证请求，对方验证通过后，才能聊天。"
	}
	return wd.n.Text
}

func (wd *wording) chineseInvited(who, list string) string {
	switch {
	case wd.hit && len(wd.others) > 0:
		return who + "邀请你和" + list + "加入了群聊"
	case wd.hit:
		return who + "邀请你加入了群聊，群聊参与人还有：" + strings.Join(wd.n.Others, "、")
	case wd.you:
		return "你邀请" + list + "加入了群聊  "
	}
	return who + "邀请" + list + "加入了群聊"
}

func (wd *wording) english() string {
	who := `"` + wd.actor + `"`
	list := strings.Join(wd.others, ", ")
	switch wd.n.Kind {
	case noticeInvited:
		return wd.englishInvited(list)
	case noticeJoinedByQR:
		switch {
		case wd.hit:
			return "You've joined the group chat via QR Code. Other participants are: " + strings.Join(wd.n.Others, ", ")
		case wd.you:
			return `"` + list + `" joined group chat via the QR code you shared.  `
		}
		return `" ` + list + `" joined the group chat via the QR Code shared by ` + who + "."
	case noticeRemoved:
		if wd.hit {
			return "You were removed from the group chat by " + who
		}
		return `You removed "` + list + `" from the group chat`
	case noticeRenamed:
		if wd.you {
			who = "You"
		}
		return who + ` changed the group name to "` + wd.n.Text + `"`
	case noticeDismissed:
		if wd.you {
			return "You dismissed the group chat"
		}
		return "The group owner " + who + " dismissed the group chat"
	case noticeTickled:
		return wd.tickled(" tickled ", "I tickled ", " tickled me", "I tickled myself", " tickled themselves")
	case noticeRecalled:
		if wd.you {
			return "You recalled a message"
		}
		return who + " has recalled a message."
	case noticeAdded:
		if wd.you {
			return "You have added " + list + " as your WeChat contact. Start chatting!"
		}
		return wd.actor + " just added you to his/her contacts list. Send a message to him/her now!"
	case noticeStranger:
		return list + " has enabled friend confirmation. Send a friend request first."
	}
	return wd.n.Text
}

func (wd *wording) englishInvited(list string) string {
	switch {
	case wd.hit && len(wd.others) > 0:
		return wd.actor + " invited you and " + list + " to the group chat"
	case wd.hit:
		return wd.actor + " invited you to a group chat with " + strings.Join(wd.n.Others, ", ")
	case wd.you:
		return "You invited " + list + " to the group chat.   "
	}
	return wd.actor + " invited " + list + " to the group chat"
}

// tickled needs six forms, because the tickler, the tickled and the reader may be one, two or three people.
func (wd *wording) tickled(they, iThem, theyMe, iMe, theySelf string) string {
	who := `"` + wd.actor + `"`
	alone := wd.n.Targets[0].Idx == wd.n.Actor.Idx
	switch {
	case alone && wd.you:
		return iMe
	case alone:
		return who + theySelf
	case wd.you:
		return iThem + `"` + wd.others[0] + `"`
	case wd.hit:
		return who + theyMe
	}
	return who + they + `"` + wd.others[0] + `"`
}
