package bot

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"sixtwenty/store"
)

func (r *rig) everyName(who PersonID) (list []string) {
	r.t.Helper()
	err := r.db.View(r.t.Context(), func(tx store.Reader) error {
		list = nil
		rows, err := EveryName(tx, Person{Head: who, Identities: []PersonID{who}})
		for _, row := range rows {
			list = append(list, row.Name)
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

func (r *rig) as(who PersonID, nick, card string) {
	e := says("小明", "hi")
	e.ID = fmt.Sprintf("%s/%s/%s/%s", e.ID, who, nick, card)
	e.From = Member{Person: who, Nick: nick, Card: card}
	r.put(e)
}

func TestEveryNameIsKept(t *testing.T) {
	forget := plain("忘", func(_ context.Context, c *Call) error { return c.ForgetPerson(c.Event.From.Person) })
	play(t, Options{Features: []Feature{declare("test", forget)}}, func(r *rig) {
		r.as("p1", "小明", "")
		r.as("p1", "小明", "明明")
		r.as("p1", "大明", "明明")
		r.as("p1", "小明", "")
		if got, want := r.everyName("p1"), []string{"小明", "明明", "大明"}; !slices.Equal(got, want) {
			t.Errorf("the names are %q, expected %q", got, want)
		}
		err := r.db.View(r.t.Context(), func(tx store.Reader) error {
			rows, last, err := NamesSince(tx, 1, 10)
			if len(rows) != 2 || last != 3 || rows[0].Name != "明明" {
				t.Errorf("after the first: %v, %d", rows, last)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2 * mostNames {
			r.as("p2", fmt.Sprint("名", i), "")
		}
		if n := len(r.everyName("p2")); n != mostNames {
			t.Errorf("%d names of one identity are kept", n)
		}
		e := says("小明", "/忘")
		e.From = Member{Person: "p1", Nick: "小明"}
		r.put(e)
		if got := r.everyName("p1"); len(got) > 0 {
			t.Errorf("who was forgotten still has %q", got)
		}
	})
}

// TestNamesOfBeforeAreFound: a state of before names were kept has them at the next start.
func TestNamesOfBeforeAreFound(t *testing.T) {
	play(t, Options{}, func(r *rig) {
		r.as("p1", "小明", "明明")
		err := r.db.Update(r.t.Context(), func(tx store.Tx) error { return forgetNames(tx, "p1") })
		if err != nil {
			t.Fatal(err)
		}
		r.stop()
		r.launch()
		r.put(says("小红", "hi"))
		if got := r.everyName("p1"); !slices.Equal(got, []string{"小明", "明明"}) && !slices.Equal(got, []string{"明明", "小明"}) {
			t.Errorf("the names are %q", got)
		}
	})
}
