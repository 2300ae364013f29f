package wechat

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store/storetest"
	"sixtwenty/wechatbox"
)

// again starts the account once more, with what change says.
func (r *rig) again(change func(o *Options)) {
	r.t.Helper()
	r.end()
	r.change = change
	r.start()
}

// reasons are those of the states since the last time.
func (r *rig) reasons() (list []string) {
	for _, s := range r.states {
		list = append(list, string(s.Name)+": "+s.Reason.EN)
	}
	r.states = nil
	return list
}

func TestThrownOutStopsAndStaysStopped(t *testing.T) {
	for _, ret := range []int{1101, 1102} {
		inBubble(t, func(r *rig) {
			t := r.t
			r.start()
			must(t, r.box.EndSession("小六", ret))
			r.settle()
			standsStill := func(when string) {
				t.Helper()
				before := r.total()
				time.Sleep(24 * time.Hour)
				synctest.Wait()
				if n := r.total() - before; n != 0 {
					t.Errorf("%s: %d requests", when, n)
				}
				if s := r.account.State(); !s.Final || s.Name != bot.Offline || s.Reason != whyBarred || s.Reached {
					t.Errorf("%s: state %+v", when, s)
				}
				if _, err := r.do(bot.Effect{ID: "e", Kind: bot.Say, Chat: "g1", Text: "x"}); !errors.Is(err, bot.ErrOffline) {
					t.Errorf("%s: Do: %v", when, err)
				}
			}
			standsStill("then")
			for range 2 { // whoever watches over the process starts it again and again
				r.again(nil)
				standsStill("after a restart")
			}
			r.again(func(o *Options) { o.SignInAgain = true })
			if s := r.account.State(); s.Name != bot.Online {
				t.Errorf("the owner said again, and the state is %s", s)
			}
			r.again(nil)
			if s := r.account.State(); s.Name != bot.Online || len(r.codes) != 1 {
				t.Errorf("after that: %s, %d codes", s, len(r.codes))
			}
		})
	}
}

// TestThrownOutWhileRestarting: a crash within the minute must not hide that it was one.
func TestThrownOutWhileRestarting(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.start()
		r.end()
		must(r.t, r.box.EndSession("小六", 1101))
		r.start()
		if s := r.account.State(); !s.Final {
			r.t.Errorf("state %s", s)
		}
	})
}

// TestThrownOutAtTheDoor: the scan is done and the first call says that the session is over.
func TestThrownOutAtTheDoor(t *testing.T) {
	inBubble(t, func(r *rig) {
		ret := 1101
		_, err := r.box.Break(wechatbox.Fault{Path: "webwxinit", Ret: &ret})
		must(r.t, err)
		r.start()
		if s := r.account.State(); !s.Final || len(r.codes) != 1 {
			r.t.Errorf("state %s, %d codes", s, len(r.codes))
		}
	})
}

// TestTheOwnersOwnSignOutIsNoThrowingOut: 1100 is the button on the phone; and later than a minute any end is an end.
func TestTheOwnersOwnSignOutIsNoThrowingOut(t *testing.T) {
	for wait, ret := range map[time.Duration]int{time.Second: 1100, 2 * time.Minute: 1101} {
		inBubble(t, func(r *rig) {
			r.start()
			time.Sleep(wait)
			must(r.t, r.box.EndSession("小六", ret))
			r.settle()
			r.settle()
			if s := r.account.State(); s.Name != bot.Online || s.Final {
				r.t.Errorf("%d after %s: state %s", ret, wait, s)
			}
		})
	}
}

// TestTheOwnerNeedNotWait: the owner's word counts at once, for one more throwing out.
func TestTheOwnerNeedNotWait(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.start()
		must(r.t, r.box.EndSession("小六", 1101))
		r.settle()
		r.again(func(o *Options) { o.SignInAgain = true })
		if s := r.account.State(); s.Name != bot.Online {
			r.t.Fatalf("state %s", s)
		}
		must(r.t, r.box.EndSession("小六", 1101))
		r.settle()
		if s := r.account.State(); !s.Final {
			r.t.Errorf("thrown out again: %s", s)
		}
	})
}

