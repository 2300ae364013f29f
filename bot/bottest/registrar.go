package bottest

import (
	"sixtwenty/bot"
	"sixtwenty/store"
)

// registrar is an account that is not sure of some people.
type registrar struct {
	*account
	doubts []bot.Doubt
}

var _ bot.Registrar = registrar{}

const settled = store.Table[struct{}]("bottest/settled") // person

func (r registrar) Health(s store.Reader, _ func(bot.Chat) bool) (bot.Health, error) {
	open, err := r.Doubts(s, len(r.doubts))
	return bot.Health{Report: bot.Text{ZH: "这次登录：一切都好", EN: "this sign-in: all is well"}, Doubts: len(open)}, err
}

func (r registrar) Doubts(s store.Reader, limit int) (open []bot.Doubt, err error) {
	for _, d := range r.doubts {
		if done, err := settled.Has(s, d.Person); err != nil {
			return nil, err
		} else if !done && len(open) < limit {
			open = append(open, d)
		}
	}
	return open, nil
}

func (r registrar) Settled(tx store.Tx, who bot.PersonID) error {
	return settled.Put(tx, struct{}{}, who)
}

// Forget does nothing: ids of this account last, so whoever comes back has the same.
func (r registrar) Forget(store.Tx, []bot.PersonID) error { return nil }

func (r registrar) Forgotten(store.Reader, bot.PersonID) (bool, error) { return false, nil }
