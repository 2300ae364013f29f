package wechatbox

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/eatmoreapple/openwechat"
)

// rawSync is webwxsync with the fields openwechat does not read.
func (c *client) rawSync(key any) wireSync {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"BaseRequest": c.request, "SyncKey": key, "rr": "1"})
	ok(c.t, err)
	_, text := raw(c.t, c.caller.Client.HTTPClient().Transport, "POST", "https://wx.qq.com"+cgi+"webwxsync", string(body))
	var out wireSync
	ok(c.t, json.Unmarshal([]byte(text), &out))
	return out
}

func (c *client) rawInit() wireInit {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"BaseRequest": c.request})
	ok(c.t, err)
	_, text := raw(c.t, c.caller.Client.HTTPClient().Transport, "POST", "https://wx.qq.com"+cgi+"webwxinit", string(body))
	var out wireInit
	ok(c.t, json.Unmarshal([]byte(text), &out))
	return out
}

func TestInitListsRecentChats(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	_, err := b.Say("linlaoshi", "xiaoliu", "你好")
	ok(t, err)
	_, err = b.Say("susu", "dushuhui", "早")
	ok(t, err)
	c := signedIn(t, b)
	v := c.rawInit()
	if len(v.ContactList) != 3 || v.ContactList[0].UserName != fileHelper || v.ContactList[1].NickName != "六点二十读书会" || v.ContactList[2].NickName != "林老师" {
		t.Fatalf("recent chats: %+v", v.ContactList)
	}
	if v.User.Uin == 0 || v.SKey != c.info.SKey || v.SyncKey.Count != len(v.SyncKey.List) || v.User.NickName != "小六" {
		t.Fatalf("init: %+v", v.User)
	}
}

func TestStatusNotifyIsEchoedAsType51(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	_, err := b.Say("susu", "dushuhui", "早")
	ok(t, err)
	c := signedIn(t, b)
	ok(t, c.caller.WebWxStatusNotify(c.ctx, &openwechat.CallerWebWxStatusNotifyOptions{BaseRequest: c.request, WebInitResponse: c.init, LoginInfo: c.info}))
	if got := string(c.check().Selector); got != "7" {
		t.Fatalf("selector %s", got)
	}
	m := c.fetch().AddMsgList[0]
	if m.MsgType != typeStatus || m.StatusNotifyCode != 4 || m.FromUserName != c.init.User.UserName || m.StatusNotifyUserName != fileHelper+","+c.group() {
		t.Fatalf("got %+v", m)
	}
}

func TestCookiesAreSetAgain(t *testing.T) {
	for _, keep := range []bool{false, true} {
		b := demo(t, Options{AutoScan: true, Behave: Behaviour{KeepCookies: keep}})
		c := signedIn(t, b)
		body := fmt.Sprintf(`{"BaseRequest":{"Uin":%d,"Sid":%q,"Skey":%q}}`, c.request.Uin, c.request.Sid, c.request.Skey)
		for _, path := range []string{"webwxinit", "webwxsync"} {
			resp, _ := raw(t, b.Transport(), "POST", "https://wx.qq.com"+cgi+path, body)
			if set := len(resp.Cookies()) > 0; set == keep {
				t.Errorf("%s with KeepCookies %v sets %v", path, keep, resp.Cookies())
			}
		}
	}
}

func TestContactsHoldSavedGroupsWithoutMembers(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	_, err := b.AddGroup("unsaved", "没存的群", "linlaoshi", "xiaoliu", "xiaoming")
	ok(t, err)
	ok(t, b.SetRemark("xiaoliu", "linlaoshi", "群主林"))
	c := signedIn(t, b)
	list, err := c.caller.WebWxGetContact(c.ctx, c.info)
	ok(t, err)
	byNick := map[string]*openwechat.User{}
	for _, u := range list {
		byNick[u.NickName] = u
	}
	if len(list) != 4 {
		t.Fatalf("%d contacts", len(list))
	}
	if g := byNick["六点二十读书会"]; g == nil || g.MemberCount != 0 || len(g.MemberList) != 0 {
		t.Fatalf("the saved group: %+v", g)
	}
	if f := byNick["林老师"]; f == nil || f.RemarkName != "群主林" || f.Alias != "lin620" || f.AttrStatus == 0 || f.Uin != 0 {
		t.Fatalf("the friend: %+v", f)
	}
	if mp := byNick["微信团队"]; mp == nil || !mp.IsMP() || len(mp.UserName) != 33 {
		t.Fatalf("the official account: %+v", mp)
	}
}

