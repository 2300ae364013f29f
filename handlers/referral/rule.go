package referral

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A bonus is what a manager added to somebody's total, or took from it.
type bonus struct {
	N   int          `json:"n"`
	By  bot.PersonID `json:"by,omitempty"`
	Why string       `json:"why"`
	At  time.Time    `json:"at"`
}

const (
	bonuses  = store.Table[bonus]("referral/bonuses") // chat, identity, number
	maxBonus = 999
	maxWhy   = 200 // bytes
	todoSize = 10
	undoFar  = 50 // rulings on one newcomer that are looked through
)

var (
	textNone      = bot.Text{ZH: "无", EN: "none"}
	textRuled     = bot.Text{ZH: "好的，%s 算 %s 邀请的。弄错了就发 /撤销判定 %d", EN: "%s counts as brought by %s. To take it back: /unrule %d"}
	textVoided    = bot.Text{ZH: "好的，%s 的邀请不算数。弄错了就发 /撤销判定 %d", EN: "The credit for %s is void. To take it back: /unrule %d"}
	textNoRuling  = bot.Text{ZH: "没有编号 %s 的判定，或者已经撤销了。", EN: "There is no ruling %s, or it was taken back."}
	textUndone    = bot.Text{ZH: "好的，第 %d 号判定撤销了。", EN: "Ruling %d is taken back."}
	textBadBonus  = bot.Text{ZH: "奖励要写成 -999 到 999 的整数（不能是 0），比如：/奖励邀请 @小明 2 帮忙办活动", EN: "A bonus is a whole number from -999 to 999, not 0: /bonusinvites @NAME 2 reason"}
	textBonus     = bot.Text{ZH: "好的，%s 的邀请加 %d（理由：%s）。", EN: "%s gets %d (reason: %s)."}
	textNothing   = bot.Text{ZH: "没有要定的邀请，真好。", EN: "There is nothing to decide. Good."}
	textTodo      = bot.Text{ZH: "要您定的邀请（用 /判邀请 新人 邀请人 理由；不算数就把邀请人写成「无」）：", EN: "To decide (with /rule NEWCOMER INVITER REASON; INVITER is none to make it void):"}
	textTodoLine  = bot.Text{ZH: "\n%d. %s %s进群：%s", EN: "\n%d. %s joined %s: %s"}
	textTodoMore  = bot.Text{ZH: "\n…后面还有", EN: "\n…and more"}
	textUnclear   = bot.Text{ZH: "不知道是谁邀请的", EN: "nobody knows who brought them"}
	textAmbiguous = bot.Text{ZH: "邀请人的名字有好几位一样的", EN: "several people go by the inviter's name"}
	textClaims    = bot.Text{ZH: "%s 说是自己邀请的，现在记的是 %s", EN: "%s claims them; kept is %s"}
	textHeldFor   = bot.Text{ZH: "%s 邀请的，%s", EN: "brought by %s, but %s"}
)

func (f flag) text() bot.Text {
	switch f {
	case flagSelf:
		return bot.Text{ZH: "像是自己邀请自己", EN: "they seem to have brought themselves"}
	case flagCircle:
		return bot.Text{ZH: "绕了一圈又邀请回来", EN: "it is a circle"}
	case flagBurst:
		return bot.Text{ZH: "一小时里邀请得太多", EN: "too many came within an hour"}
	case flagGroups:
		return bot.Text{ZH: "一周里进了很多个群", EN: "they joined many groups within a week"}
	}
	return bot.Text{ZH: "进进出出好几次", EN: "they come and go"}
}

// nameOr is a name, or the word for nobody.
func nameOr(c *bot.Call, who bot.PersonID) string {
	if who == "" {
		return c.T(textNone)
	}
	return c.Name(who)
}

// rule is a manager's decision on who brought a newcomer.
func rule(_ context.Context, c *bot.Call) error {
	who, err := c.One(c.Arg("新人"))
	if err != nil {
		return err
	}
	r := ruling{Newcomer: who.Person, By: c.Event.From.Person, Why: clip(c.Arg("理由")), At: moment(c.Event.At)}
	if name := c.Arg("邀请人"); name != textNone.ZH && !strings.EqualFold(name, textNone.EN) {
		by, err := c.One(c.Arg("邀请人"))
		if err != nil {
			return err
		}
		r.Inviter = by.Person
	}
	p, err := bot.PersonOf(c.Tx, who.Person)
	if err != nil {
		return err
	}
	if contains(p, r.Inviter) {
		return bot.Refuse(textNotSelf)
	}
	n, err := decree(c, r)
	if err != nil {
		return err
	}
	if r.Inviter == "" {
		c.Reply(textVoided, who.Shown(), n)
	} else {
		c.Reply(textRuled, who.Shown(), c.Name(r.Inviter), n)
	}
	return nil
}

// decree keeps a ruling on the credit of an identity, or on a new one where nothing is known of how they came.
func decree(c *bot.Call, r ruling) (n uint64, err error) {
	chat := c.Event.Chat.ID
	if n, err = c.Tx.Next(string(rulings)); err != nil {
		return 0, err
	}
	if err := rulings.Put(c.Tx, r, chat, n); err != nil {
		return 0, err
	}
	if err := rulingsOf.Put(c.Tx, struct{}{}, chat, r.Newcomer, n); err != nil {
		return 0, err
	}
	was, known, err := credits.Get(c.Tx, chat, r.Newcomer)
	if err != nil {
		return 0, err
	}
	now := was
	if !known {
		if err := begin(c, &now, r.At); err != nil {
			return 0, err
		}
	}
	now.Ruling = &r
	if err := keep(c, r.Newcomer, was, now); err != nil {
		return 0, err
	}
	return n, plan(c)
}

