package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"sixtwenty/schedules"
	"sixtwenty/store"
)

// alarm sets, moves and clears timers as it is told.
func alarm() Feature {
	set := plain("定", func(_ context.Context, c *Call) error {
		d, err := time.ParseDuration(c.Arg("多久"))
		if err != nil {
			return err
		}
		return c.After(d, "ring", c.Arg("哪个"), c.Arg("话"))
	})
	set.Args = "<哪个> <多久> [话...]"
	unset := plain("清", func(_ context.Context, c *Call) error { return c.ClearTimer("ring", c.Arg("哪个")) })
	unset.Args = "<哪个>"
	f := declare("alarm", set, unset)
	f.Timers = map[string]Run{"ring": func(_ context.Context, c *Call) error {
		var text string
		if err := c.Decode(&text); err != nil {
			return err
		}
		c.Say(text + c.Event.At.Format(" 15:04:05"))
		switch text {
		case "再来":
			return c.After(time.Minute, "ring", "again", "够了")
		case "推迟": // the other is due at the same moment, and must not run before its new time
			return c.After(time.Hour, "ring", "b", "迟到")
		case "取消":
			return c.ClearTimer("ring", "b")
		case "坏":
			return errBoom
		}
		return nil
	}}
	return f
}

func TestTimers(t *testing.T) {
	play(t, Options{Features: []Feature{alarm()}}, func(r *rig) {
		set := func(text string) { r.t.Helper(); r.put(says("小明", "/"+text)) }
		set("定 a 60s 一")
		set("定 a 90s 二") // replaces it
		set("定 b 90s 三")
		r.put(tells("小明", "/定 a 90s 私下")) // another chat, another timer
		set("定 c 80s 四")
		set("清 c")
		set("清 没有")
		set("定 \xff 70s 非文字") // a key is any bytes
		if rows(r, timers) != 4 || rows(r, timersDue) != 4 {
			t.Errorf("%d timers, %d in the index", rows(r, timers), rows(r, timersDue))
		}
		r.wind(89 * time.Second)
		r.expect(club, "非文字 04:01:10")
		r.wind(time.Second)
		r.expect(club, "二 04:01:30", "三 04:01:30")
		r.expect(home("小明"), "私下 04:01:30")

		set("定 a 1m 再来")
		r.wind(2 * time.Minute)
		r.expect(club, "再来 04:02:30", "够了 04:03:30")

		set("定 a 1m 推迟")
		set("定 b 1m 早了")
		r.wind(time.Minute)
		r.expect(club, "推迟 04:04:30")
		r.wind(time.Hour)
		r.expect(club, "迟到 05:04:30")

		set("定 a 1m 取消")
		set("定 b 1m 不该")
		set("定 c 1m 坏")
		set("定 d -5m 过去")
		r.expect(club, "过去 04:59:30")
		r.wind(time.Minute)
		r.expect(club, "取消 05:05:30")
		if rows(r, timers) != 0 || rows(r, timersDue) != 0 {
			t.Errorf("%d timers are left, %d in the index", rows(r, timers), rows(r, timersDue))
		}
	})
}

func TestTimersOverARestart(t *testing.T) {
	play(t, Options{Features: []Feature{alarm()}}, func(r *rig) {
		r.put(says("小明", "/定 b 10m 后"))
		r.put(says("小明", "/定 a 5m 先"))
		r.stop()
		r.wind(time.Hour)
		r.restart()
		r.expect(club, "先 04:05:00", "后 04:10:00")
		r.restart()
		r.expect(club)
	})
}

func TestATimerThatCannotBeReadStopsNoOther(t *testing.T) {
	play(t, Options{Features: []Feature{alarm()}}, func(r *rig) {
		r.put(says("小明", "/定 a 5m 好"))
		r.update(func(tx store.Tx) error {
			return errors.Join(
				tx.Put(string(timers), store.Key("timer", "x"), []byte("no JSON")),
				timersDue.Put(tx, struct{}{}, noon, store.Key("timer", "x")),
				setTimer(tx, timerRow{Due: noon, Feature: "gone", Name: "ring"}, "timer", "gone"),
				setTimer(tx, timerRow{Due: noon, Feature: "alarm", Name: "gone"}, "timer", "alarm", "gone"),
				setTimer(tx, timerRow{Due: noon, Feature: "alarm", Name: "gone", Job: true}, "job", "alarm", "gone"),
			)
		})
		r.wind(5 * time.Minute)
		r.expect(club, "好 04:05:00")
		if rows(r, timersDue) != 0 {
			t.Error("some are left")
		}
	})
}

