package bot

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A lane gives what a list that is searched each time would give: the oldest of those that may go, else the soonest.
func TestLaneAgainstAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l lane
		var list []queued
		now := noon
		for seq := range uint64(rapid.IntRange(1, 60).Draw(t, "steps")) {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				now = now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second)
			case 1:
				q, from, ok := l.first(now)
				want, there := firstOf(list, now)
				if ok != there || q != want || ok && !from.Equal(q.from) {
					t.Fatalf("gives %v from %v, expected %v", q, from, want)
				}
				if ok && !from.After(now) {
					l.drop(q)
					list = slices.DeleteFunc(list, func(o queued) bool { return o == q })
				}
			default:
				q := queued{seq: seq}
				if rapid.Bool().Draw(t, "later") {
					q.from = now.Add(time.Duration(rapid.IntRange(-60, 120).Draw(t, "from")) * time.Second)
				}
				l.add(q)
				list = append(list, q)
			}
		}
	})
}

func firstOf(list []queued, now time.Time) (queued, bool) {
	ready := slices.DeleteFunc(slices.Clone(list), func(q queued) bool { return q.from.After(now) })
	if len(ready) > 0 {
		return slices.MinFunc(ready, queued.bySeq), true
	}
	if len(list) == 0 {
		return queued{}, false
	}
	return slices.MinFunc(list, func(a, b queued) int { return cmp.Or(a.from.Compare(b.from), a.bySeq(b)) }), true
}

func TestPickForgetsChatsThatAreQuiet(t *testing.T) {
	ls := lanes{}
	ls.of("a").add(queued{seq: 1, chat: "a"})
	ls.of("b").next = noon.Add(time.Second)
	q, _, ok := ls.pick(noon, gates{})
	if !ok || q.seq != 1 || len(ls) != 2 {
		t.Fatalf("%v %v, %d lanes", q, ok, len(ls))
	}
	ls.of("a").drop(q)
	if _, due, ok := ls.pick(noon.Add(time.Second), gates{}); ok || !due.IsZero() || len(ls) != 0 {
		t.Errorf("due %v, %d lanes are left", due, len(ls))
	}
}

func TestPacer(t *testing.T) {
	p := pacer{pace: Pace{Gap: 2 * time.Second}}
	if !p.next().IsZero() {
		t.Error("the first must wait")
	}
	for i, c := range []struct {
		err  error
		back bool // and then signed in again
		want time.Duration
	}{
		{nil, false, 2 * time.Second},
		{ErrOffline, false, 2 * time.Second},
		{ErrOffline, false, 2 * time.Second},
		{ErrOffline, false, 4 * time.Second},
		{errBoom, false, 4 * time.Second},
		{ErrOffline, true, 2 * time.Second},
		{ErrOffline, false, 2 * time.Second},
		{ErrOffline, false, 2 * time.Second},
		{ErrOffline, false, 4 * time.Second},
		{nil, false, 2 * time.Second},
		{ErrOffline, true, 2 * time.Second},
		{ErrTooOften, false, 30 * time.Second},
		{ErrOffline, true, 30 * time.Second},
		{ErrTooOften, false, time.Minute},
		{nil, false, 30 * time.Second},
		{nil, false, 15 * time.Second},
		{errors.Join(ErrTooOften), false, 30 * time.Second},
		{nil, false, 15 * time.Second},
		{nil, false, 7500 * time.Millisecond},
		{nil, false, 3750 * time.Millisecond},
		{nil, false, 2 * time.Second},
	} {
		now := noon.Add(time.Duration(i) * time.Minute)
		for range 3 { // those that were under way together count once
			if p.learn(now, now, c.err); c.err == nil || c.err.Error() == "boom" {
				break
			}
		}
		if c.back {
			p.back()
		}
		if got := p.next().Sub(now); got != c.want {
			t.Errorf("%d: after %v the next waits %v, expected %v", i, c.err, got, c.want)
		}
	}
	for i := range 20 {
		now := noon.Add(time.Duration(100+i) * time.Minute)
		p.learn(now, now, ErrTooOften)
		p.learn(now.Add(1), now.Add(1), ErrOffline)
	}
	if p.often != oftenMost || p.away != awayMost {
		t.Errorf("%v and %v", p.often, p.away)
	}
	free := pacer{}
	if free.learn(noon, noon, nil); !free.next().IsZero() {
		t.Error("no pace, but a wait")
	}
}

// A chat with ten thousand waiting effects costs each of them no more than one with ten.
func BenchmarkLane(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		for _, later := range []bool{false, true} {
			name := map[bool]string{false: "ready", true: "later"}[later]
			b.Run(fmt.Sprint(name, "/", n), func(b *testing.B) {
				var l lane
				next := uint64(0)
				add := func() {
					q := queued{seq: next}
					if next++; later {
						q.from = noon.Add(time.Duration(next))
					}
					l.add(q)
				}
				for range n {
					add()
				}
				for b.Loop() {
					q, _, _ := l.first(noon.Add(time.Hour))
					l.drop(q)
					add()
				}
			})
		}
	}
}
