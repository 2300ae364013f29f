package onboarding_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/checkin"
	"sixtwenty/handlers/onboarding"
	"sixtwenty/pictures"
)

func options(s onboarding.Settings) bottest.Options {
	return bottest.Options{Features: []bot.Feature{onboarding.Feature(), checkin.Feature(pictures.Lazily(pictures.Options{}))}, Settings: map[string]any{"onboarding": s}}
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

// A crowd is not greeted: the owner is told, once, and what was decided holds over a restart.
func TestASurgeIsSilence(t *testing.T) {
	s := onboarding.Settings{Welcome: "欢迎 {名字}！", Window: 20 * time.Second, Cap: 20, Surge: 30}
	o := options(s)
	o.Features = append(o.Features, boss())
	bottest.Run(t, o, func(w *bottest.World) {
		w.Private("群主", "/boss")
		for n := range 90 {
			w.Invite("群主", fmt.Sprintf("新人%03d", n))
			w.Wind(300 * time.Millisecond)
		}
		w.Restart()
		if got := w.Wind(time.Minute); len(got) > 0 {
			t.Errorf("heard %q", got)
		}
		if got := w.HeardBy("群主"); len(got) != 1 || !strings.Contains(got[0], "先不欢迎了") {
			t.Errorf("the owner heard %q", got)
		}
		w.Wind(time.Hour)
		w.Invite("群主", "小红")
		expect(t, w.Wind(20*time.Second), "欢迎 小红！")
	})
}

// boss makes whoever asks the owner.
func boss() bot.Feature {
	text := bot.Text{ZH: "x", EN: "x"}
	return bot.Feature{Name: "boss", Summary: text, Commands: []bot.Command{{
		Name: "boss", Summary: text, Examples: []bot.Example{{Say: "/boss"}},
		Run: func(_ context.Context, c *bot.Call) error { return c.Grant(c.Event.From.Person, "", bot.Owner) },
	}}}
}

// Those beyond the cap are greeted together when the hour is over.
func TestNoMoreGreetingsThanTheCap(t *testing.T) {
	bottest.Run(t, options(onboarding.Settings{Welcome: "欢迎 {名字}！", Window: time.Second, Cap: 2}), func(w *bottest.World) {
		heard := 0
		for n := range 5 {
			w.Invite("群主", fmt.Sprintf("新人%d", n))
			heard += len(w.Wind(time.Minute))
		}
		if heard != 2 {
			t.Errorf("%d greetings, not 2", heard)
		}
		expect(t, w.Wind(time.Hour), "欢迎 新人2、新人3、新人4！")
	})
}

func TestWelcomesTakeTurns(t *testing.T) {
	bottest.Run(t, options(onboarding.Settings{Welcome: "一 {名字}", Window: time.Second}), func(w *bottest.World) {
		expect(t, w.Says("小六", "/欢迎语 加 二 {名字} {"), "@小六\u2005没有改：第 8 个字的 { 没有对应的 }")
		expect(t, w.Says("小六", "/欢迎语 加 二 {名字}"), "好的，现在有 2 种欢迎语轮流用。新人会看到：\n二 小六")
		for n, want := range []string{"一 新人0", "二 新人1", "一 新人2"} {
			w.Invite("群主", fmt.Sprintf("新人%d", n))
			expect(t, w.Wind(time.Second), want)
		}
		expect(t, w.Says("小六", "/欢迎语 删 3"), "@小六\u2005没有编号 3 的欢迎语。")
		expect(t, w.Says("小六", "/欢迎语 删 1"), "好的，删掉了。") // the second is the first now
		expect(t, w.Says("小六", "/欢迎语 原文"), "二 {名字}")
		expect(t, w.Says("小六", "/欢迎语 设 三 {name}"), "好的，欢迎语换好了，新人会看到：\n三 小六")
		expect(t, w.Says("小六", "/欢迎语 删 1"), "好的，以后不欢迎新人了。再发「/欢迎语 设 内容」就又有了。")
		w.Invite("群主", "大伟")
		expect(t, w.Wind(time.Minute))
		expect(t, w.Says("小六", "/欢迎语"), "这个群没有设置欢迎语。")
	})
}

// Each step is taken once for each person, whatever was down and whoever came back, and not for who said stop or left.
func TestTheFirstWeek(t *testing.T) {
	s := onboarding.Settings{Steps: "每天 19:30", IntroDay: 1, NudgeDay: 3, WeekDay: 7}
	bottest.Run(t, options(s), func(w *bottest.World) {
		w.Invite("小明", "小红", "小芳")
		w.Invite("阿杰", "大伟")
		w.Says("大伟", "/自我介绍 我是大伟\u202e")
		w.Heard()
		day := func() []string { got := w.Until("19:31:00"); w.Restart(); return append(got, w.Heard()...) }
		expect(t, day())
		got := day()
		if len(got) != 1 || !strings.Contains(got[0], "小红、小芳 来群里一天啦") {
			t.Errorf("heard %q", got)
		}
		w.Leave("小芳")
		expect(t, day())
		w.Says("大伟", "打卡")
		w.Heard()
		got = day()
		if len(got) != 1 || !strings.HasPrefix(got[0], "小红，今天发「打卡」") {
			t.Errorf("heard %q", got)
		}
		w.Invite("小明", "小芳") // comes back: nothing begins anew
		expect(t, append(append(day(), day()...), day()...))
		got = day()
		if len(got) != 1 || !strings.Contains(got[0], "大伟（阿杰 邀请来的）") || !strings.Contains(got[0], "谢谢") {
			t.Errorf("heard %q", got)
		}
		expect(t, append(day(), day()...))
	})
}

func TestTheQuestionAndItsList(t *testing.T) {
	s := onboarding.Settings{Welcome: "欢迎 {名字}", Question: "请回复：已读群规", Answers: []string{"已读"}}
	bottest.Run(t, options(s), func(w *bottest.World) {
		expect(t, w.Invite("群主", "小红", "小芳", "大伟"), "欢迎 小红、小芳、大伟", "小红、小芳、大伟，请回复：已读群规")
		expect(t, w.Says("小红", "大家好"))
		expect(t, w.Says("小红", "我已读啦"), "@小红\u2005收到，谢谢！")
		expect(t, w.Says("小红", "已读"))
		w.Leave("大伟") // the list closes itself
		got := w.Says("小六", "/未答")
		if len(got) != 1 || strings.Contains(got[0], "大伟") || strings.Contains(got[0], "小红") || !strings.Contains(got[0], "1. 小芳") {
			t.Errorf("heard %q", got)
		}
	})
}
