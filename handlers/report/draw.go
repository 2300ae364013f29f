package report

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"sixtwenty/bot"
	"sixtwenty/pictures"
)

const maxPNG = 4 << 20

// An art is one of the pictures.
type art struct {
	Week   *pictures.Week   `json:"week,omitempty"`
	Growth *pictures.Growth `json:"growth,omitempty"`
	Board  *pictures.Board  `json:"board,omitempty"`
}

func (a art) drawing() *pictures.Drawing {
	switch {
	case a.Week != nil:
		return a.Week.Draw()
	case a.Growth != nil:
		return a.Growth.Draw()
	case a.Board != nil:
		return a.Board.Draw()
	}
	return nil
}

// An exhibition is some pictures, and who sees them.
type exhibition struct {
	Art []art        `json:"art"`
	To  []bot.ChatID `json:"to"`
}

// draw asks for pictures; they are sent when they are done. The words went out before: a picture that cannot be drawn is missed
// by nobody but the log.
func draw(c *bot.Call, list []art, to []bot.ChatID) error {
	if len(list) == 0 || c.Stale() {
		return nil
	}
	return c.Work(workDraw, c.Event.ID, exhibition{list, to})
}

type picture struct{ Sum, Name string }

// artist gives the work that draws.
func artist(open pictures.Opener) func(context.Context, bot.Work) (any, error) {
	return func(ctx context.Context, w bot.Work) (any, error) {
		var e exhibition
		if err := json.Unmarshal(w.Data, &e); err != nil {
			return nil, bot.Permanent(err)
		}
		studio, err := open()
		if err != nil {
			return nil, bot.Permanent(err)
		}
		var done []picture
		for _, a := range e.Art {
			d := a.drawing()
			if d == nil {
				return nil, bot.Permanent(errors.New("there is nothing to draw"))
			}
			png, err := studio.PNG(ctx, d)
			if err != nil {
				return nil, err
			}
			sum, err := w.Keep(ctx, bytes.NewReader(png), maxPNG)
			if err != nil {
				return nil, err
			}
			done = append(done, picture{sum, d.Kind + ".png"})
		}
		return done, nil
	}
}

// drawn sends what was drawn.
func drawn(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil || done.Error != "" {
		return err
	}
	var list []picture
	var e exhibition
	if err := errors.Join(done.Into(&list), json.Unmarshal(done.Asked, &e)); err != nil {
		return err
	}
	for _, to := range e.To {
		for _, p := range list {
			c.Send(bot.Effect{Kind: bot.SendImage, Chat: to, Media: p.Sum, Name: p.Name, Expires: c.Now.Add(worth)})
		}
	}
	return nil
}
