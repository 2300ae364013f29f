package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"sixtwenty/store"
)

// TestOldRolesAreBounded: roles of earlier sign-ins give way first, then the oldest blocks; what is live stays.
func TestOldRolesAreBounded(t *testing.T) {
	play(t, Options{Features: []Feature{counter()}}, func(r *rig) {
		r.put(Event{Kind: SignedIn, Text: "s1"})
		r.update(func(tx store.Tx) error {
			for i := range maxRoles {
				row := RoleRow{Role: Manager, Session: "s0", Since: time.Now().Add(-time.Duration(i) * time.Hour)}
				if i%2 == 0 {
					row.Role = Blocked
				}
				if err := roles.Put(tx, row, PersonID(fmt.Sprintf("p/%04d", i)), club.ID); err != nil {
					return err
				}
			}
			for i := range 30 {
				if err := roles.Put(tx, RoleRow{Role: Owner, Session: "s2"}, PersonID(fmt.Sprintf("p/live%d", i)), ""); err != nil {
					return err
				}
			}
			return nil
		})
		r.put(Event{Kind: SignedIn, Text: "s2"})
		live, blocked, oldest := 0, 0, time.Now()
		for _, row := range all(r, roles) {
			switch {
			case row.Session == "s2":
				live++
			case row.Role == Blocked:
				blocked++
			case row.Since.Before(oldest):
				oldest = row.Since
			}
		}
		if n := rows(r, roles); n != maxRoles || live != 30 || blocked != maxRoles/2 {
			t.Errorf("%d roles, %d live, %d blocks", n, live, blocked)
		}
		if age := time.Since(oldest); age > (maxRoles-50)*time.Hour {
			t.Errorf("a role of %v ago is left, while newer ones gave way", age)
		}
	})
}

// TestABlockIsOfThePerson: whoever is known to be the same person is not heard under another identity either.
func TestABlockIsOfThePerson(t *testing.T) {
	merge := plain("合并", func(_ context.Context, c *Call) error {
		_, err := c.Merge("p/小明", "p/小明二号", "")
		return err
	})
	play(t, Options{Features: []Feature{declare("f", merge), counter()}}, func(r *rig) {
		r.put(says("小明", "hi"))
		r.update(func(tx store.Tx) error {
			return roles.Put(tx, RoleRow{Role: Blocked}, member("小明").Person, club.ID)
		})
		r.put(says("小明二号", "/数"))
		r.expect(club, "数到了")
		r.put(owner(club, "/合并"))
		r.put(says("小明二号", "/数"))
		r.expect(club)
	})
}

// TestRolesOfBeforeAreRead: they were kept as numbers.
func TestRolesOfBeforeAreRead(t *testing.T) {
	for text, want := range map[string]Role{"-1": Blocked, "0": Everyone, "1": Manager, "2": Owner, `"host"`: Host, `"owner"`: Owner, `""`: Everyone} {
		var row RoleRow
		if err := json.Unmarshal([]byte(`{"role":`+text+`}`), &row); err != nil || row.Role != want {
			t.Errorf("%s is read as %d, %v", text, row.Role, err)
		}
		kept, err := json.Marshal(RoleRow{Role: want})
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(kept, &row); err != nil || row.Role != want {
			t.Errorf("%s is kept as %s and read as %d, %v", text, kept, row.Role, err)
		}
	}
	var row RoleRow
	if err := json.Unmarshal([]byte(`{"role":7}`), &row); err == nil {
		t.Error("7 is a role")
	}
}
