package wechat

import (
	"math"
	"slices"
)

const (
	// firstShift is how often flags change between two sessions, as far as nothing is known of these.
	firstShift = 0.01
	// imitation is how often a name in sight is taken over on purpose: two exchange theirs, somebody plays somebody else. Below it
	// no coincidence of names counts, however rare they are.
	imitation = 1e-6
	// comesBack is how often somebody who had left is there again.
	comesBack = 0.02
	// What did not stay the same though it could have.
	otherCard   = 0.1
	noCard      = 0.3
	otherRemark = 0.05
	otherAlias  = 0.01
	leftToo     = 0.3 // another list, for whoever left one
	maxLists    = 32  // that are looked at of one person
	// sameAlias is how often somebody else would be told with the same alias.
	sameAlias = 1e-9
)

// candidates are the pairs whom a name on a common roster suggests, of those who are still open, with their weights.
func (m *matching) candidates() []finding {
	pairs := make([]link, 0, m.open)
	for old, now := range m.rosterTo {
		if now != nobody {
			pairs = m.suggest(pairs, int32(old), now)
		}
	}
	slices.SortFunc(pairs, func(a, b link) int {
		if a.old != b.old {
			return int(a.old) - int(b.old)
		}
		return int(a.now) - int(b.now)
	})
	pairs = slices.Compact(pairs)
	m.open = len(pairs) // later rounds have fewer, or hardly more
	if m.shift == 0 {
		m.shift = m.measureShift(pairs)
	}
	list := make([]finding, 0, len(pairs))
	for _, l := range pairs {
		if f, ok := m.weigh(l); ok {
			list = append(list, f)
		}
	}
	return list
}

// suggest finds who on two rosters, that are one, carry a name in common. head and next chain the new ones by their words.
func (m *matching) suggest(pairs []link, old, now int32) []link {
	type chained struct{ who, next int32 }
	chain := make([]chained, 1, len(m.now.rosters[now].members)+1)
	for i, e := range m.now.rosters[now].members {
		if m.oldOf[e.who] != nobody {
			continue
		}
		for _, w := range m.nows.words(now, int32(i)) {
			if w != 0 {
				chain = append(chain, chained{e.who, m.mark[w]})
				m.mark[w] = int32(len(chain) - 1)
			}
		}
	}
	for i, e := range m.old.rosters[old].members {
		if m.newOf[e.who] != nobody {
			continue
		}
		for _, w := range m.olds.words(old, int32(i)) {
			from := len(pairs)
			for at := m.mark[w]; at != 0; at = chain[at].next {
				pairs = append(pairs, link{e.who, chain[at].who})
			}
			if len(pairs)-from > maxKnot {
				pairs = pairs[:from]
			}
		}
	}
	for i := range m.now.rosters[now].members {
		for _, w := range m.nows.words(now, int32(i)) {
			m.mark[w] = 0
		}
	}
	return pairs
}

// measureShift sees how often flags changed, by those whose name is so rare that they are the same in any case. Where the
// service itself changed the flags of many, they say little. It is measured while everybody is still open: later, those whose
// flags changed are all who is left.
func (m *matching) measureShift(pairs []link) float64 {
	same, other := 200.0, 200*firstShift
	for _, l := range pairs {
		a, b := &m.olds.faces[l.old], &m.nows.faces[l.now]
		if a.nick != b.nick || a.attr == 0 || b.attr == 0 || m.freq.others(a.nick) > 0 || lengthOf(m.words.of[a.nick].name) < classes-1 {
			continue
		}
		if a.attr == b.attr {
			same++
		} else {
			other++
		}
	}
	return other / (same + other)
}

// weigh gives a pair its weight. ok is false for what cannot be.
func (m *matching) weigh(l link) (f finding, ok bool) {
	a, b := &m.olds.faces[l.old], &m.nows.faces[l.now]
	if contradict(a.letters, b.letters) {
		return f, false
	}
	s := m.meet(l)
	if len(s.common) == 0 {
		return f, false
	}
	f.link = l
	m.compare(&f, a, b, &s)
	if n := len(s.common); n > 1 {
		if s.fresh > 1 && f.weight < 2*doubtless {
			s.fresh = min(s.fresh, m.freshOn(s.common))
			m.compare(&f, a, b, &s)
		}
		f.by |= byGroups
	}
	return f, true
}

