package handlers_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// TestOfTheForgottenNoNameIsKept: somebody does all that members can do, and all is done to them that managers can do; once they
// are forgotten, no table of any feature holds their name.
func TestOfTheForgottenNoNameIsKept(t *testing.T) {
	t.Run("of a group", func(t *testing.T) { forgotten(t, "") })
	t.Run("of a group that the bot was sent away from", func(t *testing.T) { forgotten(t, "/停用") })
}

func forgotten(t *testing.T, before string) {
	t.Helper()
	const name = "林间的小路"
	o := options()
	o.Members = []string{name, "阿杰", "苏苏"}
	bottest.Run(t, o, func(w *bottest.World) {
		lead(w, name)
		w.Wind(26 * time.Hour)
		if held := holding(w, name); len(held) < 6 {
			t.Fatalf("the name is kept in %q only; the test is blind", held)
		}
		for _, feature := range silent(w, name) {
			t.Errorf("feature %s keeps something of a person, and neither tells them (About) nor forgets it (Forget)", feature)
		}
		if before != "" {
			w.Says("小六", before)
		}
		w.Private(name, "/忘记我")
		if got := w.Private(name, "/忘记我 确定"); len(got) != 1 || !strings.Contains(got[0], "已经忘记了") {
			t.Fatalf("heard %q", got)
		}
		w.Wind(time.Minute) // what is on its way goes
		for _, table := range holding(w, name) {
			if !slices.Contains([]string{"bot/audit"}, table) { // what managers typed, see docs/privacy.md
				t.Errorf("%s still holds the name", table)
			}
		}
	})
}

// lead has somebody say every example of what members may do, and the owner every example of the rest about them.
func lead(w *bottest.World, name string) {
	w.Invite(name, "新来的")
	w.Invite("群主", "又一位")
	for _, f := range handlers.All("314159") {
		for _, cmd := range f.Commands {
			if slices.Contains([]string{"忘记我", "停", "停用"}, cmd.Name) {
				continue
			}
			for _, e := range cmd.Examples {
				text, who := strings.NewReplacer("小明", name, "苏苏", name, "阿杰", name).Replace(e.Say), name
				if cmd.Who > bot.Everyone {
					who = "小六"
				}
				if cmd.Where == bot.InPrivate {
					w.Private(who, text)
				} else {
					w.Says(who, text)
				}
			}
		}
	}
}

// silent names the features whose tables hold somebody's id though they tell nothing of it, or cannot forget it.
func silent(w *bottest.World, name string) (list []string) {
	w.T.Helper()
	held := map[string]bool{}
	for _, table := range tablesWith(w, string(w.Person(name))) {
		of, _, _ := strings.Cut(table, "/")
		held[of] = true
	}
	err := w.DB().View(w.T.Context(), func(r store.Reader) error {
		list = nil
		who, err := bot.PersonOf(r, w.Person(name))
		if err != nil {
			return err
		}
		for _, f := range handlers.All("314159") {
			if !held[f.Name] {
				continue
			}
			var lines []bot.Line
			if f.About != nil {
				if lines, err = f.About(r, who, bot.ZH); err != nil {
					return err
				}
			}
			if len(lines) == 0 || f.Forget == nil {
				list = append(list, f.Name)
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return list
}

// holding names the tables in which somebody's name stands.
func holding(w *bottest.World, name string) []string {
	return tables(w, func(row string) bool {
		return strings.Contains(strings.ReplaceAll(row, string(w.Person(name)), ""), name) // ids here are made of names
	})
}

func tablesWith(w *bottest.World, word string) []string {
	return tables(w, func(row string) bool { return strings.Contains(row, word) })
}

// tables names those that have such a row.
func tables(w *bottest.World, is func(row string) bool) (list []string) {
	w.T.Helper()
	all := storetest.Buckets(w.T, w.DB())
	err := w.DB().View(w.T.Context(), func(r store.Reader) error {
		list = nil
		for _, table := range all {
			for p, err := range r.Scan(table, store.Range{}) {
				if err != nil {
					return err
				}
				if is(store.FormatKey(p.Key) + string(p.Value)) {
					list = append(list, table)
					break
				}
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return list
}
