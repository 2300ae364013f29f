package wechat

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"sixtwenty/bot"
	"sixtwenty/wechatbox"
)

// badServers are the ways in which a server of one's stream can misbehave.
func badServers() map[string]wechatbox.Fault {
	body := func(path, text string) wechatbox.Fault { return wechatbox.Fault{Path: path, Body: &text} }
	ret := func(path string, n int) wechatbox.Fault { return wechatbox.Fault{Path: path, Ret: &n} }
	return map[string]wechatbox.Fault{
		"synccheck 500":              {Path: "synccheck", Status: 500},
		"synccheck page":             body("synccheck", "<html>hello"),
		"synccheck 1203":             ret("synccheck", 1203),
		"synccheck 1205":             ret("synccheck", 1205),
		"synccheck down":             {Path: "synccheck", Drop: true},
		"synccheck says 2 for ever":  {Path: "synccheck", Selector: "2"},
		"synccheck says 7 for ever":  {Path: "synccheck", Selector: "7"},
		"synccheck says 0 at once":   body("synccheck", `window.synccheck={retcode:"0",selector:"0"}`),
		"webwxsync 500":              {Path: "webwxsync", Status: 500},
		"webwxsync page":             body("webwxsync", "<html>hello"),
		"webwxsync down":             {Path: "webwxsync", Drop: true},
		"webwxsync cut":              {Path: "webwxsync", Truncate: 40},
		"webwxsync {}":               body("webwxsync", "{}"),
		"webwxsync null":             body("webwxsync", "null"),
		"webwxsync []":               body("webwxsync", "[]"),
		"webwxsync without key":      body("webwxsync", `{"BaseResponse":{"Ret":0}}`),
		"webwxsync count 0":          body("webwxsync", `{"BaseResponse":{"Ret":0},"SyncKey":{"Count":0,"List":[]}}`),
		"webwxsync count too small":  body("webwxsync", `{"BaseResponse":{"Ret":0},"SyncKey":{"Count":1,"List":[{"Key":1,"Val":2},{"Key":2,"Val":3}]}}`),
		"webwxsync -1":               ret("webwxsync", -1),
		"webwxbatchgetcontact 500":   {Path: "webwxbatchgetcontact", Status: 500, Count: 2},
		"webwxbatchgetcontact empty": body("webwxbatchgetcontact", `{"BaseResponse":{"Ret":0},"ContactList":[]}`),
		"everything down":            {Drop: true},
	}
}

// TestBadServer lets the server misbehave for ten minutes: the account must stay calm, say so, lose nothing, and recover.
func TestBadServer(t *testing.T) {
	for name, fault := range badServers() {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(r *rig) {
				t := r.t
				r.start()
				r.settle()
				_, err := r.box.Break(fault)
				must(t, err)
				r.say("林老师", "小六", "听得到吗")
				for window := range 60 {
					before := r.total()
					time.Sleep(10 * time.Second)
					synctest.Wait()
					if n := r.total() - before; n > 14 || window > 12 && n > 4 {
						t.Errorf("%d requests in ten seconds, after %d", n, 10*window)
					}
				}
				heardBefore := r.in.take()
				r.box.Mend(0)
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				list := append(heardBefore, r.heard()...)
				texts := 0
				for _, e := range list {
					if e.Text == "听得到吗" {
						texts++
					}
				}
				if texts != 1 {
					t.Errorf("heard %d times: %+v", texts, list)
				}
				if s := r.account.State(); s.Name != bot.Online {
					t.Errorf("state %s", s)
				}
				if len(r.codes) != 1 {
					t.Errorf("%d codes", len(r.codes))
				}
			})
		})
	}
}

func TestStatesWhileDown(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.settle()
		r.states = nil
		_, err := r.box.Break(wechatbox.Fault{Drop: true})
		must(t, err)
		time.Sleep(3 * time.Minute)
		r.box.Mend(0)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		var names []bot.StateName
		for _, s := range r.states {
			names = append(names, s.Name)
		}
		if fmt.Sprint(names) != "[suspect offline online]" {
			t.Errorf("states %v", names)
		}
	})
}

