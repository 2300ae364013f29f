package store

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestChanges compares changes with a map, with enough keys for several runs.
func TestChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.Custom(func(t *rapid.T) string { return Key(rapid.IntRange(0, 3*longestRun).Draw(t, "key")) })
		c, m := &changes{}, map[string]string{}
		for _, k := range rapid.SliceOfN(key, 0, 6*longestRun).Draw(t, "keys") {
			c.set(k, []byte(k))
			m[k] = k
		}
		sorted := slices.Sorted(maps.Keys(m))
		wantSorted(t, c, sorted)
		for _, k := range rapid.SliceOfN(key, 1, 50).Draw(t, "looked for") {
			i, there := slices.BinarySearch(sorted, k)
			if p, ok := c.find(k); ok != there || ok && c.at(p).key != k {
				t.Fatalf("find %s: %v, %v", FormatKey(k), p, ok)
			}
			wantChange(t, c.below(k), sorted, i-1)
			wantChange(t, c.above(k, true), sorted, i)
			if there {
				i++
			}
			wantChange(t, c.above(k, false), sorted, i)
		}
		wantChange(t, c.below(""), sorted, len(sorted)-1)
		wantChange(t, c.above("", true), sorted, 0)
	})
}

func wantSorted(t *rapid.T, c *changes, sorted []string) {
	var got []string
	for _, run := range c.runs {
		if len(run) == 0 || len(run) > longestRun {
			t.Fatalf("a run has %d changes", len(run))
		}
		for _, ch := range run {
			got = append(got, ch.key)
		}
	}
	if !slices.Equal(got, sorted) || c.n != len(sorted) {
		t.Fatalf("%d changes, counted as %d, want %d in order", len(got), c.n, len(sorted))
	}
}

func wantChange(t *rapid.T, got *change, sorted []string, i int) {
	t.Helper()
	want := ""
	if i >= 0 && i < len(sorted) {
		want = sorted[i]
	}
	if got == nil && want != "" || got != nil && got.key != want {
		t.Fatalf("%v, want %s", got, FormatKey(want))
	}
}
