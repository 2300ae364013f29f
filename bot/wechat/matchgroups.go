package wechat

import "slices"

const (
	// spread is on how many groups of one side a name may be seen to speak for a group.
	spread = 4
	// kept is the share of members that a group keeps whatever happens to its name, keptNamed that of one that kept its name.
	kept, keptNamed = 0.4, 0.15
	// oneRival: no other group may have more than this share of what speaks for the one.
	oneRival = 0.5
	// tiny is the size up to which a group that kept its name is believed on one member.
	tiny = 4
)

// pairRosters finds groups again: by whom they have in common, and by a name that no other group has.
func (m *matching) pairRosters() {
	if !unpaired(m.rosterTo) || !unpaired(m.rosterOf) {
		return
	}
	v := m.votes()
	olds, nows := groupNames(&m.old, m.rosterTo), groupNames(&m.now, m.rosterOf)
	for g := range m.old.rosters {
		old := m.old.rosters[g]
		if m.rosterTo[g] != nobody || old.key == "" {
			continue
		}
		if named, ok := only(nows, old.name); ok && m.sameName(olds, old.name, int32(g), named, v) {
			m.foundRoster(link{int32(g), named}, v)
			continue
		}
		if h, votes := m.best(v, int32(g)); h != nobody && m.sameMembers(link{int32(g), h}, votes, v) {
			m.foundRoster(link{int32(g), h}, v)
		}
	}
}

func (m *matching) foundRoster(l link, v *ballot) {
	f := finding{link: l}
	if n := v.of(l); n > 0 {
		f.by |= byMembers
		f.weight = n
	}
	if old := m.old.rosters[l.old].name; old != "" && old == m.now.rosters[l.now].name {
		f.by |= byName
	}
	m.pairRoster(l)
	m.verdict.rosters = append(m.verdict.rosters, f)
}

func unpaired(pairs []int32) bool { return slices.Contains(pairs, nobody) }

// groupNames lists the groups of each name that are still open.
func groupNames(s *side, pair []int32) map[string][]int32 {
	names := map[string][]int32{}
	for i, r := range s.rosters {
		if r.key != "" && r.name != "" && pair[i] == nobody {
			names[r.name] = append(names[r.name], int32(i))
		}
	}
	return names
}

func only(names map[string][]int32, name string) (int32, bool) {
	if list := names[name]; len(list) == 1 {
		return list[0], true
	}
	return nobody, false
}

// sameName says whether two groups with a name that no other group has are one: unless the members say that the name went to
// another group.
func (m *matching) sameName(olds map[string][]int32, name string, g, h int32, v *ballot) bool {
	if _, ok := only(olds, name); !ok || m.rosterOf[h] != nobody {
		return false
	}
	old, now := m.old.rosters[g], m.now.rosters[h]
	if !old.read || !now.read {
		return true
	}
	votes, size := v.of(link{g, h}), float64(min(len(old.members), len(now.members)))
	if size <= tiny {
		return votes >= 1 || size <= 1
	}
	return votes >= keptNamed*size && m.unrivalled(link{g, h}, v, 1)
}

// sameMembers says whether two groups are one by those whom they have in common alone.
func (m *matching) sameMembers(l link, votes float64, v *ballot) bool {
	old, now := m.old.rosters[l.old], m.now.rosters[l.now]
	size := float64(min(len(old.members), len(now.members)))
	return m.rosterOf[l.now] == nobody && votes >= 3 && votes >= kept*size && m.unrivalled(l, v, oneRival)
}

// A ballot counts for each two groups how many people, or rare names, they have in common.
type ballot struct {
	votes        map[link]float64
	byOld, byNew map[int32][]int32
}

func (v *ballot) of(l link) float64 { return v.votes[l] }

func (v *ballot) add(l link) {
	if v.votes[l] == 0 {
		v.byOld[l.old], v.byNew[l.now] = append(v.byOld[l.old], l.now), append(v.byNew[l.now], l.old)
	}
	v.votes[l]++
}

// votes lets everybody vote who is on few groups: under the name, or, once found, as the one who was found.
func (m *matching) votes() *ballot {
	v := &ballot{votes: map[link]float64{}, byOld: map[int32][]int32{}, byNew: map[int32][]int32{}}
	found := uint64(len(m.words.of))
	olds := m.olds.voters(func(i int32) uint64 {
		if now := m.newOf[i]; now != nobody {
			return found + uint64(now)
		}
		return uint64(m.olds.faces[i].nick)
	})
	nows := m.nows.voters(func(i int32) uint64 {
		if m.oldOf[i] != nobody {
			return found + uint64(i)
		}
		return uint64(m.nows.faces[i].nick)
	})
	for len(olds) > 0 && len(nows) > 0 {
		a, b := olds[0]>>32, nows[0]>>32
		n, k := 0, 0
		for n < len(olds) && olds[n]>>32 == min(a, b) {
			n++
		}
		for k < len(nows) && nows[k]>>32 == min(a, b) {
			k++
		}
		if n <= spread && k <= spread {
			v.meet(olds[:n], nows[:k])
		}
		olds, nows = olds[n:], nows[k:]
	}
	return v
}

func (v *ballot) meet(olds, nows []uint64) {
	for _, g := range olds {
		for _, h := range nows {
			v.add(link{int32(uint32(g)), int32(uint32(h))})
		}
	}
}

// voters lists who is on which group, sorted, each once: the voter above, the group below.
func (l *lineup) voters(voter func(int32) uint64) []uint64 {
	list := make([]uint64, 0, l.entries)
	for i, r := range l.rosters {
		if r.key == "" {
			continue
		}
		for _, e := range r.members {
			if v := voter(e.who); v != 0 {
				list = append(list, v<<32|uint64(i))
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// best is the open new group that has most in common with an old one.
func (m *matching) best(v *ballot, g int32) (h int32, votes float64) {
	h = nobody
	for _, other := range v.byOld[g] {
		if m.rosterOf[other] != nobody {
			continue
		}
		if n := v.of(link{g, other}); n > votes || n == votes && other < h {
			h, votes = other, n
		}
	}
	return h, votes
}

// unrivalled says whether no open third group shares more with either of two than this share of what they share.
func (m *matching) unrivalled(l link, v *ballot, share float64) bool {
	limit := share * v.of(l)
	for _, h := range v.byOld[l.old] {
		if h != l.now && m.rosterOf[h] == nobody && v.of(link{l.old, h}) > limit {
			return false
		}
	}
	for _, g := range v.byNew[l.now] {
		if g != l.old && m.rosterTo[g] == nobody && v.of(link{g, l.now}) > limit {
			return false
		}
	}
	return true
}
