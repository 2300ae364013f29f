package people_test

import (
	"strings"
	"testing"

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
