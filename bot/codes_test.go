package bot

import (
	"context"
	"testing"
	"time"

	"sixtwenty/store"
)

// TestTenWrongCodesShutTheDoor, once an hour, and somebody outside hears of it after the commit.
func TestTenWrongCodesShutTheDoor(t *testing.T) {
	try := plain("码", func(_ context.Context, c *Call) error {
		shut, err := c.DoorShut()
		if err != nil || shut {
			return err
		}
		_, err = c.WrongCode()
		return err
	})
	try.Secret, try.Args = true, "<码>"
	heard := 0
	o := Options{Features: []Feature{declare("f", try)}, DoorShut: func() { heard++ }}
	play(t, o, func(r *rig) {
		for range 9 {
			r.put(says("阿杰", "/码 0"))
		}
		if heard != 0 {
			t.Errorf("heard after nine")
		}
		for range 20 {
			r.put(says("小明", "/码 0"))
		}
		if heard != 1 {
			t.Errorf("heard %d times", heard)
		}
		r.wind(doorShut)
		for range 10 {
			r.put(says("小明", "/码 0"))
		}
		if heard != 2 {
			t.Errorf("an hour later: heard %d times", heard)
		}
		r.wind(doorShut)
		for range 10 { // in fifty minutes
			r.put(says("小明", "/码 0"))
			r.wind(5 * time.Minute)
		}
		r.wind(doorShut - 10*time.Minute)
		for range 10 {
			r.put(says("小明", "/码 0"))
		}
		if heard != 3 {
			t.Errorf("the door was open before its hour was over: heard %d times", heard)
		}
		var rows []AuditRow
		if err := r.db.View(t.Context(), func(s store.Reader) (err error) {
			rows, err = Audits(s, 100)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if first := rows[len(rows)-1]; first.Outcome != outcomeRefused || first.Args != "" || time.Since(first.At) < time.Hour {
			t.Errorf("audit %+v", first)
		}
	})
}

// TestPowerWithinACommandOfEverybody is written down as any other, and so is who tries it without the right.
func TestPowerWithinACommandOfEverybody(t *testing.T) {
	rule := plain("群规", func(_ context.Context, c *Call) error {
		if c.Arg("新的") != "" && !c.Power(Manager) {
			return Refuse(Text{"只有管理员能改", "managers only"})
		}
		return nil
	})
	rule.Args = "[新的...]"
	f := declare("rules", rule)
	f.Watches = []Watch{watch(Message, func(_ context.Context, c *Call) error {
		if c.Event.Text == "确定" && c.Role == Owner {
			c.Power(Owner)
		}
		return nil
	})}
	play(t, Options{Features: []Feature{f}}, func(r *rig) {
		for _, text := range []string{"/群规", "/群规 不许迟到", "确定"} {
			r.put(says("小明", text))
			r.put(owner(club, text))
		}
		var done, denied []AuditRow
		if err := r.db.View(t.Context(), func(s store.Reader) (err error) {
			if done, err = Audits(s, 100); err != nil {
				return err
			}
			denied, err = Denials(s)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if len(done) != 2 || done[0].Command != "rules" || done[1].Command != "群规" || done[1].Args != "不许迟到" || done[1].Outcome != outcomeDone {
			t.Errorf("uses of power %+v", done)
		}
		if len(denied) != 1 || denied[0].Who != member("小明").Person || denied[0].Command != "群规" {
			t.Errorf("tries %+v", denied)
		}
	})
}
