package referral

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

const (
	club  = bot.ChatID("g")
	heads = store.Table[bot.PersonID]("bot/heads")
	sets  = store.Table[struct{}]("bot/heads/all")
)

func who(n int) bot.PersonID { return bot.PersonID(fmt.Sprintf("p%02d", n)) }

// model is what is known, kept as plainly as can be.
type model struct {
	tx      store.Tx
	credits map[bot.PersonID]credit
	head    map[bot.PersonID]bot.PersonID
	now     time.Time
}

const people = 8

func (m *model) person(id bot.PersonID) bot.Person {
	p := bot.Person{Head: m.head[id]}
	for n := range people {
		if m.head[who(n)] == p.Head {
			p.Identities = append(p.Identities, who(n))
		}
	}
	return p
}

func (m *model) must(err error) {
	if err != nil {
		panic(err)
	}
}

// change lets fn change one credit, as keep does.
func (m *model) change(id bot.PersonID, fn func(*credit)) {
	was := m.credits[id]
	now := was
	if now.At.IsZero() {
		now.At, now.Day, now.Days, now.NeedsCheckin = m.now, bot.DayOf(m.now, time.UTC, 0), 3, true
	}
	fn(&now)
	m.credits[id] = now
	m.must(put(m.tx, club, id, was, now))
	for _, p := range []bot.PersonID{id, now.named()} {
		if p != "" {
			m.must(place(m.tx, p, club, now.At))
		}
	}
	p, err := bot.PersonOf(m.tx, id)
	m.must(err)
	m.must(settle(m.tx, club, p))
}

// join puts b's people under a, or splits one identity off.
func (m *model) merge(a, b bot.PersonID) {
	from, into := m.person(b), m.person(a).Head
	if from.Head == into {
		return
	}
	m.move(from.Identities, into)
	m.regroup(into)
}

func (m *model) split(id bot.PersonID) {
	p := m.person(id)
	if p.Head == id {
		return
	}
	m.move([]bot.PersonID{id}, id)
	m.regroup(p.Head, id)
}

func (m *model) move(list []bot.PersonID, to bot.PersonID) {
	for _, id := range list {
		m.must(sets.Delete(m.tx, m.head[id], id))
		m.head[id] = to
		if id == to {
			m.must(heads.Delete(m.tx, id))
			continue
		}
		m.must(heads.Put(m.tx, to, id))
		m.must(sets.Put(m.tx, struct{}{}, to, id))
	}
}

func (m *model) regroup(list ...bot.PersonID) {
	for _, head := range list {
		p, err := bot.PersonOf(m.tx, head)
		m.must(err)
		m.must(regroup(m.tx, p))
	}
}

// edges works out from the credits who brought whom, person by person.
func (m *model) edges() map[bot.PersonID]edge {
	out := map[bot.PersonID]edge{}
	for n := range people {
		if p := m.person(who(n)); p.Head == who(n) {
			var list []found
			for _, id := range p.Identities {
				if cr, ok := m.credits[id]; ok {
					list = append(list, found{id, cr})
				}
			}
			if _, e := conclude(p, list); e.By != "" {
				out[p.Head] = e
			}
		}
	}
	return out
}

// reach counts by walking, degree by degree: a person counts once for every line on which they stand.
func (m *model) reach(all map[bot.PersonID]edge, head bot.PersonID) (r reach) {
	level := []bot.PersonID{head}
	for d := range r.All {
		var next []bot.PersonID
		for _, p := range level {
			for child, e := range all {
				if e.inTree() && m.head[e.By] == p {
					next = append(next, child)
					if e.here() {
						r.Here[d]++
					}
				}
			}
		}
		r.All[d], level = len(next), next
	}
	return r
}

func (m *model) check(t *rapid.T) {
	all := m.edges()
	boards := map[period]map[bot.PersonID]int{}
	for n := range people {
		p := m.person(who(n))
		if p.Head != who(n) {
			continue
		}
		got, err := reachOf(m.tx, club, p)
		if want := m.reach(all, p.Head); err != nil || got != want {
			t.Fatalf("%s reaches %v, %v; expected %v", p.Head, got, err, want)
		}
		sums := map[period]tally{}
		for _, e := range all {
			if m.head[e.By] == p.Head {
				for _, per := range e.periods() {
					sums[per] = sums[per].plus(e.tally(), 1)
				}
			}
		}
		for per, want := range sums {
			got, err := tallyOf(m.tx, club, p, per)
			if err != nil || got != want {
				t.Fatalf("%s brought %+v in %s, %v; expected %+v", p.Head, got, per, err, want)
			}
			m.expect(boards, per, p.Head, want.total())
		}
		m.expect(boards, quality, p.Head, sums[always].quality())
	}
	m.compare(t, boards)
	m.checkFlows(t)
	m.checkPayments(t)
}

// checkFlows compares where people came from with a plain count.
func (m *model) checkFlows(t *rapid.T) {
	all, want := m.edges(), map[string]flow{}
	for n := range people {
		p := m.person(who(n))
		if p.Head != who(n) {
			continue
		}
		var list []found
		for _, id := range p.Identities {
			if cr, ok := m.credits[id]; ok {
				list = append(list, found{id, cr})
			}
		}
		if _, a := arrivalFor(list, all[p.Head]); a.From != "" {
			for _, per := range periods(a.Day) {
				key := store.Key(club, per, a.From)
				want[key] = want[key].plus(a.flow(), 1)
			}
		}
	}
	got := map[string]flow{}
	for row, err := range flows.Scan(m.tx, store.Range{}) {
		m.must(err)
		got[row.Key] = row.Value
	}
	if !maps.Equal(got, want) {
		t.Fatalf("they came from %v, expected %v", got, want)
	}
}

