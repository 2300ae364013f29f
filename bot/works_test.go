package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sixtwenty/store"
)

// A bench is where the works of a feature are done, as the test says.
type bench struct {
	did  atomic.Int32
	most atomic.Int32 // at once
	now  atomic.Int32
	mu   sync.Mutex
	work func(ctx context.Context, w Work) (any, error)
}

func (b *bench) set(work func(ctx context.Context, w Work) (any, error)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.work = work
}

func (b *bench) feature() Feature {
	ask := plain("做", func(_ context.Context, c *Call) error { return c.Work("make", c.Arg("哪个"), c.Arg("什么")) })
	ask.Args = "<哪个> [什么]"
	f := declare("f", ask)
	f.Keeps = BlobsOf()
	f.Works = map[string]func(context.Context, Work) (any, error){"make": func(ctx context.Context, w Work) (any, error) {
		b.did.Add(1)
		defer b.now.Add(-1)
		if n := b.now.Add(1); n > b.most.Load() {
			b.most.Store(n)
		}
		b.mu.Lock()
		work := b.work
		b.mu.Unlock()
		return work(ctx, w)
	}}
	f.Watches = []Watch{watch("f.make", func(_ context.Context, c *Call) error {
		var d Done
		var asked, made string
		if err := c.Decode(&d); err != nil {
			return err
		}
		if d.Error != "" {
			c.Say(d.Key + " 没成：" + d.Error)
			return nil
		}
		if err := errors.Join(d.Into(&made), json.Unmarshal(d.Asked, &asked)); err != nil {
			return err
		}
		c.Say(d.Key + " " + asked + " " + made)
		return count(c, "made")
	})}
	return f
}

func done(result string) func(context.Context, Work) (any, error) {
	return func(context.Context, Work) (any, error) { return result, nil }
}

func TestAWorkComesBackOnce(t *testing.T) {
	b := &bench{work: done("成了")}
	play(t, Options{Features: []Feature{b.feature()}}, func(r *rig) {
		r.put(says("小明", "/做 a 饼"))
		r.expect(club, "a 饼 成了")
		r.restart()
		r.wind(time.Hour)
		r.expect(club)
		if n := b.did.Load(); n != 1 || r.tally("made") != 1 || rows(r, works) != 0 {
			t.Errorf("done %d times, told %d times, %d rows are left", n, r.tally("made"), rows(r, works))
		}
	})
}

func TestAWorkAskedTwiceIsDoneOnce(t *testing.T) {
	b := &bench{work: done("成了")}
	play(t, Options{Features: []Feature{b.feature()}}, func(r *rig) {
		open := r.db.hold(t)
		r.give(says("小明", "先来一句"))
		synctest.Wait()
		r.give(says("小明", "/做 a 饼"))
		r.give(says("阿杰", "/做 a 饼"))
		r.give(says("阿杰", "/做 b 饼"))
		open()
		synctest.Wait()
		if n := b.did.Load(); n != 2 || r.tally("made") != 2 {
			t.Errorf("done %d times, told %d times", n, r.tally("made"))
		}
	})
}

// TestWhoWaitsForAWorkIsAnsweredAtNight: what a command began is an answer, though the work ends after it. A job's is none.
func TestWhoWaitsForAWorkIsAnsweredAtNight(t *testing.T) {
	b := &bench{work: done("成了")}
	f := b.feature()
	f.Watches = append(f.Watches, watch(Tickled, func(_ context.Context, c *Call) error { return c.Work("make", "b", "酒") }))
	play(t, Options{Features: []Feature{f}, Pace: Pace{Quiet: "12:00-13:00"}}, func(r *rig) {
		r.put(says("小明", "/做 a 饼"))
		r.put(Event{Kind: Tickled, Chat: club, From: member("小明")})
		r.expect(club, "a 饼 成了")
		r.wind(time.Hour)
		r.expect(club, "b 酒 成了")
	})
}

func TestAWorkThatFails(t *testing.T) {
	for _, c := range []struct {
		name  string
		fails int
		err   error
		did   int32
		heard string
	}{
		{"once", 1, errBoom, 2, "a 饼 成了"},
		{"always", 99, errBoom, workTries, "a 没成：boom"},
		{"for good", 99, Permanent(errBoom), 1, "a 没成：boom"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{}
			b.set(func(context.Context, Work) (any, error) {
				if int(b.did.Load()) <= c.fails {
					return nil, c.err
				}
				return "成了", nil
			})
			play(t, Options{Features: []Feature{b.feature()}}, func(r *rig) {
				r.put(says("小明", "/做 a 饼"))
				for range 60 { // over restarts too
					r.wind(time.Second)
					if r.n++; r.n%7 == 0 {
						r.restart()
					}
				}
				r.expect(club, c.heard)
				if n := b.did.Load(); n != c.did || rows(r, works) != 0 {
					t.Errorf("done %d times, %d rows are left", n, rows(r, works))
				}
			})
		})
	}
}

