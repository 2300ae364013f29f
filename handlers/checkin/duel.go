package checkin

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A duel is two people who see which of them is there on more of the coming days.
type duel struct {
	From  bot.PersonID `json:"from"`
	To    bot.PersonID `json:"to"`
	Days  int          `json:"days"`
	Asked bot.Day      `json:"asked,omitempty"` // a challenge holds for the day
	Since bot.Day      `json:"since,omitempty"` // 0 until the other has taken it up
	End   bot.Day      `json:"end,omitempty"`
}

const (
	duels    = store.Table[duel]("checkin/duels")        // chat, number
	duelsDue = store.Table[int]("checkin/duels/due")     // chat, last day, number
	fighters = store.Table[int]("checkin/duels/of")      // identity, chat: the number of their duel
	duelLast = store.Table[int]("checkin/duels/numbers") // chat: the last number given
	duelDays = 7
	maxDuel  = 31
)

func duelCommand() bot.Command {
	return bot.Command{
		Name: "对决", Aliases: []string{"duel"}, Args: "[谁] [天数]", Where: bot.InGroup,
		Summary: bot.Text{
			ZH: "和一位群友比谁打卡的天数多：/对决 @阿杰 7；应战、认输；不写就看看",
			EN: "who checks in on more days: /duel @Jie 7; yes, quit; alone it shows the score",
		},
		Examples: []bot.Example{
			{Say: "/对决", Reply: "…没有对决…"},
			{Say: "/对决 @阿杰", Reply: "…向 阿杰 发起 7 天打卡对决…"},
			{Say: "/对决 应战", Reply: "…没有人向您挑战…"},
		},
		Run: duelWith,
	}
}

var (
	textNoDuel   = bot.Text{ZH: "%s现在没有对决。发「/对决 @谁 7」比一比谁打卡的天数多。", EN: "%sYou are in no duel. /duel @whom 7 starts one."}
	textDare     = bot.Text{ZH: "⚔️ %s 向 %s 发起 %d 天打卡对决！今天发「/对决 应战」就开始。", EN: "⚔️ %s dares %s to a duel of %d days! It begins with /duel yes, today."}
	textDuelOn   = bot.Text{ZH: "⚔️ %s 和 %s 的对决开始，到 %s 为止，看谁打卡的天数多！", EN: "⚔️ %s against %s until %s: who is there on more days?"}
	textScore    = bot.Text{ZH: "⚔️ %s %d 天，%s %d 天，到 %s 为止。", EN: "⚔️ %s %d days, %s %d days, until %s."}
	textDuelWon  = bot.Text{ZH: "⚔️ 对决结束：%s %d 天，%s %d 天，%s 赢了！", EN: "⚔️ The duel is over: %s %d days, %s %d days. %s wins!"}
	textDuelEven = bot.Text{ZH: "⚔️ 对决结束：%s 和 %s 都是 %d 天，不分高下！", EN: "⚔️ The duel is over: %s and %s were both there on %d days. A draw!"}
	textNoDare   = bot.Text{ZH: "现在没有人向您挑战。", EN: "Nobody has dared you."}
	textInDuel   = bot.Text{ZH: "%s 已经在对决里了，一次只能一场。自己的发 /对决 看，发「/对决 认输」结束。", EN: "%s is in a duel already; one at a time. /duel shows yours, /duel quit ends it."}
	textDuelDays = bot.Text{ZH: "天数请写 1 到 %d。", EN: "Write 1 to %d days."}
	textSelfDuel = bot.Text{ZH: "和自己比，天天都是平手～换一位群友吧。", EN: "Against yourself it is always a draw. Choose somebody else."}
	textGaveIn   = bot.Text{ZH: "好的，%s 和 %s 的对决到此为止。", EN: "The duel of %s and %s ends here."}
)

func duelWith(_ context.Context, c *bot.Call) error {
	if c.Event.From.Person == "" {
		return bot.Refuse(textNobody)
	}
	b, err := theBook(c, "")
	if err != nil {
		return err
	}
	n, d, err := b.duelNow(c.Tx, c.Event.From.Person)
	if err != nil {
		return err
	}
	switch word := c.Arg("谁"); strings.ToLower(word) {
	case "":
		return b.showDuel(c, n, d)
	case "应战", "yes":
		return b.takeUp(c, n, d)
	case "认输", "退出", "quit":
		if n == 0 {
			c.Reply(textNoDuel, c.At())
			return nil
		}
		c.Reply(textGaveIn, c.Name(d.From), c.Name(d.To))
		return endDuel(c.Tx, c.Event.Chat.ID, n, d)
	default:
		return dare(c, b, word)
	}
}

// duelOf finds the duel of an identity's person; n is 0 where there is none.
func duelOf(r store.Reader, chat bot.ChatID, who bot.PersonID) (n int, d duel, err error) {
	p, err := bot.PersonOf(r, who)
	if err != nil {
		return 0, d, err
	}
	for _, id := range p.Identities {
		n, ok, err := fighters.Get(r, id, chat)
		if err != nil {
			return 0, d, err
		}
		if ok {
			d, _, err = duels.Get(r, chat, n)
			return n, d, err
		}
	}
	return 0, d, nil
}

// duelNow is duelOf, and ends the challenges of days that are over on the way.
func (b *book) duelNow(tx store.Tx, who bot.PersonID) (n int, d duel, err error) {
	for {
		n, d, err = duelOf(tx, b.Chat, who)
		if err != nil || n == 0 || d.Since != 0 || d.Asked >= b.today {
			return n, d, err
		}
		if err := endDuel(tx, b.Chat, n, d); err != nil {
			return 0, d, err
		}
	}
}

