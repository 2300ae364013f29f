package onboarding_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/checkin"
	"sixtwenty/handlers/onboarding"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

// A trickle of people does not put the greeting off: the window begins with the first.
func TestTheWindowBeginsWithTheFirst(t *testing.T) {
	bottest.Run(t, options(onboarding.Settings{Welcome: "欢迎 {名字}！", Window: 20 * time.Second}), func(w *bottest.World) {
		w.Invite("群主", "小红")
		expect(t, w.Wind(15*time.Second))
		w.Invite("群主", "小芳")
		expect(t, w.Wind(5*time.Second), "欢迎 小红、小芳！")
		w.Invite("群主", "大伟")
		expect(t, w.Wind(20*time.Second), "欢迎 大伟！")
	})
}

// Those who come in the night are greeted together in the morning.
func TestANight(t *testing.T) {
	o := options(onboarding.Settings{Welcome: "欢迎 {名字}！", Window: 20 * time.Second})
	o.Pace = bot.Pace{Quiet: "23:00-06:00"}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Until("23:30:00")
		for _, name := range []string{"小红", "小芳", "大伟"} {
			w.Invite("群主", name)
			expect(t, w.Wind(time.Hour))
		}
		w.Restart()
		expect(t, w.Until("05:59:00"))
		expect(t, w.Wind(2*time.Minute), "欢迎 小红、小芳、大伟！")
	})
}

// Who left again before the greeting is not in it.
func TestWhoLeftIsNotGreeted(t *testing.T) {
	o := options(onboarding.Settings{Welcome: "欢迎 {名字}！", Window: 20 * time.Second, Question: "您好？"})
	o.Pace = bot.Pace{Quiet: "23:00-06:00"}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Until("23:30:00")
		w.Invite("群主", "小红")
		w.Invite("群主", "小芳")
		w.Wind(time.Hour)
		w.Leave("小红")
		expect(t, w.Until("06:01:00"), "欢迎 小芳！", "小芳，您好？")
		w.Until("23:30:00")
		w.Invite("群主", "大伟")
		w.Leave("大伟")
		expect(t, w.Until("06:01:00"))
	})
}

// Those who came one by one while the bot was out of touch are no crowd, and are greeted together.
func TestAnOutageIsNoCrowd(t *testing.T) {
	o := options(onboarding.Settings{Welcome: "欢迎 {名字}！", Window: 20 * time.Second, Surge: 3})
	o.Features = append(o.Features, boss())
	bottest.Run(t, o, func(w *bottest.World) {
		w.Private("群主", "/boss")
		w.Down()
		for _, name := range []string{"甲", "乙", "丙", "丁", "戊", "己", "庚"} {
			w.Invite("群主", name)
			w.Wind(time.Hour)
		}
		w.Restart()
		expect(t, w.Wind(time.Minute), "欢迎 甲、乙、丙、丁、戊 等 7 位！")
		expect(t, w.HeardBy("群主"))
		w.Invite("群主", "一", "二", "三", "四")
		expect(t, w.Wind(time.Minute))
		if got := w.HeardBy("群主"); len(got) != 1 || !strings.Contains(got[0], "一小时里来了 4 位新人") {
			t.Errorf("the owner heard %q", got)
		}
	})
}

func TestPlaceholders(t *testing.T) {
	o := options(onboarding.Settings{Welcome: "{名字} {您} {群名} {人数} {第几位} {邀请人} {日期} {群规} {下次播音}", Rules: "友善 {名字}"})
	bottest.Run(t, o, func(w *bottest.World) {
		expect(t, w.Invite("阿杰", "小红"), "小红 您 六点二十读书会 6 第 6 位 阿杰 邀请来的 2026-11-21 友善 {名字} 待定")
		expect(t, w.Invite("阿杰", "小芳", "大伟"), "小芳、大伟 各位 六点二十读书会 8 第 7–8 位 阿杰 邀请来的 2026-11-21 友善 {名字} 待定")
	})
}

// People found in a member list are known quietly, however many; and the name of a join text, which may be the account's own
// remark, is spoken to nobody.
func TestKnownQuietly(t *testing.T) {
	bottest.Run(t, options(weekOf(onboarding.Settings{Welcome: "欢迎 {名字}！"})), func(w *bottest.World) {
		list := []bot.Member{{Person: w.Person("群主"), Nick: "群主"}, {Person: w.Person("小六"), Nick: "小六"}}
		for n := range 480 {
			list = append(list, bot.Member{Person: bot.PersonID(fmt.Sprint("x", n)), Nick: fmt.Sprint("群友", n)})
		}
		expect(t, w.Put(bot.Event{Kind: bot.Listed, Chat: w.Group(), Roster: list}))
		for range 9 {
			expect(t, evening(w))
		}
		list = append(list, bot.Member{Person: "x-wang", Nick: "清风", Known: []string{"老王（欠我钱）"}})
		got := w.Put(bot.Event{Kind: bot.Joined, Chat: w.Group(), Join: &bot.Join{InviterName: "群友0", Names: "老王（欠我钱）"}, Roster: list})
		expect(t, got, "欢迎 清风！")
	})
}

