package wechatbox

import (
	"slices"
	"time"
)

// Bounds of the world, so that a long run stays flat. The oldest goes first.
const (
	maxPerChat  = 2_000
	maxMessages = 200_000
	maxQueue    = 10_000
	maxSent     = 10_000
	maxMedia    = 256 << 20
)

// world is all that lasts. It changes only through apply, which the world file replays.
type world struct {
	people   []*person // by index; the index never changes
	groups   []*group
	ids      map[string]any // person or group by id
	private  map[[2]uint32]*chat
	account  *person
	language Language
	zone     *time.Location
	accounts map[uint32]*account
	messages ring[*message] // all that are kept, by number
	sent     ring[Sent]
	sentN    int
	signIns  uint64
	requests map[[2]uint32]*requestRec
	media    mediaStore
}

type person struct {
	Person
	idx     uint32
	friends map[uint32]string // the friends in the contact list, with this person's remark for each
	chats   []*chat
}

type group struct {
	idx     uint32
	id      string
	name    string
	owner   uint32
	gone    bool
	members []*member
	index   map[uint32]*member
	past    map[uint32]span // who was a member, and which messages they saw
	saved   map[uint32]bool // in whose contact list it is kept
	chat    *chat
}

type member struct {
	p     *person
	card  string
	by    uint32
	since uint64
}

// span is a range of message numbers: from since up to, not including, until.
type span struct{ since, until uint64 }

type chat struct {
	g     *group
	a, b  *person // of a private conversation, a.idx <= b.idx
	msgs  ring[*message]
	reads map[uint32]uint64
}

type message struct {
	seq    uint64
	chat   *chat
	from   *person // nil: a system text
	at     int64   // Unix milliseconds
	text   string
	body   *body // what is more than plain text
	notice *notice
	only   uint32 // seen by this person alone, if not zero: index+1
	recall bool
}

func newWorld(lang Language, zone *time.Location) world {
	return world{
		language: lang, zone: zone, ids: map[string]any{}, private: map[[2]uint32]*chat{}, accounts: map[uint32]*account{},
		media: newMediaStore(), requests: map[[2]uint32]*requestRec{},
	}
}

// tx is one change of the world: the records it consists of, applied as they are made.
type tx struct {
	b    *Box
	w    *world
	now  time.Time
	recs []rec
	news []Change
}

func (t *tx) do(r rec) {
	t.w.apply(&r)
	if t.b.journal != nil {
		t.recs = append(t.recs, r)
	}
}

func (t *tx) tell(c Change) { t.news = append(t.news, c) }

// rec is one record of the world file; exactly one field is set.
type rec struct {
	Person  *personRec  `json:"p,omitempty"`
	Friend  *friendRec  `json:"f,omitempty"`
	Group   *groupRec   `json:"g,omitempty"`
	Member  *memberRec  `json:"m,omitempty"`
	Saved   *savedRec   `json:"k,omitempty"`
	Message *messageRec `json:"t,omitempty"`
	Queue   *queueRec   `json:"q,omitempty"`
	Read    *readRec    `json:"r,omitempty"`
	Session *sessionRec `json:"s,omitempty"`
	Sent    *Sent       `json:"o,omitempty"`
	Media   *mediaRec   `json:"d,omitempty"`
	Request *requestRec `json:"v,omitempty"`
	Account *uint32     `json:"a,omitempty"`
	Clock   *ClockState `json:"c,omitempty"`
}

type personRec struct {
	Idx uint32 `json:"i"`
	Person
}

type friendRec struct {
	Of     uint32 `json:"of"`
	Who    uint32 `json:"who"`
	Remark string `json:"r,omitempty"`
	Gone   bool   `json:"x,omitempty"`
}

type groupRec struct {
	Idx   uint32 `json:"i"`
	ID    string `json:"id"`
	Name  string `json:"n"`
	Owner uint32 `json:"o"`
	Gone  bool   `json:"x,omitempty"`
}

type memberRec struct {
	Group uint32 `json:"g"`
	Who   uint32 `json:"w"`
	Card  string `json:"c,omitempty"`
	By    uint32 `json:"b,omitempty"`
	Since uint64 `json:"s"`
	Until uint64 `json:"u,omitempty"`
}

type savedRec struct {
	Group uint32 `json:"g"`
	Who   uint32 `json:"w"`
	On    bool   `json:"on,omitempty"`
}

type readRec struct {
	Chat chatRef `json:"c"`
	Who  uint32  `json:"w"`
	Seq  uint64  `json:"s"`
}

type messageRec struct {
	Seq    uint64  `json:"n"`
	Chat   chatRef `json:"c"`
	From   *uint32 `json:"f,omitempty"`
	At     int64   `json:"at"`
	Text   string  `json:"t,omitempty"`
	Body   *body   `json:"b,omitempty"`
	Notice *notice `json:"s,omitempty"`
	Only   uint32  `json:"o,omitempty"`
	Recall bool    `json:"x,omitempty"`
}

// chatRef names a chat in the world file: a group (plus one), or two people.
type chatRef struct {
	G uint32 `json:"g,omitempty"`
	A uint32 `json:"a,omitempty"`
	B uint32 `json:"b,omitempty"`
}

func (c *chat) ref() chatRef {
	if c.g != nil {
		return chatRef{G: c.g.idx + 1}
	}
	return chatRef{A: c.a.idx, B: c.b.idx}
}

