package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A broadcast is one text on its way to many groups. There is one at a time. It is fed to the outbox a few groups at a time, so
// that it can be paused and stopped at any moment.
type broadcast struct {
	ID    uint64       `json:"id"`
	Text  string       `json:"text"`
	To    []bot.ChatID `json:"to"`
	Fed   int          `json:"fed"`  // so many of To were given to the outbox
	Told  int          `json:"told"` // quarters of the way that were told
	State stage        `json:"state"`
	At    time.Time    `json:"at"` // when it was asked for
}

type stage string

const (
	stageAsked   stage = "asked"
	stageRunning stage = "running"
	stagePaused  stage = "paused"
	stageOver    stage = "over"
)

const (
	blasts     = store.Table[broadcast]("schedule/broadcasts") // chat of who asked
	feedEvery  = 5 * time.Second
	feedAhead  = 10 // groups that may wait in the outbox
	maxGroups  = 2000
	recallable = 2 * time.Minute
	tellFrom   = 20 // groups: a shorter way needs no progress
)

var (
	textPreview  = bot.Text{ZH: "要发到 %d 个群（%s），大约 %s发完。内容：\n%s\n\n回「确定」开始，回「取消」不发。", EN: "To %d groups (%s), in about %s. It says:\n%s\n\nSay 确定 to begin, 取消 to drop it."}
	textBegun    = bot.Text{ZH: "开始发了。/广播 进度、暂停、继续、停、撤回。", EN: "On its way. /broadcast 进度, 暂停, 继续, 停, 撤回."}
	textNotBegun = bot.Text{ZH: "好的，没有发。", EN: "Dropped."}
	textProgress = bot.Text{ZH: "%d/%d 个群，剩 %s。", EN: "%d of %d groups, %s left."}
	textHeld     = bot.Text{ZH: "已暂停：%d/%d 个群。/广播 继续 再发，/广播 停 就不发了。", EN: "Paused: %d of %d groups. /broadcast 继续 goes on, /broadcast 停 ends it."}
	textAllSent  = bot.Text{ZH: "发完了：%d 个群收到%s。", EN: "Done: %d groups have it%s."}
	textBut      = bot.Text{ZH: "，%d 个没有：%s", EN: ", %d do not: %s"}
	textEnded    = bot.Text{ZH: "停下了：%d/%d 个群已经收到，其余不发了。", EN: "Stopped: %d of %d groups have it, the rest do not get it."}
	textNoBlast  = bot.Text{ZH: "现在没有广播。这样发一个：/广播 内容", EN: "No broadcast is on its way. Begin one: /broadcast text"}
	textBusy     = bot.Text{ZH: "上一个广播还没发完（%d/%d），先 /广播 停 吧。", EN: "The last broadcast is still on its way (%d of %d); /broadcast 停 ends it."}
	textNoGroups = bot.Text{ZH: "还没有在任何群里工作。", EN: "The bot works in no group yet."}
	textCalled   = bot.Text{ZH: "正在撤回 %d 条（只有两分钟内发的能撤）。", EN: "Taking back %d messages (those of the last two minutes)."}
	textMinutes  = bot.Text{ZH: "%d 分钟", EN: "%d min"}
	textSeconds  = bot.Text{ZH: "%d 秒", EN: "%d s"}
)

func (b broadcast) tag() string { return fmt.Sprintf("broadcast/%d", b.ID) }

// awaits says whether the sender can have read what is proposed, and was not too slow: a yes of hours ago, written while the bot was
// down, must not go to all groups now.
func (b broadcast) awaits(c *bot.Call) bool {
	const skew = 3 * time.Minute // of the clocks
	after := c.Event.At.Sub(b.At)
	return -skew <= after && after <= patience
}

