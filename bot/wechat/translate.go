package wechat

import (
	"cmp"
	"encoding/json"
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/eatmoreapple/openwechat"

	"sixtwenty/bot"
)

// A translator turns messages into events. It asks nobody: whatever it needs is in names before it starts.
type translator struct {
	names *names
	now   time.Time // for what WeChat gives no time
}

// event translates one message. ok is false for what is no event: states of the phone, official accounts, the service's own
// accounts, and what the account itself said through this session.
func (t *translator) event(m *message) (e bot.Event, ok bool) {
	if m.MsgType == openwechat.MsgTypeVerify {
		return t.friendRequest(m), true
	}
	partner := m.partner(t.names.self)
	if m.MsgType == typeStatus || !t.names.talks(partner) {
		return e, false
	}
	e = bot.Event{ID: m.id(), At: m.at(t.now), Kind: bot.Message}
	if isRoom(partner) {
		return t.inRoom(e, m, t.names.rooms[partner])
	}
	p := t.names.people[partner]
	if p == nil || p.id == "" {
		return e, false
	}
	e.Chat = p.chat()
	if m.FromUserName == t.names.self {
		e.Self, e.From = true, t.names.me()
	} else {
		e.From = p.member("")
	}
	return t.fill(e, m, m.Content, nil)
}

func (t *translator) inRoom(e bot.Event, m *message, r *room) (bot.Event, bool) {
	if r == nil || r.id == "" {
		return e, false
	}
	e.Chat = r.chat()
	if m.FromUserName == t.names.self {
		e.Self, e.From = true, r.memberOr(t.names.self, t.names.me())
		return t.fill(e, m, m.Content, r)
	}
	sender, content := m.split()
	if sender != "" { // whoever it is: only FromUserName proves the account's own phone
		e.From = t.sender(sender, r)
	}
	return t.fill(e, m, content, r)
}

// sender is the member as the group shows them. In a group that is not followed nobody new is made known.
func (t *translator) sender(wire string, r *room) bot.Member {
	if p := t.names.people[wire]; p != nil && p.id != "" {
		return r.memberOr(wire, p.member(""))
	}
	return bot.Member{}
}

// fill reads what the message says. r is nil in private chats.
func (t *translator) fill(e bot.Event, m *message, content string, r *room) (bot.Event, bool) {
	switch m.MsgType {
	case openwechat.MsgTypeSys:
		return t.system(e, m, r), true
	case openwechat.MsgTypeRecalled:
		return recalled(e, content)
	case openwechat.MsgTypeText:
		if m.SubMsgType == subTypeLocation {
			e.Text, _, _ = strings.Cut(plain(content), "\n")
			e.Media = &bot.Media{Kind: bot.Other}
			return e, true
		}
		e.Text = plain(content)
		if r != nil {
			e.Text, e.AtMe = r.cutMention(t.names.self, e.Text)
		}
	case openwechat.MsgTypeApp:
		t.app(&e, m, content)
	default:
		e.Media = t.media(m)
	}
	return e, true
}

func (t *translator) app(e *bot.Event, m *message, content string) {
	title := plainName(m.FileName)
	switch m.AppMsgType {
	case appQuote: // an answer that quotes another message: its title is what was written
		e.Text = cmp.Or(plain(tagOf(xmlTitle, content)), title)
	case openwechat.AppMsgTypeUrl:
		e.Text = title
		e.Media = &bot.Media{Kind: bot.Link, Name: title, URL: html.UnescapeString(m.URL)}
	default:
		e.Media = t.media(m)
	}
}

