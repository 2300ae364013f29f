package wechat

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/wechatbox"
)

func TestMediaCanBeFetched(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		tests := []struct {
			kind bot.MediaKind
			send func() error
			data string
		}{
			{bot.Voice, func() error {
				_, err := r.box.SendVoice("小明", club, []byte("ID3 voice"), 3*time.Second)
				return err
			}, "ID3 voice"},
			{bot.Image, func() error { _, err := r.box.SendImage("小明", club, "a.png", []byte(onePixel)); return err }, onePixel},
			{bot.File, func() error { _, err := r.box.SendFile("小明", club, "笔记 &.txt", []byte("notes")); return err }, "notes"},
		}
		for _, test := range tests {
			must(t, test.send())
			e := r.one()
			if e.Media == nil || e.Media.Kind != test.kind || e.From.Nick != "小明" || e.Text != "" {
				t.Fatalf("%s: event %+v, media %+v", test.kind, e, e.Media)
			}
			body, err := r.account.Fetch(t.Context(), *e.Media)
			must(t, err)
			data, err := io.ReadAll(body)
			must(t, err)
			must(t, body.Close())
			if string(data) != test.data {
				t.Errorf("%s: %q", test.kind, data)
			}
			if leak := r.leak(e.Media.Ref); leak != "" {
				t.Errorf("the ref holds %s", leak)
			}
			switch test.kind {
			case bot.Voice:
				if e.Media.Length != 3*time.Second {
					t.Errorf("length %s", e.Media.Length)
				}
			case bot.File:
				if e.Media.Name != "笔记 &.txt" || e.Media.Size != 5 {
					t.Errorf("file %+v", e.Media)
				}
			}
		}
		if _, err := r.account.Fetch(t.Context(), bot.Media{Kind: bot.Voice, Ref: `{"s":"old","m":"1"}`}); !bot.IsPermanent(err) {
			t.Errorf("a medium of another session: %v", err)
		}
		if _, err := r.account.Fetch(t.Context(), bot.Media{Kind: bot.Voice, Ref: "nonsense"}); !bot.IsPermanent(err) {
			t.Errorf("a bad ref: %v", err)
		}
	})
}

func TestRecall(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		for _, chat := range []string{club, "小六"} {
			said, err := r.box.Say("林老师", chat, "说错了")
			must(t, err)
			e := r.one()
			must(t, r.box.Recall("林老师", said.ID))
			if got := r.one(); got.Kind != bot.Recalled || got.Text != e.ID || got.From.Person != e.From.Person || got.Chat.ID != e.Chat.ID {
				t.Errorf("event %+v, want a recall of %s", got, e.ID)
			}
		}
	})
}

func TestFriendRequest(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		must(t, r.box.RequestFriend("大伟", "小六", "我是大伟 <b>"))
		e := r.one()
		if e.Kind != bot.FriendRequest || e.From.Nick != "大伟" || e.From.Person == "" || e.Text != "我是大伟 <b>" || e.Chat.ID != privateChat(e.From.Person) || e.Token == "" {
			t.Errorf("event %+v", e)
		}
	})
}

// TestAccept: a request is accepted once, in the session it was made in, and both can talk then.
func TestAccept(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		must(t, r.box.RequestFriend("大伟", "小六", "读书会"))
		asked := r.one()
		yes := bot.Effect{ID: "e1", Kind: bot.Accept, Chat: asked.Chat.ID, Of: asked.Token}
		for _, token := range []string{"", "{}", strings.ReplaceAll(asked.Token, `"s":"`, `"s":"x`)} {
			bad := yes
			bad.Of = token
			if _, err := r.do(bad); !bot.IsPermanent(err) {
				t.Errorf("token %q: %v", token, err)
			}
		}
		if _, err := r.do(yes); err != nil {
			t.Fatal(err)
		}
		if e := r.one(); e.Kind != bot.Befriended || e.From.Person != asked.From.Person || e.Chat.ID != asked.Chat.ID {
			t.Errorf("event %+v", e)
		}
		if _, err := r.do(sayTo(asked.Chat.ID, "e2")); err != nil {
			t.Error(err)
		}
	})
}

func TestTickle(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.chat()
		must(t, r.box.Tickle("小明", club, "小六"))
		if e := r.one(); e.Kind != bot.Tickled || e.From.Nick != "小明" {
			t.Errorf("event %+v", e)
		}
	})
}

// TestUnseenLeave: nobody tells of it; the changed contact makes the list be read again.
func TestUnseenLeave(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.say("小明", club, "早")
		r.heard()
		time.Sleep(time.Minute)
		must(t, r.box.Leave("阿杰", club))
		list := r.heard()
		if len(list) != 1 || list[0].Kind != bot.Listed || len(list[0].Roster) != 5 {
			t.Fatalf("events %+v", list)
		}
	})
}

