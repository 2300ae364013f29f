package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// membersOf makes members of "id:nick|card|known"; the id is the nick where there is none.
func membersOf(specs ...string) (list []Member) {
	for _, s := range specs {
		id, names, ok := strings.Cut(s, ":")
		if !ok {
			id, names = s, s
		}
		parts := append(strings.Split(names, "|"), "", "")
		m := Member{Person: PersonID(id), Nick: parts[0], Card: parts[1]}
		if parts[2] != "" {
			m.Known = []string{parts[2]}
		}
		list = append(list, m)
	}
	return list
}

func TestResolveJoin(t *testing.T) {
	before := membersOf("群主", "小明", "阿杰")
	with := func(specs ...string) []Member { return append(slices.Clone(before), membersOf(specs...)...) }
	for _, c := range []struct {
		name    string
		after   []Member // nil: no list came with the join
		join    Join
		inviter PersonID
		joined  []PersonID
	}{
		{"one", with("小红"), Join{InviterName: "群主", Names: "小红"}, "群主", []PersonID{"小红"}},
		{"several", with("小红", "小芳", "大伟"), Join{InviterName: "小明", Names: "小红、小芳、大伟"}, "小明", []PersonID{"小红", "小芳", "大伟"}},
		{"with commas", with("小红", "Bob"), Join{InviterName: "小明", Names: "小红, Bob"}, "小明", []PersonID{"小红", "Bob"}},
		{"with wide commas", with("小红", "Bob"), Join{InviterName: "小明", Names: "小红，Bob"}, "小明", []PersonID{"小红", "Bob"}},
		{"a name that holds the separator", with("小红、小芳"), Join{InviterName: "小明", Names: "小红、小芳"}, "小明", []PersonID{"小红、小芳"}},
		{"a name that holds a comma and a blank", with("Li, Lei", "Han"), Join{InviterName: "小明", Names: "Li, Lei, Han"}, "小明", []PersonID{"Li, Lei", "Han"}},
		{"two readings are no reading", with("甲、乙", "甲", "乙"), Join{InviterName: "小明", Names: "甲、乙"}, "小明", nil},
		{"by card", with("x:nick|名片"), Join{InviterName: "小明", Names: "名片"}, "小明", []PersonID{"x"}},
		{"by the account's own remark", with("x:nick||老王"), Join{InviterName: "小明", Names: "老王"}, "小明", []PersonID{"x"}},
		{"quotes and blanks aside", with(`x:"小 红"`), Join{InviterName: "小 明", Names: "小红"}, "小明", []PersonID{"x"}},
		{"an emoji with and without its selector", with("x:红❤\ufe0f"), Join{InviterName: "小明", Names: "红❤"}, "小明", []PersonID{"x"}},
		{"two of one name came", with("x:小红", "y:小红"), Join{InviterName: "小明", Names: "小红"}, "小明", nil},
		{"two of one name, one was there before", with("x:小明"), Join{InviterName: "群主", Names: "小明"}, "群主", []PersonID{"x"}},
		{"who brings a namesake", with("x:小明"), Join{InviterName: "小明", Names: "小明"}, "小明", []PersonID{"x"}},
		{"two who may have brought them", with("x:群主", "小红"), Join{InviterName: "群主", Names: "小红"}, "", []PersonID{"小红"}},
		{"one name twice is not one person twice", with("小红"), Join{InviterName: "小明", Names: "小红、小红"}, "小明", nil},
		{"one of them unknown", with("小红"), Join{InviterName: "小明", Names: "小红、不在"}, "小明", nil},
		{"others came too", with("小红", "小芳"), Join{InviterName: "小明", Names: "小红"}, "小明", []PersonID{"小红"}},
		{"without a list", nil, Join{InviterName: "小明", Names: "小红"}, "小明", nil},
		{"without a list, a namesake was there before", nil, Join{InviterName: "小明", Names: "阿杰"}, "小明", nil},
		{"came back, the list is whole", with(), Join{InviterName: "小明", Names: "阿杰"}, "小明", []PersonID{"阿杰"}},
		{"came back together with a new one", with("小红"), Join{InviterName: "小明", Names: "阿杰、小红"}, "小明", []PersonID{"阿杰", "小红"}},
		{"perhaps came back, but somebody else is new", with("x:谁"), Join{InviterName: "小明", Names: "阿杰"}, "小明", nil},
		{"who invited has left", membersOf("群主", "小红"), Join{InviterName: "小明", Names: "小红"}, "小明", []PersonID{"小红"}},
		{"by QR, exactly one", with("小红、小芳"), Join{ByQR: true, Single: true, InviterName: "小明", Names: "小红、小芳"}, "小明", []PersonID{"小红、小芳"}},
		{"by QR, shown under a name no list has", with("x:🌸"), Join{ByQR: true, Single: true, InviterName: "小明", Names: "[花]"}, "小明", []PersonID{"x"}},
		{"by QR, but two are new", with("x:🌸", "y:🌹"), Join{ByQR: true, Single: true, InviterName: "小明", Names: "[花]"}, "小明", nil},
		{"by QR of nobody known", with("小红"), Join{ByQR: true, Single: true, Names: "小红"}, "", []PersonID{"小红"}},
		{"the account invited them", with("小红"), Join{SelfInvited: true, Names: "小红"}, "", []PersonID{"小红"}},
		{"the account itself", with(), Join{Self: true, InviterName: "小明"}, "小明", nil},
		{"by ids", nil, Join{Inviter: "小明", People: []PersonID{"x", "y"}, Names: "阿杰"}, "小明", []PersonID{"x", "y"}},
		{"of nobody", with("小红"), Join{}, "", nil},
		{"of separators", with("小红"), Join{Names: "、、,"}, "", nil},
		{"a hostile length", with("小红"), Join{Names: strings.Repeat("小红、", 1<<18)}, "", nil},
	} {
		l := lists{before: before, after: c.after, whole: c.after != nil, old: func(p PersonID) bool {
			return slices.ContainsFunc(before, func(m Member) bool { return m.Person == p })
		}}
		if !l.whole {
			l.after = before
		}
		inviter, joined := resolveJoin(l, c.join)
		if inviter != c.inviter || !slices.Equal(joined, c.joined) {
			t.Errorf("%s: by %q came %q, expected %q and %q", c.name, inviter, joined, c.inviter, c.joined)
		}
	}
}

