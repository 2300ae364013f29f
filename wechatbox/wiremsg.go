package wechatbox

import (
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"time"
)

type wireMessage struct {
	MsgId                string
	FromUserName         string
	ToUserName           string
	MsgType              int
	Content              string
	Status               int
	ImgStatus            int
	CreateTime           int64
	VoiceLength          int64
	PlayLength           int64
	FileName             string
	FileSize             string
	MediaId              string
	Url                  string
	AppMsgType           int
	StatusNotifyCode     int
	StatusNotifyUserName string
	RecommendInfo        wireRecommend
	ForwardFlag          int
	AppInfo              wireAppInfo
	HasProductId         int
	Ticket               string
	ImgHeight            int
	ImgWidth             int
	SubMsgType           int
	NewMsgId             int64
	OriContent           string
	EncryFileName        string
}

type wireRecommend struct {
	UserName   string
	NickName   string
	QQNum      int64
	Province   string
	City       string
	Content    string
	Signature  string
	Alias      string
	Scene      int
	VerifyFlag int
	AttrStatus int64
	Sex        int
	Ticket     string
	OpCode     int
}

type wireAppInfo struct {
	AppID string
	Type  int
}

// The message types of the protocol.
const (
	typeText     = 1
	typeImage    = 3
	typeVoice    = 34
	typeRequest  = 37
	typeCard     = 42
	typeVideo    = 43
	typeEmoticon = 47
	typeApp      = 49
	typeStatus   = 51
	typeSystem   = 10000
	typeRecalled = 10002

	appLink = 5
	appFile = 6
)

// message is m as the web client of p gets it.
func (s *session) message(w *world, p *person, m *message) wireMessage {
	msg := wireMessage{MsgId: m.id(), NewMsgId: wireID(m.seq), Status: 3, ImgStatus: 1, CreateTime: m.at / 1000, ForwardFlag: 0}
	s.address(p, m, &msg)
	switch {
	case m.notice != nil && m.notice.Kind == noticeRecalled:
		s.recalled(w, p, m, &msg)
	case m.notice != nil:
		msg.MsgType = typeSystem
		msg.Content = systemContent(m.notice, p, w.languageOf(p))
		return msg
	case m.body == nil:
		msg.MsgType, msg.Content = typeText, textContent(m.text)
	default:
		s.fill(w, m, &msg)
	}
	if m.chat.g != nil && m.from != p && m.from != nil {
		msg.Content = s.names.person(m.from) + ":<br/>" + msg.Content
	}
	return msg
}

// address fills in from and to: a group speaks for its members, and the phone's own messages come from the account.
func (s *session) address(p *person, m *message, msg *wireMessage) {
	me := s.names.person(p)
	there := ""
	switch c := m.chat; {
	case c.g != nil:
		there = s.names.group(c.g)
	case c.a == c.b:
		there = fileHelper
	default:
		there = s.names.person(c.other(p))
	}
	if m.from == p {
		msg.FromUserName, msg.ToUserName = me, there
		return
	}
	msg.FromUserName, msg.ToUserName = there, me
}

// systemContent words a notice; a raw one goes out as it was given.
func systemContent(n *notice, p *person, lang Language) string {
	if n.Kind == noticeRaw {
		return n.Text
	}
	return wireName(n.wordFor(p, lang))
}

// escapeAngles keeps names from being read as markup; quotes stay, as they do in the real texts.
func escapeAngles(s string) string { return angles.Replace(s) }

var angles = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func textContent(s string) string {
	return emojiSpans(strings.ReplaceAll(escapeAngles(s), "\n", "<br/>"))
}

// markup is XML as the web carries it in a message: escaped, with line breaks.
func markup(s string) string { return strings.ReplaceAll(escapeAngles(s), "\n", "<br/>") }

func (s *session) recalled(w *world, p *person, m *message, msg *wireMessage) {
	msg.MsgType = typeRecalled
	there := msg.FromUserName
	if m.from == p {
		there = msg.ToUserName
	}
	old := wireID(m.notice.Old)
	msg.Content = markup(fmt.Sprintf(
		"<sysmsg type=\"revokemsg\"><revokemsg><session>%s</session><oldmsgid>%d</oldmsgid><msgid>%d</msgid><replacemsg><![CDATA[%s]]></replacemsg></revokemsg></sysmsg>",
		there, old, old, strings.ReplaceAll(m.notice.wordFor(p, w.languageOf(p)), "]]>", "]] >")))
}

