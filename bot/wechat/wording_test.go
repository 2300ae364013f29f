package wechat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// A shape is one wording of a join, with A for who came and X for who brought them. Without quotes around a name the wording
// itself tells nobody where the name ends.
type shape struct {
	text   string
	want   bot.Join
	quoted bool
}

func shapes() []shape {
	return []shape{
		{`你邀请"A"加入了群聊  `, bot.Join{SelfInvited: true, Names: "A"}, true},
		{`"X"邀请"A"加入了群聊`, bot.Join{InviterName: "X", Names: "A"}, true},
		{`"X"邀请你和"A"加入了群聊`, bot.Join{Self: true, InviterName: "X", Names: "A"}, true},
		{`"A"通过扫描你分享的二维码加入群聊  `, bot.Join{ByQR: true, Single: true, SelfInvited: true, Names: "A"}, true},
		{`" A"通过扫描"X"分享的二维码加入群聊`, bot.Join{ByQR: true, Single: true, InviterName: "X", Names: "A"}, true},
		{`"A"通过"X"的邀请二维码加入群聊`, bot.Join{ByQR: true, Single: true, InviterName: "X", Names: "A"}, true},
		{`"A"加入了群聊`, bot.Join{Single: true, Names: "A"}, true},
		{`You invited A to the group chat.   `, bot.Join{SelfInvited: true, Names: "A"}, false},
		{`X invited A to the group chat`, bot.Join{InviterName: "X", Names: "A"}, false},
		{`X invited you and A to the group chat`, bot.Join{Self: true, InviterName: "X", Names: "A"}, false},
		{`"A" joined group chat via the QR code you shared.   `, bot.Join{ByQR: true, Single: true, SelfInvited: true, Names: "A"}, true},
		{`"A" joined the group chat via the QR Code shared by "X".`, bot.Join{ByQR: true, Single: true, InviterName: "X", Names: "A"}, true},
	}
}

// nasty are names as written and as they come on the wire.
var nasty = [][2]string{
	{"小红", "小红"},
	{"卓桓、Zhuohuan", "卓桓、Zhuohuan"},
	{"Tom, Jerry", "Tom, Jerry"},
	{"邀请", "邀请"},
	{"爱邀请的人", "爱邀请的人"},
	{"🌸花🇨🇳", `<span class="emoji emoji1f338"></span>花<span class="emoji emoji1f1e81f1f3"></span>`},
	{"<b>粗</b>", "&lt;b&gt;粗&lt;/b&gt;"},
	{"a&b", "a&amp;b"},
	{"&amp;", "&amp;amp;"},
	{"加入了群聊", "加入了群聊"},
	{"invited", "invited"},
	{"@所有人", "@所有人"},
	{"。", "。"},
	{"[微笑]", "[微笑]"},
	{"<a href=x>", "&lt;a href=x&gt;"},
	{"'", "&#39;"},
	{"《引》", "《引》"},
}

// quotedNasty are fine where there are quotes around.
var quotedNasty = [][2]string{{`小"红`, `小&quot;红`}, {`A"B"C`, `A"B"C`}}

func TestEveryWordingWithEveryName(t *testing.T) {
	for _, s := range shapes() {
		names := nasty
		if s.quoted {
			names = append(names[:len(names):len(names)], quotedNasty...)
		}
		for _, a := range names {
			want := s.want
			want.Names = a[0]
			if want.InviterName != "" {
				want.InviterName = "林老师"
			}
			text := strings.NewReplacer("A", a[1], "X", "林老师").Replace(s.text)
			for _, spelt := range waysToWrite(text, a[1]) {
				if got := readNotice(spelt); !equalNotice(got, notice{kind: noticeJoin, join: want}) {
					t.Errorf("%s\n got %+v\nwant %+v", spelt, got, want)
				}
			}
		}
	}
}

// waysToWrite are a wording with other quotes and with blanks anywhere around what is quoted.
func waysToWrite(text, name string) []string {
	ways := []string{text, "\u00a0" + text + " "}
	if strings.ContainsAny(name, `"`) || !strings.Contains(text, `"`) {
		return ways
	}
	open := false
	var curly, blank strings.Builder
	for i, c := range text {
		if markup := strings.LastIndexByte(text[:i], '<') > strings.LastIndexByte(text[:i], '>'); c != '"' || markup {
			curly.WriteRune(c)
			blank.WriteRune(c)
			continue
		}
		open = !open
		if open {
			curly.WriteRune('“')
			blank.WriteString(` " `)
		} else {
			curly.WriteRune('”')
			blank.WriteString(` " `)
		}
	}
	ways = append(ways, curly.String())
	if !strings.Contains(text, "joined") {
		ways = append(ways, blank.String())
	}
	return ways
}

