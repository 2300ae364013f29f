package history

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/sheets"
)

// A match is a row with who it is about.
type match struct {
	row
	who     bot.Member
	inviter bot.Member
	wrong   bot.Text // why the row is left out; empty where it is not
	about   []any    // of wrong
	note    bot.Text // what is left out of a row that is taken
	noteOf  []any
}

var (
	textNobody    = bot.Text{ZH: "群里没有叫「%s」的人", EN: "nobody goes by “%s”"}
	textSeveral   = bot.Text{ZH: "群里有 %[2]d 位「%[1]s」", EN: "%[2]d people go by “%[1]s”"}
	textTwice     = bot.Text{ZH: "和第 %d 行是同一位", EN: "the same person as in line %d"}
	textNoInviter = bot.Text{ZH: "邀请人「%s」认不出，没有记", EN: "the inviter “%s” is not found and not noted"}
	textOwn       = bot.Text{ZH: "邀请人写的是自己，没有记", EN: "named as their own inviter, not noted"}

	textNoList   = bot.Text{ZH: "我还没有「%s」的成员名单：请在群里随便说句话，过一会儿再把文件发一次。", EN: "I have no member list of %s yet: write anything there, wait a moment and send the file again."}
	textTrial    = bot.Text{ZH: "「%s」→「%s」试算（还没有写进去）：\n%d 行里认出 %d 位。", EN: "%s for %s, a trial (nothing is written):\n%[4]d people of %[3]d rows are found."}
	textPoints   = bot.Text{ZH: "\n积分：%d 位，共 %d 分", EN: "\nPoints: %d people, %d in all"}
	textHabits   = bot.Text{ZH: "\n打卡：%d 位", EN: "\nCheck-ins: %d people"}
	textInviters = bot.Text{ZH: "\n邀请人：%d 位", EN: "\nInviters: of %d people"}
	textSources  = bot.Text{ZH: "\n来源：%d 位", EN: "\nSources: of %d people"}
	textSample   = bot.Text{ZH: "\n第 %d 行 %s → %s", EN: "\nline %d, %s → %s"}
	textAs       = bot.Text{ZH: "%s（微信名 %s）", EN: "%s (nickname %s)"}
	textLeftOut  = bot.Text{ZH: "\n没有算进去的 %d 行：", EN: "\nLeft out, %d rows:"}
	textLeft     = bot.Text{ZH: "\n第 %d 行 %s", EN: "\nline %d: %s"}
	textMore     = bot.Text{ZH: "\n…还有 %d 行", EN: "\n…and %d more"}
	textNumber   = bot.Text{ZH: "%s「%s」：要写整数", EN: "%s “%s”: a whole number is needed"}
	textDate     = bot.Text{ZH: "%s「%s」：日期要写成 2026-11-21", EN: "%s “%s”: write dates as 2026-11-21"}
	textConfirm  = bot.Text{ZH: "\n明细在文件里。对了就发 /导入 确定；不对就改好文件再发一次。", EN: "\nThe file has every line. If it is right send /import yes; if not, send the corrected file."}
	textListName = bot.Text{ZH: "导入试算.csv", EN: "trial.csv"}
)

const said = 8 // lines of each kind in the answer

// key makes two ways of writing one name equal.
func key(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u2005' || r == '\u00a0' || r == '\ufe0f' || r == '\ufe0e' {
			return -1
		}
		return r
	}, strings.TrimPrefix(bot.CleanName(name), "@")))
}

// A directory finds the members of a group by name.
type directory map[string][]bot.Member

// members reads who is in a group; identities of one person count as one.
func members(c *bot.Call, group bot.ChatID) (directory, error) {
	list, err := bot.Members(c.Tx, group)
	if err != nil {
		return nil, err
	}
	d := directory{}
	for _, m := range list {
		if m.Person, err = bot.HeadOf(c.Tx, m.Person); err != nil {
			return nil, err
		}
		for _, name := range []string{m.Card, m.Nick} {
			if name != "" {
				d.add(key(name), m)
			}
		}
	}
	return d, nil
}

func (d directory) add(name string, m bot.Member) {
	for _, other := range d[name] {
		if other.Person == m.Person {
			return
		}
	}
	d[name] = append(d[name], m)
}

// compare says who each row is about.
func (d directory) compare(t table) (list []match) {
	lines := map[bot.PersonID]int{}
	for _, r := range t.Rows {
		m := match{row: r}
		switch found := d[key(r.Name)]; {
		case len(found) == 0:
			m.wrong, m.about = textNobody, []any{bot.CleanName(r.Name)}
		case len(found) > 1:
			m.wrong, m.about = textSeveral, []any{bot.CleanName(r.Name), len(found)}
		case lines[found[0].Person] > 0:
			m.wrong, m.about = textTwice, []any{lines[found[0].Person]}
		default:
			m.who = found[0]
			lines[m.who.Person] = r.Line
			d.invite(&m)
		}
		list = append(list, m)
	}
	return list
}

// invite finds the inviter of a row.
func (d directory) invite(m *match) {
	if m.Inviter == "" {
		return
	}
	switch found := d[key(m.Inviter)]; {
	case len(found) != 1:
		m.note, m.noteOf = textNoInviter, []any{bot.CleanName(m.Inviter)}
	case found[0].Person == m.who.Person:
		m.note = textOwn
	default:
		m.inviter = found[0]
	}
}

func (m match) ok() bool { return m.who.Person != "" }

// habit says whether the row tells of check-ins.
func (m match) habit() bool { return m.Streak > 0 || m.Total > 0 || m.Best > 0 }