// TestADiedSignInIsNoThrowingOut: the process ends when the new session stands and is not kept yet. The old one is then told that
// another took its place.
func TestADiedSignInIsNoThrowingOut(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.start()
		_, err := r.box.Break(wechatbox.Fault{Path: "webwxinit", Delay: 20 * time.Second})
		must(r.t, err)
		must(r.t, r.box.EndSession("小六", 1100))
		r.settle()
		if s, err := r.box.Session("小六"); err != nil || !s.SignedIn || r.account.State().Name == bot.Online {
			r.t.Fatalf("not in the middle of a sign-in: %+v, %v, state %s", s, err, r.account.State())
		}
		r.end()
		r.box.Mend(0)
		r.start()
		if s := r.account.State(); s.Name != bot.Online || s.Final {
			r.t.Errorf("state %s", s)
		}
	})
}

func TestTheDiskIsFullWhenThrownOut(t *testing.T) {
	inBubble(t, func(r *rig) {
		full := storetest.Broken(r.db)
		r.db = full
		r.start()
		full.Slow(func(context.Context) error { return errors.New("no space left on device") })
		must(r.t, r.box.EndSession("小六", 1102))
		time.Sleep(time.Hour)
		if s := r.account.State(); !s.Final {
			r.t.Errorf("state %s", s)
		}
		full.Slow(nil)
		time.Sleep(2 * time.Minute)
		r.again(nil)
		if s := r.account.State(); !s.Final {
			r.t.Errorf("forgotten: %s", s)
		}
	})
}

// TestPhoneBeforeCode: hot, then a touch on the phone, then a code.
func TestPhoneBeforeCode(t *testing.T) {
	inBubbleWith(t, wechatbox.Options{}, func(r *rig) {
		t := r.t
		r.start()
		must(t, r.box.Scan("", ""))
		r.settle()
		must(t, r.box.Confirm("", ""))
		r.settle()
		session := r.account.live.Load().id
		time.Sleep(time.Hour)
		r.states = nil

		must(t, r.box.SignOut("小六"))
		r.settle()
		if code, _ := r.box.CurrentQR(); !code.Push || len(r.codes) != 1 {
			t.Fatalf("code %+v, %d shown", code, len(r.codes))
		}
		time.Sleep(time.Minute)
		must(t, r.box.Confirm("", ""))
		r.settle()
		want := []string{"needs-scan: " + whyEnded.EN, "needs-scan: " + whyPush.EN, "online: " + whyConfirmed.EN}
		if got := r.reasons(); !slices.Equal(got, want) || len(r.codes) != 1 {
			t.Errorf("states %q, %d codes", got, len(r.codes))
		}
		if again := r.account.live.Load().id; again == session {
			t.Error("a new sign-in is no new session")
		}
		r.say("小明", club, "在吗")
		r.one()

		time.Sleep(time.Hour)
		r.end()
		must(t, r.box.SignOut("小六"))
		r.states = nil
		r.start()
		if code, _ := r.box.CurrentQR(); !code.Push {
			t.Errorf("code %+v", code)
		}
		time.Sleep(6 * time.Minute) // nobody looks
		synctest.Wait()
		if code, _ := r.box.CurrentQR(); code.Push || len(r.codes) != 2 {
			t.Fatalf("code %+v, %d shown", code, len(r.codes))
		}
		must(t, r.box.Scan("", ""))
		r.settle()
		must(t, r.box.Confirm("", ""))
		r.settle()
		if s := r.account.State(); s.Name != bot.Online {
			t.Errorf("state %s", s)
		}
	})
}

// TestPhoneCannotBeAsked: whatever is wrong with asking the phone, a code follows.
func TestPhoneCannotBeAsked(t *testing.T) {
	body := func(s string) wechatbox.Fault { return wechatbox.Fault{Path: "webwxpushloginurl", Body: &s} }
	for name, fault := range map[string]wechatbox.Fault{
		"refused": body(`{"ret":"1","msg":"not allow"}`), "nonsense": body("<html>"), "no id": body(`{"ret":"0"}`), "empty": body(""),
		"ill": {Path: "webwxpushloginurl", Status: 500}, "down": {Path: "webwxpushloginurl", Drop: true},
	} {
		inBubble(t, func(r *rig) {
			r.start()
			time.Sleep(time.Hour)
			_, err := r.box.Break(fault)
			must(r.t, err)
			must(r.t, r.box.SignOut("小六"))
			time.Sleep(time.Minute)
			synctest.Wait()
			if s := r.account.State(); s.Name != bot.Online || len(r.codes) != 2 {
				r.t.Errorf("%s: state %s, %d codes", name, s, len(r.codes))
			}
		})
	}
}