// The text says who came; whatever it is made of, nobody is credited whom the lists do not have, nobody twice, and where
// every name is one person's, the text that WeChat makes of them is read as them.
func TestResolveJoinProperty(t *testing.T) {
	name := rapid.StringOfN(rapid.SampledFrom([]rune(`甲乙丙、, "红`)), 1, 5, -1)
	rapid.Check(t, func(t *rapid.T) {
		var before, fresh []Member
		for i, n := range rapid.SliceOfN(name, 0, 5).Draw(t, "before") {
			before = append(before, Member{Person: PersonID(fmt.Sprint("b", i)), Nick: n})
		}
		for i, n := range rapid.SliceOfN(name, 0, 4).Draw(t, "fresh") {
			fresh = append(fresh, Member{Person: PersonID(fmt.Sprint("f", i)), Nick: n})
		}
		after := slices.Concat(before, fresh)
		var text []string
		for _, m := range fresh {
			text = append(text, m.Nick)
		}
		names := strings.Join(text, "、")
		if rapid.Bool().Draw(t, "other") {
			names = name.Draw(t, "names")
		}
		l := lists{before: before, after: after, whole: rapid.Bool().Draw(t, "whole"), old: func(p PersonID) bool { return p[0] == 'b' }}
		inviter, joined := resolveJoin(l, Join{InviterName: name.Draw(t, "inviter"), Names: names, Single: rapid.Bool().Draw(t, "single")})
		for i, p := range append(slices.Clone(joined), inviter) {
			if p != "" && !slices.ContainsFunc(after, func(m Member) bool { return m.Person == p }) {
				t.Fatalf("%q is in no list", p)
			}
			if i < len(joined) && (p == "" || slices.Contains(joined[:i], p) || p == inviter) {
				t.Fatalf("%q joined %q, brought by %q", joined, names, inviter)
			}
		}
	})
}

func TestSplitNamesReadsWhatIsWritten(t *testing.T) {
	name := rapid.StringOfN(rapid.SampledFrom([]rune("甲乙丙丁")), 1, 4, -1) // no separators, so that there is one reading
	rapid.Check(t, func(t *rapid.T) {
		var list []Member
		var text []string
		for _, n := range rapid.SliceOfNDistinct(name, 1, 20, rapid.ID).Draw(t, "names") {
			list, text = append(list, Member{Person: PersonID(n), Nick: n}), append(text, n)
		}
		sep := rapid.SampledFrom([]string{"、", ", ", "，"}).Draw(t, "separator")
		var want []PersonID
		for _, n := range text {
			want = append(want, PersonID(n))
		}
		if got := splitNames(list, strings.Join(text, sep)); !slices.Equal(got, want) {
			t.Fatalf("read %q, expected %q", got, want)
		}
	})
}

