package bot

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"sixtwenty/store"
)

func TestSettingsTellWhereTheyComeFrom(t *testing.T) {
	base := DefaultGroupSettings()
	base.DayBegins = 5
	play(t, Options{Settings: map[string]any{groupFeature: base}}, func(r *rig) {
		r.put(says("小明", "hi"))
		find := func() (found Setting) {
			err := r.db.View(r.t.Context(), func(tx store.Reader) error {
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

// TestWhatTheConsoleTookReachesAWork: an upload comes along with a command, and its work opens it like anything that was sent.
func TestWhatTheConsoleTookReachesAWork(t *testing.T) {
	heard := ""
	f := declare("take", plain("收", func(_ context.Context, c *Call) error { return c.Work("read", "k", c.Event.Media) }))
	f.Works = map[string]func(context.Context, Work) (any, error){
		"read": func(ctx context.Context, w Work) (any, error) {
			var m Media
			if err := json.Unmarshal(w.Data, &m); err != nil {
				return nil, err
			}
			body, err := w.Fetch(ctx, m)
			if err != nil {
				return nil, err
			}
			defer body.Close()
			data, err := io.ReadAll(body)
			return string(data) + " " + m.Name, err
		},
	}
	f.Watches = []Watch{watch("take.read", func(_ context.Context, c *Call) error {
		var done Done
		if err := c.Decode(&done); err != nil {
			return err
		}
		c.Say("in no chat")
		return done.Into(&heard)
	})}
	play(t, Options{Features: []Feature{f}}, func(r *rig) {
		m, err := r.bot.Take(r.t.Context(), Voice, "a.mp3", strings.NewReader("sound"), 5)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.bot.Ask(r.t.Context(), Event{Text: "/收", Media: &m}); err != nil {
			t.Fatal(err)
		}
		r.wind(time.Minute)
		if heard != "sound a.mp3" {
			t.Errorf("the work heard %q", heard)
		}
		if got, _ := r.svc.sent(); len(got) != 0 {
			t.Errorf("it said %v where there is no chat", got)
		}
		if _, err := r.bot.Take(r.t.Context(), Voice, "a.mp3", strings.NewReader("sounds"), 5); !errors.Is(err, store.ErrBlobTooLarge) {
			t.Errorf("too much was taken: %v", err)
		}
	})
}
