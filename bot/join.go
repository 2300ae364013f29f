package bot

import (
	"maps"
	"slices"
	"strings"
)

// resolveJoin turns the names of a join text into people, by the member lists before and after it. A text alone is
// ambiguous (one name may hold the separator of two), so names are matched against those who are new; whoever the lists do
// not name exactly once stays unknown rather than guessed.
func resolveJoin(before, after []Member, j Join) (inviter PersonID, joined []Member) {
	was := make(map[PersonID]bool, len(before))
	for _, m := range before {
		was[m.Person] = true
	}
	fresh := slices.DeleteFunc(slices.Clone(after), func(m Member) bool { return was[m.Person] })
	inviter = j.Inviter
	if inviter == "" && !j.SelfInvited {
		inviter = onlyOne(after, j.InviterName)
	}
	if len(j.People) > 0 {
		return inviter, byID(after, j.People)
	}
	if j.Self {
		return inviter, nil
	}
	if j.Single {
		return inviter, single(fresh, after, j.Names)
	}
	if ms := splitNames(fresh, j.Names); ms != nil {
		return inviter, ms
	}
	// The list may be older than the text, or the joiner may have been found before it was told.
	return inviter, splitNames(after, j.Names)
}

func single(fresh, after []Member, name string) []Member {
	for _, list := range [][]Member{fresh, after} {
		if p := onlyOne(list, name); p != "" {
			return byID(list, []PersonID{p})
		}
	}
	if len(fresh) == 1 { // shown under a name that no list has, but nobody else came
		return fresh
	}
	return nil
}

// onlyOne gives the one member who goes by the name, or nobody.
func onlyOne(list []Member, name string) PersonID {
	var found PersonID
	want := foldName(name)
	for _, m := range list {
		if !goesBy(m, want) {
			continue
		}
		if found != "" && found != m.Person {
			return ""
		}
		found = m.Person
	}
	return found
}

func goesBy(m Member, folded string) bool {
	if folded == "" {
		return false
	}
	return foldName(m.Nick) == folded || foldName(m.Card) == folded ||
		slices.ContainsFunc(m.Known, func(k string) bool { return foldName(k) == folded })
}

// foldName makes two ways of writing one name equal: blanks, variation selectors and quotes aside.
func foldName(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\u00a0', '\u2005', '\ufe0e', '\ufe0f', '"', '“', '”':
			return -1
		}
		return r
	}, s)
}

// splitNames reads text as names of the list joined by separators. Names may hold separators, so all ways are tried, the
// longest name first; a name that two people share fits nobody. nil means that no way fits.
func splitNames(list []Member, text string) []Member {
	s := splitter{names: map[string][]Member{}, budget: 10_000}
	for _, m := range list {
		for _, name := range append([]string{m.Card, m.Nick}, m.Known...) {
			if f := foldName(name); f != "" && !slices.ContainsFunc(s.names[f], func(o Member) bool { return o.Person == m.Person }) {
				s.names[f] = append(s.names[f], m)
			}
		}
	}
	s.keys = slices.SortedFunc(maps.Keys(s.names), func(a, b string) int { return len(b) - len(a) })
	if !s.split(foldName(text), nil) {
		return nil
	}
	return s.found
}

type splitter struct {
	names  map[string][]Member
	keys   []string
	found  []Member
	budget int
}

func (s *splitter) split(text string, got []Member) bool {
	if s.budget--; s.budget < 0 {
		return false
	}
	for _, key := range s.keys {
		rest, ok := strings.CutPrefix(text, key)
		if !ok || len(s.names[key]) != 1 {
			continue
		}
		next := append(got[:len(got):len(got)], s.names[key][0])
		if rest == "" {
			s.found = next
			return true
		}
		if rest, ok = cutSeparator(rest); ok && s.split(rest, next) {
			return true
		}
	}
	return false
}

func cutSeparator(s string) (string, bool) {
	for _, sep := range []string{"、", ",", "，"} {
		if rest, ok := strings.CutPrefix(s, sep); ok {
			return rest, true
		}
	}
	return s, false
}

func byID(list []Member, ids []PersonID) []Member {
	var out []Member
	for _, id := range ids {
		i := slices.IndexFunc(list, func(m Member) bool { return m.Person == id })
		if i < 0 {
			out = append(out, Member{Person: id})
			continue
		}
		out = append(out, list[i])
	}
	return out
}
