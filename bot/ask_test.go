package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

func TestABrokenHandleEndsTheBot(t *testing.T) {
	for name, event := range map[string]Event{"engine": says("小明", "hi"), "outbox": {}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				db := storetest.Broken(storetest.Open(t))
				playOn(t, db, Options{Features: []Feature{counter()}}, func(r *rig) {
					r.svc.answers(func(context.Context, Effect) error { time.Sleep(time.Minute); return nil })
					r.put(says("小明", "/数"))
					db.Fail(storetest.DiskFull)
					err := r.db.Update(r.t.Context(), func(tx store.Tx) error { return tx.Put("test", "k", nil) })
					if !errors.Is(err, store.ErrUnknownOutcome) {
						t.Fatal(err)
					}
					if event.Kind != "" {
						r.give(event)
					} else {
						r.wind(time.Minute)
					}
					if err := r.fails(); !errors.Is(err, store.ErrBroken) {
						t.Errorf("it ended with %v", err)
					}
				})
			})
		})
	}
}

func TestRunTellsHowItEnded(t *testing.T) {
	own := errors.New("the account's own fault")
	for _, c := range []struct {
		name    string
		run     func(ctx context.Context, in Inbox) error
		stopped bool
		want    error
	}{
		{"the account ends", func(context.Context, Inbox) error { return nil }, false, ErrSignedOut},
		{"the account fails", func(context.Context, Inbox) error { return own }, false, own},
		{"the account gives up something of its own", func(context.Context, Inbox) error {
			return fmt.Errorf("upload: %w", context.Canceled)
		}, false, context.Canceled},
		{"it is stopped", nil, true, nil},
		{"it is stopped, and the account fails on the way out", func(ctx context.Context, _ Inbox) error {
			<-ctx.Done()
			return own
		}, true, own},
	} {
		t.Run(c.name, func(t *testing.T) {
			play(t, Options{}, func(r *rig) {
				r.stop()
				r.svc = &service{ready: make(chan Inbox, 1), run: c.run}
				r.launch()
				if c.stopped {
					r.end()
				}
				if err := r.fails(); !errors.Is(err, c.want) || c.want == nil && err != nil {
					t.Errorf("it ended with %v, expected %v", err, c.want)
				}
			})
		})
	}
}

func TestAsk(t *testing.T) {
	late := plain("群里", func(_ context.Context, c *Call) error {
		c.Say(fmt.Sprint(c.Event.Chat.Group, c.Event.Chat.Name, c.Role == Owner))
		c.Send(Effect{Kind: Say, Text: "群里听到"})
		return nil
	})
	late.Where = InGroup
	broken := plain("坏", func(context.Context, *Call) error { return errBoom })
	play(t, Options{Features: []Feature{declare("f", late, broken), counter()}}, func(r *rig) {
		r.put(says("小明", "hi"))
		for _, c := range []struct{ text, want string }{
			{"/群里", "true六点二十读书会true"},
			{"/数", "数到了"},
			{"/数 多", "这样写：/数"},
			{"/没有的", "没有 /没有的 这个指令，发 /帮助 看看能做什么。"},
			{"不是指令", ""},
		} {
			open := r.db.hold(t)
			type reply struct {
				said []string
				err  error
			}
			replied := make(chan reply, 1)
			go func() {
				said, err := r.bot.Ask(r.t.Context(), Event{Chat: Chat{ID: club.ID, Group: true}, Text: c.text})
				replied <- reply{said, err}
			}()
			synctest.Wait()
			if len(replied) > 0 {
				t.Fatalf("%s is answered before the commit", c.text)
			}
			open()
			got := <-replied
			if got.err != nil || strings.Join(got.said, "|") != c.want {
				t.Errorf("%s: %q, %v", c.text, got.said, got.err)
			}
			synctest.Wait()
		}
		r.expect(club, "群里听到")
		said, err := r.bot.Ask(r.t.Context(), Event{Text: "/坏"})
		if err != nil || len(said) != 1 || !strings.Contains(said[0], "出错了") {
			t.Errorf("a failing command: %q, %v", said, err)
		}
		if n := r.tally("command"); n != 1 {
			t.Errorf("counted %d", n)
		}
		ctx, cancel := context.WithCancel(r.t.Context())
		cancel()
		if _, err := r.bot.Ask(ctx, Event{Text: "/数"}); !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up is told %v", err)
		}
		r.stop()
		if _, err := r.bot.Ask(r.t.Context(), Event{Text: "/数"}); !errors.Is(err, ErrStopped) {
			t.Errorf("a stopped bot says %v", err)
		}
	})
}

func TestWhoAsksWhileTheBotStopsIsLetGo(t *testing.T) {
	play(t, Options{Features: []Feature{counter()}}, func(r *rig) {
		r.db.stopAt(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		told := make(chan error, 1)
		go func() {
			_, err := r.bot.Ask(context.Background(), Event{Text: "/数"})
			told <- err
		}()
		synctest.Wait()
		r.stop()
		if err := <-told; !errors.Is(err, ErrStopped) {
			t.Errorf("told %v", err)
		}
	})
}

func TestStatusMayBeAskedAtAnyTime(t *testing.T) {
	play(t, Options{Features: []Feature{counter()}}, func(r *rig) {
		r.stop()
		r.svc = &service{ready: make(chan Inbox, 1)}
		asked := make(chan struct{})
		b, err := New(Options{Account: r.svc, DB: r.db})
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			defer close(asked)
			for range 1000 {
				b.Status()
			}
		}()
		ctx, cancel := context.WithCancel(r.t.Context())
		cancel()
		if err := b.Run(ctx); err != nil {
			t.Errorf("a bot that is stopped before it begins: %v", err)
		}
		<-asked
		if got := b.Status().Started; !got.Equal(noon) {
			t.Errorf("started %v", got)
		}
	})
}
