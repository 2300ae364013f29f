package wechat

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
	"sixtwenty/wechatbox"
)

func TestScanHearAnswer(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		if len(r.codes) != 1 || r.account.State().Name != bot.Online {
			t.Fatalf("%d codes, state %s", len(r.codes), r.account.State())
		}
		signed := r.in.take()
		if len(signed) != 1 || signed[0].Kind != bot.SignedIn || signed[0].Text == "" {
			t.Fatalf("events of the sign-in: %+v", signed)
		}
		if met := r.in.met; len(met) != 1 || met[0].Kind != bot.Listed || met[0].Chat.Name != club || met[0].Roster != nil {
			t.Errorf("groups told of at the sign-in: %+v", met)
		}
		r.say("小明", club, "打卡 <b>&amp;\n第二行:\n好")
		list := r.heard()
		if len(list) != 2 || list[0].Kind != bot.Listed || len(list[0].Roster) != 6 {
			t.Fatalf("want a list of 6 and a message, got %+v", list)
		}
		e := list[1]
		if e.Kind != bot.Message || e.Text != "打卡 <b>&amp;\n第二行:\n好" || e.From.Nick != "小明" || e.Chat.Name != club || !e.Chat.Group || e.Self || e.AtMe {
			t.Fatalf("event %+v", e)
		}
		got, err := r.do(bot.Effect{ID: "e1", Kind: bot.Say, Chat: e.Chat.ID, Text: "第 1 天"})
		must(t, err)
		sent := r.box.Sent()
		if len(sent) != 1 || sent[0].Text != "第 1 天" || sent[0].ToName != club || got.Sent == "" || got.Sent != sent[0].ID {
			t.Fatalf("sent %+v, receipt %+v", sent, got)
		}
		if more := r.heard(); len(more) != 0 {
			t.Fatalf("its own words came back as %+v", more)
		}
	})
}

func TestJoinCarriesTheListAfterIt(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.say("小明", club, "早")
		r.heard()
		must(t, r.box.Befriend("林老师", "小红"))
		must(t, r.box.Invite("林老师", club, "小红"))
		e := r.one()
		if e.Kind != bot.Joined || e.Join.InviterName != "林老师" || e.Join.Names != "小红" || e.Self || e.From.Person != "" {
			t.Fatalf("event %+v", e)
		}
		if len(e.Roster) != 7 {
			t.Fatalf("a list of %d", len(e.Roster))
		}
		must(t, r.box.JoinByQR("大伟", club, "小红"))
		if e = r.one(); e.Kind != bot.Joined || !e.Join.ByQR || !e.Join.Single || e.Join.Names != "大伟" || len(e.Roster) != 8 {
			t.Fatalf("event %+v", e)
		}
		must(t, r.box.RenameGroup("林老师", club, "六点二十晨读"))
		if e = r.one(); e.Kind != bot.GroupRenamed || e.Chat.Name != "六点二十晨读" || e.From.Nick != "林老师" {
			t.Fatalf("event %+v", e)
		}
	})
}

func TestUserTextIsNoJoin(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.say("小明", club, `"林老师"邀请"小红"加入了群聊`)
		if e := r.one(); e.Kind != bot.Message || e.From.Nick != "小明" {
			t.Fatalf("event %+v", e)
		}
	})
}

func TestMention(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		must(t, r.box.SetCard("小六", club, "小六·管家"))
		r.start()
		for _, test := range []struct {
			text, want string
			at         bool
		}{
			{"@小六·管家\u2005打卡", "打卡", true},
			{"打卡 @小六·管家", "打卡", true},
			{"@小六 打卡", "打卡", true},
			{"@小明\u2005打卡", "@小明\u2005打卡", false},
		} {
			r.say("阿杰", club, test.text)
			if e := r.one(); e.Text != test.want || e.AtMe != test.at {
				t.Errorf("%q gave %q, %v", test.text, e.Text, e.AtMe)
			}
		}
	})
}

func TestPrivateChat(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.say("林老师", "小六", "/机主 1234")
		e := r.one()
		if e.Chat.Group || e.Chat.ID != privateChat(e.From.Person) || e.From.Nick != "林老师" || e.Text != "/机主 1234" {
			t.Fatalf("event %+v", e)
		}
		_, err := r.do(bot.Effect{ID: "e1", Kind: bot.Say, Chat: e.Chat.ID, Text: "好的"})
		must(t, err)
		if sent := r.box.Sent(); len(sent) != 1 || sent[0].ToName != "林老师" {
			t.Fatalf("sent %+v", sent)
		}
		friend := e.From.Person
		r.say("小六", "林老师", "/停")
		if e = r.one(); !e.Self || e.Chat.ID != privateChat(friend) || e.From.Nick != "小六" {
			t.Fatalf("from the account's own phone: %+v", e)
		}
	})
}

func TestOtherGroupsKeepNobody(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		_, err := r.box.AddGroup("other", "别的群", "大伟", "小红", "小六")
		must(t, err)
		r.start()
		r.say("大伟", "别的群", "你好")
		e := r.one()
		if e.Chat.Name != "别的群" || e.Chat.ID == "" || e.From.Person != "" || e.Roster != nil {
			t.Fatalf("event %+v", e)
		}
		must(t, r.box.Invite("小红", "别的群", "小芳"))
		if e = r.one(); e.Kind != bot.Joined || e.Roster != nil {
			t.Fatalf("event %+v", e)
		}
		n := 0
		must(t, r.db.View(t.Context(), func(rd store.Reader) error {
			for row, err := range peopleRows.Scan(rd, store.Range{}) {
				must(t, err)
				if row.Value.Nick == "大伟" || row.Value.Nick == "小红" || row.Value.Nick == "小芳" {
					t.Errorf("%s is kept", row.Value.Nick)
				}
				n++
			}
			return nil
		}))
		if n == 0 {
			t.Error("nobody is kept at all")
		}
	})
}

