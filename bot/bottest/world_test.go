package bottest_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
)

// clerk says when something was written, and to whom it belongs.
func clerk() bot.Feature {
	text := func(s string) bot.Text { return bot.Text{ZH: s, EN: s} }
	when := bot.Command{
		Name: "几点", Summary: text("几点"), Examples: []bot.Example{{Say: "/几点", Reply: "12:…"}},
		Run: func(_ context.Context, c *bot.Call) error {
			c.Say(c.Event.At.In(c.Zone()).Format("15:04:05"))
			return nil
		},
	}
	secret := bot.Command{
		Name: "机密", Summary: text("机密"), Who: bot.Owner, Where: bot.InPrivate, Examples: []bot.Example{{Say: "/机密", Reply: "嘘"}},
		Run: func(_ context.Context, c *bot.Call) error { c.Say("嘘"); return nil },
	}
	came := bot.Watch{On: bot.Joined, Summary: text("来了"), Run: func(_ context.Context, c *bot.Call) error {
		c.Say(fmt.Sprintf("%s: %d", c.Name(c.Event.Join.Inviter), len(c.Event.Join.People)))
		return nil
	}}
	left := bot.Watch{On: bot.Left, Summary: text("走了"), Run: func(_ context.Context, c *bot.Call) error {
		c.Say(fmt.Sprint("走了 ", len(c.Event.People)))
		return nil
	}}
	return bot.Feature{Name: "clerk", Summary: text("书记"), Commands: []bot.Command{when, secret}, Watches: []bot.Watch{came, left}}
}

func options() bottest.Options { return bottest.Options{Features: []bot.Feature{clerk()}} }

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("heard %q, expected %q", got, want)
	}
}

// What happens while the bot is down is told when it is back, with its own time.
func TestDown(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		w.Down()
		expect(t, w.Says("小明", "/几点"))
		w.Wind(5 * time.Minute)
		expect(t, w.Says("小明", "/几点"))
		w.Restart()
		expect(t, w.Heard(), "12:00:00", "12:05:00")
		expect(t, w.Says("小明", "/几点"), "12:05:00")
		w.Restart()
		expect(t, w.Heard())
	})
}

func TestWhatARestartLeavesToHear(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		w.Put(bot.Event{Kind: bot.Tickled, Chat: w.Group()})
		w.Stage().Say("小明", "/几点")
		w.Restart()
		w.Stage().Say("阿杰", "/几点")
		expect(t, w.Heard(), "12:00:00", "12:00:00")
	})
}

func TestPeople(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		expect(t, w.Private("小六", "/机密"), "嘘") // their own phone is the owner's word, in private too
		expect(t, w.Private("小明", "/机密"), "/机密 只有机主能用哦。")
		expect(t, w.Invite("群主", "小红", "小芳"), "群主: 2")
		expect(t, w.JoinByQR("大伟", "小明"), "小明: 1")
		expect(t, w.Leave("小红"), "走了 1")
		expect(t, w.Invite("群主", "小红"), "群主: 1")
	})
}

func TestExamples(t *testing.T) { bottest.Examples(t, options()) }

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"好", "好", true},
		{"好", "好的", false},
		{"好…", "好的", true},
		{"…好…", "你好吗", true},
		{"…", "", true},
		{`一\n二`, "一\n二", true},
		{"一…三", "一\n二\n三", true},
		{".*", "什么", false},
		{"(", "(", true},
	} {
		if got := bottest.Matches(c.pattern, c.text); got != c.want {
			t.Errorf("Matches(%q, %q) = %v", c.pattern, c.text, got)
		}
	}
}
