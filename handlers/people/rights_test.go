package people_test

import (
	"strings"
	"testing"
	"time"

	"sixtwenty/bot/bottest"
)

// TestAPersonIsToldWhatIsKept: names of before, the wish for no reminders, a role, and what they are recognised by; in private only.
func TestAPersonIsToldWhatIsKept(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		w.Says("小明", "早")
		w.Rename("小明", "换了名字的人")
		w.Says("换了名字的人", "早")
		w.Private("换了名字的人", "/别提醒我")
		tell := func(who string) string { return strings.Join(w.Private(who, "/我的数据"), "\n") }
		got := tell("换了名字的人")
		for _, want := range []string{"名字：换了名字的人", "以前的名字：小明", "提醒：您不要提醒", "一起在的群：" + bottest.GroupName, "换登录后认出您的线索", "/认领 "} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not told:\n%s", want, got)
			}
		}
		w.Private("群主", "/机主 "+code)
		if got := tell("群主"); !strings.Contains(got, "您是：机主") {
			t.Errorf("the owner is told\n%s", got)
		}
		if got := strings.Join(w.Says("换了名字的人", "/我的数据"), ""); strings.Contains(got, "小明") {
			t.Errorf("in the group it is told %q", got)
		}
	})
}

// TestOnlyTheSecondWordForgets, and only soon after the first, by when they were written.
func TestOnlyTheSecondWordForgets(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		refuses := func(got []string) {
			t.Helper()
			if len(got) != 1 || !strings.Contains(got[0], "请先发 /忘记我") {
				t.Errorf("heard %q", got)
			}
		}
		w.Private("小明", "/忘记我")
		refuses(w.Private("小明", "/忘记我 算了"))
		w.Down()
		w.Private("小明", "/忘记我")
		w.Wind(time.Hour)
		w.Private("小明", "/忘记我 确定")
		w.Restart()
		if got := strings.Join(w.Private("小明", "/我的数据"), ""); !strings.Contains(got, "名字：小明") || !strings.Contains(got, "一起在的群") {
			t.Errorf("an hour later it was taken for sure: %q", got)
		}
		w.Private("小明", "/忘记我")
		if got := w.Private("小明", "/忘记我 确定"); len(got) != 1 || !strings.Contains(got[0], "已经忘记了") {
			t.Errorf("heard %q", got)
		}
	})
}
