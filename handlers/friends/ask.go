package friends

import (
	"context"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

var (
	textHello  = bot.Text{ZH: "您好 {名字}，很高兴认识您！想进群的话，把进群的暗号发给我就行；发 /帮助 看看我能做什么。", EN: "Hello {name}, glad to meet you! To join a group send me its word; send /help to see what I can do."}
	textWants  = bot.Text{ZH: "%s 想加好友：「%s」。发「/好友 通过 %d」，或者在手机上处理。", EN: "%s asks to be a friend: “%s”. Send “/friends accept %d”, or see to it on the phone."}
	textNoWord = bot.Text{ZH: "（没写招呼）", EN: "(no hello)"}
	textFailed = bot.Text{ZH: "没能通过 %s 的好友申请（可能是重新扫码以前的），请在手机上处理。", EN: "The friend request of %s was not accepted (perhaps it is of before the last scan). Please see to it on the phone."}
	textAbout  = bot.Text{ZH: "加好友", EN: "Asked to be a friend"}
	textCard   = bot.Text{ZH: "%s 加的好友", EN: "a friend since %s"}
	textCardBy = bot.Text{ZH: "加好友 %s", EN: "a friend: %s"}
)

// wanted notes who asks, and accepts them by the rule or tells the owner.
func wanted(_ context.Context, c *bot.Call) error {
	who := c.Event.From.Person
	if who == "" || c.Event.Chat.ID == "" {
		return nil
	}
	rule, err := ruleOf(c)
	if err != nil {
		return err
	}
	was, known, err := requests.Get(c.Tx, who)
	if err != nil {
		return err
	}
	r := request{
		No: was.No, Nick: c.Event.From.Shown(), Hello: bot.CleanLine(c.Event.Text, maxHello), At: c.Event.At, Token: c.Event.Token,
		Chat: c.Event.Chat.ID, State: waits, Channel: rule.channel(c.Event.Text),
	}
	if !known {
		if r.No, err = number(c, who); err != nil {
			return err
		}
	}
	if was.State == ignored { // the owner said no already
		r.State = ignored
	}
	if was.State == queued {
		r.State, r.Due = queued, was.Due
	} else if r.State == waits && rule.lets(c.Event.Text) {
		if err := r.queue(c, rule, who); err != nil {
			return err
		}
	}
	if err := requests.Put(c.Tx, r, who); err != nil || r.State != waits {
		return err
	}
	return tell(c, r)
}

// number gives a request its number, and lets the oldest go where there are too many.
func number(c *bot.Call, who bot.PersonID) (uint64, error) {
	n, err := c.Tx.Next(string(numbers))
	if err != nil {
		return 0, err
	}
	if n > maxRequests {
		for row, err := range numbers.Scan(c.Tx, store.Range{To: store.Key(n - maxRequests + 1), Limit: 1}) {
			if err != nil {
				return 0, err
			}
			var old uint64
			if err := store.Split(row.Key, &old); err != nil {
				return 0, err
			}
			if err := drop(c.Tx, row.Value, old); err != nil {
				return 0, err
			}
			break
		}
	}
	return n, numbers.Put(c.Tx, who, n)
}

// tell lets the owner know of a request that waits, of so many a day: the rest is in the list.
func tell(c *bot.Call, r request) error {
	today := int(c.Day(c.Now))
	n, _, err := told.Get(c.Tx, today)
	if err != nil || n >= maxTold {
		return err
	}
	if n == 0 {
		if err := before(c.Tx, string(told), today); err != nil {
			return err
		}
	}
	if err := told.Put(c.Tx, n+1, today); err != nil {
		return err
	}
	hello := r.Hello
	if hello == "" {
		hello = c.T(textNoWord)
	}
	return c.TellOwners(textWants, r.Nick, hello, r.No)
}

// before forgets what was counted on earlier days.
func before(tx store.Tx, table string, today int) error {
	var keys []string
	for row, err := range tx.Scan(table, store.Range{To: store.Key(today)}) {
		if err != nil {
			return err
		}
		keys = append(keys, row.Key)
	}
	for _, key := range keys {
		if err := tx.Delete(table, key); err != nil {
			return err
		}
	}
	return nil
}

// lets says whether the rule accepts somebody by their hello.
func (s Settings) lets(hello string) bool {
	if !s.Accept || s.Cap == 0 {
		return false
	}
	hello = bot.Fold(hello)
	for _, w := range s.Words {
		if strings.Contains(hello, bot.Fold(w)) {
			return true
		}
	}
	return len(s.Words) == 0
}

// channel is where somebody comes from by their hello, "" where it does not tell.
func (s Settings) channel(hello string) string {
	hello = bot.Fold(hello)
	for _, c := range s.Channels {
		if word, name, _ := strings.Cut(c, "="); strings.Contains(hello, bot.Fold(word)) {
			return bot.CleanName(name)
		}
	}
	return ""
}

// queue plans the acceptance: after the delay, within the hours, on the first day that has room.
func (r *request) queue(c *bot.Call, s Settings, who bot.PersonID) error {
	from, to, err := parseHours(s.Hours)
	if err != nil {
		return err
	}
	due := within(c.Now.Add(s.Delay).In(c.Zone()), from, to)
	for range maxRequests {
		day := int(bot.DayOf(due, c.Zone(), 0))
		n, _, err := days.Get(c.Tx, day)
		if err != nil {
			return err
		}
		if n < s.Cap {
			r.State, r.Due = queued, due
			if err := before(c.Tx, string(days), int(bot.DayOf(c.Now, c.Zone(), 0))); err != nil {
				return err
			}
			if err := days.Put(c.Tx, n+1, day); err != nil {
				return err
			}
			return c.SetTimer(due, timerAccept, string(who), who)
		}
		due = within(time.Date(due.Year(), due.Month(), due.Day()+1, 0, 0, 0, 0, due.Location()), from, to)
	}
	return nil // so many wait that the owner had better look
}

// within is the first moment from t on that lies in hours of the day; the zone is t's.
func within(t time.Time, from, to int) time.Time {
	minute := t.Hour()*60 + t.Minute()
	switch {
	case from == to || minute >= from && minute < to:
		return t
	case minute < from:
		return time.Date(t.Year(), t.Month(), t.Day(), from/60, from%60, 0, 0, t.Location())
	}
	return time.Date(t.Year(), t.Month(), t.Day()+1, from/60, from%60, 0, 0, t.Location())
}

// accept is the timer that says yes.
func accept(_ context.Context, c *bot.Call) error {
	var who bot.PersonID
	if err := c.Decode(&who); err != nil {
		return err
	}
	r, ok, err := requests.Get(c.Tx, who)
	if err != nil || !ok || r.State != queued {
		return err
	}
	if c.OutOfTouch() || bot.DayOf(r.Due, c.Zone(), 0) != bot.DayOf(c.Now, c.Zone(), 0) {
		return r.putOff(c, who)
	}
	return r.accept(c, who)
}

// putOff waits for the connection, and for the hours. Whose day went by meanwhile takes their place on another: a day has room for
// so many, and not for those of a week's outage too.
func (r *request) putOff(c *bot.Call, who bot.PersonID) error {
	rule, err := ruleOf(c)
	if err != nil {
		return err
	}
	if c.OutOfTouch() {
		from, to, err := parseHours(rule.Hours)
		if err != nil {
			return err
		}
		return c.SetTimer(within(c.Now.Add(lookAfter).In(c.Zone()), from, to), timerAccept, string(who), who)
	}
	r.State = waits
	if err := r.queue(c, rule, who); err != nil {
		return err
	}
	return requests.Put(c.Tx, *r, who)
}

// accept asks the service, and looks a while later what came of it.
func (r request) accept(c *bot.Call, who bot.PersonID) error {
	c.Send(bot.Effect{Kind: bot.Accept, Chat: r.Chat, Of: r.Token, Class: bot.Answer, Expires: c.Now.Add(lookAfter)})
	r.State = accepted
	if err := requests.Put(c.Tx, r, who); err != nil {
		return err
	}
	return c.After(lookAfter, timerLook, string(who), who)
}

// look tells the owner of somebody who was accepted and is no friend.
func look(_ context.Context, c *bot.Call) error {
	var who bot.PersonID
	if err := c.Decode(&who); err != nil {
		return err
	}
	r, ok, err := requests.Get(c.Tx, who)
	if err != nil || !ok || r.State != accepted {
		return err
	}
	r.State, r.Token = failed, ""
	if err := requests.Put(c.Tx, r, who); err != nil {
		return err
	}
	return c.TellOwners(textFailed, r.Nick)
}

// greet answers a new friend, whoever accepted them. Friends of whom no request is known were added by the owner.
func greet(_ context.Context, c *bot.Call) error {
	who := c.Event.From.Person
	r, ok, err := requests.Get(c.Tx, who)
	if err != nil || !ok || r.State == befriend {
		return err
	}
	r.State, r.Token = befriend, ""
	if err := requests.Put(c.Tx, r, who); err != nil {
		return err
	}
	rule, err := ruleOf(c)
	if err != nil {
		return err
	}
	hello := rule.Hello
	if hello == textHello.ZH {
		hello = c.T(textHello)
	}
	if hello != "" {
		named := strings.NewReplacer("{名字}", r.Nick, "{name}", r.Nick).Replace(hello)
		c.Send(bot.Effect{Kind: bot.Say, Text: named, Class: bot.Answer})
	}
	return c.Emit("added", map[string]any{"who": who, "channel": r.Channel})
}
