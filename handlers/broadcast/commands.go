package broadcast

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"sixtwenty/bot"
	"sixtwenty/schedules"
	"sixtwenty/store"
)

func commands() []bot.Command {
	return []bot.Command{
		{
			Name: "试听", Aliases: []string{"preview"}, Who: bot.Owner,
			Summary:  bot.Text{ZH: "现在就把今天的语音发到这里", EN: "send today's voice here, now"},
			Examples: []bot.Example{{Say: "/试听", Reply: "早…"}},
			Run:      preview,
		},
		{
			Name: "语音", Aliases: []string{"voice"}, Args: "[做什么] [第几条] [内容...]", Who: bot.Owner, Where: bot.InPrivate,
			Summary: bot.Text{ZH: "看和安排排队的语音；把录音私聊发我就能排队", EN: "see and arrange the voices that wait; send me a recording to add one"},
			Examples: []bot.Example{
				{Say: "/语音", Reply: "…还没有排队的语音…"},
				{Say: "/语音 删 1", Reply: "…没有第 1 条…"},
				{Say: "/语音 回执", Reply: "…还没有播过…"},
			},
			Run: arrange,
		},
	}
}

var (
	textNothing  = bot.Text{ZH: "还没有排队的语音。录一条私聊发我，回一个「好」就排上了。", EN: "No voice waits yet. Send me a recording and say “好” to queue it."}
	textList     = bot.Text{ZH: "排队的语音：", EN: "Voices that wait:"}
	textLine     = bot.Text{ZH: "\n%d. %s · %.1f 秒%s", EN: "\n%d. %s · %.1f s%s"}
	textNamed    = bot.Text{ZH: " ·《%s》", EN: " · “%s”"}
	textWord     = bot.Text{ZH: " · 关键词「%s」", EN: " · keyword “%s”"}
	textWritten  = bot.Text{ZH: " · 有文稿", EN: " · with its text"}
	textMore     = bot.Text{ZH: "\n…还有 %d 条", EN: "\n… and %d more"}
	textLater    = bot.Text{ZH: "以后", EN: "later"}
	textHow      = bot.Text{ZH: "可以这样：/语音 队列、听 1、删 1、换 1 3、移 3 1、定 2 12月24日、标题 1 …、话 1 …、文稿 1 …、关键词 1 …、回执", EN: "Use: /voice 队列, 听 1, 删 1, 换 1 3, 移 3 1, 定 2 12月24日, 标题 1 …, 话 1 …, 文稿 1 …, 关键词 1 …, 回执"}
	textNoItem   = bot.Text{ZH: "没有第 %s 条，发 /语音 看看排了哪些。", EN: "There is no number %s; send /voice for the list."}
	textDone     = bot.Text{ZH: "好了。", EN: "Done."}
	textPinned   = bot.Text{ZH: "好了，%s 那天播它。", EN: "Done: it is on air on %s."}
	textTaken    = bot.Text{ZH: "%s 那天已经定了别的一条，先把它移开吧。", EN: "Another one is pinned to %s; move that away first."}
	textBadDay   = bot.Text{ZH: "没看懂是哪天：%s", EN: "Which day? %s"}
	textTooLong  = bot.Text{ZH: "太长了，最多 %d 个字。", EN: "Too long: %d characters at most."}
	textNoMorn   = bot.Text{ZH: "还没有播过语音。", EN: "Nothing was on air yet."}
	textReceipt  = bot.Text{ZH: "%s 的语音：%d 个群已收到，%d 个在等或不确定，%d 个失败%s。", EN: "The voice of %s: %d groups have it, %d wait or are in doubt, %d failed%s."}
	textFailedIn = bot.Text{ZH: "（%s）", EN: " (%s)"}
)

const (
	maxListed = 15
	maxTitle  = 40
	maxLine   = 300
	maxText   = 5000
)

// An action is one thing /语音 can do with a number and further words.
type action struct {
	names []string
	run   func(c *bot.Call, q queue, it item, rest string) error
}

func actions() []action {
	return []action{
		{[]string{"听", "试听", "listen"}, listen},
		{[]string{"删", "删除", "remove"}, discard},
		{[]string{"换", "交换", "swap"}, swap},
		{[]string{"移", "移到", "move"}, move},
		{[]string{"定", "定在", "pin"}, pin},
		{[]string{"标题", "title"}, write(maxTitle, func(it *item) *string { return &it.Title })},
		{[]string{"话", "封面", "cover"}, write(maxLine, func(it *item) *string { return &it.Cover })},
		{[]string{"文稿", "文字", "text"}, write(maxText, func(it *item) *string { return &it.Text })},
		{[]string{"关键词", "keyword"}, write(maxKeyword, func(it *item) *string { return &it.Keyword })},
	}
}

// arrange is /语音.
func arrange(_ context.Context, c *bot.Call) error {
	what, number, rest := c.Arg("做什么"), c.Arg("第几条"), c.Arg("内容")
	switch what {
	case "", "队列", "list", "queue":
		return list(c)
	case "回执", "receipts":
		return receipts(c)
	case "看", "look": // the program says so when something in the folders changed
		c.Reply(textDone)
		return scanNow(c)
	case "收", "add":
		return receive(c, strings.TrimSpace(number+" "+rest))
	}
	for _, a := range actions() {
		for _, name := range a.names {
			if name != what {
				continue
			}
			q, err := readQueue(c.Tx)
			if err != nil {
				return err
			}
			it, err := numbered(q, number)
			if err != nil {
				return err
			}
			return a.run(c, q, it, strings.TrimSpace(rest))
		}
	}
	return bot.Refuse(textHow)
}

