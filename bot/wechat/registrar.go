package wechat

import (
	"sixtwenty/bot"
	"sixtwenty/store"
)

var _ bot.Registrar = (*Account)(nil)

// Health implements bot.Registrar.
func (a *Account) Health(r store.Reader, follows func(bot.Chat) bool) (bot.Health, error) {
	h, err := directoryHealth(r, follows)
	if err != nil {
		return bot.Health{}, err
	}
	texts, err := UnknownTexts(r)
	shown := bot.Health{Report: h.Report.Text(), Unsaved: h.Unsaved, Unseen: h.Unseen, Doubts: h.Questions}
	for _, t := range texts {
		shown.Texts = append(shown.Texts, t.Text)
	}
	return shown, err
}

// Doubts implements bot.Registrar.
func (a *Account) Doubts(r store.Reader, limit int) (list []bot.Doubt, err error) {
	open, err := Questions(r)
	if err != nil {
		return nil, err
	}
	for _, q := range open[:min(len(open), limit)] {
		d := bot.Doubt{Person: q.Person, Nick: q.Nick}
		for _, c := range q.Candidates {
			d.Candidates = append(d.Candidates, bot.Candidate{Person: c.Person, Nick: c.Nick, Evidence: c.Evidence})
		}
		list = append(list, d)
	}
	return list, nil
}

// Settled implements bot.Registrar.
func (a *Account) Settled(tx store.Tx, who bot.PersonID) error { return Answered(tx, who) }
