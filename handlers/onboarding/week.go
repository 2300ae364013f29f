package onboarding

import (
	"context"
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A start is a newcomer's first weeks in one group.
type start struct {
	At      time.Time    `json:"at"`
	Day     bot.Day      `json:"day"`
	Inviter bot.PersonID `json:"inviter,omitempty"`
	Done    []string     `json:"done,omitempty"` // steps that were taken
	Checked bool         `json:"checked,omitempty"`
}

const (
	starts = store.Table[start]("onboarding/starts")        // chat, person
	byDay  = store.Table[struct{}]("onboarding/starts/day") // chat, day, person

	lateDays = 2  // a step missed by so many days is still taken
	atOnce   = 30 // newcomers spoken to in one message
	keepDays = maxDay + lateDays
)

var (
	textIntro = bot.Text{ZH: "%s 来群里一天啦～发「自我介绍 我是谁、在哪里、为什么来」，大家就认识您了。", EN: "%s, you have been here for a day. Send “/introduce WHO, WHERE, WHY” and everybody knows you."}
	textNudge = bot.Text{ZH: "%s，今天发「打卡」就是您的第一天，一起来吧！不想被提醒就发 /别提醒我", EN: "%s, send 打卡 today for your first day. To be reminded of nothing: /noreminders"}
	textWeek  = bot.Text{ZH: "本周新人：%s。欢迎常来说话～", EN: "New this week: %s. Welcome!"}
	textOne   = bot.Text{ZH: "%s（%s）", EN: "%s (%s)"}
	textThank = bot.Text{ZH: "\n谢谢 %s 把朋友带来。", EN: "\nThanks to %s for bringing friends."}
)

// enrol begins somebody's first week. Who comes back goes on where they were.
func enrol(c *bot.Call, who bot.PersonID) error {
	chat := c.Event.Chat.ID
	if known, err := starts.Has(c.Tx, chat, who); err != nil || known {
		return err
	}
	s := start{At: c.Event.At, Day: c.Day(c.Event.At), Inviter: c.Event.Join.Inviter}
	if err := starts.Put(c.Tx, s, chat, who); err != nil {
		return err
	}
	return byDay.Put(c.Tx, struct{}{}, chat, int(s.Day), who)
}

// checked hears that somebody's day counts.
func checked(_ context.Context, c *bot.Call) error {
	var done struct {
		Who bot.PersonID `json:"who"`
	}
	if err := c.Decode(&done); err != nil {
		return err
	}
	s, ok, err := starts.Get(c.Tx, c.Event.Chat.ID, done.Who)
	if err != nil || !ok || s.Checked {
		return err
	}
	s.Checked = true
	return starts.Put(c.Tx, s, c.Event.Chat.ID, done.Who)
}

// gone stops the steps of who left, and closes what they did not answer.
func gone(_ context.Context, c *bot.Call) error {
	for _, who := range c.Event.People {
		if err := end(c.Tx, c.Event.Chat.ID, who); err != nil {
			return err
		}
		if err := gates.Delete(c.Tx, c.Event.Chat.ID, who); err != nil {
			return err
		}
	}
	return nil
}

// end forgets that somebody is new. What they did once they are not asked again within the days that are looked at, because
// the row stays with its steps; only the index goes.
func end(tx store.Tx, chat bot.ChatID, who bot.PersonID) error {
	s, ok, err := starts.Get(tx, chat, who)
	if err != nil || !ok {
		return err
	}
	return byDay.Delete(tx, chat, int(s.Day), who)
}

// A step is something that is said to all newcomers of a day who need it.
type step struct {
	name  string
	day   int
	needs func(c *bot.Call, who bot.PersonID, s start) (bool, error)
	say   func(c *bot.Call, list []bot.PersonID, all []start)
}

func stepsOf(s Settings) []step {
	return []step{
		{"intro", s.IntroDay, func(c *bot.Call, who bot.PersonID, _ start) (bool, error) {
			has, err := cards.Has(c.Tx, who, c.Event.Chat.ID)
			return !has, err
		}, func(c *bot.Call, list []bot.PersonID, _ []start) { c.Reply(textIntro, names(c, list)) }},
		{"nudge", s.NudgeDay, func(_ *bot.Call, _ bot.PersonID, s start) (bool, error) {
			return !s.Checked, nil
		}, func(c *bot.Call, list []bot.PersonID, _ []start) { c.Reply(textNudge, names(c, list)) }},
		{"week", s.WeekDay, func(*bot.Call, bot.PersonID, start) (bool, error) { return true, nil }, present},
	}
}

// steps takes those of today. A day that was missed is made up for, and nobody hears a thing twice.
func steps(_ context.Context, c *bot.Call) error {
	today := c.Day(c.Event.At)
	for _, st := range stepsOf(bot.Settings[Settings](c)) {
		if st.day == 0 {
			continue
		}
		if err := st.take(c, today); err != nil {
			return err
		}
	}
	return tidy(c, today)
}

func (st step) take(c *bot.Call, today bot.Day) error {
	from, to := int(today)-st.day-lateDays, int(today)-st.day
	var list []bot.PersonID
	var all []start
	fresh, err := between(c.Tx, c.Event.Chat.ID, from, to)
	if err != nil {
		return err
	}
	for _, who := range fresh {
		s, _, err := starts.Get(c.Tx, c.Event.Chat.ID, who)
		if err != nil {
			return err
		}
		if slices.Contains(s.Done, st.name) {
			continue
		}
		s.Done = append(s.Done, st.name)
		if err := starts.Put(c.Tx, s, c.Event.Chat.ID, who); err != nil {
			return err
		}
		if may, err := bot.Remind(c.Tx, who); err != nil {
			return err
		} else if !may {
			continue
		}
		if needs, err := st.needs(c, who, s); err != nil {
			return err
		} else if needs {
			list, all = append(list, who), append(all, s)
		}
	}
	if len(list) > 0 {
		st.say(c, list, all)
	}
	return nil
}

// between gives who joined on a span of days, in the order of joining days.
func between(r store.Reader, chat bot.ChatID, from, to int) (list []bot.PersonID, err error) {
	rg := store.Range{From: store.Key(chat, from), To: store.Key(chat, to+1), Limit: most}
	for row, err := range byDay.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		var who bot.PersonID
		if err := store.Split(row.Key, nil, nil, &who); err != nil {
			return nil, err
		}
		list = append(list, who)
	}
	return list, nil
}

