package wechat

import (
	"maps"
	"slices"
	"unicode/utf8"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Bounds of what is kept of one group for finding its people again.
const (
	maxFormer = 200
	maxCard   = 96 // bytes of one name
)

// traces keeps what a member list leaves behind besides who is on it: the names chosen in the group, and who left it, so that
// whoever comes back after the next scan is known.
func (p *plan) traces(r store.Reader, group bot.ChatID, before []bot.PersonID, members []member) error {
	cards, here := map[bot.PersonID]string{}, make(map[bot.PersonID]bool, len(members))
	for _, m := range members {
		here[m.id] = true
		if card := m.card; card != "" {
			cards[m.id] = cut(card, maxCard)
		}
	}
	had, _, err := cardRows.Get(r, group)
	if err != nil {
		return err
	}
	was, _, err := formerRows.Get(r, group)
	if err != nil {
		return err
	}
	former := slices.DeleteFunc(append(slices.Clone(was), before...), func(id bot.PersonID) bool { return here[id] })
	former = former[max(0, len(former)-maxFormer):]
	for _, id := range former {
		if card := had[id]; card != "" {
			cards[id] = card
		}
	}
	if !maps.Equal(cards, had) {
		p.put(func(tx store.Tx) error { return cardRows.Put(tx, cards, group) })
	}
	if !slices.Equal(former, was) {
		p.put(func(tx store.Tx) error { return formerRows.Put(tx, former, group) })
	}
	return nil
}

// cut takes at most so many bytes of a text, whole characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
