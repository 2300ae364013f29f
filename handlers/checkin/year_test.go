package checkin

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/owner"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

// TestAYearOfFiveHundredPeople lives through a year with two changes of the clock, in a zone with daylight saving time:
// the habits are the model's, and a storm is never answered one by one.
func TestAYearOfFiveHundredPeople(t *testing.T) {
	if testing.Short() {
		t.Skip("it is long")
	}
	const people, days = 500, 365
	opts := bottest.Options{Features: []bot.Feature{owner.Feature("314159"), Feature(pictures.Lazily(pictures.Options{}))}}
	for i := range people {
		opts.Members = append(opts.Members, fmt.Sprint("群友", i))
	}
	bottest.Run(t, opts, func(w *bottest.World) {
		w.Says("小六", "/设置 group.zone America/New_York")
		w.Wind(48 * time.Hour) // it holds from the next day
		rng, there, total, heard, alone := rand.New(rand.NewPCG(620, 500)), make([]map[bot.Day]*plainDay, people), 0, 0, 0
		zone, err := time.LoadLocation("America/New_York")
		if err != nil {
			w.T.Fatal(err)
		}
		for i := range there {
			there[i] = map[bot.Day]*plainDay{}
		}
		for range days {
			var list []bot.Event
			for i, name := range opts.Members {
				if rng.Float64() >= faith(i) {
					continue
				}
				there[i][bot.DayOf(time.Now(), zone, 4)] = &plainDay{there: true}
				list = append(list, bot.Event{Kind: bot.Message, Chat: w.Group(), From: bot.Member{Person: w.Person(name), Nick: name}, Text: "打卡"})
			}
			total += len(list)
			cards, others := cardsIn(w, list)
			heard, alone = heard+cards, alone+others
			w.Wind(time.Until(time.Now().In(zone).AddDate(0, 0, 1)))
		}
		if total < 12*days || heard != days || alone > total/10 {
			w.T.Errorf("%d check-ins on %d days were answered with %d cards, and %d alone", total, days, heard, alone)
		}
		check(w, opts.Members, there)
	})
}

// faith is how likely somebody checks in: ten do nearly always, fifty now and then, the others hardly.
func faith(i int) float64 {
	switch {
	case i < 10:
		return 0.95
	case i < 60:
		return 0.1
	}
	return 0.005
}

// cardsIn lets a storm happen and counts the cards that answer it, and the replies to one person.
func cardsIn(w *bottest.World, list []bot.Event) (cards, others int) {
	for _, text := range append(w.PutAll(list), w.Wind(time.Minute)...) {
		if strings.Contains(text, "名已打卡") {
			cards++
		} else {
			others++
		}
	}
	return cards, others
}

func check(w *bottest.World, members []string, there []map[bot.Day]*plainDay) {
	w.T.Helper()
	err := w.DB().View(w.T.Context(), func(r store.Reader) error {
		row, _, err := books.Get(r, modelGroup)
		if err != nil {
			return err
		}
		for i, name := range members {
			got, _, err := habits.Get(r, modelGroup, w.Person(name))
			if err != nil {
				return err
			}
			if want := plain(there[i], row.Closed, row.Rules); got != want {
				w.T.Errorf("%s has %+v, the model %+v", name, got, want)
			}
		}
		return nil
	})
	if err != nil {
		w.T.Error(err)
	}
}
