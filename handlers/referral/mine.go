package referral

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

const mineSize = 20

var (
	textMine    = bot.Text{ZH: "%s邀请了 %d 人：%s。\n%s。", EN: "%sYou brought %d: %s.\n%s."}
	textNobody  = bot.Text{ZH: "%s还没有邀请过朋友。", EN: "%sYou have not brought anybody yet."}
	textReach   = bot.Text{ZH: "三度影响力 %d 人", EN: "%d people within three degrees"}
	textBy      = bot.Text{ZH: "您是 %s 邀请来的。", EN: "You came through %s."}
	textByGone  = bot.Text{ZH: "您是 %s 邀请来的（TA 已经不在群里了）。", EN: "You came through %s, who is no longer here."}
	textComma   = bot.Text{ZH: "、", EN: ", "}
	textMark    = bot.Text{ZH: "（%s）", EN: " (%s)"}
	textCount   = bot.Text{ZH: "%s %d", EN: "%s %d"}
	textBonuses = bot.Text{ZH: "奖励", EN: "bonus"}
	textTotal   = bot.Text{ZH: "%s，合计 %d", EN: "%s; %d in all"}
	textOf      = bot.Text{ZH: "%s 是 %s 邀请的（%s），%s进群：%s。", EN: "%s was brought by %s (%s), joined %s: %s."}
	textOfNone  = bot.Text{ZH: "没有记着 %s 是谁邀请的。", EN: "It is not known who brought %s."}
	textMissing = bot.Text{ZH: "，还差%s", EN: ", still missing: %s"}
	textDays    = bot.Text{ZH: "住满 %d 天", EN: "%d days here"}
	textFirst   = bot.Text{ZH: "第一次打卡", EN: "a first check-in"}
	textRuledBy = bot.Text{ZH: "管理员定的，理由：%s", EN: "a manager's ruling: %s"}
	textSaidSo  = bot.Text{ZH: "TA 自己说的", EN: "their own word"}
	textSomeday = bot.Text{ZH: "很早以前", EN: "long ago"}
)

// text names a status.
func (s status) text() bot.Text {
	switch s {
	case pending:
		return bot.Text{ZH: "待定", EN: "pending"}
	case valid:
		return bot.Text{ZH: "有效", EN: "valid"}
	case left:
		return bot.Text{ZH: "退群", EN: "left"}
	case returned:
		return bot.Text{ZH: "回来", EN: "returned"}
	case held:
		return bot.Text{ZH: "待核实", EN: "held"}
	}
	return bot.Text{ZH: "不算", EN: "void"}
}

// text names how sure a join is.
func (s confidence) text(byQR bool) bot.Text {
	switch {
	case s == sureExact:
		return bot.Text{ZH: "平台点了名的", EN: "the service names them"}
	case s == sureAmbiguous:
		return bot.Text{ZH: "进群提示里的名字有好几位", EN: "several go by the name in the join text"}
	case s == sureUnknown:
		return bot.Text{ZH: "进群提示里没有说", EN: "the join text does not say"}
	case s == sureImported:
		return bot.Text{ZH: "从以前的记录导入", EN: "imported"}
	case byQR:
		return bot.Text{ZH: "扫了 TA 分享的二维码", EN: "through the code they shared"}
	}
	return bot.Text{ZH: "进群提示里写着，群里只有一位", EN: "the join text says so, and one goes by the name"}
}

// A speaker puts texts into a language.
type speaker func(t bot.Text, args ...any) string

func speak(l bot.Lang) speaker {
	return func(t bot.Text, args ...any) string {
		if len(args) == 0 {
			return t.In(l)
		}
		return fmt.Sprintf(t.In(l), args...)
	}
}

// summary is a tally in words; parts that are none are left out.
func summary(say speaker, t tally) string {
	var parts []string
	for _, part := range []struct {
		name bot.Text
		n    int
	}{
		{valid.text(), t.Valid},
		{pending.text(), t.Pending},
		{returned.text(), t.Returned},
		{textBonuses, t.Bonus},
		{left.text(), t.Left},
		{held.text(), t.Held},
		{void.text(), t.Void},
	} {
		if part.n != 0 {
			parts = append(parts, say(textCount, say(part.name), part.n))
		}
	}
	return strings.Join(parts, say(textComma))
}

