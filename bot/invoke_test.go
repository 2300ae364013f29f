package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"sixtwenty/store"
)

// breaker does everything a feature can ask for, and then fails in one way or another.
func breaker() Feature {
	fail := func(end func(c *Call) error) Run {
		return func(_ context.Context, c *Call) error {
			c.Say("不该听到")
			c.Send(Effect{Kind: Say, Chat: "c/别人", Text: "不该听到"})
			err := errors.Join(
				count(c, "broken"), c.After(time.Minute, "timer", "", nil), c.Work("work", "", nil),
				c.Emit("fact", nil), c.Silence(true), c.Grant(c.Event.From.Person, "", Owner), c.Follow(false),
			)
			if err != nil {
				return err
			}
			return end(c)
		}
	}
	f := declare(
		"breaker",
		plain("错", fail(func(*Call) error { return errBoom })),
		plain("慌", fail(func(*Call) error { panic("hostile text") })),
		plain("空", fail(func(c *Call) error { return count(nil, c.Arg("x")) })),
		plain("拒", fail(func(*Call) error { return Refuse(Text{"不行，%s", "No, %s"}, "改天吧") })),
		plain("裹", fail(func(*Call) error { return fmt.Errorf("so: %w", Refuse(Text{"也不行", "nor that"})) })),
	)
	f.Timers = map[string]Run{"timer": func(_ context.Context, c *Call) error { return count(c, "broken") }}
	f.Works = map[string]func(context.Context, Work) (any, error){"work": func(context.Context, Work) (any, error) { return nil, nil }}
	f.Watches = []Watch{
		watch("breaker.fact", func(_ context.Context, c *Call) error { return count(c, "broken") }),
		watch(Message, fail(func(*Call) error { panic(errBoom) })),
	}
	return f
}

func TestAFailureUndoesItselfAlone(t *testing.T) {
	// The counter comes after the breaker, and hears all the same.
	play(t, Options{Features: []Feature{breaker(), counter()}}, func(r *rig) {
		failed := regexp.MustCompile(`^@小明\x{2005}出错了，已记录（([a-z2-7]{6})）$`)
		for _, text := range []string{"/错", "/慌", "/空"} {
			r.put(says("小明", text))
			got := r.heard(club)
			if len(got) != 1 || !failed.MatchString(got[0]) {
				t.Fatalf("%s: heard %q", text, got)
			}
			id := failed.FindStringSubmatch(got[0])[1]
			logged := r.logs.FilterLevelExact(zapcore.ErrorLevel).All()
			r.logs.TakeAll()
			if n := len(logged); n != 2 || logged[1].ContextMap()["id"] != id { // the store runs everything twice
				t.Errorf("%s: %d lines are logged, the last with %v", text, n, logged[n-1].ContextMap()["id"])
			}
		}
		r.put(says("小明", "/拒"))
		r.expect(club, "@小明\u2005不行，改天吧")
		r.put(tells("小明", "/裹"))
		r.expect(home("小明"), "也不行")
		if n := r.logs.FilterLevelExact(zapcore.ErrorLevel).Len(); n != 0 {
			t.Errorf("%d lines are logged of a refusal", n)
		}
		r.put(says("小明", "hi"))
		r.expect(club) // nobody asked the watch, so nobody is told
		if n := r.tally("message"); n != 1 {
			t.Errorf("the other feature heard %d", n)
		}
		r.wind(time.Hour)
		r.expect(Chat{ID: "c/别人"})
		if n := r.tally("broken") + rows(r, timers) + rows(r, works) + rows(r, roles) + rows(r, overrides); n != 0 {
			t.Errorf("%d things are left", n)
		}
		if !r.in.Follows(club) {
			t.Error("the group is left")
		}
		r.put(says("小明", "/数"))
		r.expect(club, "数到了")
	})
}

// An event that is refused was seen: it is not handled again.
func TestARefusalIsOnce(t *testing.T) {
	play(t, Options{Features: []Feature{breaker()}}, func(r *rig) {
		e := says("小明", "/拒")
		e.ID = "m/x"
		r.put(e)
		r.put(e)
		r.restart()
		r.put(e)
		r.expect(club, "@小明\u2005不行，改天吧")
	})
}

// What a feature makes of the store's error is not what becomes of the transaction.
func TestAStoreErrorCannotBeSwallowed(t *testing.T) {
	var bad atomic.Bool
	bad.Store(true)
	f := declare("f", plain("吞", func(_ context.Context, c *Call) error {
		if bad.Load() {
			c.run.watch.Tx = deafTx{c.run.watch.Tx}
		}
		_ = count(c, "x") // never mind
		c.Say("好")
		return nil
	}))
	play(t, Options{Features: []Feature{f}}, func(r *rig) {
		r.put(says("小明", "/吞"))
		r.expect(club)
		if rows(r, seen) != 0 {
			t.Error("it is marked seen")
		}
		bad.Store(false)
		r.wind(time.Minute)
		r.expect(club, "好")
		if n := r.tally("x"); n != 1 {
			t.Errorf("counted %d", n)
		}
	})
}

