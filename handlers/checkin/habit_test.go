package checkin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/checkin"
	"sixtwenty/handlers/owner"
	"sixtwenty/handlers/people"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

func with(change func(s *checkin.Settings)) bottest.Options {
	s := checkin.Defaults()
	change(&s)
	return bottest.Options{Features: []bot.Feature{checkin.Feature(pictures.Lazily(pictures.Options{}))}, Settings: map[string]any{"checkin": s}}
}

func expect(t testing.TB, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("heard %q, expected %q", got, want)
	}
	for i := range want {
		if !bottest.Matches(want[i], got[i]) {
			t.Errorf("heard %q, expected %q", got[i], want[i])
		}
	}
}

func sends(w *bottest.World, who string, kind bot.MediaKind) []string {
	return w.Put(bot.Event{
		Kind: bot.Message, Chat: w.Group(), From: bot.Member{Person: w.Person(who), Nick: who}, Media: &bot.Media{Kind: kind},
	})
}

func TestDaysOffAreNobodysMiss(t *testing.T) {
	off := func(s *checkin.Settings) { s.WeekendsOff, s.DaysOff, s.FreezeMost = true, []string{"2026-11-24"}, 0 }
	bottest.Run(t, with(off), func(w *bottest.World) { // a Saturday
		expect(w.T, w.Says("小明", "打卡"), "…连续第 1 天…")
		w.Wind(48 * time.Hour) // Monday
		expect(w.T, w.Says("小明", "打卡"), "…连续第 2 天…")
		w.Wind(48 * time.Hour) // Wednesday, after the 24th
		expect(w.T, w.Says("小明", "打卡"), "…连续第 3 天…")
		w.Wind(48 * time.Hour) // Friday, after a Thursday that counts
		expect(w.T, w.Says("小明", "打卡"), "…连续第 1 天…")
	})
}

// The days off of the group are those of its named check-ins too, but a plan that names its days of the week keeps weekends.
func TestPlansRestWithTheGroup(t *testing.T) {
	off := func(s *checkin.Settings) { s.WeekendsOff, s.DaysOff, s.FreezeMost = true, []string{"2026-11-24"}, 0 }
	bottest.Run(t, with(off), func(w *bottest.World) { // a Saturday
		expect(w.T, w.Says("小六", "/打卡项 周 全天"), "…名字请用 1 到 12 个字…")
		expect(w.T, w.Says("小六", "/打卡项 早读 05：00－08：00　工作日"), "…「早读」：05:00–08:00 周一二三四五…")
		expect(w.T, w.Says("小明", "/打卡榜 随便"), "…没有叫「随便」的打卡项目。有的是：早读。")
		w.Says("小六", "/打卡项 早读 删")
		expect(w.T, w.Says("小明", "/证书 随便"), "…没有叫「随便」的打卡项目，直接发「打卡」就好。")
		w.Says("小六", "/打卡项 晨读 全天")
		w.Says("小六", "/打卡项 周末营 周末")
		w.Says("小六", "/打卡项 天天 周一二三四五六日")
		w.Wind(48 * time.Hour) // Monday
		expect(w.T, w.Says("小明", "打卡 晨读"), "…连续第 1 天…")
		expect(w.T, w.Says("小明", "打卡 天天"), "…连续第 1 天…")
		w.Wind(48 * time.Hour) // Wednesday, after a Tuesday off
		expect(w.T, w.Says("小明", "打卡 晨读"), "…连续第 2 天…")
		expect(w.T, w.Says("小明", "打卡 天天"), "…连续第 2 天…")
		w.Wind(24 * time.Hour)
		w.Says("小明", "打卡 晨读")
		w.Says("小明", "打卡 天天")
		w.Wind(24 * time.Hour)
		w.Says("小明", "打卡 晨读")
		w.Says("小明", "打卡 天天")
		w.Wind(3 * 24 * time.Hour) // Monday
		expect(w.T, w.Says("小明", "打卡 晨读"), "…连续第 5 天…")
		expect(w.T, w.Says("小明", "/打卡统计 晨读"), "「晨读」本月打卡 5 人次…")
		expect(w.T, w.Says("小明", "打卡 天天"), "…连续第 1 天…")
	})
}

