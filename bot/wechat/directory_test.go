package wechat

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

func wire(n int) string { return fmt.Sprintf("@%064x", n) }

// A session of a directory for tests, with its own range of wire names.
type dirSession struct {
	t    *testing.T
	dir  *directory
	base int
}

func newSession(t *testing.T, db store.DB, n int) *dirSession {
	t.Helper()
	s := &dirSession{t, &directory{db: db}, n * 10_000}
	must(t, s.dir.enter(t.Context(), fmt.Sprint("s", n), s.wire(0)))
	must(t, s.dir.owner(t.Context(), 77, contact{UserName: s.wire(0), NickName: "小六", stranger: true}))
	return s
}

func (s *dirSession) wire(n int) string { return wire(s.base + n) }

func (s *dirSession) room(n int, name string, members ...contact) contact {
	for i := range members {
		members[i].UserName = s.wire(1000*n + i + 1)
	}
	return contact{UserName: "@" + s.wire(n), NickName: name, stranger: true, MemberList: members}
}

func (s *dirSession) learn(list ...contact) {
	s.t.Helper()
	all := func(bot.Chat) bool { return true }
	must(s.t, s.dir.learn(s.t.Context(), list, all, time.Now()))
}

func (s *dirSession) id(wire string) bot.PersonID {
	if p := s.dir.names.people[wire]; p != nil {
		return p.id
	}
	return ""
}

func person2(nick string, attr int64) contact { return contact{NickName: nick, AttrStatus: attr} }

func TestMatchAcrossScans(t *testing.T) {
	tests := map[string]struct {
		old, now contact
		same     bool
	}{
		"remark":                 {contact{NickName: "a", RemarkName: "老张"}, contact{NickName: "b", RemarkName: "老张"}, true},
		"alias":                  {contact{NickName: "a", Alias: "zhang"}, contact{NickName: "b", Alias: "zhang"}, true},
		"nick and attr":          {contact{NickName: "a", AttrStatus: 5}, contact{NickName: "a", AttrStatus: 5}, true},
		"nick alone":             {contact{NickName: "a"}, contact{NickName: "a"}, true},
		"width and case":         {contact{NickName: "Ａｂ 1", AttrStatus: 5}, contact{NickName: "aB　1", AttrStatus: 5}, true},
		"all is different":       {contact{NickName: "a", AttrStatus: 5}, contact{NickName: "b", AttrStatus: 6}, false},
		"nick, other attr":       {contact{NickName: "a", AttrStatus: 5}, contact{NickName: "a", AttrStatus: 6}, false},
		"emoji in two ways":      {contact{NickName: `<span class="emoji emoji2764"></span>a`, AttrStatus: 5}, contact{NickName: "❤\ufe0fa", AttrStatus: 5}, true},
		"contradicting letters":  {contact{NickName: "a", RemarkName: "x", KeyWord: "wxi"}, contact{NickName: "a", RemarkName: "x", KeyWord: "che"}, false},
		"nothing but the remark": {contact{RemarkName: "x"}, contact{RemarkName: "x"}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			db := storetest.Twice(storetest.Open(t))
			one := newSession(t, db, 1)
			test.old.UserName, test.now.UserName = one.wire(1), wire(20_001)
			one.learn(test.old)
			two := newSession(t, db, 2)
			two.learn(test.now)
			a, b := one.id(one.wire(1)), two.id(two.wire(1))
			if a == "" || b == "" || (a == b) != test.same {
				t.Errorf("%s and %s", a, b)
			}
			if one.id(one.wire(0)) != two.id(two.wire(0)) {
				t.Error("the account itself is somebody new")
			}
		})
	}
}

func TestAmbiguousFriendsAreNew(t *testing.T) {
	db := storetest.Open(t)
	one := newSession(t, db, 1)
	one.learn(contact{UserName: one.wire(1), NickName: "小明", AttrStatus: 5}, contact{UserName: one.wire(2), NickName: "小明", AttrStatus: 5})
	two := newSession(t, db, 2)
	two.learn(contact{UserName: two.wire(1), NickName: "小明", AttrStatus: 5})
	if id := two.id(two.wire(1)); id == one.id(one.wire(1)) || id == one.id(one.wire(2)) {
		t.Error("one of two was guessed")
	}
	three := newSession(t, db, 3)
	three.learn(contact{UserName: three.wire(1), NickName: "小明", AttrStatus: 5}, contact{UserName: three.wire(2), NickName: "小明", AttrStatus: 5})
	if three.id(three.wire(1)) == three.id(three.wire(2)) {
		t.Error("two people became one")
	}
}