func TestFirstSignInWaitsForTheServer(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		_, err := r.box.Break(wechatbox.Fault{Status: 502, Count: 12})
		must(t, err)
		r.start()
		time.Sleep(time.Hour)
		synctest.Wait()
		if r.account.State().Name != bot.Online {
			t.Errorf("state %s", r.account.State())
		}
		if n := r.total(); n > 400 {
			t.Errorf("%d requests", n)
		}
	})
}

// TestSignInNonsense: whatever the steps of the sign-in answer, a later code works.
func TestSignInNonsense(t *testing.T) {
	for path, bodies := range map[string][]string{
		"jslogin":           {"", "<html>"},
		"login":             {"", "<html>", `window.code=200;`, `window.code=200; window.redirect_uri="https://evil.example/x";`, `window.code=999;`},
		"webwxnewloginpage": {"", "{}", "<error><ret>1203</ret></error>", "<error><ret>0</ret></error>", "<error><ret>0</ret><wxuin>1</wxuin><wxsid>x</wxsid></error>"},
		"webwxinit":         {"", "{}", "null", `{"BaseResponse":{"Ret":0}}`, `{"BaseResponse":{"Ret":1}}`, `{"BaseResponse":{"Ret":0},"User":{"UserName":"@x"}}`},
		"webwxstatusnotify": {"", "{}"},
		"webwxgetcontact":   {"", "{}", `{"BaseResponse":{"Ret":1}}`},
	} {
		for _, body := range bodies {
			t.Run(path+body, func(t *testing.T) {
				inBubble(t, func(r *rig) {
					t := r.t
					_, err := r.box.Break(wechatbox.Fault{Path: path, Body: &body, Count: 3})
					must(t, err)
					r.start()
					time.Sleep(20 * time.Minute)
					synctest.Wait()
					if s := r.account.State(); s.Name != bot.Online || r.total() > 120 {
						t.Fatalf("state %s after %d requests", s, r.total())
					}
					r.say("小明", club, "在吗")
					if e := r.one(); e.From.Nick != "小明" {
						t.Errorf("event %+v", e)
					}
				})
			})
		}
	}
}

// TestListsCannotBeRead: words must not wait for ever for the names of those who said them.
func TestListsCannotBeRead(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		_, err := r.box.Break(wechatbox.Fault{Path: "webwxbatchgetcontact", Status: 500})
		must(t, err)
		must(t, r.box.Befriend("林老师", "小红"))
		r.say("小明", club, "一")
		must(t, r.box.Invite("林老师", club, "小红"))
		time.Sleep(time.Minute)
		list := r.heard()
		if len(list) != 2 || list[0].Text != "一" || list[0].From.Person == "" || list[1].Kind != bot.Joined || list[1].Roster != nil {
			t.Fatalf("events %+v", list)
		}
		r.box.Mend(0)
		time.Sleep(time.Minute)
		r.say("小明", club, "二")
		again := r.heard()
		if len(again) != 2 || again[0].Kind != bot.Listed || len(again[0].Roster) != 7 || again[1].From.Person != list[0].From.Person || again[1].From.Nick != "小明" {
			t.Fatalf("events %+v", again)
		}
	})
}

func TestHotSignInWaitsForTheServer(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.end()
		_, err := r.box.Break(wechatbox.Fault{Drop: true})
		must(t, err)
		r.start()
		time.Sleep(time.Hour)
		synctest.Wait()
		if s := r.account.State(); s.Name != bot.Offline {
			t.Errorf("state %s", s)
		}
		r.box.Mend(0)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if len(r.codes) != 1 || r.account.State().Name != bot.Online {
			t.Errorf("%d codes, state %s", len(r.codes), r.account.State())
		}
	})
}

func TestDamagedPlaceAsksForAScan(t *testing.T) {
	for _, place := range []string{"{", "{}", `{"session":"s"}`, `{"session":"s","domain":"wx.qq.com","sid":"x","key":{"sync":{"Count":3,"List":[]}}}`} {
		inBubble(t, func(r *rig) {
			t := r.t
			r.in.place = []byte(place)
			r.start()
			if len(r.codes) != 1 || r.account.State().Name != bot.Online {
				t.Errorf("%d codes, state %s", len(r.codes), r.account.State())
			}
		})
	}
}

