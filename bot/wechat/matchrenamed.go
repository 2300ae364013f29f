package wechat

// few is how many may fit one pattern for it to be worth a question.
const few = 3

// A pattern is what people leave behind who changed their name: a list, and flags.
type pattern struct {
	roster int32 // of the new side
	attr   int64
}

// renamed are pairs of people whom no name brings together: both are alone, or nearly so, in having the same flags on the same
// list, and no counterpart. That is never beyond doubt, and often worth a question.
func (m *matching) renamed() []finding {
	left := map[pattern][]int32{}
	for i, p := range m.old.people {
		if m.newOf[i] != nobody || p.attr == 0 {
			continue
		}
		for _, on := range m.olds.on[i] {
			if now := m.rosterTo[on.roster]; now != nobody && !m.old.rosters[on.roster].members[on.entry].gone {
				k := pattern{now, p.attr}
				left[k] = append(left[k], int32(i))
			}
		}
	}
	came := map[pattern][]int32{}
	for i, p := range m.now.people {
		if m.oldOf[i] != nobody || p.attr == 0 {
			continue
		}
		for _, on := range m.nows.on[i] {
			if k := (pattern{on.roster, p.attr}); len(left[k]) > 0 {
				came[k] = append(came[k], int32(i))
			}
		}
	}
	return m.pairsOf(left, came)
}

func (m *matching) pairsOf(left, came map[pattern][]int32) (list []finding) {
	for k, nows := range came {
		if len(nows) > few || len(left[k]) > few {
			continue
		}
		for _, now := range nows {
			for _, old := range left[k] {
				if f, ok := m.weigh(link{old, now}); ok {
					list = append(list, f)
				}
			}
		}
	}
	return list
}
