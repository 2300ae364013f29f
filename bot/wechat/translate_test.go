package wechat

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
)

var (
	wireMe   = "@" + strings.Repeat("0", 64)
	wireMing = "@" + strings.Repeat("1", 64)
	wireJie  = "@" + strings.Repeat("2", 64)
	wireGh   = "@" + strings.Repeat("3", 32)
	wireRoom = "@@" + strings.Repeat("a", 64)
)

// someNames is a session with the account, 小明, 阿杰 and one group of the three.
func someNames() *names {
	n := newNames("s1", wireMe)
	add := func(wire, id, nick string) *person {
		p := &person{wire: wire, id: bot.PersonID(id), row: personRow{Nick: nick}, read: true}
		n.people[wire] = p
		return p
	}
	r := &room{wire: wireRoom, id: "g1", name: "六点二十"}
	r.set(memberList{[]member{
		{add(wireMe, "pme", "小六"), "小六·管家"}, {add(wireMing, "pming", "小明"), ""}, {add(wireJie, "pjie", "小六六"), ""},
	}, true}, time.Time{})
	n.rooms[wireRoom] = r
	n.people[wireGh] = &person{wire: wireGh, read: true, official: true}
	return n
}

// A translation is a message and the event it is, without ID and time; nil if it is none.
type translation struct {
	m    message
	want *bot.Event
}

