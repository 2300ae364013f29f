package owner

import (
	"context"

	"sixtwenty/bot"
)

var (
	textClear   = bot.Text{ZH: "没有失败、过期或不确定的消息。", EN: "Nothing failed, expired, or is in doubt."}
	textTrouble = bot.Text{ZH: "没能确定发出去的（最近 %d 条）：", EN: "Not known to have arrived (the latest %d):"}
	textUnsure  = bot.Text{ZH: "\n%s %s「%s」%s", EN: "\n%s %s “%s” %s"}
)

const troubleLines = 20

// trouble lists what is not known to have arrived.
func trouble(_ context.Context, c *bot.Call) error {
	list, err := bot.Trouble(c.Tx, troubleLines)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.Reply(textClear)
		return nil
	}
	text := c.T(textTrouble, len(list))
	for _, d := range list {
		what := d.Effect.Text
		if what == "" {
			what = d.Effect.Name
		}
		text += c.T(textUnsure, d.At.In(c.Zone()).Format("01-02 15:04"), d.Outcome().In(c.Group().Language),
			bot.CleanName(what), c.ChatName(d.Effect.Chat))
	}
	c.Say(text)
	return nil
}
