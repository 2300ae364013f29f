package onebot

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"sixtwenty/bot"
	"sixtwenty/bot/onebot/onebottest"
)

// away is what somebody writes while the bot is not there.
func (r *rig) away(texts ...string) {
	for _, text := range texts {
		r.server.Say(r.ming, r.group, onebottest.Text(text))
	}
}

func texts(list []bot.Event) (all []string) {
	for _, e := range heard(list) {
		all = append(all, e.Text)
	}
	return all
}

func (r *rig) expect(want ...string) {
	r.t.Helper()
	if got := texts(r.in.take()); fmt.Sprint(got) != fmt.Sprint(want) {
		r.t.Errorf("heard %q, expected %q", got, want)
	}
}

// What is written while the connection is down is read from the history, once, in order, however often it is told.
func TestMissedMessages(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.away("一")
		r.wait(5 * time.Second)
		r.expect("一")
		if r.in.marked == 0 {
			t.Fatal("no place is kept")
		}
		r.server.Drop()
		r.wait(100 * time.Millisecond)
		r.away("二", "三")
		for i := range 250 { // more than two pages
			r.away(fmt.Sprint("四", i))
		}
		r.wait(2 * time.Minute)
		got := texts(r.in.take())
		if len(got) != 252 || got[0] != "二" || got[1] != "三" || got[251] != "四249" {
			t.Fatalf("heard %d: %q", len(got), got)
		}
		r.server.Repeat(5)
		r.settle()
		r.expect()
		if r.in.twice == 0 {
			t.Error("nothing was told twice, so nothing is proven")
		}
		r.away("五")
		r.settle()
		r.expect("五")
	})
}

// At the first contact nothing was missed: what was written before the bot came is not its business.
func TestNoHistoryAtFirstContact(t *testing.T) {
	play(t, true, onebottest.Options{}, Options{}, func(r *rig) {
		r.server.Drop()
		r.wait(100 * time.Millisecond)
		r.in.place = nil
		r.away("从前的话")
		r.wait(time.Minute)
		r.expect()
	})
}

// A group that was quiet since the first contact can be missed all the same.
func TestWhatIsMissedAfterAQuietBeginning(t *testing.T) {
	both(t, func(r *rig) {
		r.wait(time.Minute)
		r.server.Drop()
		r.wait(100 * time.Millisecond)
		r.away("一")
		r.wait(2 * time.Minute)
		r.expect("一")
	})
}

// An implementation may keep its connection while its account is away; what it did not hear then is in the history.
func TestMissedWhileTheAccountWasAway(t *testing.T) {
	play(t, false, onebottest.Options{Beat: time.Second}, Options{}, func(r *rig) {
		r.away("一")
		r.wait(5 * time.Second)
		r.server.SignOut(true)
		r.wait(time.Hour)
		r.away("二")
		r.wait(time.Minute)
		r.expect("一")
		r.server.SignOut(false)
		r.wait(time.Minute)
		r.expect("二")
	})
}

func TestNoHistoryOffered(t *testing.T) {
	play(t, false, onebottest.Options{}, Options{}, func(r *rig) {
		r.away("一")
		r.wait(5 * time.Second)
		r.server.Fail("get_group_msg_history", 100, 1404, "no")
		r.server.Drop()
		r.wait(100 * time.Millisecond)
		r.away("二")
		r.wait(2 * time.Minute)
		r.away("三")
		r.settle()
		r.expect("一", "三")
	})
}

// A frame that is too large ends the connection and nothing else, even where it is an answer that is asked for again.
func TestGiantFrames(t *testing.T) {
	both(t, func(r *rig) {
		r.away("一")
		r.wait(5 * time.Second)
		r.server.Giant(maxFrame + 10)
		r.wait(time.Minute)
		r.server.Swell("get_group_msg_history", maxFrame+10)
		r.server.Drop()
		r.wait(2 * time.Minute)
		r.away("二")
		r.settle()
		r.expect("一", "二")
	})
}

