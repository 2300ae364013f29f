package bot

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
)

// follower has a command for each right, as the owner's feature has.
func follower() Feature {
	on := plain("启用", func(_ context.Context, c *Call) error { c.Say("在"); return c.Follow(true) })
	on.Who, on.Where, on.Always = Owner, InGroup, true
	off := plain("停用", func(_ context.Context, c *Call) error { c.Say("走了"); return c.Follow(false) })
	off.Who, off.Where = Owner, InGroup
	f := declare("follower", on, off, plain("提醒", func(_ context.Context, c *Call) error {
		c.Send(Effect{Kind: Say, Text: "稍后", NotBefore: c.Now.Add(time.Minute)})
		return c.After(time.Minute, "remind", "", nil)
	}))
	f.Timers = map[string]Run{"remind": func(_ context.Context, c *Call) error { c.Say("提醒您"); return nil }}
	f.Jobs = []Job{{
		Name: "job", Summary: Text{"任务", "job"}, Spec: func(any) string { return "每天 13:00" },
		Run: func(_ context.Context, c *Call) error { c.Say("一点了"); return nil },
	}}
	f.Watches = []Watch{watch(Message, func(_ context.Context, c *Call) error { return count(c, "message") })}
	return f
}

var other = Chat{ID: "g2", Group: true, Name: "别人的群"}

func TestOfOtherGroupsNothingIsKept(t *testing.T) {
	play(t, Options{Features: []Feature{follower()}}, func(r *rig) {
		r.db.kept()
		in := func(e Event) Event { e.Chat = other; return e }
		list := []Member{member("群主"), member("小明"), member("小红")}
		for _, e := range []Event{
			says("小明", "大家好"), says("小明", "/停用"), says("小明", "/启用"), owner(other, "hi"), owner(other, "/停用"), owner(other, "/没有"),
			{Kind: Message, From: member("小明"), Text: "/启用", Media: &Media{Kind: Image}, Self: true},
			{Kind: Joined, Join: &Join{InviterName: "群主", Names: "小红"}, Roster: list},
			{Kind: Listed, Roster: list},
			{Kind: Left, People: []PersonID{"p/小明"}},
			{Kind: Renamed, From: member("小明")},
			{Kind: GroupRenamed},
			{Kind: Tickled, From: member("小明")},
			{Kind: Recalled, Text: "m/1"},
			{Kind: System, Text: "谁知道"},
		} {
			r.put(in(e))
		}
		if kept := r.db.kept(); len(kept) > 0 {
			t.Errorf("kept: %q", kept)
		}
		r.expect(other)
		if r.in.Follows(other) || !r.in.Follows(club) || !r.in.Follows(home("小明")) {
			t.Error("the wrong chats are followed")
		}

		r.put(owner(other, "/启用"))
		r.expect(other, "在")
		if !r.in.Follows(other) {
			t.Error("not followed")
		}
		kept := strings.Join(r.db.kept(), "\n")
		for _, want := range []string{`bot/chats ("g2")`, `bot/timers ("job", "follower", "job", "g2")`} {
			if !strings.Contains(kept, want) {
				t.Errorf("%s is not kept, only\n%s", want, kept)
			}
		}
		r.restart()
		r.put(in(says("小明", "大家好")))
		if n := r.tally("message"); n != 1 {
			t.Errorf("heard %d", n)
		}
		r.wind(time.Hour)
		r.expect(other, "一点了")
	})
}

func TestLeavingAGroup(t *testing.T) {
	play(t, Options{Features: []Feature{follower()}}, func(r *rig) {
		r.put(says("小明", "/提醒"))
		r.put(owner(club, "/停用"))
		r.expect(club, "走了")
		r.db.kept()
		r.put(says("小明", "还在吗"))
		r.put(Event{Kind: GroupRenamed, Chat: Chat{ID: club.ID, Group: true, Name: "六点二十二群"}})
		if kept := r.db.kept(); len(kept) > 0 {
			t.Errorf("kept: %q", kept)
		}
		r.restart()
		r.wind(2 * time.Hour)
		r.expect(club) // neither what was to be said later, nor the timer, nor the job
		if got := r.states(); !slices.Equal(got, []State{Silenced, Sent}) {
			t.Errorf("%v", got)
		}
		if rows(r, timers) != 0 || rows(r, timersDue) != 0 {
			t.Error("timers are left")
		}
		r.put(owner(club, "/启用"))
		r.expect(club, "在")
		r.wind(24 * time.Hour)
		r.expect(club, "一点了")
	})
}

func TestPatternsNameGroups(t *testing.T) {
	b := &Bot{opts: Options{Groups: []string{"六点二十*", "a?c", "x[12]"}}}
	for name, want := range map[string]bool{
		"六点二十": true, "六点二十读书会": true, "六点二十/读书/会": true, "我的六点二十": false,
		"abc": true, "a/c": true, "ac": false, "x1": true, "x3": false, "": false,
	} {
		if got := b.matches(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

// The pattern is read when a group is first seen; then its lasting id counts.
func TestARenamedGroupStays(t *testing.T) {
	play(t, Options{Features: []Feature{follower()}}, func(r *rig) {
		r.put(says("小明", "hi"))
		renamed := Chat{ID: club.ID, Group: true, Name: "换了名字"}
		r.put(Event{Kind: GroupRenamed, Chat: renamed})
		r.restart()
		e := says("小明", "hi")
		e.Chat = renamed
		r.put(e)
		if n := r.tally("message"); n != 2 || !r.in.Follows(renamed) {
			t.Errorf("heard %d", n)
		}
	})
}
