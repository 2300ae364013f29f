package checkin

import (
	"strconv"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file is what the console and other readers may see. The names are relied on elsewhere.

const (
	viewDays  = 371 // 53 weeks
	viewWeeks = 12
)

var (
	columnRank    = bot.Text{ZH: "名次", EN: "#"}
	columnName    = bot.Text{ZH: "名字", EN: "Name"}
	columnTime    = bot.Text{ZH: "时间", EN: "Time"}
	columnStreak  = bot.Text{ZH: "连续", EN: "In a row"}
	columnTotal   = bot.Text{ZH: "共", EN: "In all"}
	columnDays    = bot.Text{ZH: "天数", EN: "Days"}
	columnDay     = bot.Text{ZH: "日期", EN: "Day"}
	columnPeople  = bot.Text{ZH: "人数", EN: "People"}
	columnState   = bot.Text{ZH: "打卡", EN: "Check-in"}
	columnWhen    = bot.Text{ZH: "打卡时间", EN: "When"}
	columnWhy     = bot.Text{ZH: "理由", EN: "Reason"}
	columnBy      = bot.Text{ZH: "谁改的", EN: "By"}
	columnNumber  = bot.Text{ZH: "编号", EN: "No."}
	columnUndone  = bot.Text{ZH: "收回", EN: "Taken back"}
	columnWeek    = bot.Text{ZH: "第一次打卡的那周", EN: "Week of the first check-in"}
	textThere     = bot.Text{ZH: "今天 %d 位打过卡", EN: "%d were there today"}
	textYesterday = bot.Text{ZH: "，昨天 %d 位", EN: ", %d yesterday"}
	textWeekNth   = bot.Text{ZH: "第 %d 周", EN: "Week %d"}
	textNewcomers = bot.Text{ZH: "开始的人", EN: "Began"}
)

func views() []bot.View {
	weeks := []bot.Text{columnWeek, textNewcomers}
	for n := range viewWeeks {
		weeks = append(weeks, bot.Text{ZH: format(bot.ZH, textWeekNth, n+1), EN: format(bot.EN, textWeekNth, n+1)})
	}
	return []bot.View{
		{
			Name: "today", Title: bot.Text{ZH: "今天的打卡", EN: "Today's check-ins"}, Page: bot.OnToday,
			Columns: []bot.Text{columnRank, columnName, columnTime, columnStreak, columnTotal}, Show: showToday,
		},
		{
			Name: "days", Title: bot.Text{ZH: "每天打卡的人数", EN: "People a day"}, Shape: bot.AsDays,
			Columns: []bot.Text{columnDay, columnPeople}, Rows: rowsOfDays,
		},
		{
			Name: "board", Title: bot.Text{ZH: "打卡榜", EN: "Boards"},
			Columns: []bot.Text{columnRank, columnName, columnDays},
			Params: []bot.Param{{
				Name: "board", Title: bot.Text{ZH: "哪个榜", EN: "Board"}, Value: "streak",
				Choices: onBoard,
			}, planParam()},
			Show: showBoard,
		},
		{
			Name: "retention", Title: bot.Text{ZH: "打卡留存（还来打卡的百分比）", EN: "Who still checks in (percent)"}, Shape: bot.AsHeat,
			Columns: weeks, Rows: retention,
		},
		{
			Name: "plans", Title: bot.Text{ZH: "打卡项目", EN: "Named check-ins"},
			Columns: []bot.Text{columnName, columnWhen, columnPeople}, Show: showPlans, Acts: []bot.Act{{
				Title: bot.Text{ZH: "加一个打卡项目", EN: "Add one"}, Say: "/打卡项 {name} {when}", Asks: []bot.Param{
					{Name: "name", Title: columnName}, {Name: "when", Title: columnWhen, Value: "05:00-08:00 工作日"},
				},
			}},
		},
		{
			Name: "calendar", Title: bot.Text{ZH: "打卡日历", EN: "Calendar of check-ins"}, Of: bot.OfPerson, Shape: bot.AsMarks,
			Columns: []bot.Text{columnDay, columnState}, Rows: rowsOfCalendar,
		},
		{
			Name: "corrections", Title: bot.Text{ZH: "打卡修改", EN: "Corrected check-ins"}, Page: bot.OnLog,
			Columns: []bot.Text{columnNumber, columnTime, columnName, columnDay, columnState, columnWhy, columnBy, columnUndone},
			Show:    showCorrections,
		},
	}
}

// onBoard are the boards to choose from.
func onBoard(_ store.Reader, q bot.Query) ([]bot.Choice, error) {
	list := []bot.Choice{{Value: "streak"}, {Value: "week"}, {Value: "month"}, {Value: "all"}}
	for i, kind := range []boardKind{boardStreak, boardWeek, boardMonth, boardAll} {
		list[i].Title = kind.title().In(q.Lang)
	}
	return list, nil
}

// planParam chooses one of the group's plans; "" is the group's own.
func planParam() bot.Param {
	return bot.Param{
		Name: "plan", Title: bot.Text{ZH: "打卡项目", EN: "Named check-in"}, Optional: true,
		Choices: func(r store.Reader, q bot.Query) ([]bot.Choice, error) {
			list, err := plansOf(r, q.Chat)
			choices := []bot.Choice{{Value: "", Title: textDaily.In(q.Lang)}}
			for _, p := range list {
				choices = append(choices, bot.Choice{Value: p.Name, Title: p.Name})
			}
			return choices, err
		},
	}
}

// showToday gives the check-ins of the day, the latest first.
func showToday(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	d, err := dayIn(r, q)
	if err != nil {
		return shown, err
	}
	id, most := bookOf(q.Chat, ""), max(q.Limit, 0)
	rg := store.Under(id, int(d))
	rg.Limit, rg.Reverse = most, true
	for row, err := range order.Scan(r, rg) {
		if err != nil {
			return shown, err
		}
		m, _, err := marks.Get(r, id, row.Value, int(d))
		if err != nil {
			return shown, err
		}
		h, name, head, err := habitAndName(r, id, q.Chat, row.Value)
		if err != nil {
			return shown, err
		}
		shown.Rows = append(shown.Rows, bot.Row{Who: head, Cells: []string{
			strconv.Itoa(m.Rank), name, moment(m.At, q.Zone), strconv.Itoa(h.Streak), strconv.Itoa(h.Total),
		}})
	}
	return shown, noteToday(r, q, id, d, &shown)
}

func noteToday(r store.Reader, q bot.Query, id bookID, d bot.Day, shown *bot.Shown) error {
	n, err := peopleOn(r, id, d)
	if err != nil {
		return err
	}
	before, err := peopleOn(r, id, d-1)
	if shown.Note = format(q.Lang, textThere, n); before > 0 {
		shown.Note += format(q.Lang, textYesterday, before)
	}
	return err
}

func moment(t time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format(time.RFC3339)
}

func habitAndName(r store.Reader, id bookID, chat bot.ChatID, who bot.PersonID) (h habit, name string, head bot.PersonID, err error) {
	if head, err = bot.HeadOf(r, who); err != nil {
		return h, "", head, err
	}
	if h, _, err = habits.Get(r, id, head); err != nil {
		return h, "", head, err
	}
	name, err = bot.NameIn(r, chat, who)
	return h, name, head, err
}

// rowsOfDays gives how many were there on each day, the oldest first.
func rowsOfDays(r store.Reader, q bot.Query) (rows [][]string, err error) {
	today, err := dayIn(r, q)
	if err != nil {
		return nil, err
	}
	id := bookOf(q.Chat, "")
	row, known, err := books.Get(r, id)
	if err != nil || !known {
		return nil, err
	}
	from, people := max(row.Opened, today-bot.Day(min(max(q.Limit, 0), viewDays))+1), map[int]int{}
	if err := scanDays(r, counts, from, func(d, n int) { people[d] += n }, id); err != nil {
		return nil, err
	}
	if err := scanDays(r, taken, from, func(d, n int) { people[d] -= n }, id); err != nil {
		return nil, err
	}
	for d := from; d <= today; d++ {
		rows = append(rows, []string{d.String(), strconv.Itoa(people[int(d)])})
	}
	return rows, nil
}

// showBoard gives one of the boards.
func showBoard(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	d, err := dayIn(r, q)
	if err != nil {
		return shown, err
	}
	kind, ok := boardNamed(q.Args["board"])
	if !ok || kind == boardToday {
		kind = boardStreak
	}
	p, ok, err := plans.Get(r, q.Chat, foldName(q.Args["plan"]))
	if err != nil || !ok && q.Args["plan"] != "" {
		return shown, err
	}
	list, err := top(r, &book{id: bookOf(q.Chat, p.Name), today: d}, kind, max(q.Limit, 0))
	for _, row := range list {
		name, err := bot.NameIn(r, q.Chat, row.who)
		if err != nil {
			return shown, err
		}
		shown.Rows = append(shown.Rows, bot.Row{Who: row.who, Cells: []string{strconv.Itoa(row.rank), name, strconv.Itoa(row.days)}})
	}
	return shown, err
}

// retention says of those who first checked in in each week how many percent were there in the weeks after it.
func retention(r store.Reader, q bot.Query) (rows [][]string, err error) {
	today, err := dayIn(r, q)
	if err != nil {
		return nil, err
	}
	id, this := bookOf(q.Chat, ""), monday(today)
	start := this - 7*(viewWeeks-1)
	first := map[bot.PersonID]int{} // the number of the week each began in; -1 is before the first that is shown
	var came [viewWeeks][viewWeeks]int
	for week := range viewWeeks {
		list, err := indexed(r, ranking, bot.MaxMembers, id, weekOf(start+bot.Day(7*week)))
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			if _, known := first[p.who]; !known {
				if first[p.who], err = firstWeek(r, id, p.who, start); err != nil {
					return nil, err
				}
			}
			if n := first[p.who]; n >= 0 {
				came[n][week-n]++
			}
		}
	}
	for n := range min(viewWeeks, max(q.Limit, 0)) {
		began := came[n][0]
		if began == 0 {
			continue
		}
		cells := make([]string, 2+viewWeeks)
		cells[0], cells[1] = (start + bot.Day(7*n)).String(), strconv.Itoa(began)
		for later := range viewWeeks - n {
			cells[2+later] = strconv.Itoa(100 * came[n][later] / began)
		}
		rows = append(rows, cells)
	}
	return rows, nil
}

