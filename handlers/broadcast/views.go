package broadcast

import (
	"fmt"
	"strconv"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// The names of the views are part of the console's addresses and do not change.
func views() []bot.View {
	return []bot.View{
		{
			Name: "queue", Title: bot.Text{ZH: "排队的语音", EN: "Voices that wait"}, Page: bot.OnSchedule, Of: bot.OfAccount,
			Columns: []bot.Text{
				{ZH: "第几条", EN: "number"},
				{ZH: "哪天", EN: "day"},
				{ZH: "标题", EN: "title"},
				{ZH: "秒", EN: "seconds"},
				{ZH: "前面的话", EN: "line before it"},
				{ZH: "关键词", EN: "keyword"},
				{ZH: "文稿", EN: "text"},
			},
			Show: queueRows, Order: "/语音 移 {from} {to}",
			Acts: []bot.Act{{
				Title: bot.Text{ZH: "加一条语音", EN: "add a recording"}, Say: "/语音 收 {title}", File: true,
				Asks: []bot.Param{{Name: "title", Title: bot.Text{ZH: "标题（群里看到的文件名）", EN: "title (the file's name in the groups)"}, Optional: true}},
			}},
		},
		{
			Name: "mornings", Title: bot.Text{ZH: "播过的语音", EN: "Mornings"}, Page: bot.OnSchedule, Of: bot.OfAccount,
			Columns: []bot.Text{
				{ZH: "哪天", EN: "day"},
				{ZH: "播了什么", EN: "what"},
				{ZH: "收到的群", EN: "groups that have it"},
				{ZH: "在等或不确定", EN: "wait or in doubt"},
				{ZH: "失败", EN: "failed"},
				{ZH: "第一个群", EN: "first group"},
				{ZH: "最后一个群", EN: "last group"},
			},
			Show: morningRows,
		},
		{
			Name: "receipts", Title: bot.Text{ZH: "每个群的回执", EN: "Receipts by group"}, Page: bot.OnSchedule, Of: bot.OfAccount,
			Params:  []bot.Param{{Name: "day", Title: bot.Text{ZH: "哪天，不写是最近一次", EN: "day; the last one if left out"}, Optional: true}},
			Columns: []bot.Text{{ZH: "群", EN: "group"}, {ZH: "结果", EN: "outcome"}, {ZH: "什么时候", EN: "when"}, {ZH: "原因", EN: "why"}},
			Rows:    receiptRows,
		},
	}
}

func queueRows(r store.Reader, q bot.Query) (s bot.Shown, err error) {
	all, err := readQueue(r)
	if err != nil {
		return s, err
	}
	for n := 1; n <= min(all.len(), q.Limit); n++ {
		it, _ := all.at(n)
		day := ""
		if n > len(all.turns) {
			day = all.days[n-1-len(all.turns)].String()
		}
		s.Rows = append(s.Rows, bot.Row{
			Cells: []string{strconv.Itoa(n), day, it.Title, fmt.Sprintf("%.1f", it.Length.Seconds()), it.Cover, it.Keyword, it.Text},
			Play:  it.Sum, Acts: itemActs(it),
		})
	}
	return s, nil
}

// itemActs name the item by its lasting number: places change while the page is looked at.
func itemActs(it item) []bot.Act {
	number := " #" + strconv.FormatUint(it.ID, 10)
	ask := func(title bot.Text, word, what, value string, long bool) bot.Act {
		p := bot.Param{Name: what, Title: title, Value: value, Optional: true, Long: long}
		return bot.Act{Title: title, Say: "/语音 " + word + number + " {" + what + "}", Asks: []bot.Param{p}}
	}
	return []bot.Act{
		ask(bot.Text{ZH: "移到第几条", EN: "move to place"}, "移", "place", "1", false),
		ask(bot.Text{ZH: "定在哪天", EN: "pin to a day"}, "定", "day", "", false),
		ask(bot.Text{ZH: "标题", EN: "title"}, "标题", "title", it.Title, false),
		ask(bot.Text{ZH: "前面的话", EN: "line before it"}, "话", "line", it.Cover, false),
		ask(bot.Text{ZH: "关键词", EN: "keyword"}, "关键词", "word", it.Keyword, false),
		ask(bot.Text{ZH: "文稿", EN: "text"}, "文稿", "text", it.Text, true),
		{Title: bot.Text{ZH: "删", EN: "remove"}, Say: "/语音 删" + number, Grave: true},
	}
}

func morningRows(r store.Reader, q bot.Query) (s bot.Shown, err error) {
	group, err := q.Outlook.Group(q.Chat)
	if err != nil {
		return s, err
	}
	clock := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(group.Location()).Format(time.RFC3339)
	}
	for row, err := range airings.Scan(r, store.Range{Reverse: true, Limit: q.Limit}) {
		if err != nil {
			return s, err
		}
		a := row.Value
		t, err := tallyOf(r, a.Day)
		if err != nil {
			return s, err
		}
		s.Rows = append(s.Rows, bot.Row{
			Cells: []string{
				a.Day, a.name().In(q.Lang), strconv.Itoa(len(t.sent)), strconv.Itoa(len(t.open)), strconv.Itoa(len(t.failed)),
				clock(t.first), clock(t.last),
			},
			Play: a.Sum,
		})
	}
	return s, nil
}

// name says what a morning had.
func (a airing) name() bot.Text {
	switch {
	case a.Silence != "":
		return a.why()
	case a.From == fromTurns:
		return bot.Text{ZH: "一条旧的", EN: "an older one"}
	case a.From == fromSpeech:
		return bot.Text{ZH: "一段朗读", EN: "a text that was read"}
	case a.From == fromSample:
		return bot.Text{ZH: "自带的示例", EN: "the built-in sample"}
	}
	return bot.Text{ZH: a.Name, EN: a.Name}
}

func receiptRows(r store.Reader, q bot.Query) (rows [][]string, err error) {
	label := q.Args["day"]
	if label == "" {
		last, ok, err := airings.First(r, store.Range{Reverse: true})
		if err != nil || !ok {
			return nil, err
		}
		label = last.Value.Day
	}
	group, err := q.Outlook.Group(q.Chat)
	if err != nil {
		return nil, err
	}
	parts, err := bot.Parts(r, tagOf(label), maxParts)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		if p.Kind != bot.SendVoice || len(rows) == q.Limit {
			continue
		}
		name, err := bot.ChatName(r, p.Chat)
		if err != nil {
			return nil, err
		}
		state, at := textWaits, ""
		if p.State != "" {
			state, at = bot.OutcomeName(p.State), p.At.In(group.Location()).Format(time.RFC3339)
		}
		rows = append(rows, []string{name, state.In(q.Lang), at, p.Error})
	}
	return rows, nil
}
