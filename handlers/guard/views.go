package guard

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file is what the console and the morning report see of the list.

var (
	columnName  = bot.Text{ZH: "名字", EN: "Name"}
	columnTimes = bot.Text{ZH: "次数", EN: "Times"}
	columnLast  = bot.Text{ZH: "最近一次", EN: "Last"}
	columnWhat  = bot.Text{ZH: "做了什么", EN: "What"}
	columnProof = bot.Text{ZH: "证据", EN: "Evidence"}

	textAbout     = bot.Text{ZH: "在「%s」记下的可能的广告", EN: "possible adverts noted in %s"}
	textAboutLine = bot.Text{ZH: "%d 次，最近 %s", EN: "%d, the last on %s"}

	textReport = bot.Text{ZH: "广告待处理", EN: "adverts to deal with"}
	textCount  = bot.Text{ZH: "%s %d 位", EN: "%s: %d"}
	textLots   = bot.Text{ZH: "%s 超过 %d 位", EN: "%s: more than %d"}
	textComma  = bot.Text{ZH: "、", EN: ", "}
)

func views() []bot.View {
	return []bot.View{{
		Name: "todo", Title: bot.Text{ZH: "可能的广告，等您处理（移人要在手机上）", EN: "Possible adverts to deal with (remove people on the phone)"},
		Page: bot.OnToday, Waits: bot.Everything,
		Columns: []bot.Text{columnName, columnTimes, columnLast, columnWhat, columnProof},
		Show:    show,
	}}
}

func show(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	zone := q.Zone
	if zone == nil {
		zone = time.UTC
	}
	people, err := todo(r, q.Chat, q.Limit)
	if err != nil {
		return shown, err
	}
	for _, who := range people {
		s, err := standingOf(r, q.Chat, who)
		if err != nil {
			return shown, err
		}
		name, err := bot.NameIn(r, q.Chat, who)
		if err != nil {
			return shown, err
		}
		head, err := bot.HeadOf(r, who)
		if err != nil {
			return shown, err
		}
		o := s.last
		shown.Rows = append(shown.Rows, bot.Row{
			Cells: []string{name, strconv.Itoa(s.strikes), o.Last.In(zone).Format("01-02 15:04"), o.Why.text().In(q.Lang), o.Proof + " " + o.Said},
			Who:   head,
			Acts:  []bot.Act{{Title: bot.Text{ZH: "放过", EN: "Pardon"}, Say: "/放过 #" + string(who)}},
		})
	}
	return shown, nil
}

// about tells somebody what is noted of them. It stands on no card: cards are read aloud in the group.
func about(r store.Reader, who bot.Person, l bot.Lang) (lines []bot.Line, err error) {
	chats, err := bot.Chats(r)
	if err != nil {
		return nil, err
	}
	for _, chat := range chats {
		s, err := standingOf(r, chat.ID, who.Head)
		if err != nil {
			return nil, err
		}
		if s.strikes > 0 {
			lines = append(lines, bot.Line{
				Name:  fmt.Sprintf(textAbout.In(l), bot.CleanName(chat.Name)),
				Value: fmt.Sprintf(textAboutLine.In(l), s.strikes, s.last.Last.UTC().Format(time.DateOnly)),
				Chat:  chat.ID,
			})
		}
	}
	return lines, nil
}

// report tells the owner how many wait, by group.
func report(r store.Reader, q bot.Query) ([]bot.Line, error) {
	chats, err := bot.Chats(r)
	if err != nil {
		return nil, err
	}
	var parts []string
	for _, chat := range chats {
		people, err := todo(r, chat.ID, listed+1)
		if err != nil {
			return nil, err
		}
		switch n := len(people); {
		case n > listed:
			parts = append(parts, fmt.Sprintf(textLots.In(q.Lang), bot.CleanName(chat.Name), listed))
		case n > 0:
			parts = append(parts, fmt.Sprintf(textCount.In(q.Lang), bot.CleanName(chat.Name), n))
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	parts = parts[:min(len(parts), max(q.Limit, 1))]
	return []bot.Line{{Name: textReport.In(q.Lang), Value: strings.Join(parts, textComma.In(q.Lang))}}, nil
}
