package wechatbox

import (
	"testing"

	"pgregory.net/rapid"
)

// A ring behaves as a map from numbers to values that forgets its lowest numbers.
func TestRingIsANumberedQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r ring[int]
		model := map[uint64]int{}
		base, next := uint64(1), uint64(1)
		r.base = 1
		if rapid.Bool().Draw(t, "starts late") {
			base, next, r.base = 650, 650, 650
		}
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				v := rapid.IntRange(1, 1_000).Draw(t, "v")
				model[next] = v
				next++
				r.push(v)
			},
			"put": func(t *rapid.T) {
				if next == base {
					t.Skip("an empty ring takes any number")
				}
				at, v := rapid.Uint64Range(base-1, next+5).Draw(t, "at"), rapid.IntRange(1, 1_000).Draw(t, "v")
				r.put(at, v)
				if at >= base {
					model[at] = v
					next = max(next, at+1)
				}
			},
			"pop": func(t *rapid.T) {
				if next == base {
					t.Skip("empty")
				}
				if got := r.pop(); got != model[base] {
					t.Fatalf("popped %d, want %d", got, model[base])
				}
				delete(model, base)
				base++
			},
			"": func(t *rapid.T) {
				if r.len() != int(next-base) || r.next() != next {
					t.Fatalf("%d elements up to %d, want %d up to %d", r.len(), r.next(), next-base, next)
				}
				for n := base - 1; n != next+2; n++ {
					if got := r.at(n); got != model[n] {
						t.Fatalf("number %d is %d, want %d", n, got, model[n])
					}
				}
			},
		})
	})
}
