package people_test

import (
	"regexp"
	"strings"
	"testing"

	"sixtwenty/bot/bottest"
)

var ownCode = regexp.MustCompile(`/认领 ([A-Z2-7]{7})`)

// TestAPersonProvesWhoTheyWere: after a new scan 小明 seems new; his own code brings his record back, and nobody's role.
func TestAPersonProvesWhoTheyWere(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		w.Private("群主", "/机主 "+code)
		own := func(who string) string {
			m := ownCode.FindStringSubmatch(strings.Join(w.Private(who, "/我的数据"), "\n"))
			if m == nil {
				t.Fatalf("%s is given no code", who)
			}
			return m[1]
		}
		mine, boss := own("小明"), own("群主")
		if again := own("小明"); again != mine {
			t.Errorf("the code changed from %s to %s", mine, again)
		}
		newScan(w)
		if got := w.Private("新面孔", "/认领 "+strings.ToLower(mine)); len(got) != 1 || !strings.Contains(got[0], "欢迎回来") {
			t.Errorf("heard %q", got)
		}
		if got := w.Private("新面孔", "/我的数据"); len(got) != 1 || !strings.Contains(got[0], "小明") || !strings.Contains(got[0], mine) {
			t.Errorf("the record is not his: %q", got)
		}
		if got := w.Private("新面孔", "/认领 "+mine); len(got) != 1 || !strings.Contains(got[0], "我认得您") {
			t.Errorf("heard %q", got)
		}
		w.Private("生人", "/认领 "+boss)
		if obeys(w, "生人") {
			t.Error("a person's own code gave a role")
		}
	})
}
