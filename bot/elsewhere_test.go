package bot

import (
	"context"
	"testing"
	"time"

	"sixtwenty/store"
)

// stand is a setting that differs by group.
type stand struct {
	Word string `yaml:"word" help:"词|word"`
}

// What is done in a group at a word in private is the group's, and the answer stays private.
func TestIn(t *testing.T) {
	there := func(_ context.Context, c *Call) error {
		c.Reply(Text{"%s中文：%s", "%sin English: %s"}, c.At(), Settings[stand](c).Word)
		c.Send(Effect{Kind: Say, Chat: c.Event.Chat.ID, Text: "群里也听到"})
		if err := c.Emit("fact", nil); err != nil {
			return err
		}
		return c.After(time.Minute, "later", "", nil)
	}
	f := declare("far", plain("那边", func(ctx context.Context, c *Call) error {
		if err := c.In(ctx, club, there); err != nil {
			return err
		}
		c.Reply(Text{"回来：%s", "back: %s"}, Settings[stand](c).Word)
		return nil
	}))
	f.Settings = stand{"一"}
	f.Timers = map[string]Run{"later": func(_ context.Context, c *Call) error { c.Say("过了一会儿"); return nil }}
	f.Watches = []Watch{watch("far.fact", func(_ context.Context, c *Call) error { return count(c, string(c.Event.Chat.ID)) })}
	play(t, Options{Features: []Feature{f}}, func(r *rig) {
		r.put(says("小明", "大家好"))
		r.update(func(tx store.Tx) error {
			if err := overrides.Put(tx, override{Value: "en"}, groupFeature, club.ID, "language"); err != nil {
				return err
			}
			return overrides.Put(tx, override{Value: "二"}, "far", club.ID, "word")
		})
		r.put(tells("小明", "/那边"))
		r.wind(10 * time.Second)
		r.expect(home("小明"), "in English: 二", "回来：一")
		r.expect(club, "群里也听到")
		r.wind(time.Minute)
		r.expect(club, "过了一会儿")
		if r.tally(string(club.ID)) != 1 || r.tally(string(home("小明").ID)) != 0 {
			t.Error("the fact is not the group's")
		}
		r.update(func(tx store.Tx) error {
			return roles.Put(tx, RoleRow{Role: Blocked}, member("小明").Person, club.ID)
		})
		r.put(tells("小明", "/那边"))
		r.wind(10 * time.Second)
		r.expect(home("小明"), "回来：一")
		r.expect(club)
	})
}