// TestMarkComesFirst: the service is told that a batch is done with only after it was kept.
func TestMarkComesFirst(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		r.settle()
		r.in.mu.Lock()
		r.in.deaf = errors.New("the disk is full")
		place := string(r.in.place)
		r.in.mu.Unlock()
		r.say("小明", club, "一")
		r.settle()
		r.in.mu.Lock()
		if string(r.in.place) != place {
			t.Error("the place moved")
		}
		r.in.deaf = nil
		r.in.mu.Unlock()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		list := r.heard()
		if len(list) != 2 || list[1].Text != "一" || r.in.repeats < 2 {
			t.Errorf("events %+v, %d repeats", list, r.in.repeats)
		}
		if string(r.in.place) == place {
			t.Error("the place did not move")
		}
	})
}

func TestSplitCheckKeyAndAckDrop(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.box.Behave(func(b *wechatbox.Behaviour) { b.SplitCheckKey, b.AckDrop = true, true })
		r.start()
		for i := range 120 {
			r.say("小明", club, fmt.Sprint(i))
		}
		n := 0
		for _, e := range r.heard() {
			if e.Kind == bot.Message {
				if e.Text != fmt.Sprint(n) {
					t.Fatalf("message %d says %s", n, e.Text)
				}
				n++
			}
		}
		if n != 120 {
			t.Errorf("%d messages", n)
		}
		before := r.total()
		time.Sleep(10 * time.Minute)
		if n := r.total() - before; n > 60 {
			t.Errorf("%d requests while nothing happened", n)
		}
	})
}

func TestNoSecretIsLogged(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		chat := r.chat()
		for _, f := range []wechatbox.Fault{{Drop: true, Count: 6}, {Status: 500, Count: 6}} {
			_, err := r.box.Break(f)
			must(t, err)
			_, err = r.do(bot.Effect{ID: "x", Kind: bot.Say, Chat: chat, Text: "机密文本"})
			if err == nil {
				t.Error("nothing failed")
			} else if leak := r.leak(err.Error()); leak != "" {
				t.Errorf("the error holds %s", leak)
			}
			time.Sleep(5 * time.Minute)
		}
		synctest.Wait()
		entries := r.logs.All()
		if len(entries) < 3 {
			t.Fatalf("only %d log lines", len(entries))
		}
		for _, e := range entries {
			if leak := r.leak(fmt.Sprint(e.Message, e.ContextMap())); leak != "" {
				t.Errorf("%q holds %s", e.Message, leak)
			}
		}
	})
}

// TestSessionsThatEndAtOnce are not followed by one another as fast as the phone confirms.
func TestSessionsThatEndAtOnce(t *testing.T) {
	inBubble(t, func(r *rig) {
		t := r.t
		r.start()
		out := 1100
		_, err := r.box.Break(wechatbox.Fault{Path: "synccheck", Ret: &out})
		must(t, err)
		before, began := r.total(), r.count("webwxinit")
		time.Sleep(10 * time.Minute)
		if n, again := r.total()-before, r.count("webwxinit")-began; n > 300 || again < 3 || again > 25 {
			t.Errorf("%d requests and %d sign-ins in ten minutes", n, again)
		}
		r.box.Mend(0)
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		if s := r.account.State(); s.Name != bot.Online {
			t.Errorf("then %s", s)
		}
	})
}

// TestASignInThatGoesRoundDoesNotSpin: a server that says at once that a code expired, or was scanned, says so again at once.
func TestASignInThatGoesRoundDoesNotSpin(t *testing.T) {
	for _, answer := range []string{"window.code=400;", "window.code=201;window.userAvatar = '';", "window.code=408;"} {
		inBubble(t, func(r *rig) {
			t := r.t
			_, err := r.box.Break(wechatbox.Fault{Path: "login", Body: &answer})
			must(t, err)
			r.start()
			before := r.total()
			time.Sleep(5 * time.Minute)
			if n := r.total() - before; n < 4 || n > 2*300 {
				t.Errorf("%s: %d requests in five minutes", answer, n)
			}
			r.box.Mend(0)
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			if s := r.account.State(); s.Name != bot.Online {
				t.Errorf("%s: then %s", answer, s)
			}
		})
	}
}
