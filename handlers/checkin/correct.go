package checkin

import (
	"context"
	"reflect"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A change is one correction. It holds what the mark was and what it became, so that it can be taken back exactly.
type change struct {
	At   time.Time    `json:"at"`
	By   bot.PersonID `json:"by,omitempty"`
	Who  bot.PersonID `json:"who"`
	Day  bot.Day      `json:"day"`
	Plan string       `json:"plan,omitempty"`
	Was  *mark        `json:"was,omitempty"`
	Now  *mark        `json:"now,omitempty"`
	Why  string       `json:"why"`
	// Undone is why it was taken back, where it was.
	Undone *undoing `json:"undone,omitempty"`
}

type undoing struct {
	At  time.Time    `json:"at"`
	By  bot.PersonID `json:"by,omitempty"`
	Why string       `json:"why,omitempty"`
}

const (
	changes     = store.Table[change]("checkin/changes")      // chat, number
	changesOf   = store.Table[struct{}]("checkin/changes/of") // identity, chat, number
	changeLast  = store.Table[int]("checkin/changed")         // chat: the last number given
	correctDays = 365
	logSize     = 10
	maxReason   = 200 // characters kept of a reason
)

func correctCommands() []bot.Command {
	return []bot.Command{
		{
			Name: "改打卡", Aliases: []string{"correct"}, Args: "[谁] [哪天] [有无] [理由...]", Who: bot.Manager, Where: bot.InGroup,
			Summary: bot.Text{
				ZH: "改一天的记录：/改打卡 @小明 昨天 有 手机没电；不写就看改过什么",
				EN: "correct a day: /correct @Ming yesterday yes phone was dead; alone it lists the corrections",
			},
			Examples: []bot.Example{
				{Say: "/改打卡", Reply: "…没有改过…"},
				{Say: "/改打卡 @小明 今天 有 手机没电", Reply: "…第 1 条…小明…"},
				{Say: "/改打卡 @小明 昨天 也许 随便", Reply: "…有…无…"},
			},
			Run: correct,
		},
		{
			Name: "撤销", Aliases: []string{"undo"}, Args: "<编号> [理由...]", Who: bot.Manager, Where: bot.InGroup,
			Summary:  bot.Text{ZH: "收回一条打卡修改", EN: "take a correction back"},
			Examples: []bot.Example{{Say: "/撤销 7", Reply: "…没有第 7 条…"}},
			Run:      undo,
		},
	}
}

var (
	textHowChange  = bot.Text{ZH: "这样写：/改打卡 @谁 哪天 有（或 无） 理由。例如：/改打卡 @小明 昨天 有 手机没电", EN: "Write: /correct @whom day yes (or no) reason, such as: /correct @Ming yesterday yes phone was dead"}
	textChanged    = bot.Text{ZH: "第 %d 条修改：%s %s 改为%s。现在连续 %d 天，共 %d 天。改错了发 /撤销 %d", EN: "Correction %d: %s, %s: %s. Now %d days in a row, %d in all. Undo with /undo %d"}
	textUndone     = bot.Text{ZH: "第 %d 条修改收回了，%s 现在连续 %d 天，共 %d 天。", EN: "Correction %d is taken back. %s has %d days in a row, %d in all."}
	textYes        = bot.Text{ZH: "有打卡", EN: "was there"}
	textNo         = bot.Text{ZH: "没打卡", EN: "was not there"}
	textSame       = bot.Text{ZH: "%s %s 本来就是%s，没有改。", EN: "%s, %s: %s already; nothing was changed."}
	textNoChange   = bot.Text{ZH: "没有第 %s 条修改，或者已经收回了。", EN: "There is no correction %s, or it was taken back."}
	textLater      = bot.Text{ZH: "这一天后来又改过，请先收回后面的那条（发 /改打卡 看编号）。", EN: "That day was changed again later; take the later correction back first (/correct lists them)."}
	textNoChanges  = bot.Text{ZH: "还没有改过打卡记录。", EN: "No check-ins were corrected yet."}
	textLogLine    = bot.Text{ZH: "%d. %s %s %s：%s（%s 改，%s）", EN: "%d. %s, %s, %s: %s (by %s, %s)"}
	textLogUndone  = bot.Text{ZH: "，已收回", EN: ", taken back"}
	textFutureDay  = bot.Text{ZH: "还没到的日子不能改。", EN: "Days to come cannot be corrected."}
	textLongAgo    = bot.Text{ZH: "一年以前的日子不能改了，请看看年份写对没有。", EN: "Days of more than a year ago cannot be corrected; is the year right?"}
	textOtherNames = bot.Text{ZH: "（这一天还有用别的名字打的卡）", EN: " (they were there under another name too)"}
)

func correct(_ context.Context, c *bot.Call) error {
	if c.Arg("谁") == "" {
		return listChanges(c)
	}
	yes, ok := yesOrNo(c.Arg("有无"))
	if !ok || c.Arg("理由") == "" {
		return bot.Refuse(textHowChange)
	}
	m, err := c.One(c.Arg("谁"))
	if err != nil {
		return err
	}
	plan, reason, err := cutPlan(c, c.Arg("理由"))
	if err != nil {
		return err
	}
	b, err := theBook(c, plan)
	if err != nil {
		return err
	}
	d, ok := parseDay(c.Arg("哪天"), b.today)
	if !ok {
		return bot.Refuse(textBadDay, bot.CleanName(c.Arg("哪天")))
	}
	if d > b.today {
		return bot.Refuse(textFutureDay)
	}
	if d <= b.today-correctDays { // a slip of the pen: answers name days without their year
		return bot.Refuse(textLongAgo)
	}
	return b.correct(c, m, d, yes, reason)
}

// cutPlan takes the name of a plan from the front of a reason, if one is there.
func cutPlan(c *bot.Call, reason string) (plan, rest string, err error) {
	name, after := cutName(reason)
	if after == "" {
		return "", reason, nil
	}
	named, err := plans.Has(c.Tx, c.Event.Chat.ID, name)
	if err != nil || !named {
		return "", reason, err
	}
	return name, after, nil
}

func yesOrNo(word string) (yes, ok bool) {
	switch strings.ToLower(word) {
	case "有", "yes":
		return true, true
	case "无", "没有", "no":
		return false, true
	}
	return false, false
}

func (b *book) correct(c *bot.Call, m bot.Member, d bot.Day, yes bool, reason string) error {
	row, ok, err := marks.Get(c.Tx, b.id, m.Person, int(d))
	if err != nil {
		return err
	}
	var was *mark
	if ok {
		was = &row
	}
	if was.there() == yes {
		return bot.Refuse(textSame, m.Shown(), day(c, d), c.T(yesText(yes)))
	}
	now := &mark{At: c.Now, By: true, Points: bot.Settings[Settings](c).Points}
	if was != nil {
		now = new(row)
		now.Void = !yes
	}
	ch := change{
		At: c.Now, By: c.Event.From.Person, Who: m.Person, Day: d, Plan: b.plan.Name, Was: was, Now: now, Why: clip(reason, maxReason),
	}
	h, err := b.apply(c, ch, was, now)
	if err != nil {
		return err
	}
	n, err := keepChange(c, ch)
	if err != nil {
		return err
	}
	text := c.T(textChanged, n, m.Shown(), day(c, d), c.T(yesText(yes)), h.Streak, h.Total, n)
	if !yes {
		more, err := b.stillThere(c, m.Person, d)
		if err != nil {
			return err
		}
		text += more
	}
	c.Say(text)
	return nil
}

// stillThere says that a person's other identity was there on a day too.
func (b *book) stillThere(c *bot.Call, who bot.PersonID, d bot.Day) (string, error) {
	p, err := bot.PersonOf(c.Tx, who)
	if err != nil {
		return "", err
	}
	other, err := b.there(c.Tx, p, d, who)
	if err != nil || !other {
		return "", err
	}
	return c.T(textOtherNames), nil
}

// apply changes a day with all that follows from it, its points among them.
func (b *book) apply(c *bot.Call, ch change, from, to *mark) (habit, error) {
	head, err := bot.HeadOf(c.Tx, ch.Who)
	if err != nil {
		return habit{}, err
	}
	if from.there() && from.Points != 0 {
		if err := c.Unaward(ch.Who, b.reason("correction"), b.awardKey(ch.Day)); err != nil {
			return habit{}, err
		}
	}
	if to.there() && to.Points != 0 {
		if _, err := c.Award(ch.Who, to.Points, b.reason("correction"), b.awardKey(ch.Day)); err != nil {
			return habit{}, err
		}
	}
	h, err := b.replace(c.Tx, ch.Who, head, ch.Day, from, to)
	if err != nil {
		return h, err
	}
	if err := b.refreshTeam(c, ch.Who); err != nil {
		return h, err
	}
	if to.there() {
		return h, b.tellDone(c, ch.Who, ch.Day, h)
	}
	return h, tellUndone(c, ch.Who)
}

func (b *book) tellDone(c *bot.Call, who bot.PersonID, d bot.Day, h habit) error {
	return c.Emit("done", Done{Who: who, Day: d, Plan: b.plan.Name, Streak: h.Streak, Total: h.Total})
}

// tellUndone tells that an identity has no day left in this group, if that is so.
func tellUndone(c *bot.Call, who bot.PersonID) error {
	list, err := plansOf(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	for _, p := range append([]plan{{}}, list...) {
		for row, err := range marks.Scan(c.Tx, store.Under(bookOf(c.Event.Chat.ID, p.Name), who)) {
			if err != nil {
				return err
			}
			if !row.Value.Void {
				return nil
			}
		}
	}
	return c.Emit("undone", Undone{Who: who})
}

func yesText(yes bool) bot.Text {
	if yes {
		return textYes
	}
	return textNo
}

func keepChange(c *bot.Call, ch change) (int, error) {
	chat := c.Event.Chat.ID
	n, _, err := changeLast.Get(c.Tx, chat)
	if err != nil {
		return 0, err
	}
	n++
	if err := changeLast.Put(c.Tx, n, chat); err != nil {
		return 0, err
	}
	if err := changesOf.Put(c.Tx, struct{}{}, ch.Who, chat, n); err != nil {
		return 0, err
	}
	return n, changes.Put(c.Tx, ch, chat, n)
}

// forgetChanges drops the corrections of an identity's days.
func forgetChanges(tx store.Tx, who bot.PersonID) error {
	type place struct {
		chat bot.ChatID
		n    int
	}
	var list []place
	for row, err := range changesOf.Scan(tx, store.Under(who)) {
		if err != nil {
			return err
		}
		var p place
		if err := store.Split(row.Key, nil, &p.chat, &p.n); err != nil {
			return err
		}
		list = append(list, p)
	}
	for _, p := range list {
		if err := changes.Delete(tx, p.chat, p.n); err != nil {
			return err
		}
	}
	return clearUnder(tx, string(changesOf), who)
}

func undo(_ context.Context, c *bot.Call) error {
	n, err := strconv.Atoi(c.Arg("编号"))
	if err != nil {
		return bot.Refuse(textNoChange, bot.CleanName(c.Arg("编号")))
	}
	ch, ok, err := changes.Get(c.Tx, c.Event.Chat.ID, n)
	if err != nil {
		return err
	}
	if !ok || ch.Undone != nil {
		return bot.Refuse(textNoChange, strconv.Itoa(n))
	}
	b, err := theBook(c, ch.Plan)
	if err != nil {
		return err
	}
	row, ok, err := marks.Get(c.Tx, b.id, ch.Who, int(ch.Day))
	if err != nil {
		return err
	}
	if !ok || !reflect.DeepEqual(row, *ch.Now) {
		return bot.Refuse(textLater)
	}
	h, err := b.apply(c, ch, ch.Now, ch.Was)
	if err != nil {
		return err
	}
	ch.Undone = &undoing{At: c.Now, By: c.Event.From.Person, Why: clip(c.Arg("理由"), maxReason)}
	c.Reply(textUndone, n, c.Name(ch.Who), h.Streak, h.Total)
	return changes.Put(c.Tx, ch, c.Event.Chat.ID, n)
}

// listChanges shows the latest corrections.
func listChanges(c *bot.Call) error {
	rg := store.Under(c.Event.Chat.ID)
	rg.Limit, rg.Reverse = logSize, true
	var lines []string
	for row, err := range changes.Scan(c.Tx, rg) {
		if err != nil {
			return err
		}
		var n int
		if err := store.Split(row.Key, nil, &n); err != nil {
			return err
		}
		ch := row.Value
		by := c.T(textManager)
		if ch.By != "" {
			by = c.Name(ch.By)
		}
		line := c.T(textLogLine, n, c.Name(ch.Who), day(c, ch.Day), c.T(yesText(ch.Now.there())), bot.CleanName(ch.Why), by,
			ch.At.In(c.Zone()).Format("01-02 15:04"))
		if ch.Undone != nil {
			line += c.T(textLogUndone)
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		lines = append(lines, c.T(textNoChanges))
	}
	c.Say(strings.Join(lines, "\n"))
	return nil
}

var textManager = bot.Text{ZH: "机主", EN: "the owner"}

// clip cuts a text to so many characters.
func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