func TestFriendRenamed(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.say("林老师", "小六", "hi")
		was := r.one()
		must(t, r.box.RenamePerson("林老师", "林先生"))
		e := r.one()
		if e.Kind != bot.Renamed || e.From.Person != was.From.Person || e.From.Nick != "林先生" {
			t.Errorf("event %+v", e)
		}
	})
}

// TestFirstWordsAreAJoin: the list that comes with the join must not be told before it, or nobody would be new.
func TestFirstWordsAreAJoin(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.end()
		r.say("小明", club, "欢迎")
		must(t, r.box.Befriend("林老师", "小红"))
		must(t, r.box.Invite("林老师", club, "小红"))
		must(t, r.box.Invite("小红", club, "小芳"))
		r.start()
		list := r.heard()
		if len(list) != 3 || list[0].Kind != bot.Message || list[0].Roster != nil || list[0].From.Nick != "小明" {
			t.Fatalf("events %+v", list)
		}
		if list[1].Kind != bot.Joined || len(list[1].Roster) == 0 || list[2].Kind != bot.Joined || list[2].Roster != nil {
			t.Fatalf("one list must be told once: %+v", list)
		}
	})
}

func TestRemarkIsKnownAndNotShown(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		must(t, r.box.SetRemark("小六", "林老师", "群主大人"))
		r.start()
		r.say("林老师", club, "早")
		e := r.one()
		if e.From.Shown() != "林老师" || len(e.From.Known) != 1 || e.From.Known[0] != "群主大人" {
			t.Errorf("from %+v", e.From)
		}
		must(t, r.box.Befriend("林老师", "小红"))
		must(t, r.box.Invite("林老师", club, "小红"))
		if e = r.one(); e.Join.InviterName != "群主大人" {
			t.Errorf("join %+v", e.Join)
		}
	})
}

// TestIdsAreDurableFirst: an id that was told is in the store, whatever happens next.
func TestIdsAreDurableFirst(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.say("小明", club, "早")
		for _, e := range r.heard() {
			for _, m := range append([]bot.Member{e.From}, e.Roster...) {
				if m.Person == "" {
					continue
				}
				must(t, r.db.View(t.Context(), func(rd store.Reader) error {
					ok, err := peopleRows.Has(rd, m.Person)
					if !ok {
						t.Errorf("%s is not kept", m.Person)
					}
					return err
				}))
			}
		}
	})
}

// TestUnknownSenderHasTheListReadAgain, but not more than twice a minute.
func TestUnknownSenderHasTheListReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := someNames()
		n.rooms[wireRoom].told = true
		b := newBatch(&loop{Account: New(Options{}), in: &inbox{}, s: &session{names: n}}, nil)
		stranger := &message{FromUserName: wireRoom, MsgType: 1, Content: "@" + strings.Repeat("7", 64) + ":<br/>hi"}
		known := &message{FromUserName: wireRoom, MsgType: 1, Content: wireMing + ":<br/>hi"}
		for _, test := range []struct {
			m     *message
			asked time.Duration // ago
			want  int
		}{{known, time.Hour, 0}, {stranger, time.Second, 0}, {stranger, time.Minute, 1}} {
			n.rooms[wireRoom].asked = time.Now().Add(-test.asked)
			if b.needs(test.m); len(b.wanted) != test.want {
				t.Errorf("asked %s ago: wants %v", test.asked, b.wanted)
			}
		}
	})
}

// TestHalfAListIsNone: a server that leaves members out must not make them seem to have left.
func TestHalfAListIsNone(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.say("小明", club, "早")
		id := r.one().From.Person
		var w string
		for wire := range r.account.live.Load().names.rooms {
			w = wire
		}
		half := `{"BaseResponse":{"Ret":0},"ContactList":[{"UserName":"` + w + `","NickName":"` + club + `","MemberCount":6,"MemberList":[{"UserName":"@1","NickName":"x"}]}]}`
		_, err := r.box.Break(wechatbox.Fault{Path: "webwxbatchgetcontact", Body: &half})
		must(t, err)
		time.Sleep(time.Minute)
		must(t, r.box.Leave("阿杰", club))
		r.say("小明", club, "早")
		list := r.heard()
		if len(list) != 1 || list[0].From.Person != id || list[0].Roster != nil {
			t.Errorf("events %+v", list)
		}
		r.box.Mend(0)
		time.Sleep(time.Minute)
		r.say("小明", club, "早")
		if list = r.heard(); len(list) != 2 || list[0].Kind != bot.Listed || len(list[0].Roster) != 5 {
			t.Errorf("events %+v", list)
		}
	})
}
