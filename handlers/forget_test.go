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
	const name = "林间的小路"
	o := options()
	o.Members = []string{name, "阿杰", "苏苏"}
	bottest.Run(t, o, func(w *bottest.World) {
		lead(w, name)
		w.Wind(26 * time.Hour)
		before := holding(w, name)
		if len(before) < 6 {
			t.Fatalf("the name is kept in %q only; the test is blind", before)
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

// holding names the tables in which a word stands.
func holding(w *bottest.World, word string) (list []string) {
	w.T.Helper()
	tables := storetest.Buckets(w.T, w.DB())
	err := w.DB().View(w.T.Context(), func(r store.Reader) error {
		list = nil
		for _, table := range tables {
			for p, err := range r.Scan(table, store.Range{}) {
				if err != nil {
					return err
				}
				row := strings.ReplaceAll(store.FormatKey(p.Key)+string(p.Value), string(w.Person(word)), "") // ids here are made of names
				if strings.Contains(row, word) {
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