// A peer that keeps the connection and says nothing is left, and found again.
func TestASilentPeer(t *testing.T) {
	for name, beat := range map[string]time.Duration{"with heartbeats": 5 * time.Second, "without": 0} {
		t.Run(name, func(t *testing.T) {
			play(t, false, onebottest.Options{Beat: beat}, Options{}, func(r *rig) {
				t := r.t
				r.wait(10 * time.Minute)
				if s := r.account.State(); s.Name != bot.Online || !s.Reached {
					t.Fatalf("a quiet group ends the connection: %v", s)
				}
				r.server.Deafen(true)
				r.wait(2 * time.Minute)
				if s := r.account.State(); s.Name != bot.Offline || s.Reached {
					t.Fatalf("nothing is heard, and the state is %v", s)
				}
				r.server.Deafen(false)
				r.wait(2 * time.Minute)
				r.away("一")
				r.settle()
				r.expect("一")
			})
		})
	}
}

// A member list that waits for its turn is no reason to die when the connection ends; what was read before it is taken.
func TestALinkThatEndsWhileAListWaits(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.server.AddGroup("六点二十早读营", r.owner, onebottest.Account)
		r.server.Drop()
		r.wait(time.Minute) // both lists are read after this
		r.server.Drop()
		synctest.Wait()
		for !r.server.Connected() {
			time.Sleep(listPause / 10)
		}
		time.Sleep(listPause / 2)
		gate := make(chan struct{})
		r.in.gate.Store(&gate)
		r.in.take()
		for n := range 1 + waitingEvents {
			r.away(fmt.Sprint(n))
		}
		time.Sleep(time.Second)
		r.server.Drop()
		r.wait(time.Second)
		r.in.gate.Store(nil)
		close(gate)
		r.wait(time.Minute)
		if got := texts(r.in.take()); len(got) != 1+waitingEvents {
			t.Errorf("%d of %d messages were heard", len(got), 1+waitingEvents)
		}
	})
}

// Requests that are not answered end the connection though heartbeats come.
func TestAPeerThatAnswersNothing(t *testing.T) {
	play(t, false, onebottest.Options{Beat: time.Second}, Options{}, func(r *rig) {
		t := r.t
		r.server.Lose("send_group_msg", maxMute)
		for range maxMute {
			if _, err := r.do(bot.Effect{Kind: bot.Say, Text: "好"}); !unknown(err) {
				t.Fatal(err)
			}
		}
		if _, err := r.do(bot.Effect{Kind: bot.Say, Text: "好"}); !errors.Is(err, bot.ErrOffline) {
			t.Errorf("the connection is still there: %v", err)
		}
		r.wait(time.Minute)
		if _, err := r.do(bot.Effect{Kind: bot.Say, Text: "好"}); err != nil {
			t.Error(err)
		}
	})
}

func TestTheAccountBehindIsOffline(t *testing.T) {
	play(t, false, onebottest.Options{Beat: time.Second}, Options{}, func(r *rig) {
		t := r.t
		r.server.SignOut(true)
		r.wait(5 * time.Second)
		if s := r.account.State(); s.Name != bot.NeedsScan || s.Reached {
			t.Errorf("the state is %v", s)
		}
		r.server.SignOut(false)
		r.wait(5 * time.Second)
		if s := r.account.State(); s.Name != bot.Online || !s.Reached {
			t.Errorf("the state is %v", s)
		}
		r.server.Notice("bot_offline", nil)
		r.settle()
		if s := r.account.State(); s.Name != bot.NeedsScan {
			t.Errorf("the state is %v", s)
		}
	})
}

