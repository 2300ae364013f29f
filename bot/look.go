package bot

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"sync"
	"time"

	"sixtwenty/store"
)

// This file is what the console reads of the bot besides the features' views. Any goroutine.

// About gathers what every feature has to say of a person.
func (b *Bot) About(r store.Reader, who PersonID, l Lang) ([]Line, error) {
	p, err := PersonOf(r, who)
	if err != nil {
		return nil, err
	}
	var lines []Line
	for _, f := range b.features {
		if f.About == nil {
			continue
		}
		more, err := f.About(r, p, l)
		if err != nil {
			return nil, fmt.Errorf("feature %s, about a person: %w", f.Name, err)
		}
		lines = append(lines, more...)
	}
	return lines, nil
}

// Why gathers what every feature can explain.
func (b *Bot) Why(r store.Reader, q Question) ([]Line, error) {
	var lines []Line
	for _, f := range b.features {
		if f.Why == nil {
			continue
		}
		more, err := f.Why(r, q)
		if err != nil {
			return nil, fmt.Errorf("feature %s, why: %w", f.Name, err)
		}
		lines = append(lines, more...)
	}
	return lines, nil
}

// SettingsIn lists what can be set, as it holds in a chat.
func (b *Bot) SettingsIn(r store.Reader, chat ChatID) ([]Setting, error) {
	var list []Setting
	for _, f := range b.features {
		if f.base == nil {
			continue
		}
		now, err := f.settingsIn(r, chat)
		if err != nil {
			return nil, err
		}
		v, base, first := reflect.ValueOf(now), reflect.ValueOf(f.base), reflect.ValueOf(f.Settings)
		for i := range v.NumField() {
			field := v.Type().Field(i)
			s := Setting{
				Feature: f.Name, Field: yamlName(field), Help: helpText(field), Fixed: onlyInConfig(v, yamlName(field)),
				Value: fieldText(v.Field(i)), Base: fieldText(base.Field(i)), Default: fieldText(first.Field(i)),
				Switch: field.Type.Kind() == reflect.Bool, Of: f.Summary,
			}
			row, changed, err := overrides.Get(r, f.Name, chat, s.Field)
			if err != nil {
				return nil, err
			}
			s.Changed, s.By, s.At = changed, row.By, row.At
			list = append(list, s)
		}
	}
	return list, nil
}

// Here gives a chat's own settings and the day it is there; of "" what holds where nothing else is said.
func (b *Bot) Here(r store.Reader, chat ChatID) (GroupSettings, Day, error) {
	v, err := b.byName[groupFeature].settingsIn(r, chat)
	if err != nil {
		return GroupSettings{}, 0, err
	}
	g := v.(GroupSettings)
	return g, DayOf(b.clock.Now(), g.Location(), g.DayBegins), nil
}

// A pulse lets any number of goroutines wait for the next commit.
type pulse struct {
	mu   sync.Mutex
	next chan struct{}
}

// Changed is closed at the next commit of events, or of what became of an effect.
func (b *Bot) Changed() <-chan struct{} {
	b.pulse.mu.Lock()
	defer b.pulse.mu.Unlock()
	if b.pulse.next == nil {
		b.pulse.next = make(chan struct{})
	}
	return b.pulse.next
}

func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next != nil {
		close(p.next)
		p.next = nil
	}
}

// Take keeps at most limit bytes that the owner gave to the console, for an Asked event to bring along. It must be asked for
// within the day.
func (b *Bot) Take(ctx context.Context, kind MediaKind, name string, r io.Reader, limit int64) (Media, error) {
	blob, err := store.Blobs{DB: b.db, Now: b.clock.Now}.Put(ctx, r, limit)
	return Media{Kind: kind, Name: name, Size: blob.Size, Blob: blob.Sum}, err
}

// Open opens what was kept, such as a recording.
func (b *Bot) Open(ctx context.Context, sum string) (io.ReadCloser, error) {
	return b.openBlob(ctx, sum)
}

// fetch opens what was sent along, or what the owner gave to the console.
func (b *Bot) fetch(ctx context.Context, m Media) (io.ReadCloser, error) {
	if m.Blob != "" {
		return b.openBlob(ctx, m.Blob)
	}
	return b.account.Fetch(ctx, m)
}

// Unfollowed gives groups that are known and that the bot does not live in, at most limit of them.
func Unfollowed(r store.Reader, limit int) (list []Chat, err error) {
	for row, err := range chats.Scan(r, store.Range{}) {
		if err != nil {
			return nil, err
		}
		if !row.Value.Group || row.Value.On {
			continue
		}
		var id ChatID
		if err := store.Split(row.Key, &id); err != nil {
			return nil, err
		}
		if list = append(list, Chat{ID: id, Group: true, Name: row.Value.Name}); len(list) == limit {
			break
		}
	}
	return list, nil
}

// A Merged is one merge that was made, under the number that takes it back.
type Merged struct {
	N          uint64
	Into, From PersonID
	Why        string
	At         time.Time
	Ended      bool // it was taken back
}

// Merges gives the latest merges, newest first.
func Merges(r store.Reader, limit int) (list []Merged, err error) {
	for row, err := range merges.Scan(r, store.Range{Reverse: true, Limit: limit}) {
		if err != nil {
			return nil, err
		}
		m := Merged{Into: row.Value.Into, From: row.Value.From, Why: row.Value.Why, At: row.Value.At, Ended: row.Value.Ended}
		if err := store.Split(row.Key, &m.N); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}
