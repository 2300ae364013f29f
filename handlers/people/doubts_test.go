package people_test

import (
	"strings"
	"testing"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
)

// TestTheOwnerSaysWhoSomebodyIs: a doubt is listed, answered once, and gone; a wrong answer can be taken back.
func TestTheOwnerSaysWhoSomebodyIs(t *testing.T) {
	o := options()
	o.Doubts = []bot.Doubt{
		{Person: "p-苏苏", Nick: "苏苏", Candidates: []bot.Candidate{{Person: "p-小明", Nick: "小明", Evidence: bot.Text{ZH: "名字一样", EN: "same name"}}}},
		{Person: "p-x9K2", Nick: "<b>生人</b>", Candidates: []bot.Candidate{{Person: "p-阿杰", Nick: "阿杰"}}},
	}
	bottest.Run(t, o, func(w *bottest.World) {
		says := func(text, want string) {
			t.Helper()
			if got := w.Says("小六", text); len(got) != 1 || !strings.Contains(got[0], want) {
				t.Errorf("%s is answered %q, expected %q", text, got, want)
			}
		}
		says("/体检", "2 个人不敢确定")
		says("/待认", "9K2：新来的「<b>生人</b>」会不会是\n  1.「阿杰」")
		says("/待认 zzzz 1", "没有编号是 zzzz 的人")
		says("/待认 x9k2 7", "1 到 1")
		says("/待认 x9k2 0", "是一位新朋友")
		says("/待认 x9k2 0", "没有编号")
		says("/待认 P-苏苏 1", "苏苏 是一个人了")
		says("/待认", "没有不敢确定的人")
		says("/拆开 1", "收回了")
		if got := w.Says("小明", "/体检"); len(got) != 1 || !strings.Contains(got[0], "只有机主") {
			t.Errorf("heard %q", got)
		}
	})
}
