package bot

import (
	"context"
	"testing"
	"time"
)

// TestLastSent: what a manager sent last is found again, here or from the private conversation, for a while; nothing is kept of
// what others send.
func TestLastSent(t *testing.T) {
	var got string
	look := Command{
		Name: "look", Summary: Text{"x", "x"}, Examples: []Example{{Say: "/look"}},
		Run: func(_ context.Context, c *Call) error {
			m, ok, err := c.LastSent(10 * time.Minute)
			if got = m.Ref; !ok {
				got = "none"
			}
			return err
		},
	}
	boss := Command{
		Name: "boss", Summary: Text{"x", "x"}, Examples: []Example{{Say: "/boss"}},
		Run: func(_ context.Context, c *Call) error { return c.Grant(c.Event.From.Person, c.Event.Chat.ID, Manager) },
	}
	f := Feature{Name: "looker", Summary: Text{"x", "x"}, Commands: []Command{look, boss}}
	play(t, Options{Features: []Feature{f}}, func(r *rig) {
		send := func(chat Chat, who, ref string, kind MediaKind) {
			r.put(Event{Kind: Message, Chat: chat, From: member(who), Media: &Media{Kind: kind, Ref: ref}})
		}
		expect := func(who, want string) {
			t.Helper()
			r.put(Event{Kind: Message, Chat: club, From: member(who), Text: "/look"})
			if got != want {
				t.Errorf("%s finds %q, not %q", who, got, want)
			}
		}
		send(club, "小明", "a", Image)
		expect("小明", "none")
		r.put(Event{Kind: Message, Chat: club, From: member("小明"), Text: "/boss"})
		send(club, "小明", "b", Image)
		send(club, "小明", "c", Link)
		send(club, "阿杰", "d", Image)
		expect("小明", "b")
		expect("阿杰", "none")
		time.Sleep(time.Minute)
		send(home("小明"), "小明", "e", Voice)
		expect("小明", "e")
		time.Sleep(10*time.Minute + 1)
		expect("小明", "none")
	})
}

func TestSending(t *testing.T) {
	for _, c := range []struct {
		m    Media
		kind EffectKind
		name string
	}{
		{Media{Kind: Image, Name: "x"}, SendImage, "picture.jpg"},
		{Media{Kind: Voice}, SendVoice, "voice.mp3"},
		{Media{Kind: File, Name: `..\a/手册.pdf`}, SendFile, "手册.pdf"},
		{Media{Kind: Video}, SendFile, "file"},
	} {
		if kind, name := c.m.Sending(); kind != c.kind || name != c.name {
			t.Errorf("%+v: %s %q", c.m, kind, name)
		}
	}
}
