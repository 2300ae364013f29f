package history

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/sheets"
)

const (
	maxBytes  = 2 << 20
	maxRows   = 1000 // twice what a group holds
	maxCell   = 32   // characters of a name
	maxDays   = 5000
	maxPoints = 1_000_000
)

// A column is what one of the file is about.
type column string

const (
	colName    column = "name"
	colPoints  column = "points"
	colStreak  column = "streak"
	colTotal   column = "total"
	colBest    column = "best"
	colLast    column = "last"
	colInviter column = "inviter"
	colJoined  column = "joined"
	colSource  column = "source"
)

// columnNames are what people call the columns.
func columnNames() map[column][]string {
	return map[column][]string{
		colName:    {"名字", "昵称", "姓名", "群昵称", "微信名", "微信昵称", "name", "nickname", "nick"},
		colPoints:  {"积分", "分数", "points", "score"},
		colStreak:  {"连续", "连续天数", "连续打卡", "连续打卡天数", "streak"},
		colTotal:   {"累计", "累计天数", "累计打卡", "总天数", "总打卡", "打卡天数", "total", "days"},
		colBest:    {"最长", "最长连续", "best"},
		colLast:    {"最近打卡", "最后打卡", "最近", "last"},
		colInviter: {"邀请人", "推荐人", "介绍人", "inviter", "invitedby"},
		colJoined:  {"进群日期", "入群日期", "进群时间", "入群时间", "加入时间", "joined"},
		colSource:  {"来源", "渠道", "source", "channel"},
	}
}

// A table is what a file says, and what is wrong in it.
type table struct {
	Rows   []row   `json:"rows"`
	Faults []fault `json:"faults,omitempty"`
}

// A row is one person, as the file tells of them.
type row struct {
	Line    int       `json:"line"`
	Name    string    `json:"name"`
	Points  int       `json:"points,omitempty"`
	Streak  int       `json:"streak,omitempty"`
	Total   int       `json:"total,omitempty"`
	Best    int       `json:"best,omitempty"`
	Last    time.Time `json:"last,omitzero"`
	Inviter string    `json:"inviter,omitempty"`
	Joined  time.Time `json:"joined,omitzero"`
	Source  string    `json:"source,omitempty"`
}

// A fault is a cell that does not read. Its row is left out.
type fault struct {
	Line   int    `json:"line"`
	Column string `json:"column"`
	Cell   string `json:"cell"`
	Date   bool   `json:"date,omitempty"` // it should be a date, else a number
}

// A reading is what became of a file.
type reading struct {
	Name   string `json:"name"`
	Table  table  `json:"table"`
	Wrong  string `json:"wrong,omitempty"` // a key of faults
	Detail string `json:"detail,omitempty"`
}

// A trouble is a reason why a file cannot be read.
type trouble struct{ text bot.Text }

func (t trouble) say(c *bot.Call, detail string) string {
	if !strings.Contains(t.text.ZH, "%s") {
		return c.T(t.text)
	}
	return c.T(t.text, bot.CleanName(detail))
}

const (
	wrongEmpty   = "empty"
	wrongLarge   = "large"
	wrongColumns = "columns"
	wrongFormat  = "format"
)

func faults() map[string]trouble {
	return map[string]trouble{
		wrongEmpty: {bot.Text{ZH: "文件里没有人。第一行是列名，从第二行起一行一位。", EN: "Nobody is in the file. The first row names the columns, each further row is one person."}},
		wrongLarge: {bot.Text{ZH: "文件太大了，最多 2 MB、1000 行，请分几次。", EN: "The file is too large: at most 2 MB and 1000 rows. Please send it in parts."}},
		wrongColumns: {bot.Text{
			ZH: "第一行要有「名字」一列；这里有：%s", EN: "The first row needs a column called name; it has: %s",
		}},
		wrongFormat: {bot.Text{ZH: "这个文件读不懂：%s。请在 Excel 里另存为「CSV UTF-8」再发。", EN: "The file does not read: %s. Save it as “CSV UTF-8” and send it again."}},
	}
}

// readFile fetches and reads a file. What is wrong with it is a result, not a failure: the owner hears it at once.
func readFile(ctx context.Context, w bot.Work) (any, error) {
	var m bot.Media
	if err := json.Unmarshal(w.Data, &m); err != nil {
		return nil, bot.Permanent(err)
	}
	body, err := w.Fetch(ctx, m)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	got := reading{Name: m.Name}
	columns, lines, err := sheets.ReadCSV(body, maxBytes, maxRows)
	switch {
	case errors.Is(err, sheets.ErrEmpty):
		got.Wrong = wrongEmpty
	case errors.Is(err, sheets.ErrTooLarge):
		got.Wrong = wrongLarge
	case err != nil:
		got.Wrong, got.Detail = wrongFormat, err.Error()
	}
	if got.Wrong != "" {
		return got, nil
	}
	at := placeColumns(columns)
	if _, ok := at[colName]; !ok {
		got.Wrong, got.Detail = wrongColumns, strings.Join(columns, "、")
		return got, nil
	}
	got.Table = understand(at, columns, lines)
	return got, nil
}

// placeColumns finds where each column is.
func placeColumns(titles []string) map[column]int {
	at := map[column]int{}
	for col, names := range columnNames() {
		for i, title := range titles {
			if _, taken := at[col]; !taken && slices.Contains(names, strings.ToLower(strings.ReplaceAll(title, " ", ""))) {
				at[col] = i
			}
		}
	}
	return at
}

// understand reads the rows; one with a cell that does not read is left out, and listed.
func understand(at map[column]int, titles []string, lines []sheets.Line) (t table) {
	for _, l := range lines {
		u := reader{at: at, titles: titles, line: l}
		r := row{
			Line: l.Number, Name: u.text(colName), Inviter: u.text(colInviter), Source: u.text(colSource),
			Points: u.number(colPoints, -maxPoints, maxPoints), Streak: u.number(colStreak, 0, maxDays), Total: u.number(colTotal, 0, maxDays),
			Best: u.number(colBest, 0, maxDays), Last: u.date(colLast), Joined: u.date(colJoined),
		}
		switch {
		case len(u.faults) > 0:
			t.Faults = append(t.Faults, u.faults...)
		case r.Name != "":
			t.Rows = append(t.Rows, r)
		}
	}
	return t
}

// A reader reads the cells of one line.
type reader struct {
	at     map[column]int
	titles []string
	line   sheets.Line
	faults []fault
}

func (u *reader) cell(col column) string {
	i, ok := u.at[col]
	if !ok {
		return ""
	}
	return u.line.Cells[i]
}

func (u *reader) text(col column) string {
	if cell := []rune(u.cell(col)); len(cell) > maxCell {
		return string(cell[:maxCell])
	}
	return u.cell(col)
}

func (u *reader) number(col column, least, most int) int {
	cell := u.cell(col)
	if cell == "" {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSuffix(strings.ReplaceAll(cell, ",", ""), "分"), "天"))
	if err != nil || n < least || n > most {
		u.wrong(col, false)
	}
	return n
}

func (u *reader) date(col column) time.Time {
	cell := u.cell(col)
	if cell == "" {
		return time.Time{}
	}
	day, _, _ := strings.Cut(cell, " ")
	for _, layout := range []string{"2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日", "20060102"} {
		if t, err := time.Parse(layout, day); err == nil {
			return t
		}
	}
	u.wrong(col, true)
	return time.Time{}
}

func (u *reader) wrong(col column, date bool) {
	u.faults = append(u.faults, fault{Line: u.line.Number, Column: u.titles[u.at[col]], Cell: u.text(col), Date: date})
}
