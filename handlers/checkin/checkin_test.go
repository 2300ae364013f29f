package checkin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/checkin"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

func options() bottest.Options {
	return bottest.Options{Features: []bot.Feature{checkin.Feature(pictures.Lazily(pictures.Options{}))}}
}

func says(w *bottest.World, who string, at time.Time, text string) []string {
	return w.Put(bot.Event{Kind: bot.Message, Chat: w.Group(), From: bot.Member{Person: w.Person(who), Nick: who}, At: at, Text: text})
}

// A check-in counts on the day it was sent, whenever the bot reads it.
func TestReadLate(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		w.Down()
		w.Says("小明", "打卡") // noon
		w.Wind(15 * time.Hour)
		w.Says("小明", "打卡") // 03:00, the same day of the group
		w.Wind(time.Hour)
		w.Says("小明", "打卡") // 04:00, the next
		w.Wind(5 * time.Minute)
		w.Restart()
		got := w.Heard()
		if len(got) != 1 || !strings.Contains(got[0], "连续第 2 天") { // who asked hours ago is not answered any more
			t.Errorf("heard %q", got)
		}
	})
}

func TestTheConsoleChecksInNobody(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		said, err := w.Bot().Ask(w.T.Context(), bot.Event{Chat: w.Group(), Text: "/打卡"})
		if err != nil || !slices.Equal(said, []string{"打卡要自己在群里打哦。"}) {
			t.Errorf("%q, %v", said, err)
		}
		if got := w.Says("小明", "/打卡榜"); len(got) != 1 || !strings.Contains(got[0], "还没有人打卡") {
			t.Errorf("heard %q", got)
		}
	})
}

// In whatever order the days are told, they add up to the same.
func TestStreaksProperty(t *testing.T) {
	days := rapid.SliceOfNDistinct(rapid.IntRange(0, 12), 1, 10, rapid.ID)
	for seed := range 25 {
		order := days.Example(seed)
		bottest.Run(t, options(), func(w *bottest.World) {
			w.Wind(13 * 24 * time.Hour)
			for _, day := range order {
				says(w, "小明", bottest.Start.AddDate(0, 0, day), "打卡")
			}
			last, best := runs(order)
			rows, err := habit(w)
			if want := fmt.Sprintf(`"streak":%d,"best":%d,"total":%d`, last, best, len(order)); err != nil || !strings.Contains(rows, want) {
				t.Errorf("the days %v make %s, %v, expected %s", order, rows, err, want)
			}
		})
	}
}

// runs gives the length of the run that ends with the last day, and of the longest.
func runs(days []int) (last, best int) {
	sorted := slices.Sorted(slices.Values(days))
	for i, day := range sorted {
		if last++; i == 0 || sorted[i-1] != day-1 {
			last = 1
		}
		best = max(best, last)
	}
	return last, best
}

func habit(w *bottest.World) (text string, err error) {
	err = w.DB().View(w.T.Context(), func(r store.Reader) error {
		raw, err := r.Get("checkin/habits", store.Key(w.Group().ID, w.Person("小明")))
		text = string(raw)
		return err
	})
	return text, err
}
