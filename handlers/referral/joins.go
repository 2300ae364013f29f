package referral

import (
	"context"
	"errors"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

const (
	timerRipen = "ripen"
	timerAsk   = "ask"
	atOnce     = 500 // credits looked at in one go
	askAfter   = time.Minute
	askMost    = 8 // more newcomers than these are a crowd: nobody is asked
	crowd      = 100
	week       = 7 * 24 * time.Hour
)

// asking are the newcomers to be asked who brought them.
const asking = store.Table[struct{}]("referral/asking") // chat, newcomer

func joined(_ context.Context, c *bot.Call) error {
	sure, err := certainty(c)
	if err != nil {
		return err
	}
	for _, who := range c.Event.Join.People {
		if err := note(c, who, sure); err != nil {
			return err
		}
		if err := pass(c, who, false); err != nil {
			return err
		}
	}
	return plan(c)
}

// certainty is how sure the inviter of the event's join is.
func certainty(c *bot.Call) (confidence, error) {
	switch j := c.Event.Join; {
	case j.SelfInvited:
		return sureAccount, nil
	case j.Inviter != "" && j.InviterName == "":
		return sureExact, nil
	case j.Inviter != "":
		return sureUnique, nil
	case j.InviterName == "":
		return sureUnknown, nil
	default:
		same, err := c.Find(j.InviterName)
		if len(same) > 1 {
			return sureAmbiguous, err
		}
		return sureUnknown, err
	}
}

// note keeps how one identity came.
func note(c *bot.Call, who bot.PersonID, sure confidence) error {
	chat, at := c.Event.Chat.ID, moment(c.Event.At)
	was, known, err := credits.Get(c.Tx, chat, who)
	if err != nil {
		return err
	}
	cr := was
	if known && (!was.Gone.IsZero() || at.After(was.At.Add(time.Minute))) {
		cr.Gone = time.Time{}
		if cr.Trips++; cr.Trips >= maxTrips {
			cr.flag(flagTrips)
		}
	}
	if was.named() == "" && was.Ruling == nil {
		cr.Inviter, cr.Sure, cr.ByQR = c.Event.Join.Inviter, sure, c.Event.Join.ByQR
		if err := begin(c, &cr, at); err != nil {
			return err
		}
	}
	if !known {
		if err := suspect(c, who, &cr); err != nil {
			return err
		}
	}
	if cr.Channel == "" {
		if cr.Channel, err = channelOf(c, who); err != nil {
			return err
		}
	}
	if err := keep(c, who, was, cr); err != nil || cr.named() != "" || cr.Sure == sureAccount {
		return err
	}
	return wonder(c, who)
}

// moment is a time as it is kept, so that what is read compares with what was written.
func moment(t time.Time) time.Time { return t.UTC().Round(0) }

// begin sets when a credit began, the rule that it goes by and the campaign that it counts for.
func begin(c *bot.Call, cr *credit, at time.Time) error {
	s := bot.Settings[Settings](c)
	cr.At, cr.Day, cr.Days, cr.NeedsCheckin = at, c.Day(at), s.Days, s.Checkin
	cr.Stayed, cr.Aged = false, false
	cr.ripen(at)
	n, run, err := lastCampaign(c.Tx, c.Event.Chat.ID)
	if cr.Campaign = 0; run.runs(at) {
		cr.Campaign = n
	}
	return err
}

// keep writes a credit and all that follows from it.
func keep(c *bot.Call, who bot.PersonID, was, now credit) error {
	chat := c.Event.Chat.ID
	if err := put(c.Tx, chat, who, was, now); err != nil {
		return err
	}
	for _, id := range []bot.PersonID{who, now.named()} {
		if id == "" {
			continue
		}
		if err := place(c.Tx, id, chat, now.At); err != nil {
			return err
		}
	}
	return settleAnew(c, who)
}

// settleAnew works out what a newcomer's credits come to, and gives what is due for it.
func settleAnew(c *bot.Call, who bot.PersonID) error {
	p, err := bot.PersonOf(c.Tx, who)
	if err != nil {
		return err
	}
	if err := settle(c.Tx, c.Event.Chat.ID, p); err != nil {
		return err
	}
	return pay(c)
}

// suspect flags what a manager should look at before it counts. It goes by identities alone, so that who is merged with whom
// later changes nothing.
func suspect(c *bot.Call, who bot.PersonID, cr *credit) error {
	by, chat, s := cr.named(), c.Event.Chat.ID, bot.Settings[Settings](c)
	switch {
	case by == "":
		return nil
	case by == who:
		cr.flag(flagSelf)
		return nil
	}
	if round, err := circle(c.Tx, chat, who, by); err != nil {
		return err
	} else if round {
		cr.flag(flagCircle)
	}
	if n, err := lately(c.Tx, chat, by, cr.At.Add(-time.Hour), s.Burst); err != nil {
		return err
	} else if s.Burst > 0 && n >= s.Burst {
		cr.flag(flagBurst)
	}
	if n, err := groupsLately(c.Tx, who, cr.At.Add(-week), s.Groups); err != nil {
		return err
	} else if s.Groups > 0 && n+1 >= s.Groups {
		cr.flag(flagGroups)
	}
	return nil
}

// circle says whether somebody was brought, over others, by who they brought.
func circle(r store.Reader, chat bot.ChatID, who, by bot.PersonID) (bool, error) {
	for range circleSteps {
		cr, ok, err := credits.Get(r, chat, by)
		if err != nil || !ok {
			return false, err
		}
		if by = cr.named(); by == who {
			return true, nil
		}
	}
	return false, nil
}

// lately counts, up to a limit, whom an identity brought since a time.
func lately(r store.Reader, chat bot.ChatID, by bot.PersonID, from time.Time, limit int) (n int, err error) {
	rg := store.Under(chat, by)
	rg.From, rg.Limit = store.Key(chat, by, from), max(1, limit)
	for _, err := range since.Scan(r, rg) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// groupsLately counts, up to a limit, the groups that an identity came into since a time.
func groupsLately(r store.Reader, who bot.PersonID, from time.Time, limit int) (n int, err error) {
	rg := store.Under(who)
	rg.Limit = crowd
	for row, err := range places.Scan(r, rg) {
		if err != nil {
			return 0, err
		}
		if n < limit && row.Value.After(from) {
			n++
		}
	}
	return n, nil
}

func gone(_ context.Context, c *bot.Call) error {
	for _, who := range c.Event.People {
		if err := pass(c, who, true); err != nil {
			return err
		}
		was, ok, err := credits.Get(c.Tx, c.Event.Chat.ID, who)
		if err != nil {
			return err
		}
		if !ok || !was.Gone.IsZero() {
			continue
		}
		now := was
		now.Gone = moment(c.Event.At)
		if err := keep(c, who, was, now); err != nil {
			return err
		}
	}
	return nil
}

// checked hears that somebody's day counts, also of one that was entered later.
func checked(_ context.Context, c *bot.Call) error {
	var done struct {
		Who bot.PersonID `json:"who"`
		Day bot.Day      `json:"day"`
	}
	if err := c.Decode(&done); err != nil {
		return err
	}
	at := moment(c.Event.At)
	if late := c.Day(at) - done.Day; done.Day > 0 && late > 0 {
		at = at.AddDate(0, 0, -int(late))
	}
	return habit(c, done.Who, func(cr *credit) {
		if cr.First.IsZero() || at.Before(cr.First) {
			cr.First = at
		}
		if at.After(cr.Last) {
			cr.Last = at
		}
	})
}

// unchecked hears that none of somebody's days counts any more.
func unchecked(_ context.Context, c *bot.Call) error {
	var undone struct {
		Who bot.PersonID `json:"who"`
	}
	if err := c.Decode(&undone); err != nil {
		return err
	}
	return habit(c, undone.Who, func(cr *credit) { cr.First, cr.Last = time.Time{}, time.Time{} })
}

// habit changes what the credit of an identity says of their check-ins.
func habit(c *bot.Call, who bot.PersonID, change func(*credit)) error {
	chat := c.Event.Chat.ID
	cr, ok, err := credits.Get(c.Tx, chat, who)
	if err != nil || !ok {
		return err
	}
	change(&cr)
	if err := credits.Put(c.Tx, cr, chat, who); err != nil { // no index goes by it
		return err
	}
	p, err := bot.PersonOf(c.Tx, who)
	if err != nil {
		return err
	}
	if err := settle(c.Tx, chat, p); err != nil {
		return err
	}
	return pay(c)
}

// plan sets the group's timer to when the next credit is to be looked at.
func plan(c *bot.Call) error {
	row, ok, err := ripening.First(c.Tx, store.Under(c.Event.Chat.ID))
	if err != nil || !ok {
		return err
	}
	var due time.Time
	if err := store.Split(row.Key, nil, &due, nil); err != nil {
		return err
	}
	return c.SetTimer(due, timerRipen, "", nil)
}

// nightly also gives what was left to give, and forgets what is old.
func nightly(ctx context.Context, c *bot.Call) error {
	if err := errors.Join(oldNews(c), arm(c)); err != nil {
		return err
	}
	if !c.OutOfTouch() {
		if err := pay(c); err != nil {
			return err
		}
	}
	return ripen(ctx, c)
}

// ripen looks at the credits whose time has come.
func ripen(_ context.Context, c *bot.Call) error {
	if c.OutOfTouch() { // the thanks for what is valid now would be lost
		return c.After(c.LookAgain(), timerRipen, "", nil)
	}
	chat := c.Event.Chat.ID
	rg := store.Under(chat)
	rg.To, rg.Limit = store.Key(chat, moment(c.Now).Add(1)), atOnce
	var list []bot.PersonID
	for row, err := range ripening.Scan(c.Tx, rg) {
		if err != nil {
			return err
		}
		var who bot.PersonID
		if err := store.Split(row.Key, nil, nil, &who); err != nil {
			return err
		}
		list = append(list, who)
	}
	for _, who := range list {
		was, _, err := credits.Get(c.Tx, chat, who)
		if err != nil {
			return err
		}
		now := was
		now.ripen(c.Now)
		if err := keep(c, who, was, now); err != nil {
			return err
		}
	}
	return plan(c)
}
