package checkin

import (
	"context"
	"slices"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

// A camp is a plan with an end. Who was there on each of its days, or missed it by no fault of theirs, has finished it.

const finishersShown = 50

func certificateCommand() bot.Command {
	return bot.Command{
		Name: "证书", Aliases: []string{"certificate"}, Args: "<项目>", Where: bot.InGroup,
		Summary:  bot.Text{ZH: "领取训练营的证书", EN: "the certificate of a camp you finished"},
		Examples: []bot.Example{{Say: "/证书 晨跑营", Reply: "…没有叫「晨跑营」…"}},
		Run:      certificate,
	}
}

var (
	textCampEnd   = bot.Text{ZH: "🏁「%s」圆满结束，%d 天都坚持下来的有 %d 位：%s\n发「/证书 %s」领取您的证书 🎓", EN: "🏁 %s is over. Those who kept all %d days (%d): %s\nSend /certificate %s for yours 🎓"}
	textCampNone  = bot.Text{ZH: "🏁「%s」结束啦，这次没有人 %d 天全到，下次一起加油！", EN: "🏁 %s is over. Nobody was there on all %d days; next time!"}
	textNoCamp    = bot.Text{ZH: "「%s」不是有结束日子的训练营，没有证书。", EN: "%s is no camp with an end, so it has no certificate."}
	textRunning   = bot.Text{ZH: "「%s」到 %s 才结束，继续加油！", EN: "%s runs until %s; keep going!"}
	textNotAll    = bot.Text{ZH: "%s「%s」的 %d 天里您完成了 %d 天，下次一定行！", EN: "%s%s: you were there on %[4]d of %[3]d days. Next time!"}
	textNearly    = bot.Text{ZH: "%s恭喜完成「%s」：%d 天来了 %d 天，缺的有冻结卡或不算缺。", EN: "%sYou finished %s: there on %[4]d of %[3]d days; a freeze or a day off covers the rest."}
	textFinished  = bot.Text{ZH: "%s恭喜完成「%s」：%d 天，一天不落！", EN: "%sYou finished %s: %d days, all of them!"}
	textWellDone  = bot.Text{ZH: "日日不断，久久为功", EN: "Day after day, it adds up"}
	textSealOfOne = bot.Text{ZH: "六点二十", EN: "620"}
)

// endCamp says who has finished a camp.
func (b *book) endCamp(c *bot.Call) error {
	b.Ended = true
	list, err := indexed(c.Tx, alive, bot.MaxMembers, b.id)
	if err != nil {
		return err
	}
	var names []string
	n := 0
	for _, p := range list {
		_, done, err := b.finished(c.Tx, p.who)
		if err != nil {
			return err
		}
		if !done {
			continue
		}
		if n++; n <= finishersShown {
			names = append(names, c.Name(p.who))
		}
	}
	if n == 0 {
		tellGroup(c, textCampNone, b.plan.Name, b.plan.length())
		return nil
	}
	text := strings.Join(names, c.T(textComma))
	if n > len(names) {
		text += c.T(textOthers, n-len(names))
	}
	tellGroup(c, textCampEnd, b.plan.Name, b.plan.length(), n, text, b.plan.Name)
	return nil
}

// finished says on how many days of the camp somebody was there, and whether the others are no fault of theirs.
func (b *book) finished(r store.Reader, head bot.PersonID) (days int, all bool, err error) {
	who, err := bot.PersonOf(r, head)
	if err != nil {
		return 0, false, err
	}
	there, err := daysOf(r, b.id, who)
	if err != nil {
		return 0, false, err
	}
	all = true
	for d := b.plan.Start; d <= b.plan.End; d++ {
		if !b.plan.on(d) {
			continue
		}
		if _, ok := slices.BinarySearch(there, d); ok {
			days++
			continue
		}
		excused, err := b.excused(r, head, d)
		if err != nil {
			return 0, false, err
		}
		all = all && excused
	}
	return days, all && days > 0, nil
}

// excused says whether a day was nobody's miss, or a freeze was spent on it.
func (b *book) excused(r store.Reader, head bot.PersonID, d bot.Day) (bool, error) {
	if ok, err := offs.Has(r, b.id, int(d)); err != nil || ok {
		return ok, err
	}
	return frozen.Has(r, b.id, head, int(d))
}

func certificate(_ context.Context, c *bot.Call) error {
	b, err := theBook(c, c.Arg("项目"))
	if err != nil {
		return err
	}
	switch p := b.plan; {
	case c.Event.From.Person == "":
		return bot.Refuse(textNobody)
	case p.End == 0:
		return bot.Refuse(textNoCamp, p.Name)
	case p.End > b.Closed:
		return bot.Refuse(textRunning, p.Name, day(c, p.End))
	}
	head, err := c.Who()
	if err != nil {
		return err
	}
	days, all, err := b.finished(c.Tx, head)
	if err != nil {
		return err
	}
	length := b.plan.length()
	if !all {
		c.Reply(textNotAll, c.At(), b.plan.Name, length, days)
		return nil
	}
	if days == length {
		c.Reply(textFinished, c.At(), b.plan.Name, length)
	} else {
		c.Reply(textNearly, c.At(), b.plan.Name, length, days)
	}
	return draw(c, drawing{Certificate: &pictures.Certificate{
		Look: look(c), Name: c.Event.From.Shown(), Camp: b.plan.Name, Group: bot.CleanName(c.Event.Chat.Name),
		Days: length, Done: days, From: b.plan.Start.Date(), To: b.plan.End.Date(), Words: c.T(textWellDone), Seal: c.T(textSealOfOne),
	}})
}
