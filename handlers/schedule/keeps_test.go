package schedule_test

import (
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
)

// A picture that waits for its day outlives the nights in which what nothing names is removed.
func TestAPictureIsThereWhenItsTimeComes(t *testing.T) {
	run(t, func(w *bottest.World) {
		hears(t, w.Private("群主", "/定时 2026年11月28日 7:00"), "…")
		hears(t, w.Gives("群主", bot.Media{Kind: bot.Image}, []byte("a picture")), "好的，定时 1：…图片…")
		heard := append(w.Wind(7*24*time.Hour), w.HeardBy("群主")...)
		hears(t, heard, "…[图片]…")
	})
}
