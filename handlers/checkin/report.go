package checkin

import (
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

const (
	riskShown  = 5
	riskStreak = 3   // a shorter one is not worth the owner's morning
	riskSought = 200 // of the longest streaks
)

var (
	textReport   = bot.Text{ZH: "打卡 · %s", EN: "Check-ins · %s"}
	textRate     = bot.Text{ZH: "昨天 %d/%d 位（%d%%），前天 %d 位", EN: "%d of %d yesterday (%d%%), %d the day before"}
	textRested   = bot.Text{ZH: "昨天休息，%d 位来打了卡", EN: "yesterday was off; %d came all the same"}
	textRisks    = bot.Text{ZH: "。昨天没来、今天再不来就断的：%s", EN: ". They missed yesterday and lose their run today: %s"}
	textRiskMore = bot.Text{ZH: " 等 %d 位", EN: " and %d more"}
)

// report tells the owner, for each group, how yesterday went and whose streak hangs by a thread.
func report(r store.Reader, q bot.Query) (lines []bot.Line, err error) {
	list, err := bot.Chats(r)
	if err != nil {
		return nil, err
	}
	for _, chat := range list {
		q.Chat = chat.ID
		today, err := dayIn(r, q)
		if err != nil {
			return nil, err
		}
		id := bookOf(chat.ID, "")
		row, known, err := books.Get(r, id)
		if err != nil {
			return nil, err
		}
		if !known || row.Opened >= today || len(lines) >= q.Limit {
			continue
		}
		text, err := reportOf(r, q, id, today)
		if err != nil {
			return nil, err
		}
		lines = append(lines, bot.Line{Name: format(q.Lang, textReport, bot.CleanName(chat.Name)), Value: text})
	}
	return lines, nil
}

func reportOf(r store.Reader, q bot.Query, id bookID, today bot.Day) (string, error) {
	n, err := peopleOn(r, id, today-1)
	if err != nil {
		return "", err
	}
	if rested, err := offs.Has(r, id, int(today-1)); err != nil || rested {
		return format(q.Lang, textRested, n), err
	}
	before, err := peopleOn(r, id, today-2)
	if err != nil {
		return "", err
	}
	size, err := bot.SizeOf(r, q.Chat)
	if err != nil {
		return "", err
	}
	alone, err := sitsOut(r, q.Chat, id)
	if err != nil {
		return "", err
	}
	if alone {
		size--
	}
	size = max(size, n, 1)
	text := format(q.Lang, textRate, n, size, 100*n/size, before)
	names, more, err := hanging(r, q, id, today)
	if err != nil || len(names) == 0 {
		return text, err
	}
	risks := strings.Join(names, textComma.In(q.Lang))
	if more > 0 {
		risks += format(q.Lang, textRiskMore, more)
	}
	return text + format(q.Lang, textRisks, risks), nil
}

// sitsOut says whether the account is a member that never checks in: then it counts in no rate.
func sitsOut(r store.Reader, chat bot.ChatID, id bookID) (bool, error) {
	me, err := bot.Me(r)
	if err != nil || me == "" {
		return false, err
	}
	who, err := bot.PersonOf(r, me)
	if err != nil {
		return false, err
	}
	if in, err := bot.IsMember(r, chat, who); err != nil || !in {
		return false, err
	}
	took, err := habits.Has(r, id, who.Head)
	return !took, err
}

// hanging names those who missed yesterday and have no freeze left for today, the longest streaks first.
func hanging(r store.Reader, q bot.Query, id bookID, today bot.Day) (names []string, more int, err error) {
	list, err := indexed(r, alive, riskSought, id)
	if err != nil {
		return nil, 0, err
	}
	for _, p := range list {
		if p.days < riskStreak {
			break
		}
		h, _, err := habits.Get(r, id, p.who)
		if err != nil {
			return nil, 0, err
		}
		if h.Last >= today-1 || h.Freezes > 0 {
			continue
		}
		if len(names) == riskShown {
			more++
			continue
		}
		name, err := bot.NameIn(r, q.Chat, p.who)
		if err != nil {
			return nil, 0, err
		}
		names = append(names, format(q.Lang, textAtRisk, name, p.days))
	}
	return names, more, nil
}
