package wechatbox

import "time"

// session is one web sign-in.
type session struct {
	sessionRec
	names    names
	polls    int       // synccheck calls that wait now
	polled   uint64    // the sync position of the last of them
	lastSeen time.Time // real time of the last request
}

// sessionRec is what must survive of a sign-in. All of it but Of and On is secret.
type sessionRec struct {
	Of         uint32    `json:"of"`
	N          uint64    `json:"n"` // counts sign-ins of the box; names on the wire depend on it
	On         bool      `json:"on,omitempty"`
	Ret        int       `json:"ret,omitempty"` // what the client is told once it is signed out
	Uin        int64     `json:"uin"`
	Sid        string    `json:"sid"`
	Skey       string    `json:"skey"`
	PassTicket string    `json:"pass"`
	DataTicket string    `json:"data"`
	AuthTicket string    `json:"auth"`
	NameKey    string    `json:"key"` // of the names on the wire, 32 bytes in hex
	Desktop    bool      `json:"desktop,omitempty"`
	Since      time.Time `json:"since"`
}

func (w *world) applySession(r *sessionRec) {
	a := w.accountOf(w.people[r.Of])
	w.signIns = max(w.signIns, r.N)
	if a.s != nil && a.s.N == r.N {
		a.s.sessionRec = *r
		return
	}
	n, err := newNames(r.NameKey)
	if err != nil {
		panic(err) // a damaged world file, which its reader reports
	}
	a.s = &session{sessionRec: *r, names: n}
}

// Session is a person's sign-in on the web.
type Session struct {
	Account  string    `json:"account"`
	SignedIn bool      `json:"signedIn"`
	Desktop  bool      `json:"desktop,omitempty"` // in desktop mode
	Since    time.Time `json:"since"`
	Waiting  bool      `json:"waiting"` // the client is parked in synccheck
	Behind   int       `json:"behind"`  // what it has not fetched yet
}

// Session is the sign-in of a person; the zero Session if there was none.
func (b *Box) Session(of string) (Session, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, err := b.w.findPerson(of)
	if err != nil {
		return Session{}, err
	}
	v := Session{Account: p.ID}
	a := b.w.accounts[p.idx]
	if a == nil || a.s == nil {
		return v, nil
	}
	v.SignedIn, v.Desktop, v.Since, v.Waiting = a.s.On, a.s.Desktop, a.s.Since, a.s.polls > 0
	v.Behind = int(a.queue.next() - max(a.queue.base, min(a.s.polled, a.queue.next())))
	return v, nil
}

// SignOut ends a person's web session, as the phone can: the client is told 1101.
func (b *Box) SignOut(of string) error { return b.EndSession(of, 1101) }

// EndSession ends a person's web session with a return code of one's choice: 1100, 1101 or 1102.
func (b *Box) EndSession(of string, ret int) error {
	return b.update(func(t *tx) error {
		p, err := t.w.findPerson(of)
		if err != nil {
			return err
		}
		a := t.w.accounts[p.idx]
		if a == nil || a.s == nil || !a.s.On {
			return refuse("%s is not signed in on the web", p.ID)
		}
		t.endSession(a, ret)
		return nil
	})
}

func (t *tx) endSession(a *account, ret int) {
	r := a.s.sessionRec
	r.On, r.Ret = false, ret
	t.do(rec{Session: &r})
	t.b.wakeAccount(a)
	t.tell(Change{What: SignInChanged, Person: a.p.ID})
}

const clientGone = 35 * time.Second // real time without a request after which a client counts as dead

// settled tells whether every signed-in client waits in synccheck with nothing left to fetch. A client that has not been heard
// of for longer than a long poll lasts is not waited for.
func (b *Box) settled() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.w.accounts {
		if a.s == nil || !a.s.On {
			continue
		}
		resting := a.s.polls > 0 && a.s.polled >= a.queue.next()
		if !resting && time.Since(a.s.lastSeen) < clientGone {
			return false
		}
	}
	return true
}
