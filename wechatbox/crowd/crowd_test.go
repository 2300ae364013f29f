package crowd

import (
	"context"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sixtwenty/wechatbox"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func filled(t testing.TB, p Plan) (*wechatbox.Box, *Crowd) {
	t.Helper()
	start := time.Date(2026, 3, 1, 5, 59, 30, 0, time.FixedZone("", 8*3600))
	b, err := wechatbox.New(wechatbox.Options{Seed: p.Seed, Clock: wechatbox.NewClock(start)})
	ok(t, err)
	t.Cleanup(func() { ok(t, b.Close()) })
	c, err := Fill(b, p)
	ok(t, err)
	return b, c
}

// day winds a crowd through one day and returns the texts of its first group.
func day(t *testing.T, p Plan) (*wechatbox.Box, []string) {
	t.Helper()
	b, c := filled(t, p)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	synctest.Wait()
	wound, err := b.Clock().Wind(ctx, b.Clock().Now().Add(24*time.Hour))
	ok(t, err)
	cancel()
	if err := <-done; err != context.Canceled {
		t.Fatal(err)
	}
	if wound.Stops != 24*60 || len(wound.Late) != 0 {
		t.Fatalf("wound %+v", wound)
	}
	list, err := b.History("xiaoliu", "club1", "", 2000)
	ok(t, err)
	var texts []string
	for _, m := range list {
		texts = append(texts, m.At.Format(time.TimeOnly)+" "+m.From+" "+m.Text)
	}
	return b, texts
}

func TestADayInTheLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, texts := day(t, Plan{Seed: 1, Groups: 4, Members: 100})
		dawn, said, joins := 0, 0, 0
		for _, x := range texts {
			switch {
			case strings.HasPrefix(x, "06:") && strings.Contains(x, "打卡"):
				dawn++
			case strings.Contains(x, "加入了群聊"), strings.Contains(x, "加入群聊"):
				joins++
			}
			said++
		}
		if dawn < 25 || said < 150 || joins == 0 {
			t.Errorf("%d check-ins at six, %d messages, %d joins", dawn, said, joins)
		}
		nicks := map[string]int{}
		for _, p := range b.World().People {
			nicks[p.Nick]++
		}
		twins, spans := 0, 0
		for nick, n := range nicks {
			if n > 1 {
				twins++
			}
			if strings.ContainsAny(nick, "🌸🌞😄🎧📚🍀⭐🐳🏃") {
				spans++
			}
		}
		if twins == 0 || spans == 0 {
			t.Errorf("%d shared names, %d with emoji", twins, spans)
		}
	})
}

func TestEqualSeedsMakeEqualDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a := day(t, Plan{Seed: 5, Groups: 2, Members: 30})
		_, b := day(t, Plan{Seed: 5, Groups: 2, Members: 30})
		_, other := day(t, Plan{Seed: 6, Groups: 2, Members: 30})
		if !reflect.DeepEqual(a, b) || reflect.DeepEqual(a, other) {
			t.Errorf("%d, %d and %d messages", len(a), len(b), len(other))
		}
	})
}

const most = 300 << 20 // bytes for 500 groups of 500

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestFiveHundredGroupsFit fills the largest world, with all the messages that it keeps.
func TestFiveHundredGroupsFit(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a quarter of a million places")
	}
	before := heap()
	b, c := filled(t, Plan{Seed: 620, Groups: 500, Members: 500})
	empty := heap() - before
	ok(t, c.Storm(210_000))
	full := heap() - before
	t.Logf("%d MB before the first word, %d MB with 200,000 messages", empty>>20, full>>20)
	if full > most {
		t.Errorf("%d MB", full>>20)
	}
	if g, err := b.Group("club500"); err != nil || len(g.Members) != 500 {
		t.Errorf("%d members, %v", len(g.Members), err)
	}
}

func BenchmarkFill500x500(b *testing.B) {
	for b.Loop() {
		before := heap()
		_, _ = filled(b, Plan{Seed: 620, Groups: 500, Members: 500})
		b.ReportMetric(float64(heap()-before)/(1<<20), "MB")
	}
}