func TestContactsComeInPages(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	for i := range contactPage {
		p, err := b.AddPerson(Person{ID: fmt.Sprintf("f%d", i)})
		ok(t, err)
		ok(t, b.Befriend("xiaoliu", p.ID))
	}
	c := signedIn(t, b)
	list, err := c.caller.WebWxGetContact(c.ctx, c.info)
	ok(t, err)
	if len(list) != contactPage+4 {
		t.Fatalf("%d contacts", len(list))
	}
}

func TestBatchGetContactGivesMembers(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	ok(t, b.SetCard("xiaoming", "dushuhui", "明🌟"))
	c := signedIn(t, b)
	list, err := c.caller.WebWxBatchGetContact(c.ctx, openwechat.Members{{UserName: c.group()}, {UserName: "@nobody"}}, c.request)
	ok(t, err)
	g := list[0]
	if g.MemberCount != 6 || len(g.MemberList) != 6 || g.EncryChatRoomId == "" || g.OwnerUin != 0 {
		t.Fatalf("group %+v", g)
	}
	for _, m := range g.MemberList {
		if m.NickName == "小明" && m.DisplayName != `明<span class="emoji emoji1f31f"></span>` {
			t.Errorf("member %+v", m)
		}
		if m.RemarkName != "" || m.Uin != 0 || m.AttrStatus == 0 {
			t.Errorf("a member tells too much: %+v", m)
		}
	}
	if list[1].UserName != "" {
		t.Fatalf("an unknown name: %+v", list[1])
	}
	if _, err := c.caller.WebWxBatchGetContact(c.ctx, make(openwechat.Members, 0), c.request); err != nil {
		t.Fatal(err)
	}
	many := make(openwechat.Members, 51)
	for i := range many {
		many[i] = &openwechat.User{UserName: c.group()}
	}
	if _, err := c.caller.WebWxBatchGetContact(c.ctx, many, c.request); err == nil {
		t.Fatal("51 at once were answered")
	}
}

func TestSelectorsTellWhatIsNew(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	for want, do := range map[string]func() error{
		"2": func() error { _, err := b.Say("susu", "dushuhui", "早"); return err },
		"4": func() error { return b.RenamePerson("linlaoshi", "林") },
		"6": func() error { return b.Befriend("xiaoliu", "xiaohong") },
	} {
		ok(t, do())
		if got := string(c.check().Selector); got != want {
			t.Errorf("selector %s, want %s", got, want)
		}
		c.fetch()
	}
	ok(t, b.Leave("ajie", "dushuhui"))
	if got := string(c.check().Selector); got != "4" {
		t.Errorf("a member left: selector %s", got)
	}
	c.fetch()
	one := 0
	_, err := b.Break(Fault{Path: "synccheck", Ret: &one, Selector: "0", Count: 1})
	ok(t, err)
	if got := string(c.check().Selector); got != "0" {
		t.Errorf("nothing is new: selector %s", got)
	}
}

func TestSyncCheckKnowsItsClients(t *testing.T) {
	b := demo(t, Options{AutoScan: true, Behave: Behaviour{CheckCookies: true}})
	c := signedIn(t, b)
	_, err := b.Say("susu", "dushuhui", "早")
	ok(t, err)
	query := func(uin int64, sid, skey string) string {
		_, body := raw(t, b.Transport(), "GET", fmt.Sprintf("https://webpush.wx.qq.com%ssynccheck?uin=%d&sid=%s&skey=%s&synckey=2_1", cgi, uin, sid, skey), "")
		return body
	}
	for _, got := range []string{query(1, c.info.WxSid, c.info.SKey), query(c.info.WxUin, "x", c.info.SKey), query(c.info.WxUin, c.info.WxSid, "x")} {
		if got != `window.synccheck={retcode:"1101",selector:"0"}` {
			t.Errorf("a stranger is told %s", got)
		}
	}
	// openwechat's jar sends no cookies to webpush, whose domain is not wx.qq.com's... unless it is a subdomain of it.
	if got := query(c.info.WxUin, c.info.WxSid, c.info.SKey); got != `window.synccheck={retcode:"1102",selector:"0"}` {
		t.Errorf("without cookies: %s", got)
	}
	if got := c.check(); got.RetCode != "0" || string(got.Selector) != "2" {
		t.Errorf("with cookies: %+v", got)
	}
}