// TestTypedJoinsAreNotBelieved: whatever a member types, and however it is dressed up, only WeChat welcomes anybody.
func TestTypedJoinsAreNotBelieved(t *testing.T) {
	n := someNames()
	tr := translator{names: n, now: time.Now()}
	for _, s := range shapes() {
		for _, m := range []message{
			{FromUserName: wireRoom, MsgType: 1, Content: wireMing + ":<br/>" + s.text},
			{FromUserName: wireRoom, MsgType: 10000, Content: wireMing + ":<br/>" + s.text},
			{FromUserName: wireRoom, MsgType: 1, Content: s.text},
			{FromUserName: wireMing, MsgType: 10000, Content: s.text},
			{FromUserName: wireRoom, MsgType: 10000, Content: "好消息<br/>" + s.text},
			{FromUserName: wireRoom, MsgType: 49, AppMsgType: 5, FileName: s.text, Content: wireMing + ":<br/>" + s.text},
		} {
			if e, ok := tr.event(&m); ok && e.Kind == bot.Joined {
				t.Errorf("believed %q of type %d: %+v", m.Content, m.MsgType, e.Join)
			}
		}
	}
}

// TestUnknownTextsAreKept once for each wording, without names, and the owner can be told.
func TestUnknownTextsAreKept(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.chat()
		for _, text := range []string{`"小明"领取了"林老师"的神秘礼物`, `"阿杰"领取了“林老师”的神秘礼物`, `群聊开启了新功能`} {
			must(t, r.box.System(club, text))
			if e := r.one(); e.Kind != bot.System || e.Text != text || e.From.Person != "" {
				t.Errorf("event %+v", e)
			}
		}
		for _, text := range []string{`对方正在使用新功能`, `小明开启了朋友验证，你还不是他（她）朋友。`} {
			must(t, r.box.System("小明", text))
			if e := r.one(); e.Kind != bot.System || e.Chat.Group {
				t.Errorf("event %+v", e)
			}
		}
		must(t, r.db.View(t.Context(), func(rd store.Reader) error {
			list, err := UnknownTexts(rd)
			must(t, err)
			texts := map[string]bool{}
			for _, u := range list {
				texts[u.Text] = true
			}
			if len(list) != 3 || !texts["对方正在使用新功能"] || !texts["“…”领取了“…”的神秘礼物"] || !texts["群聊开启了新功能"] {
				t.Errorf("kept %+v", list)
			}
			return nil
		}))
	})
}

func TestUnknownTextsAreBounded(t *testing.T) {
	d := &directory{db: storetest.Twice(storetest.Open(t))}
	now := time.Now()
	for i := range maxTexts + 20 {
		must(t, d.keepWording(t.Context(), fmt.Sprintf("新的说法 %d%s", i, strings.Repeat("长", 200)), now.Add(time.Duration(i)*time.Second)))
	}
	must(t, d.db.View(t.Context(), func(r store.Reader) error {
		list, err := UnknownTexts(r)
		must(t, err)
		if len(list) != maxTexts || !strings.HasPrefix(list[0].Text, "新的说法 119") || len(list[0].Text) > maxWording {
			t.Errorf("%d texts, the latest %q", len(list), list[0].Text)
		}
		return nil
	}))
}

// TestLastingIDFindsAgain: who asks again to be a friend is known by the id in the request.
func TestLastingIDFindsAgain(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		must(t, r.box.RequestFriend("大伟", "小六", `我是大伟 fromusername="wxid_other"`))
		first := r.one().From.Person
		r.rescan()
		must(t, r.box.RenamePerson("大伟", "换了名字"))
		must(t, r.box.RequestFriend("换了名字", "小六", "又是我"))
		if again := r.one().From.Person; again != first || first == "" {
			t.Errorf("first %q, again %q", first, again)
		}
	})
}

func TestWxidOf(t *testing.T) {
	request := func(from, content string) *message {
		return &message{FromUserName: from, MsgType: 37, Content: content}
	}
	tests := map[string]struct {
		m    *message
		want string
	}{
		"told":            {request("fmessage", `&lt;msg fromusername="wxid_abc" content="hi"&gt;&lt;/msg&gt;`), "wxid_abc"},
		"by a member":     {request("@1", `&lt;msg fromusername="wxid_abc"&gt;`), ""},
		"in the hello":    {request("fmessage", `&lt;msg content="fromusername=&amp;quot;wxid_abc&amp;quot;"&gt;`), ""},
		"twice":           {request("fmessage", `&lt;msg fromusername="wxid_a1" fromusername="wxid_b2"&gt;`), ""},
		"another element": {request("fmessage", `&lt;x fromusername="wxid_abc"&gt;`), ""},
		"no id":           {request("fmessage", `&lt;msg fromusername="&amp;lt;b&amp;gt;"&gt;`), ""},
		"no XML":          {request("fmessage", `fromusername="wxid_abc"`), ""},
		"another type":    {&message{FromUserName: "fmessage", MsgType: 1, Content: `&lt;msg fromusername="wxid_abc"&gt;`}, ""},
	}
	for name, test := range tests {
		if got := wxidOf(test.m); got != test.want {
			t.Errorf("%s: %q, expected %q", name, got, test.want)
		}
	}
}