func (w *world) chatAt(r chatRef) *chat {
	if r.G != 0 {
		return w.groups[r.G-1].chat
	}
	return w.privateChat(w.people[r.A], w.people[r.B])
}

func (w *world) privateChat(a, b *person) *chat {
	if a.idx > b.idx {
		a, b = b, a
	}
	key := [2]uint32{a.idx, b.idx}
	c := w.private[key]
	if c == nil {
		c = &chat{a: a, b: b}
		w.private[key] = c
		a.chats = append(a.chats, c)
		if b != a {
			b.chats = append(b.chats, c)
		}
	}
	return c
}

func (w *world) apply(r *rec) {
	switch {
	case r.Person != nil:
		w.applyPerson(r.Person)
	case r.Friend != nil:
		w.applyFriend(r.Friend)
	case r.Group != nil:
		w.applyGroup(r.Group)
	case r.Member != nil:
		w.applyMember(r.Member)
	case r.Saved != nil:
		w.applySaved(r.Saved)
	case r.Message != nil:
		w.applyMessage(r.Message)
	case r.Queue != nil:
		w.applyQueue(r.Queue)
	case r.Read != nil:
		w.applyRead(r.Read)
	case r.Session != nil:
		w.applySession(r.Session)
	case r.Sent != nil:
		w.applySent(r.Sent)
	case r.Media != nil:
		w.media.apply(r.Media)
	case r.Request != nil:
		w.applyRequest(r.Request)
	case r.Account != nil:
		w.account = w.people[*r.Account]
		w.accountOf(w.account)
	}
}

func (w *world) applyPerson(r *personRec) {
	if int(r.Idx) < len(w.people) {
		w.people[r.Idx].Person = r.Person
		return
	}
	p := &person{idx: r.Idx, Person: r.Person}
	w.people = append(w.people, p)
	w.ids[p.ID] = p
}

func (w *world) applyFriend(r *friendRec) {
	p := w.people[r.Of]
	if r.Gone {
		delete(p.friends, r.Who)
		return
	}
	if p.friends == nil {
		p.friends = map[uint32]string{}
	}
	p.friends[r.Who] = r.Remark
}

func (w *world) applyGroup(r *groupRec) {
	if int(r.Idx) == len(w.groups) {
		g := &group{idx: r.Idx, id: r.ID, index: map[uint32]*member{}}
		g.chat = &chat{g: g}
		w.groups = append(w.groups, g)
		w.ids[g.id] = g
	}
	g := w.groups[r.Idx]
	g.name, g.owner, g.gone = r.Name, r.Owner, r.Gone
}

func (w *world) applyMember(r *memberRec) {
	g, p := w.groups[r.Group], w.people[r.Who]
	m := g.index[r.Who]
	if r.Until != 0 {
		if m != nil {
			delete(g.index, r.Who)
			g.members = slices.DeleteFunc(g.members, func(x *member) bool { return x == m })
		}
		if g.past == nil {
			g.past = map[uint32]span{}
		}
		g.past[r.Who] = span{r.Since, r.Until}
		return
	}
	if m == nil {
		m = &member{p: p}
		g.index[r.Who] = m
		g.members = append(g.members, m)
		if !slices.Contains(p.chats, g.chat) {
			p.chats = append(p.chats, g.chat)
		}
	}
	m.card, m.by, m.since = r.Card, r.By, r.Since
}

func (w *world) applySaved(r *savedRec) {
	g := w.groups[r.Group]
	if !r.On {
		delete(g.saved, r.Who)
		return
	}
	if g.saved == nil {
		g.saved = map[uint32]bool{}
	}
	g.saved[r.Who] = true
}

func (w *world) applyRead(r *readRec) {
	c := w.chatAt(r.Chat)
	if c.reads == nil {
		c.reads = map[uint32]uint64{}
	}
	c.reads[r.Who] = r.Seq
}

func (w *world) applyMessage(r *messageRec) {
	if m := w.messages.at(r.Seq); m != nil {
		m.recall, m.text, m.body, m.notice = r.Recall, r.Text, r.Body, r.Notice
		return
	}
	if w.messages.len() > 0 && r.Seq > w.messages.next()+maxMessages {
		panic("a message number far from its neighbours")
	}
	m := w.newMessage(r)
	w.messages.put(m.seq, m)
	m.chat.msgs.push(m)
	for m.chat.msgs.len() > maxPerChat {
		w.forget(m.chat)
	}
	for w.messages.len() > maxMessages {
		old := w.messages.first()
		if old == nil {
			w.messages.pop()
			continue
		}
		w.forget(old.chat)
	}
}

func (w *world) newMessage(r *messageRec) *message {
	m := &message{
		seq: r.Seq, chat: w.chatAt(r.Chat), at: r.At, text: r.Text, body: r.Body, notice: r.Notice,
		only: r.Only, recall: r.Recall,
	}
	if r.From != nil {
		m.from = w.people[*r.From]
	}
	return m
}

// forget drops the oldest message of a chat.
func (w *world) forget(c *chat) {
	old := c.msgs.pop()
	w.messages.put(old.seq, nil)
	for w.messages.len() > 0 && w.messages.first() == nil {
		w.messages.pop()
	}
}
