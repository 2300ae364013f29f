package bot

import (
	"context"
	"encoding/json"
	"path"
	"slices"
	"strings"
	"time"

	"sixtwenty/store"
)

// A sentRow is what somebody sent last.
type sentRow struct {
	Media Media     `json:"media"`
	At    time.Time `json:"at"`
}

const lastSent = store.Table[sentRow]("bot/lastsent") // chat, person

// keepable are the media whose bytes can be kept.
func (m Media) keepable() bool {
	return slices.Contains([]MediaKind{Image, Voice, Video, File}, m.Kind)
}

// remember keeps what somebody sent who may set things up: first the picture, then the words that say what it is for.
func (r *run) remember(e *Event, role Role) error {
	if e.Kind != Message || e.Media == nil || !e.Media.keepable() || e.From.Person == "" {
		return nil
	}
	if role < Manager {
		if trusted, err := r.holdsRole(e.From.Person); err != nil || !trusted || e.Chat.Group {
			return err
		}
	}
	return lastSent.Put(r.tx, sentRow{*e.Media, e.At}, e.Chat.ID, e.From.Person)
}

// holdsRole says whether somebody may do more than others in any chat.
func (r *run) holdsRole(p PersonID) (bool, error) {
	rg := store.Under(p)
	rg.Limit = 1
	for _, err := range roles.Scan(r.tx, rg) {
		return err == nil, err
	}
	return false, nil
}

// LastSent is the picture, file or recording that comes with what the sender says, or that they sent last, here or to the bot in
// private, no longer ago than within. ok is false where there is none; it is known only of those who hold a role.
func (c *Call) LastSent(within time.Duration) (m Media, ok bool, err error) {
	if c.Event.Media != nil && c.Event.Media.keepable() {
		return *c.Event.Media, true, nil
	}
	home, err := HomeOf(c.Tx, c.Event.From.Person)
	if err != nil {
		return m, false, err
	}
	var best sentRow
	for _, chat := range []ChatID{c.Event.Chat.ID, home} {
		row, found, err := lastSent.Get(c.Tx, chat, c.Event.From.Person)
		if err != nil {
			return m, false, err
		}
		if found && c.Event.At.Sub(row.At) <= within && row.At.After(best.At) {
			best, ok = row, true
		}
	}
	return best.Media, ok, nil
}

// KeepMedia is a Work that keeps at most limit bytes of a medium, which its data holds as "media"; its result is the SHA-256.
func KeepMedia(limit int64) func(ctx context.Context, w Work) (any, error) {
	return func(ctx context.Context, w Work) (any, error) {
		var asked struct {
			Media Media `json:"media"`
		}
		if err := json.Unmarshal(w.Data, &asked); err != nil {
			return nil, Permanent(err)
		}
		r, err := w.Fetch(ctx, asked.Media)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return w.Keep(ctx, r, limit)
	}
}

// Sending is how a medium that was kept is sent again: the kind of the effect, and the name that the chat shows.
func (m Media) Sending() (kind EffectKind, name string) {
	switch m.Kind {
	case Image:
		return SendImage, "picture.jpg"
	case Voice:
		return SendVoice, "voice.mp3"
	}
	if name = path.Base(strings.ReplaceAll(m.Name, "\\", "/")); name == "." || name == "/" {
		name = "file"
	}
	return SendFile, name
}
