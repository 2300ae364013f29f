package owner

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
)

// sayer says what it is told, in the class it is told.
func sayer() bot.Feature {
	text := func(s string) bot.Text { return bot.Text{ZH: s, EN: s} }
	return bot.Feature{Name: "sayer", Summary: text("说"), Commands: []bot.Command{{
		Name: "说", Args: "<类> <话>", Summary: text("说"), Examples: []bot.Example{{Say: "/说 answer 好", Reply: "好"}},
		Run: func(_ context.Context, c *bot.Call) error {
			c.Send(bot.Effect{Kind: bot.Say, Text: c.Arg("话"), Class: bot.Class(c.Arg("类"))})
			return nil
		},
	}}}
}

// answers is a service that answers as the text says.
func answers(e bot.Effect) error {
	switch e.Text {
	case "失败":
		return bot.Permanent(fmt.Errorf("refused"))
	case "不确定":
		return bot.ErrUnknown
	case "太快":
		return bot.ErrTooOften
	case "没网":
		return bot.ErrOffline
	}
	return nil
}

func ask(t *testing.T, w *bottest.World) string {
	t.Helper()
	got, err := w.Bot().Ask(context.Background(), bot.Event{Chat: w.Group(), Text: "/状态"})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(got, "\n")
}

func TestStatusTellsAll(t *testing.T) {
	opts := bottest.Options{
		Features: []bot.Feature{Feature(""), sayer()}, Fail: answers,
		Pace: bot.Pace{PerHour: 100, PerDay: 200, WarmUp: 168 * time.Hour, Quiet: "23:00-06:00"},
	}
	bottest.Run(t, opts, func(w *bottest.World) {
		status := func(want ...string) {
			t.Helper()
			got := ask(t, w) // an answer in the chat waits too while the service says "too often"
			for _, line := range want {
				if !strings.Contains(got, line) {
					t.Errorf("no %q in:\n%s", line, got)
				}
			}
		}
		status("服务 1 个群", "待发 0 条", "失败 0，不确定 0，过期 0", "这一小时发了 0 条（最多 20）", "24 小时 0 条（最多 40），现在还能发 20 条",
			"11-28 12:00 起全额", "安静时间 23:00-06:00")
		w.Says("小明", "/说 answer 失败")
		w.Says("小明", "/说 answer 不确定")
		w.Restart()
		status("失败 1，不确定 1，过期 0，可能发了两次 0（/待查", "这一小时发了 2 条", "现在还能发 18 条")

		w.Says("小明", "/说 broadcast 太快")
		w.Wind(45 * time.Minute)
		w.Says("小明", "/说 unasked 没网")
		status("过期 1", "微信说发得太快了")
		w.Until("23:30")
		status("失败 1，不确定 1，过期 2", "安静时间 23:00-06:00，现在就是")
		w.Wind(7 * 24 * time.Hour)
		if got := ask(t, w); strings.Contains(got, "慢慢来") || strings.Contains(got, "太快") || !strings.Contains(got, "最多 100") ||
			!strings.Contains(got, "失败 0，不确定 0，过期 0") {
			t.Errorf("after the warm-up: %s", got)
		}
	})
}

func TestStatusTellsWhatWaits(t *testing.T) {
	opts := bottest.Options{Features: []bot.Feature{Feature(""), sayer()}, Fail: func(bot.Effect) error { return bot.ErrOffline }}
	bottest.Run(t, opts, func(w *bottest.World) {
		for _, class := range []string{"answer", "answer", "unasked", "broadcast"} {
			w.Says("小明", "/说 "+class+" 等")
		}
		if got := ask(t, w); !strings.Contains(got, "待发 4 条（回复 2、主动说的 1、定时和群发 1）") {
			t.Error(got)
		}
	})
}

func TestStatusWithoutLimits(t *testing.T) {
	bottest.Run(t, bottest.Options{Features: []bot.Feature{Feature("")}}, func(w *bottest.World) {
		got := strings.Join(w.Says("小六", "/状态"), "\n")
		if !strings.Contains(got, "没有安静时间") || !strings.Contains(got, "还能发 不限 条") || strings.Contains(got, "慢慢来") {
			t.Error(got)
		}
	})
}
