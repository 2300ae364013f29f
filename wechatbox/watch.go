package wechatbox

import "context"

// What is the kind of a change.
type What string

// What can change.
const (
	MessageChanged What = "message" // said, or recalled
	PersonChanged  What = "person"  // a profile or a contact list
	GroupChanged   What = "group"   // a name, the members, who keeps it
	ChatRead       What = "read"
	SignInChanged  What = "signin" // a QR code or a web session
	ClockChanged   What = "clock"
	Everything     What = "everything" // this watcher was too slow: look at all again
)

// Change says what to look at again; it carries no texts.
type Change struct {
	What    What   `json:"what"`
	Group   string `json:"group,omitempty"`
	Person  string `json:"person,omitempty"`
	With    string `json:"with,omitempty"`    // the other of a private chat with Person
	Message string `json:"message,omitempty"` // its id
}

func changeOf(m *message) Change {
	c := Change{What: MessageChanged, Message: m.id()}
	if m.chat.g != nil {
		c.Group = m.chat.g.id
	} else {
		c.Person, c.With = m.chat.a.ID, m.chat.b.ID
	}
	return c
}

const watchBuffer = 256

type watchers struct{ all map[*watcher]bool }

type watcher struct{ ch chan Change }

// Watch tells of every change until ctx is done or the box is closed; then the channel is closed. A reader that falls behind
// loses changes and is told Everything instead, so the box never waits for it.
func (b *Box) Watch(ctx context.Context) <-chan Change {
	w := &watcher{make(chan Change, watchBuffer)}
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.closed:
		close(w.ch)
		return w.ch
	default:
	}
	if b.watch.all == nil {
		b.watch.all = map[*watcher]bool{}
	}
	b.watch.all[w] = true
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.watch.all[w] {
			delete(b.watch.all, w)
			close(w.ch)
		}
	})
	return w.ch
}

func (ws *watchers) closeAll() {
	for w := range ws.all {
		close(w.ch)
	}
	ws.all = nil
}

func (ws *watchers) tell(c Change) {
	for w := range ws.all {
		w.tell(c)
	}
}

// tell puts Everything into the last place of a full channel: until it is read, it stands for all that follows.
func (w *watcher) tell(c Change) {
	switch room := cap(w.ch) - len(w.ch); room {
	case 0:
	case 1:
		w.ch <- Change{What: Everything}
	default:
		w.ch <- c
	}
}

// announce tells watchers and waiting clients of a change that was kept.
func (b *Box) announce(t *tx) {
	for _, c := range t.news {
		b.watch.tell(c)
	}
}
