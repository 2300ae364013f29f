package broadcast

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

const (
	checkAfter = 8 * time.Minute // after the voice was due
	checkAgain = 8 * time.Minute
	maxParts   = 5000 // of one morning: two for each of more groups than an account can be in
	maxNamed   = 10   // groups named in one message
)

var textNotAll = bot.Text{
	ZH: "%s 的语音发到了 %d 个群，这 %d 个群没有收到：%s。30 分钟内会再试；一直不行请看看群是否保存到了通讯录。",
	EN: "The voice of %s reached %d groups, but not these %d: %s. They are tried again for 30 minutes; save the group to the contacts if it stays so.",
}

var textNoTurn = bot.Text{
	ZH: "%s 的语音 30 分钟里只发到了 %d 个群，%d 个群没轮上：发消息的额度不够。发 /状态 看还剩多少；群多的话把 config.yaml 的 pace.per_hour 调大，刚扫码的一周里额度本来就小。",
	EN: "The voice of %s reached %d groups within 30 minutes, and %d had no turn: the budget of sends is too small. See /status; with many groups raise pace.per_hour in config.yaml, and mind that it is small in the week after a scan.",
}

var (
	textCut = bot.Text{
		ZH: "%s 的语音发到了 %d 个群，%d 个群没有收到：连不上微信（%s）。",
		EN: "The voice of %s reached %d groups, and not %d: WeChat was not reached (%s).",
	}
	textUnheard = bot.Text{ZH: "%s 的语音没有发出去：连不上微信（%s）%s。", EN: "The voice of %s was not sent: WeChat was not reached (%s)%s."}
	textBack    = bot.Text{ZH: "，它回到了队列第一条", EN: "; it is the first of the queue again"}
)

// A tally is what became of one morning, by group: a group has it when its voice was sent, however often that was tried.
type tally struct {
	sent, open []bot.ChatID // open: it waits, or perhaps it was sent
	waiting    int          // of open
	failed     []bot.ChatID
	first      time.Time
	last       time.Time
}

func tallyOf(r store.Reader, day string) (tally, error) { return tallySince(r, day, time.Time{}) }

// tallySince leaves out what was over before a moment.
func tallySince(r store.Reader, day string, since time.Time) (t tally, err error) {
	parts, err := bot.Parts(r, tagOf(day), maxParts)
	if err != nil {
		return t, err
	}
	state := map[bot.ChatID]bot.State{}
	var chats []bot.ChatID
	for _, p := range parts {
		if p.Kind != bot.SendVoice || p.State != "" && p.At.Before(since) {
			continue
		}
		was, seen := state[p.Chat]
		if !seen {
			chats = append(chats, p.Chat)
		}
		if was != bot.Sent {
			state[p.Chat] = p.State
		}
		if p.State == bot.Sent {
			if t.first.IsZero() || p.At.Before(t.first) {
				t.first = p.At
			}
			if p.At.After(t.last) {
				t.last = p.At
			}
		}
	}
	for _, chat := range chats {
		switch state[chat] {
		case bot.Sent:
			t.sent = append(t.sent, chat)
		case "", bot.Lost:
			if t.open = append(t.open, chat); state[chat] == "" {
				t.waiting++
			}
		case bot.Silenced: // the owner wanted it so
		default:
			t.failed = append(t.failed, chat)
		}
	}
	return t, nil
}

// check looks a while after the minute which groups failed for good, sends it to them again within the grace, and tells the
// owner of those that still lack it.
func check(_ context.Context, c *bot.Call) error {
	var data string
	if err := c.Decode(&data); err != nil {
		return err
	}
	label, minute, _ := strings.Cut(data, " ")
	day, err := bot.ParseDay(label)
	if err != nil {
		return err
	}
	a, ok, err := airings.Get(c.Tx, day)
	if err != nil || !ok || a.Silence != "" {
		return err
	}
	at, err := time.Parse(time.RFC3339, minute)
	if err != nil { // set by a version before
		at = a.At.Add(lead)
	}
	t, err := tallySince(c.Tx, label, at)
	if err != nil || len(t.failed)+t.waiting == 0 {
		return err
	}
	left := at.Add(grace).Sub(c.Now)
	if left <= 0 {
		return a.conclude(c, day, at, t, data)
	}
	a.Cover, a.Keyword = "", "" // said already
	for _, chat := range t.failed {
		sendTo(c, a, wait{Chat: chat, At: at})
	}
	return c.SetTimer(c.Now.Add(min(checkAgain, left+time.Second)), timerCheck, data, data)
}