func TestSyncGivesFiftyAndReplaysOlderKeys(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	start := c.init.SyncKey
	for i := range 120 {
		_, err := b.Say("susu", "dushuhui", fmt.Sprint(i))
		ok(t, err)
	}
	var ids []string
	for _, want := range []int{50, 50, 20, 0} {
		resp := c.fetch()
		if len(resp.AddMsgList) != want || resp.AddMsgCount != want || (resp.ContinueFlag == 1) != (want == 50) {
			t.Fatalf("%d messages, continue %d", len(resp.AddMsgList), resp.ContinueFlag)
		}
		for _, m := range resp.AddMsgList {
			ids = append(ids, m.MsgId)
		}
	}
	c.init.SyncKey = start
	again := c.fetch()
	if len(again.AddMsgList) != 50 || again.AddMsgList[7].MsgId != ids[7] {
		t.Fatalf("an older key gives %d messages, the eighth %s", len(again.AddMsgList), again.AddMsgList[7].MsgId)
	}
	for i, id := range ids {
		if i > 0 && id == ids[i-1] {
			t.Fatal("two messages have one id")
		}
	}
}

func TestAckDropForgetsWhatWasFetched(t *testing.T) {
	b := demo(t, Options{AutoScan: true, Behave: Behaviour{AckDrop: true}})
	c := signedIn(t, b)
	start := c.init.SyncKey
	for i := range 3 {
		_, err := b.Say("susu", "dushuhui", fmt.Sprint(i))
		ok(t, err)
	}
	c.fetch() // does not acknowledge yet
	kept := c.init.SyncKey
	c.init.SyncKey = start
	if n := len(c.fetch().AddMsgList); n != 3 {
		t.Fatalf("%d messages before the acknowledgement", n)
	}
	c.init.SyncKey = kept
	c.fetch()
	c.init.SyncKey = start
	if n := len(c.fetch().AddMsgList); n != 0 {
		t.Fatalf("%d messages after it", n)
	}
}

func TestSplitCheckKeyMustBeUsed(t *testing.T) {
	b := demo(t, Options{AutoScan: true, Behave: Behaviour{SplitCheckKey: true, PollFor: 1}})
	c := signedIn(t, b)
	_, err := b.Say("susu", "dushuhui", "早")
	ok(t, err)
	resp := c.fetch()
	if got := string(c.check().Selector); got != "2" {
		t.Fatalf("a client that ignores SyncCheckKey is told %s", got)
	}
	c.init.SyncKey = &resp.SyncCheckKey
	if got := string(c.check().Selector); got != "0" {
		t.Fatalf("one that uses it is told %s", got)
	}
}

func TestMembersWhoLeaveAreSeenInTheListAlone(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	ok(t, b.Leave("ajie", "dushuhui"))
	ok(t, b.Remove("linlaoshi", "dushuhui", "laozhou"))
	got := c.rawSync(c.init.SyncKey)
	if len(got.AddMsgList) != 0 {
		t.Fatalf("the account was told: %+v", got.AddMsgList)
	}
	if got.ModContactCount != 1 || got.ModContactList[0].MemberCount != 4 {
		t.Fatalf("mods: %+v", got.ModContactList)
	}
	room := c.group()
	ok(t, b.Remove("linlaoshi", "dushuhui", "xiaoliu"))
	got = c.rawSync(got.SyncKey)
	if len(got.AddMsgList) != 1 || got.AddMsgList[0].Content != `你被"林老师"移出群聊` {
		t.Fatalf("the removed account is told %+v", got.AddMsgList)
	}
	if got.DelContactCount != 1 || got.DelContactList[0].UserName != room {
		t.Fatalf("deleted: %+v", got.DelContactList)
	}
}

func TestDeletedFriendsAreInDelContactList(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	ok(t, b.Unfriend("xiaoliu", "linlaoshi"))
	if got := c.rawSync(c.init.SyncKey); got.DelContactCount != 1 || len(got.DelContactList[0].UserName) != 65 {
		t.Fatalf("got %+v", got.DelContactList)
	}
}

