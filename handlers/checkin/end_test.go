package checkin_test

import (
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/checkin"
	"sixtwenty/handlers/owner"
	"sixtwenty/handlers/people"
)

// outages are the two ways to be out of touch.
func outages() map[string]func(w *bottest.World, d time.Duration, meanwhile func()) {
	return map[string]func(w *bottest.World, d time.Duration, meanwhile func()){
		"cut off": func(w *bottest.World, d time.Duration, meanwhile func()) {
			w.Cut(true)
			w.Wind(time.Hour)
			meanwhile()
			w.Wind(d - time.Hour)
			w.Cut(false)
		},
		"down": func(w *bottest.World, d time.Duration, meanwhile func()) {
			w.Down()
			w.Wind(time.Hour)
			meanwhile()
			w.Wind(d - time.Hour)
			w.Restart()
		},
	}
}

func outsideOf(t *testing.T, change func(s *checkin.Settings), play func(w *bottest.World, out func(d time.Duration, meanwhile func()))) {
	t.Helper()
	for name, out := range outages() {
		t.Run(name, func(t *testing.T) {
			opts := with(change)
			opts.Tells = true
			bottest.Run(t, opts, func(w *bottest.World) { // a Saturday at noon
				w.Wind(time.Minute)
				play(w, func(d time.Duration, meanwhile func()) { out(w, d, meanwhile) })
			})
		})
	}
}

// What ends while the bot is out of touch is settled when all that was sent meanwhile is read.
func TestWhatEndsInAnOutageWaitsForWhatWasSent(t *testing.T) {
	outsideOf(t, func(*checkin.Settings) {}, func(w *bottest.World, out func(d time.Duration, meanwhile func())) {
		w.Says("小明", "/对决 @阿杰 2")
		w.Says("阿杰", "/对决 应战")
		w.Says("小六", "/打卡项 营 2天")
		for _, who := range []string{"小明", "阿杰"} {
			w.Says(who, "打卡")
		}
		w.Wind(24 * time.Hour)
		w.Says("小明", "打卡")
		w.Until("20:00")
		out(10*time.Hour, func() { w.Says("阿杰", "打卡") })
		expect(w.T, w.Heard())
		expect(w.T, w.Wind(15*time.Minute), "⚔️ 对决结束：小明 和 阿杰 都是 2 天，不分高下！", "🏁「营」圆满结束，2 天都坚持下来的有 2 位：…")
		expect(w.T, w.Wind(48*time.Hour))
	})
}

// The group hears of the days that were missed, each once, when it can hear.
func TestAnOutageIsToldWhenItIsOver(t *testing.T) {
	outsideOf(t, func(*checkin.Settings) {}, func(w *bottest.World, out func(d time.Duration, meanwhile func())) {
		w.Says("小明", "打卡")
		w.Until("23:00")
		out(59*time.Hour, func() {}) // to 10:00, three days later
		expect(w.T, w.Heard())
		expect(w.T, w.Wind(15*time.Minute), "11月22日、11月23日 我掉线了，…不算缺卡…")
		expect(w.T, w.Wind(48*time.Hour))
	})
	outsideOf(t, func(*checkin.Settings) {}, func(w *bottest.World, out func(d time.Duration, meanwhile func())) {
		w.Says("小明", "打卡")
		w.Until("23:00")
		out(20*24*time.Hour, func() {})
		expect(w.T, w.Wind(15*time.Minute), "11月22日–12月10日 我掉线了，…")
	})
}

// Days off are told when the group can hear, if it is not too late for them.
func TestDaysOffAreToldAfterAnOutage(t *testing.T) {
	off := func(s *checkin.Settings) { s.DaysOff = []string{"2026-11-23"} }
	outsideOf(t, off, func(w *bottest.World, out func(d time.Duration, meanwhile func())) {
		w.Wind(24 * time.Hour)
		w.Says("小明", "打卡")
		w.Until("03:00")
		out(7*time.Hour, func() {})
		expect(w.T, w.Heard())
		expect(w.T, w.Wind(15*time.Minute), "今天休息，不打卡也不断…")
		expect(w.T, w.Wind(24*time.Hour))
	})
}

// They are told though somebody checks in first.
func TestDaysOffAreToldAfterAnOutageAndACheckIn(t *testing.T) {
	off := func(s *checkin.Settings) { s.DaysOff = []string{"2026-11-23"} }
	outsideOf(t, off, func(w *bottest.World, out func(d time.Duration, meanwhile func())) {
		w.Wind(24 * time.Hour)
		w.Says("小明", "打卡")
		w.Until("03:00")
		out(7*time.Hour, func() { w.Says("阿杰", "打卡") })
		expect(w.T, w.Wind(15*time.Minute), "今天休息，不打卡也不断…")
		expect(w.T, w.Wind(24*time.Hour))
	})
}

