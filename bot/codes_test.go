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
