package checkin

import (
	"context"
	"slices"
	"strings"
	"time"

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
	textMyPlace    = bot.Text{ZH: "\n您是第 %d 名，%d 天", EN: "\nYou are number %d, %d days"}
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
	l, err := b.listing(c, kind)
	if err != nil {
		return err
	}
	if len(l.top) == 0 {
		empty := textEmptyBoard
		if kind == boardToday {
			empty = textEmpty
		}
		c.Say(head + c.T(empty))
		return nil
	}
	c.Say(head + l.text(c))
	if !wantsPicture(c.Arg("哪个榜")) || c.Event.Kind == bot.Asked {
		return nil
	}
	return draw(c, drawing{Board: l.picture(c, b)})
}

// A listing is a board as it is shown: its first rows, how many it has, and the place of who asks where it is further down.
type listing struct {
	kind   boardKind
	top    []place
	people int
	mine   place // rank 0 is nobody
}

func (b *book) listing(c *bot.Call, kind boardKind) (l listing, err error) {
	l.kind = kind
	most := boardSize
	if kind != boardToday {
		most = bot.MaxMembers
	}
	if l.top, err = top(c.Tx, b, kind, most); err != nil {
		return l, err
	}
	l.people = len(l.top)
	head, err := c.Who()
	if err != nil {
		return l, err
	}
	for _, p := range l.top[min(boardSize, len(l.top)):] {
		if p.who == head {
			l.mine = p
		}
	}
	l.top = l.top[:min(boardSize, len(l.top))]
	if kind != boardToday {
		return l, nil
	}
	if l.people, err = peopleOn(c.Tx, b.id, b.today); err != nil {
		return l, err
	}
	return l, l.findMine(c, b, head)
}

// findMine finds the place of who asks on the board of the day, where it is not among the first.
func (l *listing) findMine(c *bot.Call, b *book, head bot.PersonID) error {
	m, ok, err := marks.Get(c.Tx, b.id, c.Event.From.Person, int(b.today))
	if err != nil || !ok || m.Void || m.Rank <= boardSize {
		return err
	}
	h, _, err := habits.Get(c.Tx, b.id, head)
	l.mine = place{who: c.Event.From.Person, days: h.Streak, rank: m.Rank, at: m.At}
	return err
}

// title is what is written over a board.
func (k boardKind) title() bot.Text {
	return []bot.Text{textToday, textWeek, textMonth, textStreaks, textAll}[k]
}

// span is the time that a board is about.
func (k boardKind) span(c *bot.Call, today bot.Day) string {
	from := today
	switch k {
	case boardWeek:
		from = monday(today)
	case boardMonth:
		from = monthStart(today)
	}
	if from == today {
		return day(c, today)
	}
	return day(c, from) + "–" + day(c, today)
}

func (l listing) text(c *bot.Call) string {
	text, row := c.T(textBoard, l.people), textLine
	if l.kind != boardToday {
		text, row = c.T(textOver, c.T(l.kind.title())), textRow
	}
	for _, r := range l.top {
		text += c.T(row, r.rank, c.Name(r.who), r.days)
	}
	if more := l.people - len(l.top); more > 0 {
		text += c.T(textMore, more)
	}
	if l.mine.rank > 0 {
		text += c.T(textMyPlace, l.mine.rank, l.mine.days)
	}
	return text
}

func (l listing) picture(c *bot.Call, b *book) *pictures.Board {
	p := &pictures.Board{
		Look: look(c), Title: c.T(l.kind.title()), Group: bot.CleanName(c.Event.Chat.Name), Period: l.kind.span(c, b.today),
		Unit: c.T(textDays), People: l.people,
	}
	if b.plan.Name != "" {
		p.Group = b.plan.Name
	}
	for _, r := range append(l.top[:len(l.top):len(l.top)], l.mine) {
		if r.rank == 0 {
			continue
		}
		row := pictures.Row{Rank: r.rank, Name: c.Name(r.who), Value: r.days, Mine: r.who == c.Event.From.Person || r == l.mine}
		if !r.at.IsZero() {
			row.Note = r.at.In(b.cal.zone(r.at)).Format(time.TimeOnly)
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// A place is one row of a board.
type place struct {
	who  bot.PersonID
	days int
	rank int       // from 1
	at   time.Time // when they came, on the board of a day
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
		p := place{who: row.Value, days: -n, rank: len(list) + 1}
		if last := len(list) - 1; last >= 0 && list[last].days == p.days {
			p.rank = list[last].rank // as many days, as high a place
		}
		list = append(list, p)
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
		m, _, err := marks.Get(r, id, row.Value, int(d))
		if err != nil {
			return nil, err
		}
		list = append(list, place{row.Value, h.Streak, len(list) + 1, m.At})
	}
	return list, nil
}
