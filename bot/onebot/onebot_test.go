package onebot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/onebot/onebottest"
)

// both runs a play forward with lists of segments, and in reverse with CQ codes.
func both(t *testing.T, act func(r *rig)) {
	t.Run("forward, segments", func(t *testing.T) { play(t, false, onebottest.Options{}, Options{}, act) })
	t.Run("reverse, CQ codes", func(t *testing.T) { play(t, true, onebottest.Options{CQ: true}, Options{}, act) })
}

func TestMessages(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		if e := r.in.events[0]; e.Kind != bot.SignedIn || e.Text != "onebot:qq:10000" || e.From.Person != "qq:10000" || e.From.Nick != "小六" {
			t.Errorf("the sign-in is %+v", e)
		}
		list := r.in.take()
		if len(list) != 1 || list[0].Kind != bot.Listed || len(list[0].Roster) != 3 || list[0].Chat.Name != "六点二十读书会" {
			t.Fatalf("the sign-in told %+v", list)
		}
		id := r.server.Say(r.ming, r.group, onebottest.Text("打卡 [&,]"))
		e := r.one()
		if e.Text != "打卡 [&,]" || e.ID != fmt.Sprintf("qq:group:600000@10000#%d", id) || e.From.Person != "qq:10002" || e.From.Nick != "小明" || e.Self || e.AtMe {
			t.Errorf("heard %+v", e)
		}
		r.server.Say(r.ming, r.group, onebottest.At(onebottest.Account), onebottest.Text(" 打卡"))
		if e := r.one(); e.Text != "打卡" || !e.AtMe {
			t.Errorf("mentioned: %+v", e)
		}
		r.server.Say(r.ming, r.group, onebottest.Text("/踢 "), onebottest.At(r.owner), onebottest.Text(" 广告"))
		if e := r.one(); e.Text != "/踢 @群主\u2005 广告" || !slices.Equal(e.Mentions, []bot.Mention{{Person: "qq:10001", Name: "群主"}}) {
			t.Errorf("mentions: %+v", e)
		}
		r.server.Say(r.ming, r.group, onebottest.Segment{Type: "reply", Data: map[string]any{"id": fmt.Sprint(id)}}, onebottest.Text("好"))
		if e := r.one(); e.Quotes != fmt.Sprintf("qq:group:600000@10000#%d", id) || e.Text != "好" {
			t.Errorf("quotes: %+v", e)
		}
		r.server.Tell(r.ming, onebottest.Text("在吗"))
		if e := r.one(); e.Chat != (bot.Chat{ID: "qq:private:10002", Name: "小明"}) || e.Text != "在吗" {
			t.Errorf("in private: %+v", e)
		}
	})
}

// QQ's clients mention whom one answers before the answer: /精华 as an answer to a message is still a command.
func TestAnAnswerBeginsWithWhatWasWritten(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.in.take()
		quote := onebottest.Segment{Type: "reply", Data: map[string]any{"id": "7"}}
		r.server.Say(r.ming, r.group, quote, onebottest.At(r.owner), onebottest.Text(" /精华"))
		if e := r.one(); e.Text != "/精华" || len(e.Mentions) != 0 || e.Quotes == "" {
			t.Errorf("heard %+v", e)
		}
		r.server.Say(r.ming, r.group, quote, onebottest.At(r.ming), onebottest.Text(" /移出 "), onebottest.At(r.owner))
		if e := r.one(); strings.TrimSuffix(e.Text, "\u2005") != "/移出 @群主" || len(e.Mentions) != 1 {
			t.Errorf("heard %+v", e)
		}
		r.server.Say(r.ming, r.group, quote, onebottest.At(onebottest.Account), onebottest.Text(" 好"))
		if e := r.one(); e.Text != "好" || !e.AtMe {
			t.Errorf("an answer to us: %+v", e)
		}
		r.server.Say(r.ming, r.group, onebottest.At(r.owner), onebottest.Text(" 早"))
		if e := r.one(); e.Text != "@群主\u2005 早" || len(e.Mentions) != 1 {
			t.Errorf("a mention that was written: %+v", e)
		}
	})
}