// compare weighs the two stories.
func (m *matching) compare(f *finding, a, b *face, s *meeting) {
	f.by = 0
	same, names := m.names(a, b, s, &f.by)
	other := s.fresh * names
	switch {
	case s.gone:
		same *= comesBack
	case f.by&byNick == 0:
		same *= 0.5
	default:
		same *= 1 - s.vanished
		other *= s.vanished
	}
	imitated := imitation
	if f.by&private != 0 {
		imitated = 0
	}
	switch {
	case a.attr == 0 || b.attr == 0:
		other += imitated
	case a.attr == b.attr:
		f.by |= byAttr
		same *= 1 - m.shift
		other = (other + imitated) * m.freq.attr(b.attr)
	default:
		same *= m.shift
		other += imitated
	}
	if a.letters != 0 && b.letters != 0 {
		other *= m.freq.letters(b.letters)
	}
	f.weight = math.Log(same * s.loss / other)
}

func contradict(a, b word) bool { return a != 0 && b != 0 && a != b }

// names weighs what the two are called: how likely the one keeps it, and how likely another would carry it.
func (m *matching) names(a, b *face, s *meeting, by *signal) (same, other float64) {
	same, other = 1, 1
	if a.nick != 0 && a.nick == b.nick {
		*by |= byNick
		other = m.freq.name(b.nick)
	}
	switch {
	case s.card != 0 && m.words.of[s.card].name != m.words.of[b.nick].name:
		*by |= byCard
		card := m.freq.name(s.card)
		if *by&byNick != 0 { // a card often holds the nickname
			card, other = 0.05, min(card, other)
		}
		other *= card
	case s.otherCard:
		same *= otherCard
	case s.noCard:
		same *= noCard
	}
	if a.remark != 0 && a.remark == b.remark {
		*by |= byRemark
		other *= m.freq.remark(b.remark)
	} else if contradict(a.remark, b.remark) {
		same *= otherRemark
	}
	if a.alias != 0 && a.alias == b.alias {
		*by |= byAlias
		other *= sameAlias
	} else if contradict(a.alias, b.alias) {
		same *= otherAlias
	}
	return same, other
}

// A meeting is what the rosters of two people say of them.
type meeting struct {
	common            []seat  // of the new side, on the rosters that they share
	gone              bool    // the old one had left all of them
	vanished, fresh   float64 // how they changed
	loss              float64 // for rosters that the old one would have left
	card              word    // the same on one of them
	otherCard, noCard bool
}

func (m *matching) meet(l link) meeting {
	s := meeting{gone: true, vanished: 1, fresh: math.Inf(1), loss: 1}
	for _, p := range m.olds.on[l.old][:min(maxLists, len(m.olds.on[l.old]))] {
		now := m.rosterTo[p.roster]
		if now == nobody {
			continue
		}
		t, gone := &m.tally[p.roster], m.old.rosters[p.roster].members[p.entry].gone
		n, ok := m.seatOn(l.now, now)
		if !ok {
			if !gone {
				s.leave(t.vanished)
			}
			continue
		}
		s.common = append(s.common, n)
		s.gone = s.gone && gone
		s.vanished, s.fresh = min(s.vanished, t.vanished), min(s.fresh, t.fresh)
		s.cards(m.olds.cards[p.roster][p.entry], m.nows.cards[now][n.entry])
	}
	return s
}

// seatOn is where a new one stands on a roster.
func (m *matching) seatOn(who, roster int32) (seat, bool) {
	for _, s := range m.nows.on[who] {
		if s.roster == roster {
			return s, true
		}
	}
	return seat{}, false
}

// leave takes in a list on which the new one is not. Who leaves one list often leaves others as well.
func (s *meeting) leave(vanished float64) {
	if s.loss == 1 {
		s.loss = max(vanished, 0.01)
	} else {
		s.loss *= leftToo
	}
}

func (s *meeting) cards(was, is word) {
	switch {
	case was == is:
		if is != 0 {
			s.card = is
		}
	case was != 0 && is != 0:
		s.otherCard = true
	default:
		s.noCard = true
	}
}

// freshOn counts who is fresh on all these new rosters.
func (m *matching) freshOn(on []seat) float64 {
	least := slices.MinFunc(on, func(a, b seat) int {
		return len(m.now.rosters[a.roster].members) - len(m.now.rosters[b.roster].members)
	})
	n := unseenFresh
	for i, e := range m.now.rosters[least.roster].members {
		if m.isFresh(seat{least.roster, int32(i)}) && m.freshOnOthers(e.who, on) {
			n++
		}
	}
	return n
}

func (m *matching) freshOnOthers(who int32, on []seat) bool {
	for _, other := range on {
		if s, ok := m.seatOn(who, other.roster); !ok || !m.isFresh(s) {
			return false
		}
	}
	return true
}

func (m *matching) isFresh(s seat) bool {
	return m.tally[m.rosterOf[s.roster]].isFresh[s.entry]
}