// checkPayments pays what is due, and compares with the edges that count.
func (m *model) checkPayments(t *rapid.T) {
	list, err := collectDues(m.tx, club)
	m.must(err)
	for _, d := range list {
		_, err := d.book(m.tx, club)
		m.must(err)
	}
	want, got := map[bot.PersonID]int{}, map[bot.PersonID]int{}
	for _, e := range m.edges() {
		if e.counts() {
			want[m.head[e.By]]++
		}
	}
	for row, err := range paid.Scan(m.tx, store.Range{}) {
		m.must(err)
		got[m.head[row.Value.By]]++
	}
	if !maps.Equal(got, want) {
		t.Fatalf("paid for %v, expected %v", got, want)
	}
}

func (m *model) expect(boards map[period]map[bot.PersonID]int, per period, head bot.PersonID, n int) {
	if boards[per] == nil {
		boards[per] = map[bot.PersonID]int{}
	}
	if n > 0 {
		boards[per][head] = n
	}
}

// compare reads every board there is.
func (m *model) compare(t *rapid.T, boards map[period]map[bot.PersonID]int) {
	got := map[period][]bot.PersonID{}
	for row, err := range ranks.Scan(m.tx, store.Range{}) {
		m.must(err)
		var per period
		m.must(store.Split(row.Key, nil, &per, nil, nil))
		got[per] = append(got[per], row.Value)
	}
	for per, board := range boards {
		want := slices.SortedFunc(maps.Keys(board), func(a, b bot.PersonID) int {
			return cmp.Or(board[b]-board[a], cmp.Compare(a, b))
		})
		if !slices.Equal(got[per], want) {
			t.Fatalf("the board of %s is %v, expected %v", per, got[per], want)
		}
		delete(got, per)
	}
	if len(got) > 0 {
		t.Fatalf("boards that nobody should be on: %v", got)
	}
}

func (m *model) actions() map[string]func(*rapid.T) {
	one := rapid.Custom(func(t *rapid.T) bot.PersonID { return who(rapid.IntRange(0, people-1).Draw(t, "n")) })
	known := func(t *rapid.T) bot.PersonID {
		id := one.Draw(t, "who")
		if _, ok := m.credits[id]; !ok {
			t.Skip("nothing is known of them")
		}
		return id
	}
	return map[string]func(*rapid.T){
		"join": func(t *rapid.T) {
			id, by := one.Draw(t, "who"), one.Draw(t, "by")
			if _, ok := m.credits[id]; !ok {
				m.change(id, func(cr *credit) { cr.Inviter, cr.Campaign = by, rapid.Uint64Range(0, 2).Draw(t, "campaign") })
			}
		},
		"leave":  func(t *rapid.T) { m.change(known(t), func(cr *credit) { cr.Gone = m.now }) },
		"return": func(t *rapid.T) { m.change(known(t), func(cr *credit) { cr.Gone = time.Time{}; cr.Trips++ }) },
		"check": func(t *rapid.T) {
			m.change(known(t), func(cr *credit) { cr.First, cr.Last = m.now, m.now })
		},
		"come by": func(t *rapid.T) {
			from := rapid.SampledFrom([]string{"", "微博", "公众号"}).Draw(t, "channel")
			m.change(known(t), func(cr *credit) { cr.Channel = from })
		},
		"flag": func(t *rapid.T) { m.change(known(t), func(cr *credit) { cr.flag(flagBurst) }) },
		"say":  func(t *rapid.T) { by := one.Draw(t, "by"); m.change(known(t), func(cr *credit) { cr.Said = by }) },
		"rule": func(t *rapid.T) {
			by := one.Draw(t, "by")
			if rapid.Bool().Draw(t, "void") {
				by = ""
			}
			m.change(known(t), func(cr *credit) { cr.Ruling = &ruling{Inviter: by, At: m.now} })
		},
		"unrule": func(t *rapid.T) { m.change(known(t), func(cr *credit) { cr.Ruling = nil }) },
		"wait": func(t *rapid.T) {
			m.now = m.now.AddDate(0, 0, rapid.IntRange(1, 9).Draw(t, "days"))
			for id := range m.credits {
				m.change(id, func(cr *credit) { cr.ripen(m.now) })
			}
		},
		"merge": func(t *rapid.T) { m.merge(one.Draw(t, "a"), one.Draw(t, "b")) },
		"split": func(t *rapid.T) { m.split(one.Draw(t, "who")) },
		"":      m.check,
	}
}

// TestEverythingDerivedFollowsFromTheFacts: whatever happened in whatever order, merges and their ends among it, tallies,
// boards and reach are what a plain count of the credits gives. So a merge that is taken back leaves nothing.
func TestEverythingDerivedFollowsFromTheFacts(t *testing.T) {
	db := storetest.Open(t)
	undo := fmt.Errorf("undone")
	rapid.Check(t, func(rt *rapid.T) {
		err := db.Update(t.Context(), func(tx store.Tx) error {
			m := &model{
				tx: tx, credits: map[bot.PersonID]credit{}, head: map[bot.PersonID]bot.PersonID{},
				now: time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC),
			}
			for n := range people {
				m.head[who(n)] = who(n)
			}
			rt.Repeat(m.actions())
			return undo
		})
		if err != undo {
			rt.Fatal(err)
		}
	})
}