// fill gives a message with more than text its wire form.
func (s *session) fill(w *world, m *message, msg *wireMessage) {
	b := m.body
	switch b.Kind {
	case Image:
		msg.MsgType, msg.ImgStatus, msg.ImgHeight, msg.ImgWidth = typeImage, 2, thumb(b.Height), thumb(b.Width)
		msg.Content = markup(fmt.Sprintf("<?xml version=\"1.0\"?>\n<msg>\n\t<img length=\"%d\" hdlength=\"0\" cdnthumbheight=\"%d\" cdnthumbwidth=\"%d\" />\n</msg>\n",
			b.Size, thumb(b.Height), thumb(b.Width)))
	case Voice:
		ms := b.Duration.Milliseconds()
		msg.MsgType, msg.VoiceLength = typeVoice, ms
		msg.Content = markup(fmt.Sprintf("<msg><voicemsg endflag=\"1\" cancelflag=\"0\" forwardflag=\"0\" voiceformat=\"4\" voicelength=\"%d\" length=\"%d\" bufid=\"%d\" clientmsgid=\"%x\" fromusername=\"%s\" /></msg>",
			ms, b.Size, m.seq, m.seq, m.from.wxid()))
	case Video:
		msg.MsgType, msg.PlayLength = typeVideo, int64(b.Duration/time.Second)
		msg.ImgHeight, msg.ImgWidth = thumb(b.Height), thumb(b.Width)
		msg.Content = markup(fmt.Sprintf("<?xml version=\"1.0\"?>\n<msg>\n\t<videomsg length=\"%d\" playlength=\"%d\" fromusername=\"%s\" isad=\"0\" />\n</msg>\n",
			b.Size, msg.PlayLength, m.from.wxid()))
	case File:
		s.fillFile(m, msg)
	case Link:
		msg.MsgType, msg.AppMsgType, msg.FileName, msg.Url = typeApp, appLink, b.Name, html.EscapeString(b.URL)
		msg.Content = markup(fmt.Sprintf("<msg>\n<appmsg appid=\"\" sdkver=\"0\">\n<title>%s</title>\n<des>%s</des>\n<type>5</type>\n<url>%s</url>\n</appmsg>\n<fromusername>%s</fromusername>\n</msg>",
			html.EscapeString(b.Name), html.EscapeString(m.text), html.EscapeString(b.URL), m.from.wxid()))
	case Emoticon:
		msg.MsgType, msg.ImgStatus = typeEmoticon, 2
		msg.Content = markup(fmt.Sprintf("<msg><emoji fromusername=\"%s\" type=\"2\" md5=\"%s\" len=\"%d\" /></msg>", m.from.wxid(), html.EscapeString(b.MD5), b.Size))
	case Card:
		s.fillCard(w, m, msg)
	case Location:
		msg.MsgType = typeText
		msg.Url = "http://apis.map.qq.com/uri/v1/geocoder?coord=30.27,120.15"
		msg.Content = textContent(m.text) + ":<br/>/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg?url=xxx&amp;msgid=" + m.id() + "&amp;pictype=location"
		msg.OriContent = fmt.Sprintf("<msg><location x=\"30.27\" y=\"120.15\" scale=\"16\" label=\"%s\" poiname=\"%s\" /></msg>", html.EscapeString(m.text), html.EscapeString(b.Name))
	}
}

func thumb(pixels int) int { return min(max(pixels, 1), 120) }

func (s *session) fillFile(m *message, msg *wireMessage) {
	b := m.body
	msg.MsgType, msg.AppMsgType = typeApp, appFile
	msg.FileName, msg.FileSize = b.Name, strconv.FormatInt(b.Size, 10)
	msg.MediaId = wireMediaID(b.Media)
	msg.EncryFileName = url.QueryEscape(b.Name)
	msg.AppInfo.AppID = "wx6618f1cfc6c132f8"
	msg.Content = markup(fmt.Sprintf("<msg>\n<appmsg appid=\"wx6618f1cfc6c132f8\" sdkver=\"0\">\n<title>%s</title>\n<des></des>\n<type>6</type>\n<appattach>\n<totallen>%d</totallen>\n<attachid>%s</attachid>\n<fileext>%s</fileext>\n</appattach>\n</appmsg>\n<fromusername>%s</fromusername>\n</msg>",
		html.EscapeString(b.Name), b.Size, msg.MediaId, html.EscapeString(extension(b.Name)), m.from.wxid()))
}

func extension(name string) string {
	i := strings.LastIndexByte(name, '.')
	return strings.ToLower(name[i+1:])
}

func (s *session) fillCard(w *world, m *message, msg *wireMessage) {
	msg.MsgType = typeCard
	p, err := w.findPerson(m.body.Person)
	if err != nil {
		return
	}
	msg.RecommendInfo = s.recommend(p)
	msg.Content = markup(fmt.Sprintf("<?xml version=\"1.0\"?>\n<msg username=\"%s\" nickname=\"%s\" alias=\"%s\" sex=\"%d\" province=\"%s\" city=\"%s\" sign=\"%s\" scene=\"17\" certflag=\"0\" />\n",
		p.wxid(), html.EscapeString(p.Nick), html.EscapeString(p.Alias), p.Sex, html.EscapeString(p.Province),
		html.EscapeString(p.City), html.EscapeString(p.Signature)))
}

func (s *session) recommend(p *person) wireRecommend {
	return wireRecommend{
		UserName: s.names.person(p), NickName: wireName(p.Nick), Province: p.Province, City: p.City,
		Signature: wireName(p.Signature), Alias: p.Alias, AttrStatus: p.AttrStatus, Sex: p.Sex, Scene: 17,
	}
}

// wireMediaID names stored bytes on the wire; it holds for every session and every target.
func wireMediaID(media string) string {
	return "@crypt_" + fmt.Sprintf("%08x", fnv32(media)) + "_" + media + base64.RawStdEncoding.EncodeToString([]byte("wx"))
}

func mediaOfWire(id string) string {
	parts := strings.SplitN(id, "_", 3)
	if len(parts) != 3 || parts[0] != "@crypt" || len(parts[2]) < 32 {
		return ""
	}
	return parts[2][:32]
}

// statusID numbers messages about the phone's state, which are not part of any chat.
func statusID(key uint64) int64 { return wireID(key | 1<<59) }
