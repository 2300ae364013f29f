package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sixtwenty/store"
)

// speaker says what it is told, as an effect of any class.
func speaker() Feature {
	say := plain("说", func(_ context.Context, c *Call) error {
		e := Effect{Kind: Say, Text: c.Arg("话"), Class: Class(c.Arg("类"))}
		if d, err := time.ParseDuration(c.Arg("何时")); err == nil && d > 0 {
			e.NotBefore = c.Now.Add(d)
		}
		c.Send(e)
		return nil
	})
	say.Args = "<类> <话> [何时]"
	many := plain("群发", func(_ context.Context, c *Call) error {
		for i := range 10 {
			c.Send(Effect{Kind: Say, Chat: ChatID(fmt.Sprint("c/", i)), Text: fmt.Sprint("群发", i), Class: Broadcast})
		}
		return nil
	})
	silence := plain("停", func(_ context.Context, c *Call) error { c.Say("安静"); return c.Silence(true) })
	silence.Who = Owner
	resume := plain("恢复", func(_ context.Context, c *Call) error { c.Say("回来"); return c.Silence(false) })
	resume.Who = Owner
	return declare("speaker", say, many, silence, resume)
}

func (r *rig) expectStates(want ...State) {
	r.t.Helper()
	if got := r.states(); !slices.Equal(got, want) {
		r.t.Fatalf("the effects ended as %v, expected %v", got, want)
	}
	if n := r.bot.Status().Waiting; n != rows(r, waitingRows) {
		r.t.Errorf("%d wait, says the status, but %d rows", n, rows(r, waitingRows))
	}
}

func TestOrderWithinAChat(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
		r.svc.answers(func(context.Context, Effect) error { return ErrOffline })
		r.put(says("小明", "/说 broadcast 一"))
		r.put(says("小明", "/说 unasked 二"))
		r.put(says("小明", "/说 answer 三"))
		r.put(says("小明", "/说 answer 晚 1m"))
		r.put(says("小明", "/说 answer 四"))
		r.restart()
		r.put(says("小明", "/说 answer 五"))
		r.expect(club, "一", "二", "三", "四", "五")
		r.wind(59 * time.Second)
		r.expect(club)
		r.wind(time.Second)
		r.expect(club, "晚")
	})
}

func TestAnswersGoBeforeBroadcasts(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}, Pace: Pace{Gap: time.Second}}, func(r *rig) {
		r.put(tells("群主", "/群发"))
		r.wind(2500 * time.Millisecond)
		r.put(tells("小明", "/说 unasked 闲话"))
		e := tells("小明", "/说 answer 答")
		e.Chat = home("阿杰")
		r.put(e)
		r.wind(10 * time.Second)
		var order []string
		done, at := r.svc.sent()
		for i, e := range done {
			order = append(order, fmt.Sprint(e.Text, " ", at[i].Sub(noon)))
		}
		want := []string{
			"群发0 0s", "群发1 1s", "群发2 2s", "答 3s", "闲话 4s", "群发3 5s", "群发4 6s", "群发5 7s", "群发6 8s", "群发7 9s", "群发8 10s", "群发9 11s",
		}
		if !slices.Equal(order, want) {
			t.Errorf("%q", order)
		}
	})
}

// With no pace at all, chats do not wait for one another, and one commit serves many; within a chat the order stays.
func TestChatsGoAbreast(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
		var under, most atomic.Int32
		r.svc.answers(func(context.Context, Effect) error {
			if n := under.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer under.Add(-1)
			time.Sleep(time.Second)
			return nil
		})
		for i := range 60 {
			e := tells("小明", fmt.Sprintf("/说 answer %d", i))
			e.Chat = home(fmt.Sprint(i % 20))
			r.give(e)
		}
		r.wind(3 * time.Second)
		done, _ := r.svc.sent()
		last := map[ChatID]int{}
		for _, e := range done {
			n, err := strconv.Atoi(e.Text)
			if before, ok := last[e.Chat]; err != nil || ok && n != before+20 {
				t.Errorf("%s hears %s after %d", e.Chat, e.Text, before)
			}
			last[e.Chat] = n
		}
		if len(done) != 60 || most.Load() != 20 {
			t.Errorf("%d were sent in 3 s, %d at once", len(done), most.Load())
		}
	})
}

