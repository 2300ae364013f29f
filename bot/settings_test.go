package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sixtwenty/schedules"
	"sixtwenty/store"
)

func (f fine) Check() error {
	if f.Count > 9 {
		return errors.New("count: more than 9")
	}
	if _, err := schedules.Parse(f.When); f.When != "" && err != nil {
		return fmt.Errorf("when: %w", err)
	}
	return nil
}

// tuned is a feature with settings, a command that shows and one that sets them.
func tuned() Feature {
	set := plain("改", func(_ context.Context, c *Call) error {
		if err := c.SetFor(c.Arg("功能"), c.Arg("项"), c.Arg("值")); err != nil {
			return err
		}
		c.Say("好")
		return nil
	})
	set.Who, set.Args = Owner, "<功能> <项> [值...]"
	f := declare("f", set, plain("看", func(_ context.Context, c *Call) error {
		c.Say(fmt.Sprintf("%+v", Settings[fine](c)))
		return nil
	}), plain("几点", func(_ context.Context, c *Call) error {
		c.Say(c.Event.At.In(c.Zone()).Format("15:04") + " " + c.Day(c.Event.At).String())
		return nil
	}), plain("清单", func(_ context.Context, c *Call) error {
		list, err := c.SettingsHere()
		for _, s := range list {
			if s.Changed {
				c.Say(fmt.Sprintf("%s.%s %s %s %s", s.Feature, s.Field, s.Value, s.Base, s.Help.ZH))
			}
		}
		return err
	}))
	f.Settings = fine{Word: "默", Count: 1}
	f.Jobs = []Job{{
		Name: "job", Summary: Text{"任务", "job"}, Spec: func(s any) string { return s.(fine).When },
		Run: func(_ context.Context, c *Call) error { c.Say("到点了"); return nil },
	}}
	return f
}

func TestSettings(t *testing.T) {
	opts := Options{Features: []Feature{tuned()}, Settings: map[string]any{"f": fine{Word: "配", Count: 2, Place: "/srv"}}}
	play(t, opts, func(r *rig) {
		set := func(item, want string) {
			r.t.Helper()
			r.put(owner(club, "/改 "+item))
			r.expect(club, want)
		}
		shown := func(chat Chat, want string) {
			r.t.Helper()
			e := says("小明", "/看")
			e.Chat = chat
			r.put(e)
			r.expect(chat, want)
		}
		base := "{Word:配 Count:2 On:false Wait:0s List:[] When: Place:/srv}"
		shown(club, base)
		set("f word 新 词", "好")
		set("f count 7", "好")
		set("f on 开", "好")
		set("f wait 90s", "好")
		set("f list 甲，乙、丙 丁", "好")
		changed := "{Word:新 词 Count:7 On:true Wait:1m30s List:[甲 乙 丙 丁] When: Place:/srv}"
		shown(club, changed)
		shown(home("小明"), base)
		r.restart()
		shown(club, changed)

		at := "@小六\u2005"
		set("f count 十", at+`「f.count」没有改："十" 不是整数`)
		set("f count 10", at+"「f.count」没有改：count: more than 9")
		set("f on 也许", at+`「f.on」没有改："也许" 不是开关，请写 开 或 关`)
		set("f wait 很久", at+`「f.wait」没有改："很久" 不是时长，例如 30秒、5分钟、2小时`)
		set("f place /etc", at+"「f.place」只能在 config.yaml 里改。")
		set("f nothing 1", at+"没有「f.nothing」这一项设置，发 /设置 看看有哪些。")
		set("g word 1", at+"没有「g.word」这一项设置，发 /设置 看看有哪些。")
		set("group zone 火星", at+`「group.zone」没有改：不认识 "火星" 这个时区，要写 Asia/Shanghai 这样的名字`)
		shown(club, changed)

		r.put(says("小明", "/清单"))
		if got := r.heard(club); len(got) != 5 || got[1] != "f.count 7 2 数" {
			t.Fatalf("changed here: %q", got)
		}
		for _, field := range []string{"word", "count", "on", "wait", "list"} {
			set("f "+field, "好")
		}
		shown(club, base)
		if n := rows(r, overrides); n != 0 {
			t.Fatalf("%d overrides are left", n)
		}
		set("group language en", "好")
		set("f count ten", at+`f.count is unchanged: "ten" is no whole number`)
	})
}

func TestWhatNoLongerFitsIsLeftOut(t *testing.T) {
	play(t, Options{Features: []Feature{tuned()}}, func(r *rig) {
		r.update(func(tx store.Tx) error {
			return errors.Join(
				overrides.Put(tx, override{Value: "99"}, "f", club.ID, "count"),
				overrides.Put(tx, override{Value: "x"}, "f", club.ID, "on"),
				overrides.Put(tx, override{Value: "x"}, "f", club.ID, "removed"),
				overrides.Put(tx, override{Value: "仍在"}, "f", club.ID, "word"),
			)
		})
		r.put(says("小明", "/看"))
		r.expect(club, "{Word:仍在 Count:1 On:false Wait:0s List:[] When: Place:}")
	})
}

