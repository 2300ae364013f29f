package guard_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/guard"
)

// boss makes whoever asks the owner.
func boss() bot.Feature {
	text := bot.Text{ZH: "x", EN: "x"}
	return bot.Feature{Name: "boss", Summary: text, Commands: []bot.Command{{
		Name: "boss", Summary: text, Examples: []bot.Example{{Say: "/boss"}},
		Run: func(_ context.Context, c *bot.Call) error { return c.Grant(c.Event.From.Person, "", bot.Owner) },
	}}}
}

func run(t *testing.T, s guard.Settings, play func(w *bottest.World)) {
	bottest.Run(t, bottest.Options{
		Features: []bot.Feature{guard.Feature(), boss()}, Settings: map[string]any{"guard": s},
	}, func(w *bottest.World) {
		w.Private("群主", "/boss")
		play(w)
	})
}

func expect(t *testing.T, got []string, patterns ...string) {
	t.Helper()
	ok := len(got) == len(patterns)
	for i := 0; ok && i < len(got); i++ {
		ok = bottest.Matches(patterns[i], got[i])
	}
	if !ok {
		t.Errorf("heard %q, expected %q", got, patterns)
	}
}

func TestWordsAreNotedAndTheListClosesItself(t *testing.T) {
	run(t, guard.Settings{Words: []string{"加我微信", "Casino"}}, func(w *bottest.World) {
		expect(t, w.Says("小明", "今天读了二十页"))
		expect(t, w.Says("小明", "有事加 我 微\u200b信"))
		expect(t, w.HeardBy("群主"), "…小明 可能在发广告（第 1 次）：说了「加我微信」…")
		expect(t, w.Says("小明", "ＣＡＳＩＮＯ"))
		expect(t, w.HeardBy("群主")) // once a day
		expect(t, w.Says("小六", "/违规"), "…不能移人…\n1. 小明 第 2 次，11-21 12:00 说了「Casino」")
		w.Restart()
		w.Leave("小明")
		expect(t, w.Says("小六", "/违规"), "没有要处理的…")
		w.Invite("阿杰", "小明")
		expect(t, w.HeardBy("群主"), "…小明 又进群了，以前记过 2 次违规。")
		expect(t, w.Says("小六", "/违规"), "…1. 小明 第 2 次…")
		expect(t, w.Says("小六", "/放过 小明 误会"), "好的，小明…")
		expect(t, w.Says("小六", "/违规"), "没有要处理的…")
		expect(t, w.Says("小六", "加我微信")) // the owner's own phone
		expect(t, w.Says("群主", "加我微信"))
		expect(t, w.Says("小六", "/违规"), "没有要处理的…")
	})
}

func TestNewcomersLinks(t *testing.T) {
	run(t, guard.Settings{Links: true, FirstDays: 3, Allow: []string{"qq.com"}}, func(w *bottest.World) {
		w.Invite("阿杰", "小红")
		for text, noted := range map[string]bool{
			"看这里 https://spam.example/x": true, "WWW.Spam.Example": true, "https://mp.weixin.qq.com/s/1": false,
			"https://evilqq.com/": true, "1.5 倍": false, "http://": false,
		} {
			w.Says("小红", text)
			got := w.Says("小六", "/违规")
			if is := !strings.HasPrefix(got[0], "没有"); is != noted {
				t.Errorf("%q: noted %v", text, is)
			}
			w.Says("小六", "/放过 小红")
		}
		expect(t, w.Says("阿杰", "https://spam.example"))
		w.Wind(3 * 24 * time.Hour)
		w.Says("小红", "https://spam.example")
		expect(t, w.Says("小六", "/违规"), "没有要处理的…")
	})
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		s    guard.Settings
		want string
	}{
		{guard.Settings{}, ""},
		{guard.Settings{FirstDays: -1}, "first_days"},
		{guard.Settings{FirstDays: 61}, "first_days"},
		{guard.Settings{Words: []string{"\u200b"}}, "words"},
		{guard.Settings{Allow: slices.Repeat([]string{"a"}, 201)}, "allow"},
	} {
		err := c.s.Check()
		if (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.s, err)
		}
	}
}