func TestPace(t *testing.T) {
	pace := Pace{Gap: time.Second, Jitter: time.Second, ChatGap: 3 * time.Second}
	play(t, Options{Features: []Feature{speaker()}, Pace: pace}, func(r *rig) {
		for i := range 20 {
			e := tells("小明", fmt.Sprintf("/说 answer %d", i))
			e.Chat = home(fmt.Sprint(i % 5))
			r.give(e)
		}
		r.wind(time.Hour)
		last, distinct := map[ChatID]time.Time{}, map[time.Duration]bool{}
		done, at := r.svc.sent()
		for i, e := range done {
			if before, ok := last[e.Chat]; ok && at[i].Sub(before) < pace.ChatGap {
				t.Errorf("%s again after %v", e.Chat, at[i].Sub(before))
			}
			last[e.Chat] = at[i]
			if i > 0 {
				gap := at[i].Sub(at[i-1])
				distinct[gap] = true
				if gap < pace.Gap || gap > pace.ChatGap+pace.Jitter {
					t.Errorf("a gap of %v", gap)
				}
			}
		}
		if len(at) != 20 || len(distinct) < 10 {
			t.Errorf("%d were sent, at %d different gaps", len(at), len(distinct))
		}
	})
}

func TestOffline(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
		r.svc.answers(func(context.Context, Effect) error { return fmt.Errorf("no network: %w", ErrOffline) })
		r.put(says("小明", "/说 answer 等"))
		r.put(tells("小明", "/说 answer 也等"))
		r.wind(5 * time.Minute)
		if n := r.svc.attempts(); n < 10 || n > 20 {
			t.Errorf("%d attempts in five minutes offline", n)
		}
		for _, row := range all(r, waitingRows) {
			if row.Attempts != 0 || !row.Tried.IsZero() {
				t.Errorf("being offline counts: %+v", row)
			}
		}
		r.svc.answers(nil)
		r.put(Event{Kind: SignedIn, Text: "session-1"}) // nobody waits for the next look
		r.expect(club, "等")
		r.expect(home("小明"), "也等")

		r.svc.answers(func(context.Context, Effect) error { return ErrOffline })
		r.put(says("小明", "/说 answer 太久"))
		r.put(says("小明", "/说 unasked 还行"))
		r.wind(11 * time.Minute)
		r.svc.answers(nil)
		r.wind(time.Minute)
		r.expect(club, "还行")
		r.expectStates(Sent, Sent, Expired, Sent)
	})
}

// An upload is no send: trying it again cannot double anything, and must not end before anybody has stopped caring.
func TestWhatIsNotReadyIsTriedUntilItExpires(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
		r.svc.answers(func(context.Context, Effect) error { return fmt.Errorf("%w: no upload", ErrNotReady) })
		r.put(says("小明", "/说 answer 图"))
		r.wind(8 * time.Minute)
		if n := r.svc.attempts(); n < 10 || n > 16 {
			t.Errorf("%d attempts in eight minutes", n)
		}
		r.svc.answers(nil)
		r.wind(time.Minute)
		r.expect(club, "图")

		r.svc.answers(func(context.Context, Effect) error { return ErrNotReady })
		r.put(says("小明", "/说 answer 太久"))
		r.wind(12 * time.Minute)
		r.expectStates(Sent, Expired)
	})
}

// The budgets are of what was sent: an hour without a network must not leave the bot mute in the next.
func TestWhatWasNotSentCostsNothing(t *testing.T) {
	for _, cause := range []error{ErrOffline, ErrNotReady} {
		play(t, Options{Features: []Feature{speaker()}, Pace: Pace{PerHour: 5, PerDay: 10}}, func(r *rig) {
			expect := func(want int) {
				t.Helper()
				if b := r.bot.Status().Budget; b.Hour != want || b.Day != want {
					t.Fatalf("%v: %d sent this hour and %d today, expected %d", cause, b.Hour, b.Day, want)
				}
			}
			r.do = func(context.Context, Effect) error { return cause }
			r.restart()
			r.put(says("小明", "/说 answer 等"))
			r.wind(5 * time.Minute)
			expect(0)
			r.restart()
			expect(0)
			r.wind(time.Minute)
			r.svc.answers(nil)
			r.wind(time.Minute)
			r.expect(club, "等")
			expect(1)
			r.restart()
			expect(1)
		})
	}
}

