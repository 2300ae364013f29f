// Package checkin keeps the daily habit: one 打卡 a day for each person in each group, and the streak it makes.
//
// A check-in counts on the group's day in which the member sent it, whenever the bot reads it. The streak is kept beside
// the days and worked out anew from them where a check-in arrives out of order.
package checkin

import (
	"context"
	"strconv"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A mark is one day of one person.
type mark struct {
	At   time.Time `json:"at"`
	Rank int       `json:"rank"` // the how-many-eth of the group that day
}

// A habit is what a person's days add up to.
type habit struct {
	Last   bot.Day `json:"last"`
	Streak int     `json:"streak"` // days in a row that end with Last
	Best   int     `json:"best"`
	Total  int     `json:"total"`
}

// Done is the fact "checkin.done": somebody's day counts, whoever saw to it.
type Done struct {
	Who bot.PersonID `json:"who"`
	Day bot.Day      `json:"day"`
}

const (
	marks  = store.Table[mark]("checkin/days")          // chat, person, day
	habits = store.Table[habit]("checkin/habits")       // chat, person
	order  = store.Table[bot.PersonID]("checkin/order") // chat, day, rank
	counts = store.Table[int]("checkin/counts")         // chat, day
)

// boardSize bounds every board.
const boardSize = 20

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:    "checkin",
		Summary: bot.Text{ZH: "每日打卡", EN: "daily check-in"},
		Commands: []bot.Command{
			{
				Name: "打卡", Aliases: []string{"签到", "checkin"}, Bare: true, Args: "[内容...]", Where: bot.InGroup,
				Summary:  bot.Text{ZH: "打今天的卡", EN: "check in for today"},
				Examples: []bot.Example{{Say: "打卡", Reply: "…打卡成功…第 1 天…"}, {Say: "/签到 读了二十页", Reply: "…打卡成功…"}},
				Run:      checkIn,
			},
			{
				Name: "我的打卡", Aliases: []string{"mycheckins"}, Where: bot.InGroup,
				Summary:  bot.Text{ZH: "看自己连续多少天", EN: "your own streak"},
				Examples: []bot.Example{{Say: "/我的打卡", Reply: "…还没有打过卡…"}},
				Run:      mine,
			},
			{
				Name: "打卡榜", Aliases: []string{"board"}, Where: bot.InGroup,
				Summary:  bot.Text{ZH: "今天谁打了卡", EN: "who checked in today"},
				Examples: []bot.Example{{Say: "/打卡榜", Reply: "…还没有人打卡…"}},
				Run:      board,
			},
		},
		Views: []bot.View{{
			Name: "today", Title: bot.Text{ZH: "今天的打卡", EN: "Today's check-ins"},
			Columns: []bot.Text{{ZH: "名次", EN: "#"}, {ZH: "名字", EN: "Name"}, {ZH: "连续", EN: "Streak"}},
			Rows:    today,
		}},
	}
}

var (
	textDone   = bot.Text{ZH: "%s打卡成功！今天第 %d 个，连续第 %d 天，共 %d 天。", EN: "%sChecked in! Number %d today, day %d in a row, %d in all."}
	textBest   = bot.Text{ZH: " 这是您最长的一次，继续！", EN: " Your longest run yet!"}
	textAgain  = bot.Text{ZH: "%s今天 %s 已经打过卡啦，连续 %d 天，明天见～", EN: "%sYou already checked in today at %s: %d days in a row. See you tomorrow!"}
	textMine   = bot.Text{ZH: "%s连续 %d 天，最长 %d 天，共 %d 天，最近一次是 %s。", EN: "%s%d days in a row, longest %d, %d in all, last on %s."}
	textNone   = bot.Text{ZH: "%s还没有打过卡，发「打卡」就开始啦。", EN: "%sNo check-ins yet. Send 打卡 to begin."}
	textEmpty  = bot.Text{ZH: "今天还没有人打卡，来当第一个吧。", EN: "Nobody has checked in today. Be the first!"}
	textBoard  = bot.Text{ZH: "今天已有 %d 人打卡：", EN: "%d checked in today:"}
	textLine   = bot.Text{ZH: "\n%d. %s（连续 %d 天）", EN: "\n%d. %s (%d days)"}
	textNobody = bot.Text{ZH: "打卡要自己在群里打哦。", EN: "People check in for themselves, in the group."}
	textMore   = bot.Text{ZH: "\n…还有 %d 人", EN: "\n…and %d more"}
)

