package wechat

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A cast is one group on both sides, for tests: so many who stay and are nobody else, and those of the test.
func cast(stay int, old, now []evidence) inquiry {
	q := inquiry{}
	for i := range stay {
		e := evidence{nick: fmt.Sprintf("群里的第%d位同学", i), attr: int64(i % 20), keyWord: "wxi"}
		q.old.people, q.now.people = append(q.old.people, e), append(q.now.people, e)
	}
	q.old.people, q.now.people = append(q.old.people, old...), append(q.now.people, now...)
	for _, s := range []*side{&q.old, &q.now} {
		g := roster{key: "g", name: "六点二十", read: true}
		for i := range s.people {
			s.people[i].key = fmt.Sprint(i)
			g.members = append(g.members, entry{who: int32(i)})
		}
		s.rosters = []roster{g}
	}
	return q
}

func who(nick string, attr int64) evidence { return evidence{nick: nick, attr: attr, keyWord: "wxi"} }

// crowdOf are people of other names with the commonest flags.
func crowdOf(name string, n int) (list []evidence) {
	for i := range n {
		list = append(list, who(fmt.Sprint(name, "的路人", i), 33))
	}
	return list
}

func TestMatchTraps(t *testing.T) {
	rare, other := "岛上的灯塔看守人", "不吃香菜的宇航员"
	remark := func(e evidence, text string) evidence { e.remark = text; return e }
	alias := func(e evidence, text string) evidence { e.alias = text; return e }
	role := func(e evidence) evidence { e.trusted = true; return e }
	tests := map[string]struct {
		old, now []evidence
		want     []int // the new one of each old one, -1 for none
		unsure   int
	}{
		"stayed":                             {[]evidence{who(rare, 7)}, []evidence{who(rare, 7)}, []int{0}, 0},
		"another took the name":              {[]evidence{who(rare, 7)}, []evidence{who(rare, 8)}, []int{-1}, 1},
		"two exchanged their names":          {[]evidence{who(rare, 7), who(other, 8)}, []evidence{who(rare, 8), who(other, 7)}, []int{-1, -1}, 2},
		"one of two of a name left":          {[]evidence{who("小明", 7), who("小明", 7)}, []evidence{who("小明", 7)}, []int{-1, -1}, 1},
		"two of a name stayed, all the same": {[]evidence{who("小明", 7), who("小明", 7)}, []evidence{who("小明", 7), who("小明", 7)}, []int{-1, -1}, 2},
		"two of a name, told by their flags": {[]evidence{who(rare, 7), who(rare, 8)}, []evidence{who(rare, 8), who(rare, 7)}, []int{1, 0}, 0},
		"a common name left, many came": {
			append(crowdOf("走了", 20), who("小明", 33)), append(crowdOf("来了", 20), who("小明", 33)),
			slices.Repeat([]int{-1}, 21), 1,
		},
		"renamed":            {[]evidence{who(rare, 7)}, []evidence{who(other, 7)}, []int{-1}, 1},
		"renamed, by alias":  {[]evidence{alias(who(rare, 7), "lin620")}, []evidence{alias(who(other, 7), "lin620")}, []int{0}, 0},
		"renamed, by remark": {[]evidence{remark(who(rare, 7), "林老师")}, []evidence{remark(who(other, 8), "林老师")}, []int{0}, 0},
		"the remark of two":  {[]evidence{remark(who(rare, 7), "快递")}, []evidence{remark(who(other, 7), "快递"), remark(who("z", 7), "快递")}, []int{-1}, 2},
		"another id":         {[]evidence{{nick: rare, attr: 7, keyWord: "wxi"}}, []evidence{{nick: rare, attr: 7, keyWord: "che"}}, []int{-1}, 0},
		"no name at all":     {[]evidence{who("", 7)}, []evidence{who("", 7)}, []int{-1}, 1},
		"a role by the name": {[]evidence{role(who(rare, 7))}, []evidence{who(rare, 7)}, []int{-1}, 1},
		"who may hold a role is not a namesake": {
			[]evidence{role(who(rare, 7)), who(rare, 7)}, []evidence{who(rare, 7)}, []int{-1, -1}, 1,
		},
		"a role by the alias": {[]evidence{role(alias(who(rare, 7), "lin620"))}, []evidence{alias(who(rare, 7), "lin620")}, []int{0}, 0},
	}
	const stay = 80
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := match(cast(stay, test.old, test.now))
			found := map[int]int{}
			for _, f := range v.people {
				found[int(f.old)] = int(f.now)
			}
			for i := range stay {
				if found[i] != i {
					t.Errorf("%d, who stayed, was found as %d", i, found[i])
				}
			}
			for i, want := range test.want {
				got, ok := found[stay+i]
				if !ok {
					got = stay - 1
				}
				if got-stay != want {
					t.Errorf("%d was found as %d, expected %d", i, got-stay, want)
				}
			}
			if len(v.unsure) != test.unsure {
				t.Errorf("%d are unsure: %+v", len(v.unsure), v.unsure)
			}
		})
	}
}