func translations() map[string]translation {
	ming := bot.Member{Person: "pming", Nick: "小明"}
	group := bot.Chat{ID: "g1", Group: true, Name: "六点二十"}
	private := bot.Chat{ID: "c/pming", Name: "小明"}
	in := func(content string) message {
		return message{FromUserName: wireRoom, ToUserName: wireMe, MsgType: 1, Content: wireMing + ":<br/>" + content}
	}
	said := func(text string) bot.Event {
		return bot.Event{Kind: bot.Message, Chat: group, From: ming, Text: text}
	}
	with := func(m message, change func(*message)) message { change(&m); return m }
	return map[string]translation{
		"group text":         {in("打卡"), new(said("打卡"))},
		"colon and break":    {in("note:<br/>second line"), new(said("note:\nsecond line"))},
		"escapes":            {in("&lt;b&gt; &amp;amp; &quot;"), new(said(`<b> &amp; "`))},
		"typed emoji span":   {in(`&lt;span class="emoji emoji1f604"&gt;&lt;/span&gt;`), new(said(`<span class="emoji emoji1f604"></span>`))},
		"typed break":        {in(`a&lt;br/&gt;b`), new(said("a<br/>b"))},
		"emoji":              {in(`<span class="emoji emoji1f604"></span>好[微笑]`), new(said("😄好[微笑]"))},
		"flag":               {in(`<span class="emoji emoji1f1e81f1f3"></span>`), new(said("🇨🇳"))},
		"old emoji":          {in(`<span class="emoji emoji2764"></span>`), new(said("❤"))},
		"keycap":             {in(`<span class="emoji emoji3120e3"></span>`), new(said("1\u20e3"))},
		"bad emoji":          {in(`<span class="emoji emojid800"></span><span class="emoji emoji"></span>`), new(said("\uFFFD\uFFFD"))},
		"official account":   {message{FromUserName: wireGh, ToUserName: wireMe, MsgType: 1, Content: "广告"}, nil},
		"unknown official":   {message{FromUserName: "@" + strings.Repeat("9", 32), ToUserName: wireMe, MsgType: 1, Content: "广告"}, nil},
		"weixin":             {message{FromUserName: "weixin", ToUserName: wireMe, MsgType: 1, Content: "欢迎"}, nil},
		"file helper":        {message{FromUserName: wireMe, ToUserName: "filehelper", MsgType: 1, Content: "x"}, nil},
		"phone state":        {message{FromUserName: wireMe, ToUserName: wireMe, MsgType: 51}, nil},
		"unknown sysmsg":     {with(in("&lt;sysmsg type=\"x\"&gt;"), func(m *message) { m.MsgType = 10002 }), nil},
		"private":            {message{FromUserName: wireMing, ToUserName: wireMe, MsgType: 1, Content: "@abc:<br/>hi"}, &bot.Event{Kind: bot.Message, Chat: private, From: ming, Text: "@abc:\nhi"}},
		"own phone, private": {message{FromUserName: wireMe, ToUserName: wireMing, MsgType: 1, Content: "hi"}, &bot.Event{Kind: bot.Message, Chat: private, From: bot.Member{Person: "pme", Nick: "小六"}, Self: true, Text: "hi"}},
		"own phone, group":   {message{FromUserName: wireMe, ToUserName: wireRoom, MsgType: 1, Content: "hi:<br/>x"}, &bot.Event{Kind: bot.Message, Chat: group, From: bot.Member{Person: "pme", Nick: "小六", Card: "小六·管家"}, Self: true, Text: "hi:\nx"}},
		"own name as prefix": {message{FromUserName: wireRoom, ToUserName: wireMe, MsgType: 1, Content: wireMe + ":<br/>/停"}, &bot.Event{Kind: bot.Message, Chat: group, From: bot.Member{Person: "pme", Nick: "小六", Card: "小六·管家"}, Text: "/停"}},
		"mention":            {in("@小六·管家\u2005打卡"), new(at(said("打卡")))},
		"mention twice":      {in("@小六·管家\u2005 @小六 好"), new(at(said("好")))},
		"mention alone":      {in("@小六"), new(at(said("")))},
		"mention of other":   {in("@小六六\u2005打卡"), new(said("@小六六\u2005打卡"))},
		"longer name typed":  {in("@小六六打卡"), new(said("@小六六打卡"))},
		"mention typed":      {in("@小六打卡"), new(at(said("打卡")))},
		"image":              {with(in(""), func(m *message) { m.MsgType, m.MsgID = 3, "7" }), new(media(said(""), bot.Media{Kind: bot.Image, Ref: `{"s":"s1","m":"7"}`}))},
		"voice":              {with(in(""), func(m *message) { m.MsgType, m.MsgID, m.VoiceLength = 34, "7", 1180 }), new(media(said(""), bot.Media{Kind: bot.Voice, Length: 1180 * time.Millisecond, Ref: `{"s":"s1","m":"7"}`}))},
		"small video":        {with(in(""), func(m *message) { m.MsgType, m.MsgID = 62, "7" }), new(media(said(""), bot.Media{Kind: bot.Video, Ref: `{"s":"s1","m":"7"}`}))},
		"sticker":            {with(in(""), func(m *message) { m.MsgType = 47 }), new(media(said(""), bot.Media{Kind: bot.Other}))},
		"file": {with(in(""), func(m *message) {
			m.MsgType, m.AppMsgType, m.FileName, m.FileSize, m.MediaID = 49, 6, "a &amp; b.pdf", "12", "@crypt_1"
		}), new(media(said(""), bot.Media{Kind: bot.File, Name: "a & b.pdf", Size: 12, Ref: `{"s":"s1","m":"","f":"` + wireRoom + `","i":"@crypt_1"}`}))},
		"link": {with(in(""), func(m *message) {
			m.MsgType, m.AppMsgType, m.FileName, m.URL = 49, 5, "文章", "https://a/?b=1&amp;c=2"
		}), new(media(said("文章"), bot.Media{Kind: bot.Link, Name: "文章", URL: "https://a/?b=1&c=2"}))},
		"red packet":        {with(in(""), func(m *message) { m.MsgType, m.AppMsgType, m.FileName = 49, 2001, "红包" }), new(media(said(""), bot.Media{Kind: bot.Other, Name: "红包"}))},
		"quote":             {with(in("&lt;msg&gt;&lt;appmsg&gt;&lt;title&gt;打卡&lt;/title&gt;"), func(m *message) { m.MsgType, m.AppMsgType = 49, 57 }), new(said("打卡"))},
		"location":          {with(in("学校门口:<br/>/cgi-bin/x"), func(m *message) { m.SubMsgType = 48 }), new(media(said("学校门口:"), bot.Media{Kind: bot.Other}))},
		"join":              {message{FromUserName: wireRoom, MsgType: 10000, Content: `"小明"邀请"小红"加入了群聊`}, &bot.Event{Kind: bot.Joined, Chat: group, Join: &bot.Join{InviterName: "小明", Names: "小红"}}},
		"join in private":   {message{FromUserName: wireMing, MsgType: 10000, Content: `"小明"邀请"小红"加入了群聊`}, &bot.Event{Kind: bot.System, Chat: private, Text: `"小明"邀请"小红"加入了群聊`}},
		"join by a member":  {with(in(`"小明"邀请"小红"加入了群聊`), func(m *message) { m.MsgType = 10000 }), &bot.Event{Kind: bot.Message, Chat: group, Text: `"小明"邀请"小红"加入了群聊`}},
		"join by own phone": {message{FromUserName: wireMe, ToUserName: wireRoom, MsgType: 10000, Content: `你邀请"小红"加入了群聊  `}, &bot.Event{Kind: bot.Joined, Chat: group, Join: &bot.Join{SelfInvited: true, Names: "小红"}}},
		"rename":            {message{FromUserName: wireRoom, MsgType: 10000, Content: `"小明"修改群名为“晨读”`}, &bot.Event{Kind: bot.GroupRenamed, Chat: bot.Chat{ID: "g1", Group: true, Name: "晨读"}, From: ming}},
		"tickle":            {message{FromUserName: wireRoom, MsgType: 10000, Content: `"小明" 拍了拍我`}, &bot.Event{Kind: bot.Tickled, Chat: group, From: ming}},
		"system":            {message{FromUserName: wireRoom, MsgType: 10000, Content: `天气不错 &amp;`}, &bot.Event{Kind: bot.System, Chat: group, Text: "天气不错 &"}},
		"recall":            {with(in(`&lt;sysmsg type="revokemsg"&gt;&lt;revokemsg&gt;&lt;oldmsgid&gt;1&lt;/oldmsgid&gt;&lt;msgid&gt;42&lt;/msgid&gt;`), func(m *message) { m.MsgType = 10002 }), &bot.Event{Kind: bot.Recalled, Chat: group, From: ming, Text: "m/42"}},
	}
}

