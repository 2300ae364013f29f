package bot

import (
	"context"
	"testing"
)

// Who is gone by a list that comes with a command is gone all the same.
func TestWhoIsGoneByAListThatCameWithACommand(t *testing.T) {
	f := Feature{
		Name: "gate", Summary: Text{"门", "gate"},
		Commands: []Command{{Name: "数", Summary: Text{"数", "count"}, Examples: []Example{{Say: "/数"}}, Run: func(_ context.Context, c *Call) error { c.Say("好"); return nil }}},
		Watches:  []Watch{{On: Left, Summary: Text{"走", "left"}, Run: func(_ context.Context, c *Call) error { c.Say("走了"); return nil }}},
	}
	play(t, Options{Features: []Feature{f}}, func(r *rig) {
		whole := says("小明", "大家好")
		whole.Roster = []Member{member("小明"), member("阿杰"), member("苏苏")}
		r.put(whole)
		for range 2 {
			e := says("小明", "/数")
			e.Roster = []Member{member("小明"), member("阿杰")}
			r.put(e)
		}
		r.expect(club, "好", "好", "走了")
	})
}
