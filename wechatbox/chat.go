package wechatbox

import (
	"cmp"
	"slices"
	"time"
)

// Chat is one line of the list of chats on somebody's phone.
type Chat struct {
	ID     string   `json:"id"` // the group, or the other person
	Title  string   `json:"title"`
	Group  bool     `json:"group"`
	Saved  bool     `json:"saved,omitempty"`
	Past   bool     `json:"past,omitempty"` // they are no longer in it, or it was dismissed
	People int      `json:"people,omitempty"`
	Unread int      `json:"unread,omitempty"` // up to 100
	Last   *Message `json:"last,omitempty"`
}

// Chats is the list on somebody's phone, the latest first. Groups show even before anybody spoke; friends only after.
func (b *Box) Chats(of string) ([]Chat, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, err := b.w.findPerson(of)
	if err != nil {
		return nil, err
	}
	list := make([]Chat, 0, len(p.chats))
	for _, c := range p.chats {
		if v := b.w.viewChat(p, c); v.Group || v.Last != nil {
			list = append(list, v)
		}
	}
	slices.SortStableFunc(list, func(x, y Chat) int { return cmp.Compare(y.lastAt(), x.lastAt()) })
	return list, nil
}

func (c Chat) lastAt() int64 {
	if c.Last == nil {
		return 0
	}
	return c.Last.At.UnixNano()
}

func (w *world) viewChat(p *person, c *chat) Chat {
	v := Chat{ID: c.idFor(p)}
	if g := c.g; g != nil {
		v.Group, v.Title, v.People, v.Saved = true, g.name, len(g.members), g.saved[p.idx]
		v.Past = g.gone || g.index[p.idx] == nil
	} else {
		v.Title = nameFor(p, nil, c.other(p))
	}
	read := c.reads[p.idx]
	for i := c.msgs.len() - 1; i >= 0 && v.Unread < 100; i-- {
		m := c.msgs.get(i)
		if !m.shownTo(p) {
			continue
		}
		if v.Last == nil {
			last := w.view(p, m)
			v.Last = &last
		}
		if m.seq <= read || m.from == p {
			break
		}
		v.Unread++
	}
	return v
}

func (c *chat) idFor(p *person) string {
	if c.g != nil {
		return c.g.id
	}
	return c.other(p).ID
}

// shownTo leaves out the notices of recalls: the recalled message itself shows that it is gone.
func (m *message) shownTo(p *person) bool {
	return m.seenBy(p) && (m.notice == nil || m.notice.Kind != noticeRecalled)
}

// History is up to limit messages of a chat as somebody sees it, the oldest first. before is the id of a message, whose
// predecessors are returned, or "" for the latest. A limit of 0 is 50.
func (b *Box) History(of, chat, before string, limit int) ([]Message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, err := b.w.findPerson(of)
	if err != nil {
		return nil, err
	}
	c, err := b.w.findChat(p, chat)
	if err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = 50
	}
	end := ^uint64(0)
	if before != "" {
		m := b.w.messageByID(before)
		if m == nil {
			return nil, &UnknownError{What: "message", Name: before}
		}
		end = m.seq
	}
	list := make([]Message, 0, min(limit, 50))
	for i := c.msgs.len() - 1; i >= 0 && len(list) < limit; i-- {
		if m := c.msgs.get(i); m.seq < end && m.shownTo(p) {
			list = append(list, b.w.view(p, m))
		}
	}
	slices.Reverse(list)
	return list, nil
}

// MarkRead says that somebody has seen all there is in a chat.
func (b *Box) MarkRead(of, chat string) error {
	return b.update(func(t *tx) error {
		p, err := t.w.findPerson(of)
		if err != nil {
			return err
		}
		c, err := t.w.findChat(p, chat)
		if err != nil {
			return err
		}
		last := t.w.nextSeq() - 1
		if c.msgs.len() > 0 {
			last = c.msgs.get(c.msgs.len() - 1).seq
		}
		if c.reads[p.idx] >= last {
			return nil
		}
		t.do(rec{Read: &readRec{c.ref(), p.idx, last}})
		t.tell(Change{What: ChatRead, Person: p.ID, Group: groupID(c), With: withID(c, p)})
		return nil
	})
}

// view is a message as p sees it.
func (w *world) view(p *person, m *message) Message {
	v := Message{ID: m.id(), Chat: m.chat.idFor(p), At: time.UnixMilli(m.at).In(w.zone), Content: Content{Kind: Text, Text: m.text}}
	if m.from != nil {
		v.From, v.FromName = m.from.ID, nameFor(p, m.chat.g, m.from)
	}
	switch {
	case m.recall:
		n := notice{Kind: noticeRecalled, Actor: w.named(m.chat.g, m.from)}
		v.Content = Content{Kind: Recall, Text: n.wordFor(p, w.languageOf(p))}
	case m.notice != nil:
		v.Content = Content{Kind: System, Text: m.notice.wordFor(p, w.languageOf(p))}
	case m.body != nil:
		v.Content = *m.body
		v.Text = m.text
	}
	return v
}

func (w *world) languageOf(p *person) Language {
	if p.Language != "" {
		return p.Language
	}
	return w.language
}

func groupID(c *chat) string {
	if c.g != nil {
		return c.g.id
	}
	return ""
}

func withID(c *chat, p *person) string {
	if q := c.other(p); q != nil {
		return q.ID
	}
	return ""
}
