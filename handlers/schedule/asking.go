package schedule

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A draft is an entry whose content was asked for.
type draft struct {
	Entry entry     `json:"entry"`
	At    time.Time `json:"at"`
}

const (
	drafts   = store.Table[draft]("schedule/drafts") // chat, who
	patience = 5 * time.Minute
	maxMedia = 25 << 20
)

var textNotTaken = bot.Text{ZH: "这个没能取下来，请再发一次 /定时。", EN: "It could not be fetched; please send /schedule again."}

// want asks for the content of an entry.
func want(c *bot.Call, e entry) error {
	c.Reply(textAsk, e.Spec)
	return drafts.Put(c.Tx, draft{e, c.Event.At}, c.Event.Chat.ID, c.Event.From.Person)
}

// hear takes the content that was asked for, and the yes to a broadcast.
func hear(_ context.Context, c *bot.Call) error {
	if c.Role < bot.Manager {
		return nil
	}
	if taken, err := answered(c); taken || err != nil {
		return err
	}
	d, ok, err := drafts.Get(c.Tx, c.Event.Chat.ID, c.Event.From.Person)
	if err != nil || !ok {
		return err
	}
	if err := drafts.Delete(c.Tx, c.Event.Chat.ID, c.Event.From.Person); err != nil {
		return err
	}
	if c.Event.At.Sub(d.At) > patience {
		return nil
	}
	if m := c.Event.Media; m != nil && m.URL == "" {
		return c.Work(workTake, c.Event.ID, request{d.Entry, *m})
	}
	return finish(c, d.Entry, c.Event.Text)
}

// finish makes the entry with the text it lacked.
func finish(c *bot.Call, e entry, text string) error {
	if m := c.Event.Media; m != nil {
		text = m.Name + "\n" + m.URL
	}
	what, err := readContent(c, text)
	if err != nil || what.empty() {
		return err
	}
	e.What = what
	spec, err := c.Days().Parse(e.Spec)
	if err != nil {
		return err
	}
	return add(c, e, spec)
}

type request struct {
	Entry entry     `json:"entry"`
	Media bot.Media `json:"media"`
}

// take fetches and keeps a medium.
func take(ctx context.Context, w bot.Work) (any, error) {
	var ask request
	if err := json.Unmarshal(w.Data, &ask); err != nil {
		return nil, bot.Permanent(err)
	}
	body, err := w.Fetch(ctx, ask.Media)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	sum, err := w.Keep(ctx, body, maxMedia)
	if err != nil {
		return nil, fmt.Errorf("keeping what is to be sent: %w", err)
	}
	e := ask.Entry
	e.What = content{Media: sum, Name: ask.Media.Name, Kind: kindOf(ask.Media.Kind)}
	if e.What.Name == "" {
		e.What.Name = map[bot.EffectKind]string{bot.SendImage: "图片.jpg", bot.SendVoice: "语音.mp3"}[e.What.Kind]
	}
	e.What.Name = path.Base(e.What.Name)
	return e, nil
}

func kindOf(k bot.MediaKind) bot.EffectKind {
	switch k {
	case bot.Image:
		return bot.SendImage
	case bot.Voice:
		return bot.SendVoice
	}
	return bot.SendFile
}

// taken makes the entry whose medium is kept now.
func taken(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil {
		return err
	}
	if done.Error != "" {
		c.Reply(textNotTaken)
		return nil
	}
	var e entry
	if err := done.Into(&e); err != nil {
		return err
	}
	spec, err := c.Days().ParseAt(e.Spec, c.Now, c.Zone())
	if err != nil {
		return nil // its moment passed while it was fetched
	}
	return add(c, e, spec)
}