// firstWeek is the number of the week somebody first checked in in, counted from a Monday; -1 is before it.
func firstWeek(r store.Reader, id bookID, head bot.PersonID, start bot.Day) (int, error) {
	who, err := bot.PersonOf(r, head)
	if err != nil {
		return 0, err
	}
	first := bot.Day(0)
	for _, p := range who.Identities {
		for row, err := range marks.Scan(r, store.Under(id, p)) {
			if err != nil {
				return 0, err
			}
			if row.Value.Void {
				continue
			}
			var d int
			if err := store.Split(row.Key, nil, nil, &d); err != nil {
				return 0, err
			}
			if first == 0 || bot.Day(d) < first {
				first = bot.Day(d)
			}
			break
		}
	}
	if first < start {
		return -1, nil
	}
	return int(first-start) / 7, nil
}

// showPlans gives the named check-ins with how many were there today.
func showPlans(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	d, err := dayIn(r, q)
	if err != nil {
		return shown, err
	}
	list, err := plansOf(r, q.Chat)
	for _, p := range list {
		n, err := peopleOn(r, bookOf(q.Chat, p.Name), d)
		if err != nil {
			return shown, err
		}
		shown.Rows = append(shown.Rows, bot.Row{
			Cells: []string{p.Name, p.text(q.Lang), strconv.Itoa(n)},
			Args:  map[string]string{"plan": p.Name},
			Acts:  []bot.Act{{Title: bot.Text{ZH: "删", EN: "Remove"}, Say: "/打卡项 " + p.Name + " 删", Grave: true}},
		})
	}
	return shown, err
}