func TestTranslate(t *testing.T) {
	for name, test := range translations() {
		t.Run(name, func(t *testing.T) {
			test.m.CreateTime = 946684800
			tr := translator{names: someNames()}
			got, ok := tr.event(&test.m)
			if ok != (test.want != nil) {
				t.Fatalf("an event: %v", ok)
			}
			if !ok {
				return
			}
			test.want.ID, test.want.At = test.m.id(), time.Unix(946684800, 0)
			if g, w := asJSON(t, got), asJSON(t, *test.want); g != w {
				t.Errorf("\n got %s\nwant %s", g, w)
			}
		})
	}
}

func at(e bot.Event) bot.Event { e.AtMe = true; return e }

func media(e bot.Event, m bot.Media) bot.Event { e.Media = &m; return e }

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

func TestMessageIDs(t *testing.T) {
	a := message{FromUserName: wireMing, ToUserName: wireMe, MsgType: 1, CreateTime: 7, Content: "x"}
	b, c := a, a
	b.Content = "y"
	if a.id() != c.id() || a.id() == b.id() || !strings.HasPrefix(a.id(), "h/") {
		t.Errorf("ids %s %s %s", a.id(), b.id(), c.id())
	}
	a.MsgID = "123"
	if a.id() != "m/123" {
		t.Errorf("id %s", a.id())
	}
}

// FuzzMessage reads any JSON as a message and translates it: nothing may panic, and Self needs the account's own name.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"MsgId":"1","FromUserName":"@@`+strings.Repeat("a", 64)+`","MsgType":1,"Content":"@1:<br/>@小六 hi"}`), "x")
	f.Add([]byte(`{"MsgType":"odd","FromUserName":"@x","FileSize":12}`), "@小六·管家\u2005")
	f.Add([]byte(`{"MsgType":49,"AppMsgType":57,"FromUserName":"`+wireMing+`"}`), "<title><![CDATA[")
	f.Fuzz(func(t *testing.T, raw []byte, text string) {
		m, err := readMessage(raw)
		if err != nil {
			return
		}
		for _, from := range []string{m.FromUserName, wireRoom, wireMing} {
			m.FromUserName, m.Content = from, m.Content+text
			tr := translator{names: someNames()}
			if e, ok := tr.event(m); ok && (e.ID == "" || e.Self && from != wireMe) {
				t.Fatalf("event %+v", e)
			}
		}
	})
}

func TestReadMessageTakesWhatFits(t *testing.T) {
	m, err := readMessage([]byte(`{"MsgId":"1","FromUserName":"@a","MsgType":"odd","FileSize":12,"Content":"x"}`))
	if err != nil || m.Content != "x" || m.FileSize != "12" || m.MsgType != 0 {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err := readMessage([]byte(`"x"`)); err == nil {
		t.Error("a string was read as a message")
	}
}
