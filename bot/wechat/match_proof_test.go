package wechat

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// A score is how well a setting was answered.
type score struct {
	right, wrong      int
	kept, found       int // who kept a name that is unique in a group they share
	there, foundThere int // who is on both sides
	unsure            int
	one               int // by one signal only
	groups, badGroups int
	lostGroups        int
	roles, badRoles   int
}

func (s *score) add(o score) {
	s.right, s.wrong = s.right+o.right, s.wrong+o.wrong
	s.kept, s.found = s.kept+o.kept, s.found+o.found
	s.there, s.foundThere = s.there+o.there, s.foundThere+o.foundThere
	s.unsure, s.one = s.unsure+o.unsure, s.one+o.one
	s.groups, s.badGroups, s.lostGroups = s.groups+o.groups, s.badGroups+o.badGroups, s.lostGroups+o.lostGroups
	s.roles, s.badRoles = s.roles+o.roles, s.badRoles+o.badRoles
}

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

// play lets a community live from one sign-in to the next, and asks who is who.
func play(s setting, seed uint64, box []string) score {
	c := newCommunity(s, seed, box)
	old := c.see("old", true)
	c.live()
	now := c.see("now", false)
	if s.alone {
		return playAlone(s, old, now)
	}
	q := inquiry{old: old.side, now: now.side, rosters: []link{{0, 0}}}
	if s.told {
		q.census = map[string]int{}
		for _, name := range box {
			q.census[fold(plainName(name))] += 1000
		}
	}
	return judge(s, old, now, match(q))
}

// playAlone asks about each group by itself. The others say how common names are.
func playAlone(s setting, old, now *view) (sum score) {
	groups := map[string]roster{}
	for _, r := range now.rosters[1:] {
		groups[r.key[len("now/"):]] = r
	}
	for _, r := range old.rosters[1:] {
		was, census := old.only(r)
		is, _ := now.only(groups[r.key[len("old/"):]])
		sum.add(judge(s, was, is, match(inquiry{old: was.side, now: is.side, rosters: []link{{0, 0}}, census: census})))
	}
	return sum
}

func judge(s setting, old, now *view, v verdict) (out score) {
	found := map[int32]bool{}
	for _, f := range v.people {
		if a, b := old.who[f.old], now.who[f.now]; a == b {
			out.right++
			found[f.now] = true
		} else {
			out.wrong++
			if os.Getenv("MATCH_WRONG") != "" {
				fmt.Printf("wrong in %s: weight %.1f, signals %b\n %+v\n %+v\n", s, f.weight, f.by, old.people[f.old], now.people[f.now])
			}
		}
		if f.by&(f.by-1) == 0 {
			out.one++
		}
		if old.people[f.old].trusted {
			out.roles++
			if f.by&private == 0 || old.who[f.old] != now.who[f.now] {
				out.badRoles++
			}
		}
	}
	out.unsure = len(v.unsure)
	was := map[int]int32{}
	for i, who := range old.who {
		was[who] = int32(i)
	}
	unique := keptNames(old, now)
	for i, who := range now.who {
		o, ok := was[who]
		if !ok || old.people[o].trusted {
			continue
		}
		out.there++
		if found[int32(i)] {
			out.foundThere++
		}
		if unique[who] {
			out.kept++
			if found[int32(i)] {
				out.found++
			}
		}
	}
	out.judgeGroups(old, now, v)
	return out
}

func (s *score) judgeGroups(old, now *view, v verdict) {
	s.lostGroups = len(old.rosters) - 1 - len(v.rosters)
	for _, f := range v.rosters {
		s.groups++
		a, b := old.rosters[f.old].key, now.rosters[f.now].key
		if a[len("old/"):] != b[len("now/"):] {
			s.badGroups++
		}
	}
}

// keptNames are the souls who kept a nickname that nobody else has in a group where they are on both sides.
func keptNames(old, now *view) map[int]bool {
	type name struct {
		group string
		nick  string
	}
	count := func(v *view) (map[name]int, map[name]int) {
		n, who := map[name]int{}, map[name]int{}
		for _, r := range v.rosters[1:] {
			for _, e := range r.members {
				if !e.gone {
					k := name{r.key[len("old/"):], v.people[e.who].nick}
					n[k]++
					who[k] = v.who[e.who]
				}
			}
		}
		return n, who
	}
	oldN, oldWho := count(old)
	newN, newWho := count(now)
	kept := map[int]bool{}
	for k, n := range oldN {
		if n == 1 && newN[k] == 1 && oldWho[k] == newWho[k] {
			kept[oldWho[k]] = true
		}
	}
	return kept
}

