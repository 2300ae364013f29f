package checkin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/checkin"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

// view reads a view as the console does, a line for each row.
func view(w *bottest.World, name string, q bot.Query) (lines []string) {
	w.T.Helper()
	zone := time.FixedZone("", 8*3600)
	q.Now, q.Zone, q.Day = time.Now(), zone, bot.DayOf(time.Now(), zone, 4)
	if q.Limit == 0 {
		q.Limit = 100
	}
	for _, v := range w.Bot().Views() {
		if v.Feature+"."+v.Name != name {
			continue
		}
		err := w.DB().View(w.T.Context(), func(r store.Reader) error {
			shown, err := v.Read(r, q)
			for _, row := range shown.Rows {
				if len(row.Cells) != len(v.Columns) {
					w.T.Errorf("%s: %d cells under %d columns", name, len(row.Cells), len(v.Columns))
				}
				lines = append(lines, strings.TrimRight(strings.Join(row.Cells, " "), " "))
			}
			if shown.Note != "" {
				lines = append(lines, shown.Note)
			}
			return err
		})
		if err != nil {
			w.T.Fatal(err)
		}
		return lines
	}
	w.T.Fatalf("there is no view %s", name)
	return nil
}

func TestViews(t *testing.T) {
	bottest.Run(t, with(func(s *checkin.Settings) { s.FreezeMost = 0 }), func(w *bottest.World) {
		here := bot.Query{Chat: w.Group().ID}
		if got := view(w, "checkin.days", here); len(got) != 0 {
			t.Errorf("before the first check-in: %q", got)
		}
		w.Says("小六", "/打卡项 早读 11:00-13:00")
		w.Says("小明", "打卡")
		w.Says("阿杰", "打卡")
		w.Wind(10 * 24 * time.Hour) // Tuesday the 1st of December
		w.Says("阿杰", "打卡")
		w.Wind(time.Minute)
		w.Says("苏苏", "打卡")
		w.Says("苏苏", "/补卡 昨天")
		w.Says("小六", "/改打卡 @小明 昨天 有 手机没电")
		zhou := here
		zhou.Who = w.Person("苏苏")
		short := here
		short.Limit = 2
		for _, c := range []struct {
			name string
			q    bot.Query
			want string
		}{
			{"checkin.today", here, "2 苏苏 2026-12-01T12:01:00+08:00 2 2|1 阿杰 2026-12-01T12:00:00+08:00 1 2|今天 2 位打过卡"},
			{"checkin.days", here, "2026-11-21 2|" + zeroes("2026-11-22", 9) + "2026-12-01 2"},
			{"checkin.days", short, "2026-11-30 0|2026-12-01 2"},
			{"checkin.board", here, "1 苏苏 2|2 小明 1|2 阿杰 1"},
			{"checkin.board", bot.Query{Chat: here.Chat, Args: map[string]string{"board": "all", "plan": "早读"}}, "1 阿杰 2|2 小明 1|2 苏苏 1"},
			{"checkin.board", bot.Query{Chat: here.Chat, Args: map[string]string{"plan": "没有"}}, ""},
			{"checkin.retention", here, "2026-11-16 2 100 0 100|2026-11-30 1 100"},
			{"checkin.plans", here, "早读 11:00–13:00 2"},
			{"checkin.calendar", zhou, "2026-11-30 madeup|2026-12-01 done"},
			{"checkin.calendar", bot.Query{Who: zhou.Who}, "2026-11-30 madeup|2026-12-01 done"},
			{"checkin.corrections", here, "1 2026-12-01T12:01:00+08:00 小明 2026-11-30 有打卡 手机没电 小六"},
		} {
			if got := strings.Join(view(w, c.name, c.q), "|"); got != c.want {
				t.Errorf("%s %+v:\n%s\nexpected\n%s", c.name, c.q, got, c.want)
			}
		}
	})
}

// zeroes are days on which nobody was there.
func zeroes(from string, n int) (text string) {
	d, _ := bot.ParseDay(from)
	for i := range n {
		text += fmt.Sprintf("%s 0|", d+bot.Day(i))
	}
	return text
}

// The owner hears in the morning how yesterday went, and whom to give a nudge.
func TestReport(t *testing.T) {
	bottest.Run(t, with(func(s *checkin.Settings) { s.FreezeEvery, s.FreezeMost = 3, 1 }), func(w *bottest.World) {
		for range 3 {
			w.Says("小明", "打卡")
			w.Says("阿杰", "打卡")
			w.Wind(24 * time.Hour)
		}
		w.Says("阿杰", "打卡") // 小明 spends a freeze
		w.Until("08:00")
		var lines []bot.Line
		err := w.DB().View(w.T.Context(), func(r store.Reader) (err error) {
			lines, err = checkin.Feature(pictures.Lazily(pictures.Options{})).Report(r, bot.Query{Now: time.Now(), Lang: bot.ZH, Limit: 20})
			return err
		})
		want := bot.Line{Name: "打卡 · 六点二十读书会", Value: "昨天 1/4 位（25%），前天 2 位。昨天没来、今天再不来就断的：小明（3 天）"}
		if err != nil || len(lines) != 1 || lines[0].Name != want.Name || lines[0].Value != want.Value {
			t.Errorf("%+v, %v", lines, err)
		}
	})
}
