package bot

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"sixtwenty/store"
)

func TestACrashInTheMiddleOfASend(t *testing.T) {
	for _, c := range []struct {
		class Class
		kills int
		made  int // sends that may have been heard
		state State
	}{
		{Answer, 1, 1, Lost},
		{Unasked, 1, 1, Lost},
		{Broadcast, 1, 2, Sent},
		{Broadcast, 2, 2, Lost},
		{Broadcast, 5, 2, Lost},
	} {
		t.Run(fmt.Sprint(c.class, c.kills), func(t *testing.T) {
			play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
				made := 0
				r.do = func(ctx context.Context, _ Effect) error {
					made++
					r.db.stopAt(func(context.Context) error { return errBoom }) // nothing is written down from here on
					<-ctx.Done()
					return ctx.Err()
				}
				r.restart()
				r.put(says("小明", fmt.Sprintf("/说 %s 话", c.class)))
				for i := range c.kills {
					if i > 0 {
						r.start()
					}
					r.end()
					<-r.ended
					r.db.stopAt(nil)
				}
				r.do = func(context.Context, Effect) error { made++; return nil }
				r.start()
				r.wind(time.Minute)
				r.expectStates(c.state)
				if made != c.made {
					t.Errorf("sent %d times", made)
				}
			})
		})
	}
}

func TestStoppedInTheMiddleOfASend(t *testing.T) {
	for _, c := range []struct {
		takes time.Duration
		err   error
		state State
		made  int
	}{
		{2 * time.Second, nil, Sent, 1},
		{2 * time.Second, Permanent(errBoom), Failed, 1},
		{2 * time.Second, ErrOffline, Sent, 2},
		{time.Hour, nil, Sent, 2}, // cut off: a broadcast is sent once more
	} {
		t.Run(fmt.Sprint(c.takes, c.err), func(t *testing.T) {
			play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
				made := 0
				r.svc.answers(func(ctx context.Context, _ Effect) error {
					made++
					select {
					case <-time.After(c.takes):
						return c.err
					case <-ctx.Done():
						return errors.New("connection closed") // an account need not say it well
					}
				})
				r.put(says("小明", "/说 broadcast 话"))
				begun := time.Now()
				r.do = func(context.Context, Effect) error { made++; return nil }
				r.restart()
				if d := time.Since(begun); d > lastWords {
					t.Errorf("it took %v to stop", d)
				}
				r.wind(time.Minute)
				r.expectStates(c.state)
				if made != c.made {
					t.Errorf("sent %d times", made)
				}
			})
		})
	}
}

func TestASendThatNeverAnswers(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
		r.svc.answers(func(ctx context.Context, e Effect) error {
			if e.Text != "卡" {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		})
		r.put(says("小明", "/说 answer 卡"))
		r.put(says("小明", "/说 answer 后"))
		r.wind(doLimit)
		r.expect(club, "后")
		r.expectStates(Lost, Sent)
	})
}

func TestARowThatIsGone(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
		r.put(says("小明", "/说 answer 话 1m"))
		r.update(func(tx store.Tx) error { return waitingRows.Delete(tx, uint64(1)) })
		r.wind(time.Minute)
		r.expect(club)
		r.put(says("小明", "/说 answer 好"))
		r.expect(club, "好")
		if n := r.svc.attempts(); n != 1 {
			t.Errorf("%d attempts", n)
		}
		r.expectStates(Sent)
	})
}

func TestNothingIsSentThatCannotBeKept(t *testing.T) {
	play(t, Options{Features: []Feature{speaker()}}, func(r *rig) {
		r.put(says("小明", "/说 answer 话 1m"))
		r.db.stopAt(func(context.Context) error { return errBoom })
		r.wind(2 * time.Minute)
		if n := r.svc.attempts(); n != 0 {
			t.Errorf("%d attempts", n)
		}
		r.db.stopAt(nil)
		r.wind(2 * time.Second)
		r.expect(club, "话")

		// And an outcome is written down as soon as that goes.
		r.svc.answers(func(context.Context, Effect) error {
			r.db.stopAt(func(context.Context) error { return errBoom })
			return nil
		})
		r.give(says("小明", "/说 answer 又"))
		r.wind(time.Minute)
		r.db.stopAt(nil)
		r.wind(2 * time.Second)
		r.expect(club, "又")
		r.expectStates(Sent, Sent)
	})
}
