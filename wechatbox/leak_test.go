package wechatbox

import (
	"context"
	"testing"
	"testing/synctest"
)

// In a bubble, a goroutine that outlives its box fails the test by itself.
func TestNothingOutlivesTheBox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demo(t, Options{AutoScan: true})
		c := signedIn(t, b)
		ended := make(chan string, 3)
		go func() {
			resp, err := c.caller.SyncCheck(context.Background(), c.checkOptions())
			if err != nil || resp.RetCode != "0" {
				t.Errorf("a poll ends with %v %v", resp, err)
			}
			ended <- "poll"
		}()
		go func() {
			for range b.Watch(context.Background()) {
			}
			ended <- "watch"
		}()
		synctest.Wait()
		ok(t, b.Close())
		<-ended
		<-ended
		if _, err := b.Say("susu", "dushuhui", "x"); err != ErrClosed {
			t.Errorf("a closed box was changed: %v", err)
		}
		if _, err := c.say(fileHelper, "x"); err == nil {
			t.Error("a closed box answers")
		}
		if len(b.World().People) == 0 {
			t.Error("a closed box cannot be read")
		}
		ok(t, b.Close())
	})
}

func TestASlowWatcherIsToldToLookAtEverything(t *testing.T) {
	b := demo(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	changes := b.Watch(ctx)
	for range 2 * watchBuffer {
		must(b.Say("susu", "dushuhui", "x"))
	}
	var got Change
	for range watchBuffer {
		got = <-changes
	}
	if got.What != Everything || len(changes) != 0 {
		t.Fatalf("the last of a full channel is %+v", got)
	}
	m := must(b.Say("susu", "dushuhui", "y"))
	if got := <-changes; got.What != MessageChanged || got.Group != "dushuhui" || got.Message != m.ID {
		t.Fatalf("then %+v", got)
	}
	cancel()
	for range changes {
	}
}