// blast is /广播.
func blast(_ context.Context, c *bot.Call) error {
	text := strings.TrimSpace(c.Arg("内容"))
	b, ok, err := blasts.Get(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	if step, asked := steps()[text], ok && b.State == stageAsked; step.run != nil {
		if !ok || asked != step.asked || asked && !b.awaits(c) {
			return bot.Refuse(textNoBlast)
		}
		return step.run(c, b)
	}
	if ok && (b.State == stageRunning || b.State == stagePaused) {
		return bot.Refuse(textBusy, b.Fed, len(b.To))
	}
	return propose(c, text)
}

// A step is a word about a broadcast: about one that was only asked for, or about one that was begun.
type step struct {
	run   func(*bot.Call, broadcast) error
	asked bool
}

func steps() map[string]step {
	return map[string]step{
		"": {run: progress}, "进度": {run: progress}, "progress": {run: progress}, "暂停": {run: hold}, "pause": {run: hold},
		"继续": {run: proceed}, "resume": {run: proceed}, "停": {run: stop}, "停止": {run: stop}, "stop": {run: stop},
		"撤回": {run: recall}, "recall": {run: recall},
		"确定": {begin, true}, "开始": {begin, true}, "begin": {begin, true}, "取消": {dismiss, true}, "drop": {dismiss, true},
	}
}

// propose shows what would be sent where.
func propose(c *bot.Call, text string) error {
	b := broadcast{State: stageAsked, At: c.Now, Text: text}
	word := optionWord(text)
	name, value, ok := cutOption(word)
	if named := ok && (name == "给" || name == "to"); named {
		b.Text = strings.TrimSpace(text[len(word):])
	} else {
		value = "全部"
	}
	var err error
	if b.To, err = reached(c, value); err != nil {
		return err
	}
	switch {
	case len(b.To) == 0:
		return bot.Refuse(textNoGroups)
	case b.Text == "":
		return bot.Refuse(textNoBlast)
	case len(b.Text) > maxTextSize:
		return bot.Refuse(textTooBig, 1, maxTextSize)
	}
	if b.ID, err = c.Tx.Next(string(blasts)); err != nil {
		return err
	}
	c.Reply(textPreview, len(b.To), named(c, b.To), length(c, c.SendTime(len(b.To))), b.Text)
	return blasts.Put(c.Tx, b, c.Event.Chat.ID)
}

// reached are the groups that 全部, names or tags stand for.
func reached(c *bot.Call, value string) (ids []bot.ChatID, err error) {
	var e entry
	if err := readTargets(c, &e, value); err != nil {
		return nil, err
	}
	to, err := e.targets(c.Tx)
	for _, chat := range to[:min(len(to), maxGroups)] {
		ids = append(ids, chat.ID)
	}
	return ids, err
}

// named lists the first groups by name.
func named(c *bot.Call, list []bot.ChatID) string {
	var names []string
	for _, id := range list[:min(len(list), 10)] {
		names = append(names, c.ChatName(id))
	}
	if len(list) > 10 {
		names = append(names, "…")
	}
	return strings.Join(names, "、")
}

func length(c *bot.Call, d time.Duration) string {
	if d >= time.Minute {
		return c.T(textMinutes, int((d+59*time.Second)/time.Minute))
	}
	return c.T(textSeconds, max(1, int((d+time.Second-1)/time.Second)))
}

// answered takes the yes or no to what was proposed.
func answered(c *bot.Call) (bool, error) {
	word := strings.TrimSpace(c.Event.Text)
	yes, no := word == "确定" || word == "yes", word == "取消" || word == "no"
	if c.Role < bot.Owner || !yes && !no {
		return false, nil
	}
	b, ok, err := blasts.Get(c.Tx, c.Event.Chat.ID)
	if err != nil || !ok || b.State != stageAsked || !b.awaits(c) {
		return false, err
	}
	c.Power(bot.Owner)
	if no {
		return true, dismiss(c, b)
	}
	return true, begin(c, b)
}

func dismiss(c *bot.Call, _ broadcast) error {
	c.Reply(textNotBegun)
	return blasts.Delete(c.Tx, c.Event.Chat.ID)
}

func begin(c *bot.Call, b broadcast) error {
	c.Reply(textBegun)
	b.State = stageRunning
	return advance(c, b)
}

// inform tells who began a broadcast how it goes: in their chat, or in private where it was begun in the console.
func inform(c *bot.Call, t bot.Text, args ...any) error {
	if c.Event.Chat.ID == "" {
		return c.TellOwners(t, args...)
	}
	c.Send(bot.Effect{Kind: bot.Say, Text: c.T(t, args...), Class: bot.Answer, Loud: true})
	return nil
}

// feed goes on with the broadcast of this chat.
func feed(_ context.Context, c *bot.Call) error {
	b, ok, err := blasts.Get(c.Tx, c.Event.Chat.ID)
	if err != nil || !ok || b.State != stageRunning {
		return err
	}
	return advance(c, b)
}

// A count is how far a broadcast is.
type count struct{ sent, waiting int }

func countOf(r store.Reader, b broadcast) (n count, lacking []bot.ChatID, err error) {
	parts, err := bot.Parts(r, b.tag(), 2*maxGroups)
	for _, p := range parts {
		switch {
		case p.Kind == bot.Recall:
		case p.State == bot.Sent:
			n.sent++
		case p.State == "":
			n.waiting++
		default:
			lacking = append(lacking, p.Chat)
		}
	}
	return n, lacking, err
}

// advance gives the outbox the next groups, and ends when all are through.
func advance(c *bot.Call, b broadcast) error {
	n, lacking, err := countOf(c.Tx, b)
	if err != nil {
		return err
	}
	if b.Fed == len(b.To) && n.waiting == 0 {
		but := ""
		if len(lacking) > 0 {
			but = c.T(textBut, len(lacking), named(c, lacking))
		}
		b.State = stageOver
		return errors.Join(inform(c, textAllSent, n.sent, but), blasts.Put(c.Tx, b, c.Event.Chat.ID))
	}
	for room := feedAhead - n.waiting; room > 0 && b.Fed < len(b.To); room-- {
		c.Send(bot.Effect{Kind: bot.Say, Chat: b.To[b.Fed], Text: b.Text, Class: bot.Broadcast, Tag: b.tag(), Loud: true})
		b.Fed++
	}
	if quarter := 4 * n.sent / len(b.To); quarter > b.Told && len(b.To) >= tellFrom {
		b.Told = quarter
		if err := inform(c, textProgress, n.sent, len(b.To), length(c, c.SendTime(len(b.To)-n.sent))); err != nil {
			return err
		}
	}
	if err := blasts.Put(c.Tx, b, c.Event.Chat.ID); err != nil {
		return err
	}
	return c.After(feedEvery, timerFeed, "", nil)
}

func progress(c *bot.Call, b broadcast) error {
	n, _, err := countOf(c.Tx, b)
	if err != nil {
		return err
	}
	text := textProgress
	if b.State == stagePaused {
		c.Reply(textHeld, n.sent, len(b.To))
		return nil
	}
	c.Reply(text, n.sent, len(b.To), length(c, c.SendTime(len(b.To)-n.sent)))
	return nil
}

// hold pauses: what the outbox has not begun goes back.
func hold(c *bot.Call, b broadcast) error {
	if b.State != stageRunning {
		return progress(c, b)
	}
	if err := withdraw(c, &b); err != nil {
		return err
	}
	b.State = stagePaused
	if err := blasts.Put(c.Tx, b, c.Event.Chat.ID); err != nil {
		return err
	}
	return progress(c, b)
}

// withdraw takes back what waits in the outbox, and puts those groups at the head of what is to be fed.
func withdraw(c *bot.Call, b *broadcast) error {
	if err := c.ClearTimer(timerFeed, ""); err != nil {
		return err
	}
	if _, err := c.Cancel(b.tag()); err != nil {
		return err
	}
	parts, err := bot.Parts(c.Tx, b.tag(), 2*maxGroups)
	if err != nil {
		return err
	}
	kept := map[bot.ChatID]bool{}
	for _, p := range parts {
		kept[p.Chat] = true
	}
	var first, rest []bot.ChatID
	for i, chat := range b.To {
		if i < b.Fed && kept[chat] {
			first = append(first, chat)
		} else {
			rest = append(rest, chat)
		}
	}
	b.To, b.Fed = slices.Concat(first, rest), len(first)
	return nil
}

func proceed(c *bot.Call, b broadcast) error {
	if b.State != stagePaused {
		return progress(c, b)
	}
	b.State = stageRunning
	c.Reply(textBegun)
	return advance(c, b)
}

func stop(c *bot.Call, b broadcast) error {
	if b.State == stageOver {
		return progress(c, b)
	}
	if err := withdraw(c, &b); err != nil {
		return err
	}
	n, _, err := countOf(c.Tx, b)
	if err != nil {
		return err
	}
	c.Reply(textEnded, n.sent, len(b.To))
	b.State = stageOver
	return blasts.Put(c.Tx, b, c.Event.Chat.ID)
}

// recall stops, and takes back what was sent a moment ago.
func recall(c *bot.Call, b broadcast) error {
	if err := withdraw(c, &b); err != nil {
		return err
	}
	b.State = stageOver
	parts, err := bot.Parts(c.Tx, b.tag(), 2*maxGroups)
	if err != nil {
		return err
	}
	gone, n := map[string]bool{}, 0
	for _, p := range parts {
		if p.Kind == bot.Recall {
			gone[string(p.Chat)] = true
		}
	}
	for _, p := range parts {
		if p.State != bot.Sent || p.Kind == bot.Recall || gone[string(p.Chat)] || c.Now.Sub(p.At) > recallable {
			continue
		}
		n++
		c.Send(bot.Effect{
			Kind: bot.Recall, Chat: p.Chat, Of: p.Receipt.Sent, Tag: b.tag(), Class: bot.Answer, Expires: p.At.Add(recallable), Loud: true,
		})
	}
	c.Reply(textCalled, n)
	return blasts.Put(c.Tx, b, c.Event.Chat.ID)
}