func dare(c *bot.Call, b *book, name string) error {
	chat, d := c.Event.Chat.ID, duel{From: c.Event.From.Person, Days: duelDays, Asked: b.today}
	if word := c.Arg("天数"); word != "" {
		n, err := strconv.Atoi(strings.TrimRight(word, "天d"))
		if err != nil || n < 1 || n > maxDuel {
			return bot.Refuse(textDuelDays, maxDuel)
		}
		d.Days = n
	}
	m, err := c.One(name)
	if err != nil {
		return err
	}
	d.To = m.Person
	var heads [2]bot.PersonID
	for i, id := range []bot.PersonID{d.From, d.To} {
		if n, _, err := b.duelNow(c.Tx, id); err != nil {
			return err
		} else if n != 0 {
			return bot.Refuse(textInDuel, c.Name(id))
		}
		if heads[i], err = bot.HeadOf(c.Tx, id); err != nil {
			return err
		}
	}
	if heads[0] == heads[1] {
		return bot.Refuse(textSelfDuel)
	}
	n, _, err := duelLast.Get(c.Tx, chat)
	if err != nil {
		return err
	}
	n++
	c.Reply(textDare, c.Name(d.From), c.Name(d.To), d.Days)
	return errors.Join(duelLast.Put(c.Tx, n, chat), duels.Put(c.Tx, d, chat, n), fighters.Put(c.Tx, n, d.From, chat), fighters.Put(c.Tx, n, d.To, chat))
}

func (b *book) takeUp(c *bot.Call, n int, d duel) error {
	head, err := c.Who()
	if err != nil {
		return err
	}
	other, err := bot.HeadOf(c.Tx, d.To)
	if err != nil {
		return err
	}
	if n == 0 || d.Since != 0 || other != head {
		return bot.Refuse(textNoDare)
	}
	chat := c.Event.Chat.ID
	d.Since, d.End = b.today, b.today+bot.Day(d.Days)-1
	c.Reply(textDuelOn, c.Name(d.From), c.Name(d.To), day(c, d.End))
	return errors.Join(duels.Put(c.Tx, d, chat, n), duelsDue.Put(c.Tx, n, chat, int(d.End), n))
}

func (b *book) showDuel(c *bot.Call, n int, d duel) error {
	switch {
	case n == 0:
		c.Reply(textNoDuel, c.At())
		return nil
	case d.Since == 0:
		c.Reply(textDare, c.Name(d.From), c.Name(d.To), d.Days)
		return nil
	}
	one, other, err := b.score(c.Tx, d)
	if err != nil {
		return err
	}
	c.Reply(textScore, c.Name(d.From), one, c.Name(d.To), other, day(c, d.End))
	return nil
}

// score counts the days of both.
func (b *book) score(r store.Reader, d duel) (one, other int, err error) {
	for i, id := range []bot.PersonID{d.From, d.To} {
		p, err := bot.PersonOf(r, id)
		if err != nil {
			return 0, 0, err
		}
		for at := d.Since; at <= min(d.End, b.today); at++ {
			there, err := b.there(r, p, at, "")
			if err != nil {
				return 0, 0, err
			}
			switch {
			case there && i == 0:
				one++
			case there:
				other++
			}
		}
	}
	return one, other, nil
}

// duelsOver is where those stand that ended by the last day that is over.
func (b *book) duelsOver() store.Range {
	rg := store.Under(b.Chat)
	rg.To = store.Key(b.Chat, int(b.Closed)+1)
	rg.Limit = maxClosing
	return rg
}

// settleDuels tells how the duels went that are over.
func (b *book) settleDuels(c *bot.Call) error {
	chat := c.Event.Chat.ID
	var over []int
	for row, err := range duelsDue.Scan(c.Tx, b.duelsOver()) {
		if err != nil {
			return err
		}
		over = append(over, row.Value)
	}
	for _, n := range over {
		d, _, err := duels.Get(c.Tx, chat, n)
		if err != nil {
			return err
		}
		one, other, err := b.score(c.Tx, d)
		if err != nil {
			return err
		}
		switch from, to := c.Name(d.From), c.Name(d.To); {
		case one == other:
			tellGroup(c, textDuelEven, from, to, one)
		case one > other:
			tellGroup(c, textDuelWon, from, one, to, other, from)
		default:
			tellGroup(c, textDuelWon, from, one, to, other, to)
		}
		if err := endDuel(c.Tx, chat, n, d); err != nil {
			return err
		}
	}
	return nil
}

func endDuel(tx store.Tx, chat bot.ChatID, n int, d duel) error {
	return errors.Join(duels.Delete(tx, chat, n), duelsDue.Delete(tx, chat, int(d.End), n), fighters.Delete(tx, d.From, chat), fighters.Delete(tx, d.To, chat))
}

// forgetDuels ends the duels of an identity.
func forgetDuels(tx store.Tx, who bot.PersonID) error {
	list, err := numbersOf(tx, fighters, who)
	if err != nil {
		return err
	}
	for chat, n := range list {
		d, _, err := duels.Get(tx, chat, n)
		if err != nil {
			return err
		}
		if err := endDuel(tx, chat, n, d); err != nil {
			return err
		}
	}
	return nil
}
