package store

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestChanges compares changes with a map, often with enough keys for several runs.
func TestChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const keys = 3 * longestRun
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		c, m := &changes{}, map[string]string{}
		for range rapid.IntRange(0, 2*keys).Draw(t, "sets") {
			k := Key(rng.IntN(keys))
			c.set(k, []byte(k))
			m[k] = k
		}
		sorted := slices.Sorted(maps.Keys(m))
		wantSorted(t, c, sorted)
		for range 200 {
			k := Key(rng.IntN(keys))
			i, there := slices.BinarySearch(sorted, k)
			if p, ok := c.find(k); ok != there || ok && c.at(p).Key != k {
				t.Fatalf("find %s: %v, %v", FormatKey(k), p, ok)
			}
			wantChange(t, c.Below(k), sorted, i-1)
			wantChange(t, c.Above(k, true), sorted, i)
			if there {
				i++
			}
			wantChange(t, c.Above(k, false), sorted, i)
		}
		wantChange(t, c.Below(""), sorted, len(sorted)-1)
		wantChange(t, c.Above("", true), sorted, 0)
	})
}

func wantSorted(t *rapid.T, c *changes, sorted []string) {
	var got []string
	for _, run := range c.runs {
		if len(run) == 0 || len(run) > longestRun {
			t.Fatalf("a run has %d changes", len(run))
		}
		for _, ch := range run {
			got = append(got, ch.Key)
		}
	}
	if !slices.Equal(got, sorted) || c.n != len(sorted) {
		t.Fatalf("%d changes, counted as %d, want %d in order", len(got), c.n, len(sorted))
	}
}

func wantChange(t *rapid.T, got *Change, sorted []string, i int) {
	t.Helper()
	want := ""
	if i >= 0 && i < len(sorted) {
		want = sorted[i]
	}
	if got == nil && want != "" || got != nil && got.Key != want {
		t.Fatalf("%v, want %s", got, FormatKey(want))
	}
}
