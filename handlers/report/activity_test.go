package report_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/checkin"
	"sixtwenty/handlers/owner"
	"sixtwenty/handlers/report"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

// rows reads a view of the group as the console does.
func rows(w *bottest.World, name string) (list []string) {
	w.T.Helper()
	for _, v := range w.Bot().Views() {
		if v.Feature+"/"+v.Name != name {
			continue
		}
		err := w.DB().View(context.Background(), func(r store.Reader) error {
			day, err := w.Bot().Today(r, w.Group().ID)
			if err != nil {
				return err
			}
			shown, err := v.Read(r, bot.Query{Chat: w.Group().ID, Now: time.Now(), Day: day, Lang: bot.ZH, Limit: 400})
			for _, row := range shown.Rows {
				list = append(list, strings.Join(row.Cells, " "))
			}
			return err
		})
		if err != nil {
			w.T.Fatal(err)
		}
		return list
	}
	w.T.Fatalf("there is no view %s", name)
	return nil
}

// TestAGroupAsAWhole: how it grows, who comes and goes, and when it is awake.
func TestAGroupAsAWhole(t *testing.T) {
	run(t, func(w *bottest.World) { // Saturday, noon
		if got := rows(w, "report/hours"); got != nil {
			t.Errorf("a silent group was awake: %q", got)
		}
		w.Invite("小明", "小红", "小芳")
		w.Says("小明", "大家好")
		w.Says("小明", "打卡")
		w.Private("小明", "在吗") // no matter of the group
		w.Until("03:50")      // the day has not ended: it is counted, and belongs to Saturday
		w.Says("阿杰", "睡不着")
		w.Wind(24 * time.Hour)
		w.Leave("小红")
		hears(t, rows(w, "report/growth"), "2026-11-21 7", "2026-11-22 6")
		hears(t, rows(w, "report/moves"), "2026-11-21 2 0", "2026-11-22 0 1")
		got := rows(w, "report/hours")
		want := "周六" + strings.Repeat(" ", 4) + "1" + strings.Repeat(" ", 9) + "2" + strings.Repeat(" ", 11)
		if len(got) != 7 || got[5] != want || strings.Contains(strings.Join(got[:5], ""), "1") {
			t.Errorf("it is awake %q", got)
		}
	})
}

// TestAMessageIsCountedOnce: however a check-in is written, and for however many plans it counts; a correction is no message.
func TestAMessageIsCountedOnce(t *testing.T) {
	s := checkin.Defaults()
	s.Words = []string{"早"}
	o := bottest.Options{
		Features: []bot.Feature{checkin.Feature(pictures.Lazily(pictures.Options{})), report.Feature(pictures.Lazily(pictures.Options{}))},
		Settings: map[string]any{"checkin": s},
	}
	bottest.Run(t, o, func(w *bottest.World) { // Saturday, noon
		w.Says("小六", "/打卡项 早读 全天")
		w.Says("小明", "打卡 第一章")
		w.Says("阿杰", "早")
		w.Says("苏苏", "早呀各位")
		w.Private("苏苏", "打卡")
		w.Says("小六", "/改打卡 小明 昨天 有 忘了")
		want := "周六" + strings.Repeat(" ", 13) + "4" + strings.Repeat(" ", 11)
		if got := rows(w, "report/hours"); len(got) != 7 || got[5] != want {
			t.Errorf("it is awake %q", got)
		}
	})
}

// TestAReportOutlivesAnOutage: what was composed while WeChat was cut off comes when it is back.
func TestAReportOutlivesAnOutage(t *testing.T) {
	o := bottest.Options{Features: []bot.Feature{owner.Feature("314159"), report.Feature(pictures.Lazily(pictures.Options{}))}, Tells: true}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Wind(time.Minute)
		w.Private("群主", "/机主 314159")
		w.Until("07:30")
		w.Cut(true)
		w.Wind(4 * time.Hour)
		hears(t, w.HeardBy("群主"))
		w.Cut(false)
		w.Wind(time.Minute)
		hears(t, w.HeardBy("群主"), "晨报 11月22日 周日…不在线…")
	})
}
