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

// heapInUse is what objects take, live or not yet swept.
func heapInUse() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
