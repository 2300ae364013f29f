package wechatbox

import (
	"strconv"
	"time"
)

// Kind is what a message is.
type Kind string

// The kinds of messages.
const (
	Text     Kind = "text"
	Image    Kind = "image"
	Voice    Kind = "voice"
	Video    Kind = "video"
	File     Kind = "file"
	Link     Kind = "link"
	Emoticon Kind = "emoticon"
	Card     Kind = "card" // a contact card
	Location Kind = "location"
	System   Kind = "system" // a text of WeChat's own, with no sender
	Recall   Kind = "recall" // where a message stood that was recalled
)

// Content is what a message says. A kind uses the fields that suit it.
type Content struct {
	Kind     Kind          `json:"kind"`
	Text     string        `json:"text,omitempty"`     // the text; of a link its description, of a location its address
	Name     string        `json:"name,omitempty"`     // of a file; the title of a link; the label of a location
	URL      string        `json:"url,omitempty"`      // of a link
	Media    string        `json:"media,omitempty"`    // the id of the bytes, for Box.Media
	Size     int64         `json:"size,omitempty"`     // bytes
	Duration time.Duration `json:"duration,omitempty"` // of voice and video
	Width    int           `json:"width,omitempty"`    // pixels
	Height   int           `json:"height,omitempty"`
	Person   string        `json:"person,omitempty"` // whose contact card
	MD5      string        `json:"md5,omitempty"`    // of an emoticon that WeChat knows
}

// body is what a message has beside its text.
type body = Content

// Message is one message as one person sees it.
type Message struct {
	ID       string    `json:"id"`                 // decimal, as on the wire
	Chat     string    `json:"chat"`               // the group, or the other person
	From     string    `json:"from,omitempty"`     // "" for a system text
	FromName string    `json:"fromName,omitempty"` // remark, name in the group or nickname
	At       time.Time `json:"at"`
	Content
}

// Say makes somebody write a text. to is a group they are in, or a friend.
func (b *Box) Say(from, to, text string) (Message, error) {
	return b.Send(from, to, Content{Kind: Text, Text: text}, nil)
}

// SendImage makes somebody send a picture (PNG, JPEG or GIF).
func (b *Box) SendImage(from, to, name string, data []byte) (Message, error) {
	return b.Send(from, to, Content{Kind: Image, Name: name}, data)
}

// SendVoice makes somebody send a voice message of MP3 data.
func (b *Box) SendVoice(from, to string, data []byte, length time.Duration) (Message, error) {
	return b.Send(from, to, Content{Kind: Voice, Name: "voice.mp3", Duration: length}, data)
}

// SendFile makes somebody send a file.
func (b *Box) SendFile(from, to, name string, data []byte) (Message, error) {
	return b.Send(from, to, Content{Kind: File, Name: name}, data)
}

// Send makes somebody send anything. data is what c shows or carries; nil where c.Media names what is there already.
func (b *Box) Send(from, to string, c Content, data []byte) (Message, error) {
	var view Message
	err := b.update(func(t *tx) error {
		p, ch, err := t.w.speaker(from, to)
		if err != nil {
			return err
		}
		if err := t.checkContent(&c, data); err != nil {
			return err
		}
		if data != nil {
			if err := t.keepMedia(&c, data); err != nil {
				return err
			}
		}
		view = t.w.view(p, t.post(ch, p, nil, c.Text, bodyOf(c)))
		return nil
	})
	return view, err
}

const maxText = 16 << 10 // bytes of one text

