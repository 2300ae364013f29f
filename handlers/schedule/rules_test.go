package schedule_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/broadcast"
	"sixtwenty/handlers/checkin"
	"sixtwenty/handlers/onboarding"
	"sixtwenty/handlers/people"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

// groups lets the bot live in some groups more.
func groups(w *bottest.World, names ...string) {
	for _, name := range names {
		chat := bot.Chat{ID: bot.ChatID("g-" + name), Group: true, Name: "六点二十" + name}
		w.Put(bot.Event{Kind: bot.Message, Chat: chat, From: bot.Member{Person: "p-x", Nick: "某某"}, Text: "在"})
	}
}

func saysIn(w *bottest.World, group, text string) []string {
	chat := bot.Chat{ID: bot.ChatID("g-" + group), Group: true, Name: "六点二十" + group}
	w.Put(bot.Event{Kind: bot.Message, Chat: chat, From: bot.Member{Person: "p-小六", Nick: "小六"}, Self: true, Text: text})
	return w.HeardIn(chat.ID)
}

func TestTags(t *testing.T) {
	run(t, func(w *bottest.World) {
		groups(w, "一", "二", "三 群")
		hears(t, saysIn(w, "一", "/标签 早读 北京"), "「六点二十一」的标签：#北京 #早读")
		hears(t, saysIn(w, "二", "/标签 #早读"), "「六点二十二」的标签：#早读")
		hears(t, w.Private("群主", "/标签"), "群标签：\n#北京：1 个群（六点二十一）\n#早读：2 个群（六点二十一、六点二十二）")
		hears(t, w.Private("群主", "/定时 今天 13:00 到　 #早读 上课了"), "…发到 #早读（2 个群）…")
		hears(t, w.Private("群主", "/定时 今天 13:00 给:#早读、「六点二十三 群」 都来"), "…发到 #早读（3 个群）…")
		hears(t, w.Private("群主", "/定时 今天 13:00 给:#没有 上课了"), "没有群带「#没有」这个标签…")
		hears(t, w.Private("群主", "/广播 给:#北京 北京的朋友"), "要发到 1 个群（六点二十一）…")
		w.Private("群主", "取消")
		hears(t, saysIn(w, "二", "/标签 无"), "这个群还没有标签…") // what is due later goes by the tags of then
		hears(t, saysIn(w, "二", "/标签 "+strings.Repeat("长", 13)), "…最多 12 个字…")
		hears(t, w.Says("小明", "/标签 早读"), "…只有机主能用哦。")
		w.Until("13:00")
		for group, want := range map[string][]string{"一": {"上课了", "都来"}, "二": nil, "三 群": {"都来"}} {
			hears(t, w.HeardIn(bot.ChatID("g-"+group)), want...)
		}
	})
}

// TestNoRoleOutlivesItsTaking: what a manager scheduled stops with their role, and goes on as the owner's where the owner says so.
func TestNoRoleOutlivesItsTaking(t *testing.T) {
	o := options(t)
	o.Features = append(o.Features, people.Feature())
	bottest.Run(t, o, func(w *bottest.World) {
		w.Private("群主", "/机主 314159")
		code := func() string {
			w.Says("群主", "/任命")
			var found string
			err := w.DB().View(context.Background(), func(r store.Reader) error {
				list, err := bot.Codes(r, time.Now())
				for _, c := range list {
					if c.Role == bot.Manager {
						found = c.Code
					}
				}
				return err
			})
			if err != nil || found == "" {
				t.Fatalf("no manager's code: %v", err)
			}
			return found
		}
		w.Private("小明", "/管理员 "+code())
		hears(t, w.Says("小明", "/定时 每天 9:00 早安"), "好的，定时 1…")
		hears(t, w.Says("小明", "/定时 每天 9:00 /定时"), "…定时 2…")
		hears(t, w.Says("小明", "/定时 每天 9:00 /审计"), "…「/审计」您不能用，也就不能定时。")
		w.Heard()
		w.Until("09:00")
		w.HeardBy("群主")
		w.Says("群主", "/解除 @小明")
		hears(t, w.Until("09:00"))
		told := w.HeardBy("群主")
		hears(t, told, "定时 1（发「早安」）先停了：…/定时 续 1…", "定时 2（…")
		hears(t, w.Says("小明", "/定时 续 1"), "…只有…能用哦。")
		hears(t, w.Says("群主", "/定时 续 1"), "好的，定时 1…")
		hears(t, w.Until("09:00"), "早安")
		hears(t, w.Says("群主", "/定时 记录 1"), "定时 1 的记录：\n今天 09:00 发到 1 个群…\n11月23日 周一 09:00 没有发：设它的人没有权限了\n…")
	})
}

