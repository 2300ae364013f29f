package checkin

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// pairs are the teams and duels of the model.
type pairs struct {
	teams map[int]*pact
	duels map[int]*bout
	team  int // the number given last
	duel  int
}

// A pact is a team: it begins when all have said yes.
type pact struct {
	members []string
	yes     []bool
	asked   bot.Day
	since   bot.Day
}

// A bout is a duel.
type bout struct {
	from, to          string
	days              int
	asked, since, end bot.Day
}

// firstOf gives the lowest-sorted identity of a person for which there is something.
func (m *model) firstOf(name string, in func(n string) int) int {
	set := m.person(name)
	slices.SortFunc(set, func(a, b string) int { return strings.Compare(string(m.w.Person(a)), string(m.w.Person(b))) })
	for _, n := range set {
		if i := in(n); i != 0 {
			return i
		}
	}
	return 0
}

// teamNow is somebody's team, and the invitations that are found to be over on the way to it.
func (m *model) teamNow(name string, now bot.Day) (n int, over []int) {
	for {
		n := m.firstOf(name, func(n string) int {
			for i, t := range m.pairs.teams {
				if slices.Contains(t.members, n) && !slices.Contains(over, i) {
					return i
				}
			}
			return 0
		})
		if n == 0 || m.pairs.teams[n].since != 0 || m.pairs.teams[n].asked >= now {
			return n, over
		}
		over = append(over, n)
	}
}

// duelNow is teamNow for duels and challenges.
func (m *model) duelNow(name string, now bot.Day) (n int, over []int) {
	for {
		n := m.firstOf(name, func(n string) int {
			for i, d := range m.pairs.duels {
				if (d.from == n || d.to == n) && !slices.Contains(over, i) {
					return i
				}
			}
			return 0
		})
		if n == 0 || m.pairs.duels[n].since != 0 || m.pairs.duels[n].asked >= now {
			return n, over
		}
		over = append(over, n)
	}
}

// drop removes what was found to be over; where the command was refused nothing is.
func drop[T any](all map[int]T, over ...[]int) {
	for _, list := range over {
		for _, n := range list {
			delete(all, n)
		}
	}
}

func (m *model) team(name, other string) error {
	now, err := m.today()
	if err != nil {
		return err
	}
	m.says(name, "/结伴 @"+other)
	one, over := m.teamNow(name, now)
	two, more := m.teamNow(other, now)
	if m.head(name) == m.head(other) || one != 0 || two != 0 {
		return nil
	}
	drop(m.pairs.teams, over, more)
	m.pairs.team++
	m.pairs.teams[m.pairs.team] = &pact{members: []string{name, other}, yes: []bool{true, false}, asked: now}
	return nil
}

func (m *model) agree(name string) error {
	now, err := m.today()
	if err != nil {
		return err
	}
	m.says(name, "/结伴 同意")
	n, over := m.teamNow(name, now)
	t := m.pairs.teams[n]
	if t == nil || t.since != 0 {
		return nil
	}
	drop(m.pairs.teams, over)
	for i, n := range t.members {
		t.yes[i] = t.yes[i] || m.head(n) == m.head(name)
	}
	if !slices.Contains(t.yes, false) {
		t.since = now
	}
	return nil
}

func (m *model) leave(name string) error {
	now, err := m.today()
	if err != nil {
		return err
	}
	n, over := m.teamNow(name, now)
	t := m.pairs.teams[n]
	if t != nil && t.since != 0 { // what is shown is judged to the day
		heard := m.says(name, "/结伴")
		if err := m.look(); err != nil {
			return err
		}
		h := m.teamHabit(t)
		want := fmt.Sprintf("：一起连续 %d 天，最长 %d 天，共 %d 天。", h.Streak, h.Best, h.Total)
		if !slices.ContainsFunc(heard, func(text string) bool { return strings.Contains(text, want) }) {
			return fmt.Errorf("the team is shown as %q, the model says %q", heard, want)
		}
	}
	m.says(name, "/结伴 退出")
	drop(m.pairs.teams, over, []int{n})
	return nil
}

func (m *model) dare(name, other string, days int) error {
	now, err := m.today()
	if err != nil {
		return err
	}
	m.settle()
	m.says(name, fmt.Sprintf("/对决 @%s %d", other, days))
	one, over := m.duelNow(name, now)
	two, more := m.duelNow(other, now)
	if m.head(name) == m.head(other) || one != 0 || two != 0 {
		return nil
	}
	drop(m.pairs.duels, over, more)
	m.pairs.duel++
	m.pairs.duels[m.pairs.duel] = &bout{from: name, to: other, days: days, asked: now}
	return nil
}

