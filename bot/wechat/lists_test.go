package wechat

import (
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
	"sixtwenty/wechatbox"
)

// rescan ends the session and lets the next one begin.
func (r *rig) rescan() {
	r.t.Helper()
	was := r.account.live.Load().id
	time.Sleep(time.Hour)
	must(r.t, r.box.SignOut("小六"))
	r.settle()
	r.settle()
	if s := r.account.live.Load(); s == nil || s.id == was {
		r.t.Fatalf("no new session, state %s", r.account.State())
	}
	r.in.take()
}

func (r *rig) health() Health {
	r.t.Helper()
	h, err := r.account.Directory(r.t.Context(), r.in.Follows)
	must(r.t, err)
	return h
}

// TestGroupsAreFoundBeforeAnybodySpeaks: after a new scan a group can be written to at once, also under another name.
func TestGroupsAreFoundBeforeAnybodySpeaks(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		chat := r.chat()
		r.say("小明", club, "一")
		first := r.one()
		time.Sleep(time.Hour)
		must(t, r.box.SaveGroup("小六", "dushuhui", true))
		must(t, r.box.RenameGroup("林老师", "dushuhui", "六点二十晨读营"))
		r.rescan()
		if _, err := r.do(bot.Effect{ID: "e1", Kind: bot.Say, Chat: chat, Text: "早"}); err != nil {
			t.Fatal(err)
		}
		if sent := r.box.Sent(); len(sent) != 1 || sent[0].ToName != "六点二十晨读营" {
			t.Fatalf("sent %+v", sent)
		}
		h := r.health()
		if h.Report.Matched < 5 || h.Report.New != 0 || h.Report.Unsure != 0 || h.Report.Groups != 1 || len(h.Unsaved) != 0 {
			t.Errorf("report %+v", h)
		}
		found := false
		for _, e := range r.logs.FilterMessage("this sign-in").All() {
			found = found || e.ContextMap()["matched"] == int64(h.Report.Matched)
		}
		if !found {
			t.Error("no line in the log")
		}
		r.say("小明", "六点二十晨读营", "二")
		list := r.heard()
		if len(list) != 2 || list[0].Kind != bot.Listed || list[1].From.Person != first.From.Person || list[1].Chat.ID != chat {
			t.Errorf("first %+v, again %+v", first, list)
		}
	})
}

// TestUnsavedGroupIsLearntFromItsFirstMessage, and named to the owner.
func TestUnsavedGroupIsLearntFromItsFirstMessage(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		_, err := r.box.AddGroup("second", "六点二十二群", "林老师", "小明", "阿杰", "小六")
		must(t, err)
		r.start()
		r.say("小明", "六点二十二群", "一")
		first := r.one()
		r.rescan()
		r.say("小明", "六点二十二群", "二")
		if again := r.one(); again.Chat.ID != first.Chat.ID || again.From.Person != first.From.Person {
			t.Errorf("first %+v, again %+v", first, again)
		}
		if h := r.health(); len(h.Unsaved) != 1 || h.Unsaved[0].ID != first.Chat.ID || len(h.Unseen) != 0 {
			t.Errorf("unsaved %+v", h.Unsaved)
		}
	})
}

// TestGroupsNotSeenSinceTheScanAreNamed, until a month after they were last seen.
func TestGroupsNotSeenSinceTheScanAreNamed(t *testing.T) {
	db := storetest.Open(t)
	one := newSession(t, db, 1)
	one.learn(one.room(1, "六点二十甲", person2("早起的阿杰", 1)), one.room(2, "六点二十乙", person2("爱喝茶的人", 1)))
	two := newSession(t, db, 2)
	two.learn(two.room(1, "六点二十甲", person2("早起的阿杰", 1)))
	unseen := func() (names []string) {
		must(t, db.View(t.Context(), func(r store.Reader) error {
			h, err := directoryHealth(r, func(bot.Chat) bool { return true })
			for _, g := range h.Unseen {
				names = append(names, g.Name)
			}
			return err
		}))
		return names
	}
	if got := unseen(); len(got) != 1 || got[0] != "六点二十乙" {
		t.Errorf("unseen %q", got)
	}
	must(t, db.Update(t.Context(), func(tx store.Tx) error {
		id := one.dir.names.rooms["@"+one.wire(2)].id
		row, _, err := groupRows.Get(tx, id)
		must(t, err)
		row.Seen = row.Seen.Add(-unseenFor)
		return groupRows.Put(tx, row, id)
	}))
	if got := unseen(); len(got) != 0 {
		t.Errorf("a month later: %q", got)
	}
}

// TestListsThatCannotBeReadAtTheSignIn: groups are known by their names then, and their members from the first message.
func TestListsThatCannotBeReadAtTheSignIn(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		must(t, r.box.SaveGroup("小六", "dushuhui", true))
		r.start()
		r.say("小明", club, "一")
		first := r.one()
		_, err := r.box.Break(wechatbox.Fault{Path: "webwxbatchgetcontact", Status: 500})
		must(t, err)
		r.rescan()
		if h := r.health(); h.Report.ByName != 1 {
			t.Errorf("report %+v", h.Report)
		}
		r.box.Mend(0)
		r.say("小明", club, "二")
		if again := r.one(); again.Chat.ID != first.Chat.ID || again.From.Person != first.From.Person {
			t.Errorf("first %+v, again %+v", first, again)
		}
	})
}