// Names that are made of each other have exponentially many readings.
func BenchmarkSplitHostileNames(b *testing.B) {
	var list []Member
	for i := 1; i <= 200; i++ {
		n := strings.TrimSuffix(strings.Repeat("a、", i), "、")
		list = append(list, Member{Person: PersonID(n), Nick: n})
	}
	text := strings.Repeat("a、", 2000) + "b"
	for b.Loop() {
		if splitNames(list, text) != nil {
			b.Fatal("read what cannot be")
		}
	}
}

func TestJoinsInTheEngine(t *testing.T) {
	var seen []string
	f := declare("f")
	f.Watches = []Watch{
		watch(Joined, func(_ context.Context, c *Call) error {
			seen = append(seen, fmt.Sprintf("%s brought %q", c.Event.Join.Inviter, c.Event.Join.People))
			return nil
		}),
		watch(Left, func(_ context.Context, c *Call) error {
			seen = append(seen, fmt.Sprintf("%q left", c.Event.People))
			return nil
		}),
	}
	expect := func(r *rig, want ...string) {
		r.t.Helper()
		// The store runs each transaction twice, so each is told twice.
		var twice []string
		for _, w := range want {
			twice = append(twice, w, w)
		}
		if !slices.Equal(seen, twice) {
			r.t.Fatalf("told %q, expected %q", seen, want)
		}
		seen = nil
	}
	roster := func(names ...string) (list []Member) {
		for _, n := range names {
			list = append(list, member(n))
		}
		return list
	}
	join := func(names string, list []Member) Event {
		return Event{Kind: Joined, Chat: club, Join: &Join{InviterName: "群主", Names: names}, Roster: list}
	}
	play(t, Options{Features: []Feature{f}}, func(r *rig) {
		r.put(Event{Kind: Listed, Chat: club, Roster: roster("群主", "小明")})
		expect(r)
		r.wind(time.Hour)

		e := join("小红", roster("群主", "小明", "小红"))
		e.ID = "join/1"
		r.put(e)
		expect(r, `p/群主 brought ["p/小红"]`)
		r.put(e) // told again, after its list was kept
		expect(r)
		e.ID = "join/1/again" // told again under another name: she is still new
		e.At = time.Now()
		r.put(e)
		expect(r, `p/群主 brought ["p/小红"]`)

		// The list came before the text, as when the account found her first.
		r.wind(time.Hour)
		r.put(Event{Kind: Listed, Chat: club, Roster: roster("群主", "小明", "小红", "小芳")})
		r.put(join("小芳", nil))
		expect(r, `p/群主 brought ["p/小芳"]`)

		// Without a list, somebody of long ago is not taken for who came.
		r.wind(time.Hour)
		r.put(join("小芳", nil))
		expect(r, `p/群主 brought []`)

		// A join without a word about it is still no reason to fall over.
		r.put(Event{Kind: Joined, Chat: club})
		expect(r, ` brought []`)

		// One list that lacks somebody proves nothing, two in a row do.
		r.put(Event{Kind: Listed, Chat: club, Roster: roster("群主", "小明", "小红")})
		expect(r)
		r.put(Event{Kind: Listed, Chat: club, Roster: roster("群主", "小明", "小红", "小芳")})
		r.put(Event{Kind: Listed, Chat: club, Roster: roster("群主", "小明", "小红")})
		expect(r)
		r.put(says("小芳", "我还在"))
		r.put(Event{Kind: Listed, Chat: club, Roster: roster("群主", "小明", "小红")})
		expect(r)
		r.put(Event{Kind: Listed, Chat: club, Roster: roster("群主", "小明", "小红")})
		expect(r, `["p/小芳"] left`)
		r.put(Event{Kind: Listed, Chat: club, Roster: roster("群主", "小明", "小红")})
		expect(r)

		// A list of nobody is no list.
		for range 3 {
			r.put(Event{Kind: Listed, Chat: club, Roster: []Member{}})
		}
		expect(r)
		if n := rows(r, members); n != 3 {
			t.Fatalf("%d members are kept", n)
		}

		// An account that is told of leaving needs no lists.
		r.put(Event{Kind: Left, Chat: club, People: []PersonID{"p/小明"}})
		expect(r, `["p/小明"] left`)
		if n := rows(r, members); n != 2 {
			t.Fatalf("%d members are kept", n)
		}

		// The list comes with a text that was heard before, and the next text speaks of who is new in it.
		e.Roster = roster("群主", "小红", "阿杰")
		r.put(e)
		expect(r)
		r.put(join("阿杰", nil))
		expect(r, `p/群主 brought ["p/阿杰"]`)
	})
}
