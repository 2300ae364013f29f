package referral

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
)

// This file reads from when to when a campaign is to run, and begins one whose first day has come.

const timerBegin = "campaign begins"

var (
	textCampaignPlan  = bot.Text{ZH: "好的，邀请活动定在 %s 到 %s，邀请满 %d 位新人（%s），就得：%s。开始的时候我会在群里说。", EN: "The campaign will run from %s to %s: bring %d people (%s) for %s. I will say so in the group when it begins."}
	textCampaignComes = bot.Text{ZH: "邀请活动 %s 开始，到 %s：%s", EN: "A campaign begins on %s and runs until %s: %s"}
	textCampaignOff   = bot.Text{ZH: "好的，还没开始的邀请活动不办了。", EN: "The campaign that had not begun is off."}
	textCampaignPast  = bot.Text{ZH: "日子要从今天起，最多 %d 天，一百天以内开始。", EN: "A campaign begins today or within a hundred days, and lasts at most %d days."}
)

const farthest = 100 // days ahead that a campaign may be planned

var spanOf = regexp.MustCompile(`^(.+?)(?:\.\.|至|到|~|～|–|—)(.+)$`)

// spanned gives the campaign with its time: so many days from now, or from one day through another.
func (k campaign) spanned(c *bot.Call, text string) (campaign, error) {
	at := moment(c.Event.At)
	if days, err := strconv.Atoi(strings.TrimSuffix(text, "天")); err == nil {
		if days < 1 || days > maxLength {
			return k, bot.Refuse(textCampaignForm)
		}
		k.From, k.To = at, at.AddDate(0, 0, days)
		k.First, k.Last = c.Day(at), c.Day(at)+bot.Day(days)
		return k, nil
	}
	m := spanOf.FindStringSubmatch(text)
	if m == nil {
		return k, bot.Refuse(textCampaignForm)
	}
	today := c.Day(at)
	first, ok1 := readDay(m[1], today)
	last, ok2 := readDay(m[2], first)
	switch {
	case !ok1 || !ok2:
		return k, bot.Refuse(textCampaignForm)
	case first < today || first > today+farthest || last < first || last-first >= maxLength:
		return k, bot.Refuse(textCampaignPast, maxLength)
	}
	k.First, k.Last, k.From, k.To = first, last, dayBegins(c, first), dayBegins(c, last+1)
	if first == today {
		k.From = at
	}
	return k, nil
}

// readDay reads a date; one without a year is the next one from a day on.
func readDay(text string, from bot.Day) (bot.Day, bool) {
	return bot.ReadDay(text, from.Date().Year(), 1, func(d bot.Day) bool { return d >= from })
}

// dayBegins is when a day of this group begins.
func dayBegins(c *bot.Call, d bot.Day) time.Time {
	y, m, day := d.Date().Date()
	return moment(time.Date(y, m, day, c.Group().DayBegins, 0, 0, 0, c.Zone()))
}

// announce tells the group of a campaign, or sets when to.
func (k campaign) announce(c *bot.Call) error {
	s, and := bot.Settings[Settings](c), ""
	if s.Checkin {
		and = c.T(textAndDay)
	}
	rule, first := c.T(textCampaignRule, s.Days, and), k.Steps[0]
	if k.From.After(c.Now) {
		c.Reply(textCampaignPlan, date(c, k.From), date(c, k.To), first.Goal, rule, first.Reward)
		return c.SetTimer(k.From, timerBegin, "", nil)
	}
	sayInGroup(c, c.T(textCampaignOn, date(c, k.To), first.Goal, rule, first.Reward))
	return nil
}

// sayInGroup says something to the group, and in the console where that asked for it.
func sayInGroup(c *bot.Call, text string) {
	if c.Event.Kind == bot.Asked {
		c.Say(text)
	}
	c.Send(bot.Effect{Kind: bot.Say, Text: text})
}

// arm sets the timer of the campaign's end again, which changes nothing unless it was lost while the bot was sent away.
func arm(c *bot.Call) error {
	n, k, err := lastCampaign(c.Tx, c.Event.Chat.ID)
	if err != nil || n == 0 || k.Ended {
		return err
	}
	return c.SetTimer(k.To, timerEnd, "", nil)
}

// beginNow tells the group that the campaign that was planned begins.
func beginNow(_ context.Context, c *bot.Call) error {
	_, k, err := lastCampaign(c.Tx, c.Event.Chat.ID)
	if err != nil || !k.runs(c.Now) {
		return err
	}
	if c.OutOfTouch() {
		return c.After(c.LookAgain(), timerBegin, "", nil)
	}
	return k.announce(c)
}
