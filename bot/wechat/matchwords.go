package wechat

// A word is a name of one kind by its number; 0 is no name. Matching compares and counts numbers.
type word int32

// A token is a name and the kind it is of.
type token struct {
	of   signal
	name string
}

// words number the names of an inquiry.
type words struct {
	index map[token]word
	of    []token
}

func newWords(size int) *words {
	return &words{index: make(map[token]word, size), of: make([]token, 1, size+1)}
}

func (w *words) number(of signal, name string) word {
	if name == "" {
		return 0
	}
	t := token{of, name}
	n, ok := w.index[t]
	if !ok {
		n = word(len(w.of))
		w.index[t], w.of = n, append(w.of, t)
	}
	return n
}

// A face is the evidence of a person in words.
type face struct {
	nick, remark, alias, letters word
	attr                         int64
}

// A seat is where somebody stands: on which roster, and as which of its entries.
type seat struct{ roster, entry int32 }

// A lineup is a side as matching sees it.
type lineup struct {
	*side
	faces []face
	cards [][]word // by roster and entry
	on    [][]seat // by person

	entries int // of all rosters together
}

func newLineup(s *side, w *words) *lineup {
	l := &lineup{side: s, faces: make([]face, len(s.people)), cards: make([][]word, len(s.rosters)), on: s.seats()}
	for i, p := range s.people {
		l.faces[i] = face{
			w.number(byNick, p.nick), w.number(byRemark, p.remark), w.number(byAlias, p.alias), w.number(byLetters, p.keyWord), p.attr,
		}
	}
	for i, r := range s.rosters {
		l.entries += len(r.members)
		l.cards[i] = make([]word, len(r.members))
		for j, e := range r.members {
			l.cards[i][j] = w.number(byCard, e.card)
		}
	}
	return l
}

// seats inverts the rosters: where each person stands.
func (s *side) seats() [][]seat {
	count := make([]int32, len(s.people))
	total := 0
	for _, r := range s.rosters {
		total += len(r.members)
		for _, e := range r.members {
			count[e.who]++
		}
	}
	all, on := make([]seat, total), make([][]seat, len(s.people))
	for i, n := range count {
		on[i], all = all[:0:n], all[n:]
	}
	for i, r := range s.rosters {
		for j, e := range r.members {
			on[e.who] = append(on[e.who], seat{int32(i), int32(j)})
		}
	}
	return on
}

// words are what an entry is known by; 0 are none.
func (l *lineup) words(roster, entry int32) [4]word {
	f := &l.faces[l.rosters[roster].members[entry].who]
	return [...]word{f.nick, l.cards[roster][entry], f.remark, f.alias}
}
