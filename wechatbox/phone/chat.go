package phone

import (
	"fmt"
	"math"
	"strings"
	"time"

	"sixtwenty/wechatbox"
)

const (
	pageSize     = 100 // messages of one look at a chat
	recallWithin = 2 * time.Minute
	maxThumb     = 200 // pixels of the longer side of a picture in a chat
)

type chatView struct {
	Chat   wechatbox.Chat
	Items  []item
	Older  string // the message above which there may be more
	Silent bool   // nothing can be said here any more
}

// item is one line of a chat: a time, a system text, or what somebody said.
type item struct {
	ID     string
	Stamp  string // a time; nothing else is set
	System string // a text of WeChat's own; nothing else is set
	Mine   bool
	Name   string // shown in groups
	Face   face
	From   string // the profile of who said it
	Recall bool   // it may be recalled still
	wechatbox.Message
	Wide, High int
	Seconds    int
	Stretch    int // of a voice bubble: 0 to 9
	Size       string
	Audio      bool // a file that plays
}

func (v *viewer) chat(p place, before string) (title, back string, body any, err error) {
	c, err := v.chatOf(p.ID)
	if err != nil {
		return "", "", nil, err
	}
	list, err := v.d.box.History(v.me.ID, c.ID, before, pageSize)
	if err != nil {
		return "", "", nil, err
	}
	out := chatView{Chat: c, Silent: c.Past || !c.Group && !v.knows(c.ID)}
	if len(list) == pageSize {
		out.Older = list[0].ID
	}
	var last time.Time
	for _, m := range list {
		at := m.At.In(v.now.Location())
		if at.Sub(last) > stampGap {
			out.Items = append(out.Items, item{ID: "t" + m.ID, Stamp: stampOf(v.ws, at, v.now)})
		}
		last = at
		out.Items = append(out.Items, v.item(c, m))
	}
	title = c.Title
	if c.Group && !c.Past {
		title = fmt.Sprintf("%s (%d)", c.Title, c.People)
	}
	return title, "chats", out, nil
}

func (v *viewer) item(c wechatbox.Chat, m wechatbox.Message) item {
	it := item{ID: m.ID, Message: m, Mine: m.From == v.me.ID}
	if m.Kind == wechatbox.System || m.Kind == wechatbox.Recall {
		it.System = strings.TrimSpace(m.Text)
		return it
	}
	it.Face, it.From = v.face(m.From), join("profile", "", m.From)
	if c.Group {
		it.Name, it.From = m.FromName, join("profile", c.ID, m.From)
	}
	it.Recall = it.Mine && v.now.Sub(m.At) < recallWithin
	switch m.Kind {
	case wechatbox.Image, wechatbox.Video:
		it.Wide, it.High = thumb(m.Width, m.Height)
	case wechatbox.Voice:
		it.Seconds = max(1, int(math.Round(m.Duration.Seconds())))
		it.Stretch = min(9, it.Seconds/6)
	case wechatbox.File:
		it.Size = sizeOf(m.Size)
		it.Audio = v.plays(m.Media)
	case wechatbox.Card:
		it.Message.Name = v.person(m.Person).Nick
	}
	return it
}

func (v *viewer) plays(media string) bool {
	m, err := v.d.box.Media(media)
	return err == nil && strings.HasPrefix(playable(m.MIME, m.Name), "audio/")
}

// thumb is the size at which a picture is shown; unknown sizes are left to the browser.
func thumb(w, h int) (int, int) {
	longer := max(w, h)
	if longer <= maxThumb {
		return w, h
	}
	return max(1, w*maxThumb/longer), max(1, h*maxThumb/longer)
}

func sizeOf(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// summary is a message in the list of chats.
func (v *viewer) summary(m wechatbox.Message) string {
	const longest = 80
	text := m.Text
	switch m.Kind {
	case wechatbox.Text, wechatbox.System, wechatbox.Recall:
	case wechatbox.File, wechatbox.Link:
		text = v.ws["kind."+string(m.Kind)] + " " + m.Name
	default:
		text = v.ws["kind."+string(m.Kind)]
	}
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return text
}
