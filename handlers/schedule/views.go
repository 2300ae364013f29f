package schedule

import (
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// The names of the views are part of the console's addresses and do not change.
func views() []bot.View {
	all := []bot.View{rehearsalView(), entriesView(), historyView(), broadcastsView()}
	for i := range all {
		all[i].Page, all[i].Of = bot.OnSchedule, bot.OfAccount
	}
	return append(all, tagsView(), nextView())
}

func rehearsalView() bot.View {
	return bot.View{
		Name: "rehearsal", Title: bot.Text{ZH: "接下来", EN: "Coming up"}, Shape: bot.AsAgenda,
		Columns: []bot.Text{
			{ZH: "什么时候", EN: "when"},
			{ZH: "发什么", EN: "what"},
			{ZH: "几个群", EN: "groups"},
			{ZH: "最后一个群", EN: "last group"},
			{ZH: "留意", EN: "note"},
		},
		Params: []bot.Param{{Name: "days", Title: bot.Text{ZH: "几天", EN: "days"}, Value: "14"}},
		Rows:   rehearsalRows,
	}
}

const (
	nextWithin = 48 * time.Hour
	mostNext   = 8
)

// nextView is what one group gets next.
func nextView() bot.View {
	return bot.View{
		Name: "next", Title: bot.Text{ZH: "接下来要发的", EN: "To be sent next"}, Page: bot.OnToday, Shape: bot.AsAgenda,
		Columns: []bot.Text{{ZH: "什么时候", EN: "when"}, {ZH: "发什么", EN: "what"}, {ZH: "留意", EN: "note"}},
		Rows:    nextRows,
	}
}

func nextRows(r store.Reader, q bot.Query) (rows [][]string, err error) {
	f, err := ahead(r, q)
	if err != nil {
		return nil, err
	}
	scenes, err := f.scenesIn(q.Chat, q.Now.Add(nextWithin))
	if err != nil {
		return nil, err
	}
	for _, d := range f.days(scenes) {
		for _, s := range d.folded(f.quiet) {
			row := f.row(s)
			rows = append(rows, []string{row[0], row[1], row[4]})
		}
	}
	return rows[:min(len(rows), mostNext)], nil
}

// toWhom asks for what stands after 给:.
func toWhom() bot.Param {
	return bot.Param{Name: "to", Title: bot.Text{ZH: "发到（全部、群名、#标签）", EN: "to (全部, groups, #tags)"}, Value: "全部"}
}

func entriesView() bot.View {
	return bot.View{
		Name: "entries", Title: bot.Text{ZH: "定时", EN: "Schedules"},
		Columns: []bot.Text{
			{ZH: "编号", EN: "number"},
			{ZH: "什么时候", EN: "when"},
			{ZH: "发什么", EN: "what"},
			{ZH: "发到", EN: "to"},
			{ZH: "下次", EN: "next"},
		},
		Show: entryRows,
		Acts: []bot.Act{{
			Title: bot.Text{ZH: "加一个定时", EN: "add one"}, Say: "/定时 {when} 给:{to} {what}",
			Asks: []bot.Param{
				{Name: "when", Title: bot.Text{ZH: "什么时候（工作日 8:00、每月1号…）", EN: "when (工作日 8:00, 20 6 * * 1-5 …)"}},
				toWhom(),
				{Name: "what", Title: bot.Text{ZH: "内容或指令，|| 隔开的轮流发", EN: "text or command; variants parted by ||"}, Long: true},
			},
		}},
	}
}

func historyView() bot.View {
	return bot.View{
		Name: "history", Title: bot.Text{ZH: "定时的记录", EN: "What the schedules sent"},
		Columns: []bot.Text{
			{ZH: "什么时候", EN: "when"},
			{ZH: "编号", EN: "number"},
			{ZH: "发什么", EN: "what"},
			{ZH: "几个群", EN: "groups"},
			{ZH: "收到", EN: "have it"},
			{ZH: "结果", EN: "outcome"},
		},
		Rows: historyRows,
	}
}

func broadcastsView() bot.View {
	return bot.View{
		Name: "broadcasts", Title: bot.Text{ZH: "广播", EN: "Broadcasts"},
		Columns: []bot.Text{
			{ZH: "什么时候", EN: "when"},
			{ZH: "内容", EN: "text"},
			{ZH: "几个群", EN: "groups"},
			{ZH: "收到", EN: "have it"},
			{ZH: "状态", EN: "state"},
		},
		Show: blastRows,
		Acts: []bot.Act{{
			Title: bot.Text{ZH: "发一条广播", EN: "send one"}, Say: "/广播 给:{to} {what}",
			Asks: []bot.Param{
				toWhom(), {Name: "what", Title: bot.Text{ZH: "内容（先给您看，点「开始」才发）", EN: "text (shown first, sent by “begin”)"}, Long: true},
			},
		}},
	}
}

func tagsView() bot.View {
	return bot.View{
		Name: "tags", Title: bot.Text{ZH: "群标签", EN: "Tags"}, Columns: []bot.Text{{ZH: "标签", EN: "tag"}}, Rows: tagRows,
		Acts: []bot.Act{{
			Title: bot.Text{ZH: "换标签", EN: "set"}, Say: "/标签 {tags}",
			Asks: []bot.Param{{Name: "tags", Title: bot.Text{ZH: "标签，空格隔开；「无」是都去掉", EN: "tags, parted by blanks; 无 removes them all"}}},
		}},
	}
}

// ahead is the forecast of a view.
func ahead(r store.Reader, q bot.Query) (forecast, error) {
	group, err := q.Outlook.Group(q.Chat)
	return forecast{r, q.Outlook, q.Lang, group.Location()}, err
}

func rehearsalRows(r store.Reader, q bot.Query) (rows [][]string, err error) {
	f, err := ahead(r, q)
	if err != nil {
		return nil, err
	}
	days, _, ok := readDays(q.Args["days"], "")
	if !ok || q.Args["days"] == "" {
		days = 14
	}
	scenes, err := f.scenes(q.Now.AddDate(0, 0, days))
	if err != nil {
		return nil, err
	}
	for _, d := range f.days(scenes[:min(len(scenes), q.Limit)]) {
		for i, s := range d.scenes {
			row := f.row(s)
			if over := f.over(d); i == 0 && over != "" {
				row[4] = strings.Trim(row[4]+"，"+over, "，")
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func (f forecast) row(s scene) []string {
	it := f.item(s)
	row := []string{s.at.In(f.zone).Format(time.RFC3339), s.what, strconv.Itoa(s.groups), "", it.Note}
	if s.off {
		return row
	}
	row[3] = s.last.In(f.zone).Format(time.RFC3339)
	s.last = s.at // the column says it
	remarks, _ := f.remarks(s)
	row[4] = strings.Join(remarks, "，")
	return row
}

func number(e entry) string { return strconv.FormatUint(e.ID, 10) }

func entryRows(r store.Reader, q bot.Query) (s bot.Shown, err error) {
	all, err := readAll(r)
	if err != nil {
		return s, err
	}
	for _, e := range all[:min(len(all), q.Limit)] {
		group, err := q.Outlook.Group(e.Chat.ID)
		if err != nil {
			return s, err
		}
		next := e.Due.In(group.Location()).Format(time.RFC3339)
		if e.Paused {
			next = textPaused.In(q.Lang)
		} else if e.Due.IsZero() {
			next = textOver.In(q.Lang)
		}
		where, err := e.where(r, q.Lang)
		if err != nil {
			return s, err
		}
		s.Rows = append(s.Rows, bot.Row{Cells: []string{number(e), e.Spec, e.What.say(q.Lang), where, next}, Acts: entryActs(e)})
	}
	return s, nil
}

func entryActs(e entry) []bot.Act {
	toggle := bot.Act{Title: bot.Text{ZH: "停", EN: "pause"}, Say: "/定时 停 " + number(e)}
	if e.Paused {
		toggle = bot.Act{Title: bot.Text{ZH: "续", EN: "resume"}, Say: "/定时 续 " + number(e)}
	}
	return []bot.Act{
		toggle,
		{Title: bot.Text{ZH: "现在发一次", EN: "run now"}, Say: "/定时 现在 " + number(e), Grave: true},
		{
			Title: bot.Text{ZH: "改", EN: "change"}, Say: "/定时 改 " + number(e) + " {when}",
			Asks: []bot.Param{{Name: "when", Title: bot.Text{ZH: "新的时间，后面可以跟新的内容", EN: "another time, and perhaps another text"}, Value: e.Spec}},
		},
		{Title: bot.Text{ZH: "删", EN: "remove"}, Say: "/定时 删 " + number(e), Grave: true},
	}
}

// historyRows are what all entries did, newest first.
func historyRows(r store.Reader, q bot.Query) (rows [][]string, err error) {
	group, err := q.Outlook.Group(q.Chat)
	if err != nil {
		return nil, err
	}
	recent, err := newest(r, q.Limit)
	if err != nil {
		return nil, err
	}
	for _, p := range recent {
		has := ""
		if p.Groups > 0 && !p.Ran {
			n, err := sentOf(r, p.Tag, p.Groups)
			if err != nil {
				return nil, err
			}
			has = strconv.Itoa(n)
		}
		rows = append(rows, []string{
			p.At.In(group.Location()).Format(time.RFC3339), strconv.FormatUint(p.ID, 10), p.What, strconv.Itoa(p.Groups), has,
			p.outcome().In(q.Lang),
		})
	}
	return rows, nil
}

// outcome says in a word what became of a firing.
func (f firing) outcome() bot.Text {
	switch {
	case f.Off:
		return bot.Text{ZH: "跳过", EN: "left out"}
	case f.Halted:
		return bot.Text{ZH: "没有发：设它的人没有权限了", EN: "not sent: who made it may not any more"}
	case f.Missed > 0:
		return bot.Text{ZH: "错过", EN: "missed"}
	case f.Ran:
		return bot.Text{ZH: "执行了", EN: "run"}
	}
	return bot.Text{ZH: "发了", EN: "sent"}
}

func blastRows(r store.Reader, q bot.Query) (s bot.Shown, err error) {
	group, err := q.Outlook.Group(q.Chat)
	if err != nil {
		return s, err
	}
	for row, err := range blasts.Scan(r, store.Range{Limit: q.Limit}) {
		if err != nil {
			return s, err
		}
		b := row.Value
		n, _, err := countOf(r, b)
		if err != nil {
			return s, err
		}
		var chat bot.ChatID
		if err := store.Split(row.Key, &chat); err != nil {
			return s, err
		}
		line := bot.Row{Cells: []string{
			b.At.In(group.Location()).Format(time.RFC3339), b.Text, strconv.Itoa(len(b.To)), strconv.Itoa(n.sent), b.State.name().In(q.Lang),
		}}
		if chat == q.Chat { // one that was begun in a chat is led there
			line.Acts = b.acts()
		}
		s.Rows = append(s.Rows, line)
	}
	return s, nil
}

func (b broadcast) acts() []bot.Act {
	act := func(zh, en string, grave bool) bot.Act {
		return bot.Act{Title: bot.Text{ZH: zh, EN: en}, Say: "/广播 " + zh, Grave: grave}
	}
	switch b.State {
	case stageAsked:
		return []bot.Act{act("开始", "begin", true), act("取消", "drop", false)}
	case stageRunning:
		return []bot.Act{act("暂停", "pause", false), act("停", "stop", false), act("撤回", "recall", true)}
	case stagePaused:
		return []bot.Act{act("继续", "go on", false), act("停", "stop", false), act("撤回", "recall", true)}
	}
	return []bot.Act{act("撤回", "recall", true)}
}

func (s stage) name() bot.Text {
	switch s {
	case stageAsked:
		return bot.Text{ZH: "等您点开始", EN: "waits for your word"}
	case stageRunning:
		return bot.Text{ZH: "正在发", EN: "under way"}
	case stagePaused:
		return bot.Text{ZH: "已暂停", EN: "paused"}
	}
	return bot.Text{ZH: "发完或停了", EN: "over"}
}
