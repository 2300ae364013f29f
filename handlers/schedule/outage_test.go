package schedule_test

import (
	"testing"
	"time"

	"sixtwenty/bot/bottest"
)

func runTelling(t *testing.T, play func(w *bottest.World)) {
	t.Helper()
	o := options(t)
	o.Tells = true
	bottest.Run(t, o, func(w *bottest.World) {
		w.Wind(time.Minute)
		w.Private("群主", "/机主 314159")
		play(w)
	})
}

// WeChat is cut off while the bot runs: what is scheduled is made up within the grace, and what nobody got is told.
func TestCutOffWhenItIsDue(t *testing.T) {
	for name, tt := range map[string]struct {
		grace string
		out   time.Duration // from 06:59
		hears []string
		told  []string
	}{
		"a moment":           {"30m", 20 * time.Minute, []string{"早安"}, nil},
		"over the grace":     {"30m", time.Hour, nil, []string{"定时 1（发「早安」，…07:00）：0 个群收到，1 个没有收到：连不上微信（11-22 06:58–07:30）。"}},
		"over hours":         {"30m", 8 * time.Hour, nil, []string{"定时 1（发「早安」，…07:00）：0 个群收到，1 个没有收到：连不上微信（…）。"}},
		"within a long one":  {"2h", time.Hour, []string{"早安"}, nil},
		"beyond a short one": {"3m", 10 * time.Minute, nil, []string{"定时 1（…"}},
	} {
		t.Run(name, func(t *testing.T) {
			runTelling(t, func(w *bottest.World) {
				w.Says("群主", "/设置 schedule.grace "+tt.grace)
				w.Says("群主", "/定时 每天 7:00 早安")
				w.Until("06:59")
				w.HeardBy("群主")
				w.Cut(true)
				w.Wind(tt.out)
				w.Cut(false)
				hears(t, w.Wind(time.Hour), tt.hears...)
				hears(t, w.HeardBy("群主"), tt.told...)
			})
		})
	}
}

// What a scheduled command says is worth as much as any other thing that is scheduled.
func TestACommandCutOffWhenItIsDue(t *testing.T) {
	runTelling(t, func(w *bottest.World) {
		w.Says("群主", "/定时 今天 22:00 /状态")
		w.Until("21:59")
		w.Cut(true)
		w.Wind(20 * time.Minute)
		w.Cut(false)
		hears(t, w.Wind(time.Minute), "…待发…")
	})
}

// An entry whose time passed while the bot did not work in the group goes on when it does again.
func TestAGroupThatRested(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Says("群主", "/定时 每天 7:00 早安")
		w.Says("群主", "/停用")
		hears(t, w.Wind(48*time.Hour))
		w.Says("群主", "/启用")
		hears(t, w.Until("07:00"), "早安")
		hears(t, w.Until("07:00"), "早安")
	})
}

// What would never come is refused, whether it is made, changed or resumed.
func TestWhatNeverComesIsRefused(t *testing.T) {
	run(t, func(w *bottest.World) {
		hears(t, w.Says("群主", "/定时 每天 8:00 到:2020-01-01 早"), "…「每天 8:00」之后再也没有这样的时候了…")
		hears(t, w.Says("群主", "/定时 每天 8:00 到:明天 早"), "好的，定时 1：…接下来：明天 08:00（…")
		hears(t, w.Says("群主", "/定时 改 1 每天 8:00 到:2020-01-01"), "…再也没有这样的时候了…")
		w.Says("群主", "/定时 停 1")
		w.Wind(48 * time.Hour)
		hears(t, w.Says("群主", "/定时 续 1"), "…再也没有这样的时候了…")
	})
}

// A rehearsal tells all that comes, and what comes every hour hides nothing else.
func TestARehearsalOfWhatComesOften(t *testing.T) {
	run(t, func(w *bottest.World) { // noon
		w.Says("群主", "/定时 每小时 喝水")
		w.Says("群主", "/定时 每天 6:30 早安")
		if all := rows(w, "schedule/rehearsal", map[string]string{"days": "7"}); len(all) != 7*24+7 {
			t.Errorf("the view foretells %d firings", len(all))
		}
		hears(t, w.Private("群主", "/预演 2天"), "接下来 2 天（Asia/Shanghai）：\n"+
			"11月21日 周六\n  13:00 1. 发「喝水」 → 1 个群，到 23:00 共 11 次\n"+
			"11月22日 周日\n  00:00 1. 发「喝水」 → 1 个群，到 23:00 共 24 次\n  06:30 2. 发「早安」 → 1 个群\n"+
			"11月23日 周一\n  00:00 1. 发「喝水」 → 1 个群，到 12:00 共 13 次\n  06:30 2. 发「早安」 → 1 个群")
	})
}