func checkIn(_ context.Context, c *bot.Call) error {
	chat, who, day := c.Event.Chat.ID, c.Event.From.Person, c.Day(c.Event.At)
	if who == "" {
		return bot.Refuse(textNobody)
	}
	if was, ok, err := marks.Get(c.Tx, chat, who, int(day)); err != nil {
		return err
	} else if ok {
		h, _, err := habits.Get(c.Tx, chat, who)
		c.Reply(textAgain, c.At(), was.At.In(c.Zone()).Format("15:04"), h.Streak)
		return err
	}
	n, _, err := counts.Get(c.Tx, chat, int(day))
	if err != nil {
		return err
	}
	n++
	if err := keep(c.Tx, chat, who, day, mark{At: c.Event.At, Rank: n}); err != nil {
		return err
	}
	h, err := advance(c.Tx, chat, who, day)
	if err != nil {
		return err
	}
	text := c.T(textDone, c.At(), n, h.Streak, h.Total)
	if h.Streak > 1 && h.Streak == h.Best && h.Total > h.Best {
		text += c.T(textBest)
	}
	c.Say(text)
	return c.Emit("done", Done{Who: who, Day: day})
}

// keep writes the day and its indexes.
func keep(tx store.Tx, chat bot.ChatID, who bot.PersonID, day bot.Day, m mark) error {
	if err := marks.Put(tx, m, chat, who, int(day)); err != nil {
		return err
	}
	if err := order.Put(tx, who, chat, int(day), m.Rank); err != nil {
		return err
	}
	return counts.Put(tx, m.Rank, chat, int(day))
}

// advance brings a person's habit up to date with a new day.
func advance(tx store.Tx, chat bot.ChatID, who bot.PersonID, day bot.Day) (habit, error) {
	h, known, err := habits.Get(tx, chat, who)
	if err != nil {
		return h, err
	}
	h.Total++
	switch {
	case !known || day > h.Last+1:
		h.Last, h.Streak = day, 1
	case day == h.Last+1:
		h.Last, h.Streak = day, h.Streak+1
	default: // an earlier day, told late: it may have joined two runs, of which neither need be the last
		if h.Streak, err = run(tx, chat, who, h.Last, -1); err != nil {
			return h, err
		}
		before, err := run(tx, chat, who, day, -1)
		if err != nil {
			return h, err
		}
		after, err := run(tx, chat, who, day, +1)
		if err != nil {
			return h, err
		}
		h.Best = max(h.Best, before+after-1)
	}
	h.Best = max(h.Best, h.Streak)
	return h, habits.Put(tx, h, chat, who)
}

// run counts the days in a row from a day on, backwards or forwards, from the days themselves.
func run(tx store.Tx, chat bot.ChatID, who bot.PersonID, day bot.Day, step int) (n int, err error) {
	rg := store.Under(chat, who)
	if step < 0 {
		rg.To, rg.Reverse = store.Key(chat, who, int(day)+1), true
	} else {
		rg.From = store.Key(chat, who, int(day))
	}
	for row, err := range marks.Scan(tx, rg) {
		if err != nil {
			return 0, err
		}
		if row.Key != store.Key(chat, who, int(day)+n*step) {
			break
		}
		n++
	}
	return n, nil
}

func mine(_ context.Context, c *bot.Call) error {
	h, ok, err := habits.Get(c.Tx, c.Event.Chat.ID, c.Event.From.Person)
	if err != nil {
		return err
	}
	if !ok {
		c.Reply(textNone, c.At())
		return nil
	}
	c.Reply(textMine, c.At(), h.current(c.Day(c.Event.At)), h.Best, h.Total, h.Last)
	return nil
}

// current is the streak as it stands on a day: today may still come, a day missed ends it.
func (h habit) current(today bot.Day) int {
	if h.Last < today-1 {
		return 0
	}
	return h.Streak
}

func board(_ context.Context, c *bot.Call) error {
	day := c.Day(c.Event.At)
	n, _, err := counts.Get(c.Tx, c.Event.Chat.ID, int(day))
	if err != nil {
		return err
	}
	if n == 0 {
		c.Reply(textEmpty)
		return nil
	}
	list, err := ranking(c.Tx, c.Event.Chat.ID, day, boardSize)
	if err != nil {
		return err
	}
	text := c.T(textBoard, n)
	for i, p := range list {
		text += c.T(textLine, i+1, p.name, p.streak)
	}
	if more := n - len(list); more > 0 {
		text += c.T(textMore, more)
	}
	c.Say(text)
	return nil
}

type ranked struct {
	name   string
	streak int
}

// ranking gives the first of a day, in the order of their coming.
func ranking(r store.Reader, chat bot.ChatID, day bot.Day, limit int) ([]ranked, error) {
	rg := store.Under(chat, int(day))
	rg.Limit = limit
	var list []ranked
	for row, err := range order.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		name, err := bot.NameIn(r, chat, row.Value)
		if err != nil {
			return nil, err
		}
		h, _, err := habits.Get(r, chat, row.Value)
		if err != nil {
			return nil, err
		}
		list = append(list, ranked{name, h.current(day)})
	}
	return list, nil
}

func today(r store.Reader, q bot.Query) ([][]string, error) {
	list, err := ranking(r, q.Chat, q.Day, q.Limit)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for i, p := range list {
		rows = append(rows, []string{strconv.Itoa(i + 1), p.name, strconv.Itoa(p.streak)})
	}
	return rows, nil
}
