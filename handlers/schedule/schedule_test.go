package schedule_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/broadcast"
	"sixtwenty/handlers/owner"
	"sixtwenty/handlers/schedule"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

func options(t testing.TB) bottest.Options {
	return bottest.Options{
		Features: []bot.Feature{owner.Feature("314159"), schedule.Feature(pictures.Lazily(pictures.Options{}))}, Log: zaptest.NewLogger(t, zaptest.Level(zap.WarnLevel)),
	}
}

func run(t *testing.T, play func(w *bottest.World)) {
	t.Helper()
	bottest.Run(t, options(t), func(w *bottest.World) {
		w.Private("群主", "/机主 314159")
		play(w)
	})
}

func hears(t testing.TB, got []string, want ...string) {
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

func TestExamples(t *testing.T) {
	bottest.Examples(t, bottest.Options{Features: []bot.Feature{schedule.Feature(pictures.Lazily(pictures.Options{}))}})
}

func TestOneEveryKind(t *testing.T) {
	run(t, func(w *bottest.World) {
		hears(t, w.Says("群主", "/定时 每天 6:20 早安，今天是{日期}{星期} || 早上好，{群名}的 {人数} 位朋友"),
			"好的，定时 1：每天 6:20，轮流发 2 句，发到这里。接下来：明天 06:20、后天 06:20、11月24日 周二 06:20（Asia/Shanghai）。")
		hears(t, w.Says("群主", "/定时 今天 22:00 /状态"), "好的，定时 2：2026年11月21日 22:00，执行 /状态，发到这里。接下来：今天 22:00（…")
		hears(t, w.Says("群主", "/定时 每隔2小时 共:2次 喝水"), "好的，定时 3：每隔2小时，发「喝水」，发到这里。接下来：今天 14:00、今天 16:00（…")
		hears(t, w.Says("群主", "/定时 工作日 8:00 上班"), "…注意：2027 年的放假安排还没有…")
		hears(t, w.Says("群主", "/定时"), "定时（Asia/Shanghai）：\n1. …\n2. …\n3. 每隔2小时，发「喝水」，发到这里 · 下次 今天 14:00\n4. …")
		hears(t, w.Wind(2*time.Hour), "喝水")
		hears(t, w.Wind(2*time.Hour), "喝水")
		hears(t, w.Wind(2*time.Hour))
		hears(t, w.Until("22:00"), "…待发…")
		hears(t, w.Until("06:19:59"))
		hears(t, w.Wind(time.Second), "早安，今天是11月22日星期日")
		hears(t, w.Until("06:20"), "早上好，六点二十读书会的 5 位朋友")
		hears(t, w.Says("群主", "/定时 记录 1"), "定时 1 的记录：\n今天 06:20 发到 1 个群，1 个已收到\n11月22日 周日 06:20 …")
		hears(t, w.Says("群主", "/定时"), "定时（…\n1. …\n4. …下次 今天 08:00")
	})
}

func TestChanging(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Says("群主", "/定时 每天 6:20 早安")
		hears(t, w.Says("群主", "/定时 改 1 每天 7:00"), "好的，定时 1：每天 7:00，发「早安」…")
		hears(t, w.Until("06:30"))
		hears(t, w.Until("07:00"), "早安")
		hears(t, w.Says("群主", "/定时 停 1"), "好的，定时 1 暂停了…")
		hears(t, w.Wind(24*time.Hour))
		w.HeardBy("群主")
		hears(t, w.Private("群主", "/定时 续 1"), "好的，定时 1：…六点二十读书会。接下来：明天 07:00…")
	})
}