func mine(_ context.Context, c *bot.Call) error {
	chat := c.Event.Chat.ID
	p, err := bot.PersonOf(c.Tx, c.Event.From.Person)
	if err != nil {
		return err
	}
	t, err := tallyOf(c.Tx, chat, p, always)
	if err != nil {
		return err
	}
	text := c.T(textNobody, c.At())
	if t != (tally{}) {
		names, err := latest(c, p)
		if err != nil {
			return err
		}
		reach, err := reachOf(c.Tx, chat, p)
		if err != nil {
			return err
		}
		counts := summary(c.T, t) + c.T(textComma) + c.T(textReach, reach.sum())
		text = c.T(textMine, c.At(), t.total(), names, counts)
	}
	_, e, err := edgeOf(c.Tx, chat, p)
	if err != nil {
		return err
	}
	if e.inTree() {
		by, err := inviterLine(c, e.By)
		if err != nil {
			return err
		}
		text += by
	}
	c.Say(text)
	return nil
}

// inviterLine says who brought the sender.
func inviterLine(c *bot.Call, id bot.PersonID) (string, error) {
	p, err := bot.PersonOf(c.Tx, id)
	if err != nil {
		return "", err
	}
	in, err := bot.IsMember(c.Tx, c.Event.Chat.ID, p)
	if !in {
		return c.T(textByGone, c.Name(id)), err
	}
	return c.T(textBy, c.Name(id)), err
}

func (r reach) sum() int  { return r.All[0] + r.All[1] + r.All[2] }
func (r reach) here() int { return r.Here[0] + r.Here[1] + r.Here[2] }

// A child is one person whom somebody brought.
type child struct {
	id bot.PersonID
	edge
}

// childrenOf are the latest people whom a person brought, newest first.
func childrenOf(r store.Reader, chat bot.ChatID, p bot.Person, limit int) (list []child, err error) {
	for _, id := range p.Identities {
		rg := store.Under(chat, id)
		rg.Limit, rg.Reverse = limit-len(list), true
		if rg.Limit <= 0 {
			break
		}
		for row, err := range brought.Scan(r, rg) {
			if err != nil {
				return nil, err
			}
			var who bot.PersonID
			if err := store.Split(row.Key, nil, nil, nil, &who); err != nil {
				return nil, err
			}
			e, _, err := edges.Get(r, chat, who)
			if err != nil {
				return nil, err
			}
			list = append(list, child{who, e})
		}
	}
	return list, nil
}

// latest names the latest people that somebody brought, with what is to be said of each.
func latest(c *bot.Call, p bot.Person) (string, error) {
	list, err := childrenOf(c.Tx, c.Event.Chat.ID, p, mineSize)
	if err != nil {
		return "", err
	}
	var names []string
	for _, ch := range list {
		name := c.Name(ch.id)
		if ch.Is != valid {
			name += c.T(textMark, c.T(ch.Is.text()))
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return c.T(textNone), nil
	}
	return strings.Join(names, c.T(textComma)), nil
}

// look tells how one member came, with the evidence.
func look(_ context.Context, c *bot.Call) error {
	who, err := c.One(c.Arg("谁"))
	if err != nil {
		return err
	}
	p, err := bot.PersonOf(c.Tx, who.Person)
	if err != nil {
		return err
	}
	id, e, err := edgeOf(c.Tx, c.Event.Chat.ID, p)
	if err != nil {
		return err
	}
	if id == "" {
		c.Reply(textOfNone, who.Shown())
		return nil
	}
	cr, _, err := credits.Get(c.Tx, c.Event.Chat.ID, id)
	if err != nil {
		return err
	}
	c.Reply(textOf, who.Shown(), c.Name(e.By), cr.evidence(c.T), e.date(c.T, c.Zone()), cr.standing(c.T, e, c.Event.At))
	return nil
}

// date is the day on which they came.
func (e edge) date(say speaker, zone *time.Location) string {
	if e.Day == 0 {
		return say(textSomeday)
	}
	return e.At.In(zone).Format(time.DateOnly)
}

// evidence says what a credit rests on.
func (cr credit) evidence(say speaker) string {
	switch {
	case cr.Ruling != nil:
		return say(textRuledBy, cr.Ruling.Why)
	case cr.Inviter == "" && cr.Said != "":
		return say(textSaidSo)
	}
	return say(cr.Sure.text(cr.ByQR))
}

// standing says what became of a credit, and what it waits for.
func (cr credit) standing(say speaker, e edge, now time.Time) string {
	text := say(e.Is.text())
	var missing []string
	switch e.Is {
	case pending:
		if days := int(cr.At.AddDate(0, 0, cr.Days).Sub(now)/(24*time.Hour)) + 1; !cr.Stayed {
			missing = append(missing, say(textDays, days))
		}
		if cr.NeedsCheckin && cr.First.IsZero() {
			missing = append(missing, say(textFirst))
		}
		return text + say(textMissing, strings.Join(missing, say(textComma)))
	case held:
		for _, f := range cr.Flags {
			missing = append(missing, say(f.text()))
		}
		return text + say(textMark, strings.Join(missing, say(textComma)))
	}
	return text
}
