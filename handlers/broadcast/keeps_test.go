package broadcast_test

import (
	"testing"
	"time"

	"sixtwenty/bot/bottest"
)

// A voice that waits for the owner's word, and then for its morning, outlives the nights in which what nothing names is removed.
func TestAVoiceIsThereWhenItsMorningComes(t *testing.T) {
	run(t, nil, func(w *bottest.World) {
		give(w, bottest.Silk(time.Minute))
		w.Wind(72 * time.Hour)
		w.HeardBy("群主")
		hears(t, w.Private("群主", "好"), "排好了，第 1 条，明天 06:20 播出。…")
		w.Wind(12 * time.Hour)
		w.Until("06:19:59")
		w.Heard()
		hears(t, w.Wind(time.Minute), "…", "[语音] …")
	})
}
