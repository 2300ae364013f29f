package broadcast

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"sixtwenty/bot"
)

var (
	textNoneLeft = bot.Text{
		ZH: "%s 的语音还没有。录一条私聊发我就行；不录的话，%s。",
		EN: "There is no voice yet for %s. Record one and send it here; otherwise %s.",
	}
	textThenTurns   = bot.Text{ZH: "会放一条旧的", EN: "an older one is played"}
	textThenSample  = bot.Text{ZH: "会放自带的示例", EN: "the built-in sample is played"}
	textThenSpeech  = bot.Text{ZH: "会读一段文字", EN: "a text is read"}
	textThenSilence = bot.Text{ZH: "那天就不发", EN: "nothing is sent"}
)

// A glance is what the folder has for a day.
type glance struct {
	Dated bool `json:"dated"`
	Turns int  `json:"turns"`
}

// look has the folder looked at when nothing of the queue is for the next morning. It runs for every group; the owner hears
// of it once.
func look(_ context.Context, c *bot.Call) error {
	last, _, err := told.Get(c.Tx, only)
	if err != nil || !c.Event.At.After(last) {
		return err
	}
	s := bot.Settings[Settings](c)
	if never(s.Voice) {
		return nil
	}
	spec, err := c.Days().Parse(s.Voice)
	if err != nil {
		return err
	}
	at := spec.Next(c.Event.At, c.Zone())
	if at.IsZero() || at.Sub(c.Event.At) > 24*time.Hour {
		return nil
	}
	day := c.Day(at)
	aired, err := airings.Has(c.Tx, day)
	if err != nil || aired {
		return err
	}
	q, err := readQueue(c.Tx)
	if err != nil {
		return err
	}
	if _, ok := q.next(day); ok {
		return nil
	}
	had, err := outgrown(c.Tx)
	if err != nil {
		return err
	}
	if err := told.Put(c.Tx, c.Event.At, only); err != nil {
		return err
	}
	return c.Work(workLook, day.String(), lookFor{Day: day.String(), At: at, Set: s, Had: had})
}

type lookFor struct {
	Had bool      `json:"had,omitempty"`
	Day string    `json:"day"`
	At  time.Time `json:"at"`
	Set Settings  `json:"set"`
}

func lookUp(_ context.Context, w bot.Work) (any, error) {
	var ask lookFor
	if err := json.Unmarshal(w.Data, &ask); err != nil {
		return nil, bot.Permanent(err)
	}
	day, err := bot.ParseDay(ask.Day)
	if err != nil {
		return nil, bot.Permanent(err)
	}
	dated, turns, err := sift(os.DirFS(ask.Set.Folder), day)
	return glance{dated != "", len(turns)}, err
}

// looked tells the owner that a morning has nothing new.
func looked(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil || done.Error != "" {
		return err
	}
	var g glance
	var ask lookFor
	if err := done.Into(&g); err != nil || g.Dated {
		return err
	}
	if err := json.Unmarshal(done.Asked, &ask); err != nil {
		return err
	}
	then := textThenSample
	switch {
	case ask.Set.Fallback == fallbackSilence:
		then = textThenSilence
	case ask.Set.Fallback == fallbackSpeech:
		then = textThenSpeech
	case g.Turns > 0:
		then = textThenTurns
	case ask.Had:
		then = textThenSilence
	}
	return remindOwners(c, c.T(textNoneLeft, c.When(ask.At), c.T(then)), ask.At)
}

// remindOwners speaks at the time that the owner chose for it, in quiet hours too: 5:50 is within them, and later is too late. It is
// worth saying until the morning it is about.
func remindOwners(c *bot.Call, text string, until time.Time) error {
	homes, err := c.Owners()
	for _, home := range homes {
		c.Send(bot.Effect{Kind: bot.Say, Chat: home, Text: text, Class: bot.Broadcast, Expires: until})
	}
	return err
}
