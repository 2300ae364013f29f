package report_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/broadcast"
	"sixtwenty/handlers/checkin"
	"sixtwenty/handlers/owner"
	"sixtwenty/handlers/report"
	"sixtwenty/handlers/schedule"
	"sixtwenty/pictures"
)

func run(t *testing.T, play func(w *bottest.World)) {
	t.Helper()
	o := bottest.Options{
		Features: []bot.Feature{owner.Feature("314159"), checkin.Feature(pictures.Lazily(pictures.Options{})), broadcast.Feature(), schedule.Feature(pictures.Lazily(pictures.Options{})), report.Feature(pictures.Lazily(pictures.Options{}))},
		Log:      zaptest.NewLogger(t, zaptest.Level(zap.ErrorLevel)),
	}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Private("群主", "/机主 314159")
		play(w)
	})
}

// words are what was heard but pictures, which a machine without fonts does not draw.
func words(got []string) (list []string) {
	for _, s := range got {
		if !strings.HasPrefix(s, "[图片] ") {
			list = append(list, s)
		}
	}
	return list
}

func hears(t testing.TB, got []string, want ...string) {
	t.Helper()
	if got = words(got); len(got) != len(want) {
		t.Fatalf("heard %q, expected %q", got, want)
	}
	for i := range want {
		if !bottest.Matches(want[i], got[i]) {
			t.Errorf("heard\n%s\nexpected\n%s", got[i], want[i])
		}
	}
}

func TestExamples(t *testing.T) {
	bottest.Examples(t, bottest.Options{Features: []bot.Feature{report.Feature(pictures.Lazily(pictures.Options{}))}})
}

// TestTheMorningReport comes once for all groups, in private, with what happened yesterday.
func TestTheMorningReport(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Put(bot.Event{Kind: bot.Message, Chat: bot.Chat{ID: "g-2", Group: true, Name: "六点二十二群"}, From: bot.Member{Person: "p-x", Nick: "某某"}, Text: "在"})
		w.Invite("群主", "小红", "小芳")
		w.Leave("小红")
		w.Says("小明", "打卡")
		w.Wind(18*time.Hour + 30*time.Minute)
		w.Heard()
		w.HeardBy("群主")
		hears(t, w.Until("08:00"))
		told := w.HeardBy("群主")
		hears(t, told, "晨报 11月22日 周日\n打卡 · 六点二十读书会：昨天 1/…\n上一次语音：2026-11-22，2 个群已收到，0 个失败\n排队的语音：0 条\n"+
			"接下来：明天 06:20 6:20 语音（没有新语音）\n群：2 个，共 6 人（昨天 +2 −1）\n24 小时发了：…\n上次扫码：…")
		hears(t, w.Private("小明", "/晨报"), "…只有机主能用哦。")
	})
}

// TestTheWeek comes on Sunday evening, with figures that add up, and again only in a week.
func TestTheWeek(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Wind(42 * time.Hour) // to Monday morning
		for day := range 6 {
			for _, who := range []string{"小明", "阿杰", "苏苏"}[:1+day%3] {
				w.Says(who, "打卡")
			}
			w.Invite("群主", fmt.Sprintf("新人%d", day))
			w.Wind(24 * time.Hour)
		}
		w.Leave("新人0")
		w.Until("20:59")
		w.HeardBy("群主")
		w.Until("21:00")
		hears(t, w.HeardBy("群主"), "周报 11月23日 周一 – 11月29日 周日\n群友：1 个群 10 人，来了 6，走了 1\n"+
			"打卡：12 人次；最多的是 11月25日 周三，3 人次\n打卡之星：小明 6 天、阿杰 4 天、苏苏 2 天\n语音：播了 6 天")
		hears(t, w.Private("群主", "/月报"), "月报 11月1日 周日 – 11月29日 周日\n群友：1 个群 10 人，来了 6，走了 1\n打卡：12 人次…")
		w.Wind(23 * time.Hour)
		w.HeardBy("群主")
		w.Until("21:10")
		hears(t, w.HeardBy("群主"), "月报 11月1日 周日 – 11月30日 周一…")
	})
}

func TestAQuietWeek(t *testing.T) {
	run(t, func(w *bottest.World) {
		hears(t, w.Private("群主", "/周报"), "周报 11月16日 周一 – 11月21日 周六\n群友：1 个群 5 人，来了 0，走了 0")
		w.Says("群主", "/设置 broadcast.voice 无")
		w.Until("20:30")
		w.Until("20:30") // Sunday
		w.HeardBy("群主")
		w.Wind(time.Hour)
		hears(t, w.HeardBy("群主")) // unasked it is not worth a message
	})
}

func TestSettingsAreChecked(t *testing.T) {
	good := report.Feature(pictures.Lazily(pictures.Options{})).Settings.(report.Settings)
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for field, change := range map[string]func(*report.Settings){
		"daily": func(s *report.Settings) { s.Daily = "早上" }, "weekly": func(s *report.Settings) { s.Weekly = "周" },
		"monthly": func(s *report.Settings) { s.Monthly = "x" },
	} {
		s := good
		change(&s)
		if err := s.Check(); err == nil || !strings.HasPrefix(err.Error(), field+":") {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestWhatComesOftenHidesNothing: the report tells it in one word, and what comes after it too.
func TestWhatComesOftenHidesNothing(t *testing.T) {
	run(t, func(w *bottest.World) { // noon
		w.Says("小六", "/定时 每小时 喝水")
		hears(t, w.Private("群主", "/晨报"), "…接下来：13:00 1. 发「喝水」（到 23:00 共 11 次）；明天 00:00 1. 发「喝水」（到 12:00 共 13 次）；06:20 6:20 语音（没有新语音）…")
	})
}

// TestAReportAtNight comes when its owner wants it, though it is quiet then.
func TestAReportAtNight(t *testing.T) {
	o := bottest.Options{
		Features: []bot.Feature{owner.Feature("314159"), checkin.Feature(pictures.Lazily(pictures.Options{})), report.Feature(pictures.Lazily(pictures.Options{}))},
		Settings: map[string]any{"report": report.Settings{Weekly: "每天 23:30"}}, Pace: bot.Pace{Quiet: "23:00-06:00"},
	}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Private("群主", "/机主 314159")
		w.Says("小明", "打卡")
		w.Until("23:29")
		w.HeardBy("群主")
		w.Until("23:30:01")
		hears(t, w.HeardBy("群主"), "…打卡…")
	})
}
