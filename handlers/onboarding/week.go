package onboarding

import (
	"context"
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A start is one identity's first weeks in one group.
type start struct {
	At      time.Time    `json:"at"`
	Day     bot.Day      `json:"day"`
	Inviter bot.PersonID `json:"inviter,omitempty"`
	Code    bool         `json:"code,omitempty"` // they came by a QR code
	Done    []string     `json:"done,omitempty"` // steps that were taken
	Checked bool         `json:"checked,omitempty"`
}

const (
	starts = store.Table[start]("onboarding/starts")        // chat, person
	byDay  = store.Table[struct{}]("onboarding/starts/day") // chat, day, person
	asked  = store.Table[time.Time]("onboarding/asked")     // chat, person: when they were asked to introduce themselves
	seen   = store.Table[bot.Day]("onboarding/seen")        // chat, person: the last day on which they wrote

	timerSteps = "steps"

	lateDays = 2  // a step missed by so many days is still taken
	atOnce   = 30 // newcomers spoken to in one message
	keepDays = maxDay + lateDays
)

var (
	textIntro = bot.Text{ZH: "{名字} 来群里一天啦～在群里说一句「我是谁、在哪里、为什么来」，大家就认识您了。", EN: "{name}, you have been here for a day. Write “I am WHO, from WHERE, here because …” and everybody knows you."}
	textNudge = bot.Text{ZH: "{名字}，今天发「打卡」就是您的第一天，一起来吧！不想被提醒就发 /别提醒我", EN: "{name}, send 打卡 today for your first day. To be reminded of nothing: /noreminders"}
	textWeek  = bot.Text{ZH: "本周新人：{新人}。欢迎常来说话～\n谢谢 {邀请人} 把朋友带来。", EN: "New this week: {newcomers}. Welcome!\nThanks to {inviters} for bringing friends."}
	// where nobody is known to have brought anybody
	textWeekAlone = bot.Text{ZH: "本周新人：{新人}。欢迎常来说话～", EN: "New this week: {newcomers}. Welcome!"}
	textOne       = bot.Text{ZH: "%s（%s）", EN: "%s (%s)"}
	textEverybody = bot.Text{ZH: "大家", EN: "everybody"}
)

// enrol begins somebody's first week. Whose week ended because they left has no other when they come back.
func enrol(c *bot.Call, who bot.PersonID) error {
	chat := c.Event.Chat.ID
	if known, err := starts.Has(c.Tx, chat, who); err != nil || known {
		return err
	}
	j := c.Event.Join
	s := start{At: c.Event.At, Day: c.Day(c.Event.At), Inviter: j.Inviter, Code: j.ByQR}
	if err := starts.Put(c.Tx, s, chat, who); err != nil {
		return err
	}
	return byDay.Put(c.Tx, struct{}{}, chat, int(s.Day), who)
}

// heard hears what members write: that they were here, an answer, an introduction.
func heard(_ context.Context, c *bot.Call) error {
	if !c.Event.Chat.Group || c.Event.From.Person == "" {
		return nil
	}
	if err := saw(c, c.Event.From.Person, c.Day(c.Event.At)); err != nil || c.Event.Text == "" {
		return err
	}
	done, err := answered(c)
	if err != nil {
		return err
	}
	if done {
		c.Reply(textAnswered, c.At())
		return nil
	}
	return spontaneous(c)
}

// saw notes that somebody was here, once a day.
func saw(c *bot.Call, who bot.PersonID, day bot.Day) error {
	was, _, err := seen.Get(c.Tx, c.Event.Chat.ID, who)
	if err != nil || was >= day {
		return err
	}
	return seen.Put(c.Tx, day, c.Event.Chat.ID, who)
}

// checked hears that somebody's day counts.
func checked(_ context.Context, c *bot.Call) error {
	var done struct {
		Who bot.PersonID `json:"who"`
		Day bot.Day      `json:"day"`
	}
	if err := c.Decode(&done); err != nil {
		return err
	}
	if err := saw(c, done.Who, done.Day); err != nil {
		return err
	}
	s, ok, err := starts.Get(c.Tx, c.Event.Chat.ID, done.Who)
	if err != nil || !ok || s.Checked {
		return err
	}
	s.Checked = true
	return starts.Put(c.Tx, s, c.Event.Chat.ID, done.Who)
}

// gone stops the steps of who left, and closes what they did not answer. They are not greeted any more.
func gone(_ context.Context, c *bot.Call) error {
	for _, who := range c.Event.People {
		if err := end(c.Tx, c.Event.Chat.ID, who); err != nil {
			return err
		}
	}
	return drop(c.Tx, c.Event.Chat.ID, c.Event.People)
}

// end forgets that somebody is new. What they did once they are not asked again: the row stays with its steps, only the index
// goes.
func end(tx store.Tx, chat bot.ChatID, who bot.PersonID) error {
	for _, t := range []store.Table[time.Time]{gates, acks, asked} {
		if err := t.Delete(tx, chat, who); err != nil {
			return err
		}
	}
	s, ok, err := starts.Get(tx, chat, who)
	if err != nil || !ok {
		return err
	}
	return byDay.Delete(tx, chat, int(s.Day), who)
}

// A beginning is a person's first weeks in a group, under all their identities: it began with the first join of any, and what
// was said to one was said to all.
type beginning struct {
	start
	first bot.PersonID // who joined first
}

func beginningOf(r store.Reader, chat bot.ChatID, who bot.Person) (b beginning, ok bool, err error) {
	var done []string
	checked := false
	for _, id := range who.Identities {
		s, known, err := starts.Get(r, chat, id)
		if err != nil {
			return b, false, err
		}
		if !known {
			continue
		}
		done, checked = append(done, s.Done...), checked || s.Checked
		if !ok || s.At.Before(b.At) {
			b, ok = beginning{s, id}, true
		}
	}
	b.Done, b.Checked = done, checked
	return b, ok, nil
}

// steps takes those of today, when the group can hear them. A day that was missed is made up for, and nobody hears a thing twice.
func steps(_ context.Context, c *bot.Call) error {
	if c.OutOfTouch() {
		return c.After(c.LookAgain(), timerSteps, "", nil)
	}
	today := c.Day(c.Event.At)
	for _, st := range stepsOf() {
		if st.day(bot.Settings[Settings](c)) == 0 {
			continue
		}
		if err := st.take(c, today); err != nil {
			return err
		}
	}
	return tidy(c, today)
}

func (st step) take(c *bot.Call, today bot.Day) error {
	day := st.day(bot.Settings[Settings](c))
	fresh, err := between(c.Tx, c.Event.Chat.ID, int(today)-day-lateDays, int(today)-day)
	if err != nil {
		return err
	}
	var list []bot.PersonID
	var all []beginning
	for _, who := range fresh {
		b, needs, err := st.takeOne(c, who)
		if err != nil {
			return err
		}
		if needs {
			list, all = append(list, who), append(all, b)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return st.say(c, list, all)
}

// takeOne marks the step as taken for one newcomer, and says whether there is anything to say to them.
func (st step) takeOne(c *bot.Call, who bot.PersonID) (b beginning, needs bool, err error) {
	p, err := bot.PersonOf(c.Tx, who)
	if err != nil {
		return b, false, err
	}
	b, _, err = beginningOf(c.Tx, c.Event.Chat.ID, p)
	if err != nil || b.first != who || slices.Contains(b.Done, st.name) {
		return b, false, err
	}
	s, _, err := starts.Get(c.Tx, c.Event.Chat.ID, who)
	if err != nil {
		return b, false, err
	}
	s.Done = append(s.Done, st.name)
	if err := starts.Put(c.Tx, s, c.Event.Chat.ID, who); err != nil {
		return b, false, err
	}
	if may, err := bot.Remind(c.Tx, who); err != nil || !may {
		return b, false, err
	}
	needs, err = st.needs(c, p, b)
	return b, needs, err
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

// thanked lists each of those who brought somebody once.
func thanked(c *bot.Call, list []bot.PersonID, all []beginning) (newcomers string, inviters []bot.PersonID) {
	var who []string
	for i, p := range list[:min(atOnce, len(list))] {
		name := c.Name(p)
		if by := all[i].Inviter; by != "" {
			name = c.T(textOne, name, c.T(textBy, c.Name(by)))
			if !slices.Contains(inviters, by) {
				inviters = append(inviters, by)
			}
		}
		who = append(who, name)
	}
	newcomers = strings.Join(who, c.T(textComma))
	if len(list) > atOnce {
		newcomers = c.T(textMany, newcomers, len(list))
	}
	return newcomers, inviters
}
