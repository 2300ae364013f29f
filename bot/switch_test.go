package bot

import (
	"context"
	"strings"
	"testing"
	"time"
)

func echo() Feature {
	say := func(text string) Run {
		return func(_ context.Context, c *Call) error { c.Say(text); return nil }
	}
	return Feature{
		Name: "echo", Summary: Text{"回声", "echo"},
		Commands: []Command{{Name: "喊", Bare: true, Summary: Text{"喊", "shout"}, Examples: []Example{{Say: "喊"}}, Run: func(_ context.Context, c *Call) error {
			c.Say("在")
			return c.After(time.Minute, "again", "", nil)
		}}},
		Watches: []Watch{{On: Message, Summary: Text{"听", "hears"}, Run: say("听到")}},
		Timers:  map[string]Run{"again": say("又在")},
		Jobs:    []Job{{Name: "daily", Summary: Text{"每天", "daily"}, Spec: func(any) string { return "每天 13:00" }, Run: say("到点")}},
	}
}

func switches() Feature {
	return Feature{
		Name: "switch", Summary: Text{"开关", "switch"}, Needed: true,
		Commands: []Command{{Name: "关", Args: "<什么>", Summary: Text{"关", "off"}, Examples: []Example{{Say: "/关 echo"}}, Run: func(_ context.Context, c *Call) error {
			return c.SetFor("group", "off", c.Arg("什么"))
		}}},
	}
}

// A feature that is off in a group rests there, and goes on where it was when it is on again.
func TestAFeatureThatIsOff(t *testing.T) {
	play(t, Options{Features: []Feature{echo(), switches()}}, func(r *rig) {
		r.put(says("小明", "喊"))
		r.expect(club, "在")
		r.put(says("小明", "/关 echo"))
		for _, text := range []string{"喊", "你好", "/喊"} {
			r.put(says("小明", text))
		}
		if got := r.heard(club); len(got) != 1 || !strings.Contains(got[0], "关掉了 /喊") {
			t.Errorf("heard %q", got)
		}
		r.wind(26 * time.Hour)
		r.expect(club)
		r.put(says("小明", "/关 无"))
		r.wind(time.Hour)
		r.expect(club, "又在")
		r.wind(24 * time.Hour)
		r.expect(club, "到点")
	})
}

// In English the command goes by its English name.
func TestAFeatureThatIsOffInEnglish(t *testing.T) {
	f := echo()
	f.Commands[0].Aliases = []string{"shout"}
	play(t, Options{Features: []Feature{f, switches()}, Settings: map[string]any{"group": GroupSettings{Language: EN, Zone: "UTC", Off: "echo"}}}, func(r *rig) {
		r.put(says("小明", "/shout"))
		r.expect(club, "@小明\u2005The feature of /shout is off in this group; see /features.")
	})
}

func TestOnlyWhatIsThereCanBeOff(t *testing.T) {
	play(t, Options{Features: []Feature{echo(), switches()}}, func(r *rig) {
		for _, name := range []string{"没有的", "switch", "group"} {
			r.put(says("小明", "/关 "+name))
			if got := strings.Join(r.heard(club), "\n"); !strings.Contains(got, "没有改") || !strings.Contains(got, "能关的有：echo") {
				t.Errorf("%s: heard %q", name, got)
			}
		}
	})
	if _, err := New(Options{Features: []Feature{echo()}, Settings: map[string]any{"group": GroupSettings{Language: ZH, Zone: "UTC", Off: "ecco"}}}); err == nil || !strings.Contains(err.Error(), "group.off") {
		t.Errorf("a misspelt name in config.yaml: %v", err)
	}
}