func TestAskedForContent(t *testing.T) {
	run(t, func(w *bottest.World) {
		hears(t, w.Private("群主", "/定时 明天 9点 给:全部"), "2026年11月22日 9:00 发什么？…")
		hears(t, w.Gives("群主", bot.Media{Kind: bot.Image, Name: "海报.png"}, []byte("png")), "好的，定时 1：2026年11月22日 9:00，发 海报.png，发到全部群…")
		hears(t, w.Says("群主", "/定时 每周日 9:00"), "…发什么？…")
		hears(t, w.Says("小明", "别管我"))
		hears(t, w.Says("群主", "周末愉快"), "好的，定时 2：每周日 9:00，发「周末愉快」…")
		hears(t, w.Says("群主", "这是闲聊"))
		hears(t, w.Until("09:00"), "[图片] 海报.png", "周末愉快")
		w.Says("群主", "/定时 每天 10:00")
		w.Wind(6 * time.Minute)
		hears(t, w.Says("群主", "太晚了"))
	})
}

func TestRefusals(t *testing.T) {
	run(t, func(w *bottest.World) {
		hears(t, w.Says("群主", "/定时 每周三 20:00 9.5折 || 8点半"), "好的，定时 1：每周三 20:00，轮流发 2 句…")
		hears(t, w.Says("群主", "/定时 删 1"), "好的，定时 1 删掉了。")
		for line, want := range map[string]string{
			"/定时 早上好":                                  "…没看懂是什么时候。可以写：每天 6:20…",
			"/定时 每天 6.20 早安":                           "…「6.20」不是几点几分…",
			"/定时 今天 6:20 早安":                           "…2026年11月21日 6:20 已经过去了…",
			"/定时 每天 6:20 给:没有 早安":                      "…没有叫「没有」的群。",
			"/定时 每天 6:20 共:零次 早安":                      "…「共:零次」没看懂…",
			"/定时 删 9":                                  "…没有定时 9…",
			"/定时 每天 6:20 " + strings.Repeat("长", 1400): "…内容太长了…",
		} {
			hears(t, w.Says("群主", line), want)
		}
		hears(t, w.Says("小明", "/定时 每天 6:20 早安"), "…只有…能用哦。")
		hears(t, w.Says("群主", "/定时"), "还没有定时…")
	})
}

// Every number of seconds around the due time the bot is restarted, and each time the message comes once.
func TestRestartAtEverySecondAroundTheDueTime(t *testing.T) {
	for second := -4; second <= 4; second++ {
		run(t, func(w *bottest.World) {
			w.Says("群主", "/定时 每天 6:20 早安")
			w.Until("06:19:50")
			got := w.Wind(time.Duration(10+second) * time.Second)
			w.Restart()
			got = append(got, w.Heard()...)
			w.Restart()
			got = append(append(got, w.Heard()...), w.Wind(time.Minute)...)
			hears(w.T, got, "早安")
		})
	}
}

func TestDown(t *testing.T) {
	for down, want := range map[time.Duration][]string{29 * time.Minute: {"早安"}, 31 * time.Minute: nil} {
		run(t, func(w *bottest.World) {
			w.Says("群主", "/定时 每天 6:20 早安")
			w.Until("06:19")
			w.HeardBy("群主")
			w.Down()
			w.Wind(time.Minute + down)
			w.Restart()
			hears(w.T, append(w.Heard(), w.Wind(time.Second)...), want...)
			if told := w.HeardBy("群主"); (len(told) > 0) != (want == nil) {
				w.T.Errorf("down for %v: the owner hears %q", down, told)
			}
			hears(w.T, w.Until("06:20"), "早安")
		})
	}
}

func TestOptions(t *testing.T) {
	run(t, func(w *bottest.World) {
		hears(t, w.Says("群主", "/定时 每天 9:00 从:11月24日 到:11月26日 跳过:11月25日 早"), "…接下来：11月24日 周二 09:00、11月26日 周四 09:00（…")
		for _, want := range [][]string{nil, nil, {"早"}, nil, {"早"}, nil} {
			hears(t, w.Until("09:00"), want...)
		}
		hears(t, w.Says("群主", "/定时"), "还没有定时…")
	})
}