// While the bot is sent away from a group nobody can check in, so nobody misses anything.
func TestAPauseIsNobodysMiss(t *testing.T) {
	opts := with(func(s *checkin.Settings) { s.FreezeMost = 0 })
	opts.Features = append(opts.Features, owner.Feature("314159"), people.Feature())
	bottest.Run(t, opts, func(w *bottest.World) {
		w.Says("小明", "打卡")
		w.Wind(12 * time.Hour)
		w.Says("小六", "/停用")
		w.Wind(24 * time.Hour)
		w.Restart()
		expect(w.T, w.Says("小六", "/停用"))
		w.Wind(24 * time.Hour)
		expect(w.T, w.Says("小明", "打卡"))
		w.Says("小六", "/启用")
		w.Says("小六", "/启用")
		w.Wind(5 * time.Hour) // to 05:00 on the 24th
		expect(w.T, w.Heard())
		expect(w.T, w.Says("小明", "打卡"), "…连续第 2 天，共 2 天。")
		expect(w.T, w.Says("小明", "/为什么 没算"), "打卡 11月24日：…\n打卡 11月23日：那时我不在群里服务，或者打卡关着，不算缺卡\n打卡 11月22日：那时我不在群里服务…")
		w.Wind(48 * time.Hour)
		expect(w.T, w.Says("小明", "打卡"), "…连续第 1 天，共 3 天。") // the 25th was missed
	})
}

// The cards go on in a group that the bot was sent away from while one was to be shown.
func TestCardsGoOnAfterAPause(t *testing.T) {
	opts := with(func(s *checkin.Settings) { s.Answers = "card" })
	opts.Features = append(opts.Features, owner.Feature("314159"), people.Feature())
	bottest.Run(t, opts, func(w *bottest.World) {
		w.Says("小明", "打卡")
		w.Says("小六", "/停用")
		w.Wind(time.Hour)
		w.Says("小六", "/启用")
		w.Says("阿杰", "打卡")
		expect(w.T, w.Wind(5*time.Minute), "第 1–2 名已打卡，最快 小明 …")
		w.Wind(24 * time.Hour)
		w.Says("小明", "打卡")
		w.Says("阿杰", "打卡")
		expect(w.T, w.Wind(5*time.Minute), "第 1–2 名已打卡，最快 小明 …")
	})
}

// While check-ins are off in a group nobody can check in either.
func TestCheckInsThatWereOffAreNobodysMiss(t *testing.T) {
	opts := with(func(s *checkin.Settings) { s.FreezeMost = 0 })
	opts.Features = append(opts.Features, owner.Feature("314159"), people.Feature())
	for name, on := range map[string]string{"on": "/开关 开 checkin", "the default": "/设置 group.off 默认"} {
		t.Run(name, func(t *testing.T) {
			bottest.Run(t, opts, func(w *bottest.World) {
				w.Says("小明", "打卡")
				w.Wind(12 * time.Hour)
				w.Says("小六", "/开关 关 checkin")
				w.Wind(24 * time.Hour)
				w.Restart()
				w.Says("小六", "/开关 关 checkin")
				w.Wind(24 * time.Hour)
				w.Says("小六", on)
				w.Wind(5 * time.Hour) // to 05:00 on the 24th
				expect(w.T, w.Heard())
				expect(w.T, w.Says("小明", "打卡"), "…连续第 2 天，共 2 天。")
				w.Wind(48 * time.Hour)
				expect(w.T, w.Says("小明", "打卡"), "…连续第 1 天，共 3 天。") // the 25th was missed
			})
		})
	}
}

// What is read late is told of its own day.
func TestLateCheckInsNameTheirDay(t *testing.T) {
	outsideOf(t, func(s *checkin.Settings) { s.Answers = "card" }, func(w *bottest.World, out func(d time.Duration, meanwhile func())) {
		w.Says("小明", "打卡")
		w.Until("20:00")
		out(10*time.Hour, func() { w.Says("阿杰", "打卡"); w.Says("苏苏", "打卡") })
		w.Says("阿杰", "打卡")
		w.Says("苏苏", "打卡")
		expect(w.T, w.Wind(time.Minute), "11月21日 第 2–3 名已打卡，最快 小明 12:01:00。\n第 1–2 名已打卡，最快 阿杰 06:00:00；连续最长 阿杰 2 天。")
	})
	bottest.Run(t, options(), func(w *bottest.World) {
		w.Until("04:01")
		expect(w.T, says(w, "小明", time.Now().Add(-2*time.Minute), "打卡"), "…打卡成功！今天第 1 个，连续第 1 天，共 1 天。（算 11月21日 的）")
		expect(w.T, w.Says("小明", "打卡"), "…打卡成功！今天第 1 个，连续第 2 天，共 2 天。")
	})
}

