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
	"sixtwenty/store"
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
		expect(t, w.Says("小六", "/违规"), "…不能移人…\n1. 小明 第 2 次，11-21 12:00 说了「Casino」：ＣＡＳＩＮＯ")
		expect(t, w.Says("小六", "/违规 @小明"), "小明 一共 2 次，最近的：\n11-21 12:00 说了「Casino」：ＣＡＳＩＮＯ\n11-21 12:00 说了「加我微信」：有事加 我 微信")
		lines := aboutOf(t, w, "小明")
		if len(lines) != 1 || lines[0].Value != "2 次，最近 2026-11-21" || lines[0].Card != "" {
			t.Errorf("they are told %v", lines)
		}
		w.Restart()
		w.Leave("小明")
		expect(t, w.Says("小六", "/违规"), "没有要处理的…")
		w.Invite("阿杰", "小明")
		expect(t, w.HeardBy("群主"), "…小明 又进群了，以前记过 2 次违规，最近一次说了「Casino」。")
		expect(t, w.Says("小六", "/违规"), "…1. 小明 第 2 次…")
		expect(t, w.Says("小六", "/放过 小明 误会"), "好的，小明…")
		expect(t, w.Says("小六", "/违规"), "没有要处理的…")
		expect(t, w.Says("小六", "加我微信")) // the owner's own phone
		expect(t, w.Says("群主", "加我微信"))
		expect(t, w.Says("小六", "/违规"), "没有要处理的…")
	})
}

func aboutOf(t *testing.T, w *bottest.World, who string) (lines []bot.Line) {
	t.Helper()
	err := w.DB().View(context.Background(), func(r store.Reader) (err error) {
		lines, err = w.Bot().About(r, w.Person(who), bot.ZH)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
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

// TestCardsAndCodes: what a newcomer sends that is no text: cards, mini programs, pictures with a QR code.
func TestCardsAndCodes(t *testing.T) {
	s := guard.Settings{Links: true, Cards: true, Codes: true, FirstDays: 3, Allow: []string{"qq.com"}}
	run(t, s, func(w *bottest.World) {
		w.Invite("阿杰", "小红")
		picture := func(who, text string) {
			w.Shows(who, bot.Media{Kind: bot.Image}, bottest.Picture(t, text))
		}
		picture("小红", "")
		picture("小红", "https://y.qq.com/song") // allowed
		w.Shows("小红", bot.Media{Kind: bot.Image}, []byte("no picture"))
		picture("阿杰", "https://weixin.qq.com/g/xyz") // no newcomer
		w.Shows("阿杰", bot.Media{Kind: bot.Card, Name: "某某"}, nil)
		expect(t, w.Says("小六", "/违规"), "没有要处理的…")
		w.Shows("小红", bot.Media{Kind: bot.Card, Name: "兼职小助手"}, nil)
		expect(t, w.HeardBy("群主"), "…小红 可能在发广告（第 1 次）：新人发名片「兼职小助手」…")
		picture("小红", "https://weixin.qq.com/g/xyz")
		expect(t, w.Says("小六", "/违规"), "…\n1. 小红 第 2 次，11-21 12:00 新人发二维码「weixin.qq.com」")
		w.Restart()
		expect(t, w.Says("小六", "/违规 小红"), "小红 一共 2 次…「weixin.qq.com」…「兼职小助手」")
		w.Says("小六", "/放过 小红")
		for range 20 { // some pictures of one newcomer a day are looked at, not all
			picture("小红", "wxp://f2f0")
		}
		expect(t, w.Says("小六", "/违规"), "…\n1. 小红 第 6 次，…「wxp://f2f0」")
	})
}

// TestAPersonOfTwoIdentities: whoever comes back under another name is one line of the list, once somebody merges the two.
func TestAPersonOfTwoIdentities(t *testing.T) {
	bottest.Run(t, bottest.Options{
		Features: []bot.Feature{guard.Feature(), boss(), joiner()}, Settings: map[string]any{"guard": guard.Settings{Words: []string{"兼职"}}},
	}, func(w *bottest.World) {
		w.Says("小明", "兼职")
		w.Says("苏苏", "兼职")
		expect(t, w.Says("小六", "/违规"), "…\n1. 小明 第 1 次…\n2. 苏苏 第 1 次…")
		w.Says("小六", "/join 小明 苏苏")
		got := w.Says("小六", "/违规")
		expect(t, got, "…\n1. … 第 2 次…")
		if len(got) == 1 && strings.Contains(got[0], "2. ") {
			t.Errorf("one person twice: %s", got[0])
		}
		w.Says("小六", "/放过 苏苏")
		expect(t, w.Says("小六", "/违规"), "没有要处理的…")
	})
}

// joiner merges two people.
func joiner() bot.Feature {
	text := bot.Text{ZH: "x", EN: "x"}
	return bot.Feature{Name: "joiner", Summary: text, Commands: []bot.Command{{
		Name: "join", Args: "<a> <b>", Summary: text, Where: bot.InGroup, Examples: []bot.Example{{Say: "/join 小明 苏苏"}},
		Run: func(_ context.Context, c *bot.Call) error {
			a, err := c.Find(c.Arg("a"))
			if err != nil {
				return err
			}
			b, err := c.Find(c.Arg("b"))
			if err != nil {
				return err
			}
			_, err = c.Merge(a[0].Person, b[0].Person, "test")
			return err
		},
	}}}
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