func TestJudge(t *testing.T) {
	l := Limits{}.filled()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	why := whyNetwork
	for _, tt := range []struct {
		p    pulse
		want bot.AccountState
	}{
		{pulse{answered: ago(time.Second), heard: ago(time.Hour)}, bot.AccountState{Name: bot.Online, Reason: whyBack, Reached: true}},
		{pulse{answered: ago(119 * time.Second), heard: now}, bot.AccountState{Name: bot.Online, Reason: whyBack, Reached: true}},
		{pulse{answered: ago(2 * time.Minute), heard: now}, bot.AccountState{Name: bot.Suspect, Reason: whySilent}},
		{pulse{answered: ago(3 * time.Minute), heard: now}, bot.AccountState{Name: bot.Offline, Reason: whySilent}},
		{pulse{answered: now, heard: ago(24 * time.Hour)}, bot.AccountState{Name: bot.Suspect, Reason: whyQuiet, Reached: true}},
		{pulse{answered: now, heard: now, ahead: 179 * time.Second}, bot.AccountState{Name: bot.Online, Reason: whyBack, Reached: true}},
		{pulse{answered: now, heard: now, ahead: -8 * time.Hour}, bot.AccountState{Name: bot.Suspect, Reason: whyClock(-8 * time.Hour), Reached: true}},
		{pulse{answered: now, heard: ago(24 * time.Hour), failing: ago(time.Second), why: why}, bot.AccountState{Name: bot.Suspect, Reason: why}},
		{pulse{answered: now, heard: now, failing: ago(time.Minute), why: why}, bot.AccountState{Name: bot.Offline, Reason: why}},
	} {
		if got := tt.p.judge(now, l); got != tt.want {
			t.Errorf("%+v is judged %+v, expected %+v", tt.p, got, tt.want)
		}
	}
}

// TestTheWatchdogSeesAStuckReader: the goroutine that would tell of it is the one that is stuck.
func TestTheWatchdogSeesAStuckReader(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.states = nil
		free := make(chan struct{})
		r.in.hold(free)
		r.say("小明", club, "在吗")
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if got := r.reasons(); !slices.Equal(got, []string{"suspect: " + whySilent.EN, "offline: " + whySilent.EN}) {
			t.Errorf("states %q", got)
		}
		close(free)
		time.Sleep(time.Minute)
		synctest.Wait()
		if s := r.account.State(); s.Name != bot.Online || !s.Reached {
			t.Errorf("state %s", s)
		}
	})
}

func TestALongSilenceIsSuspectUntilSomebodySpeaks(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.states = nil
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		if s := r.account.State(); s.Name != bot.Suspect || s.Reason != whyQuiet || !s.Reached {
			t.Errorf("state %+v", s)
		}
		r.say("小明", club, "在吗")
		r.settle()
		if got := r.reasons(); !slices.Equal(got, []string{"suspect: " + whyQuiet.EN, "online: " + whyBack.EN}) {
			t.Errorf("states %q", got)
		}
	})
}

// TestBrake: many callers at once get two requests a second between them, and nothing is held back while all is well.
func TestBrake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sick := false
		var at []time.Time
		b := braked{roundTrip(func(*http.Request) (*http.Response, error) {
			at = append(at, time.Now())
			if sick {
				return nil, errors.New("connection refused")
			}
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
		}), &brake{}}
		ask := func(ctx context.Context) error {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://wx.qq.com/x", strings.NewReader("x"))
			must(t, err)
			resp, err := b.RoundTrip(req)
			if err == nil {
				resp.Body.Close()
			}
			return err
		}
		began := time.Now()
		for range 50 {
			must(t, ask(t.Context()))
		}
		if time.Since(began) != 0 {
			t.Errorf("50 requests took %s while all was well", time.Since(began))
		}
		sick = true
		_ = ask(t.Context())
		at = nil
		for range 20 {
			_ = ask(t.Context())
		}
		for i := 2; i < len(at); i++ {
			if at[i].Sub(at[i-2]) < time.Second {
				t.Fatalf("three requests within %s", at[i].Sub(at[i-2]))
			}
		}
		short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		var never trip
		if err := ask(never.trace(short)); !errors.Is(err, context.DeadlineExceeded) || never.mayHaveSent(err) {
			t.Errorf("held back until the deadline: %v, may have been sent: %v", err, never.mayHaveSent(err))
		}
		sick = false
		must(t, ask(t.Context()))
		time.Sleep(brakeFor)
		began = time.Now()
		for range 50 {
			must(t, ask(t.Context()))
		}
		if time.Since(began) != 0 {
			t.Errorf("the brake is still on after %s", brakeFor)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