// Days off are told once, on the first of them; plain weekends are not.
func TestDaysOffAreToldOnce(t *testing.T) {
	off := func(s *checkin.Settings) {
		s.WeekendsOff, s.DaysOff = true, []string{"2026-11-27", "2026-11-30", "2026-12-02"}
	}
	bottest.Run(t, with(off), func(w *bottest.World) { // a Saturday
		expect(w.T, w.Wind(3*24*time.Hour)) // nobody has anything to lose
		expect(w.T, w.Wind(48*time.Hour))
		w.Says("小明", "打卡") // Thursday
		expect(w.T, w.Wind(5*24*time.Hour), "11月27日到 11月30日 休息，不打卡也不断…")
		expect(w.T, w.Says("小明", "打卡"), "…连续第 2 天…") // Tuesday
		expect(w.T, w.Wind(6*24*time.Hour), "今天休息，不打卡也不断…")
	})
}

// Whoever looks at a board before the day is ended does not keep the group from hearing of a day off.
func TestAnEarlyLookPutsNothingOff(t *testing.T) {
	bottest.Run(t, with(func(s *checkin.Settings) { s.DaysOff = []string{"2026-11-24"} }), func(w *bottest.World) {
		w.Wind(48 * time.Hour)
		w.Says("小明", "打卡")
		w.Until("04:00:00")
		w.Says("阿杰", "/打卡榜")
		expect(w.T, w.Wind(6*time.Minute), "今天休息…")
		expect(w.T, w.Wind(24*time.Hour))
	})
}

// A picture that must come along may come first or second.
func TestWhatMustComeAlong(t *testing.T) {
	bottest.Run(t, with(func(s *checkin.Settings) { s.Kind, s.Unit = "picture", "页" }), func(w *bottest.World) {
		expect(w.T, w.Says("小明", "打卡 20页"), "@小明…请再发一张图片，10 分钟之内都算。")
		expect(w.T, sends(w, "小明", bot.Voice))
		expect(w.T, sends(w, "小明", bot.Image), "@小明…打卡成功！…今天 20 页，这个月 20 页。")
		expect(w.T, sends(w, "阿杰", bot.Image))
		expect(w.T, w.Says("阿杰", "打卡"), "@阿杰…打卡成功！今天第 2 个…")
		expect(w.T, w.Says("苏苏", "打卡"), "…请再发一张图片…")
		w.Wind(11 * time.Minute)
		expect(w.T, sends(w, "苏苏", bot.Image)) // too late for the word; but it is a first half
		expect(w.T, w.Says("苏苏", "打卡"), "@苏苏…打卡成功！今天第 3 个…")
	})
	bottest.Run(t, with(func(s *checkin.Settings) { s.Kind, s.MinLength = "text", 4 }), func(w *bottest.World) {
		expect(w.T, w.Says("小明", "打卡"), "…至少 4 个字…")
		expect(w.T, w.Says("小明", "打卡 ！！！！！"), "…至少 4 个字…")
		expect(w.T, w.Says("小明", "打卡 读了两章"), "…打卡成功…")
	})
}

func TestWordsOfTheOwner(t *testing.T) {
	bottest.Run(t, with(func(s *checkin.Settings) { s.Words = []string{"早", "起床啦"} }), func(w *bottest.World) {
		expect(w.T, w.Says("小明", "早"), "…今天第 1 个…")
		expect(w.T, w.Says("阿杰", "早，今天读诗"), "…今天第 2 个…")
		expect(w.T, w.Says("苏苏", "早上好"))
		expect(w.T, w.Says("苏苏", "起床啦！"), "…今天第 3 个…")
		expect(w.T, w.Says("群主", "打卡：读了第三章"), "…今天第 4 个…")
		expect(w.T, w.Says("大伟", "签到，今天读诗"), "…今天第 5 个…")
		expect(w.T, w.Says("大伟", "打卡榜上没有我"))
	})
}