func TestJoinTextsArriveAsTheyAre(t *testing.T) {
	data, err := os.ReadFile("testdata/join-texts.tsv")
	ok(t, err)
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	room := c.group()
	rows := strings.Split(strings.TrimRight(string(data), "\n"), "\n")[1:]
	if len(rows) < 70 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		text, _, _ := strings.Cut(row, "\t")
		ok(t, b.System("dushuhui", text))
		m := c.fetch().AddMsgList[0]
		if m.MsgType != typeSystem || m.FromUserName != room || m.Content != text {
			t.Errorf("%q arrived as %q (type %d)", text, m.Content, m.MsgType)
		}
	}
}

func TestSystemTextsInBothLanguages(t *testing.T) {
	for lang, want := range map[Language][]string{
		Chinese: {
			`你邀请"小红、小芳"加入了群聊  `, `"林老师"邀请"大伟"加入了群聊`, `" 路人"通过扫描"林老师"分享的二维码加入群聊`, `"过客"通过扫描你分享的二维码加入群聊  `,
			`"林老师"修改群名为“早起”`, `你修改群名为“晨读”`, `"林老师" 拍了拍我`,
		},
		English: {
			`You invited 小红, 小芳 to the group chat.   `, `林老师 invited 大伟 to the group chat`, `" 路人" joined the group chat via the QR Code shared by "林老师".`,
			`"过客" joined group chat via the QR code you shared.  `, `"林老师" changed the group name to "早起"`, `You changed the group name to "晨读"`, `"林老师" tickled me`,
		},
	} {
		b := demo(t, Options{AutoScan: true, Language: lang})
		c := signedIn(t, b)
		for _, p := range []Person{{ID: "luren", Nick: "路人"}, {ID: "guoke", Nick: "过客"}} {
			_, err := b.AddPerson(p)
			ok(t, err)
		}
		ok(t, b.Invite("xiaoliu", "dushuhui", "xiaohong", "xiaofang"))
		ok(t, b.Invite("linlaoshi", "dushuhui", "dawei"))
		ok(t, b.JoinByQR("luren", "dushuhui", "linlaoshi"))
		ok(t, b.JoinByQR("guoke", "dushuhui", "xiaoliu"))
		ok(t, b.RenameGroup("linlaoshi", "dushuhui", "早起"))
		ok(t, b.RenameGroup("xiaoliu", "dushuhui", "晨读"))
		ok(t, b.Tickle("linlaoshi", "dushuhui", "xiaoliu"))
		msgs := c.fetch().AddMsgList
		for i, m := range msgs {
			if m.MsgType != typeSystem || m.Content != want[i] {
				t.Errorf("%s: got %q, want %q", lang, m.Content, want[i])
			}
		}
		if len(msgs) != len(want) {
			t.Errorf("%s: %d texts", lang, len(msgs))
		}
	}
}

func TestHostileNamesStayText(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	nasty := `A、B"加入了群聊<script>alert(1)</script>&🌸`
	_, err := b.AddPerson(Person{ID: "nasty", Nick: nasty})
	ok(t, err)
	ok(t, b.Invite("linlaoshi", "dushuhui", "nasty"))
	m := c.fetch().AddMsgList[0]
	want := `"林老师"邀请"A、B"加入了群聊&lt;script&gt;alert(1)&lt;/script&gt;&amp;<span class="emoji emoji1f338"></span>"加入了群聊`
	if m.Content != want {
		t.Fatalf("got %q", m.Content)
	}
	if got := last(t, b, "linlaoshi", "dushuhui").Text; got != `你邀请"`+nasty+`"加入了群聊  ` {
		t.Fatalf("the phone shows %q", got)
	}
}

func TestOfflineQueueIsBounded(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	for i := range maxQueue + 5 {
		_, err := b.Say("susu", "dushuhui", fmt.Sprint(i))
		ok(t, err)
	}
	if s, _ := b.Session("xiaoliu"); s.Behind != maxQueue {
		t.Fatalf("behind by %d", s.Behind)
	}
	c.init.SyncKey = &openwechat.SyncKey{}
	if m := c.fetch().AddMsgList; len(m) != 50 || !strings.HasSuffix(m[0].Content, ":<br/>5") {
		t.Fatalf("%d messages, the first %q", len(m), m[0].Content)
	}
}
