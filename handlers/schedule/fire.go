package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/schedules"
	"sixtwenty/store"
)

var (
	textMissedIt = bot.Text{ZH: "定时 %d（%s）错过了 %d 次，没有补发。", EN: "Schedule %d (%s) was missed (times: %d) and is skipped."}
	textHalted   = bot.Text{ZH: "定时 %d（%s）先停了：设它的人已经没有这个权限。要接着发，回 /定时 续 %[1]d，就算您设的。", EN: "Schedule %d (%s) is paused: who made it may not any more. To go on with it as yours, send /schedule 续 %[1]d."}
	textUnread   = bot.Text{ZH: "定时 %d 的时间「%s」读不懂了，已经停下。", EN: "The time of schedule %d, “%s”, is not understood any more; it is paused."}
)

const (
	// slack is what sends to all groups may take beyond what the pace needs.
	slack = 2 * time.Minute
	// lost is how long after its time an entry that has not fired has no timer any more.
	lost = time.Hour
)

// fire runs an entry that is due, and moves it on in the same commit.
func fire(_ context.Context, c *bot.Call) error {
	var id uint64
	if err := c.Decode(&id); err != nil {
		return err
	}
	e, ok, err := entries.Get(c.Tx, id)
	if err != nil || !ok || e.Paused {
		return err
	}
	spec, err := c.Days().Parse(e.Spec)
	if err != nil {
		e.Paused = true
		return errors.Join(c.TellOwners(textUnread, e.ID, e.Spec), plan(c, e))
	}
	owed := schedules.Due(spec, c.Zone(), e.Due, c.Now, schedules.Missed{Grace: bot.Settings[Settings](c).Grace})
	if owed.Skipped > 0 {
		if err := record(c, &e, firing{At: e.Due, Missed: owed.Skipped}); err != nil {
			return err
		}
		if err := c.TellOwners(textMissedIt, e.ID, e.Spec, owed.Skipped); err != nil {
			return err
		}
	}
	for _, at := range owed.Run {
		if err := occur(c, &e, at); err != nil {
			return err
		}
	}
	e.Due = e.next(spec, later(owed.Next.Add(-time.Nanosecond), c.Now), c.Zone())
	if e.Due.IsZero() || e.Left < 0 {
		return drop(c, e.ID)
	}
	return plan(c, e)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// occur makes one firing. Left counts down to -1, which is the end.
func occur(c *bot.Call, e *entry, at time.Time) error {
	if e.skips(at, c.Zone()) {
		return record(c, e, firing{At: at, Off: true})
	}
	if e.Left > 0 {
		if e.Left--; e.Left == 0 {
			e.Left = -1
		}
	}
	return perform(c, e, at)
}

// perform sends what an entry says to all it is for. Who made it must still be allowed to: else it is paused, and told.
func perform(c *bot.Call, e *entry, at time.Time) error {
	role, err := standing(c, *e)
	if err != nil {
		return err
	}
	if role < e.needs(c) {
		e.Paused = true
		return errors.Join(record(c, e, firing{At: at, Halted: true}), c.TellOwners(textHalted, e.ID, e.What.say(c.Group().Language)))
	}
	to, err := e.targets(c.Tx)
	if err != nil {
		return err
	}
	f := firing{At: at, Groups: len(to), Tag: fmt.Sprintf("schedule/%d/%d", e.ID, at.Unix()), Ran: e.What.Command != ""}
	until := later(at.Add(bot.Settings[Settings](c).Grace), c.Now.Add(c.SendTime(len(to))+slack))
	for i, chat := range to {
		switch {
		case !f.Ran:
			out := e.effect(c, chat, at, f.Tag)
			out.Expires = until
			c.Send(out)
		case i < maxOrdered:
			if err := c.Order(chat, e.By, role, e.What.Command); err != nil {
				return err
			}
		}
	}
	e.Turn++
	if !f.Ran {
		if err := c.SetTimer(until.Add(time.Second), timerCheck, f.Tag, sending{e.ID, e.What, f.Tag, at}); err != nil {
			return err
		}
	}
	return record(c, e, f)
}

// standing is the role that who made an entry still has of the one they made it with.
func standing(c *bot.Call, e entry) (bot.Role, error) {
	if e.Own {
		return e.Role, nil
	}
	role, err := c.Standing(e.By.Person, e.Chat.ID)
	return min(role, e.Role), err
}

// needs is the role that an entry needs: to be made, and for its command.
func (e entry) needs(c *bot.Call) bot.Role {
	least := bot.Manager
	if e.All || len(e.To)+len(e.Tags) > 0 {
		least = bot.Owner
	}
	word, _, _ := strings.Cut(e.What.Command, " ")
	if cmd, ok := c.Command(word); ok && cmd.Who > least {
		least = cmd.Who
	}
	return least
}

// targets are the chats of this firing: groups that the bot has left since are not among them.
func (e entry) targets(r store.Reader) ([]bot.Chat, error) {
	if !e.All && len(e.To)+len(e.Tags) == 0 {
		return []bot.Chat{e.Chat}, nil
	}
	all, err := bot.Chats(r)
	if err != nil || e.All {
		return all, err
	}
	wanted := map[bot.ChatID]bool{}
	for _, id := range e.To {
		wanted[id] = true
	}
	for _, name := range e.Tags {
		ids, err := withTag(r, name)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			wanted[id] = true
		}
	}
	var to []bot.Chat
	for _, chat := range all {
		if wanted[chat.ID] {
			to = append(to, chat)
		}
	}
	return to, nil
}