// daily says the time it is for, at a quarter past noon, and fails as often as it is told.
func daily(missed schedules.Missed, fails *atomic.Int32) Feature {
	f := declare("daily")
	f.Jobs = []Job{{
		Name: "job", Summary: Text{"早报", "the news"}, Missed: missed,
		Spec: func(any) string { return "每天 12:15" },
		Run: func(_ context.Context, c *Call) error {
			c.Say(c.Event.At.In(c.Zone()).Format("01-02 15:04"))
			if fails.Load() > 0 {
				return errBoom
			}
			return nil
		},
	}}
	return f
}

// owned gives the rig an owner who can be told something in private.
func owned(r *rig) Chat {
	r.t.Helper()
	r.put(Event{Kind: SignedIn, Text: "session-1"})
	boss := home("群主")
	r.put(tells("群主", "hi"))
	r.update(func(tx store.Tx) error {
		return roles.Put(tx, RoleRow{Role: Owner, Session: "session-1"}, "p/群主", "")
	})
	return boss
}

func TestJobs(t *testing.T) {
	const grace = 30 * time.Minute
	for _, c := range []struct {
		name   string
		missed schedules.Missed
		down   time.Duration // from noon on
		heard  []string
		told   []string
	}{
		{"up", schedules.Missed{}, 0, []string{"11-21 12:15"}, nil},
		{"down before it", schedules.Missed{}, 14 * time.Minute, []string{"11-21 12:15"}, nil},
		{"a little late", schedules.Missed{}, 15*time.Minute + 30*time.Second, []string{"11-21 12:15"}, nil},
		{"late within grace", schedules.Missed{Policy: schedules.Latest, Grace: grace}, 40 * time.Minute, []string{"11-21 12:15"}, nil},
		{"late beyond grace", schedules.Missed{Policy: schedules.Latest, Grace: grace}, 50 * time.Minute, nil, []string{"不在线的时候，「六点二十读书会」的「早报」错过了 1 次，没有补发。"}},
		{"late, nothing is made up", schedules.Missed{Policy: schedules.Skip, Grace: grace}, 40 * time.Minute, nil, []string{"不在线的时候，「六点二十读书会」的「早报」错过了 1 次，没有补发。"}},
		{"three days, within grace of the last", schedules.Missed{Policy: schedules.Latest, Grace: grace}, 48*time.Hour + 20*time.Minute, []string{"11-23 12:15"}, []string{"不在线的时候，「六点二十读书会」的「早报」错过了 2 次，没有补发。"}},
		{"three days, all within grace", schedules.Missed{Policy: schedules.All, Grace: 72 * time.Hour}, 48*time.Hour + 20*time.Minute, []string{"11-21 12:15", "11-22 12:15", "11-23 12:15"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			play(t, Options{Features: []Feature{daily(c.missed, new(atomic.Int32))}}, func(r *rig) {
				boss := owned(r)
				r.put(says("小明", "hi"))
				r.stop()
				r.wind(c.down)
				r.restart()
				r.wind(max(0, 16*time.Minute-c.down))
				r.expect(club, c.heard...)
				r.expect(boss, c.told...)
				r.restart()
				r.expect(club)
				r.expect(boss)
				// Whatever became of it, the next one comes.
				now := time.Now()
				next := time.Date(now.Year(), now.Month(), now.Day()+1, 4, 15, 0, 0, time.UTC)
				r.wind(time.Until(next))
				r.expect(club, next.In(zone(t, "Asia/Shanghai")).Format("01-02 15:04"))
			})
		})
	}
}

func TestAJobThatFails(t *testing.T) {
	for _, fails := range []int{0, 2, 3} {
		t.Run(fmt.Sprint(fails), func(t *testing.T) {
			left := 2 * fails // the store runs everything twice
			f := daily(schedules.Missed{}, new(atomic.Int32))
			run := f.Jobs[0].Run
			f.Jobs[0].Run = func(ctx context.Context, c *Call) error {
				if err := run(ctx, c); err != nil || left <= 0 {
					return err
				}
				left--
				return errBoom
			}
			play(t, Options{Features: []Feature{f}}, func(r *rig) {
				boss := owned(r)
				r.put(says("小明", "hi"))
				r.wind(15 * time.Minute)
				for i := range 3 {
					if i > 0 {
						r.wind(time.Minute)
					}
					if i == fails {
						r.expect(club, "11-21 12:15")
						break
					}
					r.expect(club)
					r.restart()
				}
				if fails == 3 {
					r.expect(boss, "「六点二十读书会」的定时任务「早报」试了 3 次都没成功，请看日志。")
				}
				r.wind(time.Hour)
				r.expect(club)
				r.expect(boss)
				r.wind(23 * time.Hour)
				r.expect(club, "11-22 12:15")
			})
		})
	}
}

