package handlers_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers"
)

// What a text tells people to send is a command, in either language.
func TestTextsNameCommandsThatExist(t *testing.T) {
	known := map[string]bool{}
	for _, f := range handlers.All("1") {
		for _, c := range f.Commands {
			for _, name := range append(slices.Clone(c.Aliases), c.Name) {
				known[strings.ToLower(name)] = true
			}
		}
	}
	text := regexp.MustCompile(`(?:ZH|EN): "((?:[^"\\]|\\.)*)"`)
	name := regexp.MustCompile(`(?:^|[ “(：:（「发，、；]|\\n)/(\p{Han}+|[a-z-]+)`)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range text.FindAllStringSubmatch(string(src), -1) {
			for _, n := range name.FindAllStringSubmatch(m[1], -1) {
				if !known[n[1]] {
					t.Errorf("%s: there is no /%s: %s", path, n[1], m[1])
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What is wrong with a setting is said in the language of the group.
func TestFaultsOfSettingsInBothLanguages(t *testing.T) {
	for lang, want := range map[bot.Lang][]string{
		bot.ZH: {
			"…没有改：「all」不行，要写 each、card 或 auto", "…没有改：没看懂是什么时候。…", "…没有改：31 不行，要写 0 到 30 的数", "…没有改：第 1 个字的 {谁} 不认识…",
			"…没有改：15 不行，要写 0 到 14 的数", "…没有改：-1 不行，要写 0 到 1000 的数",
		},
		bot.EN: {
			"…unchanged: “all” is none of each, card and auto", "…unchanged: remind: schedule \"25点\"…", "…unchanged: 31 is not between 0 and 30", "…unchanged: {谁} at character 1 is unknown…",
			"…unchanged: 15 is not between 0 and 14", "…unchanged: -1 is not a number from 0 to 1000",
		},
	} {
		o := options()
		o.Settings = map[string]any{"group": bot.GroupSettings{Language: lang, Zone: "Asia/Shanghai", DayBegins: 4}}
		bottest.Run(t, o, func(w *bottest.World) {
			for i, say := range []string{
				"checkin.answers all", "checkin.remind 25点", "onboarding.nudge_day 31", "onboarding.welcome {谁}", "referral.days 15", "points.speech -1",
			} {
				got := w.Says("小六", "/设置 "+say)
				if len(got) != 1 || !bottest.Matches(want[i], got[0]) {
					t.Errorf("%s: heard %q, expected %q", say, got, want[i])
				}
			}
		})
	}
}
