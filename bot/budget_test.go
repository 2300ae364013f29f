package bot

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestBudgetNeverExceeds sends as often as the budget allows for some days, from any beginning.
func TestBudgetNeverExceeds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pace := Pace{
			PerHour: rapid.IntRange(1, 30).Draw(t, "per hour"), PerDay: rapid.IntRange(1, 100).Draw(t, "per day"),
			WarmUp: time.Duration(rapid.IntRange(0, 72).Draw(t, "warm up")) * time.Hour,
		}
		b := newBudget(pace)
		now := time.Date(2026, 11, 21, 0, rapid.IntRange(0, 59).Draw(t, "minute"), 0, 0, time.UTC)
		b.since = now
		end := now.Add(100 * time.Hour)
		var sent []time.Time
		for now.Before(end) {
			if next := b.gates(now).answers; !next.IsZero() {
				if !next.After(now) {
					t.Fatalf("at %v it says to wait until %v", now, next)
				}
				now = next
				continue
			}
			b.spend(now)
			sent = append(sent, now)
			now = now.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "pause")) * time.Second)
		}
		if len(sent) == 0 {
			t.Fatal("nothing was ever sent")
		}
		for i, at := range sent {
			hour, day := 0, 0
			for _, s := range sent[:i+1] {
				if hourOf(s) == hourOf(at) {
					hour++
				}
				if hourOf(s) > hourOf(at)-24 {
					day++
				}
			}
			perHour, perDay := warm(pace.PerHour, pace.WarmUp, at.Sub(b.since)), warm(pace.PerDay, pace.WarmUp, at.Sub(b.since))
			if hour > perHour || day > perDay {
				t.Fatalf("at %v %d went in the hour and %d in the day; %d and %d are allowed", at, hour, day, perHour, perDay)
			}
		}
	})
}

func TestANewSignInIsCareful(t *testing.T) {
	for age, want := range map[time.Duration]int{0: 20, 84 * time.Hour: 60, 168 * time.Hour: 100, 1000 * time.Hour: 100, -time.Hour: 20} {
		if got := warm(100, 168*time.Hour, age); got != want {
			t.Errorf("after %v the budget of 100 is %d, expected %d", age, got, want)
		}
	}
	if warm(0, time.Hour, 0) != 0 || warm(1, time.Hour, 0) != 1 {
		t.Error("no limit stays none, and one send is always allowed")
	}
}

// A broadcast spends its part of the budget and no more: answers go meanwhile, also where the broadcast waits for the next hour.
func TestABroadcastLeavesABudgetForAnswers(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}, Pace: Pace{Gap: time.Second, PerHour: 50, PerDay: 80}}, func(r *rig) {
		for i := range 60 {
			r.give(tells(fmt.Sprint("群友", i), "/说 broadcast 早安"))
		}
		r.wind(20 * time.Minute)
		if b := r.bot.Status().Budget; b.Hour != 40 {
			t.Fatalf("%d sent, expected 40 of 50", b.Hour)
		}
		r.put(says("小明", "/说 answer 好"))
		r.put(tells("群友59", "/说 answer 在"))
		r.put(tells("群友59", "/说 unasked 嗯"))
		r.wind(2 * time.Second)
		r.expect(club, "好")
		r.expect(home("群友59"), "在")
		r.wind(time.Hour)
		r.expect(home("群友59"), "嗯") // the broadcast is stale by then
		if b := r.bot.Status().Budget; b.Day > 64 {
			t.Errorf("%d sent in a day, expected 64 of 80 at most, answers aside", b.Day-2)
		}
	})
}

// What waits when the quiet hours begin waits for their end, whatever it waited for; answers and what the owner scheduled go on.
func TestQuietHoursBeginForWhatWaits(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}, Pace: Pace{Gap: 4 * time.Minute, Quiet: "12:30-14:00"}}, func(r *rig) {
		r.wind(23 * time.Minute)
		for _, text := range []string{"一", "二", "三", "四"} {
			r.give(says("小明", "/说 unasked "+text))
		}
		r.wind(5 * time.Minute) // 12:28
		r.expect(club, "一", "二")
		r.restart()
		r.put(tells("阿杰", "/说 answer 好"))
		r.put(tells("苏苏", "/说 broadcast 早安"))
		r.wind(20 * time.Minute)
		r.expect(home("阿杰"), "好")
		r.expect(home("苏苏"), "早安")
		r.wind(time.Hour)
		r.expect(club, "三") // 13:48: it went before 12:30
		r.wind(20 * time.Minute)
		r.expect(club, "四")
	})
}
