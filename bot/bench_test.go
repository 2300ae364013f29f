package bot

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// habit does what a check-in does to the store: it reads a day, and where there is none writes it with two counts and answers.
func habit() Feature {
	const days, counts = store.Table[time.Time]("habit/days"), store.Table[int]("habit/counts")
	raise := func(c *Call, key ...any) error {
		n, _, err := counts.Get(c.Tx, key...)
		if err != nil {
			return err
		}
		return counts.Put(c.Tx, n+1, key...)
	}
	checkin := plain("打卡", func(_ context.Context, c *Call) error {
		chat, who, day := c.Event.Chat.ID, c.Event.From.Person, int(c.Day(c.Event.At))
		if done, err := days.Has(c.Tx, chat, who, day); err != nil || done {
			return err
		}
		if err := days.Put(c.Tx, c.Event.At, chat, who, day); err != nil {
			return err
		}
		if err := raise(c, chat, day); err != nil {
			return err
		}
		if err := raise(c, chat, who); err != nil {
			return err
		}
		c.Say(c.At() + "打卡成功")
		return nil
	})
	checkin.Bare = true
	return declare("habit", checkin)
}

// One operation is one event, handled in batches as large as a storm makes them; the outbox does not run.
func benchmarkEvents(b *testing.B, batch int, event func(i int) Event) {
	bot, err := New(Options{
		Account: &service{}, DB: storetest.Open(b), Features: []Feature{habit(), counter()}, Groups: []string{"六点二十*"},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; {
		var list []item
		for ; len(list) < batch && i < b.N; i++ {
			e := event(i)
			e.ID, e.At = fmt.Sprint("m/", i), noon
			list = append(list, item{event: &e})
		}
		if _, err := bot.commit(b.Context(), list); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkEvents(b *testing.B) {
	who := func(i int) string { return fmt.Sprint("人", i) }
	for _, batch := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint("checkin/", batch), func(b *testing.B) {
			benchmarkEvents(b, batch, func(i int) Event { return says(who(i), "打卡") })
		})
		b.Run(fmt.Sprint("chatter/", batch), func(b *testing.B) {
			benchmarkEvents(b, batch, func(i int) Event { return says(who(i%500), "今天天气真好") })
		})
		b.Run(fmt.Sprint("elsewhere/", batch), func(b *testing.B) {
			benchmarkEvents(b, batch, func(i int) Event {
				return Event{Kind: Message, Chat: other, From: member(who(i % 500)), Text: "今天天气真好"}
			})
		})
	}
}