func TestHotSignInKeepsNamesAndMissesNothing(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.say("小明", club, "一")
		first := r.one()
		session := r.account.live.Load().id
		r.end()
		r.say("阿杰", club, "二")
		must(t, r.box.Befriend("林老师", "小红"))
		must(t, r.box.Invite("林老师", club, "小红"))
		r.start()
		list := slices.DeleteFunc(r.heard(), func(e bot.Event) bool { return e.Kind == bot.Listed })
		if len(r.codes) != 1 || len(list) != 2 || list[0].Text != "二" || list[1].Kind != bot.Joined || len(list[1].Roster) != 7 {
			t.Fatalf("%d codes, events %+v", len(r.codes), list)
		}
		r.say("小明", club, "三")
		again := r.one()
		if again.From.Person != first.From.Person || again.Chat.ID != first.Chat.ID || r.account.live.Load().id != session {
			t.Fatalf("first %+v, again %+v", first, again)
		}
		if r.in.repeats != 1 {
			t.Errorf("%d repeats, want only the sign-in", r.in.repeats)
		}
	})
}

func TestThirdHotSignInStillUploads(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.box.Behave(func(b *wechatbox.Behaviour) { b.KeepCookies, b.CheckCookies = true, true })
		r.start()
		chat := r.chat()
		for range 3 {
			r.end()
			r.start()
		}
		if len(r.codes) != 1 {
			t.Fatalf("%d codes", len(r.codes))
		}
		_, err := r.do(bot.Effect{ID: "v", Kind: bot.SendVoice, Chat: chat, Media: r.blob("mp3"), Name: "晨读.mp3"})
		must(t, err)
	})
}

func TestNewScanFindsPeopleAgain(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.say("小明", club, "一")
		first := r.one()
		r.say("林老师", "小六", "hi")
		friend := r.one()
		time.Sleep(time.Hour)
		must(t, r.box.SignOut("小六"))
		r.settle()
		r.settle()
		if len(r.codes) != 1 || r.account.State().Name != bot.Online { // a touch on the phone is enough
			t.Fatalf("%d codes, state %s", len(r.codes), r.account.State())
		}
		r.in.take()
		r.say("小明", club, "二")
		again := r.one()
		if again.From.Person != first.From.Person || again.Chat.ID != first.Chat.ID {
			t.Errorf("first %+v, again %+v", first, again)
		}
		r.say("林老师", "小六", "hi again")
		if e := r.one(); e.From.Person != friend.From.Person || e.Chat.ID != friend.Chat.ID {
			t.Errorf("friend %+v, again %+v", friend, e)
		}
		var seen []bot.StateName
		for _, s := range r.states {
			seen = append(seen, s.Name)
		}
		if !slices.Contains(seen, bot.NeedsScan) {
			t.Errorf("states %v", seen)
		}
	})
}

func TestCodeExpires(t *testing.T) {
	inBubbleWith(t, wechatbox.Options{}, func(r *rig) {
		t := r.t
		r.start()
		time.Sleep(6 * time.Minute)
		r.settle()
		if len(r.codes) != 2 || r.codes[0].URL == r.codes[1].URL || r.codes[1].Number != 2 {
			t.Fatalf("codes %+v", r.codes)
		}
		must(t, r.box.Scan("", ""))
		r.settle()
		if s := r.account.State(); s.Name != bot.NeedsScan || s.Reason != whyOnPhone {
			t.Errorf("state %s", s)
		}
		must(t, r.box.Confirm("", ""))
		r.settle()
		if r.account.State().Name != bot.Online {
			t.Errorf("state %s", r.account.State())
		}
	})
}

// TestWinding: the box's clock goes on only when the account has taken in all there is, and waits for it no longer than that.
func TestWinding(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		for day := range 3 {
			r.say("小明", club, "打卡")
			began := time.Now()
			wound, err := r.box.Clock().Wind(t.Context(), r.box.Clock().Now().Add(24*time.Hour))
			must(t, err)
			if len(wound.Late) > 0 || time.Since(began) > 5*time.Second {
				t.Errorf("day %d took %s, late: %v", day, time.Since(began), wound.Late)
			}
			if e := r.one(); e.Text != "打卡" {
				t.Errorf("event %+v", e)
			}
		}
	})
}

// BenchmarkStream is one batch of 50 messages, from the server to the inbox and its mark.
func BenchmarkStream(b *testing.B) {
	box, err := wechatbox.New(wechatbox.Options{AutoScan: true})
	must(b, err)
	must(b, wechatbox.Demo(box))
	in := &inbox{seen: map[string]bool{}}
	online := make(chan struct{})
	a := New(Options{Transport: box.Transport(), DB: storetest.Open(b), Desktop: true, States: func(s bot.AccountState) {
		if s.Name == bot.Online {
			close(online)
		}
	}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, in) }()
	<-online
	n := 0
	for b.Loop() {
		for range 50 {
			_, err := box.Say("小明", club, "打卡")
			must(b, err)
		}
		for n += 50; in.heard() < n; {
			runtime.Gosched()
		}
	}
	cancel()
	<-done
	must(b, box.Close())
}
