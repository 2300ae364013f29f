package wechat

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"
)

// BenchmarkMatch is a sign-in of 250,000 memberships. peak-MB is the largest live heap of the matching itself.
func BenchmarkMatch(b *testing.B) {
	c := newCommunity(setting{memberships: 250_000, churn: 0.1}, 1, nil)
	old := c.see("old", true)
	c.live()
	now := c.see("now", false)
	q := inquiry{old: old.side, now: now.side, rosters: []link{{0, 0}}}
	runtime.GC()
	before, peak := heapInUse(), uint64(0)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for tick := time.NewTicker(time.Millisecond); ; {
			select {
			case <-stop:
				return
			case <-tick.C:
				peak = max(peak, heapInUse())
			}
		}
	}()
	b.ReportAllocs()
	found := 0
	for b.Loop() {
		found = len(match(q).people)
	}
	close(stop)
	<-done
	b.ReportMetric(float64(peak-min(peak, before))/(1<<20), "peak-MB")
	b.ReportMetric(float64(found), "matches")
}

// TestMatchTakesLittleMemory: all that matching ever allocates is less than it may hold at once, 750 bytes a membership: 188 MB for
// 250,000.
func TestMatchTakesLittleMemory(t *testing.T) {
	const memberships = 50_000
	c := newCommunity(setting{memberships: memberships, churn: 0.1}, 1, nil)
	old := c.see("old", true)
	c.live()
	q := inquiry{old: old.side, now: c.see("now", false).side, rosters: []link{{0, 0}}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	found := len(match(q).people)
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / memberships; each > 750 || found < memberships/2 {
		t.Errorf("%d matches took %d bytes a membership, 750 is the most", found, each)
	}
}

// heapInUse is what objects take, live or not yet swept.
func heapInUse() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