func TestWorksThatGoWrong(t *testing.T) {
	for _, c := range []struct {
		name string
		work func(ctx context.Context, w Work) (any, error)
		want string
		wait time.Duration
	}{
		{"panics", func(context.Context, Work) (any, error) { panic("慌") }, "panic: 慌", 0},
		{"gives what does not encode", func(context.Context, Work) (any, error) { return func() {}, nil }, "unsupported type", time.Minute},
		{"takes for ever", func(ctx context.Context, _ Work) (any, error) { <-ctx.Done(); return nil, ctx.Err() }, "deadline", 10 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{work: c.work}
			play(t, Options{Features: []Feature{b.feature()}}, func(r *rig) {
				r.put(says("小明", "/做 a 饼"))
				r.wind(c.wait)
				if got := r.heard(club); len(got) != 1 || !strings.Contains(got[0], c.want) {
					t.Errorf("heard %q", got)
				}
			})
		})
	}
}

func TestAWorkOfAFeatureThatWentAway(t *testing.T) {
	b := &bench{work: done("成了")}
	play(t, Options{Features: []Feature{b.feature()}}, func(r *rig) {
		r.update(func(tx store.Tx) error {
			return putWork(tx, workRow{Asked: noon}, store.Key("gone", "make", "k"))
		})
		r.restart()
		if rows(r, works) != 0 {
			t.Error("it waits for ever")
		}
	})
}

// A work that is cut off by the end of the bot is done again, and told once.
func TestAWorkIsCutOff(t *testing.T) {
	b := &bench{work: func(ctx context.Context, _ Work) (any, error) { <-ctx.Done(); return "半", nil }}
	play(t, Options{Features: []Feature{b.feature()}}, func(r *rig) {
		r.put(says("小明", "/做 a 饼"))
		r.stop()
		b.set(done("全"))
		r.restart()
		r.expect(club, "a 饼 全")
		if n := r.tally("made"); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

func TestFewWorksAtOnce(t *testing.T) {
	b := &bench{work: func(ctx context.Context, _ Work) (any, error) { time.Sleep(time.Second); return "成了", nil }}
	play(t, Options{Features: []Feature{b.feature()}}, func(r *rig) {
		for i := range 100 {
			r.give(says("小明", fmt.Sprintf("/做 %d", i)))
		}
		r.wind(30 * time.Second)
		if r.tally("made") != 100 || b.most.Load() != workHands {
			t.Errorf("%d are done, %d at once", r.tally("made"), b.most.Load())
		}
	})
}

// Works that are put off must not stand before those that could be done.
func TestWorksPutOffHoldUpNoOthers(t *testing.T) {
	b := &bench{work: func(_ context.Context, w Work) (any, error) {
		if strings.HasPrefix(w.Key, "a") {
			return nil, errBoom
		}
		return "成了", nil
	}}
	play(t, Options{Features: []Feature{b.feature()}}, func(r *rig) {
		for i := range 2 * workPage {
			r.give(says("小明", fmt.Sprintf("/做 a%d", i)))
		}
		r.give(says("小明", "/做 b"))
		r.wind(time.Second)
		r.expect(club, "b  成了")
	})
}

// The chat of whoever asked first decides nothing: the bot may have left it, and others wait too.
func TestAWorkOutlivesItsGroup(t *testing.T) {
	b := &bench{work: func(context.Context, Work) (any, error) { time.Sleep(time.Minute); return "成了", nil }}
	play(t, Options{Features: []Feature{b.feature(), follower()}}, func(r *rig) {
		r.put(says("小明", "/做 a 饼"))
		renamed := Chat{ID: club.ID, Group: true, Name: "新的名字"}
		r.put(Event{Kind: GroupRenamed, Chat: renamed})
		r.put(owner(renamed, "/停用"))
		r.expect(club, "走了")
		r.wind(time.Minute)
		if n := r.tally("made"); n != 1 {
			t.Errorf("told %d times", n)
		}
		r.expect(club)
		for _, row := range all(r, chats) {
			if row.Group && row.Name != "新的名字" {
				t.Errorf("the group is called %q again", row.Name)
			}
		}
	})
}

// What a feature began before it was switched off in one group comes back: other groups wait for it too.
func TestAWorkOfAFeatureThatIsOffByThen(t *testing.T) {
	b := &bench{work: func(context.Context, Work) (any, error) { time.Sleep(time.Minute); return "成了", nil }}
	play(t, Options{Features: []Feature{b.feature(), switches()}}, func(r *rig) {
		r.put(says("小明", "/做 a 饼"))
		r.put(says("小明", "/关 f"))
		r.wind(time.Minute)
		if n := r.tally("made"); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

func TestAWorkKeepsAndFetches(t *testing.T) {
	b := &bench{work: func(ctx context.Context, w Work) (any, error) {
		media, err := w.Fetch(ctx, Media{Ref: "bytes of a voice"})
		if err != nil {
			return nil, err
		}
		defer media.Close()
		return w.Keep(ctx, media, 100)
	}}
	play(t, Options{Features: []Feature{b.feature()}}, func(r *rig) {
		r.put(says("小明", "/做 a 饼"))
		got := r.heard(club)
		if len(got) != 1 {
			t.Fatalf("heard %q", got)
		}
		blob, err := store.Blobs{DB: r.db}.Open(r.t.Context(), strings.Fields(got[0])[2])
		if err != nil {
			t.Fatal(err)
		}
		defer blob.Close()
		if kept, err := io.ReadAll(blob); err != nil || string(kept) != "bytes of a voice" {
			t.Errorf("%q, %v", kept, err)
		}
	})
}
