// Package checkin keeps the daily habit: who was there on which day, and the streaks, boards and teams that it makes.
//
// A check-in counts on the group's day in which the member sent it, whenever the bot reads it. What somebody did is a fact
// of the identity that did it (marks); what it adds up to is kept per person and can be worked out anew from the facts and
// from what was written down when each day ended (offs, rules), so that corrections, late messages and merges of people
// give the same as if everything had come in order. rules.go is that arithmetic; book.go ends the days; habit.go keeps what
// follows; the other files are one command or one duty each.
package checkin

import (
	"context"
	"slices"
	"strconv"
	"time"

	"sixtwenty/bot"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

// Feature declares it. open gives the Studio that draws.
func Feature(open pictures.Opener) bot.Feature {
	return bot.Feature{
		Name:     "checkin",
		Summary:  bot.Text{ZH: "每日打卡", EN: "daily check-in"},
		Settings: Defaults(),
		Commands: slices.Concat([]bot.Command{
			checkInCommand(), mineCommand(), boardCommand(), statsCommand(), makeUpCommand(), certificateCommand(), missingCommand(),
			planCommand(), teamCommand(), duelCommand(),
		}, correctCommands()),
		Watches: []bot.Watch{
			{On: bot.Message, Summary: bot.Text{ZH: "认出机主定的打卡词和打卡图片", EN: "knows the owner's words and pictures for checking in"}, Run: heard},
			{On: "history.taken", Summary: bot.Text{ZH: "收下以前的打卡记录", EN: "takes streaks from before"}, Run: inherit, Optional: true},
			{On: "checkin." + workPicture, Summary: bot.Text{ZH: "发出画好的图", EN: "sends what was drawn"}, Run: showPicture},
		},
		Timers: map[string]bot.Run{timerDay: endOfDay, timerEnd: endLate, timerCard: showCards, timerQuestion: dropQuestion},
		Jobs:   []bot.Job{remindJob()},
		Works:  map[string]func(context.Context, bot.Work) (any, error){workPicture: artist(open)},
		Keeps:  bot.BlobsOf(), // a picture is sent and never again
		Views:  views(),
		About:  about, Past: pastOf, Report: report, Why: why, Identity: identity, Forget: forget,
	}
}

func checkInCommand() bot.Command {
	return bot.Command{
		Name: "打卡", Aliases: []string{"签到", "checkin"}, Bare: true, Args: "[内容...]",
		Summary:  bot.Text{ZH: "打今天的卡", EN: "check in for today"},
		Examples: []bot.Example{{Say: "打卡", Reply: "…打卡成功…第 1 天…"}, {Say: "/签到 读了二十页", Reply: "…打卡成功…"}},
		Run:      checkIn,
	}
}

// A Done is the fact "checkin.done": an identity was there on a day. It is told once for each person, plan and day, and again
// where a correction was taken back.
type Done struct {
	Who    bot.PersonID `json:"who"`
	Day    bot.Day      `json:"day"`
	Plan   string       `json:"plan,omitempty"` // "" is the group's own
	Streak int          `json:"streak"`
	Total  int          `json:"total"`
}

// An Undone is the fact "checkin.undone": corrections left an identity no day at all.
type Undone struct {
	Who bot.PersonID `json:"who"`
}

// A result is what a check-in came to in one book.
type result struct {
	book   *book
	mark   mark
	was    habit
	now    habit
	again  bool // they were there already
	earned bool // a freeze
	saved  bool // by a freeze spent since the last time
}

var (
	textNobody = bot.Text{ZH: "打卡要自己在群里打哦。", EN: "People check in for themselves, in the group."}
	textVoided = bot.Text{ZH: "今天的打卡被管理员撤下了，发 /为什么 打卡 看看原因。", EN: "A manager took today's check-in back; /why 打卡 says the reason."}
	textClosed = bot.Text{ZH: "现在不是打卡时间：%s", EN: "This is not the time to check in: %s"}
	textTime   = bot.Text{ZH: "「%s」%s", EN: "%s %s"}
	textDaily  = bot.Text{ZH: "打卡", EN: "check-in"}
)

func checkIn(ctx context.Context, c *bot.Call) error {
	if !c.Event.Chat.Group && c.Event.From.Person != "" {
		return checkInPrivately(ctx, c)
	}
	if err := attend(c, c.Arg("内容"), ""); err != nil {
		return err
	}
	return c.Emit("written", nil) // once for each message, which no watch hears: a command took it
}

// attend checks the sender in for every book that is open, or for the one that the text names. came is the kind of media
// that was sent for it.
func attend(c *bot.Call, text string, came bot.MediaKind) error {
	if c.Event.From.Person == "" {
		return bot.Refuse(textNobody)
	}
	open, text, err := openNow(c, text)
	if err != nil {
		return err
	}
	s := bot.Settings[Settings](c)
	ready, err := complete(c, s, open, text, came)
	if err != nil || !ready {
		return err
	}
	head, err := c.Who()
	if err != nil {
		return err
	}
	var list []result
	for _, b := range open {
		r, err := b.checkIn(c, head, amount(text, s.Unit))
		if err != nil {
			return err
		}
		list = append(list, r)
	}
	return answer(c, s, head, list)
}

// openNow gives the books that a text sent now counts in, and the text without the name of a plan.
func openNow(c *bot.Call, text string) (open []*book, rest string, err error) {
	all, err := booksOf(c, c.Event.At)
	if err != nil {
		return nil, text, err
	}
	name, after := cutName(text)
	times := ""
	for _, b := range all {
		if b.plan.Name != "" && foldName(b.plan.Name) == name {
			if !b.isOpen(c) {
				return nil, text, bot.Refuse(textClosed, c.T(textTime, b.plan.Name, b.plan.text(c.Group().Language)))
			}
			return []*book{b}, after, nil
		}
		if b.isOpen(c) {
			open = append(open, b)
		}
		times += c.T(textTime, b.title(c), plan{Window: b.window(c), Days: b.plan.Days, Start: b.plan.Start, End: b.plan.End}.text(c.Group().Language))
	}
	if len(open) > 0 {
		open, err = countable(c, open)
		return open, text, err
	}
	if done, err := marks.Has(c.Tx, all[0].id, c.Event.From.Person, int(all[0].today)); err != nil || done {
		return all[:1], text, err
	}
	return nil, text, bot.Refuse(textClosed, times)
}

// countable leaves out the books of which a manager took the day back, where another is open: it counts in that all the same.
func countable(c *bot.Call, open []*book) (rest []*book, err error) {
	if len(open) == 1 {
		return open, nil
	}
	for _, b := range open {
		m, _, err := marks.Get(c.Tx, b.id, c.Event.From.Person, int(b.today))
		if err != nil {
			return nil, err
		}
		if !m.Void {
			rest = append(rest, b)
		}
	}
	if len(rest) == 0 {
		return open, nil
	}
	return rest, nil
}

func (b *book) title(c *bot.Call) string {
	if b.plan.Name == "" {
		return c.T(textDaily)
	}
	return b.plan.Name
}

func (b *book) isOpen(c *bot.Call) bool {
	return b.plan.on(b.today) && b.window(c).holds(c.Event.At, b.cal.zone(c.Event.At))
}

// checkIn keeps that the sender was there, once for each person and day.
func (b *book) checkIn(c *bot.Call, head bot.PersonID, sum int) (r result, err error) {
	who, d := c.Event.From.Person, b.today
	r = result{book: b}
	m, known, err := marks.Get(c.Tx, b.id, who, int(d))
	if err != nil {
		return r, err
	}
	if known {
		if m.Void {
			return r, bot.Refuse(textVoided)
		}
		return b.again(c, head, m, sum)
	}
	if r.was, _, err = habits.Get(c.Tx, b.id, head); err != nil {
		return r, err
	}
	if r.again, err = b.double(c.Tx, head, who, d, r.was); err != nil {
		return r, err
	}
	r.mark = mark{At: c.Event.At, Sum: sum}
	if r.mark.Rank, err = b.rank(c.Tx, who, d); err != nil {
		return r, err
	}
	if err := b.reward(c, who, &r.mark); err != nil {
		return r, err
	}
	if r.now, err = b.put(c.Tx, who, head, d, r.mark, r.was); err != nil {
		return r, err
	}
	r.earned = r.now.Freezes > r.was.Freezes
	if r.was.Last < d-1 && r.now.Streak > 1 {
		if r.saved, err = frozen.Has(c.Tx, b.id, head, int(d-1)); err != nil {
			return r, err
		}
	}
	return r, c.Emit("done", Done{Who: who, Day: d, Plan: b.plan.Name, Streak: r.now.Streak, Total: r.now.Total})
}

// again adds what is written beside a second check-in of the day to the first.
func (b *book) again(c *bot.Call, head bot.PersonID, m mark, sum int) (r result, err error) {
	r = result{book: b, mark: m, again: true}
	if r.now, _, err = habits.Get(c.Tx, b.id, head); err != nil || sum == 0 {
		return r, err
	}
	r.mark.Sum = min(m.Sum+sum, maxSum)
	if err := count(c.Tx, b.id, head, b.today, tally{Sum: r.mark.Sum - m.Sum}); err != nil {
		return r, err
	}
	return r, marks.Put(c.Tx, r.mark, b.id, c.Event.From.Person, int(b.today))
}

// double says whether a person was there on a day under another identity. It is answered as a second check-in, and kept in
// full all the same: the merge may be taken back.
func (b *book) double(r store.Reader, head, who bot.PersonID, d bot.Day, h habit) (bool, error) {
	if d > b.Closed && h.Last < d {
		return false, nil
	}
	p, err := bot.PersonOf(r, head)
	if err != nil {
		return false, err
	}
	return b.there(r, p, d, who)
}

// rank gives the next place of a day.
func (b *book) rank(tx store.Tx, who bot.PersonID, d bot.Day) (int, error) {
	n, _, err := counts.Get(tx, b.id, int(d))
	if err != nil {
		return 0, err
	}
	n++
	if err := order.Put(tx, who, b.id, int(d), n); err != nil {
		return 0, err
	}
	if err := counts.Put(tx, n, b.id, int(d)); err != nil || d > b.Closed {
		return n, err
	}
	return n, b.countPast(tx, 1)
}

// reward gives the points of a check-in.
func (b *book) reward(c *bot.Call, who bot.PersonID, m *mark) error {
	n := bot.Settings[Settings](c).Points
	if n == 0 {
		return nil
	}
	given, err := c.Award(who, n, b.reason("checkin"), b.awardKey(b.today))
	if given {
		m.Points = n
	}
	return err
}

// reason is what the ledger says an entry is for.
func (b *book) reason(what string) string {
	if b.plan.Name == "" {
		return what
	}
	return what + ":" + b.plan.Name
}

func (b *book) awardKey(d bot.Day) string { return b.plan.Name + "/" + strconv.Itoa(int(d)) }

// endOfDay judges what the day before left open, and waits for the next one. While the account is out of touch nobody knows
// whether anything of the day is lost, and nobody hears what is said.
func endOfDay(_ context.Context, c *bot.Call) error {
	if c.OutOfTouch() {
		return c.After(catchUp, timerDay, afterOutage, nil)
	}
	open, err := booksOf(c, c.Now)
	if err != nil {
		return err
	}
	b := open[0]
	if err := b.tellRest(c); err != nil {
		return err
	}
	return c.SetTimer(nextEnd(c, b.cal), timerDay, "", nil)
}

// clockText is a time of day in the zone of a book.
func (b *book) clockText(t time.Time) string { return t.In(b.cal.zone(t)).Format("15:04") }
