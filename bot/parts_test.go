package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sixtwenty/store"
)

// herald sends a broadcast in three parts, and cancels what waits of it.
func herald() Feature {
	send := plain("广播", func(_ context.Context, c *Call) error {
		for i := range 3 {
			c.Send(Effect{
				Kind: Say, Chat: ChatID(fmt.Sprint("c/", i)), Text: "早", Class: Broadcast, Tag: "today",
				NotBefore: c.Now.Add(time.Duration(i) * time.Minute),
			})
		}
		return nil
	})
	stop := plain("撤", func(_ context.Context, c *Call) error {
		n, err := c.Cancel("today")
		c.Say(fmt.Sprint("撤 ", n))
		return err
	})
	order := plain("代说", func(_ context.Context, c *Call) error {
		if c.Arg("什么") == "错" {
			if err := c.Order(c.Event.Chat, c.Event.From, Owner, "/问"); err != nil {
				return err
			}
			return errors.New("undone")
		}
		return c.Order(c.Event.Chat, c.Event.From, Owner, c.Arg("什么"))
	})
	order.Args = "<什么...>"
	ask := plain("问", func(_ context.Context, c *Call) error {
		c.Say(fmt.Sprintf("%s%d%s", c.At(), c.Role, c.Event.From.Nick))
		return nil
	})
	ask.Who = Owner
	return declare("herald", send, stop, order, ask)
}

func (r *rig) parts(tag string) (list []State) {
	r.t.Helper()
	err := r.db.View(r.t.Context(), func(tx store.Reader) error {
		all, err := Parts(tx, tag, 10)
		for _, p := range all {
			list = append(list, p.State)
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

func TestPartsOfABroadcast(t *testing.T) {
	play(t, Options{Features: []Feature{herald()}}, func(r *rig) {
		r.put(says("小明", "/广播"))
		if got := r.parts("today"); !slices.Equal(got, []State{Sent, "", ""}) {
			t.Errorf("at once: %q", got)
		}
		r.wind(time.Minute)
		if n := r.bot.Status().Waiting; n != 1 {
			t.Errorf("%d wait, expected the one that was not sent yet", n)
		}
		r.put(says("小明", "/撤"))
		if n := r.bot.Status().Waiting; n != 0 {
			t.Errorf("%d wait though what was left is taken back", n)
		}
		r.wind(2 * time.Minute)
		r.expect(club, "撤 1")
		if got := r.parts("today"); !slices.Equal(got, []State{Sent, Sent}) {
			t.Errorf("after the rest was cancelled: %q", got)
		}
		r.restart()
		if n := r.bot.Status().Waiting; n != 0 || rows(r, waitingRows) != 0 {
			t.Errorf("%d wait", n)
		}
	})
}

// A broadcast that fails is tried until it expires; small talk is given up.
func TestBroadcastIsTriedWithinItsGrace(t *testing.T) {
	play(t, Options{Features: []Feature{herald(), speaker()}}, func(r *rig) {
		r.svc.answers(func(_ context.Context, e Effect) error {
			if e.Chat == "c/0" || e.Chat == club.ID {
				return errors.New("the service stumbles")
			}
			return nil
		})
		r.put(says("小明", "/广播"))
		r.put(says("小明", "/说 answer 好"))
		r.wind(20 * time.Minute)
		if got := r.parts("today"); !slices.Equal(got, []State{"", Sent, Sent}) {
			t.Errorf("within the grace: %q", got)
		}
		r.expectStates(Sent, Sent, Failed)
		r.svc.answers(func(context.Context, Effect) error { return nil })
		r.wind(2 * time.Minute)
		if got := r.parts("today"); !slices.Equal(got, []State{Sent, Sent, Sent}) {
			t.Errorf("when the service is well: %q", got)
		}
	})
}

func TestOrder(t *testing.T) {
	play(t, Options{Features: []Feature{herald()}}, func(r *rig) {
		r.put(says("小明", "/代说 /问"))
		r.expect(club, fmt.Sprintf("%d小明", Owner))
		r.put(says("小明", "/代说 没有的"))
		r.expect(club, "@小明\u2005没有 /没有的 这个指令，发 /帮助 看看能做什么。")
		r.put(says("小明", "/代说 错"))
		if got := r.heard(club); len(got) != 1 {
			t.Errorf("an undone order was carried out: %q", got)
		}
	})
}

// prepared counts what was prepared.
type prepared struct {
	*service
	done chan Effect
}

func (p prepared) Prepare(_ context.Context, e Effect) error { p.done <- e; return nil }

func TestWorksPrepare(t *testing.T) {
	b := &Bot{account: prepared{&service{}, make(chan Effect, 1)}}
	if err := b.prepare(t.Context(), Effect{Media: "x"}); err != nil {
		t.Fatal(err)
	}
	if e := <-b.account.(prepared).done; e.Media != "x" {
		t.Errorf("prepared %+v", e)
	}
	b.account = &service{}
	if err := b.prepare(t.Context(), Effect{}); err != nil {
		t.Errorf("an account that cannot: %v", err)
	}
}
