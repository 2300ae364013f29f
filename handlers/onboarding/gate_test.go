package onboarding_test

import (
	"strings"
	"testing"
	"time"

	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/onboarding"
)

func holds(t *testing.T, got []string, want ...string) {
	t.Helper()
	for _, part := range want {
		if len(got) != 1 || !strings.Contains(got[0], part) {
			t.Errorf("heard %q, expected %q in it", got, part)
		}
	}
}

// Rules are acknowledged with a word, a question is answered with any; either alone is not enough.
func TestRulesAndQuestion(t *testing.T) {
	s := onboarding.Settings{Welcome: "欢迎 {名字}", AnswerWithin: 72 * time.Hour}
	bottest.Run(t, options(s), func(w *bottest.World) {
		expect(t, w.Says("小六", "/群规确认 已读"), "@小六\u2005请先写群规：/群规 内容")
		w.Says("小六", "/群规 友善、不发广告")
		holds(t, w.Says("小六", "/群规确认 已读"), "要回复「已读」")
		holds(t, w.Says("小六", "/入群问题 您从哪里知道我们的？"), "好的，以后会问新人：您从哪里知道我们的？")
		expect(t, w.Invite("群主", "小红", "小芳"),
			"欢迎 小红、小芳", "小红、小芳，群规在这里，看完回复「已读」就好～\n友善、不发广告\n再请教一句：您从哪里知道我们的？")
		expect(t, w.Says("小红", "已读！"), "@小红\u2005收到，谢谢！")
		holds(t, w.Says("小六", "/未答"), "1. 小红（11-21 12:00 起，没回答问题）", "2. 小芳（11-21 12:00 起，群规和问题都没回）")
		w.Restart()
		expect(t, w.Says("小红", "朋友圈"), "@小红\u2005收到，谢谢！")
		expect(t, w.Says("小红", "谢谢"))
		expect(t, w.Says("小芳", "朋友推荐"), "@小芳\u2005收到，谢谢！")
		holds(t, w.Says("小六", "/未答"), "1. 小芳（11-21 12:00 起，没确认群规）")
		expect(t, w.Says("小六", "/未答 免 @小芳"), "好的，不等 小芳 回答了。")
		expect(t, w.Says("小六", "/未答"), "没有还没回答的新人。")
		w.Invite("群主", "阿强")
		w.Heard()
		holds(t, w.Says("小六", "/未答"), "1. 阿强")
		for _, off := range []string{"/群规确认 关", "/入群问题 关", "/群规 关"} {
			if got := w.Says("小六", off); len(got) != 1 || !strings.HasPrefix(got[0], "好的") {
				t.Errorf("heard %q", got)
			}
		}
		expect(t, w.Says("小六", "/未答"), "没有还没回答的新人。")
		expect(t, w.Invite("群主", "大伟"), "欢迎 大伟")
	})
}

// What is said long after the question is talk, not an answer; the newcomer stays on the list.
func TestALateAnswer(t *testing.T) {
	s := onboarding.Settings{Welcome: "欢迎 {名字}", Question: "您好？", AnswerWithin: 24 * time.Hour}
	bottest.Run(t, options(s), func(w *bottest.World) {
		w.Invite("群主", "小红")
		w.Wind(24*time.Hour + time.Second)
		w.Heard()
		expect(t, w.Says("小红", "大家早"))
		holds(t, w.Says("小六", "/未答"), "1. 小红")
		w.Leave("小红")
		expect(t, w.Says("小六", "/未答"), "没有还没回答的新人。")
	})
}
