package checkin

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// check compares all that follows from the marks.
func (m *model) check() error {
	if err := m.look(); err != nil {
		return err
	}
	want := map[string]string{}
	for _, name := range m.names {
		if m.head(name) == name {
			m.expect(name, want)
		}
	}
	m.expectHeads(want)
	got := map[string]string{}
	err := m.w.DB().View(m.w.T.Context(), func(r store.Reader) error { return dump(r, got) })
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got[key] != want[key] {
			err = errors.Join(err, fmt.Errorf("%s: kept %q, the model says %q", key, got[key], want[key]))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[key]; !ok {
			err = errors.Join(err, fmt.Errorf("%s: kept %q, the model has nothing", key, got[key]))
		}
	}
	return err
}

// expect writes what a person's days come to.
func (m *model) expect(head string, want map[string]string) {
	days := map[bot.Day]*plainDay{}
	for _, d := range m.seen.neutral {
		days[d] = &plainDay{neutral: true}
	}
	periods := map[period]int{}
	for _, name := range m.person(head) {
		for d, k := range m.marks[name] {
			if !k.there() || days[d] != nil && days[d].there {
				continue
			}
			days[d] = &plainDay{there: true}
			for _, p := range []period{weekOf(d), monthOf(d)} {
				periods[p]++
			}
		}
	}
	h := plain(days, m.seen.row.Closed, m.seen.row.Rules)
	if h.Total == 0 {
		return
	}
	who := m.w.Person(head)
	want[fmt.Sprint("habit ", who)] = fmt.Sprint(h)
	want[fmt.Sprint("total ", who)] = fmt.Sprint(h.Total)
	if h.Streak > 0 {
		want[fmt.Sprint("alive ", who)] = fmt.Sprint(h.Streak)
	}
	for p, n := range periods {
		want[fmt.Sprint("tally ", who, p)] = fmt.Sprint(n)
		want[fmt.Sprint("rank ", who, p)] = fmt.Sprint(n)
	}
	for d, day := range days {
		if day.frozen {
			want[fmt.Sprint("frozen ", who, d)] = "yes"
		}
	}
}

// expectHeads writes how many people were there on each day with a place in its order, and on all days that are over.
func (m *model) expectHeads(want map[string]string) {
	there, past := map[bot.Day]map[string]bool{}, 0
	for _, name := range m.names {
		for d, k := range m.marks[name] {
			if k.Made || k.By || k.Void {
				continue
			}
			if there[d] == nil {
				there[d] = map[string]bool{}
			}
			there[d][m.head(name)] = true
		}
	}
	for d, people := range there {
		want[fmt.Sprint("heads ", d)] = fmt.Sprint(len(people))
		if d <= m.seen.row.Closed {
			past += len(people)
		}
	}
	if past > 0 {
		want["past"] = fmt.Sprint(past)
	}
}

// each calls fn for every row of a table.
func each(r store.Reader, table string, fn func(key string, value []byte) error) error {
	for row, err := range r.Scan(table, store.Range{}) {
		if err != nil {
			return err
		}
		if err := fn(row.Key, row.Value); err != nil {
			return err
		}
	}
	return nil
}

// dumpHeads writes how many people were there on each day.
func dumpHeads(r store.Reader, got map[string]string) error {
	var id bookID
	var n int
	return each(r, string(counts), func(key string, _ []byte) error {
		if err := store.Split(key, &id, &n); err != nil {
			return err
		}
		people, err := peopleOn(r, id, bot.Day(n))
		if people > 0 {
			got[fmt.Sprint("heads ", bot.Day(n))] = fmt.Sprint(people)
		}
		return err
	})
}

// dump writes what the bot keeps in the same way.
func dump(r store.Reader, got map[string]string) error {
	var id bookID
	var who bot.PersonID
	var p period
	var n int
	return errors.Join(
		dumpHeads(r, got),
		each(r, string(habits), func(key string, _ []byte) error {
			if err := store.Split(key, &id, &who); err != nil {
				return err
			}
			h, _, err := habits.Get(r, id, who)
			got[fmt.Sprint("habit ", who)] = fmt.Sprint(h)
			return err
		}),
		each(r, string(totals), func(key string, _ []byte) error {
			err := store.Split(key, &id, &n, &who)
			got[fmt.Sprint("total ", who)] = fmt.Sprint(-n)
			return err
		}),
		each(r, string(alive), func(key string, _ []byte) error {
			err := store.Split(key, &id, &n, &who)
			got[fmt.Sprint("alive ", who)] = fmt.Sprint(-n)
			return err
		}),
		each(r, string(tallies), func(key string, _ []byte) error {
			if err := store.Split(key, &id, &who, &p); err != nil {
				return err
			}
			t, _, err := tallies.Get(r, id, who, p)
			if who == everybody {
				got["past"] = fmt.Sprint(t.Days)
				return err
			}
			got[fmt.Sprint("tally ", who, p)] = fmt.Sprint(t.Days)
			return err
		}),
		each(r, string(ranking), func(key string, _ []byte) error {
			err := store.Split(key, &id, &p, &n, &who)
			got[fmt.Sprint("rank ", who, p)] = fmt.Sprint(-n)
			return err
		}),
		each(r, string(frozen), func(key string, _ []byte) error {
			err := store.Split(key, &id, &who, &n)
			got[fmt.Sprint("frozen ", who, bot.Day(n))] = "yes"
			return err
		}),
	)
}