func TestZoneAndDayOfAGroup(t *testing.T) {
	play(t, Options{Features: []Feature{tuned()}}, func(r *rig) {
		r.wind(15*time.Hour + 30*time.Minute) // half past three in the morning
		r.put(says("小明", "/几点"))
		r.expect(club, "03:30 2026-11-21")
		r.put(owner(club, "/改 group day_begins 3"))
		r.put(says("小明", "/几点"))
		r.expect(club, "好", "03:30 2026-11-22")
		r.put(owner(club, "/改 group zone America/New_York"))
		r.put(says("小明", "/几点"))
		r.expect(club, "好", "14:30 2026-11-21")
		r.put(tells("小明", "/几点"))
		r.expect(home("小明"), "03:30 2026-11-21")
	})
}

// What a failed command set is not even seen by the next one of the same transaction.
func TestASettingIsUndone(t *testing.T) {
	fail := plain("改完就坏", func(_ context.Context, c *Call) error {
		if err := c.SetFor("f", "word", "坏"); err != nil {
			return err
		}
		if _, err := c.SettingsHere(); err != nil { // it reads what holds now
			return err
		}
		return errBoom
	})
	f := tuned()
	f.Commands = append(f.Commands, fail)
	play(t, Options{Features: []Feature{f}}, func(r *rig) {
		open := r.db.hold(t)
		r.give(says("小明", "先来一句"))
		synctest.Wait()
		r.give(says("小明", "/改完就坏"))
		r.give(says("小明", "/看"))
		open()
		synctest.Wait()
		if got := r.heard(club); len(got) != 2 || !strings.HasPrefix(got[1], "{Word:默 ") {
			t.Errorf("heard %q", got)
		}
	})
}

func TestASettingHoldsFromItsPlaceInTheBatch(t *testing.T) {
	play(t, Options{Features: []Feature{tuned()}}, func(r *rig) {
		open := r.db.hold(t)
		r.give(says("小明", "先来一句"))
		synctest.Wait()
		r.give(says("小明", "/看"))
		r.give(owner(club, "/改 f word 新"))
		r.give(says("小明", "/看"))
		open()
		synctest.Wait()
		got := r.heard(club)
		if len(got) != 3 || !strings.HasPrefix(got[0], "{Word:默 ") || !strings.HasPrefix(got[2], "{Word:新 ") {
			t.Errorf("heard %q", got)
		}
	})
}

// The new time of a job is kept with the setting it follows from, or neither is.
func TestSettingReplansItsJob(t *testing.T) {
	fail := plain("改完就坏", func(_ context.Context, c *Call) error {
		if err := c.SetFor("f", "when", "每天 13:00"); err != nil {
			return err
		}
		return errBoom
	})
	fail.Who = Owner
	f := tuned()
	f.Commands = append(f.Commands, fail)
	play(t, Options{Features: []Feature{f}, Settings: map[string]any{"f": fine{When: "每天 18:00"}}}, func(r *rig) {
		r.put(says("小明", "你好"))
		due := func() string {
			var list []string
			for _, row := range all(r, timers) {
				list = append(list, row.Due.In(time.FixedZone("", 8*3600)).Format("01-02 15:04"))
			}
			return strings.Join(list, " ")
		}
		expect := func(want string) {
			r.t.Helper()
			if got := due(); got != want {
				r.t.Fatalf("due %s, expected %s", got, want)
			}
		}
		expect("11-21 18:00")
		updates := r.db.count()
		r.put(owner(club, "/改 f when 每天 15:00"))
		expect("11-21 15:00")
		// The command, and the attempt and the outcome of its answer.
		if n := r.db.count() - updates; n != 3 {
			t.Errorf("%d transactions", n)
		}
		r.heard(club)
		r.put(owner(club, "/改完就坏"))
		expect("11-21 15:00")
		if got := r.heard(club); len(got) != 1 || !strings.Contains(got[0], "出错了") {
			t.Fatalf("heard %q", got)
		}
		r.put(owner(club, "/改 group zone UTC"))
		expect("11-21 23:00")
		r.put(owner(club, "/改 f when 胡说"))
		expect("11-21 23:00")
		r.put(owner(club, "/改 group zone Asia/Shanghai"))
		r.put(owner(club, "/改 f when"))
		expect("11-21 18:00")
		r.heard(club)
		r.wind(6 * time.Hour)
		r.expect(club, "到点了")
		expect("11-22 18:00")
	})
}
