package onboarding

import (
	"slices"
	"strconv"

	"sixtwenty/bot"
	"sixtwenty/store"
)

var (
	columnSilent = bot.Text{ZH: "多久", EN: "For how long"}
	columnPeople = bot.Text{ZH: "人数", EN: "People"}
	columnShare  = bot.Text{ZH: "占全群", EN: "Share"}
	textWeekOf   = bot.Text{ZH: "一周没说话", EN: "silent for a week"}
	textMonthOf  = bot.Text{ZH: "一个月没说话", EN: "silent for a month"}
	textNever    = bot.Text{ZH: "还没听过", EN: "never heard"}
	textShareOf  = bot.Text{ZH: "全群的 %d%%", EN: "%d%% of the group"}
)

// silentRows tell how many of the members have not written of late, the check-ins counted as words.
func silentRows(r store.Reader, q bot.Query) ([][]string, error) {
	list, err := bot.Members(r, q.Chat)
	if err != nil {
		return nil, err
	}
	me, err := bot.Me(r)
	list = slices.DeleteFunc(list, func(m bot.Member) bool { return m.Person == me })
	if err != nil || len(list) == 0 {
		return nil, err
	}
	week, month, never := 0, 0, 0
	for _, m := range list {
		last, known, err := seen.Get(r, q.Chat, m.Person)
		if err != nil {
			return nil, err
		}
		if !known {
			never++
		}
		if !known || last <= q.Day-7 {
			week++
		}
		if !known || last <= q.Day-30 {
			month++
		}
	}
	var rows [][]string
	for _, f := range []struct {
		text bot.Text
		n    int
	}{{textWeekOf, week}, {textMonthOf, month}, {textNever, never}} {
		rows = append(rows, []string{f.text.In(q.Lang), strconv.Itoa(f.n), say(q.Lang, textShareOf, 100*f.n/len(list))})
	}
	return rows, nil
}
