package moderation_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/moderation"
	"sixtwenty/handlers/owner"
	"sixtwenty/store"
)

// rule strikes whoever is named, as another feature does.
func rule() bot.Feature {
	text := bot.Text{ZH: "x", EN: "x"}
	return bot.Feature{Name: "guard", Summary: text, Commands: []bot.Command{
		{
			Name: "strike", Args: "<n>", Summary: text, Examples: []bot.Example{{Say: "/strike 1"}},
			Run: func(_ context.Context, c *bot.Call) error {
				return c.Emit("strike", map[string]any{"who": c.Event.From.Person, "strikes": len(c.Arg("n"))})
			},
		},
		{
			Name: "boss", Summary: text, Examples: []bot.Example{{Say: "/boss"}},
			Run: func(_ context.Context, c *bot.Call) error { return c.Grant(c.Event.From.Person, "", bot.Owner) },
		},
	}}
}

func run(t *testing.T, s moderation.Settings, powers bot.Powers, play func(w *bottest.World)) {
	bottest.Run(t, bottest.Options{
		Features: []bot.Feature{moderation.Feature(), rule()}, Settings: map[string]any{"moderation": s}, Powers: powers,
	}, func(w *bottest.World) {
		w.Private("群主", "/boss")
		play(w)
	})
}

var admin = bot.Powers{Remove: true, Mute: true, Rename: true, Card: true, Essence: true, Mention: true}

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

func TestARemovalIsConfirmed(t *testing.T) {
	run(t, moderation.Settings{}, admin, func(w *bottest.World) {
		expect(t, w.Says("小明", "/移出 @阿杰"), "@小明…只有管理员能用哦。")
		expect(t, w.Says("群主", "/确认移出 @阿杰"), "…没有等您确认的移出…")
		expect(t, w.Says("群主", "/移出 @阿杰 发广告"), "要把 阿杰 移出群吗？…/确认移出 阿杰…")
		expect(t, w.Wind(11*time.Minute))
		expect(t, w.Says("群主", "/确认移出 @阿杰"), "…没有等您确认的移出…")
		expect(t, w.Says("群主", "/移出 @阿杰"), "要把 阿杰 移出群吗？…")
		expect(t, w.Says("小六", "/确认移出 阿杰"), "好的，移出 阿杰。", "[移出] 阿杰")
		expect(t, w.Says("群主", "/确认移出 @阿杰"), "…没有等您确认的移出…")
		for _, c := range []struct{ say, want string }{
			{"/移出 @群主", "…不能对自己用…"},
			{"/移出 @没有", "…没有叫「没有」的人。"},
		} {
			expect(t, w.Says("群主", c.say), c.want)
		}
		expect(t, w.Says("小六", "/移出 @群主"), "…机主和管理员动不得…")
		expect(t, w.Says("群主", "/移出 @苏苏"), "要把 苏苏 移出群吗？…")
		w.Leave("苏苏")
		w.Invite("群主", "苏苏")
		expect(t, w.Says("群主", "/确认移出 @苏苏"), "…没有等您确认的移出…")
	})
}

// Of two people with one name a mention means one, and that one goes.
func TestAMentionIsRemoved(t *testing.T) {
	run(t, moderation.Settings{}, admin, func(w *bottest.World) {
		w.SetCard("阿杰", "小明")
		w.Put(bot.Event{Kind: bot.Listed, Chat: w.Group(), Roster: []bot.Member{
			{Person: w.Person("群主"), Nick: "群主"}, {Person: w.Person("小明"), Nick: "小明"}, {Person: w.Person("阿杰"), Nick: "阿杰", Card: "小明"},
		}})
		expect(t, w.Says("群主", "/移出 @小明"), "…群里有 2 位「小明」…")
		say := func(text string) []string {
			return w.Put(bot.Event{
				Kind: bot.Message, Chat: w.Group(), From: bot.Member{Person: w.Person("群主"), Nick: "群主"}, Text: text,
				Mentions: []bot.Mention{{Person: w.Person("阿杰"), Name: "小明"}},
			})
		}
		expect(t, say("/移出 @小明\u2005"), "要把 小明 移出群吗？…")
		expect(t, say("/确认移出 @小明\u2005"), "好的，移出 小明。", "[移出] 阿杰")
	})
}