// present names the newcomers of a week, and thanks those who brought them.
func present(c *bot.Call, list []bot.PersonID, all []start) {
	var who []string
	var thanks []bot.PersonID
	for i, p := range list[:min(atOnce, len(list))] {
		name := c.Name(p)
		if by := all[i].Inviter; by != "" {
			name = c.T(textOne, name, c.T(textBy, c.Name(by)))
			if !slices.Contains(thanks, by) {
				thanks = append(thanks, by)
			}
		}
		who = append(who, name)
	}
	text := strings.Join(who, c.T(textComma))
	if len(list) > atOnce {
		text = c.T(textMany, text, len(list))
	}
	text = c.T(textWeek, text)
	if len(thanks) > 0 {
		text += c.T(textThank, names(c, thanks))
	}
	c.Say(text)
}

// tidy forgets the days that no step looks at any more.
func tidy(c *bot.Call, today bot.Day) error {
	old := store.Range{From: store.Key(c.Event.Chat.ID), To: store.Key(c.Event.Chat.ID, int(today)-keepDays), Limit: most}
	var keys []string
	for row, err := range byDay.Scan(c.Tx, old) {
		if err != nil {
			return err
		}
		keys = append(keys, row.Key)
	}
	for _, key := range keys {
		if err := c.Tx.Delete(string(byDay), key); err != nil {
			return err
		}
	}
	return nil
}
