package wechatbox

import (
	"errors"
	"strings"
	"testing"

	"github.com/eatmoreapple/openwechat"
)

func TestFriendRequestsCarryTheirXML(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	ok(t, b.RequestFriend("xiaohong", "xiaoliu", `我是"小红" <3`))
	m := c.fetch().AddMsgList[0]
	m.Content = unescaped(m.Content)
	if !m.IsFriendAdd() {
		t.Fatalf("%+v", m)
	}
	x, err := m.FriendAddMessageContent()
	ok(t, err)
	if !strings.HasPrefix(x.FromUserName, "wxid_") || !strings.HasPrefix(x.EncryptUserName, "v1_") || !strings.HasPrefix(x.Ticket, "v2_") || x.Content != `我是"小红" <3` || m.RecommendInfo.Ticket != x.Ticket {
		t.Fatalf("%+v", x)
	}
	wrong := m.RecommendInfo
	wrong.Ticket = "v2_x"
	agree := func(info openwechat.RecommendInfo) error {
		return c.caller.WebWxVerifyUser(c.ctx, &openwechat.CallerWebWxVerifyUserOptions{RecommendInfo: info, BaseRequest: c.request, LoginInfo: c.info})
	}
	if err := agree(wrong); !errors.Is(err, openwechat.Ret(retTicket)) {
		t.Fatalf("a wrong ticket: %v", err)
	}
	ok(t, agree(m.RecommendInfo))
	got := c.rawSync(c.init.SyncKey)
	if len(got.ModContactList) != 1 || got.ModContactList[0].UserName != m.RecommendInfo.UserName {
		t.Fatalf("mods %+v", got.ModContactList)
	}
	if text := got.AddMsgList[0].Content; text != "你已添加了小红，现在可以开始聊天了。" {
		t.Fatalf("told %q", text)
	}
	if v := last(t, b, "xiaohong", "xiaoliu").Text; v != "小六刚刚把你添加到通讯录，现在可以开始聊天了。" {
		t.Fatalf("she reads %q", v)
	}
}

func TestStrangersDoNotGetMessages(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	friend := contactNamed(c, "林老师")
	ok(t, b.Unfriend("linlaoshi", "xiaoliu"))
	_, err := c.say(friend, "在吗")
	ok(t, err)
	if s := b.Sent()[0]; s.Fault == "" {
		t.Fatalf("sent %+v", s)
	}
	if text := c.fetch().AddMsgList[0].Content; !strings.Contains(text, "开启了朋友验证") {
		t.Fatalf("told %q", text)
	}
	if list := must(b.History("linlaoshi", "xiaoliu", "", 0)); len(list) != 0 {
		t.Fatalf("she reads %+v", list)
	}
}

func contactNamed(c *client, nick string) string {
	c.t.Helper()
	list, err := c.caller.WebWxGetContact(c.ctx, c.info)
	ok(c.t, err)
	for _, u := range list {
		if u.NickName == nick {
			return u.UserName
		}
	}
	c.t.Fatalf("no contact %s", nick)
	return ""
}

func TestRemarksFromTheWebDoNotLast(t *testing.T) {
	for _, last := range []bool{false, true} {
		b := demo(t, Options{AutoScan: true, Behave: Behaviour{RemarksLast: last}})
		c := signedIn(t, b)
		ok(t, c.caller.WebWxOplog(c.ctx, &openwechat.CallerWebWxOplogOptions{RemarkName: "老师", ToUserName: contactNamed(c, "林老师"), BaseRequest: c.request}))
		remark := must(b.Friends("xiaoliu"))[0].Remark
		if (remark == "老师") != last {
			t.Errorf("RemarksLast %v: remark %q", last, remark)
		}
	}
}

func TestRoomManagementIsRefusedSince2018(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	ok(t, b.Befriend("xiaoliu", "xiaohong"))
	ok(t, b.Befriend("xiaoliu", "xiaofang"))
	c := signedIn(t, b)
	room, hong, fang := c.group(), contactNamed(c, "小红"), contactNamed(c, "小芳")
	calls := []func() map[string]any{
		func() map[string]any {
			return c.post("webwxupdatechatroom?fun=addmember", map[string]any{"ChatRoomName": room, "AddMemberList": hong})
		},
		func() map[string]any {
			return c.post("webwxupdatechatroom?fun=modtopic", map[string]any{"ChatRoomName": room, "NewTopic": "新名"})
		},
		func() map[string]any {
			return c.post("webwxcreatechatroom", map[string]any{"Topic": "三人", "MemberList": []map[string]string{{"UserName": hong}, {"UserName": fang}}})
		},
	}
	for i, call := range calls {
		if retIn(call()) == 0 {
			t.Errorf("call %d was not refused", i)
		}
	}
	b.Behave(func(v *Behaviour) { v.RoomManagement = true })
	for i, call := range calls {
		if out := call(); retIn(out) != 0 {
			t.Errorf("call %d was refused: %v", i, out)
		}
	}
	if g := must(b.Group("dushuhui")); g.Name != "新名" || len(g.Members) != 7 {
		t.Errorf("group %+v", g)
	}
}

func TestTwoAccountsTalkToEachOther(t *testing.T) {
	b := demo(t, Options{})
	liu := signedIn(t, b)
	ming := newClient(t, b)
	uuid, err := ming.caller.GetLoginUUID(ming.ctx)
	ok(t, err)
	ok(t, b.Scan("xiaoming", uuid))
	ming.awaitLogin(uuid, "201")
	ok(t, b.Confirm("xiaoming", uuid))
	ming.enter(ming.awaitLogin(uuid, "200"))
	ok(t, b.SaveGroup("xiaoming", "dushuhui", true))
	if ming.init.User.NickName != "小明" {
		t.Fatalf("signed in as %s", ming.init.User.NickName)
	}
	ming.fetch()
	must(liu.say(liu.group(), "我是小六"))
	must(ming.say(ming.group(), "我是小明"))
	for c, want := range map[*client]string{liu: "我是小明", ming: "我是小六"} {
		got := c.fetch().AddMsgList
		if len(got) != 1 || !strings.HasSuffix(got[0].Content, ":<br/>"+want) {
			t.Errorf("%s gets %+v", c.init.User.NickName, got)
		}
	}
	if sent := b.Sent(); sent[0].Account != "xiaoliu" || sent[1].Account != "xiaoming" {
		t.Errorf("sent %+v", sent)
	}
	if _, err := liu.say(ming.group(), "x"); err == nil {
		t.Error("a name of the other's session was understood")
	}
}
