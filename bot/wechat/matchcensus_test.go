package wechat

import (
	"fmt"
	"testing"
)

// TestOutsidersSayHowCommonNamesAreAndNoMore: of those who are not asked about only the names are known, so flags must not seem rarer
// for them.
func TestOutsidersSayHowCommonNamesAreAndNoMore(t *testing.T) {
	group := func(session string) side {
		s := side{rosters: []roster{{read: true}}}
		for i := range 100 {
			s.people = append(s.people, evidence{key: fmt.Sprint(session, i), nick: fmt.Sprint("名字", i), attr: int64(i % 4), keyWord: "wxi"})
			s.rosters[0].members = append(s.rosters[0].members, entry{who: int32(i)})
		}
		return s
	}
	q := inquiry{old: group("a"), now: group("b")}
	alone := newMatching(q)
	q.census = map[string]int{"名字1": 3}
	for i := range 10_000 {
		q.census[fmt.Sprint("别人", i)] = 1
	}
	among := newMatching(q)
	word := func(m *matching, name string) word { return m.words.index[token{byNick, name}] }
	if a, b := alone.freq.attr(1), among.freq.attr(1); a != b {
		t.Errorf("flags of a quarter are %g, and %g among others", a, b)
	}
	if a, b := alone.freq.letters(alone.words.index[token{byLetters, "wxi"}]), among.freq.letters(among.words.index[token{byLetters, "wxi"}]); a != b {
		t.Errorf("letters of all are %g, and %g among others", a, b)
	}
	if a, b := among.freq.name(word(among, "名字1")), among.freq.name(word(among, "名字2")); a < 3e-4 || b > 1e-4 {
		t.Errorf("a name of four in 10,100 is %g, one of nobody else %g", a, b)
	}
}
