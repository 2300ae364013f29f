package bot

import (
	"errors"
	"testing"

	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// What a transaction that was not kept met, it did not meet.
func TestWhoWasMetInVainIsMetAgain(t *testing.T) {
	db := storetest.Open(t)
	b, err := New(Options{Account: &service{}, DB: db, Features: []Feature{counter()}, Groups: []string{"六点二十*"}})
	if err != nil {
		t.Fatal(err)
	}
	e := says("小明", "早")
	undone := errors.New("undone")
	meet := func(end error) {
		t.Helper()
		err := db.Update(t.Context(), func(tx store.Tx) error {
			run := b.newRun(tx)
			if err := run.begin(); err != nil {
				return err
			}
			return errors.Join(run.meet(&e), end)
		})
		if !errors.Is(err, end) {
			t.Fatal(err)
		}
		b.memory.kept = end == nil
	}
	known := func() (ok bool) {
		t.Helper()
		err := db.View(t.Context(), func(tx store.Reader) (err error) {
			_, ok, err = members.Get(tx, e.Chat.ID, e.From.Person)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	meet(undone)
	if known() {
		t.Fatal("an undone transaction kept somebody")
	}
	meet(nil)
	if !known() {
		t.Error("who was met in vain is taken for known")
	}
	err = db.Update(t.Context(), func(tx store.Tx) error {
		run := b.newRun(tx)
		return errors.Join(run.begin(), run.unlist(e.Chat.ID, []PersonID{e.From.Person}))
	})
	if err != nil || known() {
		t.Fatalf("still listed, %v", err)
	}
	b.memory.kept = true
	meet(nil)
	if !known() {
		t.Error("who came back is not listed")
	}
}

// Whoever takes an earlier name again, and a group that does, are known by it again.
func TestAnEarlierNameIsTakenAgain(t *testing.T) {
	db := storetest.Open(t)
	b, err := New(Options{Account: &service{}, DB: db, Features: []Feature{counter()}, Groups: []string{"六点二十*"}})
	if err != nil {
		t.Fatal(err)
	}
	meet := func(nick, group string) {
		t.Helper()
		e := says("小明", "早")
		e.From.Nick, e.Chat.Name = nick, group
		err := db.Update(t.Context(), func(tx store.Tx) error {
			run := b.newRun(tx)
			return errors.Join(run.begin(), run.meet(&e))
		})
		if err != nil {
			t.Fatal(err)
		}
		b.memory.kept = true
		err = db.View(t.Context(), func(r store.Reader) error {
			m, _, err1 := members.Get(r, e.Chat.ID, e.From.Person)
			p, _, err2 := people.Get(r, e.From.Person)
			c, _, err3 := chats.Get(r, e.Chat.ID)
			if m.Nick != nick || p.Nick != nick || c.Name != group {
				t.Errorf("%s of %s is kept as %s (%s) of %s", nick, group, m.Nick, p.Nick, c.Name)
			}
			return errors.Join(err1, err2, err3)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, group := range []string{"六点二十", "六点二十 早起", "六点二十"} {
		for _, nick := range []string{"小明", "大明", "小明"} {
			meet(nick, group)
		}
	}
}
