package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"sixtwenty/bot"
)

// tell translates and puts the messages, in order, each list that was read once: with the event that made it be read, or before
// the first message of its group.
func (b *batch) tell(ctx context.Context) error {
	t := translator{names: b.s.names, now: b.clock.Now()}
	for _, m := range b.messages {
		if b.echoes.heard(m, b.s.names.self) {
			continue
		}
		e, ok := t.event(m)
		wire := m.partner(b.s.names.self)
		if b.fresh[wire] {
			r := b.s.names.rooms[wire]
			switch {
			case ok && b.carrier[wire] == m:
				e.Roster = b.listOf(r)
			case b.carrier[wire] == nil && b.first[wire] == m:
				if err := b.in.Put(ctx, b.listed(r, m.id(), m)); err != nil {
					return err
				}
			}
		}
		if !ok {
			continue
		}
		if err := b.in.Put(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// listOf hands a list that was read to the engine, once: two lists that lack somebody mean that they left.
func (b *batch) listOf(r *room) []bot.Member {
	delete(b.fresh, r.wire)
	r.told = true
	return r.roster()
}

// listed is the event that a list was read. Its ID is the same if the stream is read again from the same place.
func (b *batch) listed(r *room, mark string, m *message) bot.Event {
	e := bot.Event{
		ID: strings.Join([]string{"list", b.s.id, string(r.id), mark}, "/"), Kind: bot.Listed, At: b.clock.Now(), Chat: r.chat(),
	}
	if m != nil {
		e.At = m.at(e.At)
	}
	e.Roster = b.listOf(r)
	return e
}

// tellChanges puts what changed without a message: members who came or went unseen, and friends with new names.
func (b *batch) tellChanges(ctx context.Context) error {
	mark := b.s.key.mark()
	for _, c := range b.changed {
		var e bot.Event
		if isRoom(c.UserName) {
			if !b.fresh[c.UserName] {
				continue
			}
			e = b.listed(b.s.names.rooms[c.UserName], "k"+mark, nil)
		} else {
			p := b.s.names.people[c.UserName]
			was, known := b.nicks[c.UserName]
			if p == nil || p.id == "" || p.official || !known || was == "" || was == p.row.Nick {
				continue
			}
			sum := sha256.Sum256([]byte(p.row.Nick))
			e = bot.Event{
				ID:   strings.Join([]string{"name", b.s.id, string(p.id), mark, hex.EncodeToString(sum[:6])}, "/"),
				Kind: bot.Renamed, At: b.clock.Now(), Chat: p.chat(), From: p.member(""),
			}
		}
		if err := b.in.Put(ctx, e); err != nil {
			return err
		}
	}
	return nil
}