func TestTooOften(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}, Pace: Pace{Gap: time.Second}}, func(r *rig) {
		r.put(says("小明", "/说 answer 零"))
		r.wind(time.Minute)
		begun := r.svc.attempts()
		r.svc.answers(func(context.Context, Effect) error { return ErrTooOften })
		for i := range 8 {
			r.give(says("小明", fmt.Sprint("/说 unasked ", i)))
		}
		r.wind(5 * time.Minute)
		if n := r.svc.attempts() - begun; n != 4 { // after 0, 30, 90 and 210 s
			t.Errorf("%d attempts in five minutes", n)
		}
		r.put(Event{Kind: SignedIn, Text: "session-1"}) // signing in again proves nothing about it
		if n := r.svc.attempts() - begun; n != 4 {
			t.Errorf("%d attempts after signing in", n)
		}
		for _, row := range all(r, waitingRows) {
			if row.Attempts != 0 {
				t.Errorf("it counts: %+v", row)
			}
		}
		r.svc.answers(nil)
		r.wind(20 * time.Minute)
		var gaps []time.Duration
		_, at := r.svc.sent()
		for i := 2; i < len(at); i++ { // the first was sent before
			gaps = append(gaps, at[i].Sub(at[i-1]))
		}
		s := time.Second
		want := []time.Duration{120 * s, 60 * s, 30 * s, 15 * s, 7500 * time.Millisecond, 3750 * time.Millisecond, 1875 * time.Millisecond}
		if !slices.Equal(gaps, want) {
			t.Errorf("it recovers by %v", gaps)
		}
		r.put(says("小明", "/说 answer 快"))
		r.put(says("小明", "/说 answer 了"))
		r.wind(time.Second)
		r.expect(club, "零", "0", "1", "2", "3", "4", "5", "6", "7", "快", "了")

		r.svc.answers(func(context.Context, Effect) error { return ErrTooOften })
		r.put(says("小明", "/说 answer 慢"))
		r.wind(11 * time.Minute)
		if r.bot.Status().Budget.Slowed == 0 {
			t.Error("the status does not tell of it")
		}
		r.svc.answers(nil)
		r.wind(oftenLasts)
		if d := r.bot.Status().Budget.Slowed; d != 0 {
			t.Errorf("%v between sends after an hour in which nothing was sent", d)
		}
		r.put(says("小明", "/说 answer 一"))
		r.put(says("小明", "/说 answer 二"))
		r.wind(2 * time.Second)
		r.expect(club, "一", "二")
	})
}

func TestUnknownByClass(t *testing.T) {
	for _, c := range []struct {
		class    Class
		answers  []error // of the attempts; nil after them
		attempts int
		state    State
	}{
		{Answer, []error{ErrUnknown}, 1, Lost},
		{Unasked, []error{ErrUnknown}, 1, Lost},
		{Broadcast, []error{ErrUnknown}, 2, Sent},
		{Broadcast, []error{ErrUnknown, ErrUnknown}, 2, Lost},
		{Broadcast, []error{errBoom, errBoom, ErrUnknown, errBoom, ErrUnknown}, 5, Lost}, // only doubts count as doubts
		{Broadcast, []error{ErrUnknown, ErrOffline, ErrTooOften, ErrUnknown}, 4, Lost},
		{Broadcast, []error{ErrUnknown, Permanent(errBoom)}, 2, Lost}, // the first may have been heard
		{Answer, []error{Permanent(errBoom)}, 1, Failed},
		{Answer, []error{fmt.Errorf("so: %w", Permanent(errBoom))}, 1, Failed},
		{Answer, []error{errBoom, errBoom, errBoom, errBoom}, 5, Sent},
		{Answer, []error{errBoom, errBoom, errBoom, errBoom, errBoom}, maxAttempts, Failed},
		{Answer, []error{ErrTooOften, ErrOffline, ErrTooOften, errBoom}, 5, Sent},
	} {
		t.Run(fmt.Sprint(c.class, c.answers), func(t *testing.T) {
			play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
				left := c.answers
				var ids []string
				r.svc.answers(func(_ context.Context, e Effect) error {
					if ids = append(ids, e.ID); len(left) == 0 {
						return nil
					}
					err := left[0]
					left = left[1:]
					return err
				})
				r.put(says("小明", fmt.Sprintf("/说 %s 话", c.class)))
				r.wind(9 * time.Minute)
				r.expectStates(c.state)
				if n := len(ids); n != c.attempts || len(slices.Compact(ids)) != 1 {
					t.Errorf("%d attempts, by the ids %v", n, ids)
				}
				row := all(r, doneRows)[0]
				doubled := c.state == Sent && slices.Contains(c.answers, ErrUnknown)
				if text := row.Effect.Text; (text == "") != (c.state == Sent && !doubled) {
					t.Errorf("a text that was %s is kept as %q", c.state, text)
				}
				if listed := len(troubleOf(r)) == 1; listed != (c.state != Sent || doubled) || doubled != (row.Outcome() != OutcomeName(row.State)) {
					t.Errorf("listed: %v, as %s: %+v", listed, row.Outcome().EN, row)
				}
				if c.state == Sent && row.Receipt.Sent != "s/1" || c.state != Sent && row.Error == "" {
					t.Errorf("the receipt is %+v", row)
				}
				if n := r.bot.Status().Counts[c.state]; n != 1 {
					t.Errorf("the status counts %d", n)
				}
			})
		})
	}
}

