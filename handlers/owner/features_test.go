package owner

import (
	"strings"
	"testing"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
)

func TestFeaturesAreOnAndOff(t *testing.T) {
	bottest.Run(t, bottest.Options{Features: []bot.Feature{Feature(""), sayer()}}, func(w *bottest.World) {
		for _, c := range []struct{ say, want string }{
			{"/开关 开 没有的", "没有「没有的」这个功能"},
			{"/开关 关 没有的", "没有「没有的」这个功能"},
			{"/开关 关 owner", "没有「owner」这个功能"},
			{"/开关 关 Sayer", "这个群关了 sayer"},
			{"/开关", "✗ sayer"},
			{"/开关 开 没有的", "没有「没有的」这个功能"},
			{"/开关 开 sayer", "这个群开了 sayer"},
			{"/开关", "✓ sayer"},
		} {
			if got := strings.Join(w.Says("小六", c.say), "\n"); !strings.Contains(got, c.want) {
				t.Errorf("%s: heard %q", c.say, got)
			}
		}
	})
}
