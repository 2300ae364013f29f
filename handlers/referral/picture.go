package referral

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"sixtwenty/bot"
	"sixtwenty/pictures"
)

// This file draws, outside the loop. Where nothing can be drawn, the words go out instead.

const (
	workPicture = "picture"
	maxPNG      = 4 << 20
	boardDrawn  = 20
)

var (
	textPicture = bot.Text{ZH: "图", EN: "picture"}
	textPeople  = bot.Text{ZH: "人", EN: "people"}
	textBoardOf = bot.Text{ZH: "邀请榜", EN: "Who brought the most"}
	textStayers = bot.Text{ZH: "满两周的有 %d 人", EN: "of %d after two weeks"}
)

// isPicture says whether a word asks for a picture.
func isPicture(s string) bool { return s == textPicture.ZH || strings.EqualFold(s, textPicture.EN) }

// A sketch is what is to be drawn, one of them, and what is said where it cannot be.
type sketch struct {
	Text  string          `json:"text"`
	Tree  *pictures.Tree  `json:"tree,omitempty"`
	Board *pictures.Board `json:"board,omitempty"`
}

// A painting is what the work gives.
type painting struct {
	Sum  string `json:"sum,omitempty"` // "" where there is no font
	Name string `json:"name,omitempty"`
}

// draw asks for a picture, which is sent here when it is done.
func draw(c *bot.Call, s sketch) error {
	if c.Stale() {
		return nil
	}
	return c.Work(workPicture, c.Event.ID, s)
}

func canvas(c *bot.Call) pictures.Look { return pictures.Look{Lang: string(c.Group().Language)} }

// drawing is the tree below a node.
func (n *node) drawing(c *bot.Call, r reach) *pictures.Tree {
	return &pictures.Tree{
		Look: canvas(c), Group: c.ChatName(c.Event.Chat.ID), Root: n.picture(c), Direct: r.All[0], Reach: r.sum(), Stays: r.here(),
	}
}

// picture is the node as it is drawn.
func (n *node) picture(c *bot.Call) pictures.Node {
	p := pictures.Node{Name: c.Name(n.id), Left: n.is == left, Pending: n.is == pending || n.is == held, Below: n.hidden}
	for _, ch := range n.children {
		p.Children = append(p.Children, ch.picture(c))
	}
	return p
}

// boardPicture is a board as it is drawn.
func boardPicture(c *bot.Call, s scope, per period, list []ranked) (*pictures.Board, error) {
	me, err := c.Who()
	if err != nil {
		return nil, err
	}
	b := &pictures.Board{
		Look: canvas(c), Title: c.T(textBoardOf), Group: c.ChatName(c.Event.Chat.ID), Period: strings.Trim(c.T(s.title), "（） ,"),
		Unit: c.T(textPeople),
	}
	for _, p := range list {
		row := pictures.Row{Name: c.Name(p.who), Value: p.total(), Mine: p.who == me}
		if per == quality {
			row.Value, row.Note = p.Kept, c.T(textStayers, p.Aged)
		} else if p.Pending > 0 {
			row.Note = c.T(textCount, c.T(pending.text()), p.Pending)
		}
		b.Rows = append(b.Rows, row)
	}
	return b, nil
}

// artist gives the work that draws.
func artist(open pictures.Opener) func(context.Context, bot.Work) (any, error) {
	said := new(atomic.Bool)
	return func(ctx context.Context, w bot.Work) (any, error) {
		studio, err := open()
		if errors.Is(err, pictures.ErrNoFont) && said.Swap(true) {
			return painting{}, nil // the log has one line on what to install, which is enough
		}
		if err != nil {
			return nil, bot.Permanent(err)
		}
		var s sketch
		if err := json.Unmarshal(w.Data, &s); err != nil {
			return nil, bot.Permanent(err)
		}
		var d *pictures.Drawing
		switch {
		case s.Tree != nil:
			d = s.Tree.Draw()
		case s.Board != nil:
			d = s.Board.Draw()
		default:
			return nil, bot.Permanent(errors.New("there is nothing to draw"))
		}
		img, err := studio.PNG(ctx, d)
		if err != nil {
			return nil, err
		}
		sum, err := w.Keep(ctx, bytes.NewReader(img), maxPNG)
		return painting{Sum: sum, Name: d.Kind + ".png"}, err
	}
}

// drawn sends a picture, or the words where there is none.
func drawn(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil {
		return err
	}
	var p painting
	if done.Error == "" {
		if err := done.Into(&p); err != nil {
			return err
		}
	}
	if p.Sum == "" {
		var s sketch
		if err := json.Unmarshal(done.Asked, &s); err != nil {
			return err
		}
		c.Send(bot.Effect{Kind: bot.Say, Text: s.Text, Class: bot.Answer, Expires: c.Now.Add(10 * time.Minute)})
		return nil
	}
	c.Send(bot.Effect{Kind: bot.SendImage, Media: p.Sum, Name: p.Name, Class: bot.Answer, Expires: c.Now.Add(10 * time.Minute)})
	return nil
}