// conclude tells the owner, when the grace is over, which groups did not get a voice and why.
func (a airing) conclude(c *bot.Call, day bot.Day, at time.Time, t tally, data string) error {
	out, err := c.Outages(at, c.Now)
	if err != nil {
		return err
	}
	all, err := tallyOf(c.Tx, a.Day)
	missed := len(t.failed) + t.waiting
	switch {
	case err != nil:
		return err
	case len(out) > 0 && len(all.sent)+len(all.open)-all.waiting == 0:
		if end := a.Last.Add(grace); !c.Now.After(end) { // a group with a later minute may hear it yet
			return c.SetTimer(end.Add(time.Second), timerCheck, data, data)
		}
		return a.unheard(c, day, out[len(out)-1])
	case len(out) > 0:
		return c.TellOwners(textCut, a.Day, len(t.sent), missed, out[len(out)-1].Span(c.Zone()))
	case t.waiting > 0:
		return c.TellOwners(textNoTurn, a.Day, len(t.sent), missed)
	}
	return c.TellOwners(textNotAll, a.Day, len(t.sent), missed, named(c, t.failed))
}

// unheard puts back into the queue what no group could hear.
func (a airing) unheard(c *bot.Call, day bot.Day, out bot.Outage) error {
	back := ""
	if a.Voice != nil {
		if err := requeue(c.Tx, *a.Voice); err != nil {
			return err
		}
		back = c.T(textBack)
	}
	if err := dropKeyword(c.Tx, a); err != nil {
		return err
	}
	silent := airing{Day: a.Day, From: a.From, Silence: silentCutOff, At: a.At}
	return errors.Join(airings.Put(c.Tx, silent, day), c.TellOwners(textUnheard, a.Day, out.Span(c.Zone()), back))
}

// named lists some groups by their names.
func named(c *bot.Call, list []bot.ChatID) string {
	var names []string
	for _, id := range list[:min(len(list), maxNamed)] {
		names = append(names, "「"+c.ChatName(id)+"」")
	}
	if len(list) > maxNamed {
		names = append(names, "…")
	}
	return strings.Join(names, "")
}

var (
	textLastVoice = bot.Text{ZH: "上一次语音", EN: "last voice"}
	textOutcome   = bot.Text{ZH: "%s，%d 个群已收到，%d 个失败", EN: "%s, %d groups have it, %d failed"}
	textNoSound   = bot.Text{ZH: "%s，没有发", EN: "%s, none was sent"}
	textInQueue   = bot.Text{ZH: "排队的语音", EN: "voices that wait"}
	textWaits     = bot.Text{ZH: "在等", EN: "waits"}
	textPartIs    = bot.Text{ZH: "；这个群：%s", EN: "; this group: %s"}
	textCount     = bot.Text{ZH: "%d 条", EN: "%d"}
)

// report tells the owner how the last voice went and how many wait.
func report(r store.Reader, q bot.Query) (lines []bot.Line, err error) {
	last, ok, err := airings.First(r, store.Range{Reverse: true})
	if err != nil {
		return nil, err
	}
	if ok {
		t, err := tallyOf(r, last.Value.Day)
		if err != nil {
			return nil, err
		}
		value := fmt.Sprintf(textOutcome.In(q.Lang), last.Value.Day, len(t.sent), len(t.failed))
		if last.Value.Silence != "" {
			value = fmt.Sprintf(textNoSound.In(q.Lang), last.Value.Day)
		}
		lines = append(lines, bot.Line{Name: textLastVoice.In(q.Lang), Value: value})
	}
	all, err := readQueue(r)
	return append(lines, bot.Line{Name: textInQueue.In(q.Lang), Value: fmt.Sprintf(textCount.In(q.Lang), all.len())}), err
}

// why explains what became of the last morning's voice in a group.
func why(r store.Reader, q bot.Question) ([]bot.Line, error) {
	topic := strings.ToLower(q.Topic)
	if !slices.ContainsFunc([]string{"语音", "6:20", "六点二十", "voice"}, func(word string) bool { return strings.Contains(topic, word) }) {
		return nil, nil
	}
	last, ok, err := airings.First(r, store.Range{Reverse: true})
	if err != nil || !ok {
		return nil, err
	}
	a := last.Value
	line := bot.Line{Name: a.Day, Value: a.name().In(q.Lang)}
	if a.Silence != "" || q.Chat == "" {
		return []bot.Line{line}, nil
	}
	parts, err := bot.Parts(r, tagOf(a.Day), maxParts)
	for _, p := range parts {
		if p.Chat != q.Chat || p.Kind != bot.SendVoice {
			continue
		}
		state := textWaits
		if p.State != "" {
			state = bot.OutcomeName(p.State)
		}
		line.Value += fmt.Sprintf(textPartIs.In(q.Lang), state.In(q.Lang))
		if !p.At.IsZero() {
			line.Value += p.At.In(q.Zone).Format(" 15:04:05")
		}
	}
	return []bot.Line{line}, err
}
