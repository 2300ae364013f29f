package points

import (
	"strconv"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

var (
	columnTime = bot.Text{ZH: "时间", EN: "Time"}
	columnWhy  = bot.Text{ZH: "理由", EN: "Reason"}
)

// views are what the console and other readers may see.
func views() []bot.View {
	give := bot.Act{
		Title: bot.Text{ZH: "加分", EN: "Give points"}, Say: "/加分 {who} {points} {why}", Asks: []bot.Param{
			{Name: "who", Title: bot.Text{ZH: "给谁", EN: "Whom"}}, {Name: "points", Title: textPoints}, {Name: "why", Title: columnWhy},
		},
	}
	return []bot.View{
		{
			Name: "board", Title: bot.Text{ZH: "积分榜", EN: "Points"},
			Columns: []bot.Text{{ZH: "名次", EN: "#"}, {ZH: "名字", EN: "Name"}, textPoints}, Show: showBoard, Acts: []bot.Act{give},
		},
		{
			Name: "ledger", Title: bot.Text{ZH: "积分明细", EN: "Ledger of points"}, Of: bot.OfPerson,
			Columns: []bot.Text{columnTime, textPoints, columnWhy}, Rows: ledgerRows,
		},
	}
}

func showBoard(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	list, err := top(r, q.Chat, max(q.Limit, 0))
	for i, p := range list {
		shown.Rows = append(shown.Rows, bot.Row{Who: p.who, Cells: []string{strconv.Itoa(i + 1), p.name, strconv.Itoa(p.points)}, Acts: []bot.Act{{
			Title: bot.Text{ZH: "加分", EN: "Give points"}, Say: "/加分 #" + string(p.who) + " {points} {why}",
			Asks: []bot.Param{{Name: "points", Title: textPoints}, {Name: "why", Title: columnWhy}},
		}}})
	}
	return shown, err
}

// ledgerRows gives the newest entries of a person in a group; where none is named, in each of their groups after the other.
func ledgerRows(r store.Reader, q bot.Query) (rows [][]string, err error) {
	groups := []bot.Chat{{ID: q.Chat}}
	if q.Chat == "" {
		if groups, err = bot.Chats(r); err != nil {
			return nil, err
		}
	}
	zone := q.Zone
	if zone == nil {
		zone = time.UTC
	}
	for _, g := range groups {
		list, err := latest(r, g.ID, q.Who, max(q.Limit-len(rows), 0))
		if err != nil {
			return nil, err
		}
		for _, row := range list {
			rows = append(rows, []string{row.At.In(zone).Format(time.RFC3339), strconv.Itoa(row.Points), reason(q.Lang, row)})
		}
		if len(rows) >= q.Limit {
			break
		}
	}
	return rows, nil
}