// What is sent in private counts in the group that is shared, and only who wrote hears of it.
func TestInPrivate(t *testing.T) {
	bottest.Run(t, with(func(s *checkin.Settings) { s.Answers = "card" }), func(w *bottest.World) {
		expect(w.T, w.Private("小明", "打卡"), "「六点二十读书会」打卡成功！今天第 1 个，连续第 1 天，共 1 天。")
		expect(w.T, w.Private("小明", "打卡"), "「六点二十读书会」今天 12:00 已经打过卡啦…")
		expect(w.T, w.Private("小明", "早"))
		expect(w.T, w.Private("小明", "1"))
		expect(w.T, w.Private("小明", "/我的打卡"), "「六点二十读书会」连续 1 天…", "[图片] month.png")
		expect(w.T, w.Private("小明", "/我的打卡 图"), "「六点二十读书会」连续 1 天…", "[图片] month.png")
		expect(w.T, w.Heard())
		expect(w.T, w.Wind(time.Minute), "第 1 名 小明 已打卡。")
		expect(w.T, w.Private("路人", "打卡"), "要和我在同一个群里…")
	})
	bottest.Run(t, with(func(s *checkin.Settings) { s.Private = false }), func(w *bottest.World) {
		expect(w.T, w.Private("小明", "打卡"), "「六点二十读书会」要在群里打卡哦。")
	})
	bottest.Run(t, with(func(s *checkin.Settings) { s.Kind = "picture" }), func(w *bottest.World) {
		expect(w.T, w.Private("小明", "打卡"), "「六点二十读书会」收到！请再发一张图片…")
		w.Put(bot.Event{Kind: bot.Message, Chat: bot.Chat{ID: "c-p-小明", Name: "小明"}, From: bot.Member{Person: w.Person("小明"), Nick: "小明"}, Media: &bot.Media{Kind: bot.Image}})
		expect(w.T, w.HeardBy("小明"), "「六点二十读书会」打卡成功！…")
	})
}

// Who shares several groups with the bot is asked which, and the day is the one on which they wrote.
func TestInPrivateOfTwoGroups(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		run := bot.Chat{ID: "g-2", Group: true, Name: "六点二十晨跑群"}
		w.Put(bot.Event{Kind: bot.Message, Chat: run, From: bot.Member{Person: w.Person("小明"), Nick: "小明"}, Text: "大家好"})
		w.Until("03:59")
		expect(w.T, w.Private("小明", "打卡"), "这次打卡算在哪个群？回个数字就好：\n1. 六点二十读书会\n2. 六点二十晨跑群")
		w.Wind(5 * time.Minute) // the next day
		expect(w.T, w.Private("小明", "3"))
		expect(w.T, w.Private("小明", "2"), "「六点二十晨跑群」打卡成功！今天第 1 个，连续第 1 天，共 1 天。（算 11月21日 的）")
		expect(w.T, w.Private("小明", "２"), "「六点二十晨跑群」今天 03:59 已经打过卡啦…")
		expect(w.T, w.Private("小明", "1"), "「六点二十读书会」打卡成功！今天第 1 个…")
		w.Wind(6 * time.Minute)
		expect(w.T, w.Private("小明", "1"))
		expect(w.T, w.Heard())
		err := w.DB().View(w.T.Context(), func(r store.Reader) error {
			for row := range r.Scan("checkin/questions", store.Range{}) {
				t.Errorf("%s is still kept", row.Value)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// A large group is answered with cards by itself.
func TestLargeGroupsGetCards(t *testing.T) {
	opts := with(func(s *checkin.Settings) { s.Small = 4 })
	bottest.Run(t, opts, func(w *bottest.World) { // five members
		expect(w.T, w.Says("小明", "打卡"), "…今天第 1 个…")
		expect(w.T, w.Says("阿杰", "打卡"))
		expect(w.T, w.Wind(31*time.Second), "第 1–2 名已打卡，最快 小明 12:00:00。")
	})
}

func TestMakeUpsAreLimited(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		expect(w.T, w.Says("小明", "打卡"), "…")
		w.Wind(5 * 24 * time.Hour)
		expect(w.T, w.Says("小明", "/补卡 明天"), "…只能补过去的…")
		expect(w.T, w.Says("小明", "/补卡 2099-01-01"), "…只能补过去的…")
		expect(w.T, w.Says("小明", "/补卡 11-22"), "…只能补最近 3 天的卡…")
		expect(w.T, w.Says("小明", "/补卡 某天"), "…看不出是哪天…")
		expect(w.T, w.Says("小明", "/补卡 昨天"), "…11月25日 补上了（补），连续 1 天，共 2 天。这个月还能补 1 次。")
		expect(w.T, w.Says("小明", "/补卡 昨天"), "…11月25日 已经打过卡啦…")
		expect(w.T, w.Says("小明", "/补卡 前天"), "…连续 2 天，共 3 天。这个月还能补 0 次。")
		expect(w.T, w.Says("小明", "/补卡 11-23"), "…这个月的 2 次补卡用完了…")
		expect(w.T, w.Says("小明", "/打卡榜"), "今天还没有人打卡…") // a make-up is nobody's early bird
		w.Until("04:30")
		w.Wind(4 * 24 * time.Hour) // 1 December
		expect(w.T, w.Says("小明", "/补卡"), "…11月30日 补上了…还能补 1 次。")
	})
}

// What the house asks about a person is told, and forgotten with them.
func TestAboutAndForget(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		w.Says("小明", "打卡")
		w.Says("阿杰", "打卡")
		w.Says("小明", "/结伴 @阿杰")
		w.Says("阿杰", "/结伴 同意")
		w.Says("小六", "/改打卡 @小明 昨天 有 忘了")
		f := checkin.Feature(pictures.Lazily(pictures.Options{}))
		who := bot.Person{Head: w.Person("小明"), Identities: []bot.PersonID{w.Person("小明")}}
		err := w.DB().Update(w.T.Context(), func(tx store.Tx) error {
			lines, err := f.About(tx, who, bot.ZH)
			if err != nil || len(lines) != 1 || !strings.Contains(lines[0].Value, "连续 2 天，最长 2 天，共 2 天") {
				t.Errorf("%+v, %v", lines, err)
			}
			return f.Forget(tx, who)
		})
		if err != nil {
			t.Fatal(err)
		}
		expect(w.T, w.Says("小明", "/我的打卡"), "…还没有打过卡…")
		expect(w.T, w.Says("阿杰", "/结伴"), "…还没有结伴…")
		expect(w.T, w.Says("阿杰", "/打卡榜"), "今天已有 2 人打卡：\n1. 阿杰（连续 1 天）\n…还有 1 人")
		left := 0
		err = w.DB().View(w.T.Context(), func(r store.Reader) error {
			for _, table := range []string{
				"checkin/days", "checkin/order", "checkin/habits", "checkin/alive", "checkin/totals", "checkin/tallies", "checkin/ranking", "checkin/changes", "checkin/changes/of",
			} {
				for row, err := range r.Scan(table, store.Range{}) {
					if err != nil {
						return err
					}
					if strings.Contains(row.Key+string(row.Value), "p-小明") {
						left++
						t.Errorf("%s still has %s", table, store.FormatKey(row.Key))
					}
				}
			}
			return nil
		})
		if err != nil || left > 0 {
			t.Error(left, err)
		}
	})
}

