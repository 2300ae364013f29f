package wechatbox

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestLongPollInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demo(t, Options{AutoScan: true})
		c := signedIn(t, b)
		before := time.Now()
		if got := c.check(); string(got.Selector) != "0" || time.Since(before) != pollFor {
			t.Fatalf("selector %q after %v", got.Selector, time.Since(before))
		}
		time.AfterFunc(3*time.Second, func() {
			if _, err := b.Say("ajie", "dushuhui", "打卡"); err != nil {
				t.Error(err)
			}
		})
		before = time.Now()
		if got := c.check(); string(got.Selector) != "2" || time.Since(before) != 3*time.Second {
			t.Fatalf("selector %q after %v", got.Selector, time.Since(before))
		}
	})
}

func TestWindingWaitsForTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demo(t, Options{AutoScan: true})
		c := signedIn(t, b)
		_, err := b.Say("ajie", "dushuhui", "打卡")
		ok(t, err)
		fetched := false
		go func() {
			time.Sleep(time.Second)
			c.check()
			c.fetch()
			fetched = true
			c.check()
		}()
		wound, err := b.Clock().Wind(t.Context(), b.Clock().Now().Add(24*time.Hour))
		ok(t, err)
		if !fetched || len(wound.Late) != 0 {
			t.Fatalf("wound on while the client had not fetched: %+v", wound)
		}
		b.Close()
		synctest.Wait()
	})
}

func TestAPollEndsWithItsClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demo(t, Options{AutoScan: true})
		c := signedIn(t, b)
		c.caller.Client.HTTPClient().Timeout = 2 * time.Second
		done := make(chan struct{})
		go func() {
			defer close(done)
			if _, err := c.caller.SyncCheck(c.ctx, c.checkOptions()); err == nil {
				t.Error("a call that timed out has an answer")
			}
		}()
		synctest.Wait()
		if v, _ := b.Session("xiaoliu"); !v.Waiting {
			t.Fatalf("not waiting: %+v", v)
		}
		<-done
		synctest.Wait()
		if v, _ := b.Session("xiaoliu"); v.Waiting {
			t.Fatal("still waiting for a client that left")
		}
	})
}
