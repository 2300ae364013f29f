package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

func TestTheSameEventTwice(t *testing.T) {
	play(t, Options{Features: []Feature{counter()}}, func(r *rig) {
		e := says("小明", "/数")
		e.ID, e.At = "m/x", time.Now()
		open := r.db.hold(t)
		r.give(says("小明", "先来一句")) // the engine stops at this one, so that the others wait together
		synctest.Wait()
		r.give(e)
		r.give(e)
		open()
		synctest.Wait()
		r.put(e)
		r.restart()
		r.put(e)
		r.wind(6 * 24 * time.Hour)
		r.put(e)
		if n := r.tally("command"); n != 1 {
			t.Errorf("handled %d times", n)
		}
		r.expect(club, "数到了")
	})
}

// A service that was away tells old things, and may tell them again: how old they are must not make their marks go sooner.
func TestOldAndOddEventsAreHandledOnce(t *testing.T) {
	play(t, Options{Features: []Feature{counter()}}, func(r *rig) {
		for _, at := range []time.Time{{}, time.Unix(0, 0), noon.AddDate(0, -1, 0), noon.AddDate(80, 0, 0)} {
			e := says("小明", "hi")
			e.ID, e.At = "m/"+at.String(), at
			for range 3 {
				if err := r.in.Put(r.t.Context(), e); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
			}
		}
		if n := r.tally("message"); n != 4 {
			t.Errorf("4 events were handled %d times", n)
		}
	})
}

func TestSeenMarksGoAfterAWeek(t *testing.T) {
	play(t, Options{Features: []Feature{counter()}}, func(r *rig) {
		for range 500 {
			r.give(says("小明", "hi"))
		}
		synctest.Wait()
		if n := rows(r, seen); n != 500 || rows(r, seenDays) != n {
			t.Fatalf("%d marks", n)
		}
		r.wind(9 * 24 * time.Hour)
		for range 4 {
			r.put(says("小明", "hi"))
		}
		if n := rows(r, seen); n != 4 || rows(r, seenDays) != n {
			t.Errorf("%d marks are left", n)
		}
	})
}

// hold stops every transaction until the test lets them go.
func (s *spy) hold(t *testing.T) (release func()) {
	t.Helper()
	held := make(chan struct{})
	s.stopAt(func(ctx context.Context) error {
		select {
		case <-held:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	return func() { s.stopAt(nil); close(held) }
}

func TestAStormIsFewCommits(t *testing.T) {
	play(t, Options{Features: []Feature{counter()}}, func(r *rig) {
		open := r.db.hold(t)
		r.give(says("小明", "先来一句"))
		synctest.Wait()
		for range 1000 {
			r.give(says("小明", "hi"))
		}
		before := r.db.count()
		open()
		synctest.Wait()
		if n := r.db.count() - before; n > 4 {
			t.Errorf("%d commits", n)
		}
		if n := r.tally("message"); n != 1001 {
			t.Errorf("%d were handled", n)
		}
	})
}

func TestMarkIsKeptAfterWhatItCovers(t *testing.T) {
	play(t, Options{Features: []Feature{counter()}}, func(r *rig) {
		if place, err := r.in.Place(r.t.Context()); err != nil || place != nil {
			t.Fatalf("at first: %q, %v", place, err)
		}
		open := r.db.hold(t)
		r.give(says("小明", "hi"))
		marked := make(chan error, 1)
		go func() { marked <- r.in.Mark(r.t.Context(), []byte("here")) }()
		synctest.Wait()
		select {
		case err := <-marked:
			t.Fatalf("marked before the commit: %v", err)
		default:
		}
		open()
		if err := <-marked; err != nil {
			t.Fatal(err)
		}
		if n := r.tally("message"); n != 1 {
			t.Errorf("marked, but handled %d times", n)
		}
		r.restart()
		if place, err := r.in.Place(r.t.Context()); err != nil || string(place) != "here" {
			t.Errorf("after the start: %q, %v", place, err)
		}
		if err := r.in.Mark(r.t.Context(), make([]byte, store.MaxValue+1)); !errors.Is(err, store.ErrTooLarge) {
			t.Errorf("a place too large: %v", err)
		}
		r.put(says("小明", "hi"))
		if n := r.tally("message"); n != 2 {
			t.Errorf("after it, %d were handled", n)
		}
	})
}

func TestWhatAnAccountMustNotTell(t *testing.T) {
	play(t, Options{}, func(r *rig) {
		for _, e := range []Event{
			{Kind: Message},
			{Kind: Message, ID: strings.Repeat("x", 1<<20)},
			{Kind: Asked, ID: "x", Text: "/停"},
			{Kind: Tick, ID: "x"},
		} {
			if err := r.in.Put(r.t.Context(), e); err == nil {
				t.Errorf("%s with an ID of %d bytes is taken", e.Kind, len(e.ID))
			}
		}
	})
}

func TestAStoreThatFailsForAWhile(t *testing.T) {
	play(t, Options{Features: []Feature{counter()}}, func(r *rig) {
		r.db.stopAt(func(context.Context) error { return syscall.ENOSPC })
		r.put(says("小明", "/数"))
		r.put(says("小明", "hi"))
		r.wind(time.Minute)
		if err := r.bot.Status().Fault; !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("the fault is %v", err)
		}
		if n := r.db.count(); n > 10 {
			t.Errorf("%d transactions were tried", n)
		}
		r.expect(club)
		r.db.stopAt(nil)
		r.wind(maxPause)
		if c, m := r.tally("command"), r.tally("message"); c != 1 || m != 1 {
			t.Errorf("handled %d and %d times", c, m)
		}
		r.expect(club, "数到了")
		if err := r.bot.Status().Fault; err != nil {
			t.Errorf("the fault is still %v", err)
		}
	})
}

func TestACommitOfUnknownOutcomeEndsTheBot(t *testing.T) {
	for name, fault := range map[string]storetest.Failure{"kept": storetest.AnswerLost, "not kept": storetest.DiskFull} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				db := storetest.Broken(storetest.Open(t))
				playOn(t, db, Options{Features: []Feature{counter()}}, func(r *rig) {
					e := says("小明", "/数")
					e.ID, e.At = "m/x", time.Now()
					db.Fail(fault)
					r.give(e)
					if err := r.fails(); !errors.Is(err, store.ErrUnknownOutcome) {
						t.Fatalf("it ended with %v", err)
					}
					db.Reopen()
					r.restart()
					r.put(e)
					if n := r.tally("command"); n != 1 {
						t.Errorf("handled %d times", n)
					}
					r.expect(club, "数到了")
				})
			})
		})
	}
}

