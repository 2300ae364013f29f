package wechatbox

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// The shapes of the web protocol, field for field.

type baseResponse struct {
	Ret    int
	ErrMsg string
}

type wireSyncKey struct {
	Count int
	List  []wireKeyVal
}

type wireKeyVal struct {
	Key int
	Val int64
}

type wireContact struct {
	Uin               int64
	UserName          string
	NickName          string
	HeadImgUrl        string
	ContactFlag       int
	MemberCount       int
	MemberList        []wireMember
	RemarkName        string
	HideInputBarFlag  int
	Sex               int
	Signature         string
	VerifyFlag        int
	OwnerUin          int64
	PYInitial         string
	PYQuanPin         string
	RemarkPYInitial   string
	RemarkPYQuanPin   string
	StarFriend        int
	AppAccountFlag    int
	Statues           int
	AttrStatus        int64
	Province          string
	City              string
	Alias             string
	SnsFlag           int
	UniFriend         int
	DisplayName       string
	ChatRoomId        int64
	KeyWord           string
	EncryChatRoomId   string
	IsOwner           int
	WebWxPluginSwitch int
	HeadImgFlag       int
}

type wireMember struct {
	Uin             int64
	UserName        string
	NickName        string
	AttrStatus      int64
	PYInitial       string
	PYQuanPin       string
	RemarkPYInitial string
	RemarkPYQuanPin string
	MemberStatus    int
	DisplayName     string
	KeyWord         string
}

// contact is a friend, an official account or the account itself, as p sees it.
func (s *session) contact(p, q *person) wireContact {
	c := wireContact{
		UserName: s.names.person(q), NickName: wireName(q.Nick), Sex: q.Sex, Signature: wireName(q.Signature),
		AttrStatus: q.AttrStatus, Province: q.Province, City: q.City, Alias: q.Alias, SnsFlag: 1, KeyWord: q.keyWord(),
		PYInitial: latin(q.Nick), PYQuanPin: strings.ToLower(latin(q.Nick)),
	}
	if remark, ok := p.friends[q.idx]; ok {
		c.ContactFlag = 3
		c.RemarkName = wireName(remark)
		c.RemarkPYInitial, c.RemarkPYQuanPin = latin(remark), strings.ToLower(latin(remark))
	}
	if q.Official {
		c.VerifyFlag, c.KeyWord, c.SnsFlag = 24, "gh_", 0
	}
	c.HeadImgUrl = s.iconURL(c.UserName, q.avatarSeq(), "")
	return c
}

// iconURL carries a number that changes with the picture, as the real one does.
func (s *session) iconURL(name string, seq uint32, room string) string {
	path := "webwxgeticon"
	if strings.HasPrefix(name, "@@") {
		path = "webwxgetheadimg"
	}
	url := fmt.Sprintf("/cgi-bin/mmwebwx-bin/%s?seq=%d&username=%s&skey=%s", path, seq, name, s.Skey)
	if room != "" {
		url += "&chatroomid=" + room
	}
	return url
}

func (p *person) avatarSeq() uint32 {
	return 620000000 + fnv32(p.Nick+"\x00"+p.Avatar)%99999999
}

// keyWord is all the web says of the lasting id: its first three characters.
func (p *person) keyWord() string {
	if fnv32(p.ID)%5 == 0 && len(p.Alias) >= 3 {
		return p.Alias[:3]
	}
	return "wxi"
}

// wxid is the lasting id that only a friend request and some media carry.
func (p *person) wxid() string { return fmt.Sprintf("wxid_%012x22", fnv64(p.ID)&0xffffffffffff) }

