package wechatbox

import (
	"context"
	"time"
)

// account is what the server keeps for a person who can sign in on the web: what is still to be told, and the session.
type account struct {
	p     *person
	queue ring[queued]
	wake  chan struct{} // closed, and made anew, when there is more to tell or the session changed
	s     *session
	limit limiter
}

// queued is one thing to tell the web client, under the number the sync key counts.
type queued struct {
	kind queueKind
	m    *message // it may be older than the chat keeps
	idx  uint32   // of a person or group
}

type queueKind byte

const (
	queueBase    queueKind = iota // nothing; it keeps the count
	queueMessage                  // AddMsg
	queuePerson                   // ModContact of a person
	queueGroup                    // ModContact of a group
	queueUnknow                   // DelContact of a person
	queueLeft                     // DelContact of a group
	queueStatus                   // AddMsg 51: the phone's state
	queueRequest                  // AddMsg 37: a friend request
	queueAdded                    // ModContact of a new friend
)

type queueRec struct {
	Of   uint32    `json:"of"`
	Key  uint64    `json:"k"`
	Kind queueKind `json:"t"`
	Seq  uint64    `json:"s,omitempty"`
	Idx  uint32    `json:"i,omitempty"`
	// Old is a message that its chat no longer keeps.
	Old *messageRec `json:"m,omitempty"`
}

func (w *world) accountOf(p *person) *account {
	a := w.accounts[p.idx]
	if a == nil {
		a = &account{p: p, wake: make(chan struct{})}
		a.queue.base = firstSyncKey
		w.accounts[p.idx] = a
	}
	return a
}

// firstSyncKey is where the count begins: real sync keys are large numbers.
const firstSyncKey = 650_000_000

func (w *world) applyQueue(r *queueRec) {
	a := w.accountOf(w.people[r.Of])
	if r.Kind == queueBase { // nothing before this number is kept
		for a.queue.len() > 0 && a.queue.base < r.Key {
			a.queue.pop()
		}
		if a.queue.len() == 0 {
			a.queue.base = r.Key
		}
		return
	}
	q := queued{kind: r.Kind, idx: r.Idx}
	switch {
	case r.Old != nil:
		q.m = w.newMessage(r.Old)
	case r.Kind == queueMessage:
		q.m = w.messages.at(r.Seq)
	}
	a.queue.push(q)
	for a.queue.len() > maxQueue {
		a.queue.pop()
	}
}

func (t *tx) queue(a *account, r queueRec) {
	r.Of, r.Key = a.p.idx, a.queue.next()
	t.do(rec{Queue: &r})
	t.b.wakeAccount(a)
}

// wakeAccount makes the long polls of an account look again.
func (b *Box) wakeAccount(a *account) {
	close(a.wake)
	a.wake = make(chan struct{})
	b.clock.poke()
}

// modPerson tells the accounts that have p among their contacts that p changed.
func (t *tx) modPerson(p *person) {
	for _, a := range t.w.accounts {
		if a.p.knows(p) {
			t.queue(a, queueRec{Kind: queuePerson, Idx: p.idx})
		}
	}
}

func (t *tx) modFriend(of, p *person) {
	if a := t.w.accounts[of.idx]; a != nil {
		t.queue(a, queueRec{Kind: queuePerson, Idx: p.idx})
	}
}

func (t *tx) addedFriend(of, p *person) {
	if a := t.w.accounts[of.idx]; a != nil {
		t.queue(a, queueRec{Kind: queueAdded, Idx: p.idx})
	}
}

func (t *tx) delFriend(of, p *person) {
	if a := t.w.accounts[of.idx]; a != nil {
		t.queue(a, queueRec{Kind: queueUnknow, Idx: p.idx})
	}
}

// modGroup tells the accounts in a group that it changed: this is all WeChat tells of who left.
func (t *tx) modGroup(g *group) {
	for _, a := range t.w.accounts {
		if g.index[a.p.idx] != nil {
			t.queue(a, queueRec{Kind: queueGroup, Idx: g.idx})
		}
	}
}

func (t *tx) modGroupFor(g *group, p *person) {
	if a := t.w.accounts[p.idx]; a != nil {
		t.queue(a, queueRec{Kind: queueGroup, Idx: g.idx})
	}
}

func (t *tx) delGroupFor(g *group, p *person) {
	if a := t.w.accounts[p.idx]; a != nil {
		t.queue(a, queueRec{Kind: queueLeft, Idx: g.idx})
	}
}

// Sent is one thing a web session sent, delivered or not.
type Sent struct {
	N        int       `json:"n"` // counts from 1
	At       time.Time `json:"at"`
	Account  string    `json:"account"`
	To       string    `json:"to"` // a group's or a person's id
	ToName   string    `json:"toName"`
	Kind     Kind      `json:"kind"`
	Text     string    `json:"text,omitempty"`
	Name     string    `json:"name,omitempty"`  // of a file
	Media    string    `json:"media,omitempty"` // for Box.Media
	ClientID string    `json:"clientId"`        // the ClientMsgId; equal ones are attempts of one send
	ID       string    `json:"id,omitempty"`    // of the message, if it was delivered
	Ret      int       `json:"ret,omitempty"`   // what the client was told, if not 0
	Fault    string    `json:"fault,omitempty"` // why it was not delivered, or what became of the answer
}

func (w *world) sentNumber(n int) *Sent {
	i := n - (w.sentN - w.sent.len()) - 1
	if i < 0 || i >= w.sent.len() {
		return nil
	}
	return w.sent.slot(i)
}

func (w *world) applySent(s *Sent) {
	if old := w.sentNumber(s.N); old != nil {
		*old = *s
		return
	}
	w.sentN = s.N
	w.sent.push(*s)
	for w.sent.len() > maxSent {
		w.sent.pop()
	}
}

// Sent is all that web sessions sent, the oldest first; the last 10,000 are kept.
func (b *Box) Sent() []Sent { return b.SentAfter(0) }

// SentAfter is what was sent after the send of this number, for those who look again and again.
func (b *Box) SentAfter(n int) []Sent {
	list, _ := b.sentAfter(n)
	return list
}

// WaitSent waits until something was sent after the send of this number, and returns all that was. A test that has said something
// to a bot waits here for the answer.
func (b *Box) WaitSent(ctx context.Context, n int) ([]Sent, error) {
	for {
		list, more := b.sentAfter(n)
		if len(list) > 0 {
			return list, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-b.closed:
			return nil, ErrClosed
		case <-more:
		}
	}
}

// sentAfter also gives what is closed at the next send.
func (b *Box) sentAfter(n int) ([]Sent, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := b.w.sentN - b.w.sent.len() + 1
	list := make([]Sent, 0, max(0, b.w.sentN-max(n, first-1)))
	for i := max(0, n+1-first); i < b.w.sent.len(); i++ {
		list = append(list, b.w.sent.get(i))
	}
	return list, b.sentWake
}
