package schedule

import (
	"context"
	"time"

	"sixtwenty/bot"
)

// A sending is one firing that was given to the outbox.
type sending struct {
	ID   uint64    `json:"id"`
	What content   `json:"what"`
	Tag  string    `json:"tag"`
	At   time.Time `json:"at"`
}

var (
	textNotAll = bot.Text{ZH: "定时 %d（%s，%s）：%d 个群收到，%d 个没有收到%s。", EN: "Schedule %d (%s, %s): %d groups have it, %d do not%s."}
	textWhyCut = bot.Text{ZH: "：连不上微信（%s）", EN: ": WeChat was not reached (%s)"}
	textWhich  = bot.Text{ZH: "：%s", EN: ": %s"}
)

// check tells the owners, when a firing is not worth sending any more, who did not get it.
func check(_ context.Context, c *bot.Call) error {
	var s sending
	if err := c.Decode(&s); err != nil {
		return err
	}
	parts, err := bot.Parts(c.Tx, s.Tag, maxGroups)
	if err != nil {
		return err
	}
	var missed []bot.ChatID
	sent := 0
	for _, p := range parts {
		switch p.State {
		case bot.Sent, bot.Lost:
			sent++
		case bot.Silenced: // the owner wanted it so
		default:
			missed = append(missed, p.Chat)
		}
	}
	if len(missed) == 0 {
		return nil
	}
	why := c.T(textWhich, named(c, missed))
	out, err := c.Outages(s.At, c.Now)
	if err != nil {
		return err
	}
	if len(out) > 0 {
		why = c.T(textWhyCut, out[len(out)-1].Span(c.Zone()))
	}
	return c.TellOwners(textNotAll, s.ID, s.What.say(c.Group().Language), c.When(s.At), sent, len(missed), why)
}