// TestAnOwnersScheduleOutlivesASignIn: the owner has to prove who they are anew after a scan, and what they scheduled goes on.
func TestAnOwnersScheduleOutlivesASignIn(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Private("群主", "/定时 每天 9:00 给:全部 /状态")
		w.Put(bot.Event{Kind: bot.SignedIn, Text: "session-2"})
		hears(t, w.Until("09:00"), "…待发…")
	})
}

func TestClashesAreToldWhenItIsMade(t *testing.T) {
	o := options(t)
	o.Features = append(o.Features, broadcast.Feature())
	o.Pace = bot.Pace{Gap: 20 * time.Second, PerDay: 15, Quiet: "23:00-06:00"}
	bottest.Run(t, o, func(w *bottest.World) {
		groups(w, "一", "二", "三", "四")
		w.Wind(5 * time.Minute)
		slowly := func(text string) []string {
			got := w.Private("小六", text)
			w.Wind(4 * time.Hour) // the answer may wait for the pace
			return append(got, w.HeardBy("小六")...)
		}
		hears(t, slowly("/定时 每隔12小时 喝水"), "…注意：明天 00:00 在安静时段里，到点照发。")
		hears(t, slowly("/定时 后天 6:21 给:全部 起床"), "…注意：上一条还没发完，要等。\n注意：这天要发 17 条，一天最多 12 条。")
	})
}

func TestRehearsalOfAHoliday(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Wind(30 * 24 * time.Hour) // to 21 December
		w.Says("群主", "/定时 工作日 8:00 上班")
		got := w.Says("群主", "/预演 14天")
		hears(t, got, "…\n12月31日 周四\n  08:00 1. 发「上班」 → 1 个群\n1月1日 周五…")
	})
}

func TestRehearsalAsAPicture(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Says("群主", "/定时 每天 8:00 早")
		got := w.Says("群主", "/预演 3天 图")
		if len(got) != 1 || got[0] != "[图片] agenda.png" && !strings.HasPrefix(got[0], "接下来 3 天") {
			t.Errorf("heard %q, expected a picture or, without a font, the words", got)
		}
		hears(t, w.Says("群主", "/预演 3 画"), "…请写 1 到 31 天…")
	})
}

// rows reads a view as the console does.
func rows(w *bottest.World, name string, args map[string]string) (cells [][]string) {
	w.T.Helper()
	for _, v := range w.Bot().Views() {
		if v.Feature+"/"+v.Name != name {
			continue
		}
		err := w.DB().View(context.Background(), func(r store.Reader) error {
			shown, err := v.Read(r, bot.Query{Now: time.Now(), Lang: bot.ZH, Limit: 200, Args: args})
			for _, row := range shown.Rows {
				cells = append(cells, row.Cells)
			}
			return err
		})
		if err != nil {
			w.T.Fatal(err)
		}
		return cells
	}
	w.T.Fatalf("there is no view %s", name)
	return nil
}

func TestViews(t *testing.T) {
	o := options(t)
	o.Features = append(o.Features, broadcast.Feature())
	bottest.Run(t, o, func(w *bottest.World) {
		w.Says("小六", "/定时 每天 8:00 早")
		w.Says("小六", "/定时 今天 13:00 /状态")
		w.Until("08:30")
		for name, want := range map[string]string{
			"schedule/rehearsal":  "[2026-11-23T06:20:00+08:00 6:20 语音 1 2026-11-23T06:20:00+08:00 没有新语音]",
			"schedule/entries":    "[1 每天 8:00 发「早」 六点二十读书会 2026-11-23T08:00:00+08:00]",
			"schedule/history":    "[2026-11-22T08:00:00+08:00 1 发「早」 1 1 发了] [2026-11-21T13:00:00+08:00 2 执行 /状态 1  执行了]",
			"broadcast/mornings":  "[2026-11-22 自带的示例 1 0 0 2026-11-22T06:20:00+08:00 2026-11-22T06:20:00+08:00]",
			"broadcast/receipts":  "[六点二十读书会 已发 2026-11-22T06:20:00+08:00 ]",
			"broadcast/queue":     "",
			"schedule/broadcasts": "",
		} {
			if got := fmt.Sprint(rows(w, name, map[string]string{"days": "1"})); !strings.HasPrefix(got, "["+want) {
				t.Errorf("%s: %s, expected %s", name, got, want)
			}
		}
	})
}

