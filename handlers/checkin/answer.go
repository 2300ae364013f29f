package checkin

import (
	"context"
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A card is what a storm of check-ins is answered with, once for all: those from one rank to another, in one book and day.
type card struct {
	Plan   string       `json:"plan,omitempty"`
	Day    bot.Day      `json:"day"`
	From   int          `json:"from"`
	To     int          `json:"to"`
	Long   bot.PersonID `json:"long,omitempty"` // who has the longest streak among them
	Streak int          `json:"streak"`
	Since  time.Time    `json:"since,omitzero"` // when its timer was set
}

const (
	gathering = store.Table[[]card]("checkin/gathering") // chat: the cards that are shown together next
	timerCard = "card"
	tiedLeast = 3 // a shorter run is no record
)

var (
	textDone    = bot.Text{ZH: "%s打卡成功！今天第 %d 个，连续第 %d 天，共 %d 天。", EN: "%sChecked in! Number %d today, day %d in a row, %d in all."}
	textNamed   = bot.Text{ZH: "%s「%s」打卡成功！今天第 %d 个，连续第 %d 天，共 %d 天。", EN: "%s%s: checked in! Number %d today, day %d in a row, %d in all."}
	textAlso    = bot.Text{ZH: "\n「%s」第 %d 个，连续第 %d 天。", EN: "\n%s: number %d, day %d in a row."}
	textTied    = bot.Text{ZH: "追平了自己的最长纪录，明天就是新的！", EN: " That ties your longest run; tomorrow is a new one!"}
	textSaved   = bot.Text{ZH: "昨天没来，用掉一张冻结卡，连续保住了。", EN: " You missed yesterday; a freeze saved your run."}
	textEarned  = bot.Text{ZH: "送您一张冻结卡，哪天忘了会自动用上（现有 %d 张）。", EN: " You earned a freeze; it spends itself when you forget a day (%d in hand)."}
	textAmount  = bot.Text{ZH: "今天 %s，这个月 %s。", EN: " %s today, %s this month."}
	textAgain   = bot.Text{ZH: "%s今天 %s 已经打过卡啦，连续 %d 天，明天见～", EN: "%sYou already checked in today at %s: %d days in a row. See you tomorrow!"}
	textCard    = bot.Text{ZH: "第 %d–%d 名已打卡，最快 %s %s", EN: "Numbers %d–%d have checked in, fastest %s at %s"}
	textCardOne = bot.Text{ZH: "第 %d 名 %s 已打卡", EN: "Number %d, %s, has checked in"}
	textLongest = bot.Text{ZH: "；连续最长 %s %d 天", EN: "; longest run %s, %d days"}
	textCounts  = bot.Text{ZH: "（算 %s 的）", EN: " (It counts for %s.)"}
	textOfDay   = bot.Text{ZH: "%s ", EN: "%s: "}
	textStop    = bot.Text{ZH: "。", EN: "."}
	textOfPlan  = bot.Text{ZH: "「%s」", EN: "%s: "}
)

// answer replies to a check-in, or leaves it to the card.
func answer(c *bot.Call, s Settings, head bot.PersonID, list []result) error {
	text, own, err := wording(c, s, head, list)
	if err != nil {
		return err
	}
	each, err := answersEach(c, s)
	if err != nil {
		return err
	}
	if each || own || c.Private() {
		c.Say(text)
	}
	if err := tellTeam(c, list); err != nil {
		return err
	}
	if each {
		return nil
	}
	return gather(c, s.CardEvery, list)
}

// tellTeam says in the group that a team is complete today, where the sender was its last.
func tellTeam(c *bot.Call, list []result) error {
	if r := list[0]; r.again || r.book.plan.Name != "" {
		return nil
	}
	text, err := list[0].book.teamUpdate(c, c.Event.From.Person)
	if text != "" {
		c.Send(bot.Effect{Kind: bot.Say, Chat: c.Event.Chat.ID, Text: text})
	}
	return err
}

// answersEach says whether everybody is answered.
func answersEach(c *bot.Call, s Settings) (bool, error) {
	if s.Answers != answerAuto {
		return s.Answers == answerEach, nil
	}
	chat, err := c.Chat()
	return chat.Size <= s.Small, err
}

// wording puts the results into words, and says whether they are worth a reply of their own in a storm.
func wording(c *bot.Call, s Settings, head bot.PersonID, list []result) (text string, own bool, err error) {
	fresh, told := 0, 0
	for _, r := range list {
		if r.again {
			continue
		}
		text += r.line(c, fresh == 0)
		fresh++
		own = own || s.First && r.mark.Rank == 1
		if n := r.now.Streak; n != told && n > r.was.Streak && s.celebrates(n) {
			own, told = true, n
			text += "\n" + r.of(c) + s.celebration(c.Event.From.Shown(), n)
		}
	}
	r := list[0]
	if fresh == 0 {
		own = true
		text = c.T(textAgain, to(c), r.book.clockText(r.mark.At), r.now.Streak)
	}
	if r.book.today != r.book.cal.day(c.Now) { // it was read late
		text += c.T(textCounts, day(c, r.book.today))
	}
	if r.mark.Sum > 0 {
		month, _, err := tallies.Get(c.Tx, r.book.id, head, monthOf(r.book.today))
		if err != nil {
			return "", own, err
		}
		if fresh > 1 {
			text += "\n"
		}
		text += c.T(textAmount, sumText(r.mark.Sum, s.Unit), sumText(month.Sum, s.Unit))
	}
	return text, own, nil
}

// of names the check-in where it is a named one.
func (r result) of(c *bot.Call) string {
	if r.book.plan.Name == "" {
		return ""
	}
	return c.T(textOfPlan, r.book.plan.Name)
}

// line is one result in words; the first one of a reply speaks to the member.
func (r result) line(c *bot.Call, first bool) string {
	name, h := r.book.plan.Name, r.now
	var text string
	switch {
	case !first:
		return c.T(textAlso, name, r.mark.Rank, h.Streak)
	case name == "":
		text = c.T(textDone, to(c), r.mark.Rank, h.Streak, h.Total)
	default:
		text = c.T(textNamed, to(c), name, r.mark.Rank, h.Streak, h.Total)
	}
	switch {
	case r.saved:
		text += c.T(textSaved)
	case h.Streak >= tiedLeast && h.Streak == r.was.Best && r.was.Streak < r.was.Best:
		text += c.T(textTied)
	}
	if r.earned {
		text += c.T(textEarned, h.Freezes)
	}
	return text
}

// gather leaves check-ins to the cards, which are shown a while after the first one on them.
func gather(c *bot.Call, every time.Duration, list []result) error {
	chat := c.Event.Chat.ID
	cards, waits, err := gathering.Get(c.Tx, chat)
	if err != nil {
		return err
	}
	fresh := false
	for _, r := range list {
		if !r.again {
			cards, fresh = r.addTo(cards, c.Event.From.Person), true
		}
	}
	if !fresh {
		return nil
	}
	if !waits || c.Now.Sub(cards[0].Since) > every+time.Minute { // a timer is lost when the bot is sent away from a group
		for i := range cards {
			cards[i].Since = c.Now
		}
		if err := c.After(every, timerCard, "", nil); err != nil {
			return err
		}
	}
	return gathering.Put(c.Tx, cards, chat)
}

// addTo puts a check-in on the card of its book and day.
func (r result) addTo(cards []card, who bot.PersonID) []card {
	plan, day := r.book.plan.Name, r.book.today
	i := slices.IndexFunc(cards, func(k card) bool { return k.Plan == plan && k.Day == day })
	if i < 0 {
		i, cards = len(cards), append(cards, card{Plan: plan, Day: day, From: r.mark.Rank})
	}
	if k := &cards[i]; r.now.Streak > k.Streak {
		k.To, k.Long, k.Streak = r.mark.Rank, who, r.now.Streak
	} else {
		k.To = r.mark.Rank
	}
	return cards
}

// showCards says the cards in one message, and the next ones begin.
func showCards(_ context.Context, c *bot.Call) error {
	chat := c.Event.Chat.ID
	cards, _, err := gathering.Get(c.Tx, chat)
	if err != nil || len(cards) == 0 {
		return err
	}
	cal, err := calendarOf(c)
	if err != nil {
		return err
	}
	var lines []string
	for _, k := range cards {
		line, err := k.text(c, cal)
		if err != nil {
			return err
		}
		lines = append(lines, line)
	}
	c.Send(bot.Effect{Kind: bot.Say, Text: strings.Join(lines, "\n"), Class: bot.Answer}) // to all of them: it goes at night, too
	return gathering.Delete(c.Tx, chat)
}

func (k card) text(c *bot.Call, cal calendar) (text string, err error) {
	if k.Day != cal.day(c.Now) {
		text = c.T(textOfDay, day(c, k.Day))
	}
	if k.Plan != "" {
		text += c.T(textOfPlan, k.Plan)
	}
	if k.From == k.To {
		text += c.T(textCardOne, k.To, c.Name(k.Long))
	} else {
		first, at, err := k.fastest(c, cal)
		if err != nil {
			return "", err
		}
		text += c.T(textCard, k.From, k.To, first, at)
	}
	if k.Streak > 1 {
		text += c.T(textLongest, c.Name(k.Long), k.Streak)
	}
	return text + c.T(textStop), nil
}

// fastest is who was first on the card's day, and when to the second.
func (k card) fastest(c *bot.Call, cal calendar) (name, at string, err error) {
	id := bookOf(c.Event.Chat.ID, k.Plan)
	row, ok, err := order.First(c.Tx, store.Under(id, int(k.Day)))
	if err != nil || !ok {
		return "", "", err
	}
	m, _, err := marks.Get(c.Tx, id, row.Value, int(k.Day))
	return c.Name(row.Value), m.At.In(cal.zone(m.At)).Format(time.TimeOnly), err
}