// reaches says whether an entry is for a chat.
func (e entry) reaches(r store.Reader, chat bot.ChatID) (bool, error) {
	if e.All || slices.Contains(e.To, chat) {
		return true, nil
	}
	for _, name := range e.Tags {
		if ids, err := withTag(r, name); err != nil || slices.Contains(ids, chat) {
			return err == nil, err
		}
	}
	return len(e.To)+len(e.Tags) == 0 && e.Chat.ID == chat, nil
}

// effect is what one chat gets.
func (e entry) effect(c *bot.Call, chat bot.Chat, at time.Time, tag string) bot.Effect {
	out := bot.Effect{Kind: bot.Say, Chat: chat.ID, Class: bot.Broadcast, Tag: tag}
	if e.What.Media != "" {
		out.Kind, out.Media, out.Name = e.What.Kind, e.What.Media, e.What.Name
		return out
	}
	out.Text = fill(c, e.What.Texts[e.Turn%len(e.What.Texts)], chat, at)
	return out
}

// fill puts the values into the placeholders of a text.
func fill(c *bot.Call, text string, chat bot.Chat, at time.Time) string {
	if !strings.Contains(text, "{") {
		return text
	}
	local := at.In(c.Zone())
	members := "?"
	if strings.Contains(text, "{人数}") || strings.Contains(text, "{members}") {
		if list, err := bot.Members(c.Tx, chat.ID); err == nil {
			members = strconv.Itoa(len(list))
		}
	}
	date, weekday := fmt.Sprintf("%d月%d日", local.Month(), local.Day()), "星期"+string([]rune("日一二三四五六")[local.Weekday()])
	return strings.NewReplacer(
		"{日期}", date, "{date}", local.Format("2 January"), "{星期}", weekday, "{weekday}", local.Weekday().String(),
		"{时间}", local.Format("15:04"), "{time}", local.Format("15:04"),
		"{群名}", bot.CleanName(chat.Name), "{group}", bot.CleanName(chat.Name), "{人数}", members, "{members}", members,
	).Replace(text)
}

// arm sets the timers of this group's entries again, which changes nothing unless they were lost, as in a move to another
// account, or while the bot did not work in the group.
func arm(_ context.Context, c *bot.Call) error {
	all, err := readAll(c.Tx)
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.Chat.ID != c.Event.Chat.ID || e.Paused {
			continue
		}
		if c.Now.Sub(e.Due) > lost {
			if spec, err := c.Days().Parse(e.Spec); err == nil { // what cannot be read is told when it is due
				e.Due = e.next(spec, c.Now, c.Zone())
			}
		}
		if err := plan(c, e); err != nil {
			return err
		}
	}
	return nil
}
