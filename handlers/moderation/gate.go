package moderation

import (
	"context"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"sixtwenty/bot"
)

const (
	gateTimer = "gate"
	mostWrong = 3
)

var (
	textSum = bot.Text{
		ZH: "%s欢迎！请在 %s内回答：%d + %d = ？答对就留下，不答会被请出去（防广告，见谅）。",
		EN: "%sWelcome! Within %s please answer: %d + %d = ? Without an answer you will be removed (because of adverts, sorry).",
	}
	textRight = bot.Text{ZH: "%s答对了，留下吧！", EN: "%sRight, stay with us!"}
	textWrong = bot.Text{ZH: "%s不对哦，再想想：%d + %d = ？", EN: "%sNot quite. Once more: %d + %d = ?"}
	textLate  = bot.Text{ZH: "%s 没有回答，请出去了；想来可以再进。", EN: "%s did not answer and is removed; they may come again."}
)

// joined asks newcomers a sum, unless a manager or the account itself brought them.
func joined(_ context.Context, c *bot.Call) error {
	gate := bot.Settings[Settings](c).Gate
	if gate == 0 || !c.Powers().Remove || c.Event.Join.SelfInvited {
		return nil
	}
	if role, err := c.Standing(c.Event.Join.Inviter, c.Event.Chat.ID); err != nil || c.Event.Join.Inviter != "" && role > bot.Everyone {
		return err
	}
	for _, who := range c.Event.Join.People {
		a, b := numbers(c.Event.ID, who)
		if err := pose(c, who, sum{A: a, B: b}, gate); err != nil {
			return err
		}
	}
	return nil
}

// pose asks a newcomer their sum. It is good until the time is up, however long ago they joined: nobody must be removed for what
// they were never asked.
func pose(c *bot.Call, who bot.PersonID, s sum, gate time.Duration) error {
	s.Until = c.Now.Add(gate)
	if err := sums.Put(c.Tx, s, c.Event.Chat.ID, who); err != nil {
		return err
	}
	if err := c.SetTimer(s.Until, gateTimer, string(who), who); err != nil {
		return err
	}
	text := c.T(textSum, mention(c, who), span(gate, c.Group().Language), s.A, s.B)
	c.Send(bot.Effect{Kind: bot.Say, Class: bot.Answer, Text: text, Expires: s.Until})
	return nil
}

// numbers are those of a newcomer's sum. A transaction may run twice, so they are drawn from what happened and not from chance.
func numbers(event string, who bot.PersonID) (a, b int) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(event + "\x00" + string(who))) // a hash takes everything
	n := int(h.Sum32() >> 4)
	return 2 + n%8, 2 + n/8%8
}

func mention(c *bot.Call, who bot.PersonID) string {
	return c.Mention(bot.Member{Person: who, Nick: c.Name(who)})
}

func span(d time.Duration, l bot.Lang) string {
	minutes := strconv.Itoa(int(d.Round(time.Minute) / time.Minute))
	return minutes + bot.Text{ZH: " 分钟", EN: " minutes"}.In(l)
}

// heard looks whether a newcomer answers. What they write besides is no answer, and no wrong one either.
func heard(_ context.Context, c *bot.Call) error {
	chat, who := c.Event.Chat.ID, c.Event.From.Person
	if bot.Settings[Settings](c).Gate == 0 || !c.Event.Chat.Group {
		return nil
	}
	s, open, err := sums.Get(c.Tx, chat, who)
	if err != nil || !open {
		return err
	}
	given := answers(c.Event.Text)
	switch {
	case slices.Contains(given, s.A+s.B):
		c.Reply(textRight, mention(c, who))
		return drop(c, chat, who)
	case len(given) == 0 || c.Event.At.Sub(s.Until) > bot.Settings[Settings](c).Gate: // nobody waits any more, as after a time away
		return nil
	}
	if s.Wrong++; s.Wrong >= mostWrong {
		return out(c, who)
	}
	c.Reply(textWrong, mention(c, who), s.A, s.B)
	return sums.Put(c.Tx, s, chat, who)
}

// answers are the numbers in a text.
func answers(text string) (list []int) {
	for _, word := range strings.FieldsFunc(width.Fold.String(text), func(r rune) bool { return r < '0' || r > '9' }) {
		if n, err := strconv.Atoi(word); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// late removes who did not answer in time, if the account still can.
func late(_ context.Context, c *bot.Call) error {
	var who bot.PersonID
	if err := c.Decode(&who); err != nil {
		return err
	}
	s, open, err := sums.Get(c.Tx, c.Event.Chat.ID, who)
	if err != nil || !open {
		return err
	}
	gate := bot.Settings[Settings](c).Gate
	if gate == 0 || c.Event.At.Sub(s.Until) > time.Minute { // it was off meanwhile, so no answer was heard
		return drop(c, c.Event.Chat.ID, who)
	}
	missed, err := c.Outages(s.Until.Add(-gate), c.Now)
	if err != nil {
		return err
	}
	if len(missed) > 0 { // they may have answered, or never been asked
		return pose(c, who, s, gate)
	}
	return out(c, who)
}

func out(c *bot.Call, who bot.PersonID) error {
	if err := drop(c, c.Event.Chat.ID, who); err != nil || !c.Powers().Remove {
		return err
	}
	c.Send(bot.Effect{Kind: bot.Say, Class: bot.Answer, Text: c.T(textLate, c.Name(who))})
	c.Send(bot.Effect{Kind: bot.Remove, Class: bot.Answer, Who: who, Expires: c.Now.Add(time.Hour)})
	return nil
}
