package handlers_test

import (
	"testing"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers"
	"sixtwenty/store"
)

// TestEveryUseOfPowerIsWrittenDown: whatever becomes of a command that takes power, it stands in the audit; and a member who tries
// it, with the same words in the same place, gets nothing and stands among those who tried.
func TestEveryUseOfPowerIsWrittenDown(t *testing.T) {
	n := 0
	for _, f := range handlers.All("314159") {
		for _, cmd := range f.Commands {
			if cmd.Who <= bot.Everyone {
				continue
			}
			n++
			t.Run(cmd.Name, func(t *testing.T) {
				bottest.Run(t, options(), func(w *bottest.World) {
					say := w.Says
					if cmd.Where == bot.InPrivate {
						say = w.Private
					}
					used := func() (done, denied int) {
						err := w.DB().View(w.T.Context(), func(r store.Reader) error {
							list, err := bot.Audits(r, 100)
							if err != nil {
								return err
							}
							tried, err := bot.Denials(r)
							done, denied = len(list), len(tried)
							return err
						})
						if err != nil {
							t.Fatal(err)
						}
						return done, denied
					}
					say("阿杰", cmd.Examples[0].Say)
					if done, denied := used(); done != 0 || denied != 1 {
						t.Errorf("a member tried: %d uses, %d tries", done, denied)
					}
					say("小六", "/"+cmd.Name+" 乱写一气 乱写一气 乱写一气 乱写一气 乱写一气")
					say("小六", cmd.Examples[0].Say)
					if done, denied := used(); done != 2 || denied != 1 {
						t.Errorf("the account's own phone did it twice: %d uses, %d tries", done, denied)
					}
				})
			})
		}
	}
	if n < 20 {
		t.Errorf("only %d commands take power", n)
	}
}