func TestTokens(t *testing.T) {
	play(t, false, onebottest.Options{Token: "right"}, Options{Token: "right"}, func(r *rig) {
		r.away("一")
		r.settle()
		r.expect("一")
	})
	play(t, false, onebottest.Options{Token: "right"}, Options{Token: "wrong"}, func(r *rig) {
		t := r.t
		r.wait(time.Minute)
		if s := r.account.State(); s.Reason != whyToken || r.server.Connected() {
			t.Errorf("the state is %v", s)
		}
	})
	play(t, true, onebottest.Options{Token: "right"}, Options{Token: "right"}, func(r *rig) {
		r.away("一")
		r.settle()
		r.expect("一")
	})
	play(t, true, onebottest.Options{Token: "wrong"}, Options{Token: "right"}, func(r *rig) {
		t := r.t
		err := r.server.Connect(r.t.Context(), "ws://bot/", r.net.Dial)
		if refused := (*onebottest.Refused)(nil); !errors.As(err, &refused) || refused.Status != http.StatusForbidden {
			t.Errorf("a wrong token: %v", err)
		}
		open := onebottest.New(onebottest.Options{})
		err = open.Connect(r.t.Context(), "ws://bot/", r.net.Dial)
		if refused := (*onebottest.Refused)(nil); !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized {
			t.Errorf("no token: %v", err)
		}
		if r.account.State().Reached {
			t.Error("somebody is connected")
		}
	})
	play(t, true, onebottest.Options{}, Options{SelfID: "777"}, func(r *rig) {
		t := r.t
		err := r.server.Connect(r.t.Context(), "ws://bot/", r.net.Dial)
		if refused := (*onebottest.Refused)(nil); !errors.As(err, &refused) || refused.Status != http.StatusForbidden {
			t.Errorf("another account: %v", err)
		}
	})
	play(t, false, onebottest.Options{}, Options{SelfID: "777"}, func(r *rig) {
		t := r.t
		if s := r.account.State(); s.Reason != whyWrongAccount {
			t.Errorf("the state is %v", s)
		}
	})
}

// A peer that dials again takes the place of its old connection, and nothing is heard twice.
func TestAPeerThatDialsAgain(t *testing.T) {
	play(t, true, onebottest.Options{}, Options{}, func(r *rig) {
		r.away("一")
		r.wait(5 * time.Second)
		second := make(chan error, 1)
		go func() { second <- r.server.Connect(r.t.Context(), "ws://bot/", r.net.Dial) }()
		r.wait(3 * time.Second)
		r.away("二")
		r.wait(time.Minute)
		r.expect("一", "二")
		r.stop()
		r.server.Drop()
		<-second
	})
}

// A second answer to one request is nobody's: it is not taken for that of the next.
func TestAPeerThatAnswersTwice(t *testing.T) {
	play(t, false, onebottest.Options{Twice: true}, Options{}, func(r *rig) {
		t := r.t
		for i := range 5 {
			receipt, err := r.do(bot.Effect{Kind: bot.Say, Text: fmt.Sprint(i)})
			list := r.server.Sent()
			if err != nil || len(list) != i+1 || receipt.Sent != fmt.Sprint(list[i].ID) {
				t.Errorf("the receipt says %q, %v; sent %+v", receipt.Sent, err, list)
			}
		}
	})
}

// Of several accounts on one port, one that does not say which it is cannot push out the one that did.
func TestANamelessPeerTakesNoPlace(t *testing.T) {
	play(t, true, onebottest.Options{}, Options{SelfID: "10000"}, func(r *rig) {
		t := r.t
		client := &http.Client{Transport: &http.Transport{DialContext: r.net.Dial, DisableKeepAlives: true}}
		conn, resp, err := websocket.Dial(t.Context(), "ws://bot/", &websocket.DialOptions{HTTPClient: client})
		if err == nil {
			_ = conn.CloseNow()
		}
		if resp == nil || resp.StatusCode != http.StatusForbidden {
			t.Errorf("a nameless peer is answered %+v, %v", resp, err)
		}
		r.away("一")
		r.settle()
		r.expect("一")
		if !r.account.State().Reached {
			t.Error("the account is gone")
		}
	})
}

func TestARoleOfOneHalfIsRefused(t *testing.T) {
	s := &listener{Account: New(Options{Token: "t"})}
	for _, c := range []struct {
		token, query, role string
		want               int
	}{
		{"Bearer t", "", "", 0},
		{"Token t", "", "Universal", 0},
		{"", "?access_token=t", "universal", 0},
		{"Bearer t", "", "API", http.StatusBadRequest},
		{"Bearer t", "", "Event", http.StatusBadRequest},
		{"Bearer T", "", "", http.StatusForbidden},
		{"t", "", "", http.StatusUnauthorized},
		{"", "?access_token=x", "", http.StatusForbidden},
	} {
		r, err := http.NewRequest(http.MethodGet, "http://bot/ws"+c.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", c.token)
		r.Header.Set("X-Client-Role", c.role)
		if got, why := s.refuse(r, ""); got != c.want {
			t.Errorf("%+v: %d %s", c, got, why)
		}
	}
}