// deafTx cannot read any more.
type deafTx struct{ store.Tx }

func (deafTx) Get(string, string) ([]byte, error) { return nil, errBoom }

func TestFactsAreBounded(t *testing.T) {
	f := declare("f", plain("数数", func(_ context.Context, c *Call) error { return c.Emit("tick", nil) }))
	f.Watches = []Watch{watch("f.tick", func(_ context.Context, c *Call) error { return errors.Join(count(c, "fact"), c.Emit("tick", nil)) })}
	play(t, Options{Features: []Feature{f}}, func(r *rig) {
		r.put(says("小明", "/数数"))
		if n := r.tally("fact"); n != maxFacts {
			t.Errorf("%d facts", n)
		}
		if r.logs.FilterMessageSnippet("too many facts").Len() == 0 {
			t.Error("it is not logged")
		}
		r.put(says("小明", "/数数"))
		if n := r.tally("fact"); n != 2*maxFacts {
			t.Errorf("%d facts after the second", n)
		}
	})
}

func TestAFactIsToldOnceToAll(t *testing.T) {
	type paid struct{ Sum int }
	f := declare("f", plain("付", func(_ context.Context, c *Call) error { return c.Emit("paid", paid{7}) }))
	hear := func(key string) Watch {
		return watch("f.paid", func(_ context.Context, c *Call) error {
			var p paid
			if err := c.Decode(&p); err != nil || c.Event.From.Person != "p/小明" || c.Event.Chat.ID != club.ID {
				return fmt.Errorf("%v %v %w", p, c.Event, err)
			}
			return count(c, fmt.Sprint(key, p.Sum))
		})
	}
	f.Watches = []Watch{hear("one")}
	g := declare("g")
	g.Watches = []Watch{hear("two")}
	play(t, Options{Features: []Feature{f, g}}, func(r *rig) {
		r.put(says("小明", "/付"))
		if a, b := r.tally("one7"), r.tally("two7"); a != 1 || b != 1 {
			t.Errorf("told %d and %d times", a, b)
		}
	})
}

func TestWhatAFeatureMayNotAskFor(t *testing.T) {
	var got []string
	f := declare("f", plain("问", func(_ context.Context, c *Call) error {
		got = nil
		for _, err := range []error{
			c.After(time.Minute, "none", "", nil), c.Work("none", "", nil),
			c.After(time.Minute, "timer", "", func() {}), c.Work("work", "", func() {}), c.Emit("fact", func() {}),
			c.Tx.Put("", "k", nil),
		} {
			if err != nil {
				got = append(got, err.Error())
			}
		}
		return nil
	}))
	f.Timers = map[string]Run{"timer": nothing}
	f.Works = map[string]func(context.Context, Work) (any, error){"work": func(context.Context, Work) (any, error) { return nil, nil }}
	play(t, Options{Features: []Feature{f}}, func(r *rig) {
		r.put(says("小明", "/问"))
		if len(got) != 6 {
			t.Errorf("refused: %s", strings.Join(got, "\n"))
		}
		if rows(r, timers)+rows(r, works) != 0 || rows(r, seen) != 1 {
			t.Error("something is kept")
		}
	})
}

func TestRolesLastForOneSignIn(t *testing.T) {
	grant := plain("授", func(_ context.Context, c *Call) error {
		return errors.Join(c.Grant("p/小明", club.ID, Manager), c.Grant("p/阿杰", "", Owner))
	})
	grant.Who = Owner
	who := plain("我", func(_ context.Context, c *Call) error {
		has, err := c.HasOwner()
		c.Say(fmt.Sprint(RoleName(c.Role).ZH, has))
		return err
	})
	play(t, Options{Features: []Feature{declare("f", grant, who)}}, func(r *rig) {
		expect := func(e Event, want string) {
			r.t.Helper()
			r.put(e)
			r.expect(e.Chat, want)
		}
		r.put(Event{Kind: SignedIn, Text: "session-1"})
		expect(says("小明", "/授"), "@小明\u2005/授 只有机主能用哦。")
		expect(says("阿杰", "/我"), "群友false")
		r.put(tells("阿杰", "hi"))
		r.put(owner(club, "/授"))
		expect(says("小明", "/我"), "管理员true")
		expect(tells("小明", "/我"), "群友true")
		expect(tells("阿杰", "/我"), "机主true")
		expect(owner(club, "/我"), "机主true")
		r.restart()
		expect(says("阿杰", "/我"), "机主true")
		r.put(Event{Kind: SignedIn, Text: "session-2"})
		expect(says("阿杰", "/我"), "群友false")
		expect(says("小明", "/我"), "群友false")
		expect(owner(club, "/我"), "机主false")
	})
}
