package wechat

import (
	"context"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

func forget(t *testing.T, db store.DB, who ...bot.PersonID) {
	t.Helper()
	must(t, db.Update(t.Context(), func(tx store.Tx) error { return (&Account{}).Forget(tx, who) }))
}

// tables are all of the directory.
func tables() []string {
	return []string{
		string(peopleRows), string(friendRows), string(groupRows), string(rosterRows), string(cardRows), string(formerRows),
		string(wireRows), string(selfRows), string(idRows), string(questionRows), string(reportRows), string(wordingRows),
	}
}

// traceOf names the first row that holds one of these words.
func traceOf(t *testing.T, db store.DB, words ...string) (where string) {
	t.Helper()
	must(t, db.View(t.Context(), func(r store.Reader) error {
		for _, table := range tables() {
			for p, err := range r.Scan(table, store.Range{}) {
				must(t, err)
				for _, word := range words {
					if strings.Contains(store.FormatKey(p.Key)+string(p.Value), word) {
						where = table + " " + store.FormatKey(p.Key) + " " + string(p.Value)
					}
				}
			}
		}
		return nil
	}))
	return where
}

// TestOfTheForgottenNothingIsKept: a friend and member with a remark, an alias, a name in the group, a lasting id, somebody else
// who may be them, and a group that they left.
func TestOfTheForgottenNothingIsKept(t *testing.T) {
	db := storetest.Twice(storetest.Open(t))
	one := newSession(t, db, 1)
	friend := contact{UserName: one.wire(1001), NickName: "林间的小路", RemarkName: "同桌小林", Alias: "lin1984", AttrStatus: 7}
	member := contact{NickName: "林间的小路", DisplayName: "三班小林", AttrStatus: 7}
	one.learn(friend, one.room(1, "六点二十", member, person2("早起的阿杰", 1)), one.room(2, "六点二十乙", person2("二班的班长", 1)))
	left := one.room(3, "六点二十丙", member, person2("爱喝茶的人", 1))
	left.MemberList[0].UserName = one.wire(1001)
	one.learn(left)
	left.MemberList = left.MemberList[1:]
	one.learn(left)
	was := one.id(one.wire(1001))
	must(t, db.Update(t.Context(), func(tx store.Tx) error {
		must(t, idRows.Put(tx, was, "wxid_lin1984"))
		may := Candidate{Person: was, Nick: "林间的小路"}
		must(t, keepQuestions(tx, []Question{
			{Person: "p-other", Nick: "别人", Candidates: []Candidate{may}, At: time.Now()},
			{Person: "p-third", Nick: "又一人", Candidates: []Candidate{may, {Person: "p-x", Nick: "老王"}}, At: time.Now()},
			{Person: was, Nick: "林间的小路", Candidates: []Candidate{{Person: "p-x", Nick: "老王"}}, At: time.Now()},
		}))
		return nil
	}))
	words := []string{string(was), "林间的小路", "同桌小林", "lin1984", "三班小林"}
	for _, word := range words {
		if traceOf(t, db, word) == "" {
			t.Fatalf("%s is not kept at all; the test is blind", word)
		}
	}

	forget(t, db, was)
	must(t, one.dir.letGo(t.Context()))
	if where := traceOf(t, db, words...); where != "" {
		t.Errorf("kept: %s", where)
	}
	if id := one.id(one.wire(1001)); id != "" {
		t.Errorf("in memory: %s", id)
	}
	if wire, ok := one.dir.names.wireOf(privateChat(was)); !ok || wire != one.wire(1001) {
		t.Error("what was answered cannot be sent any more")
	}
	must(t, db.View(t.Context(), func(r store.Reader) error {
		list, err := Questions(r)
		if len(list) != 1 || list[0].Person != "p-third" || len(list[0].Candidates) != 1 {
			t.Errorf("questions %+v", list)
		}
		return err
	}))

	two := newSession(t, db, 2)
	friend.UserName = two.wire(1001)
	two.learn(friend, two.room(1, "六点二十", member, person2("早起的阿杰", 1)), two.room(2, "六点二十乙", person2("二班的班长", 1)))
	if again := two.id(two.wire(1001)); again == was || again == "" {
		t.Errorf("the forgotten one came back as %q", again)
	}
	if a, b := one.id(one.wire(1002)), two.id(two.wire(1002)); a != b || a == "" {
		t.Errorf("who was not forgotten is %s, was %s", b, a)
	}
	must(t, db.View(t.Context(), func(r store.Reader) error {
		list, err := Questions(r)
		if len(list) != 1 {
			t.Errorf("it is asked who the forgotten one is: %+v", list)
		}
		return err
	}))
	must(t, two.dir.prune(t.Context()))
	must(t, db.View(t.Context(), func(r store.Reader) error {
		if marked, err := forgottenRows.Has(r, was); err != nil || marked {
			t.Errorf("the mark is left: %v, %v", marked, err)
		}
		return nil
	}))
}

// meanwhile lets something happen just before the next commit.
type meanwhile struct {
	store.DB
	happens func()
}

func (m *meanwhile) Update(ctx context.Context, fn func(store.Tx) error) error {
	if h := m.happens; h != nil {
		m.happens = nil
		h()
	}
	return m.DB.Update(ctx, fn)
}

// TestForgottenWhileLookedUp: what was worked out before somebody was forgotten must not bring them back.
func TestForgottenWhileLookedUp(t *testing.T) {
	db := storetest.Open(t)
	s := newSession(t, db, 1)
	s.learn(s.room(1, "六点二十", person2("林间的小路", 1), person2("早起的阿杰", 1)))
	was := s.id(s.wire(1001))
	s.dir.db = &meanwhile{db, func() { forget(t, db, was) }}
	s.learn(s.room(1, "六点二十", person2("林间的小路", 1), person2("早起的阿杰", 1), person2("新来的", 1)))
	if where := traceOf(t, db, string(was)); where != "" {
		t.Errorf("kept: %s", where)
	}
	if again := s.id(s.wire(1001)); again == was || again == "" {
		t.Errorf("the forgotten one is %q", again)
	}
}

// TestTheForgottenOneSpeaksAgain, in the same session and after the next scan: somebody new each time it was asked for, and a
// list that was on its way does not bring the old one back.
func TestTheForgottenOneSpeaksAgain(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		must(t, r.box.SaveGroup("小六", "dushuhui", true))
		r.start()
		r.say("阿杰", club, "一")
		first := r.one().From.Person
		forget(t, r.db, first)
		r.say("阿杰", club, "二")
		second := r.one().From.Person
		if second == first || second == "" {
			t.Fatalf("%s came back as %q", first, second)
		}
		time.Sleep(time.Minute) // until the list is read again
		r.say("阿杰", club, "在吗")
		r.one()
		r.rescan()
		r.say("阿杰", club, "三")
		if third := r.one().From.Person; third != second {
			t.Errorf("the next scan made %s of %s", third, second)
		}
		if where := traceOf(t, r.db, string(first)); where != "" {
			t.Errorf("kept: %s", where)
		}
		r.again(nil)
		r.say("阿杰", club, "四")
		if fourth := r.one().From.Person; fourth != second {
			t.Errorf("a restart made %s of %s", fourth, second)
		}
	})
}
