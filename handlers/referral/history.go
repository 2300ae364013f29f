package referral

import (
	"context"
	"time"

	"sixtwenty/bot"
)

// A past is what the fact "history.taken" tells: what the owner knows of people from before the bot.
type past struct {
	Tell   bot.ChatID   `json:"tell"` // who asked hears what came of it there
	People []fromBefore `json:"people"`
}

type fromBefore struct {
	Who     bot.PersonID `json:"who"`
	Inviter bot.PersonID `json:"inviter,omitempty"`
	Joined  time.Time    `json:"joined,omitzero"`
	Source  string       `json:"source,omitempty"`
}

var (
	textTaken     = bot.Text{ZH: "邀请人记下 %d 位，来源记下 %d 位。", EN: "Inviters of %d people and sources of %d are noted."}
	textTakenKept = bot.Text{ZH: "有 %d 位原来就记着邀请人，没有改。", EN: " %d had an inviter already, which stays."}
)

// taken takes inviters and sources from before. What the bot saw itself stands.
func taken(_ context.Context, c *bot.Call) error {
	var p past
	if err := c.Decode(&p); err != nil {
		return err
	}
	inviters, sources, kept := 0, 0, 0
	for _, one := range p.People {
		if one.Inviter == "" && one.Source == "" {
			continue
		}
		was, known, err := credits.Get(c.Tx, c.Event.Chat.ID, one.Who)
		if err != nil {
			return err
		}
		now := was
		if !known || one.Inviter != "" && was.named() == "" && was.Ruling == nil {
			now.before(c, one)
		}
		switch {
		case one.Inviter == "":
		case now.Inviter == one.Inviter && was.Inviter != one.Inviter:
			inviters++
		case was.named() != one.Inviter:
			kept++
		}
		if one.Source != "" && now.Channel == "" {
			now.Channel = fold(one.Source)
			sources++
		}
		if err := keep(c, one.Who, was, now); err != nil {
			return err
		}
	}
	text := c.T(textTaken, inviters, sources)
	if kept > 0 {
		text += c.T(textTakenKept, kept)
	}
	c.Send(bot.Effect{Kind: bot.Say, Chat: p.Tell, Text: text, Class: bot.Answer})
	return plan(c)
}

// before fills in a credit from before the bot: it counts at once.
func (cr *credit) before(c *bot.Call, one fromBefore) {
	cr.Inviter, cr.Sure, cr.Days, cr.NeedsCheckin = one.Inviter, sureImported, 0, false
	y, m, d := one.Joined.Date()
	switch at := moment(time.Date(y, m, d, 12, 0, 0, 0, c.Zone())); {
	case !one.Joined.IsZero() && at.Before(c.Now):
		cr.At, cr.Day = at, c.Day(at)
	case cr.At.IsZero():
		cr.At, cr.Day = moment(time.Unix(0, 0)), 0
	}
	cr.Stayed, cr.Aged = false, false
	cr.ripen(c.Now)
}