func TestMembersAcrossScans(t *testing.T) {
	db := storetest.Twice(storetest.Open(t))
	one := newSession(t, db, 1)
	one.learn(one.room(1, "六点二十", person2("林间的小路", 1), person2("早起的阿杰", 2), person2("重名", 3), person2("重名", 3), person2("改名", 9)))
	two := newSession(t, db, 2)
	two.learn(two.room(1, "六点二十", person2("早起的阿杰", 2), person2("林间的小路", 1), person2("重名", 3), person2("重名", 3), person2("新名", 9), person2("来客", 1)))
	was := func(i int) bot.PersonID { return one.id(one.wire(1000 + i)) }
	is := func(i int) bot.PersonID { return two.id(two.wire(1000 + i)) }
	if one.dir.names.rooms["@"+one.wire(1)].id != two.dir.names.rooms["@"+two.wire(1)].id {
		t.Error("the group is new")
	}
	if is(1) != was(2) || is(2) != was(1) {
		t.Error("unique names were not found again")
	}
	old := map[bot.PersonID]bool{}
	for i := range 5 {
		old[was(i+1)] = true
	}
	for _, i := range []int{3, 4, 5, 6} {
		if old[is(i)] {
			t.Errorf("member %d was guessed", i)
		}
	}
	three := newSession(t, db, 3)
	three.learn(three.room(1, "另一个群", person2("林间的小路", 1)), three.room(2, "六点二十"), three.room(3, "六点二十"))
	if id := three.id(three.wire(1001)); old[id] || id == is(2) {
		t.Error("a name alone, in another group, was believed")
	}
	if id := three.dir.names.rooms["@"+three.wire(2)].id; id == two.dir.names.rooms["@"+two.wire(1)].id {
		t.Error("one of two groups of a name was guessed")
	}
}

func TestOnePersonInTwoGroupsIsOne(t *testing.T) {
	s := newSession(t, storetest.Open(t), 1)
	a, b := s.room(1, "六点二十甲", person2("小明", 1)), s.room(2, "六点二十乙", person2("小明", 1))
	b.MemberList[0].UserName = a.MemberList[0].UserName
	s.learn(a, b)
	n := 0
	must(t, s.dir.db.View(t.Context(), func(r store.Reader) error {
		for _, err := range peopleRows.Scan(r, store.Range{}) {
			must(t, err)
			n++
		}
		return nil
	}))
	if n != 2 { // with the account
		t.Errorf("%d people", n)
	}
}

// TestOneIdForOnePerson: somebody who was in two groups cannot be found again as two people.
func TestOneIdForOnePerson(t *testing.T) {
	db := storetest.Open(t)
	one := newSession(t, db, 1)
	a, b := one.room(1, "六点二十甲", person2("小明", 1)), one.room(2, "六点二十乙", person2("小明", 1))
	b.MemberList[0].UserName = a.MemberList[0].UserName
	one.learn(a, b)
	two := newSession(t, db, 2)
	two.learn(two.room(1, "六点二十甲", person2("小明", 1)), two.room(2, "六点二十乙", person2("小明", 1)))
	if x, y, was := two.id(two.wire(1001)), two.id(two.wire(2001)), one.id(one.wire(1001)); x == y || x == was || y == was {
		t.Errorf("%s was split into %s and %s", was, x, y)
	}
}

// TestFriendsAreLookedForFirst: what is known of a friend is better evidence than the name in a member list.
func TestFriendsAreLookedForFirst(t *testing.T) {
	db := storetest.Open(t)
	one := newSession(t, db, 1)
	one.learn(contact{UserName: one.wire(1), NickName: "小明", RemarkName: "同桌"})
	two := newSession(t, db, 2)
	group := two.room(1, "六点二十", person2("改名了", 1))
	two.learn(group, contact{UserName: group.MemberList[0].UserName, NickName: "改名了", RemarkName: "同桌"})
	if two.id(two.wire(1001)) != one.id(one.wire(1)) {
		t.Error("a friend is somebody new")
	}
}

