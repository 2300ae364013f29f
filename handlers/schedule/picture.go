package schedule

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/pictures"
)

const maxPNG = 4 << 20

// A sketch is what is to be drawn, and what is said where it cannot be.
type sketch struct {
	Text   string          `json:"text"`
	Agenda pictures.Agenda `json:"agenda"`
}

var (
	textTitle = bot.Text{ZH: "接下来 %d 天", EN: "The coming %d days"}
	textItem1 = bot.Text{ZH: "%s → %d 个群", EN: "%s → groups: %d"}
	textNotIt = bot.Text{ZH: "放假，不发", EN: "left out: a holiday"}
)

// draw asks for the picture of some days; it is sent here when it is done.
func (f forecast) draw(c *bot.Call, days int, scenes []scene) error {
	if c.Stale() {
		return nil
	}
	a := pictures.Agenda{Look: pictures.Look{Lang: string(f.lang)}, Title: f.t(textTitle, days), Group: f.zone.String()}
	sent := map[string]day{}
	for _, d := range f.days(scenes) {
		sent[d.date.Format(time.DateOnly)] = d
	}
	local := f.o.Now.In(f.zone)
	for i := range days + 1 { // from now to the same time on the last day
		date := time.Date(local.Year(), local.Month(), local.Day()+i, 0, 0, 0, 0, f.zone)
		d, ok := sent[date.Format(time.DateOnly)]
		if !ok && (i == 0 || i == days) {
			continue // what is left of today, or the beginning of the last day
		}
		leaf := pictures.AgendaDay{Date: date, Note: f.kind(date), Alarm: f.over(d)}
		for _, s := range d.folded(f.quiet) {
			leaf.Items = append(leaf.Items, f.item(s))
		}
		a.Days = append(a.Days, leaf)
	}
	return c.Work(workDraw, c.Event.ID, sketch{f.script(days, scenes), a})
}

func (f forecast) item(s scene) pictures.AgendaItem {
	it := pictures.AgendaItem{Clock: s.at.In(f.zone).Format("15:04"), What: s.what, Off: s.off}
	if s.off {
		it.Note = f.t(textNotIt)
		return it
	}
	it.What = f.t(textItem1, s.what, s.groups)
	remarks, troubled := f.remarks(s)
	it.Note, it.Warn = strings.Join(remarks, "，"), troubled
	return it
}

// artist gives the work that draws.
func artist(open pictures.Opener) func(context.Context, bot.Work) (any, error) {
	return func(ctx context.Context, w bot.Work) (any, error) {
		var s sketch
		if err := json.Unmarshal(w.Data, &s); err != nil {
			return nil, bot.Permanent(err)
		}
		studio, err := open()
		if err != nil {
			return nil, bot.Permanent(err)
		}
		png, err := studio.PNG(ctx, s.Agenda.Draw())
		if err != nil {
			return nil, err
		}
		return w.Keep(ctx, bytes.NewReader(png), maxPNG)
	}
}

// drawn sends a picture, or the words where there is none.
func drawn(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil {
		return err
	}
	e := bot.Effect{Class: bot.Answer, Loud: true, Expires: c.Now.Add(10 * time.Minute)}
	if done.Error != "" {
		var s sketch
		if err := json.Unmarshal(done.Asked, &s); err != nil {
			return err
		}
		e.Kind, e.Text = bot.Say, s.Text
		c.Send(e)
		return nil
	}
	e.Kind, e.Name = bot.SendImage, "agenda.png"
	if err := done.Into(&e.Media); err != nil {
		return err
	}
	c.Send(e)
	return nil
}
