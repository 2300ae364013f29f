package keywords

import (
	"fmt"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file is what the console and the morning report see of the words.

var (
	columnWord   = bot.Text{ZH: "词", EN: "Word"}
	columnWhen   = bot.Text{ZH: "什么时候答", EN: "When"}
	columnAnswer = bot.Text{ZH: "回答", EN: "Answer"}
	columnSince  = bot.Text{ZH: "设于", EN: "Set"}

	textExact   = bot.Text{ZH: "整句是它", EN: "it is the message"}
	textWithin  = bot.Text{ZH: "话里有它", EN: "a message holds it"}
	textPrivate = bot.Text{ZH: "好友私聊", EN: "a friend writes it"}

	textImage  = bot.Text{ZH: "图片", EN: "a picture"}
	textVoice  = bot.Text{ZH: "音频", EN: "a recording"}
	textFile   = bot.Text{ZH: "文件", EN: "a file"}
	textQRCode = bot.Text{ZH: "群二维码", EN: "the QR code"}
	textPlus   = bot.Text{ZH: "%s + %s", EN: "%s + %s"}

	textReport = bot.Text{ZH: "群二维码 · %s", EN: "QR code · %s"}
	textFresh  = bot.Text{ZH: "今天新换的", EN: "new today"}
	textNth    = bot.Text{ZH: "用了 %d 天", EN: "%d days old"}
	textLastly = bot.Text{ZH: "%s 过期，请换一张", EN: "dies %s: send a new one"}
)

func (m mode) title() bot.Text {
	return map[mode]bot.Text{exact: textExact, contained: textWithin, private: textPrivate}[m]
}

// medium is what kind of medium an answer has.
func (a answer) medium() bot.Text {
	switch {
	case a.Code:
		return textQRCode
	case a.Kind == bot.SendImage:
		return textImage
	case a.Kind == bot.SendVoice:
		return textVoice
	}
	return textFile
}

func (a answer) summary(l bot.Lang) string {
	switch {
	case a.Media == "":
		return a.Text
	case a.Text == "":
		return a.medium().In(l)
	}
	return fmt.Sprintf(textPlus.In(l), a.Text, a.medium().In(l))
}

func views() []bot.View {
	return []bot.View{{
		Name: "answers", Title: bot.Text{ZH: "关键词", EN: "Words that are answered"},
		Columns: []bot.Text{columnWord, columnWhen, columnAnswer, columnSince},
		Show:    show,
		Acts: []bot.Act{
			{
				Title: bot.Text{ZH: "加一个词", EN: "Add a word"}, Say: "/关键词 加 {word} = {answer}",
				Asks: []bot.Param{{Name: "word", Title: columnWord}, {Name: "answer", Title: columnAnswer, Long: true}},
			},
			{
				Title: bot.Text{ZH: "话里有就答", EN: "Answer wherever it is said"}, Say: "/关键词 含 {word} = {answer}",
				Asks: []bot.Param{{Name: "word", Title: columnWord}, {Name: "answer", Title: columnAnswer, Long: true}},
			},
			{
				Title: bot.Text{ZH: "用图片、文件或音频回答", EN: "Answer with a picture, file or recording"}, Say: "/关键词 存 {word}", File: true,
				Asks: []bot.Param{{Name: "word", Title: columnWord}},
			},
			{
				Title: bot.Text{ZH: "换群二维码", EN: "New QR code of the group"}, Say: "/群码 {word}", File: true,
				Asks: []bot.Param{{Name: "word", Title: columnWord, Value: "进群"}},
			},
		},
	}}
}

func show(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	zone := q.Zone
	if zone == nil {
		zone = time.UTC
	}
	for _, m := range modes() {
		list, err := wordsOf(r, q.Chat, m)
		if err != nil {
			return shown, err
		}
		for _, a := range list {
			row := bot.Row{
				Cells: []string{bot.CleanName(a.Word), m.title().In(q.Lang), a.summary(q.Lang), a.At.In(zone).Format(time.DateOnly)},
				Acts:  []bot.Act{{Title: bot.Text{ZH: "删", EN: "Drop"}, Say: "/关键词 删 " + a.Word, Grave: true}},
			}
			if a.Kind == bot.SendVoice {
				row.Play = a.Media
			}
			shown.Rows = append(shown.Rows, row)
		}
	}
	if len(shown.Rows) > q.Limit { // three hundred at most, so there is no second page
		shown.Rows = shown.Rows[:q.Limit]
	}
	return shown, nil
}

// report tells the owner how old the codes are.
func report(r store.Reader, q bot.Query) (lines []bot.Line, err error) {
	chats, err := bot.Chats(r)
	if err != nil {
		return nil, err
	}
	for _, chat := range chats {
		list, err := codesOf(r, chat.ID)
		if err != nil {
			return nil, err
		}
		group, err := q.Outlook.Group(chat.ID)
		if err != nil {
			return nil, err
		}
		var ages []string
		for _, a := range list {
			ages = append(ages, a.ageText(q, group.Location()))
		}
		if len(ages) > 0 && len(lines) < q.Limit {
			name := fmt.Sprintf(textReport.In(q.Lang), bot.CleanName(chat.Name))
			lines = append(lines, bot.Line{Name: name, Value: strings.Join(ages, "；")})
		}
	}
	return lines, nil
}

func (a answer) ageText(q bot.Query, zone *time.Location) string {
	day, end := a.days(q.Now, zone), a.At.Add(codeLives)
	switch {
	case !end.After(q.Now):
		return textPast.In(q.Lang)
	case day == 0:
		return textFresh.In(q.Lang)
	case day < codeDays-1:
		return fmt.Sprintf(textNth.In(q.Lang), day)
	}
	when := textSoon
	if day >= codeDays {
		when = textToday
	}
	return fmt.Sprintf(textLastly.In(q.Lang), fmt.Sprintf(when.In(q.Lang), end.In(zone).Format("15:04")))
}
