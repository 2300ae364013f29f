package owner

import (
	"context"

	"sixtwenty/bot"
)

var (
	textClear   = bot.Text{ZH: "没有失败、过期或不确定的消息。", EN: "Nothing failed, expired, or is in doubt."}
	textTrouble = bot.Text{ZH: "没能确定发出去的（最近 %d 条）：", EN: "Not known to have arrived (the latest %d):"}
	textUnsure  = bot.Text{ZH: "\n%s. %s %s「%s」%s", EN: "\n%s. %s %s “%s” %s"}
	textResent  = bot.Text{ZH: "好的，第 %s 条再发一次。", EN: "Number %s is sent once more."}
	textNoSuch  = bot.Text{ZH: "没有第 %s 条，或者已经重发过了；发 /待查 看看。", EN: "There is no number %s, or it was sent again already; see /trouble."}
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
		text += c.T(textUnsure, d.Effect.ID, d.At.In(c.Zone()).Format("01-02 15:04"), d.Outcome().In(c.Group().Language),
			bot.CleanName(what), c.ChatName(d.Effect.Chat))
	}
	c.Say(text)
	return nil
}

// resend asks once more for something that is not known to have arrived.
func resend(_ context.Context, c *bot.Call) error {
	id := c.Arg("编号")
	ok, err := c.Again(id)
	if err != nil {
		return err
	}
	if !ok {
		return bot.Refuse(textNoSuch, bot.CleanName(id))
	}
	c.Reply(textResent, id)
	return nil
}
