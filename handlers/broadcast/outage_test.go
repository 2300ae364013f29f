package broadcast_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/broadcast"
	"sixtwenty/handlers/owner"
)

func runTelling(t *testing.T, fail func(bot.Effect) error, play func(w *bottest.World)) {
	t.Helper()
	o := bottest.Options{
		Features: []bot.Feature{owner.Feature("314159"), broadcast.Feature()}, Settings: settings(t, nil), Tells: true, Fail: fail,
	}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Wind(time.Minute)
		w.Private("群主", "/机主 314159")
		play(w)
	})
}

// WeChat is cut off around the minute while the bot runs. Within the grace the voice is made up; later the owner hears why it was
// not sent, and what nobody heard waits again.
func TestCutOffAtTheMinute(t *testing.T) {
	for name, tt := range map[string]struct {
		from  string
		out   time.Duration
		empty bool // there was nothing in the queue
		hears int
		told  []string
		queue string
	}{
		"a moment":         {"06:17", 13 * time.Minute, false, 2, nil, "还没有排队的语音。…"},
		"over the grace":   {"06:00", 70 * time.Minute, false, 0, []string{"2026-11-22 的语音没有发出去：连不上微信（11-22 05:59–06:50），它回到了队列第一条。"}, "排队的语音：\n1. 明天 06:20 · 60.0 秒"},
		"for hours":        {"04:00", 6 * time.Hour, false, 0, []string{"2026-11-22 的语音没有发出去：连不上微信（11-22 03:59–06:50），它回到了队列第一条。"}, "排队的语音：\n1. 明天 06:20 · 60.0 秒"},
		"from the evening": {"19:00", 15 * time.Hour, true, 0, []string{"2026-11-22 的语音没有发出去：连不上微信（…）。"}, "还没有排队的语音。…"},
	} {
		t.Run(name, func(t *testing.T) {
			runTelling(t, nil, func(w *bottest.World) {
				if !tt.empty {
					give(w, bottest.Silk(time.Minute))
					w.Private("群主", "好")
				}
				w.Until(tt.from)
				w.HeardBy("群主")
				w.Heard()
				w.Cut(true)
				w.Wind(tt.out)
				w.Cut(false)
				if got := w.Wind(40 * time.Minute); len(got) != tt.hears {
					t.Errorf("the group heard %q", got)
				}
				hears(t, w.HeardBy("群主"), tt.told...)
				hears(t, w.Private("群主", "/语音"), tt.queue)
			})
		})
	}
}

// What went back into the queue is the voice of the next morning.
func TestWhatNobodyHeardIsSentTheNextMorning(t *testing.T) {
	runTelling(t, nil, func(w *bottest.World) {
		give(w, bottest.Silk(time.Minute))
		w.Private("群主", "好")
		w.Private("群主", "/语音 标题 1 通俗的力量")
		w.Until("06:00")
		w.Cut(true)
		w.Wind(2 * time.Hour)
		w.Cut(false)
		hears(t, w.Wind(time.Hour))
		hears(t, w.Until("06:20"), "早安…", "[语音] 通俗的力量.silk")
		w.HeardBy("群主")
		hears(t, w.Private("群主", "/语音"), "还没有排队的语音…")
	})
}

// A voice that nobody has heard yet is heard still, where a group has it at a later minute: then it is not the next morning's too.
func TestALaterMinuteIsWaitedFor(t *testing.T) {
	runTelling(t, nil, func(w *bottest.World) {
		other := bot.Chat{ID: "g-2", Group: true, Name: "六点二十二群"}
		w.Put(bot.Event{Kind: bot.Message, Chat: other, From: bot.Member{Person: "p-小六", Nick: "小六"}, Self: true, Text: "/设置 broadcast.voice 每天 6:45"})
		give(w, bottest.Silk(time.Minute))
		w.Private("群主", "好")
		w.Until("06:19")
		w.HeardBy("群主")
		w.HeardIn("g-2")
		w.Cut(true)
		w.Wind(41 * time.Minute)
		w.Cut(false)
		hears(t, w.Wind(time.Hour), "[语音]…") // while the later minute is looked after
		if got := w.HeardIn("g-2"); len(got) != 2 || !strings.HasPrefix(got[1], "[语音]") {
			t.Errorf("the other group heard %q", got)
		}
		hears(t, w.HeardBy("群主"))
		hears(t, w.Private("群主", "/语音"), "还没有排队的语音。…")
	})
}

// The reminder that no voice is left waits for the account until the morning it is about.
func TestTheReminderOutlivesAnOutage(t *testing.T) {
	runTelling(t, nil, func(w *bottest.World) {
		w.Until("19:00")
		w.Cut(true)
		w.Wind(2 * time.Hour)
		hears(t, w.HeardBy("群主"))
		w.Cut(false)
		w.Wind(time.Minute)
		hears(t, w.HeardBy("群主"), "明天 06:20 的语音还没有…")
	})
}

// A group with its voice at another time is looked after as the first one is.
func TestEveryMinuteIsLookedAfter(t *testing.T) {
	fail := func(e bot.Effect) error {
		if clock := time.Now().In(time.FixedZone("", 8*3600)).Format("15:04"); e.Chat == "g-2" && e.Kind == bot.SendVoice && clock < "07:05" {
			return bot.Permanent(errors.New("the group is not known yet"))
		}
		return nil
	}
	runTelling(t, fail, func(w *bottest.World) {
		other := bot.Chat{ID: "g-2", Group: true, Name: "六点二十二群"}
		w.Put(bot.Event{Kind: bot.Message, Chat: other, From: bot.Member{Person: "p-小六", Nick: "小六"}, Self: true, Text: "/设置 broadcast.voice 每天 7:00"})
		give(w, bottest.Silk(time.Minute))
		w.Private("群主", "好")
		w.Until("06:20")
		w.Until("07:00")
		w.HeardIn("g-2")
		w.Wind(time.Hour)
		if got := w.HeardIn("g-2"); len(got) != 1 || !strings.HasPrefix(got[0], "[语音]") {
			t.Errorf("the other group heard %q", got)
		}
	})
}
