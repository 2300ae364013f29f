package broadcast

import (
	"cmp"
	"context"
	"errors"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A request is what the work is asked for; groups of one day share it.
type request struct {
	Day  string     `json:"day"`
	Item *item      `json:"item,omitempty"` // of the queue; without one the folder and the fallback decide
	Had  bool       `json:"had,omitempty"`  // the built-in sample has had its time
	Chat bot.ChatID `json:"chat"`           // some chat that it goes to
	Set  Settings   `json:"set"`
}

// A wait is one chat that a voice is for.
type wait struct {
	Chat    bot.ChatID `json:"chat"`
	Cover   string     `json:"cover,omitempty"` // what the group says before it, where the voice brings no text
	At      time.Time  `json:"at"`              // not before
	Preview bool       `json:"preview,omitempty"`
}

const waiting = store.Table[wait]("broadcast/waiting") // the work's key, chat

var (
	textNoVoice  = bot.Text{ZH: "今天的语音没能发出来，管家已经记下，会尽快处理。", EN: "Today's voice could not be sent; it is noted."}
	textWrong    = bot.Text{ZH: "%s 的语音没能准备好，群里没有发：%s", EN: "The voice of %s could not be prepared and was not sent: %s"}
	textSilent   = bot.Text{ZH: "%s 没有语音可发：%s。", EN: "There is no voice for %s: %s."}
	textSilence  = bot.Text{ZH: "按设置没有新语音就不发（broadcast.fallback）", EN: "without a new one none is sent (broadcast.fallback)"}
	textCutOff   = bot.Text{ZH: "那时连不上微信", EN: "WeChat was not reached"}
	textNoStock  = bot.Text{ZH: "没有新的，文件夹里也没有备用的", EN: "there is no new one, and none in the folder to take instead"}
	textInstead  = bot.Text{ZH: "%s 没有新的语音，发了%s。录一条私聊发我，明天就播它。", EN: "There was no new voice for %s; %s was sent. Send me a recording and tomorrow has it."}
	textOldOne   = bot.Text{ZH: "一条旧的", EN: "an older one"}
	textReadOne  = bot.Text{ZH: "一段朗读", EN: "a text that was read"}
	textSaysWord = bot.Text{ZH: "%s\n回复「%s」看文字版。", EN: "%s\nReply “%s” for the text."}
)

// tagOf names all that is sent of one morning.
func tagOf(day string) string { return "voice/" + day }

// due asks for the day's voice for this group. It runs ahead of the minute.
func due(_ context.Context, c *bot.Call) error {
	at := c.Event.At.Add(lead)
	day := c.Day(at)
	return ask(c, day.String(), day, wait{Chat: c.Event.Chat.ID, At: at})
}

// preview plays here what the day has, or would have.
func preview(_ context.Context, c *bot.Call) error {
	day := c.Day(c.Now)
	return ask(c, "preview/"+day.String(), day, wait{Chat: c.Event.Chat.ID, At: c.Now, Preview: true})
}

func ask(c *bot.Call, key string, day bot.Day, w wait) error {
	s := bot.Settings[Settings](c)
	w.Cover = s.Cover
	if err := waiting.Put(c.Tx, w, key, w.Chat); err != nil {
		return err
	}
	had, aired, err := airings.Get(c.Tx, day)
	if err != nil {
		return err
	}
	if aired && had.Silence != silentCutOff {
		return give(c, key, had)
	}
	q, err := readQueue(c.Tx)
	if err != nil {
		return err
	}
	r := request{Day: day.String(), Chat: w.Chat, Set: s}
	if r.Had, err = outgrown(c.Tx); err != nil {
		return err
	}
	if it, ok := q.next(day); ok {
		r.Item = &it
	}
	return c.Work(workVoice, key, r)
}

// send gives a voice that is ready to every group that waits for it.
func send(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil {
		return err
	}
	if done.Error != "" {
		return apologise(c, done.Key, done.Error)
	}
	var a airing
	if err := done.Into(&a); err != nil {
		return err
	}
	day, err := bot.ParseDay(a.Day)
	if err != nil {
		return err
	}
	if done.Key == a.Day { // no preview
		a.At = c.Now
		if err := air(c.Tx, a, day); err != nil {
			return err
		}
		if err := tellOwners(c, a); err != nil {
			return err
		}
	}
	return give(c, done.Key, a)
}

// tellOwners says what was sent for want of a new voice.
func tellOwners(c *bot.Call, a airing) error {
	switch a.From {
	case fromTurns:
		return c.TellOwners(textInstead, a.Day, c.T(textOldOne))
	case fromSpeech:
		return c.TellOwners(textInstead, a.Day, c.T(textReadOne))
	}
	if a.Silence != "" {
		return c.TellOwners(textSilent, a.Day, c.T(a.why()))
	}
	return nil
}

// why is the reason of a silence.
func (a airing) why() bot.Text {
	switch a.Silence {
	case silentNoStock:
		return textNoStock
	case silentCutOff:
		return textCutOff
	}
	return textSilence
}

// give sends a voice to those who wait under a key.
func give(c *bot.Call, key string, a airing) error {
	list, err := release(c.Tx, key)
	if err != nil {
		return err
	}
	for _, w := range list {
		if a.Silence == "" {
			sendTo(c, a, w)
			err = errors.Join(err, checkLater(c, a, w))
		} else if w.Preview {
			c.Send(bot.Effect{Kind: bot.Say, Chat: w.Chat, Class: bot.Answer, Text: c.T(textSilent, a.Day, c.T(a.why()))})
		}
	}
	return err
}

// checkLater has those looked at who get a voice at one minute; groups may have theirs at different ones.
func checkLater(c *bot.Call, a airing, w wait) error {
	if w.Preview {
		return nil
	}
	from := w.At
	if c.Now.After(from) {
		from = c.Now
	}
	if err := a.lasts(c.Tx, w.At); err != nil {
		return err
	}
	data := a.Day + " " + w.At.UTC().Format(time.RFC3339)
	return c.SetTimer(from.Add(checkAfter), timerCheck, data, data)
}

// lasts keeps the last minute of a morning.
func (a airing) lasts(tx store.Tx, at time.Time) error {
	day, err := bot.ParseDay(a.Day)
	if err != nil {
		return err
	}
	row, ok, err := airings.Get(tx, day)
	if err != nil || !ok || !at.After(row.Last) {
		return err
	}
	row.Last = at
	return airings.Put(tx, row, day)
}

// sendTo asks for one group's share.
func sendTo(c *bot.Call, a airing, w wait) {
	e := bot.Effect{Chat: w.Chat, Class: bot.Broadcast, NotBefore: w.At, Expires: w.At.Add(grace), Tag: tagOf(a.Day)}
	if w.Preview {
		e.Class, e.Tag, e.Loud = bot.Answer, "", true
	}
	if text := coverFor(c, a, w.Cover); text != "" {
		cover := e
		cover.Kind, cover.Text = bot.Say, text
		c.Send(cover)
	}
	e.Kind, e.Media, e.Name = bot.SendVoice, a.Sum, a.Name
	c.Send(e)
}

func coverFor(c *bot.Call, a airing, usual string) string {
	text := cmp.Or(a.Cover, usual)
	if a.Keyword != "" && a.Text != "" {
		text = c.T(textSaysWord, text, a.Keyword)
	}
	return text
}

// apologise tells the groups that wait that there is no voice, and the owners why.
func apologise(c *bot.Call, key, why string) error {
	list, err := release(c.Tx, key)
	if err != nil {
		return err
	}
	for _, w := range list {
		c.Send(bot.Effect{Kind: bot.Say, Chat: w.Chat, Text: c.T(textNoVoice), Class: bot.Broadcast, NotBefore: w.At})
	}
	return c.TellOwners(textWrong, key, why)
}

// release removes and gives those who wait under a key.
func release(tx store.Tx, key string) ([]wait, error) {
	var list []wait
	for row, err := range waiting.Scan(tx, store.Under(key)) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	for _, w := range list {
		if err := waiting.Delete(tx, key, w.Chat); err != nil {
			return nil, err
		}
	}
	return list, nil
}