// room is a group. Its members are listed only where the protocol does.
func (s *session) room(w *world, p *person, g *group, members bool) wireContact {
	name := s.names.group(g)
	c := wireContact{
		UserName: name, NickName: wireName(g.name), ContactFlag: 2, EncryChatRoomId: s.names.room(g), Statues: 1,
		PYInitial: latin(g.name), PYQuanPin: strings.ToLower(latin(g.name)), MemberList: []wireMember{},
	}
	if g.saved[p.idx] {
		c.ContactFlag = 3
	}
	if g.owner == p.idx {
		c.IsOwner = 1
	}
	c.HeadImgUrl = s.iconURL(name, 0, c.EncryChatRoomId)
	if !members || g.gone || g.index[p.idx] == nil {
		return c
	}
	c.MemberCount = len(g.members)
	c.MemberList = make([]wireMember, 0, len(g.members))
	for _, m := range g.members {
		c.MemberList = append(c.MemberList, wireMember{
			UserName: s.names.person(m.p), NickName: wireName(m.p.Nick), AttrStatus: m.p.AttrStatus,
			DisplayName: wireName(m.card), KeyWord: m.p.keyWord(),
		})
	}
	return c
}

// helper is the file transfer assistant, one's own notebook.
func (s *session) helper() wireContact {
	return wireContact{
		UserName: fileHelper, NickName: "文件传输助手", ContactFlag: 3, VerifyFlag: 0, Statues: 0, KeyWord: "fil",
		PYInitial: "WJCSZS", PYQuanPin: "wenjianchuanshuzhushou", HeadImgUrl: s.iconURL(fileHelper, 0, ""),
		MemberList: []wireMember{},
	}
}

// wireName is a name as the web carries it: no markup but the spans of emoji.
func wireName(s string) string { return emojiSpans(escapeAngles(s)) }

// emojiSpans writes emoji as WeChat's web does, code points in hex run together: <span class="emoji emoji1f604"></span>.
func emojiSpans(s string) string {
	if isPlain(s) {
		return s
	}
	var out strings.Builder
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		if !isEmoji(runes[i]) {
			out.WriteRune(runes[i])
			continue
		}
		out.WriteString(`<span class="emoji emoji`)
		fmt.Fprintf(&out, "%x", runes[i])
		if isFlagHalf(runes[i]) && i+1 < len(runes) && isFlagHalf(runes[i+1]) {
			i++
			fmt.Fprintf(&out, "%x", runes[i])
		}
		out.WriteString(`"></span>`)
	}
	return out.String()
}

func isPlain(s string) bool {
	for _, r := range s {
		if isEmoji(r) {
			return false
		}
	}
	return true
}

func isFlagHalf(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }

func isEmoji(r rune) bool {
	switch {
	case r < 0x231a:
		return false
	case r >= 0x1f000 && r <= 0x1faff, r >= 0x2600 && r <= 0x27bf:
		return true
	}
	return strings.ContainsRune("⌚⌛⏩⏪⏫⏬⏰⏳⬛⬜⭐⭕〽㊗㊙", r)
}

// unspan turns emoji spans back into characters; clients send them as they got them.
func unspan(s string) string {
	const open, end, longest = `<span class="emoji emoji`, `"></span>`, 6
	if !strings.Contains(s, open) {
		return s
	}
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(s, open)
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		code, _, ok := strings.Cut(rest[:min(len(rest), longest+len(end))], end)
		r, err := strconv.ParseUint(code, 16, 21)
		if !ok || err != nil {
			out.WriteString(open)
			s = rest
			continue
		}
		out.WriteRune(rune(r))
		s = rest[len(code)+len(end):]
	}
}

// latin is what stands for a name's pinyin: its Latin letters and digits, or else "" as WeChat gives for most.
func latin(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
}

func fnv32(s string) uint32 { return uint32(fnv64(s) >> 16) }

func fnv64(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// loose is a JSON string or number: clients differ.
type loose string

// UnmarshalJSON takes a string, a number or null.
func (l *loose) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		var s string
		err := json.Unmarshal(data, &s)
		*l = loose(s)
		return err
	}
	if string(data) != "null" {
		*l = loose(data)
	}
	return nil
}
