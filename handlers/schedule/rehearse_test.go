package schedule_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sixtwenty/bot/bottest"
)

// TestTheRehearsalIsWhatHappens: what the rehearsal of four days foretells is what the history has after them, no more and no less,
// with the bot restarted now and then.
func TestTheRehearsalIsWhatHappens(t *testing.T) {
	specs := []string{
		"每天 7:15", "工作日 8:00", "休息日 9:30", "每周三 20:00", "每周一到周五 12:00", "每隔3小时", "30 9 * * *", "明天 9点", "后天 23:59", "3天后 6:00",
		"每月25号 10:00", "每天 节假日除外 6:30", "每天 5:50、21:00",
	}
	limits := []string{"", "", "共:2次 ", "跳过:明天 ", "到:后天 ", "从:后天 "}
	all := 0
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 620))
		bottest.Run(t, options(t), func(w *bottest.World) {
			w.Wind(time.Duration(rng.IntN(40*24)) * time.Hour) // to some day before the new year, or after it
			for range 1 + rng.IntN(5) {
				w.Says("小六", "/定时 "+specs[rng.IntN(len(specs))]+" "+limits[rng.IntN(len(limits))]+"早")
			}
			var foretold, happened []string
			begin := time.Now().Truncate(time.Second)
			for _, row := range rows(w, "schedule/rehearsal", map[string]string{"days": "4"}) {
				foretold = append(foretold, row[0]+" "+row[1])
			}
			for range 4 * 8 {
				w.Wind(3 * time.Hour)
				if rng.IntN(4) == 0 {
					w.Restart()
				}
			}
			for _, row := range rows(w, "schedule/history", nil) {
				if at, err := time.Parse(time.RFC3339, row[0]); err != nil {
					t.Fatal(err)
				} else if at.After(begin) && row[5] != "跳过" {
					happened = append(happened, row[0]+" "+row[1]+". "+row[2])
				}
			}
			all += len(foretold)
			slices.Sort(foretold)
			slices.Sort(happened)
			if !slices.Equal(foretold, happened) {
				t.Errorf("seed %d:\nforetold %q\nhappened %q", seed, foretold, happened)
			}
		})
	}
	if all < 50 {
		t.Errorf("only %d firings were foretold; the test is blind", all)
	}
}