// A temporary session comes with the number of the group it began in. It is private all the same: an answer in the group would
// show everybody what was asked.
func TestATemporarySessionIsPrivate(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.in.take()
		for _, list := range []string{`[{"type":"text","data":{"text":"/我的数据"}}]`, `"/我的数据"`} {
			r.server.Raw(fmt.Sprintf(`{"post_type":"message","message_type":"private","sub_type":"group","self_id":10000,"message_id":%d,
				"user_id":10002,"group_id":600000,"message":%s,"sender":{"nickname":"小明"}}`, 7000+len(list), list))
			if e := r.one(); e.Chat != (bot.Chat{ID: "qq:private:10002", Name: "小明"}) || e.Text != "/我的数据" {
				t.Errorf("heard %+v", e)
			}
		}
	})
}

func TestMedia(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.in.take()
		image := onebottest.Segment{Type: "image", Data: map[string]any{"file": "a.jpg", "url": "http://cdn/a,b&c]"}}
		r.server.Say(r.ming, r.group, onebottest.Text("打卡"), image, image)
		r.settle()
		list := r.in.take()
		if len(list) != 3 || list[0].Text != "打卡" || list[0].Media != nil || list[1].Media == nil || list[1].Media.Kind != bot.Image ||
			list[1].ID != list[0].ID+"#1" || list[2].ID != list[0].ID+"#2" || wireMessage(list[2].ID) != wireMessage(list[0].ID) {
			t.Fatalf("a text with two pictures: %+v", list)
		}
		for _, c := range []struct {
			kind string
			data map[string]any
			want bot.MediaKind
		}{
			{"record", map[string]any{"file": "a.amr"}, bot.Voice},
			{"video", map[string]any{"file": "a.mp4"}, bot.Video},
			{"file", map[string]any{"file": "a.pdf", "file_id": "/1", "file_size": 12}, bot.File},
			{"share", map[string]any{"url": "https://x.cn/1", "title": "看"}, bot.Link},
			{"json", map[string]any{"data": `{"prompt":"看","meta":{"news":{"jumpUrl":"https://x.cn/1"}}}`}, bot.Link},
			{"face", map[string]any{"id": "178"}, bot.Other},
			{"whatever", map[string]any{"x": 1}, bot.Other},
		} {
			r.server.Say(r.ming, r.group, onebottest.Segment{Type: c.kind, Data: c.data})
			e := r.one()
			if e.Media == nil || e.Media.Kind != c.want || e.Text != "" {
				t.Errorf("%s: %+v", c.kind, e)
				continue
			}
			if c.want == bot.Link && (e.Media.Name != "看" || e.Media.URL != "https://x.cn/1") {
				t.Errorf("%s: %+v", c.kind, e.Media)
			}
		}
		r.server.Say(r.ming, r.group, onebottest.Text("打卡"), onebottest.Segment{Type: "face", Data: map[string]any{"id": 1}})
		if e := r.one(); e.Text != "打卡" || e.Media != nil {
			t.Errorf("a face beside a text: %+v", e)
		}
	})
}

