package checkin

import (
	"context"
	"slices"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

// boardSize bounds every board.
const boardSize = 20

func boardCommand() bot.Command {
	return bot.Command{
		Name: "打卡榜", Aliases: []string{"board"}, Args: "[哪个榜...]", Where: bot.InGroup,
		Summary: bot.Text{ZH: "打卡榜：今天、周、月、连续、总；写「图」画出来", EN: "boards: today, week, month, streak, all; 图 draws it"},
		Examples: []bot.Example{
			{Say: "/打卡榜", Reply: "…还没有人打卡…"},
			{Say: "/打卡榜 连续", Reply: "…还没有人打卡…"},
			{Say: "/打卡榜 早读", Reply: "…没有叫「早读」…"},
		},
		Run: board,
	}
}

var (
	textEmpty      = bot.Text{ZH: "今天还没有人打卡，来当第一个吧。", EN: "Nobody has checked in today. Be the first!"}
	textEmptyBoard = bot.Text{ZH: "这个榜上还没有人打卡，来当第一个吧。", EN: "Nobody is on this board yet. Be the first!"}
	textBoard      = bot.Text{ZH: "今天已有 %d 人打卡：", EN: "%d checked in today:"}
	textLine       = bot.Text{ZH: "\n%d. %s（连续 %d 天）", EN: "\n%d. %s (%d days)"}
	textRow        = bot.Text{ZH: "\n%d. %s %d 天", EN: "\n%d. %s, %d days"}
	textMore       = bot.Text{ZH: "\n…还有 %d 人", EN: "\n…and %d more"}
	textOver       = bot.Text{ZH: "%s：", EN: "%s:"}
	textToday      = bot.Text{ZH: "今日打卡榜", EN: "Today"}
	textWeek       = bot.Text{ZH: "本周打卡榜", EN: "This week"}
	textMonth      = bot.Text{ZH: "本月打卡榜", EN: "This month"}
	textStreaks    = bot.Text{ZH: "连续打卡榜", EN: "Longest runs"}
	textAll        = bot.Text{ZH: "总打卡榜", EN: "Of all time"}
	textDays       = bot.Text{ZH: "天", EN: "days"}
)

// A boardKind is one of the boards of a book.
type boardKind int

const (
	boardToday boardKind = iota
	boardWeek
	boardMonth
	boardStreak
	boardAll
)

func boardNamed(word string) (boardKind, bool) {
	switch strings.ToLower(word) {
	case "今天", "今日", "today":
		return boardToday, true
	case "周", "本周", "week":
		return boardWeek, true
	case "月", "本月", "month":
		return boardMonth, true
	case "连续", "streak":
		return boardStreak, true
	case "总", "全部", "all":
		return boardAll, true
	}
	return boardToday, false
}

// cutBoard reads the name of a board and of a plan, in any order.
func cutBoard(text string) (kind boardKind, name string) {
	for _, word := range strings.Fields(text) {
		if k, ok := boardNamed(word); ok {
			kind = k
		} else if name == "" && !isPicture(word) {
			name = word
		}
	}
	return kind, name
}

func isPicture(word string) bool { return word == "图" || word == "picture" }

func wantsPicture(text string) bool { return slices.ContainsFunc(strings.Fields(text), isPicture) }

func board(_ context.Context, c *bot.Call) error {
	kind, name := cutBoard(c.Arg("哪个榜"))
	b, err := theBook(c, name)
	if err != nil {
		return err
	}
	head := ""
	if name != "" {
		head = c.T(textOfPlan, b.plan.Name)
	}
	list, err := top(c.Tx, b, kind, boardSize)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		empty := textEmptyBoard
		if kind == boardToday {
			empty = textEmpty
		}
		c.Say(head + c.T(empty))
		return nil
	}
	people := len(list)
	if kind == boardToday {
		if people, err = peopleOn(c.Tx, b.id, b.today); err != nil {
			return err
		}
	}
	c.Say(head + boardText(c, kind, list, people))
	if !wantsPicture(c.Arg("哪个榜")) || c.Event.Kind == bot.Asked {
		return nil
	}
	return draw(c, drawing{Board: boardPicture(c, b, kind, list, people)})
}

// title is what is written over a board.
func (k boardKind) title() bot.Text {
	return []bot.Text{textToday, textWeek, textMonth, textStreaks, textAll}[k]
}

func boardText(c *bot.Call, kind boardKind, list []place, people int) string {
	text, row := c.T(textBoard, people), textLine
	if kind != boardToday {
		text, row = c.T(textOver, c.T(kind.title())), textRow
	}
	for i, r := range list {
		text += c.T(row, i+1, c.Name(r.who), r.days)
	}
	if more := people - len(list); more > 0 {
		text += c.T(textMore, more)
	}
	return text
}

func boardPicture(c *bot.Call, b *book, kind boardKind, list []place, people int) *pictures.Board {
	p := &pictures.Board{
		Look: look(c), Title: c.T(kind.title()), Group: bot.CleanName(c.Event.Chat.Name), Period: day(c, b.today),
		Unit: c.T(textDays), People: people,
	}
	if b.plan.Name != "" {
		p.Group = b.plan.Name
	}
	for _, r := range list {
		p.Rows = append(p.Rows, pictures.Row{Name: c.Name(r.who), Value: r.days, Mine: r.who == c.Event.From.Person})
	}
	return p
}

// A place is one row of a board.
type place struct {
	who  bot.PersonID
	days int
}

// top gives the first rows of a board that is kept in order.
func top(r store.Reader, b *book, kind boardKind, limit int) ([]place, error) {
	switch kind {
	case boardToday:
		return ranked(r, b.id, b.today, limit)
	case boardStreak:
		return indexed(r, alive, limit, b.id)
	case boardAll:
		return indexed(r, totals, limit, b.id)
	case boardMonth:
		return indexed(r, ranking, limit, b.id, monthOf(b.today))
	}
	return indexed(r, ranking, limit, b.id, weekOf(b.today))
}

// indexed reads an index whose keys are the given parts, a number below zero, and a person.
func indexed(r store.Reader, t store.Table[bot.PersonID], limit int, parts ...any) (list []place, err error) {
	rg := store.Under(parts...)
	rg.Limit = limit
	skip := make([]any, len(parts)+2)
	for row, err := range t.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		n := 0
		skip[len(parts)] = &n
		if err := store.Split(row.Key, skip...); err != nil {
			return nil, err
		}
		list = append(list, place{row.Value, -n})
	}
	return list, nil
}

// ranked gives the first of a day, in the order of their coming, with their streaks.
func ranked(r store.Reader, id bookID, d bot.Day, limit int) (list []place, err error) {
	rg := store.Under(id, int(d))
	rg.Limit = limit
	seen := map[bot.PersonID]bool{}
	for row, err := range order.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		head, err := bot.HeadOf(r, row.Value)
		if err != nil {
			return nil, err
		}
		if seen[head] {
			continue
		}
		seen[head] = true
		h, _, err := habits.Get(r, id, head)
		if err != nil {
			return nil, err
		}
		list = append(list, place{row.Value, h.Streak})
	}
	return list, nil
}