// rowsOfCalendar gives a person's days, the oldest first: done, madeup, frozen or off. Where no group is named the days of
// all of them are laid over each other.
func rowsOfCalendar(r store.Reader, q bot.Query) (rows [][]string, err error) {
	who, err := bot.PersonOf(r, q.Who)
	if err != nil {
		return nil, err
	}
	today, err := dayIn(r, q)
	if err != nil {
		return nil, err
	}
	chats := []bot.Chat{{ID: q.Chat}}
	if q.Chat == "" {
		if chats, err = bot.Chats(r); err != nil {
			return nil, err
		}
	}
	from, states := today-bot.Day(min(max(q.Limit, 0), viewDays))+1, map[int]dayState{}
	for _, chat := range chats {
		if err := statesOf(r, bookOf(chat.ID, ""), who, from, states); err != nil {
			return nil, err
		}
	}
	for d := from; d <= today; d++ {
		if s := states[int(d)]; s != stateBlank {
			rows = append(rows, []string{d.String(), s.String()})
		}
	}
	return rows, nil
}

// showCorrections gives the corrections, the latest first.
func showCorrections(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	rg := store.Under(q.Chat)
	rg.Limit, rg.Reverse = max(q.Limit, 0), true
	for row, err := range changes.Scan(r, rg) {
		if err != nil {
			return shown, err
		}
		var n int
		if err := store.Split(row.Key, nil, &n); err != nil {
			return shown, err
		}
		one, err := correctionRow(r, q, n, row.Value)
		if err != nil {
			return shown, err
		}
		shown.Rows = append(shown.Rows, one)
	}
	return shown, nil
}

func correctionRow(r store.Reader, q bot.Query, n int, ch change) (bot.Row, error) {
	name, err := bot.NameIn(r, q.Chat, ch.Who)
	if err != nil {
		return bot.Row{}, err
	}
	by := textManager.In(q.Lang)
	if ch.By != "" {
		if by, err = bot.NameIn(r, q.Chat, ch.By); err != nil {
			return bot.Row{}, err
		}
	}
	row := bot.Row{Who: ch.Who, Cells: []string{
		strconv.Itoa(n), moment(ch.At, q.Zone), name, ch.Day.String(), yesText(ch.Now.there()).In(q.Lang), bot.CleanName(ch.Why), by, "",
	}}
	if ch.Undone != nil {
		row.Cells[len(row.Cells)-1] = moment(ch.Undone.At, q.Zone)
		return row, nil
	}
	row.Acts = []bot.Act{{
		Title: bot.Text{ZH: "收回", EN: "Take back"}, Say: "/撤销 " + strconv.Itoa(n) + " {why}",
		Asks: []bot.Param{{Name: "why", Title: columnWhy}},
	}}
	return row, nil
}
