package bot

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// lists are the member lists that a join text is read against.
type lists struct {
	before []Member // kept so far
	after  []Member // right after the join, where it was read; else before
	whole  bool     // after was read: whoever joined is in it
	// old says who is known to have been a member before the join, and so did not come with it, unless they had left.
	old func(PersonID) bool
}

// resolveJoin turns the names of a join text into people. A text alone is ambiguous (one name may hold the separator of two,
// two people may share a name), so names are matched against those who are new, and whoever the lists do not name exactly
// once stays unknown rather than guessed. People whom the account names by id are believed.
func resolveJoin(l lists, j Join) (inviter PersonID, joined []PersonID) {
	switch {
	case len(j.People) > 0:
		joined = j.People
	case !j.Self:
		joined = l.joined(j)
	}
	if j.Inviter != "" || j.SelfInvited {
		return j.Inviter, joined
	}
	// Nobody brings themselves, and who brought somebody may be gone already.
	others := slices.DeleteFunc(slices.Concat(l.after, l.before), func(m Member) bool { return slices.Contains(joined, m.Person) })
	return onlyOne(others, j.InviterName), joined
}

func (l lists) joined(j Join) []PersonID {
	fresh := slices.DeleteFunc(slices.Clone(l.after), func(m Member) bool { return l.old(m.Person) })
	if who := named(fresh, j); who != nil || !l.whole {
		return who
	}
	// They may have left before and come back. But then those who are new have to be among them.
	if who := named(l.after, j); who != nil {
		if slices.ContainsFunc(fresh, func(m Member) bool { return !slices.Contains(who, m.Person) }) {
			return nil
		}
		return who
	}
	want := foldName(j.Names)
	if j.Single && len(fresh) == 1 && !slices.ContainsFunc(l.after, func(m Member) bool { return goesBy(m, want) }) {
		return []PersonID{fresh[0].Person} // shown under a name that no list has, but nobody else came
	}
	return nil
}

// named gives the people of the list whom a text names, or nil.
func named(list []Member, j Join) []PersonID {
	if !j.Single {
		return splitNames(list, j.Names)
	}
	if p := onlyOne(list, j.Names); p != "" {
		return []PersonID{p}
	}
	return nil
}

// onlyOne gives the one member who goes by the name, or nobody.
func onlyOne(list []Member, name string) PersonID {
	var found PersonID
	want := foldName(name)
	for _, m := range list {
		if !goesBy(m, want) || m.Person == found {
			continue
		}
		if found != "" {
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

// maxNames bounds a text that is split, in bytes: several times what a group can hold.
const maxNames = 64 << 10

// splitNames reads text as names of the list joined by separators. Names may hold separators, so all ways are tried. nil
// means that no way fits, or more than one, or that a name fits two people.
func splitNames(list []Member, text string) []PersonID {
	if len(text) > maxNames {
		return nil
	}
	s := splitter{text: foldName(text), who: map[string]PersonID{}, ways: map[int]way{}}
	for _, m := range list {
		s.add(m)
	}
	s.names = slices.SortedFunc(maps.Keys(s.who), func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	if s.from(0).n != 1 {
		return nil
	}
	var joined []PersonID
	for at := 0; ; {
		name := s.ways[at].name
		p := s.who[name]
		if p == "" || slices.Contains(joined, p) {
			return nil
		}
		joined = append(joined, p)
		if at += len(name); at == len(s.text) {
			return joined
		}
		at += separator(s.text[at:])
	}
}

// A splitter finds the ways to read a text, each rest of it once, however the names overlap.
type splitter struct {
	text  string
	who   map[string]PersonID // by name; "" where two share it
	names []string
	ways  map[int]way // by where in the text the rest begins
}

// A way is how many ways there are to read a rest, of which two are as bad as many, and the name that one begins with.
type way struct {
	n    int
	name string
}

func (s *splitter) add(m Member) {
	for _, name := range append([]string{m.Card, m.Nick}, m.Known...) {
		f := foldName(name)
		if f == "" {
			continue
		}
		if was, taken := s.who[f]; taken && was != m.Person {
			s.who[f] = ""
			continue
		}
		s.who[f] = m.Person
	}
}

func (s *splitter) from(at int) way {
	if w, ok := s.ways[at]; ok {
		return w
	}
	var w way
	for _, name := range s.names {
		rest, ok := strings.CutPrefix(s.text[at:], name)
		if !ok {
			continue
		}
		n := 1
		if rest != "" {
			sep := separator(rest)
			if sep == 0 {
				continue
			}
			n = s.from(at + len(name) + sep).n
		}
		if n > 0 {
			w = way{min(2, w.n+n), name}
		}
	}
	s.ways[at] = w
	return w
}

// separator is the length of the separator that s begins with, 0 for none.
func separator(s string) int {
	for _, sep := range []string{"、", ",", "，"} {
		if strings.HasPrefix(s, sep) {
			return len(sep)
		}
	}
	return 0
}