// try says what a file would bring, and keeps it for the owner's word.
func try(ctx context.Context, c *bot.Call, d draft, group bot.Chat) error {
	if listed, err := isListed(ctx, c, group); err != nil {
		return err
	} else if !listed {
		c.Reply(textNoList, bot.CleanName(group.Name))
		return nil
	}
	dir, err := members(c, group.ID)
	if err != nil {
		return err
	}
	list := dir.compare(d.Table)
	d.Group = group
	if err := wait(c, d); err != nil {
		return err
	}
	c.Say(c.T(textTrial, d.Name, bot.CleanName(group.Name), len(d.Table.Rows)+len(d.Table.Faults), count(list, match.ok)) +
		sums(c, list) + samples(c, list) + leftOut(c, d.Table, list) + c.T(textConfirm))
	return c.Work(workList, string(c.Event.Chat.ID), lines(c, d.Table, list))
}

// isListed says whether the member list of a group was ever read. Before that everybody would look like a stranger.
func isListed(ctx context.Context, c *bot.Call, group bot.Chat) (is bool, err error) {
	err = c.In(ctx, group, func(_ context.Context, c *bot.Call) error {
		row, err := c.Chat()
		is = !row.Listed.IsZero()
		return err
	})
	return is, err
}

func count(list []match, is func(match) bool) (n int) {
	for _, m := range list {
		if m.ok() && is(m) {
			n++
		}
	}
	return n
}

// sums say how much there is of each kind.
func sums(c *bot.Call, list []match) (text string) {
	points := 0
	for _, m := range list {
		if m.ok() {
			points += m.Points
		}
	}
	if n := count(list, func(m match) bool { return m.Points != 0 }); n > 0 {
		text += c.T(textPoints, n, points)
	}
	for _, kind := range []struct {
		text bot.Text
		is   func(match) bool
	}{
		{textHabits, match.habit},
		{textInviters, func(m match) bool { return m.inviter.Person != "" }},
		{textSources, func(m match) bool { return m.Source != "" }},
	} {
		if n := count(list, kind.is); n > 0 {
			text += c.T(kind.text, n)
		}
	}
	return text
}

func samples(c *bot.Call, list []match) (text string) {
	n := 0
	for _, m := range list {
		if !m.ok() {
			continue
		}
		if n++; n > said {
			break
		}
		text += c.T(textSample, m.Line, bot.CleanName(m.Name), m.shown(c))
	}
	return text
}

// shown names who a row is about, so that the owner can tell.
func (m match) shown(c *bot.Call) string {
	if m.who.Card == "" || key(m.who.Card) == key(m.who.Nick) {
		return m.who.Shown()
	}
	return c.T(textAs, m.who.Shown(), bot.CleanName(m.who.Nick))
}

func leftOut(c *bot.Call, t table, list []match) string {
	var out []string
	for _, f := range t.Faults {
		out = append(out, c.T(textLeft, f.Line, f.say(c)))
	}
	for _, m := range list {
		if !m.ok() {
			out = append(out, c.T(textLeft, m.Line, c.T(m.wrong, m.about...)))
		}
	}
	if len(out) == 0 {
		return ""
	}
	text := c.T(textLeftOut, len(out)) + strings.Join(out[:min(len(out), said)], "")
	if len(out) > said {
		text += c.T(textMore, len(out)-said)
	}
	return text
}

func (f fault) say(c *bot.Call) string {
	text := textNumber
	if f.Date {
		text = textDate
	}
	return c.T(text, bot.CleanName(f.Column), bot.CleanName(f.Cell))
}

// lines is the trial line by line.
func lines(c *bot.Call, t table, list []match) sheets.Table {
	out := sheets.Table{Name: c.T(textListName)}
	for _, col := range []bot.Text{
		{ZH: "行", EN: "line"},
		{ZH: "名字", EN: "name"},
		{ZH: "对上", EN: "matches"},
		{ZH: "积分", EN: "points"},
		{ZH: "连续", EN: "streak"},
		{ZH: "累计", EN: "total"},
		{ZH: "最近打卡", EN: "last"},
		{ZH: "邀请人", EN: "inviter"},
		{ZH: "来源", EN: "source"},
		{ZH: "说明", EN: "note"},
	} {
		out.Columns = append(out.Columns, c.T(col))
	}
	for _, f := range t.Faults {
		out.Rows = append(out.Rows, []string{strconv.Itoa(f.Line), "", "", "", "", "", "", "", "", f.say(c)})
	}
	for _, m := range list {
		note, who, inviter := c.T(m.wrong, m.about...), "", ""
		if m.ok() {
			who, note = m.shown(c), c.T(m.note, m.noteOf...)
		}
		if m.inviter.Person != "" {
			inviter = m.inviter.Shown()
		}
		out.Rows = append(out.Rows, []string{
			strconv.Itoa(m.Line), bot.CleanName(m.Name), who, strconv.Itoa(m.Points), strconv.Itoa(m.Streak), strconv.Itoa(m.Total), date(m.Last),
			inviter, m.Source, note,
		})
	}
	return out
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// writeList makes the file of the trial.
func writeList(ctx context.Context, w bot.Work) (any, error) {
	var t sheets.Table
	if err := json.Unmarshal(w.Data, &t); err != nil {
		return nil, bot.Permanent(err)
	}
	var file bytes.Buffer
	if err := sheets.CSV(&file, t); err != nil {
		return nil, bot.Permanent(err)
	}
	return w.Keep(ctx, &file, 4*maxBytes)
}

// listed sends the file of the trial. Without it there is still the text.
func listed(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil || done.Error != "" {
		return err
	}
	var sum string
	if err := done.Into(&sum); err != nil {
		return err
	}
	c.Send(bot.Effect{Kind: bot.SendFile, Media: sum, Name: c.T(textListName), Class: bot.Answer, Expires: c.Now.Add(10 * time.Minute)})
	return nil
}