// TestMatchIsOneToOne holds for whatever is asked: nobody is two people, two people are never one, and equal questions have
// equal answers.
func TestMatchIsOneToOne(t *testing.T) {
	box := boxNames(t)
	for seed := range uint64(20) {
		c := newCommunity(setting{memberships: 300, churn: 0.3, boxed: seed%2 == 0, each: true}, seed, box)
		old := c.see("old", true)
		c.live()
		now := c.see("now", false)
		q := inquiry{old: old.side, now: now.side, rosters: []link{{0, 0}}}
		v := match(q)
		olds, nows := map[int32]bool{}, map[int32]bool{}
		for _, f := range v.people {
			if olds[f.old] || nows[f.now] {
				t.Errorf("seed %d: %+v is there twice", seed, f)
			}
			olds[f.old], nows[f.now] = true, true
		}
		for _, d := range v.unsure {
			if nows[d.now] || len(d.candidates) == 0 || len(d.candidates) > maxCandidates {
				t.Errorf("seed %d: doubt %+v", seed, d)
			}
			for _, f := range d.candidates {
				if olds[f.old] {
					t.Errorf("seed %d: %d is a candidate and found", seed, f.old)
				}
			}
		}
		if again := match(q); !slices.Equal(again.people, v.people) || len(again.unsure) != len(v.unsure) {
			t.Errorf("seed %d: another answer to the same question", seed)
		}
	}
}

// TestKnotsAreLeftAlone: more than 64 who could be each other are not taken apart, and cost no time.
func TestKnotsAreLeftAlone(t *testing.T) {
	var old, now []evidence
	for range 500 {
		old, now = append(old, who("小明", 7)), append(now, who("小明", 7))
	}
	q := cast(80, old, now)
	q.rosters = []link{{0, 0}}
	if v := match(q); len(v.people) != 80 {
		t.Errorf("%d were found, expected 80", len(v.people))
	}
}

// TestFlagsOfAllChanged: when the service itself changes what it shows, names still say enough.
func TestFlagsOfAllChanged(t *testing.T) {
	q := cast(200, nil, nil)
	for i := range q.now.people {
		q.now.people[i].attr += 4096
	}
	if n := len(match(q).people); n < 198 {
		t.Errorf("only %d of 200 were found", n)
	}
}

// TestBestAssignment checks the Hungarian method against all assignments there are.
func TestBestAssignment(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 20))
	for range 500 {
		olds, nows := 1+rng.IntN(5), 1+rng.IntN(5)
		var k knot
		for i := range olds {
			for j := range nows {
				if rng.IntN(3) > 0 {
					k = append(k, finding{link: link{int32(i), int32(j)}, weight: math.Round(rng.Float64()*40) / 2})
				}
			}
		}
		if len(k) == 0 {
			continue
		}
		g := k.grid()
		got, chosen := g.best()
		if want := bruteBest(g, 0, map[int]bool{}); math.Abs(got-want) > 1e-9 {
			t.Fatalf("%v: %v, expected %v (%v)", g.weight, got, want, chosen)
		}
	}
}

func bruteBest(g *grid, row int, taken map[int]bool) float64 {
	if row == len(g.olds) {
		return 0
	}
	best := bruteBest(g, row+1, taken)
	for j, w := range g.weight[row] {
		if w > 0 && !taken[j] {
			taken[j] = true
			best = max(best, w+bruteBest(g, row+1, taken))
			delete(taken, j)
		}
	}
	return best
}