// TestReload: a restart in the same session knows everybody by the same ids.
func TestReload(t *testing.T) {
	db := storetest.Open(t)
	s := newSession(t, db, 1)
	s.learn(s.room(1, "六点二十", person2("小明", 1)), contact{UserName: s.wire(5), NickName: "林老师", RemarkName: "群主"})
	again := &directory{db: db}
	must(t, again.enter(t.Context(), "s1", s.wire(0)))
	for _, w := range []string{s.wire(0), s.wire(5), s.wire(1001)} {
		if again.names.people[w] == nil || again.names.people[w].id != s.id(w) {
			t.Errorf("%s is somebody else", w)
		}
	}
	if r := again.names.rooms["@"+s.wire(1)]; r == nil || r.name != "六点二十" {
		t.Errorf("room %+v", r)
	}
	if w, ok := again.names.wireOf(privateChat(s.id(s.wire(5)))); !ok || w != s.wire(5) {
		t.Errorf("wire %q", w)
	}
}

func TestPruneForgetsOldNamesAndNoIds(t *testing.T) {
	db := storetest.Open(t)
	for n := range 3 {
		s := newSession(t, db, n+1)
		s.learn(s.room(1, "六点二十", person2("小明", 1), person2("阿杰", 2)))
		must(t, s.dir.prune(t.Context()))
		if n < 2 {
			continue
		}
		wires, people := 0, 0
		must(t, db.View(t.Context(), func(r store.Reader) error {
			for row, err := range wireRows.Scan(r, store.Range{}) {
				must(t, err)
				var session string
				must(t, store.Split(row.Key, &session, nil))
				if session != "s3" {
					t.Errorf("a name of %s is left", session)
				}
				wires++
			}
			for _, err := range peopleRows.Scan(r, store.Range{}) {
				must(t, err)
				people++
			}
			return nil
		}))
		if wires != 4 || people != 3 {
			t.Errorf("%d names, %d people", wires, people)
		}
	}
}

// TestNothingIsKnownThatIsNotKept: a failing store must leave the directory as it was.
func TestNothingIsKnownThatIsNotKept(t *testing.T) {
	db := storetest.Open(t)
	s := newSession(t, db, 1)
	s.dir.db = failing{db}
	err := s.dir.learn(t.Context(), []contact{{UserName: s.wire(1), NickName: "小明"}}, func(bot.Chat) bool { return true }, time.Now())
	if !errors.Is(err, errDisk) || s.id(s.wire(1)) != "" {
		t.Errorf("%v, %q", err, s.id(s.wire(1)))
	}
}

var errDisk = errors.New("disk full")

type failing struct{ store.DB }

func (f failing) Update(ctx context.Context, fn func(store.Tx) error) error { return errDisk }

// TestLargeGroup: a list of 500 is one commit.
func TestLargeGroupIsOneCommit(t *testing.T) {
	db := &counting{DB: storetest.Open(t)}
	s := newSession(t, db, 1)
	var list []contact
	for i := range 500 {
		list = append(list, person2(fmt.Sprint("成员", i), int64(i)))
	}
	before := db.updates
	s.learn(s.room(1, "六点二十", list...))
	if n := db.updates - before; n != 1 {
		t.Errorf("%d commits", n)
	}
	before = db.updates
	s.learn(s.room(1, "六点二十", list...))
	if n := db.updates - before; n != 0 {
		t.Errorf("%d commits for nothing new", n)
	}
}

type counting struct {
	store.DB
	updates int
}

func (c *counting) Update(ctx context.Context, fn func(store.Tx) error) error {
	c.updates++
	return c.DB.Update(ctx, fn)
}

func BenchmarkLearnGroupOf500(b *testing.B) {
	db := storetest.Open(b)
	n := 0
	for b.Loop() {
		n++
		d := &directory{db: db}
		must(b, d.enter(b.Context(), fmt.Sprint("s", n), wire(0)))
		c := contact{UserName: "@@room", NickName: "六点二十", stranger: true}
		for i := range 500 {
			c.MemberList = append(c.MemberList, contact{UserName: wire(n*1000 + i), NickName: strings.Repeat("名", i%5+1) + fmt.Sprint(i), AttrStatus: int64(i % 60)})
		}
		must(b, d.learn(b.Context(), []contact{c}, func(bot.Chat) bool { return true }, time.Now()))
	}
}
