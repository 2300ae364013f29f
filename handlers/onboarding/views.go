package onboarding

import (
	"fmt"
	"strconv"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file is what the console and the morning report see of the newcomers.

const shownDays = 30 // for which somebody stands among the newcomers

var (
	columnName    = bot.Text{ZH: "名字", EN: "Name"}
	columnJoined  = bot.Text{ZH: "进群", EN: "Joined"}
	columnBy      = bot.Text{ZH: "谁邀请的", EN: "Invited by"}
	columnCard    = bot.Text{ZH: "自我介绍", EN: "Introduced"}
	columnChecked = bot.Text{ZH: "打过卡", EN: "Checked in"}
	columnOpen    = bot.Text{ZH: "还差什么", EN: "Still wanted"}
	columnSince   = bot.Text{ZH: "从什么时候", EN: "Since"}
	columnNumber  = bot.Text{ZH: "编号", EN: "No."}
	columnText    = bot.Text{ZH: "内容", EN: "Text"}
	textYes       = bot.Text{ZH: "是", EN: "yes"}
	textScanned   = bot.Text{ZH: "扫码", EN: "QR code"}

	textReport     = bot.Text{ZH: "新人 · %s", EN: "Newcomers · %s"}
	textYesterday  = bot.Text{ZH: "昨天来了 %d 位", EN: "%d came yesterday"}
	textUnanswered = bot.Text{ZH: "%d 位还没回答，发 /未答 看", EN: "%d have not answered, see /unanswered"}
)

// say formats a text outside a call.
func say(l bot.Lang, t bot.Text, args ...any) string { return fmt.Sprintf(t.In(l), args...) }

func views() []bot.View {
	what := []bot.Param{{Name: "text", Title: columnText, Long: true}}
	return []bot.View{
		{
			Name: "newcomers", Title: bot.Text{ZH: "三十天内的新人", EN: "Newcomers of thirty days"},
			Columns: []bot.Text{columnName, columnJoined, columnBy, columnCard, columnChecked, columnOpen}, Show: showNewcomers,
		},
		{
			Name: "unanswered", Title: bot.Text{ZH: "还没回答的新人", EN: "Newcomers who have not answered"}, Page: bot.OnToday, Waits: bot.Everything,
			Columns: []bot.Text{columnName, columnSince, columnOpen}, Show: showOpen,
		},
		{
			Name: "silent", Title: bot.Text{ZH: "不说话的人", EN: "Who is silent"}, Shape: bot.AsFigures,
			Columns: []bot.Text{columnSilent, columnPeople, columnShare}, Rows: silentRows,
		},
		{
			Name: "welcomes", Title: bot.Text{ZH: "欢迎语（轮流用）", EN: "Welcomes, in turn"},
			Columns: []bot.Text{columnNumber, columnText}, Show: showWelcomes,
			Acts: []bot.Act{
				{Title: bot.Text{ZH: "换第一种", EN: "Set the first"}, Say: "/欢迎语 设 {text}", Asks: what},
				{Title: bot.Text{ZH: "再加一种", EN: "Add one"}, Say: "/欢迎语 加 {text}", Asks: what},
				{Title: bot.Text{ZH: "一起发的图片、文件或音频", EN: "Attach a picture, file or recording"}, Say: "/欢迎语 附", File: true},
				{Title: bot.Text{ZH: "不发附件", EN: "Attach nothing"}, Say: "/欢迎语 去附"},
			},
		},
	}
}

// showNewcomers gives who joined of late, the latest first.
func showNewcomers(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	rg := store.Range{
		From: store.Key(q.Chat, int(q.Day)-shownDays), To: store.Under(q.Chat).To, Limit: q.Limit, Reverse: true,
	}
	if q.From != "" {
		rg.To = q.From
	}
	for row, err := range byDay.Scan(r, rg) {
		if err != nil {
			return shown, err
		}
		var who bot.PersonID
		if err := store.Split(row.Key, nil, nil, &who); err != nil {
			return shown, err
		}
		one, err := newcomerRow(r, q, who)
		if err != nil {
			return shown, err
		}
		if shown.Rows = append(shown.Rows, one); len(shown.Rows) == q.Limit {
			shown.Next = row.Key
		}
	}
	return shown, nil
}

func newcomerRow(r store.Reader, q bot.Query, who bot.PersonID) (row bot.Row, err error) {
	p, err := bot.PersonOf(r, who)
	if err != nil {
		return row, err
	}
	b, _, err := beginningOf(r, q.Chat, p)
	if err != nil {
		return row, err
	}
	name, err := bot.NameIn(r, q.Chat, who)
	if err != nil {
		return row, err
	}
	by := ""
	switch {
	case b.Inviter != "":
		if by, err = bot.NameIn(r, q.Chat, b.Inviter); err != nil {
			return row, err
		}
	case b.Code:
		by = textScanned.In(q.Lang)
	}
	card, err := cardOf(r, q.Chat, p)
	if err != nil {
		return row, err
	}
	checked := ""
	if b.Checked {
		checked = textYes.In(q.Lang)
	}
	wanted, err := wantedOf(r, q, who)
	row = bot.Row{Cells: []string{name, b.Day.String(), by, card, checked, wanted}, Who: p.Head}
	return row, err
}

// wantedOf is what is still wanted of a newcomer.
func wantedOf(r store.Reader, q bot.Query, who bot.PersonID) (string, error) {
	ack, err := acks.Has(r, q.Chat, who)
	if err != nil {
		return "", err
	}
	gate, err := gates.Has(r, q.Chat, who)
	switch {
	case ack && gate:
		return textOpenBoth.In(q.Lang), err
	case ack:
		return textOpenAck.In(q.Lang), err
	case gate:
		return textOpenGate.In(q.Lang), err
	}
	return "", err
}

func showOpen(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	zone := q.Zone
	if zone == nil {
		zone = time.UTC
	}
	list, err := openIn(r, q.Chat, q.Limit)
	if err != nil {
		return shown, err
	}
	for _, p := range list {
		name, err := bot.NameIn(r, q.Chat, p.who)
		if err != nil {
			return shown, err
		}
		head, err := bot.HeadOf(r, p.who)
		if err != nil {
			return shown, err
		}
		shown.Rows = append(shown.Rows, bot.Row{
			Cells: []string{name, p.since.In(zone).Format("01-02 15:04"), p.what.In(q.Lang)}, Who: head,
			Acts: []bot.Act{{Title: bot.Text{ZH: "不等了", EN: "Wait no more"}, Say: "/未答 免 #" + string(p.who)}},
		})
	}
	return shown, nil
}

func showWelcomes(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	first, err := q.Outlook.Settings("onboarding", q.Chat)
	if err != nil {
		return shown, err
	}
	texts := []string{}
	if s, ok := first.(Settings); ok && s.Welcome != "" {
		texts = append(texts, s.Welcome)
	}
	rg := store.Under(q.Chat)
	rg.Limit = maxOthers
	for row, err := range others.Scan(r, rg) {
		if err != nil {
			return shown, err
		}
		texts = append(texts, row.Value)
	}
	for i, text := range texts {
		shown.Rows = append(shown.Rows, bot.Row{
			Cells: []string{strconv.Itoa(i + 1), text},
			Acts:  []bot.Act{{Title: bot.Text{ZH: "删", EN: "Drop"}, Say: "/欢迎语 删 " + strconv.Itoa(i+1), Grave: true}},
		})
	}
	list, err := attachments(r, q.Chat)
	for _, a := range list {
		row := bot.Row{Cells: []string{"+", a.Name}}
		if a.Kind == bot.SendVoice {
			row.Play = a.Media
		}
		shown.Rows = append(shown.Rows, row)
	}
	return shown, err
}

// report tells the owner who came yesterday and of whom an answer is wanted, group by group.
func report(r store.Reader, q bot.Query) (lines []bot.Line, err error) {
	chats, err := bot.Chats(r)
	if err != nil {
		return nil, err
	}
	for _, chat := range chats {
		fresh, err := between(r, chat.ID, int(q.Day)-1, int(q.Day)-1)
		if err != nil {
			return nil, err
		}
		wanted, err := openIn(r, chat.ID, most)
		if err != nil {
			return nil, err
		}
		text := ""
		if len(fresh) > 0 {
			text = say(q.Lang, textYesterday, len(fresh))
		}
		if len(wanted) > 0 {
			if text != "" {
				text += textThen.In(q.Lang)
			}
			text += say(q.Lang, textUnanswered, len(wanted))
		}
		if text != "" && len(lines) < q.Limit {
			lines = append(lines, bot.Line{Name: say(q.Lang, textReport, bot.CleanName(chat.Name)), Value: text})
		}
	}
	return lines, nil
}