// TestListsAreReadAtNight, once, in few requests.
func TestListsAreReadAtNight(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.chat()
		before := r.count("webwxbatchgetcontact")
		must(t, r.box.Leave("阿杰", club))
		time.Sleep(time.Minute)
		r.heard()
		time.Sleep(48 * time.Hour)
		lists := 0
		for _, e := range r.heard() {
			if e.Kind != bot.Listed || len(e.Roster) != 5 {
				t.Errorf("event %+v", e)
			}
			lists++
		}
		if n := r.count("webwxbatchgetcontact") - before; lists != 3 || n > 4 { // one to be sure of the leave
			t.Errorf("%d lists in %d requests", lists, n)
		}
	})
}

// TestHintsHaveListsRead: a server that says that something changed, and never what, is believed every ten minutes.
func TestHintsHaveListsRead(t *testing.T) {
	for selector, want := range map[string]bool{"4": true, "6": true, "7": true, "2": false} {
		inBubble(t, func(r *rig) {
			t := r.t
			r.start()
			r.chat()
			time.Sleep(time.Hour)
			r.heard()
			before := r.count("webwxbatchgetcontact")
			hint := `window.synccheck={retcode:"0",selector:"` + selector + `"}`
			_, err := r.box.Break(wechatbox.Fault{Path: "synccheck", Body: &hint})
			must(t, err)
			time.Sleep(time.Hour)
			r.box.Mend(0)
			if n := r.count("webwxbatchgetcontact") - before; n > 7 || n < 2 && want || n > 0 && !want {
				t.Errorf("selector %s: %d requests in an hour", selector, n)
			}
		})
	}
}

// TestAHintWithMessages is a hint all the same: they may be of another matter.
func TestAHintWithMessages(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.chat()
		time.Sleep(time.Hour)
		r.heard()
		before := r.count("webwxbatchgetcontact")
		hint := `window.synccheck={retcode:"0",selector:"4"}`
		_, err := r.box.Break(wechatbox.Fault{Path: "synccheck", Body: &hint, Delay: 10 * time.Second, Count: 1})
		must(t, err)
		r.chat() // ends the check that is under way; the next says the hint
		time.Sleep(5 * time.Second)
		r.say("小明", club, "在的")
		time.Sleep(time.Minute)
		if n := r.count("webwxbatchgetcontact") - before; n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

// TestASecondListDecides: somebody who is lacking is looked for again within minutes, so that a leave is not first known at night;
// one who is back by then never left.
func TestASecondListDecides(t *testing.T) {
	for _, back := range []bool{false, true} {
		inBubble(t, func(r *rig) {
			t := r.t
			r.start()
			r.chat()
			time.Sleep(time.Minute)
			r.heard()
			before := r.count("webwxbatchgetcontact")
			must(t, r.box.Leave("阿杰", club))
			first := r.heard()
			time.Sleep(2 * time.Minute)
			if back {
				must(t, r.box.Invite("林老师", club, "阿杰"))
			}
			time.Sleep(5 * time.Minute)
			rest := r.heard()
			if len(first) != 1 || len(first[0].Roster) != 5 || len(rest) != 1 {
				t.Fatalf("back %v: first %+v, then %+v", back, first, rest)
			}
			want := map[bool]int{false: 5, true: 6}[back]
			if n := len(rest[0].Roster); n != want {
				t.Errorf("back %v: then a list of %d", back, n)
			}
			time.Sleep(time.Hour)
			if n, more := r.count("webwxbatchgetcontact")-before, r.heard(); n != 2 || len(more) != 0 {
				t.Errorf("back %v: %d requests, then %+v", back, n, more)
			}
		})
	}
}

// TestQuestionsAreKept: who is not known for sure is somebody new, and a question that can be answered.
func TestQuestionsAreKept(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		must(t, r.box.SaveGroup("小六", "dushuhui", true))
		r.start()
		r.say("阿杰", club, "一")
		first := r.one()
		time.Sleep(time.Minute)
		must(t, r.box.RenamePerson("阿杰", "换了个名字的人"))
		r.rescan()
		r.say("换了个名字的人", club, "二")
		again := r.one()
		if again.From.Person == first.From.Person {
			t.Fatal("somebody was guessed")
		}
		must(t, r.db.Update(t.Context(), func(tx store.Tx) error {
			list, err := Questions(tx)
			must(t, err)
			if len(list) != 1 || list[0].Person != again.From.Person || list[0].Candidates[0].Person != first.From.Person ||
				list[0].Candidates[0].Nick != "阿杰" || !strings.Contains(list[0].Candidates[0].Evidence.ZH, "名字变了") {
				t.Errorf("questions %+v", list)
			}
			return Answered(tx, again.From.Person)
		}))
		if n := r.health().Questions; n != 0 {
			t.Errorf("%d questions after the answer", n)
		}
	})
}
