package checkin

import (
	"context"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file lets people check in in private. It counts in the group they share with the bot as if it had been sent there, and
// is answered in private alone. Who shares several groups is asked which.

// A question is a check-in of which it is not known yet for what group it is.
type question struct {
	At     time.Time    `json:"at"`
	Asked  time.Time    `json:"asked"` // later than At, where the bot was down meanwhile
	Text   string       `json:"text,omitempty"`
	Groups []bot.ChatID `json:"groups"` // as they were numbered
}

const (
	questions     = store.Table[question]("checkin/questions") // identity
	timerQuestion = "question"
	maxGroups     = 9
	minesShown    = 3
	maxContent    = 500 // characters kept of what was written beside a check-in
)

var (
	textNoGroup   = bot.Text{ZH: "要和我在同一个群里，打卡才有地方算哦。", EN: "We share no group in which it could count."}
	textOnlyThere = bot.Text{ZH: "「%s」要在群里打卡哦。", EN: "%s wants check-ins in the group."}
	textWhichOne  = bot.Text{ZH: "这次打卡算在哪个群？回个数字就好：", EN: "For which group is it? A number will do:"}
	textOneOf     = bot.Text{ZH: "\n%d. %s", EN: "\n%d. %s"}
)

// inPrivate runs fn, for whoever is in private, in each group they share with the bot; in a group, there.
func inPrivate(fn bot.Run) bot.Run {
	return func(ctx context.Context, c *bot.Call) error {
		if c.Event.Chat.Group || c.Event.From.Person == "" {
			return fn(ctx, c)
		}
		groups, err := shared(c)
		if err != nil {
			return err
		}
		for _, g := range groups[:min(minesShown, len(groups))] {
			if err := c.In(ctx, g, fn); err != nil {
				return err
			}
		}
		return nil
	}
}

// shared gives the groups that the sender and the bot are both in, and where people check in.
func shared(c *bot.Call) ([]bot.Chat, error) {
	who, err := bot.PersonOf(c.Tx, c.Event.From.Person)
	if err != nil {
		return nil, err
	}
	all, err := bot.ChatsOf(c.Tx, who)
	if err != nil {
		return nil, err
	}
	var groups []bot.Chat
	for _, g := range all {
		rests, err := c.Rests(g.ID)
		if err != nil {
			return nil, err
		}
		if !rests {
			groups = append(groups, g)
		}
	}
	if len(groups) == 0 {
		return nil, bot.Refuse(textNoGroup)
	}
	return groups, nil
}

// takers gives those of the shared groups that take check-ins in private.
func takers(ctx context.Context, c *bot.Call) (list []bot.Chat, err error) {
	groups, err := shared(c)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		err := c.In(ctx, g, func(_ context.Context, c *bot.Call) error {
			if bot.Settings[Settings](c).Private {
				list = append(list, g)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(list) == 0 {
		return nil, bot.Refuse(textOnlyThere, bot.CleanName(groups[0].Name))
	}
	return list[:min(maxGroups, len(list))], nil
}

// checkInPrivately counts a check-in where there is no doubt, or asks.
func checkInPrivately(ctx context.Context, c *bot.Call) error {
	list, err := takers(ctx, c)
	if err != nil {
		return err
	}
	if len(list) == 1 {
		return c.In(ctx, list[0], checkIn)
	}
	q := question{At: c.Event.At, Asked: c.Now, Text: clip(c.Arg("内容"), maxContent)}
	text := c.T(textWhichOne)
	for i, g := range list {
		q.Groups = append(q.Groups, g.ID)
		text += c.T(textOneOf, i+1, bot.CleanName(g.Name))
	}
	if c.Stale() { // it counts when it was sent, so it must be asked all the same
		c.Send(bot.Effect{Kind: bot.Say, Text: text, Expires: c.Now.Add(halfLife)})
	} else {
		c.Say(text)
	}
	if err := c.After(halfLife, timerQuestion, string(c.Event.From.Person), c.Event.From.Person); err != nil {
		return err
	}
	return questions.Put(c.Tx, q, c.Event.From.Person)
}

// dropQuestion forgets what was written, when it is too late to answer.
func dropQuestion(_ context.Context, c *bot.Call) error {
	var who bot.PersonID
	if err := c.Decode(&who); err != nil {
		return err
	}
	missed, err := c.Outages(c.Event.At.Add(-halfLife), c.Now)
	if err != nil {
		return err
	}
	if len(missed) > 0 { // the answer may be on its way
		return c.After(halfLife, timerQuestion, string(who), who)
	}
	return questions.Delete(c.Tx, who)
}

// heardInPrivate takes the answer to the question, and what must come with a check-in.
func heardInPrivate(ctx context.Context, c *bot.Call) error {
	if m := c.Event.Media; m != nil {
		return mediaInPrivate(ctx, c, m.Kind)
	}
	n, err := strconv.Atoi(strings.TrimSpace(toHalfWidth(c.Event.Text)))
	if err != nil {
		return nil
	}
	q, ok, err := questions.Get(c.Tx, c.Event.From.Person)
	if err != nil || !ok || n < 1 || n > len(q.Groups) || c.Event.At.Sub(q.Asked) > halfLife {
		return err
	}
	group, err := groupOf(c.Tx, q.Groups[n-1])
	if err != nil || group.ID == "" {
		return err
	}
	return c.In(ctx, group, func(_ context.Context, c *bot.Call) error {
		c.Event.At = q.At // it counts when it was sent
		return attend(c, q.Text, "")
	})
}

// groupOf finds a group the bot still lives in; the zero one is none.
func groupOf(r store.Reader, id bot.ChatID) (bot.Chat, error) {
	list, err := bot.Chats(r)
	for _, g := range list {
		if g.ID == id {
			return g, err
		}
	}
	return bot.Chat{}, err
}

// mediaInPrivate takes a picture, a voice or a link for the group whose check-in waits for it.
func mediaInPrivate(ctx context.Context, c *bot.Call, kind bot.MediaKind) error {
	who, err := bot.PersonOf(c.Tx, c.Event.From.Person)
	if err != nil {
		return err
	}
	groups, err := bot.ChatsOf(c.Tx, who)
	if err != nil {
		return err
	}
	for _, g := range groups {
		h, waits, err := halves.Get(c.Tx, g.ID, c.Event.From.Person)
		if err != nil {
			return err
		}
		if !waits || !h.Word || c.Event.At.Sub(h.At) > halfLife {
			continue
		}
		return c.In(ctx, g, func(_ context.Context, c *bot.Call) error { return heardMedia(c, bot.Settings[Settings](c), kind) })
	}
	return nil
}

// to says whom a reply is for: a mention in the group, the group's name in private.
func to(c *bot.Call) string {
	if c.Private() {
		return "「" + bot.CleanName(c.Event.Chat.Name) + "」"
	}
	return c.At()
}