// Who leaves an invitation or a challenge alone is bound by it for the day only.
func TestInvitationsHoldForTheDay(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		w.Says("小明", "/结伴 @阿杰 @苏苏")
		w.Says("小明", "/对决 @阿杰")
		expect(w.T, w.Says("苏苏", "/结伴 @群主"), "…已经在结伴了…")
		expect(w.T, w.Says("苏苏", "/对决 @阿杰"), "…已经在对决里了…/对决 认输…")
		w.Wind(24 * time.Hour)
		expect(w.T, w.Says("阿杰", "/结伴 同意"), "…没有人邀请您…")
		expect(w.T, w.Says("阿杰", "/对决 应战"), "…没有人向您挑战…")
		expect(w.T, w.Says("小明", "/结伴"), "…还没有结伴…")
		expect(w.T, w.Says("苏苏", "/结伴 @群主"), "…邀请群主一起结伴…")
		expect(w.T, w.Says("苏苏", "/对决 @阿杰"), "⚔️ 苏苏 向 阿杰 发起 7 天打卡对决！…")
		w.Says("群主", "/结伴 同意")
		w.Says("阿杰", "/对决 应战")
		w.Wind(24 * time.Hour)
		expect(w.T, w.Says("苏苏", "/结伴"), "🤝 苏苏、群主：…")
		expect(w.T, w.Says("苏苏", "/对决"), "⚔️ 苏苏 0 天，阿杰 0 天…")
	})
}

// What ended is told in the group, whoever's message it is that comes first in the new day.
func TestWhatEndedIsToldInTheGroup(t *testing.T) {
	for name, first := range map[string]func(w *bottest.World){
		"a check-in in private": func(w *bottest.World) { w.Private("小明", "打卡") },
		"the console": func(w *bottest.World) {
			if _, err := w.Bot().Ask(w.T.Context(), bot.Event{Chat: w.Group(), Text: "/打卡榜"}); err != nil {
				w.T.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bottest.Run(t, options(), func(w *bottest.World) {
				w.Says("小明", "/对决 @阿杰 1")
				w.Says("阿杰", "/对决 应战")
				w.Says("小六", "/打卡项 营 1天")
				w.Says("小明", "打卡")
				down(w, -time.Minute, 13*time.Hour)
				w.Until("04:00:00")
				first(w)
				got := strings.Join(w.Wind(10*time.Minute), "\n")
				for _, want := range []string{"⚔️ 对决结束：小明 1 天，阿杰 0 天", "🏁「营」圆满结束", "11月21日 我掉线了"} {
					if !strings.Contains(got, want) {
						t.Errorf("heard %q, and not %q", got, want)
					}
				}
			})
		})
	}
}

// A year that was mistyped is no correction.
func TestCorrectionsOfLongAgo(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		for _, date := range []string{"0026-11-20", "1970-01-01", "2025-11-21"} {
			expect(w.T, w.Says("小六", "/改打卡 小明 "+date+" 有 忘了"), "…一年以前的日子不能改了…")
		}
		expect(w.T, w.Says("小六", "/改打卡 小明 2025-11-22 有 忘了"), "第 1 条修改：小明 11月22日 改为有打卡。…")
	})
}

// A day that was taken back in one check-in leaves the others alone.
func TestADayTakenBackIsOneOfSeveral(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		w.Says("小明", "打卡")
		w.Says("小六", "/改打卡 小明 今天 无 代打的")
		expect(w.T, w.Says("小明", "打卡"), "…被管理员撤下了…")
		w.Says("小六", "/打卡项 早读 全天")
		expect(w.T, w.Says("小明", "打卡"), "…「早读」打卡成功！今天第 1 个…")
		w.Says("小六", "/改打卡 小明 今天 无 早读 也是代打的")
		expect(w.T, w.Says("小明", "打卡"), "…被管理员撤下了…")
	})
}

// Where check-ins are off nobody checks in from private either.
func TestWhereCheckInsAreOff(t *testing.T) {
	opts := options()
	opts.Features = append(opts.Features, owner.Feature("314159"), people.Feature())
	bottest.Run(t, opts, func(w *bottest.World) {
		w.Says("小六", "/开关 关 checkin")
		for _, text := range []string{"打卡", "/我的打卡"} {
			expect(w.T, w.Private("小明", text), "要和我在同一个群里，…")
		}
		run := bot.Chat{ID: "g-2", Group: true, Name: "六点二十晨跑群"}
		w.Put(bot.Event{Kind: bot.Message, Chat: run, From: bot.Member{Person: w.Person("小明"), Nick: "小明"}, Text: "大家好"})
		expect(w.T, w.Private("小明", "打卡"), "「六点二十晨跑群」打卡成功！…共 1 天。")
		w.Says("小六", "/开关 开 checkin")
		expect(w.T, w.Says("小明", "打卡"), "…共 1 天。")
	})
}
