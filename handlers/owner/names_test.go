package owner

import (
	"strings"
	"testing"
	"unicode"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/points"
)

func boss(w *bottest.World, text string) string { return strings.Join(w.Says("小六", text), "\n") }

// Whoever reads English is given names that an English keyboard can type.
func TestCommandsHaveEnglishNamesInAnEnglishGroup(t *testing.T) {
	opts := bottest.Options{Features: []bot.Feature{points.Feature(), Feature("")}}
	bottest.Run(t, opts, func(w *bottest.World) {
		boss(w, "/设置 group.language en")
		if got := boss(w, "/help"); strings.ContainsFunc(got, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || !strings.Contains(got, " /features") {
			t.Errorf("/help says %s", got)
		}
		for _, c := range [][2]string{
			{"/help 开关", "/features "},
			{"/help all", "\n/points "},
			{"/award", ": /award <"},
			{"/feature", "mean /features?"},
			{"/features off points", "points is off"},
			{"/积分", "feature of /points"},
		} {
			if got := boss(w, c[0]); !strings.Contains(got, c[1]) {
				t.Errorf("%s says %s", c[0], got)
			}
		}
	})
}

// A feature goes by its name, and by the commands that people know it from; one that there is not is not switched on either.
func TestFeaturesGoByTheirCommands(t *testing.T) {
	opts := bottest.Options{Features: []bot.Feature{points.Feature(), Feature("")}}
	bottest.Run(t, opts, func(w *bottest.World) {
		for _, c := range [][2]string{
			{"/开关 关 积分", "这个群关了 points"},
			{"/积分", "这个群关掉了 /积分"},
			{"/开关 开 积分榜", "这个群开了 points"},
			{"/积分", "0 分"},
			{"/开关 开 乱写", "没有「乱写」这个功能"},
			{"/开关 关 乱写", "没有「乱写」这个功能"},
			{"/开关 关 帮助", "没有「帮助」这个功能"},
		} {
			if got := boss(w, c[0]); !strings.Contains(got, c[1]) {
				t.Errorf("%s says %s, expected %s", c[0], got, c[1])
			}
		}
	})
}

// The first thing that people write to a bot is 帮助, without a slash; within a sentence it is a word.
func TestHelpNeedsNoSlash(t *testing.T) {
	bottest.Run(t, bottest.Options{Features: []bot.Feature{Feature("")}}, func(w *bottest.World) {
		for _, say := range []string{"帮助", "菜单", "Help"} {
			if got := strings.Join(w.Private("小明", say), ""); !strings.Contains(got, "您在这里可以用") {
				t.Errorf("%s: %q", say, got)
			}
		}
		if got := w.Says("小明", "谢谢大家的帮助"); len(got) != 0 {
			t.Errorf("heard %q", got)
		}
	})
}