// The last words of a day are no tail of the group's: what a name holds is never markup, a verb or a placeholder.
func TestHostileNames(t *testing.T) {
	bottest.Run(t, with(func(s *checkin.Settings) { s.Milestones = []string{"1"} }), func(w *bottest.World) {
		for _, name := range []string{"{天}%s%d", "\u202eabc\n12", "👨‍👩‍👧‍👦" + strings.Repeat("长", 200), "\u3164"} {
			got := w.Put(bot.Event{Kind: bot.Message, Chat: w.Group(), From: bot.Member{Person: bot.PersonID("p/" + name), Nick: name}, Text: "打卡"})
			if len(got) != 1 || strings.Contains(got[0], "%!") || strings.Contains(got[0], "\u202e") || strings.Contains(got[0], "{名字}") || strings.Count(got[0], "\n") != 1 {
				t.Errorf("%q: heard %q", name, got)
			}
		}
		expect(w.T, w.Says("小明", "/打卡榜"), "今天已有 4 人打卡：\n1. {天}%s%d…")
	})
}

// Who is further down than a board is long sees their own place under it.
func TestOnesOwnPlace(t *testing.T) {
	opts := with(func(s *checkin.Settings) { s.Answers = "card" })
	for i := range 25 {
		opts.Members = append(opts.Members, fmt.Sprint("群友", i+10))
	}
	bottest.Run(t, opts, func(w *bottest.World) {
		for _, name := range opts.Members {
			w.Says(name, "打卡")
		}
		w.Wind(time.Minute)
		expect(w.T, w.Says("群友33", "/打卡榜"), "今天已有 25 人打卡：\n1. 群友10（连续 1 天）…\n20. 群友29（连续 1 天）\n…还有 5 人\n您是第 24 名，1 天")
		expect(w.T, w.Says("群友33", "/打卡榜 周"), "本周打卡榜：\n1. 群友10 1 天\n1. 群友11 1 天…\n…还有 5 人\n您是第 1 名，1 天")
		expect(w.T, w.Says("群友12", "/打卡榜 周"), "本周打卡榜：\n1. 群友10 1 天…\n…还有 5 人")
	})
}