// unrule takes a ruling back: the one before it stands again, or the facts.
func unrule(_ context.Context, c *bot.Call) error {
	chat, arg := c.Event.Chat.ID, c.Arg("编号")
	n, err := strconv.ParseUint(arg, 10, 64)
	if err != nil {
		return bot.Refuse(textNoRuling, bot.CleanName(arg))
	}
	r, ok, err := rulings.Get(c.Tx, chat, n)
	if err != nil {
		return err
	}
	if !ok || r.Undone {
		return bot.Refuse(textNoRuling, arg)
	}
	r.Undone = true
	if err := rulings.Put(c.Tx, r, chat, n); err != nil {
		return err
	}
	was, _, err := credits.Get(c.Tx, chat, r.Newcomer)
	if err != nil {
		return err
	}
	now := was
	if now.Ruling, err = lastRuling(c.Tx, chat, r.Newcomer); err != nil {
		return err
	}
	c.Reply(textUndone, n)
	if now.bare() {
		return strike(c, r.Newcomer, was)
	}
	return keep(c, r.Newcomer, was, now)
}

// strike removes a credit that only a ruling had made, with all that follows from it.
func strike(c *bot.Call, who bot.PersonID, was credit) error {
	chat := c.Event.Chat.ID
	if err := reindex(c.Tx, chat, who, was, unindexed()); err != nil {
		return err
	}
	if err := credits.Delete(c.Tx, chat, who); err != nil {
		return err
	}
	return settleAnew(c, who)
}

// lastRuling is the latest ruling on a newcomer that stands, nil where none does.
func lastRuling(r store.Reader, chat bot.ChatID, who bot.PersonID) (*ruling, error) {
	rg := store.Under(chat, who)
	rg.Limit, rg.Reverse = undoFar, true
	for row, err := range rulingsOf.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		var n uint64
		if err := store.Split(row.Key, nil, nil, &n); err != nil {
			return nil, err
		}
		last, ok, err := rulings.Get(r, chat, n)
		if err != nil {
			return nil, err
		}
		if ok && !last.Undone {
			return &last, nil
		}
	}
	return nil, nil
}

// clip makes a reason one line that can be spoken.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= maxWhy {
		return s
	}
	return strings.ToValidUTF8(s[:maxWhy], "")
}

func reward(_ context.Context, c *bot.Call) error {
	who, err := c.One(c.Arg("谁"))
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(c.Arg("数"))
	if err != nil || n == 0 || n > maxBonus || n < -maxBonus {
		return bot.Refuse(textBadBonus)
	}
	chat := c.Event.Chat.ID
	seq, err := c.Tx.Next(string(bonuses))
	if err != nil {
		return err
	}
	b := bonus{N: n, By: c.Event.From.Person, Why: clip(c.Arg("理由")), At: moment(c.Event.At)}
	if err := bonuses.Put(c.Tx, b, chat, who.Person, seq); err != nil {
		return err
	}
	if err := place(c.Tx, who.Person, chat, b.At); err != nil {
		return err
	}
	c.Reply(textBonus, who.Shown(), n, b.Why)
	return tallyUp(c.Tx, chat, who.Person, periods(c.Day(b.At)), tally{Bonus: n})
}

// todo lists what waits for a manager, the doubtful before the unknown.
func todo(_ context.Context, c *bot.Call) error {
	list, err := waiting(c.Tx, c.Event.Chat.ID, todoSize+1)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.Reply(textNothing)
		return nil
	}
	text, s := c.T(textTodo), scribe{r: c.Tx, chat: c.Event.Chat.ID, say: c.T}
	for i, cr := range list[:min(todoSize, len(list))] {
		text += c.T(textTodoLine, i+1, c.Name(cr.id), cr.At.In(c.Zone()).Format("01-02"), s.trouble(cr))
	}
	if s.err != nil {
		return s.err
	}
	if len(list) > todoSize {
		text += c.T(textTodoMore)
	}
	c.Say(text)
	return nil
}

// waiting reads what waits for a manager.
func waiting(r store.Reader, chat bot.ChatID, limit int) (list []found, err error) {
	rg := store.Under(chat)
	rg.Limit = limit
	for row, err := range open.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		var who bot.PersonID
		if err := store.Split(row.Key, nil, nil, nil, &who); err != nil {
			return nil, err
		}
		cr, _, err := credits.Get(r, chat, who)
		if err != nil {
			return nil, err
		}
		list = append(list, found{who, cr})
	}
	return list, nil
}

// trouble says why a credit waits.
func (s *scribe) trouble(cr found) string {
	switch {
	case len(cr.Flags) > 0:
		var why []string
		for _, f := range cr.Flags {
			why = append(why, s.say(f.text()))
		}
		return s.say(textHeldFor, s.nameOr(cr.named()), strings.Join(why, s.say(textComma)))
	case len(cr.Claims) > 0:
		var names []string
		for _, p := range cr.Claims {
			names = append(names, s.name(p))
		}
		return s.say(textClaims, strings.Join(names, s.say(textComma)), s.nameOr(cr.named()))
	case cr.Sure == sureAmbiguous:
		return s.say(textAmbiguous)
	}
	return s.say(textUnclear)
}