func (m *model) takeUp(name string) error {
	now, err := m.today()
	if err != nil {
		return err
	}
	m.settle()
	m.says(name, "/对决 应战")
	n, over := m.duelNow(name, now)
	d := m.pairs.duels[n]
	if d == nil || d.since != 0 || m.head(d.to) != m.head(name) {
		return nil
	}
	drop(m.pairs.duels, over)
	d.since, d.end = now, now+bot.Day(d.days)-1
	return nil
}

func (m *model) giveIn(name string) error {
	now, err := m.today()
	if err != nil {
		return err
	}
	m.settle()
	m.says(name, "/对决 认输")
	n, over := m.duelNow(name, now)
	drop(m.pairs.duels, over, []int{n})
	return nil
}

// settle forgets the duels whose last day is over.
func (m *model) settle() {
	maps.DeleteFunc(m.pairs.duels, func(_ int, d *bout) bool { return d.since != 0 && d.end <= m.seen.row.Closed })
}

// was says whether somebody, under any of their names, was there on a day.
func (m *model) was(name string, d bot.Day) bool {
	return slices.ContainsFunc(m.person(name), func(n string) bool { return m.marks[n][d].there() })
}

// teamHabit is what the days that all members share come to: a team knows no freezes.
func (m *model) teamHabit(t *pact) habit {
	days := map[bot.Day]*plainDay{}
	for _, d := range m.seen.neutral {
		days[d] = &plainDay{neutral: true}
	}
	for _, n := range m.person(t.members[0]) {
		for d := range m.marks[n] {
			if d >= t.since && !slices.ContainsFunc(t.members, func(n string) bool { return !m.was(n, d) }) {
				days[d] = &plainDay{there: true}
			}
		}
	}
	return plain(days, m.seen.row.Closed, []freezeRule{{}})
}

// A score is how a duel stands.
type score struct{ from, to int }

// before says how the duels stand that may be settled by the next step.
func (m *model) before() map[int]score {
	list := map[int]score{}
	for i, d := range m.pairs.duels {
		if d.since == 0 {
			continue
		}
		var s score
		for at := d.since; at <= d.end; at++ {
			if m.was(d.from, at) {
				s.from++
			}
			if m.was(d.to, at) {
				s.to++
			}
		}
		list[i] = s
	}
	m.heard = nil
	return list
}

// checkPairs compares the teams, the duels that go on, and what was said of those that ended.
func (m *model) checkPairs(before map[int]score) error {
	m.keep(m.w.Heard())
	for i, s := range before {
		if d := m.pairs.duels[i]; d == nil || d.end <= m.seen.row.Closed {
			if err := m.ended(i, s); err != nil {
				return err
			}
		}
	}
	m.settle()
	want, got := map[string]string{}, map[string]string{}
	for i, t := range m.pairs.teams {
		h := habit{}
		if t.since != 0 {
			h = m.teamHabit(t)
		}
		want[fmt.Sprint("team ", i)] = fmt.Sprint(t.since, h.Last, h.Best, h.Total)
	}
	for i, d := range m.pairs.duels {
		want[fmt.Sprint("duel ", i)] = fmt.Sprint(d.since, d.end)
	}
	err := m.w.DB().View(m.w.T.Context(), func(r store.Reader) error { return dumpPairs(r, got) })
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got[key] != want[key] {
			err = errors.Join(err, fmt.Errorf("%s: kept %q, the model says %q", key, got[key], want[key]))
		}
		delete(got, key)
	}
	if len(got) > 0 {
		err = errors.Join(err, fmt.Errorf("kept %v, the model has nothing", got))
	}
	return err
}

// ended says whether the end of a duel was told as it stood, unless somebody gave in.
func (m *model) ended(i int, s score) error {
	said := slices.ContainsFunc(m.heard, func(text string) bool {
		return strings.Contains(text, "到此为止") ||
			strings.Contains(text, "对决结束") && (strings.Contains(text, fmt.Sprintf(" %d 天", s.from)) && strings.Contains(text, fmt.Sprintf(" %d 天", s.to)))
	})
	if !said {
		return fmt.Errorf("duel %d stood at %v, and heard was %q", i, s, m.heard)
	}
	return nil
}

func dumpPairs(r store.Reader, got map[string]string) error {
	var chat bot.ChatID
	var n int
	for row, err := range teams.Scan(r, store.Range{}) {
		if err == nil {
			err = store.Split(row.Key, &chat, &n)
		}
		if err != nil {
			return err
		}
		t := row.Value
		got[fmt.Sprint("team ", n)] = fmt.Sprint(t.Since, t.Habit.Last, t.Habit.Best, t.Habit.Total)
	}
	for row, err := range duels.Scan(r, store.Range{}) {
		if err == nil {
			err = store.Split(row.Key, &chat, &n)
		}
		if err != nil {
			return err
		}
		got[fmt.Sprint("duel ", n)] = fmt.Sprint(row.Value.Since, row.Value.End)
	}
	return nil
}