// Two occurrences that are made up together and both fail are both tried again.
func TestFailedJobsAreTriedEach(t *testing.T) {
	var fails atomic.Int32
	fails.Store(1)
	play(t, Options{Features: []Feature{daily(schedules.Missed{Policy: schedules.All, Grace: 72 * time.Hour}, &fails)}}, func(r *rig) {
		r.put(says("小明", "hi"))
		r.stop()
		r.wind(25 * time.Hour)
		r.restart()
		r.expect(club)
		fails.Store(0)
		r.wind(time.Minute)
		r.expect(club, "11-21 12:15", "11-22 12:15")
	})
}

func TestAFailedJobIsNotTriedTooLate(t *testing.T) {
	var fails atomic.Int32
	fails.Store(1)
	play(t, Options{Features: []Feature{daily(schedules.Missed{Grace: time.Minute}, &fails)}}, func(r *rig) {
		boss := owned(r)
		r.put(says("小明", "hi"))
		r.wind(15 * time.Minute)
		r.stop()
		fails.Store(0)
		r.wind(3 * time.Hour)
		r.restart()
		r.expect(club)
		r.expect(boss, "不在线的时候，「六点二十读书会」的「早报」错过了 1 次，没有补发。")
	})
}

// A night offline of three hundred groups is one line to the owner.
func TestOneWordForAllGroups(t *testing.T) {
	play(t, Options{Features: []Feature{daily(schedules.Missed{}, new(atomic.Int32))}}, func(r *rig) {
		boss := owned(r)
		for i := range 30 {
			r.give(Event{Kind: Message, Chat: Chat{ID: ChatID(fmt.Sprintf("g%02d", i)), Group: true, Name: fmt.Sprintf("六点二十\n%d", i)}, From: member("小明"), Text: "hi"})
		}
		r.wind(time.Second)
		r.stop()
		r.wind(3 * time.Hour)
		r.restart()
		r.expect(boss, "不在线的时候，「六点二十 0」等 30 个群的「早报」错过了 30 次，没有补发。")
	})
}

func TestClassesOfWhatIsSaid(t *testing.T) {
	f := declare("f", plain("说", func(_ context.Context, c *Call) error {
		c.Say("答")
		return errors.Join(c.After(time.Second, "t", "", nil), c.Emit("fact", nil))
	}))
	f.Timers = map[string]Run{"t": func(_ context.Context, c *Call) error { c.Say("定时"); return nil }}
	f.Watches = []Watch{
		watch("f.fact", func(_ context.Context, c *Call) error { c.Say("事实"); return nil }),
		watch(Message, func(_ context.Context, c *Call) error { c.Say("接话"); return nil }),
		watch(Tickled, func(_ context.Context, c *Call) error { c.Say("拍回去"); return nil }),
	}
	f.Jobs = []Job{{
		Name: "job", Summary: Text{"任务", "job"}, Spec: func(any) string { return "每天 12:01" },
		Run: func(_ context.Context, c *Call) error { c.Say("任务"); return nil },
	}}
	play(t, Options{Features: []Feature{f}}, func(r *rig) {
		r.put(says("小明", "/说"))
		e := says("小明", "hi")
		e.At = noon.Add(-time.Minute) // told a minute late: the answer is stale a minute sooner
		r.put(e)
		r.put(Event{Kind: Tickled, Chat: club, From: member("小明")})
		r.put(owner(club, "/说"))
		r.wind(time.Minute)
		var got []string
		for _, row := range all(r, doneRows) {
			e := row.Effect
			got = append(got, fmt.Sprint(e.Class, " ", e.Expires.Sub(noon), " ", e.Loud))
		}
		want := []string{
			"answer 10m0s false", "unasked 1h0m0s false", // the command and its fact
			"answer 9m0s false", "unasked 1h0m0s false", // the message and the tickle
			"answer 10m0s true", "unasked 1h0m0s false", // the owner's command
			"unasked 1h0m1s false", "broadcast 31m0s false", // the timer, replaced by its second, and the job
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
	})
}