// media describes what was sent along.
func (t *translator) media(m *message) *bot.Media {
	media := &bot.Media{Kind: bot.Other}
	ref := mediaRef{Session: t.names.session, Message: m.MsgID}
	switch m.MsgType {
	case openwechat.MsgTypeImage:
		media.Kind = bot.Image
	case openwechat.MsgTypeVoice:
		media.Kind, media.Length = bot.Voice, time.Duration(m.VoiceLength)*time.Millisecond
	case openwechat.MsgTypeVideo, openwechat.MsgTypeMicroVideo:
		media.Kind = bot.Video
	case openwechat.MsgTypeShareCard:
		media.Kind, media.Name = bot.Card, plainName(m.RecommendInfo.NickName)
		return media
	case openwechat.MsgTypeApp:
		if m.AppMsgType != openwechat.AppMsgTypeAttach {
			if m.AppMsgType == appMini || m.AppMsgType == appMiniToo || m.AppMsgType == appChannel {
				media.Kind = bot.Card
			}
			media.Name = plainName(m.FileName)
			return media
		}
		media.Kind, media.Name = bot.File, plainName(m.FileName)
		media.Size, _ = strconv.ParseInt(string(m.FileSize), 10, 64)
		ref.Sender, ref.Media, ref.File = m.FromUserName, m.MediaID, m.EncryFileName
	default:
		return media
	}
	media.Ref = ref.String()
	return media
}

// system translates a text that WeChat itself wrote. It never has a sender in From that could hold a role, save the one whom
// the member list names beyond doubt.
func (t *translator) system(e bot.Event, m *message, r *room) bot.Event {
	e.Self, e.From = false, bot.Member{}
	n := readNotice(m.Content)
	if n.kind == noticeUserText {
		_, content := m.split()
		e.Text = plain(content)
		return e
	}
	e.Kind, e.Text = bot.System, plainNotice(m.Content)
	switch {
	case n.kind == noticeJoin && r != nil:
		e.Kind, e.Text, e.Join = bot.Joined, "", &n.join
	case n.kind == noticeRename && r != nil:
		e.Kind, e.Text, e.Chat.Name = bot.GroupRenamed, "", n.name
		e.From = r.named(n.who)
	case n.kind == noticeTickle && r != nil:
		e.Kind, e.Text, e.From = bot.Tickled, "", r.named(n.who)
	case n.kind == noticeFriend && r == nil:
		if p := t.names.people[m.partner(t.names.self)]; p != nil {
			e.Kind, e.Text, e.From = bot.Befriended, "", p.member("")
		}
	}
	return e
}

var (
	xmlTitle   = regexp.MustCompile(`(?s)<title>(.*?)</title>`)
	xmlRecalls = regexp.MustCompile(`<msgid>(\d+)</msgid>`)
)

// tagOf finds a tag in the XML of a message, which comes escaped.
func tagOf(tag *regexp.Regexp, content string) string {
	m := tag.FindStringSubmatch(html.UnescapeString(brTag.ReplaceAllLiteralString(content, "\n")))
	if m == nil {
		return ""
	}
	inner, ok := strings.CutPrefix(m[1], "<![CDATA[")
	if ok {
		inner = strings.TrimSuffix(inner, "]]>")
	}
	return inner
}

func recalled(e bot.Event, content string) (bot.Event, bool) {
	id := tagOf(xmlRecalls, content)
	if id == "" {
		return e, false
	}
	e.Kind, e.Text = bot.Recalled, messageID(id)
	return e, true
}

func (t *translator) friendRequest(m *message) bot.Event {
	e := bot.Event{ID: m.id(), At: m.at(t.now), Kind: bot.FriendRequest, Text: plain(m.RecommendInfo.Content)}
	if p := t.names.people[m.RecommendInfo.UserName]; p != nil && p.id != "" {
		e.From, e.Chat = p.member(""), p.chat()
		e.Token = ticket{t.names.session, m.RecommendInfo.Ticket}.String()
	}
	if e.From.Nick == "" {
		e.From.Nick = plainName(m.RecommendInfo.NickName)
	}
	return e
}

// A mediaRef is what Fetch needs. It names the session, because names and ids on the wire die with it, and holds no secret.
type mediaRef struct {
	Session string `json:"s"`
	Message string `json:"m"`
	Sender  string `json:"f,omitempty"`
	Media   string `json:"i,omitempty"`
	File    string `json:"n,omitempty"`
}

// String is the form in which it travels in bot.Media.
func (r mediaRef) String() string {
	b, err := json.Marshal(r)
	if err != nil { // strings always marshal
		panic(err)
	}
	return string(b)
}
