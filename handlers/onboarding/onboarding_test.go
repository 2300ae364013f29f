package onboarding_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/onboarding"
)

func options(s onboarding.Settings) bottest.Options {
	return bottest.Options{Features: []bot.Feature{onboarding.Feature()}, Settings: map[string]any{"onboarding": s}}
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("heard %q, expected %q", got, want)
	}
}

// WeChat tells times in whole seconds, so two texts of one second are nothing rare.
func TestJoinsOfOneSecondAreGreetedTogether(t *testing.T) {
	bottest.Run(t, options(onboarding.Settings{Welcome: "欢迎 {名字}，{邀请人}", Window: 5 * time.Second}), func(w *bottest.World) {
		w.Invite("群主", "小红")
		w.Invite("小明", "小芳", "大伟")
		w.Invite("小明", "阿强")
		expect(t, w.Wind(4*time.Second))
		got := w.Wind(time.Second)
		if len(got) != 1 || !strings.HasSuffix(got[0], "，很高兴认识您") { // two brought them, so nobody is named
			t.Fatalf("heard %q", got)
		}
		for _, name := range []string{"小红", "小芳", "大伟", "阿强"} {
			if !strings.Contains(got[0], name) {
				t.Errorf("%s is not greeted: %s", name, got[0])
			}
		}
		expect(t, w.Wind(time.Minute))
	})
}

// People whom no list names yet wait with the others: a burst of them is one greeting.
func TestThoseNobodyKnowsAreGreetedOnce(t *testing.T) {
	bottest.Run(t, options(onboarding.Settings{Welcome: "欢迎 {名字}！", Window: 5 * time.Second}), func(w *bottest.World) {
		unknown := func() {
			w.Put(bot.Event{Kind: bot.Joined, Chat: w.Group(), Join: &bot.Join{InviterName: "群主", Names: "谁"}})
		}
		unknown()
		unknown()
		expect(t, w.Wind(5*time.Second), "欢迎 新朋友！")
		unknown()
		w.Invite("群主", "小红")
		expect(t, w.Wind(5*time.Second), "欢迎 小红！")
	})
}

func TestAnEmptyWelcomeIsSilence(t *testing.T) {
	bottest.Run(t, options(onboarding.Settings{}), func(w *bottest.World) {
		w.Invite("群主", "小红")
		expect(t, w.Wind(time.Minute))
	})
}

// What a name holds is never read as a part of the welcome.
func TestHostileNames(t *testing.T) {
	bottest.Run(t, options(onboarding.Settings{Welcome: "欢迎 {名字}！"}), func(w *bottest.World) {
		expect(t, w.Invite("群主", "{群名}{"), "欢迎 {群名}{！")
		expect(t, w.Invite("群主", strings.Repeat("长", 300)+"\n%s"), "欢迎 "+strings.Repeat("长", 24)+"…！")
	})
}

func TestCheck(t *testing.T) {
	for welcome, right := range map[string]bool{
		"": true, "欢迎": true, "{名字}{群名}{人数}{邀请人}": true, "欢迎 {名": false, "{谁}": false, "{}": false, "}": true,
	} {
		if err := (onboarding.Settings{Welcome: welcome}).Check(); (err == nil) != right {
			t.Errorf("%q: %v", welcome, err)
		}
	}
	for window, right := range map[time.Duration]bool{0: true, time.Hour: true, -1: false, time.Hour + 1: false} {
		if err := (onboarding.Settings{Window: window}).Check(); (err == nil) != right {
			t.Errorf("%v: %v", window, err)
		}
	}
}