// TestTheConsoleBroadcasts: it asks in no chat, begins with a word, and what becomes of it is told to the owner.
func TestTheConsoleBroadcasts(t *testing.T) {
	run(t, func(w *bottest.World) {
		ask := func(say string) []string {
			said, err := w.Bot().Ask(context.Background(), bot.Event{Text: say})
			if err != nil {
				t.Fatal(err)
			}
			w.Stage().Pass(0)
			return said
		}
		hears(t, ask("/广播 给:全部 明天停课"), "要发到 1 个群…")
		hears(t, ask("/广播 暂停"), "现在没有广播…")
		hears(t, ask("/广播 开始"), "开始发了…")
		hears(t, w.Heard(), "明天停课")
		w.Wind(10 * time.Second)
		hears(t, w.HeardBy("群主"), "发完了：1 个群收到。")
		hears(t, ask("/广播 给:全部 又停课"), "要发到 1 个群…")
		w.Wind(6 * time.Minute)
		hears(t, ask("/广播 开始"), "现在没有广播…") // nobody remembers what it was
		hears(t, ask("/定时 每天 8:00 早"), "发到哪里？…")
		hears(t, ask("/定时 每天 8:00 给:全部 早"), "好的，定时 1…")
		hears(t, ask("/定时 改 1 每天 9:00"), "好的，定时 1：每天 9:00…")
	})
}

// TestTheClockIsSet back or forward: what was sent is not sent again, what was jumped over is made up within the grace, and the
// next day is like any other.
func TestTheClockIsSet(t *testing.T) {
	for name, tt := range map[string]struct {
		at    string // when the clock is set, by the hour it shows
		shift time.Duration
		first []string // heard until an hour after
		told  bool     // the owner hears that it was missed
	}{
		"back after it":           {"06:21", -2 * time.Hour, []string{"早安"}, false},
		"back a day":              {"06:21", -24 * time.Hour, []string{"早安"}, false},
		"back before it":          {"06:10", -time.Hour, nil, false}, // it shows 05:10, and 06:10 an hour later
		"forward within the day":  {"06:21", 5 * time.Hour, []string{"早安"}, false},
		"forward over it":         {"06:00", 40 * time.Minute, []string{"早安"}, false},
		"forward beyond its time": {"06:00", 3 * time.Hour, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			o, clock := options(t), bottest.NewClock()
			o.Clock = clock
			bottest.Run(t, o, func(w *bottest.World) {
				w.Private("群主", "/机主 314159")
				w.Says("群主", "/定时 每天 6:20 早安")
				got := w.Until(tt.at)
				w.HeardBy("群主")
				clock.Shift(tt.shift)
				got = append(got, w.Wind(time.Hour)...)
				hears(t, got, tt.first...)
				if told := w.HeardBy("群主"); (len(told) > 0) != tt.told {
					t.Errorf("the owner heard %q", told)
				}
				days := 0
				for range 3 * 24 {
					if got := w.Wind(time.Hour); len(got) > 0 {
						hears(t, got, "早安")
						if days++; clock.Now().In(time.FixedZone("", 8*3600)).Hour() != 6 && clock.Now().In(time.FixedZone("", 8*3600)).Hour() != 7 {
							t.Errorf("said before %v", clock.Now())
						}
					}
				}
				if days < 2 || days > 3 {
					t.Errorf("%d times in three days", days)
				}
			})
		})
	}
}

// TestWhatPerhapsSaysNothing takes no time in the rehearsal, and is named as what it is.
func TestWhatPerhapsSaysNothing(t *testing.T) {
	o := options(t)
	o.Features = append(o.Features, checkin.Feature(pictures.Lazily(pictures.Options{})), onboarding.Feature())
	o.Pace = bot.Pace{PerDay: 1}
	bottest.Run(t, o, func(w *bottest.World) {
		got := rows(w, "schedule/rehearsal", map[string]string{"days": "2"})
		if len(got) != 2 || got[0][1] != "新人的头一周" || got[0][4] != "有需要才发" {
			t.Errorf("%q", got)
		}
	})
}
