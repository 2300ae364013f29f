package checkin_test

import (
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/checkin"
	"sixtwenty/store"
)

func down(w *bottest.World, from, to time.Duration) {
	now := time.Now()
	o := bot.Outage{From: now.Add(from), To: now.Add(to)}
	err := w.DB().Update(w.T.Context(), func(tx store.Tx) error {
		return store.Table[bot.Outage]("bot/outages").Put(tx, o, o.To)
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// A day on which the bot was down through the window is nobody's miss, and the group hears of it once.
func TestAnOutageIsNobodysMiss(t *testing.T) {
	bottest.Run(t, with(func(s *checkin.Settings) { s.Window, s.FreezeMost = "05:00-13:00", 0 }), func(w *bottest.World) {
		expect(w.T, w.Says("小明", "打卡"), "…连续第 1 天…")
		w.Until("13:30")
		expect(w.T, w.Says("阿杰", "打卡"), "…现在不是打卡时间：「打卡」05:00–13:00")
		expect(w.T, w.Says("小明", "打卡"), "…已经打过卡啦…")
		w.Wind(24 * time.Hour)
		down(w, -6*time.Hour, -time.Minute) // 07:30 to 13:29
		expect(w.T, w.Wind(24*time.Hour), "11月22日 我掉线了，…不算缺卡…")
		w.Until("06:00")
		expect(w.T, w.Says("小明", "打卡"), "…连续第 1 天，共 2 天。") // the 23rd was missed
		down(w, time.Minute, 2*time.Hour)                  // less than half of the window
		w.Wind(48 * time.Hour)
		expect(w.T, w.Says("小明", "打卡"), "…连续第 1 天，共 3 天。")
	})
}

// A day that ends while the bot is down, or cut off, is judged by what is known of that, and what was sent meanwhile counts.
func TestAnOutageOverTheEndOfADayIsNobodysMiss(t *testing.T) {
	opts := with(func(s *checkin.Settings) { s.FreezeMost = 0 })
	opts.Tells = true
	for name, out := range map[string]func(w *bottest.World, d time.Duration){
		"cut off": func(w *bottest.World, d time.Duration) { w.Cut(true); w.Wind(d); w.Cut(false) },
		"down":    func(w *bottest.World, d time.Duration) { w.Down(); w.Wind(d); w.Restart() },
	} {
		t.Run(name, func(t *testing.T) {
			bottest.Run(t, opts, func(w *bottest.World) { // noon
				w.Wind(time.Minute)
				w.Says("小明", "打卡")
				w.Says("阿杰", "打卡")
				w.Until("23:00")
				out(w, 71*time.Hour) // to 22:00, three days later
				w.Wind(time.Minute)
				expect(w.T, w.Says("小明", "打卡"), "…连续第 2 天，共 2 天。")
				w.Wind(24 * time.Hour)
				expect(w.T, w.Says("小明", "打卡"), "…连续第 3 天，共 3 天。")
				w.Until("23:00")
				out(w, 10*time.Hour) // less than half of the day
				w.Wind(time.Minute)
				expect(w.T, w.Says("小明", "打卡"), "…连续第 4 天，共 4 天。")
				expect(w.T, w.Says("阿杰", "打卡"), "…连续第 1 天，共 2 天。")
			})
		})
	}
}

// What was sent before a new scan never comes in: whoever checked in then cannot know that it was in vain.
func TestWhatIsLostIsNobodysMiss(t *testing.T) {
	opts := with(func(s *checkin.Settings) { s.FreezeMost = 0 })
	opts.Tells = true
	for name, out := range map[string]func(w *bottest.World, d time.Duration){
		"cut off": func(w *bottest.World, d time.Duration) { w.Cut(true); w.Wind(d); w.Scan(); w.Cut(false) },
		"down":    func(w *bottest.World, d time.Duration) { w.Down(); w.Wind(d); w.Scan(); w.Restart() },
	} {
		t.Run(name, func(t *testing.T) {
			bottest.Run(t, opts, func(w *bottest.World) { // noon
				w.Wind(time.Minute)
				w.Says("小明", "打卡")
				w.Until("06:00")
				out(w, time.Hour)
				w.Until("03:00")
				expect(w.T, w.Until("05:00"), "11月22日 我掉线了，…不算缺卡…")
				w.Until("03:30")
				out(w, 2*time.Hour) // over the end of the day: the judgement waits for the scan
				expect(w.T, w.Wind(time.Hour), "11月23日 我掉线了，…不算缺卡…")
				w.Until("12:00")
				expect(w.T, w.Says("小明", "打卡"), "…连续第 2 天，共 2 天。")
				w.Wind(48 * time.Hour)
				expect(w.T, w.Says("小明", "打卡"), "…连续第 1 天，共 3 天。")
			})
		})
	}
}

// Whoever asked for a picture hours ago, before the bot was back, does not wait for it any more; what they did counts.
func TestNoPictureForWhoAskedLongAgo(t *testing.T) {
	opts := with(func(s *checkin.Settings) {})
	opts.Tells = true
	bottest.Run(t, opts, func(w *bottest.World) {
		w.Wind(time.Minute)
		w.Down()
		w.Private("小明", "打卡")
		w.Private("小明", "/我的打卡")
		w.Wind(3 * time.Hour)
		w.Restart()
		expect(w.T, w.HeardBy("小明"))
		if got := w.Private("小明", "/我的打卡"); len(got) == 0 || !strings.Contains(got[0], "连续 1 天") {
			w.T.Errorf("heard %q", got)
		}
	})
}

// Who answered in time while the bot was down has answered in time.
func TestAnAnswerWhileDown(t *testing.T) {
	opts := with(func(s *checkin.Settings) {})
	opts.Tells = true
	bottest.Run(t, opts, func(w *bottest.World) {
		run := bot.Chat{ID: "g-2", Group: true, Name: "六点二十晨跑群"}
		w.Put(bot.Event{Kind: bot.Message, Chat: run, From: bot.Member{Person: w.Person("小明"), Nick: "小明"}, Text: "大家好"})
		expect(w.T, w.Private("小明", "打卡"), "这次打卡算在哪个群？…")
		w.Wind(time.Minute)
		w.Down()
		w.Private("小明", "2")
		w.Wind(3 * time.Hour)
		w.Restart()
		w.Wind(time.Minute)
		expect(w.T, w.Private("小明", "/我的打卡"), "「六点二十读书会」还没有打过卡…", "「六点二十晨跑群」连续 1 天…", "[图片] …")
		w.Wind(time.Hour)
		expect(w.T, w.Private("小明", "1"))
	})
}

// Who checked in in private while the bot was down is asked when it is back, and it counts when it was sent.
func TestInPrivateOfTwoGroupsWhileDown(t *testing.T) {
	bottest.Run(t, with(func(s *checkin.Settings) { s.Window = "05:00-08:00" }), func(w *bottest.World) {
		run := bot.Chat{ID: "g-2", Group: true, Name: "六点二十晨跑群"}
		w.Put(bot.Event{Kind: bot.Message, Chat: run, From: bot.Member{Person: w.Person("小明"), Nick: "小明"}, Text: "大家好"})
		w.Until("06:20")
		w.Down()
		w.Private("小明", "打卡")
		w.Wind(3 * time.Hour)
		w.Restart()
		expect(w.T, w.HeardBy("小明"), "这次打卡算在哪个群？…")
		w.Wind(5 * time.Minute)
		w.Private("小明", "2")
		expect(w.T, w.Private("小明", "/我的打卡"), "「六点二十读书会」还没有打过卡…", "「六点二十晨跑群」连续 1 天…", "[图片] …")
	})
}
