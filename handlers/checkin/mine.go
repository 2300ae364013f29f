package checkin

import (
	"context"
	"time"

	"sixtwenty/bot"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

func mineCommand() bot.Command {
	return bot.Command{
		Name: "我的打卡", Aliases: []string{"mycheckins"}, Args: "[项目]",
		Summary:  bot.Text{ZH: "自己的连续天数和这个月的日历", EN: "your own streak, and this month's calendar"},
		Examples: []bot.Example{{Say: "/我的打卡", Reply: "…还没有打过卡…"}},
		Run:      inPrivate(mine),
	}
}

var (
	textMine    = bot.Text{ZH: "%s连续 %d 天，最长 %d 天，共 %d 天。", EN: "%s%d days in a row, longest %d, %d in all."}
	textLast    = bot.Text{ZH: "最近一次是 %s。", EN: " Last on %s."}
	textFreezes = bot.Text{ZH: "冻结卡 %d 张。", EN: " Freezes: %d."}
	textInToday = bot.Text{ZH: "今天 %s 打的卡。", EN: " Today at %s."}
	textNone    = bot.Text{ZH: "%s还没有打过卡，发「打卡」就开始啦。", EN: "%sNo check-ins yet. Send 打卡 to begin."}
)

func mine(_ context.Context, c *bot.Call) error {
	if c.Event.From.Person == "" {
		return bot.Refuse(textNobody)
	}
	name := c.Arg("项目")
	if isPicture(name) { // there is one anyway
		name = ""
	}
	b, err := theBook(c, name)
	if err != nil {
		return err
	}
	head, err := c.Who()
	if err != nil {
		return err
	}
	h, ok, err := habits.Get(c.Tx, b.id, head)
	if err != nil {
		return err
	}
	if !ok {
		c.Reply(textNone, to(c))
		return nil
	}
	text := c.T(textMine, to(c), h.Streak, h.Best, h.Total)
	switch at, err := b.timeToday(c.Tx, head); {
	case err != nil:
		return err
	case at.IsZero():
		text += c.T(textLast, day(c, h.Last))
	default:
		text += c.T(textInToday, at.In(b.cal.zone(at)).Format(time.TimeOnly))
	}
	if h.Freezes > 0 {
		text += c.T(textFreezes, h.Freezes)
	}
	c.Say(text)
	m, err := b.month(c, head, h)
	if err != nil {
		return err
	}
	return draw(c, drawing{Month: m})
}

// timeToday is when a person checked in today; zero where they have not.
func (b *book) timeToday(r store.Reader, head bot.PersonID) (time.Time, error) {
	who, err := bot.PersonOf(r, head)
	if err != nil {
		return time.Time{}, err
	}
	for _, p := range who.Identities {
		m, ok, err := marks.Get(r, b.id, p, int(b.today))
		if err != nil {
			return time.Time{}, err
		}
		if ok && m.there() {
			return m.At, nil
		}
	}
	return time.Time{}, nil
}

// month is the calendar of this month.
func (b *book) month(c *bot.Call, head bot.PersonID, h habit) (*pictures.Month, error) {
	date := b.today.Date()
	m := &pictures.Month{
		Look: look(c), Name: c.Event.From.Shown(), Group: bot.CleanName(c.Event.Chat.Name), Year: date.Year(), Month: date.Month(),
		Days: make([]pictures.Mark, 31), Today: date.Day(), Streak: h.Streak, Longest: h.Best, Total: h.Total,
	}
	if b.plan.Name != "" {
		m.Group = b.plan.Name
	}
	who, err := bot.PersonOf(c.Tx, head)
	if err != nil {
		return nil, err
	}
	from, states := monthStart(b.today), map[int]dayState{}
	if err := statesOf(c.Tx, b.id, who, from, states); err != nil {
		return nil, err
	}
	for d, s := range states {
		if i := d - int(from); i < len(m.Days) {
			m.Days[i] = s.mark()
		}
	}
	return m, nil
}

// A dayState is what became of a day of somebody; of two that hold, the higher one is shown.
type dayState int

const (
	stateBlank dayState = iota
	stateOff
	stateFrozen
	stateMadeUp
	stateDone
)

func (s dayState) mark() pictures.Mark {
	return []pictures.Mark{pictures.Blank, pictures.Off, pictures.Frozen, pictures.MadeUp, pictures.Done}[s]
}

func (s dayState) String() string { return []string{"", "off", "frozen", "madeup", "done"}[s] }

// statesOf adds what became of somebody's days in a book, from one day on.
func statesOf(r store.Reader, id bookID, who bot.Person, from bot.Day, states map[int]dayState) error {
	set := func(d int, s dayState) { states[d] = max(states[d], s) }
	if err := scanDays(r, offs, from, func(d int, _ off) { set(d, stateOff) }, id); err != nil {
		return err
	}
	if err := scanDays(r, frozen, from, func(d int, _ struct{}) { set(d, stateFrozen) }, id, who.Head); err != nil {
		return err
	}
	for _, p := range who.Identities {
		err := scanDays(r, marks, from, func(d int, m mark) {
			switch {
			case m.Void:
			case m.Made:
				set(d, stateMadeUp)
			default:
				set(d, stateDone)
			}
		}, id, p)
		if err != nil {
			return err
		}
	}
	return nil
}

// scanDays gives the rows of a table whose keys are these parts and a day, from one day on.
func scanDays[T any](r store.Reader, t store.Table[T], from bot.Day, fn func(d int, v T), parts ...any) error {
	rg := store.Under(parts...)
	rg.From = store.Key(append(parts[:len(parts):len(parts)], int(from))...)
	rg.Limit = maxClosing
	into := make([]any, len(parts)+1)
	for row, err := range t.Scan(r, rg) {
		if err != nil {
			return err
		}
		var d int
		into[len(parts)] = &d
		if err := store.Split(row.Key, into...); err != nil {
			return err
		}
		fn(d, row.Value)
	}
	return nil
}