// numbered finds an item by its place in the list, or, as the console names it, by its lasting number: #12.
func numbered(q queue, number string) (item, error) {
	if id, ok := strings.CutPrefix(number, "#"); ok {
		for n := range q.len() {
			if it, _ := q.at(n + 1); strconv.FormatUint(it.ID, 10) == id {
				return it, nil
			}
		}
	}
	n, err := strconv.Atoi(strings.Trim(number, "第条"))
	it, ok := q.at(n)
	if err != nil || !ok {
		return it, bot.Refuse(textNoItem, bot.CleanName(number))
	}
	return it, nil
}

func list(c *bot.Call) error {
	if err := scanNow(c); err != nil { // what was just put into the folder is not kept waiting
		return err
	}
	q, err := readQueue(c.Tx)
	if err != nil {
		return err
	}
	if q.len() == 0 {
		c.Reply(textNothing)
		return nil
	}
	moments, err := planOf(c, q, min(len(q.turns), maxListed))
	if err != nil {
		return err
	}
	text := c.T(textList)
	for i := range min(q.len(), maxListed) {
		it, _ := q.at(i + 1)
		when := c.T(textLater)
		switch {
		case i >= len(q.turns):
			when = q.days[i-len(q.turns)].String()
		case i < len(moments):
			when = c.When(moments[i])
		}
		text += c.T(textLine, i+1, when, it.Length.Seconds(), marks(c, it))
	}
	if more := q.len() - maxListed; more > 0 {
		text += c.T(textMore, more)
	}
	c.Say(text)
	return nil
}

func marks(c *bot.Call, it item) (s string) {
	if it.Title != "" {
		s += c.T(textNamed, it.Title)
	}
	if it.Text != "" {
		s += c.T(textWritten)
	}
	if it.Keyword != "" {
		s += c.T(textWord, it.Keyword)
	}
	return s
}

func listen(c *bot.Call, _ queue, it item, _ string) error {
	c.Send(bot.Effect{Kind: bot.SendVoice, Media: it.Sum, Name: nameOf(it.Title, it.Added.In(c.Zone()).Format("2006-01-02"), it.Ext)})
	return nil
}

func discard(c *bot.Call, _ queue, it item, _ string) error {
	c.Reply(textDone)
	return remove(c.Tx, it.ID)
}

// swap lets two items change places, pinned or not.
func swap(c *bot.Call, q queue, it item, rest string) error {
	other, err := numbered(q, rest)
	if err != nil {
		return err
	}
	exchange := func(id uint64) uint64 {
		switch id {
		case it.ID:
			return other.ID
		case other.ID:
			return it.ID
		}
		return id
	}
	turns := ids(q.turns)
	for i, id := range turns {
		turns[i] = exchange(id)
	}
	for i, p := range q.pinned {
		if err := pins.Put(c.Tx, exchange(p.ID), q.days[i]); err != nil {
			return err
		}
	}
	if err := setOrder(c.Tx, turns); err != nil {
		return err
	}
	return list(c)
}

// move puts an item at a place of the queue; one that was pinned loses its day.
func move(c *bot.Call, _ queue, it item, rest string) error {
	place, err := strconv.Atoi(rest)
	if err != nil || place < 1 {
		return bot.Refuse(textNoItem, bot.CleanName(rest))
	}
	if err := unqueue(c.Tx, it.ID); err != nil {
		return err
	}
	turns, _, err := order.Get(c.Tx, only)
	if err != nil {
		return err
	}
	place = min(place-1, len(turns))
	moved := append([]uint64{}, turns[:place]...)
	moved = append(append(moved, it.ID), turns[place:]...)
	if err := setOrder(c.Tx, moved); err != nil {
		return err
	}
	return list(c)
}

// pin keeps an item for one date.
func pin(c *bot.Call, q queue, it item, rest string) error {
	spec, err := c.Days().ParseAt(rest, c.Now, c.Zone())
	if err != nil || !spec.Once() {
		syntax, _ := errors.AsType[*schedules.SyntaxError](err)
		if syntax == nil {
			return bot.Refuse(textBadDay, "明天、12月24日、2026年12月24日")
		}
		return bot.Refuse(textBadDay, syntax.Chinese())
	}
	day := c.Day(spec.Next(c.Now, c.Zone()))
	if other, ok := q.pinOf(day); ok && other.ID != it.ID {
		return bot.Refuse(textTaken, day.String())
	}
	if err := unqueue(c.Tx, it.ID); err != nil {
		return err
	}
	c.Reply(textPinned, day.String())
	return pins.Put(c.Tx, it.ID, day)
}

// write sets one of an item's texts; without any it takes it away.
func write(most int, field func(*item) *string) func(*bot.Call, queue, item, string) error {
	return func(c *bot.Call, _ queue, it item, rest string) error {
		if utf8.RuneCountInString(rest) > most {
			return bot.Refuse(textTooLong, most)
		}
		*field(&it) = rest
		c.Reply(textDone)
		return items.Put(c.Tx, it, it.ID)
	}
}

// receipts says which groups have the last morning's voice.
func receipts(c *bot.Call) error {
	last, ok, err := airings.First(c.Tx, store.Range{Reverse: true})
	if err != nil {
		return err
	}
	if !ok {
		return bot.Refuse(textNoMorn)
	}
	t, err := tallyOf(c.Tx, last.Value.Day)
	if err != nil {
		return err
	}
	who := ""
	if len(t.failed) > 0 {
		who = c.T(textFailedIn, named(c, t.failed))
	}
	c.Reply(textReceipt, last.Value.Day, len(t.sent), len(t.open), len(t.failed), who)
	return nil
}