func TestAnOutcomeThatCannotBeKeptEndsTheBot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := storetest.Broken(storetest.Open(t))
		playOn(t, db, Options{Features: []Feature{counter()}}, func(r *rig) {
			r.svc.answers(func(context.Context, Effect) error {
				db.Fail(storetest.DiskFull)
				return nil
			})
			r.give(says("小明", "/数"))
			if err := r.fails(); !errors.Is(err, store.ErrUnknownOutcome) {
				t.Fatalf("it ended with %v", err)
			}
			db.Reopen()
			r.restart()
			r.wind(time.Minute)
			r.expect(club, "数到了") // once: it may have been said
			if got := r.states(); !slices.Equal(got, []State{Lost}) {
				t.Errorf("%v", got)
			}
		})
	})
}

// Whoever broke the store's handle, the others do not wait for it to get well.
func TestHostileEvents(t *testing.T) {
	megabyte := strings.Repeat("名", 1<<20/3)
	echo := plain("学", func(_ context.Context, c *Call) error { c.Say(c.Arg("话")); return nil })
	echo.Args = "[话...]"
	play(t, Options{Features: []Feature{declare("f", echo), counter()}}, func(r *rig) {
		named := func(m Member, text string) Event {
			return Event{Kind: Message, Chat: club, From: m, Text: text}
		}
		r.put(says("小明", megabyte))
		r.put(says("小明", "/"+megabyte))
		r.put(says("小明", strings.Repeat("/", 1<<20)))
		r.expect(club)
		r.put(says("小明", "/学 "+megabyte))
		if got := r.heard(club); len(got) != 1 || !strings.Contains(got[0], "出错了") {
			t.Fatalf("too long an answer: %d texts", len(got))
		}
		huge := Member{Person: "p/h", Nick: megabyte, Card: megabyte, Known: slices.Repeat([]string{megabyte}, 50)}
		r.put(named(huge, "/学 一"))
		r.put(Event{Kind: Listed, Chat: club, Roster: slices.Repeat([]Member{huge, {}}, 3*MaxMembers)})
		r.put(Event{Kind: GroupRenamed, Chat: Chat{ID: club.ID, Group: true, Name: megabyte}})
		r.put(named(Member{Person: "p/x", Nick: "\x00\u202e<b>\n\"@所有人\u2005", Card: "\xff"}, "/学"))
		r.put(named(member("小明"), "/学 二"))
		r.expect(club, "一", "", "二")
		// What no store can keep is passed over; what comes after it is not.
		r.put(named(Member{Person: PersonID(megabyte), Nick: "x"}, "/学 三"))
		r.put(Event{Kind: Message, Chat: Chat{ID: ChatID(megabyte), Group: true, Name: "六点二十"}, From: member("x"), Text: "/学 三"})
		r.put(named(member("小明"), "/学 四"))
		r.expect(club, "四")
		if n := r.logs.FilterMessageSnippet("passed over").Len(); n != 2 {
			t.Errorf("%d were passed over", n)
		}
		for _, row := range all(r, members) {
			if len(row.Nick) > maxKeptName || len(row.Card) > maxKeptName || len(row.Known) > maxKnown {
				t.Errorf("%d bytes of a name are kept, %d of a card, %d others", len(row.Nick), len(row.Card), len(row.Known))
			}
		}
	})
}

func TestAnEventWithoutANameKeepsTheName(t *testing.T) {
	play(t, Options{}, func(r *rig) {
		r.put(Event{Kind: Message, Chat: club, From: Member{Person: "p/x", Nick: "小明", Card: "明哥"}, Text: "hi"})
		r.put(Event{Kind: Tickled, Chat: Chat{ID: club.ID, Group: true}, From: Member{Person: "p/x"}})
		r.update(func(tx store.Tx) error {
			if name, err := NameIn(tx, club.ID, "p/x"); err != nil || name != "明哥" {
				t.Errorf("in the group %q, %v", name, err)
			}
			if name, err := NameIn(tx, "", "p/x"); err != nil || name != "小明" {
				t.Errorf("elsewhere %q, %v", name, err)
			}
			if row, _, err := chats.Get(tx, club.ID); err != nil || row.Name != club.Name {
				t.Errorf("the group is %q, %v", row.Name, err)
			}
			return nil
		})
	})
}