// What does not count is explained from the record: of a day, of a named check-in, with the reason of a correction.
func TestWhy(t *testing.T) {
	opts := with(func(s *checkin.Settings) { s.FreezeMost = 0 })
	opts.Features = append(opts.Features, people.Feature())
	bottest.Run(t, opts, func(w *bottest.World) {
		w.Says("小六", "/打卡项 早读 05:00-08:00 工作日")
		w.Says("小明", "打卡") // a Saturday at noon
		w.Wind(48 * time.Hour)
		w.Says("小明", "打卡")
		w.Says("小六", "/改打卡 @小明 今天 无 是别人代打的")
		w.Says("小六", "/改打卡 @小明 昨天 有 早读 手机没电")
		expect(w.T, w.Says("小明", "/为什么 没算"), "打卡 11月23日：被管理员撤下了（是别人代打的）\n打卡 11月22日：没有收到打卡\n打卡 11月21日：11-21 12:00:00 发的，那天第 1 个\n早读 11月23日：今天还没有打卡\n早读 11月22日：11-23 12:00:00 由管理员补记（手机没电）")
		w.Wind(24 * time.Hour)
		expect(w.T, w.Says("小明", "/为什么 早读 昨天"), "早读 11月23日：05:00–08:00 里没有收到打卡")
		expect(w.T, w.Says("小明", "/为什么 早读 11-21"), "早读 11月21日：休息日，不打卡也不断")
		expect(w.T, w.Says("小明", "/为什么 打卡 2026-11-01"), "打卡 11月1日：那时这里还没开始打卡\n早读 11月1日：休息日，不打卡也不断")
		expect(w.T, w.Says("小明", "/为什么 打卡 明天"), "打卡 11月25日：还没到\n早读 11月25日：还没到")
	})
}

// A card answers those who checked in, so the early ones of a big group do not wait for the end of the quiet hours.
func TestCardsAtNight(t *testing.T) {
	opts := with(func(s *checkin.Settings) { s.Answers = "card" })
	opts.Pace.Quiet = "23:00-06:00"
	bottest.Run(t, opts, func(w *bottest.World) {
		w.Until("05:10")
		w.Says("小明", "打卡")
		w.Says("阿杰", "打卡")
		expect(w.T, w.Wind(time.Minute), "第 1–2 名已打卡，最快 小明 05:10:00。")
	})
}

// A milestone is celebrated once, though it is reached in two check-ins at once.
func TestOneCelebration(t *testing.T) {
	bottest.Run(t, with(func(s *checkin.Settings) { s.Milestones = []string{"1", "2"} }), func(w *bottest.World) {
		w.Says("小六", "/打卡项 早读 全天")
		expect(w.T, w.Says("小明", "打卡"), "@小明…连续第 1 天，共 1 天。\n🎉 小明 连续打卡 1 天，了不起！\n「早读」第 1 个，连续第 1 天。")
		w.Says("小六", "/打卡项 晚读 全天")
		w.Wind(24 * time.Hour)
		got := w.Says("小明", "打卡")
		expect(w.T, got, "…🎉 小明 连续打卡 2 天，了不起！…\n「晚读」第 1 个，连续第 1 天。\n「晚读」🎉 小明 连续打卡 1 天，了不起！")
	})
}

// A storm that counts in several check-ins at once is answered with one message, in the times of the day's own zone.
func TestOneCardForAll(t *testing.T) {
	opts := with(func(s *checkin.Settings) { s.Answers = "card" })
	opts.Features = append(opts.Features, owner.Feature("314159"))
	bottest.Run(t, opts, func(w *bottest.World) {
		w.Says("小六", "/打卡项 早读 11:00-13:00")
		expect(w.T, w.Says("小明", "打卡"), "…今天第 1 个，连续第 1 天，共 1 天。\n「早读」第 1 个，连续第 1 天。")
		expect(w.T, w.Says("阿杰", "打卡"))
		w.Says("小六", "/设置 group.zone America/New_York")
		expect(w.T, w.Says("苏苏", "打卡 早读"))
		expect(w.T, w.Wind(time.Minute), "第 1–2 名已打卡，最快 小明 12:00:00。\n「早读」第 1–3 名已打卡，最快 小明 12:00:00。")
		expect(w.T, w.Wind(time.Minute))
	})
}