// The next voice comes from the schedule that holds in the group, whoever has it.
func TestTheNextVoice(t *testing.T) {
	text := bot.Text{ZH: "x", EN: "x"}
	type settings struct {
		Voice string `yaml:"voice" help:"x|x"`
	}
	radio := bot.Feature{Name: "broadcast", Summary: text, Settings: settings{"每天 6:20"}, Jobs: []bot.Job{{
		Name: "voice", Summary: text, Spec: func(s any) string { return s.(settings).Voice },
		Run: func(context.Context, *bot.Call) error { return nil },
	}}}
	o := bottest.Options{
		Features: []bot.Feature{onboarding.Feature(), checkin.Feature(pictures.Lazily(pictures.Options{})), radio},
		Settings: map[string]any{"onboarding": onboarding.Settings{Welcome: "下次 {下次播音}"}},
	}
	bottest.Run(t, o, func(w *bottest.World) {
		expect(t, w.Invite("阿杰", "小红"), "下次 明天 06:20")
		w.Until("06:10:00")
		expect(t, w.Invite("阿杰", "小芳"), "下次 今天 06:20")
	})
}

// A welcome with a fault is refused when it is set, with the place of the fault.
func TestWhereTheFaultIs(t *testing.T) {
	bottest.Run(t, options(onboarding.Settings{Welcome: "欢迎 {名字}"}), func(w *bottest.World) {
		for say, want := range map[string]string{
			"设 你好 {名字":     "没有改：第 4 个字的 { 没有对应的 }",
			"设 你好\n欢迎{谁}":  "没有改：第 2 行第 3 个字的 {谁} 不认识，可用的有 {名字} {您} {群名} {人数} {第几位} {邀请人} {日期} {群规} {下次播音}",
			"加 {}":         "没有改：第 1 个字的 {}} 不认识，可用的有 {名字} {您} {群名} {人数} {第几位} {邀请人} {日期} {群规} {下次播音}",
			"加 x{{名字}}":    "没有改：第 2 个字的 {{名字} 不认识，可用的有 {名字} {您} {群名} {人数} {第几位} {邀请人} {日期} {群规} {下次播音}",
			"加 {名字} } {群名": "没有改：第 8 个字的 { 没有对应的 }",
		} {
			expect(t, w.Says("小六", "/欢迎语 "+say), "@小六\u2005"+want)
		}
		expect(t, w.Says("小六", "/欢迎语 原文"), "欢迎 {名字}")
	})
}

// A welcome that an older version let pass and this one cannot fill in greets with ours instead.
func TestABrokenWelcomeGreetsAllTheSame(t *testing.T) {
	bottest.Run(t, options(onboarding.Settings{Welcome: "一 {名字}"}), func(w *bottest.World) {
		w.Says("小六", "/欢迎语 加 二 {名字}")
		err := w.DB().Update(context.Background(), func(tx store.Tx) error {
			others := store.Table[string]("onboarding/others")
			for row, err := range others.Scan(tx, store.Range{Limit: 1}) {
				if err != nil {
					return err
				}
				return tx.Put(string(others), row.Key, []byte(`"{谁} {名字"`))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, w.Invite("群主", "小红"), "一 小红")
		if got := w.Invite("群主", "小芳"); len(got) != 1 || !strings.HasPrefix(got[0], "欢迎 小芳 加入") {
			t.Errorf("heard %q", got)
		}
	})
}

// A picture, a file or a recording goes out with every welcome and every preview.
func TestAttachments(t *testing.T) {
	o := options(onboarding.Settings{Welcome: "欢迎 {名字}！"})
	o.Features = append(o.Features, boss())
	bottest.Run(t, o, func(w *bottest.World) {
		w.Private("群主", "/boss")
		expect(t, w.Says("群主", "/欢迎语 附"), "@群主\u2005请先把图片、文件或音频发给我（群里或私聊都行），十分钟内再发「/欢迎语 附」。")
		w.Gives("群主", bot.Media{Kind: bot.Image}, []byte("png"))
		expect(t, w.Says("群主", "/欢迎语 附"), "好的，以后欢迎新人时一起发（现在有 1 个附件）。")
		w.Shows("群主", bot.Media{Kind: bot.File, Name: "群规.pdf"}, []byte("pdf"))
		expect(t, w.Says("群主", "/欢迎语 附"), "好的，以后欢迎新人时一起发（现在有 2 个附件）。")
		w.Restart()
		expect(t, w.Invite("群主", "小红"), "欢迎 小红！", "[图片] picture.jpg", "[文件] 群规.pdf")
		expect(t, w.Says("群主", "/欢迎语 预览"), "欢迎 群主！", "[图片] picture.jpg", "[文件] 群规.pdf")
		w.Says("群主", "/欢迎语 附")
		expect(t, w.Says("群主", "/欢迎语 附"), "@群主\u2005附件最多 3 个，发「/欢迎语 去附」先去掉。")
		expect(t, w.Says("群主", "/欢迎语 去附"), "好的，欢迎时不再发附件了。")
		expect(t, w.Invite("群主", "小芳"), "欢迎 小芳！")
	})
}

// The default speaks the language of the group.
func TestTheDefaultInEnglish(t *testing.T) {
	o := options(onboarding.Defaults())
	o.Settings["group"] = bot.GroupSettings{Language: bot.EN, Zone: "Asia/Shanghai", DayBegins: 4}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Invite("阿杰", "小红")
		got := w.Wind(20 * time.Second)
		if len(got) != 1 || !strings.HasPrefix(got[0], "Welcome to “六点二十读书会”, 小红! You are the number 6 member, invited by 阿杰.\nNext voice: to be announced.") {
			t.Errorf("heard %q", got)
		}
	})
}
