package checkin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"sixtwenty/bot"
	"sixtwenty/pictures"
)

// This file draws, outside the loop and after the state is kept. The words of what is drawn went out before: a picture
// that cannot be drawn is missed by nobody but the log.

// A drawing is what the work is asked for: one of them.
type drawing struct {
	Month       *pictures.Month       `json:"month,omitempty"`
	Board       *pictures.Board       `json:"board,omitempty"`
	Certificate *pictures.Certificate `json:"certificate,omitempty"`
}

// A picture is what the work gives.
type picture struct {
	Sum  string `json:"sum,omitempty"` // "" where there is no font
	Name string `json:"name"`
}

const (
	workPicture = "picture"
	maxPicture  = 4 << 20
)

// draw asks for a picture, which is sent here when it is done.
func draw(c *bot.Call, d drawing) error {
	if !bot.Settings[Settings](c).Pictures || c.Stale() {
		return nil
	}
	return c.Work(workPicture, c.Event.ID+"/"+string(c.Event.Chat.ID), d)
}

func look(c *bot.Call) pictures.Look { return pictures.Look{Lang: string(c.Group().Language)} }

// artist gives the work.
func artist(open pictures.Opener) func(ctx context.Context, w bot.Work) (any, error) {
	said := new(atomic.Bool)
	return func(ctx context.Context, w bot.Work) (any, error) {
		studio, err := open()
		if errors.Is(err, pictures.ErrNoFont) && said.Swap(true) {
			return picture{}, nil // the log has one line on what to install, which is enough
		}
		if err != nil {
			return nil, bot.Permanent(err)
		}
		return paint(ctx, w, studio)
	}
}

func paint(ctx context.Context, w bot.Work, studio *pictures.Studio) (any, error) {
	var d drawing
	if err := json.Unmarshal(w.Data, &d); err != nil {
		return nil, bot.Permanent(err)
	}
	var p *pictures.Drawing
	switch {
	case d.Month != nil:
		p = d.Month.Draw()
	case d.Board != nil:
		p = d.Board.Draw()
	case d.Certificate != nil:
		p = d.Certificate.Draw()
	default:
		return nil, bot.Permanent(errors.New("there is nothing to draw"))
	}
	png, err := studio.PNG(ctx, p)
	if err != nil {
		return nil, err
	}
	sum, err := w.Keep(ctx, bytes.NewReader(png), maxPicture)
	return picture{Sum: sum, Name: p.Kind + ".png"}, err
}

// showPicture sends what was drawn.
func showPicture(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil || done.Error != "" {
		return err
	}
	var p picture
	if err := done.Into(&p); err != nil || p.Sum == "" {
		return err
	}
	c.Send(bot.Effect{Kind: bot.SendImage, Media: p.Sum, Name: p.Name, Class: bot.Answer, Expires: c.Now.Add(10 * time.Minute)})
	return nil
}
