package bottest

import (
	"context"
	"strings"
	"testing"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

const pages = store.Table[string]("scribe/pages") // name: a blob

// scribe keeps each thing that is written to it.
func scribe(keeps bot.Blobs) bot.Feature {
	text := func(s string) bot.Text { return bot.Text{ZH: s, EN: s} }
	return bot.Feature{
		Name: "scribe", Summary: text("抄写"), Keeps: keeps,
		Works: map[string]func(context.Context, bot.Work) (any, error){"copy": func(ctx context.Context, w bot.Work) (any, error) {
			return w.Keep(ctx, strings.NewReader(w.Key), 100)
		}},
		Watches: []bot.Watch{
			{On: bot.Message, Summary: text("听"), Run: func(_ context.Context, c *bot.Call) error { return c.Work("copy", c.Event.Text, nil) }},
			{On: "scribe.copy", Summary: text("记"), Run: func(_ context.Context, c *bot.Call) error {
				var d bot.Done
				var sum string
				if err := c.Decode(&d); err != nil {
					return err
				}
				if err := d.Into(&sum); err != nil {
					return err
				}
				return pages.Put(c.Tx, sum, d.Key)
			}},
		},
	}
}

func TestABlobThatAFeatureDoesNotTellOfIsFound(t *testing.T) {
	honest := bot.BlobsIn(pages, func(sum string) string { return sum })
	for name, test := range map[string]struct {
		keeps bot.Blobs
		lies  int
	}{"honest": {honest, 0}, "forgetful": {bot.BlobsOf(), 2}} {
		t.Run(name, func(t *testing.T) {
			Run(t, Options{Features: []bot.Feature{scribe(test.keeps)}}, func(w *World) {
				w.Says("小明", "一")
				w.Says("小明", "二")
				lies := w.untold(scribe(test.keeps), storetest.Buckets(t, w.db))
				if len(lies) != test.lies {
					t.Errorf("found %v, expected %d", lies, test.lies)
				}
				w.opts.Features = nil // what it was given is no fault of this test
			})
		})
	}
}