// TestAYesThatWasWrittenBlind does not send to all groups, hours later, what the owner never saw proposed.
func TestAYesThatWasWrittenBlind(t *testing.T) {
	run(t, func(w *bottest.World) {
		groups(w, "一", "二")
		w.Down()
		w.Private("群主", "/广播 早安")
		w.Wind(time.Minute)
		w.Private("群主", "确定")
		w.Private("群主", "/广播 确定")
		w.Wind(3 * time.Hour)
		w.Restart()
		hears(t, w.Wind(time.Minute))
		hears(t, w.HeardIn("g-一"))
		w.Private("群主", "/广播 早安")
		hears(t, w.Private("群主", "确定"), "开始发了…")
	})
}

func TestBroadcast(t *testing.T) {
	run(t, func(w *bottest.World) {
		for i := range 24 {
			chat := bot.Chat{ID: bot.ChatID(fmt.Sprintf("g-x%02d", i)), Group: true, Name: fmt.Sprintf("六点二十%02d", i)}
			w.Put(bot.Event{Kind: bot.Message, Chat: chat, From: bot.Member{Person: "p-x", Nick: "某某"}, Text: "在"})
		}
		hears(t, w.Private("群主", "/广播 明天停课一天"), "要发到 25 个群（六点二十读书会、…）…明天停课一天…")
		hears(t, w.Private("群主", "/广播 进度"), "现在没有广播…")
		hears(t, w.Private("群主", "确定"), "开始发了…")
		if got := w.Heard(); len(got) > 1 {
			t.Errorf("heard %q", got)
		}
		w.Wind(5 * time.Second)
		hears(t, w.Private("群主", "/广播 暂停"), "10/25 个群，剩 …", "已暂停：20/25 个群…")
		w.Wind(time.Minute)
		hears(t, w.Private("群主", "/广播 继续"), "开始发了…", "20/25 个群，剩…")
		w.Wind(time.Minute)
		hears(t, w.HeardBy("群主"), "发完了：25 个群收到。")
		hears(t, w.Private("群主", "/广播 撤回"), "正在撤回 15 条…")
		hears(t, w.Private("群主", "/广播 撤回"), "正在撤回 0 条…")
		hears(t, w.Private("群主", "/广播 给:六点二十03、六点二十04 只给两个"), "要发到 2 个群（六点二十03、六点二十04）…")
		hears(t, w.Private("群主", "取消"), "好的，没有发。")
		hears(t, w.Private("群主", "确定"))
	})
}

func TestRehearsal(t *testing.T) {
	o := options(t)
	o.Features = append(o.Features, broadcast.Feature())
	bottest.Run(t, o, func(w *bottest.World) {
		w.Private("群主", "/机主 314159")
		w.Gives("群主", bot.Media{Kind: bot.Voice}, bottest.Silk(time.Minute))
		w.Private("群主", "好")
		w.Says("群主", "/定时 工作日 8:00 上班")
		got := w.Says("群主", "/预演 3天")
		hears(t, got, "接下来 3 天（Asia/Shanghai）：\n"+
			"11月22日 周日\n  06:20 6:20 语音 → 1 个群\n"+
			"11月23日 周一\n  06:20 6:20 语音 → 1 个群，没有新语音\n  08:00 1. 发「上班」 → 1 个群\n"+
			"11月24日 周二\n  06:20 6:20 语音 → 1 个群，没有新语音\n  08:00 …")
		hears(t, w.Says("群主", "/预演 零"), "…请写 1 到 31 天…")
	})
}

func TestForgottenNamesAreGone(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Says("群主", "/定时 每天 9:00 早")
		forget := schedule.Feature(pictures.Lazily(pictures.Options{})).Forget
		who := bot.Person{Head: w.Person("群主"), Identities: []bot.PersonID{w.Person("群主")}}
		if err := w.DB().Update(context.Background(), func(tx store.Tx) error { return forget(tx, who) }); err != nil {
			t.Fatal(err)
		}
		err := w.DB().View(context.Background(), func(r store.Reader) error {
			for row, err := range r.Scan("schedule/entries", store.Range{}) {
				if err != nil {
					return err
				}
				if strings.Contains(string(row.Value), `"Nick":"群主"`) {
					t.Errorf("kept: %s", row.Value)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		hears(t, w.Until("09:00"), "早")
	})
}
