package wechatbox

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// sleeper waits for its times one after the other and notes what the clock read when it ran.
func sleeper(ctx context.Context, wg *sync.WaitGroup, c *Clock, who string, seen *[]time.Time, dues ...time.Time) {
	wg.Go(func() {
		defer c.Leave(who)
		for _, due := range dues {
			if c.Wait(ctx, who, due) != nil {
				return
			}
			*seen = append(*seen, c.Now())
		}
		_ = c.Wait(ctx, who, time.Time{})
	})
}

func TestWindingStopsAtEveryDueTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
		c := NewClock(start)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		var seen, other []time.Time
		a, b, d := start.Add(time.Hour), start.Add(2*time.Hour), start.Add(26*time.Hour)
		sleeper(ctx, &wg, c, "a", &seen, a, d)
		sleeper(ctx, &wg, c, "b", &other, b)
		synctest.Wait()
		if got := c.Waiters(); !slices.Equal(got, []Waiter{{Who: "a", Due: a}, {Who: "b", Due: b}}) {
			t.Errorf("waiters %+v", got)
		}
		wound, err := c.Wind(ctx, start.Add(48*time.Hour))
		ok(t, err)
		cancel()
		wg.Wait()
		if !slices.Equal(seen, []time.Time{a, d}) || !slices.Equal(other, []time.Time{b}) {
			t.Fatalf("ran at %v and %v", seen, other)
		}
		if wound.Stops != 3 || len(wound.Late) != 0 || !wound.At.Equal(start.Add(48*time.Hour)) {
			t.Fatalf("wound %+v", wound)
		}
	})
}

func TestWindingLosesPatienceWithABusyWaiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
		c := NewClock(start)
		c.Wake("dead") // it will never wait
		before := time.Now()
		wound, err := c.Wind(t.Context(), start.Add(time.Hour))
		ok(t, err)
		if !slices.Equal(wound.Late, []string{"dead"}) || time.Since(before) != 2*patience {
			t.Fatalf("%+v after %v", wound, time.Since(before))
		}
	})
}

func TestWakeForestallsAndEndsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewClock(time.Time{})
		c.Wake("a")
		ok(t, c.Wait(t.Context(), "a", time.Time{}))
		done := make(chan error, 1)
		go func() { done <- c.Wait(t.Context(), "a", time.Time{}) }()
		synctest.Wait()
		c.Wake("a")
		ok(t, <-done)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { done <- c.Wait(ctx, "a", time.Time{}) }()
		synctest.Wait()
		cancel()
		if err := <-done; err != context.Canceled {
			t.Fatal(err)
		}
		ok(t, c.Settled(t.Context()))
	})
}

func TestSpeedScalesTheWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewClock(time.Time{})
		ok(t, c.SetSpeed(60))
		due, before := c.Now().Add(time.Hour), time.Now()
		ok(t, c.Wait(t.Context(), "a", due))
		if passed := time.Since(before).Round(time.Millisecond); passed != time.Minute {
			t.Fatalf("an hour took %v", passed)
		}
		ok(t, c.SetSpeed(0))
		stands := c.Now()
		time.Sleep(time.Hour)
		if !c.Now().Equal(stands) {
			t.Fatal("a clock at speed 0 moved")
		}
	})
}

func TestAClockIsNeverTurnedBack(t *testing.T) {
	c := NewClock(time.Time{})
	if _, err := c.Wind(t.Context(), c.Now().Add(-time.Minute)); err == nil {
		t.Fatal("it was")
	}
}