func troubleOf(r *rig) (list []DoneRow) {
	r.t.Helper()
	if err := r.db.View(r.t.Context(), func(rd store.Reader) (err error) { list, err = Trouble(rd, 10); return err }); err != nil {
		r.t.Error(err)
	}
	return list
}

// The process ends between the attempt and its outcome: a service that never answers, and a bot that ends without a word.
// A bot that is stopped, not killed, knows what became of the send under way.
func TestExpiry(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
		old := says("小明", "/说 answer 旧")
		old.At = noon.Add(-11 * time.Minute)
		r.put(old)
		old = says("小明", "/说 broadcast 定的")
		old.At = noon.Add(-11 * time.Minute)
		r.put(old)
		r.put(says("小明", "/说 answer 晚 1h"))
		r.wind(time.Hour)
		r.expect(club, "定的", "晚")
		r.expectStates(Expired, Sent, Sent)
	})
}

func TestSilence(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
		r.put(owner(club, "/停"))
		r.put(says("小明", "/说 answer 嘘"))
		r.put(says("小明", "/没有的指令名"))
		r.put(tells("小明", "/停"))
		r.put(owner(club, "/说 answer 机主问的"))
		r.put(owner(home("小六"), "/说 answer 私下问的"))
		r.restart()
		r.put(says("小明", "/说 broadcast 还是嘘"))
		r.expect(club, "安静", "机主问的")
		r.expect(home("小六"), "私下问的")
		r.expect(home("小明"))
		r.put(owner(club, "/恢复"))
		r.put(says("小明", "/说 answer 好"))
		r.expect(club, "回来", "好") // what was silenced is not said later
	})
}

func TestReceiptsAreBounded(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
		r.update(func(tx store.Tx) error {
			for i := range keptReceipts {
				// Numbers that were given to a failed feature are missing.
				if i%10 == 0 {
					continue
				}
				if err := doneRows.Put(tx, DoneRow{State: Sent}, uint64(i+1)); err != nil {
					return err
				}
			}
			for range keptReceipts + 50 {
				if _, err := tx.Next(string(waitingRows)); err != nil {
					return err
				}
			}
			return nil
		})
		r.svc.answers(func(context.Context, Effect) error { return errors.New(strings.Repeat("长", 1<<20)) })
		r.put(says("小明", "/说 answer 坏"))
		r.wind(9 * time.Minute)
		r.svc.answers(nil)
		for range 30 {
			r.put(says("小明", "/说 answer 好"))
		}
		for _, row := range all(r, doneRows) {
			if len(row.Error) > maxError {
				t.Errorf("an error of %d bytes is kept", len(row.Error))
			}
		}
		const newest = keptReceipts + 50 + 31
		r.update(func(tx store.Tx) error {
			row, _, err := doneRows.First(tx, store.Range{})
			if row.Key != store.Key(uint64(newest-keptReceipts+1)) {
				t.Errorf("the oldest receipt is %s", store.FormatKey(row.Key))
			}
			return err
		})
	})
}

// A row that somebody else took away is not sent, and nothing falls over.
// An attempt that cannot be kept is not made.
func TestEveryEffectOfAStormIsSentInOrder(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
		for i := range 300 {
			r.give(says("小明", fmt.Sprint("/说 answer ", i)))
		}
		synctest.Wait()
		got := r.heard(club)
		for i, text := range got {
			if text != fmt.Sprint(i) {
				t.Fatalf("the %dth is %s", i, text)
			}
		}
		if len(got) != 300 {
			t.Errorf("%d were sent", len(got))
		}
	})
}