// TestMatchProof plays communities of all kinds and prints what came of them. MATCH_PROOF=1 plays the large ones too, which
// takes minutes; MATCH_WRONG=1 prints each wrong match.
func TestMatchProof(t *testing.T) {
	whole := os.Getenv("MATCH_PROOF") != ""
	box := boxNames(t)
	var life, boxed score
	played, rows := 0, []string{""}
	list := settings(whole)
	for _, s := range list {
		t.Run(s.String(), func(t *testing.T) {
			played++
			sum := s.play(box, whole)
			rows = append(rows, sum.row(s))
			s.check(t, sum, whole)
			if s.boxed {
				boxed.add(sum)
			} else {
				life.add(sum)
			}
		})
	}
	t.Log(strings.Join(rows, "\n"))
	for name, sum := range map[string]score{"names as in life": life, "names of the box": boxed} {
		n := sum.right + sum.wrong
		t.Logf("%s: %d matches, %d wrong", name, n, sum.wrong)
		if allowed := max(1, n/100_000); sum.wrong > allowed {
			t.Errorf("%s: %d wrong, %d allowed", name, sum.wrong, allowed)
		}
	}
	if whole && played == len(list) && life.right < 1_000_000 {
		t.Errorf("only %d matches", life.right)
	}
}

// enough is how many memberships a setting of the whole proof plays, so that one wrong in 100,000 would be seen.
const enough = 1_500_000

// play lives through a setting with each seed.
func (s setting) play(box []string, whole bool) (sum score) {
	seeds := 20
	switch {
	case whole:
		seeds = max(seeds, enough/s.memberships)
	case s.memberships > 500:
		seeds = 2
	}
	for seed := range seeds {
		sum.add(play(s, uint64(seed)+1, box))
	}
	return sum
}

func (sum *score) row(s setting) string {
	return fmt.Sprintf("| %s | %d | %d | %.5f %% | %.2f %% | %.2f %% | %.2f %% | %.2f %% | %d / %d / %d |", s, sum.right, sum.wrong,
		100*share(sum.right, sum.right+sum.wrong), 100*share(sum.found, sum.kept), 100*share(sum.foundThere, sum.there),
		100*share(sum.unsure, sum.there), 100*share(sum.one, sum.right), sum.groups, sum.badGroups, sum.lostGroups)
}

// check holds a setting against what was promised. Where every name is common, as in the box, most people cannot be told apart.
func (s setting) check(t *testing.T, sum score, whole bool) {
	t.Helper()
	n, worst := sum.right+sum.wrong, 100_000
	if s.boxed {
		worst = 50_000
	}
	if allowed := n / worst; whole && sum.wrong > allowed {
		t.Errorf("%d wrong, %d allowed", sum.wrong, allowed)
	}
	if sum.badRoles > 0 || sum.badGroups > 0 {
		t.Errorf("%d of %d with a role and %d groups were found by what others can copy, or wrongly", sum.badRoles, sum.roles, sum.badGroups)
	}
	bar := 0.0
	switch {
	case s.boxed:
	case s.churn <= 0.05:
		bar = 0.99
	case s.churn <= 0.20:
		bar = 0.97
	}
	if r := share(sum.found, sum.kept); r < bar {
		t.Errorf("recall %.4f, expected %.2f", r, bar)
	}
}

func settings(whole bool) (list []setting) {
	sizes := []int{50, 500, 5000}
	if whole {
		sizes = append(sizes, 50_000)
	}
	for _, n := range sizes {
		for _, churn := range []float64{0.01, 0.05, 0.10, 0.20, 0.30} {
			list = append(list, setting{memberships: n, churn: churn, bots: n / 50})
		}
	}
	list = append(list,
		setting{memberships: 5000, churn: 0.05, groups: 1}, setting{memberships: 5000, churn: 0.20, groups: 1},
		setting{memberships: 5000, churn: 0.05, alone: true}, setting{memberships: 5000, churn: 0.20, alone: true},
		setting{memberships: 5000, churn: 0.20, groups: 3}, setting{memberships: 5000, churn: 0.05, each: true},
		setting{memberships: 5000, churn: 0.20, each: true}, setting{memberships: 5000, churn: 0.30, each: true},
		setting{memberships: 500, churn: 0.05, boxed: true}, setting{memberships: 5000, churn: 0.05, boxed: true},
		setting{memberships: 5000, churn: 0.20, boxed: true},
	)
	if whole {
		for _, churn := range []float64{0.05, 0.20} {
			list = append(list, setting{memberships: 5000, churn: churn, boxed: true, told: true},
				setting{memberships: 250_000, churn: churn, bots: 500})
		}
	}
	return list
}