// Whoever sends the bot away does not tell its owner.
func TestTheOwnerHearsThatTheBotIsOut(t *testing.T) {
	run(t, moderation.Settings{}, admin, func(w *bottest.World) {
		w.Put(bot.Event{Kind: bot.Left, Chat: w.Group(), People: []bot.PersonID{w.Person("阿杰")}})
		expect(t, w.HeardBy("群主"))
		var me bot.PersonID
		if err := w.DB().View(t.Context(), func(r store.Reader) (err error) { me, err = bot.Me(r); return err }); err != nil || me == "" {
			t.Fatal(me, err)
		}
		w.Put(bot.Event{Kind: bot.Left, Chat: w.Group(), People: []bot.PersonID{me}})
		expect(t, w.HeardBy("群主"), "我被移出了「六点二十读书会」…请我回去…")
	})
}

func TestOtherTouches(t *testing.T) {
	run(t, moderation.Settings{}, admin, func(w *bottest.World) {
		for _, c := range []struct {
			say  string
			want []string
		}{
			{"/禁言 @阿杰", []string{"[禁言] 阿杰 10m0s", "好的，阿杰 先安静 10 分钟。"}},
			{"/禁言 @阿杰 2h", []string{"[禁言] 阿杰 2h0m0s", "好的，阿杰 先安静 120 分钟。"}},
			{"/禁言 @阿杰 半小时", []string{"[禁言] 阿杰 30m0s", "好的，阿杰 先安静 30 分钟。"}},
			{"/禁言 @阿杰 一会儿", []string{"…30分钟、2小时…"}},
			{"/禁言 @阿杰 99999h", []string{"…最长 30 天。"}},
			{"/解禁 @阿杰", []string{"[禁言] 阿杰 0s", "好的，阿杰 可以说话了。"}},
			{"/改名片 @阿杰 早起的阿杰", []string{"[群名片] 阿杰 早起的阿杰", "好的，改了。"}},
			{"/改名片 @阿杰 " + strings.Repeat("长", 30), []string{"…最多 20 个字。"}},
			{"/改群名 新的名字", []string{"[群名] 新的名字", "好的，改了。"}},
			{"/精华", []string{"…请回复要设为精华的那条消息…"}},
		} {
			expect(t, w.Says("群主", c.say), c.want...)
		}
		e := bot.Event{Kind: bot.Message, Chat: w.Group(), From: bot.Member{Person: w.Person("群主"), Nick: "群主"}, Text: "/精华", Quotes: "m/1"}
		expect(t, w.Put(e), "…", "好的，设为精华。")
	})
}

func TestWithoutPowersNothingIsPromised(t *testing.T) {
	run(t, moderation.Settings{Strikes: 1, Gate: 5 * time.Minute}, bot.Powers{}, func(w *bottest.World) {
		for _, say := range []string{"/移出 @阿杰", "/确认移出 @阿杰", "/禁言 @阿杰", "/改群名 新", "/精华"} {
			expect(t, w.Says("群主", say), "…我的账号在这里做不到…")
		}
		w.Says("小明", "/strike x")
		expect(t, w.HeardBy("群主"))
		expect(t, w.JoinByQR("小红", "小明"))
		expect(t, w.Wind(time.Hour))
	})
}

func TestStrikesAskAManager(t *testing.T) {
	run(t, moderation.Settings{Strikes: 2}, admin, func(w *bottest.World) {
		w.Says("小明", "/strike x")
		expect(t, w.HeardBy("群主"))
		w.Says("小明", "/strike xx")
		expect(t, w.HeardBy("群主"), "…小明 违规 2 次了…/确认移出 小明…")
		w.Says("小明", "/strike xxx") // asked already
		w.Says("群主", "/strike xxx") // one of us
		expect(t, w.HeardBy("群主"))
		expect(t, w.Says("群主", "/确认移出 小明"), "好的，移出 小明。", "[移出] 小明")
	})
}

// sumIn finds the sum in what the group heard.
func sumIn(t *testing.T, heard []string) (a, b int) {
	t.Helper()
	for _, text := range heard {
		_, rest, ok := strings.Cut(text, "回答：")
		if ok && len(rest) >= 5 {
			return int(rest[0] - '0'), int(rest[4] - '0')
		}
	}
	t.Fatalf("no sum in %q", heard)
	return 0, 0
}

