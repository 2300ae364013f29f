package wechat

import (
	"cmp"
	"math"
	"slices"
)

// assign believes what is beyond doubt.
func (m *matching) assign(list []finding) {
	for _, f := range m.sure(list, doubtless) {
		m.believe(f)
	}
}

// venture believes those who are probable only, the likeliest first, for as long as all who are believed together hold no more
// than the allowance of mistakes. Other flags under the same name are never believed so.
func (m *matching) venture(rest []finding) {
	risk := 0.0
	for _, f := range m.verdict.people {
		risk += math.Exp(-f.weight)
	}
	list := m.sure(rest, probable)
	slices.SortFunc(list, func(a, b finding) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.now, b.now))
	})
	for _, f := range list {
		if f.by&(byAttr|private) == 0 {
			continue
		}
		if risk += math.Exp(-f.weight); risk > allowance*float64(len(m.verdict.people)+1) {
			return
		}
		m.believe(f)
	}
}

// sure are the pairs without which everything else is so much less likely: knot by knot, since people who share no candidate have
// nothing to do with each other.
func (m *matching) sure(list []finding, least float64) []finding {
	open := make([]finding, 0, len(list))
	for _, f := range list {
		if f.weight > 0 {
			open = append(open, f)
		}
	}
	all := knots(open, len(m.old.people), len(m.now.people))
	sure := open[:0] // the knots have copies
	for _, k := range all {
		for _, f := range k.sure(least) {
			if !m.barred(f) {
				sure = append(sure, f)
			}
		}
	}
	return sure
}

// barred says whether a pair rests on what a stranger could copy where that is not enough. Such pairs still stand in the way of
// others: who may be the owner is not taken for a namesake of the owner.
func (m *matching) barred(f finding) bool {
	return m.old.people[f.old].trusted && f.by&private == 0
}

// A knot is what hangs together: pairs of which each shares somebody with another.
type knot []finding

// knots sorts pairs into knots, in the order of their first pair.
func knots(list []finding, olds, nows int) []knot {
	s := make(sets, olds+nows)
	for i := range s {
		s[i] = int32(i)
	}
	for _, f := range list {
		s.join(f.old, int32(olds)+f.now)
	}
	size, n := make([]int32, olds+nows), 0
	for _, f := range list {
		root := s.find(f.old)
		if size[root]++; size[root] == 1 {
			n++
		}
	}
	at, all := make([]int32, olds+nows), make([]knot, 0, n)
	buffer := make([]finding, len(list))
	for _, f := range list {
		root := s.find(f.old)
		if at[root] == 0 {
			all = append(all, buffer[:0:size[root]])
			buffer = buffer[size[root]:]
			at[root] = int32(len(all))
		}
		k := &all[at[root]-1]
		*k = append(*k, f)
	}
	return all
}

// sets are disjoint sets of numbers.
type sets []int32

func (s sets) find(x int32) int32 {
	for s[x] != x {
		s[x] = s[s[x]]
		x = s[x]
	}
	return x
}

func (s sets) join(a, b int32) { s[s.find(a)] = s.find(b) }

// sure are the pairs of the best assignment without which every other is worse by least: the more pairs, the more others there are.
func (k knot) sure(least float64) (list []finding) {
	if len(k) == 1 {
		if k[0].weight >= least {
			list = k
		}
		return list
	}
	g := k.grid()
	if len(g.olds)+len(g.nows) > maxKnot {
		return nil
	}
	best, chosen := g.best()
	others := math.Log(float64(len(k)))
	for i, j := range chosen {
		if j < 0 || g.weight[i][j] <= 0 {
			continue
		}
		w := g.weight[i][j]
		g.weight[i][j] = 0
		if second, _ := g.best(); best-second-others >= least {
			f := k[g.pair[i][j]]
			f.weight = best - second - others
			list = append(list, f)
		}
		g.weight[i][j] = w
	}
	return list
}

// A grid is a knot as a matrix: olds by nows, weight 0 for no pair, which is what leaving both alone weighs.
type grid struct {
	olds, nows []int32
	weight     [][]float64
	pair       [][]int
}

func (k knot) grid() *grid {
	g := &grid{}
	rows, cols := map[int32]int{}, map[int32]int{}
	for _, f := range k {
		if _, ok := rows[f.old]; !ok {
			rows[f.old] = len(g.olds)
			g.olds = append(g.olds, f.old)
		}
		if _, ok := cols[f.now]; !ok {
			cols[f.now] = len(g.nows)
			g.nows = append(g.nows, f.now)
		}
	}
	if len(g.olds)+len(g.nows) > maxKnot {
		return g
	}
	for range g.olds {
		g.weight = append(g.weight, make([]float64, len(g.nows)))
		g.pair = append(g.pair, make([]int, len(g.nows)))
	}
	for n, f := range k {
		i, j := rows[f.old], cols[f.now]
		g.weight[i][j], g.pair[i][j] = f.weight, n
	}
	return g
}

// best is the weight of the best assignment, and the column of each row in it, -1 for none: the Hungarian method, on a square
// that is filled up with zeros.
func (g *grid) best() (total float64, chosen []int) {
	n := max(len(g.olds), len(g.nows))
	cost := func(i, j int) float64 {
		if i < len(g.olds) && j < len(g.nows) {
			return -g.weight[i][j]
		}
		return 0
	}
	u, v := make([]float64, n+1), make([]float64, n+1)
	row, way := make([]int, n+1), make([]int, n+1)
	for i := 1; i <= n; i++ {
		augment(i, n, cost, u, v, row, way)
	}
	chosen = make([]int, len(g.olds))
	for j := 1; j <= n; j++ {
		i := row[j] - 1
		if i < 0 || i >= len(g.olds) {
			continue
		}
		if chosen[i] = j - 1; j > len(g.nows) {
			chosen[i] = -1
			continue
		}
		total += g.weight[i][j-1]
	}
	return total, chosen
}

// augment gives row i a column along the shortest path; u and v are the potentials.
func augment(i, n int, cost func(i, j int) float64, u, v []float64, row, way []int) {
	row[0] = i
	least, used := make([]float64, n+1), make([]bool, n+1)
	for j := range least {
		least[j] = math.Inf(1)
	}
	at := 0
	for row[at] != 0 {
		used[at] = true
		next, delta := 0, math.Inf(1)
		for j := 1; j <= n; j++ {
			if used[j] {
				continue
			}
			if c := cost(row[at]-1, j-1) - u[row[at]] - v[j]; c < least[j] {
				least[j], way[j] = c, at
			}
			if least[j] < delta {
				delta, next = least[j], j
			}
		}
		for j := range n + 1 {
			if used[j] {
				u[row[j]] += delta
				v[j] -= delta
			} else {
				least[j] -= delta
			}
		}
		at = next
	}
	for at != 0 {
		row[at] = row[way[at]]
		at = way[at]
	}
}