func (t *tx) checkContent(c *Content, data []byte) error {
	switch c.Kind {
	case Text:
		if c.Text == "" {
			return refuse("a text cannot be empty")
		}
	case Image, Voice, Video, File:
		if data == nil && t.w.media.get(c.Media) == nil {
			return &UnknownError{What: "media", Name: c.Media}
		}
		if data == nil {
			m := t.w.media.get(c.Media)
			c.Size, c.Name = m.Size, firstOf(c.Name, m.Name)
		}
	case Link, Location, Emoticon:
	case Card:
		p, err := t.w.findPerson(c.Person)
		if err != nil {
			return err
		}
		c.Person = p.ID
	default:
		return refuse("%q is no kind of message: text, image, voice, video, file, link, emoticon, card and location are", c.Kind)
	}
	if len(c.Text) > maxText {
		return refuse("a text of %d bytes is too long: %d are the most", len(c.Text), maxText)
	}
	return nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func bodyOf(c Content) *body {
	if c.Kind == Text {
		return nil
	}
	c.Text = ""
	return &c
}

// speaker finds who speaks and the chat they name, and checks that they may speak there.
func (w *world) speaker(from, to string) (*person, *chat, error) {
	p, err := w.findPerson(from)
	if err != nil {
		return nil, nil, err
	}
	c, err := w.findChat(p, to)
	if err != nil {
		return nil, nil, err
	}
	return p, c, w.maySpeak(p, c)
}

func (w *world) maySpeak(p *person, c *chat) error {
	switch {
	case c.g != nil && c.g.gone:
		return refuse("%s was dismissed", c.g.id)
	case c.g != nil && c.g.index[p.idx] == nil:
		return refuse("%s is not in %s", p.ID, c.g.id)
	case c.g != nil || c.a == c.b:
		return nil
	}
	q := c.other(p)
	if !p.Official && !q.Official && (!p.knows(q) || !q.knows(p)) {
		return refuse("%s and %s are no friends", p.ID, q.ID)
	}
	return nil
}

// other is whom p talks with in a private chat, nil in a group.
func (c *chat) other(p *person) *person {
	switch {
	case c.g != nil:
		return nil
	case c.a == p:
		return c.b
	}
	return c.a
}

// post puts a message into a chat and into the queue of every account that sees it.
func (t *tx) post(c *chat, from *person, n *notice, text string, b *body) *message {
	return t.postTo(c, from, n, text, b, nil, nil)
}

// postTo is post for the eyes of only, if given, and not for the queue of the account whose web session sent it.
func (t *tx) postTo(c *chat, from *person, n *notice, text string, b *body, only *person, web *account) *message {
	r := &messageRec{Seq: t.w.nextSeq(), Chat: c.ref(), At: t.now.UnixMilli(), Text: text, Body: b, Notice: n}
	if from != nil {
		r.From = &from.idx
	}
	if only != nil {
		r.Only = only.idx + 1
	}
	t.do(rec{Message: r})
	m := t.w.messages.at(r.Seq)
	for _, a := range t.w.accounts {
		if a != web && m.seenBy(a.p) {
			t.queue(a, queueRec{Kind: queueMessage, Seq: m.seq})
		}
	}
	t.tell(changeOf(m))
	return m
}

// announceIn posts a system text that every member reads in their own wording.
func (t *tx) announceIn(g *group, n notice) { t.post(g.chat, nil, &n, "", nil) }

// noticeFor posts a system text for one person alone.
func (t *tx) noticeFor(c *chat, p *person, n notice) { t.postTo(c, nil, &n, "", nil, p, nil) }

// seenBy tells whether a message is part of the chat as p sees it.
func (m *message) seenBy(p *person) bool {
	if m.only != 0 && m.only != p.idx+1 {
		return false
	}
	g := m.chat.g
	if g == nil {
		return m.chat.a == p || m.chat.b == p
	}
	if in := g.index[p.idx]; in != nil {
		return m.seq >= in.since
	}
	was, ok := g.past[p.idx]
	return ok && m.seq >= was.since && m.seq < was.until
}

const recallWithin = 2 * time.Minute

// Recall makes somebody take back a message of theirs, which WeChat allows for two minutes.
func (b *Box) Recall(by, id string) error {
	return b.update(func(t *tx) error {
		p, err := t.w.findPerson(by)
		if err != nil {
			return err
		}
		m := t.w.messageByID(id)
		if m == nil || !m.seenBy(p) {
			return &UnknownError{What: "message", Name: id}
		}
		return t.recall(p, m, nil)
	})
}

func (t *tx) recall(p *person, m *message, web *account) error {
	switch {
	case m.from != p:
		return refuse("%s did not send message %s", p.ID, m.id())
	case m.recall:
		return refuse("message %s was recalled already", m.id())
	case t.now.Sub(time.UnixMilli(m.at)) > recallWithin:
		return refuse("message %s is older than two minutes", m.id())
	}
	r := m.rec() // the text stays: a client that has not fetched it yet gets both, as from the real server
	r.Recall = true
	t.do(rec{Message: r})
	t.tell(changeOf(m))
	t.postTo(m.chat, p, &notice{Kind: noticeRecalled, Actor: t.w.named(m.chat.g, p), Old: m.seq}, "", nil, nil, web)
	return nil
}

// Message numbers are spread over 19 digits, as WeChat's are, and can be turned back: no table is kept.
const (
	idBase   = 1_000_000_000_000_000_000
	idMask   = 1<<60 - 1
	idFactor = 0x9E3779B97F4A7C15 & idMask
)

func (m *message) id() string { return strconv.FormatInt(wireID(m.seq), 10) }

func wireID(seq uint64) int64 { return idBase + int64(seq*idFactor&idMask) }

func (w *world) messageByID(id string) *message {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < idBase {
		return nil
	}
	return w.messages.at(uint64(n-idBase) * inverseOf(idFactor) & idMask)
}

// inverseOf is the number that undoes a multiplication by the odd x, by Newton's iteration.
func inverseOf(x uint64) uint64 {
	y := x
	for range 6 {
		y *= 2 - x*y
	}
	return y
}
