package bot

import (
	"testing"

	"sixtwenty/store"
)

func TestSettingsTellWhereTheyComeFrom(t *testing.T) {
	base := DefaultGroupSettings()
	base.DayBegins = 5
	play(t, Options{Settings: map[string]any{groupFeature: base}}, func(r *rig) {
		r.put(says("小明", "hi"))
		find := func() (found Setting) {
			err := r.db.View(t.Context(), func(tx store.Reader) error {
				list, err := r.bot.SettingsIn(tx, "g")
				for _, s := range list {
					if s.Field == "day_begins" {
						found = s
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		if s := find(); s.Default != "4" || s.Base != "5" || s.Value != "5" || s.Changed {
			t.Errorf("before: %+v", s)
		}
	})
}

func TestChangedTellsOfTheNextCommit(t *testing.T) {
	play(t, Options{}, func(r *rig) {
		next := r.bot.Changed()
		select {
		case <-next:
			t.Fatal("nothing happened yet")
		default:
		}
		r.put(says("小明", "hi"))
		<-next
		if r.bot.Changed() == next {
			t.Error("the same wait twice")
		}
	})
}