func TestJoinsAndLeaves(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.in.take()
		hong := r.server.AddPerson("小红")
		r.server.Join(hong, r.group, r.ming, "invite")
		if e := r.one(); e.Kind != bot.Joined || e.Join.Inviter != "qq:10002" || !slices.Equal(e.Join.People, []bot.PersonID{"qq:10003"}) || len(e.Roster) != 4 {
			t.Errorf("invited: %+v %+v", e, e.Join)
		}
		fang := r.server.AddPerson("小芳")
		r.server.Request("group", map[string]any{"sub_type": "add", "group_id": r.group, "user_id": fang, "invitor_id": r.ming, "flag": "f1", "comment": "我想早起"})
		if e := r.one(); e.Kind != bot.JoinRequest || e.Token != "add:f1" || e.From.Nick != "小芳" || e.Text != "我想早起" || e.Chat.ID != r.chat() {
			t.Errorf("asked: %+v", e)
		}
		r.server.Join(fang, r.group, r.owner, "approve")
		if e := r.one(); e.Join == nil || e.Join.Inviter != "qq:10002" {
			t.Errorf("approved: %+v", e)
		}
		dawei := r.server.AddPerson("大伟")
		r.server.Join(dawei, r.group, r.owner, "approve")
		if e := r.one(); e.Join == nil || e.Join.Inviter != "" {
			t.Errorf("who let them in brought them: %+v", e.Join)
		}
		r.server.SetCard(dawei, r.group, "大伟（北京）")
		if e := r.one(); e.Kind != bot.Renamed || e.From.Card != "大伟（北京）" || e.From.Nick != "大伟" {
			t.Errorf("renamed: %+v", e)
		}
		r.server.Leave(dawei, r.group, dawei)
		if e := r.one(); e.Kind != bot.Left || !slices.Equal(e.People, []bot.PersonID{"qq:10005"}) {
			t.Errorf("left: %+v", e)
		}
		r.server.Leave(fang, r.group, r.owner)
		if e := r.one(); e.Kind != bot.Left || !slices.Equal(e.People, []bot.PersonID{"qq:10004"}) {
			t.Errorf("sent away: %+v", e)
		}
		r.server.Join(onebottest.Account, r.group, r.ming, "invite")
		if e := r.one(); e.Join == nil || !e.Join.Self || e.Join.Inviter != "qq:10002" {
			t.Errorf("we are in: %+v", e)
		}
	})
}

// Implementations that do not know a number write 0, or leave it out: it is nobody's.
func TestNobodyIsNumberZero(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.in.take()
		hong := r.server.AddPerson("小红")
		r.server.Join(hong, r.group, 0, "invite")
		if e := r.one(); e.Join == nil || e.Join.Inviter != "" || !slices.Equal(e.Join.People, []bot.PersonID{"qq:10003"}) {
			t.Errorf("invited by nobody: %+v", e.Join)
		}
		r.server.Notice("notify", map[string]any{"sub_type": "poke", "group_id": 0, "user_id": r.ming, "target_id": onebottest.Account})
		if e := r.one(); e.Chat.ID != "qq:private:10002" || e.Chat.Group {
			t.Errorf("poked in private: %+v", e.Chat)
		}
	})
}

// What a notice must have and has not cannot be guessed: nobody comes, nobody goes, and the group goes on.
func TestNoticesThatLackSomething(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.in.take()
		for _, kind := range []string{"group_increase", "group_decrease", "group_admin", "group_card", "friend_add"} {
			r.server.Notice(kind, map[string]any{"group_id": r.group})
			r.server.Notice(kind, map[string]any{"user_id": 0, "sub_type": "kick", "group_id": r.group})
			r.server.Notice(kind, map[string]any{})
		}
		r.server.Notice("group_recall", map[string]any{"group_id": r.group, "user_id": r.ming})
		r.settle()
		if list := heard(r.in.take()); len(list) != 0 {
			t.Errorf("heard %+v", list)
		}
		r.server.Notice("group_decrease", map[string]any{"group_id": r.group, "sub_type": "kick_me", "operator_id": r.owner})
		if e := r.one(); e.Kind != bot.Left || !slices.Equal(e.People, []bot.PersonID{"qq:10000"}) {
			t.Errorf("we are out: %+v", e)
		}
		for range 2 { // the same person, without a time, on two days
			r.server.Raw(`{"post_type":"notice","notice_type":"group_decrease","sub_type":"leave","self_id":10000,"group_id":600000,"user_id":10002}`)
			if e := r.one(); e.Kind != bot.Left || e.At.IsZero() {
				t.Errorf("without a time: %+v", e)
			}
			r.wait(24 * time.Hour)
			r.in.take()
		}
	})
}