// TestTheGateWaitsForTheBot: nobody is removed because the bot was down when they were to be asked, or when they answered.
func TestTheGateWaitsForTheBot(t *testing.T) {
	o := bottest.Options{
		Features: []bot.Feature{moderation.Feature(), rule()}, Settings: map[string]any{"moderation": moderation.Settings{Gate: 5 * time.Minute}},
		Powers: admin, Tells: true,
	}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Wind(time.Minute)
		a, b := sumIn(t, w.JoinByQR("小红", "小明"))
		w.Wind(time.Minute)
		w.Down()
		w.Says("小红", fmt.Sprint(a+b))
		w.JoinByQR("小芳", "小明")
		w.Wind(time.Hour)
		w.Restart()
		got := w.Wind(time.Minute)
		sumIn(t, got)
		if got = append(got, w.Wind(3*time.Minute)...); strings.Contains(strings.Join(got, ""), "移出") {
			t.Errorf("heard %q", got)
		}
		got = w.Wind(10 * time.Minute)
		if strings.Contains(strings.Join(got, ""), "[移出] 小红") || !slices.Contains(got, "[移出] 小芳") {
			t.Errorf("heard %q", got)
		}
	})
}

func TestTheGate(t *testing.T) {
	run(t, moderation.Settings{Gate: 5 * time.Minute}, admin, func(w *bottest.World) {
		expect(t, w.Invite("群主", "大伟")) // the owner knows whom they bring
		a, b := sumIn(t, w.JoinByQR("小红", "小明"))
		right := fmt.Sprint("我想是 ", a+b)
		expect(t, w.Says("小红", "大家好"))
		w.Restart()
		expect(t, w.Says("小红", "1"), "@小红…不对哦…")
		expect(t, w.Says("小红", right), "@小红…答对了…")
		expect(t, w.Wind(time.Hour))
		sumIn(t, w.JoinByQR("小芳", "小明"))
		expect(t, w.Wind(4*time.Minute))
		w.Restart()
		got := w.Wind(2 * time.Minute)
		if !slices.Equal(got, []string{"小芳 没有回答，请出去了；想来可以再进。", "[移出] 小芳"}) {
			t.Errorf("heard %q", got)
		}
		w.Leave("小芳")
		sumIn(t, w.JoinByQR("小芳", "小明"))
		expect(t, w.Says("小芳", "1"), "…不对哦…")
		expect(t, w.Says("小芳", "1"), "…不对哦…")
		expect(t, w.Says("小芳", "1"), "小芳 没有回答…", "[移出] 小芳")
		w.Leave("小芳")
		expect(t, w.Wind(time.Hour))
	})
}

func TestSettings(t *testing.T) {
	for _, s := range []moderation.Settings{{Strikes: -1}, {Gate: time.Second}, {Gate: 25 * time.Hour}, {Gate: -time.Minute}} {
		if s.Check() == nil {
			t.Errorf("%+v is fine?", s)
		}
	}
	if err := (moderation.Settings{Strikes: 3, Gate: time.Hour}).Check(); err != nil {
		t.Error(err)
	}
}

func TestExamples(t *testing.T) {
	bottest.Examples(t, bottest.Options{Features: []bot.Feature{moderation.Feature(), rule()}})
}

// Nobody is removed because the gate did not hear them, when it was off or the bot was not in the group, nor for a number that they
// write long after.
func TestTheGateWasOff(t *testing.T) {
	for name, off := range map[string][2]string{
		"the feature": {"/开关 关 moderation", "/开关 开 moderation"},
		"the gate":    {"/设置 moderation.gate 0s", "/设置 moderation.gate 5m"},
		"the bot":     {"/停用", "/启用"},
	} {
		t.Run(name, func(t *testing.T) {
			o := bottest.Options{
				Features: []bot.Feature{moderation.Feature(), owner.Feature("314159"), rule()}, Powers: admin,
				Settings: map[string]any{"moderation": moderation.Settings{Gate: 5 * time.Minute}},
			}
			bottest.Run(t, o, func(w *bottest.World) {
				a, b := sumIn(t, w.JoinByQR("小红", "小明"))
				w.Says("小六", off[0])
				w.Says("小红", fmt.Sprint(a+b))
				expect(t, w.Wind(48*time.Hour))
				w.Says("小六", off[1])
				for range 3 {
					expect(t, w.Says("小红", "1"))
				}
				expect(t, w.Wind(2*time.Hour))
			})
		})
	}
}