func TestNotices(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.in.take()
		hong := r.server.AddPerson("小红")
		id := r.server.Say(r.ming, r.group, onebottest.Text("错了"))
		said := r.one()
		r.server.Notice("group_recall", map[string]any{"group_id": r.group, "user_id": r.ming, "operator_id": r.ming, "message_id": id})
		if e := r.one(); e.Kind != bot.Recalled || e.Text != said.ID {
			t.Errorf("recalled: %+v", e)
		}
		r.server.Notice("notify", map[string]any{"sub_type": "poke", "group_id": r.group, "user_id": r.ming, "target_id": onebottest.Account})
		if e := r.one(); e.Kind != bot.Tickled || e.From.Nick != "小明" {
			t.Errorf("poked: %+v", e)
		}
		r.server.Notice("notify", map[string]any{"sub_type": "group_name", "group_id": r.group, "user_id": r.ming, "name_new": "六点二十写作会"})
		if e := r.one(); e.Kind != bot.GroupRenamed || e.Chat.Name != "六点二十写作会" {
			t.Errorf("another name: %+v", e)
		}
		r.server.Notice("friend_add", map[string]any{"user_id": hong})
		if e := r.one(); e.Kind != bot.Befriended || e.From.Nick != "小红" || e.Chat.ID != "qq:private:10003" {
			t.Errorf("a friend: %+v", e)
		}
		r.server.Request("friend", map[string]any{"user_id": hong, "flag": "f2", "comment": "你好"})
		if e := r.one(); e.Kind != bot.FriendRequest || e.Token != "friend:f2" || e.Text != "你好" {
			t.Errorf("a request: %+v", e)
		}
		r.server.Request("group", map[string]any{"sub_type": "invite", "group_id": 700000, "user_id": hong, "flag": "f3"})
		if e := r.one(); e.Kind != bot.Invited || e.Token != "invite:f3" || e.Chat.ID != "qq:group:700000" {
			t.Errorf("invited: %+v", e)
		}
	})
}

// What nobody has heard of, or what makes no sense, is passed over, and the next one is heard.
func TestNonsense(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.in.take()
		for _, raw := range []string{
			"", "{", "[]", "null", `"x"`, `{"post_type":"message"}`, `{"post_type":"message","message_id":1,"user_id":2,"message":7}`,
			`{"post_type":"message","message_id":1.5,"user_id":2,"message":"a"}`, `{"post_type":"new"}`, `{"post_type":["message"]}`,
			`{"post_type":"notice","notice_type":"new","user_id":1}`, `{"post_type":"request","request_type":"group"}`,
			`{"echo":"99","status":"ok","data":{}}`, `{"echo":{"a":1},"status":"ok"}`, `{"post_type":"meta_event","meta_event_type":"heartbeat","interval":-5,"status":7}`,
			`{"post_type":"message","message_type":"private","self_id":777,"message_id":9,"user_id":10002,"message":"别的号"}`,
		} {
			r.server.Raw(raw)
		}
		r.server.Tell(r.ming, onebottest.Text("在吗"))
		if e := r.one(); e.Text != "在吗" {
			t.Errorf("heard %+v", e)
		}
		if s := r.account.State(); s.Name != bot.Online {
			t.Errorf("the state is %v", s)
		}
	})
}

// What the account itself sends may be told back: it is never taken for the owner's word, while what the phone writes is.
func TestEchoes(t *testing.T) {
	for _, cq := range []bool{false, true} {
		play(t, false, onebottest.Options{Self: true, CQ: cq}, Options{}, func(r *rig) {
			t := r.t
			r.in.take()
			if _, err := r.do(bot.Effect{Kind: bot.Say, Text: "@小明\u2005/停", Mentions: []bot.Mention{{Person: "qq:10002", Name: "小明"}}}); err != nil {
				t.Fatal(err)
			}
			r.settle()
			if list := r.in.take(); len(list) != 0 {
				t.Errorf("our own words came back: %+v", list)
			}
			r.server.Say(onebottest.Account, r.group, onebottest.Text("/停"))
			if e := r.one(); !e.Self || e.Text != "/停" {
				t.Errorf("the phone: %+v", e)
			}
		})
	}
}
