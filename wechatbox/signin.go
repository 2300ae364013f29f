package wechatbox

import (
	"strconv"
	"time"
)

// QRState is how far a sign-in has come.
type QRState string

// The states of a QR code.
const (
	QRWaiting   QRState = "waiting" // to be scanned
	QRScanned   QRState = "scanned" // the phone asks its owner
	QRConfirmed QRState = "confirmed"
	QRUsed      QRState = "used" // the client signed in with it
	QRExpired   QRState = "expired"
)

// QR is a code that a client shows.
type QR struct {
	UUID   string  `json:"uuid"`
	URL    string  `json:"url"` // what the code says
	State  QRState `json:"state"`
	Person string  `json:"person,omitempty"` // who scanned it
	Push   bool    `json:"push,omitempty"`   // asked for on the phone, without a code to scan
}

const (
	maxQRs    = 64
	qrBaseURL = "https://login.weixin.qq.com/l/"
)

// signins are the codes of the last clients that wanted to sign in.
type signins struct {
	all   map[string]*signInCode
	order []string
	count uint64
}

// signInCode is a code that a client shows, or that a push asks the phone about.
type signInCode struct {
	uuid    string
	state   QRState
	by      *person
	push    bool
	desktop bool
	told    bool // the client knows that it was scanned
	made    time.Time
	wake    chan struct{}
	ticket  string
}

// newQR is called with the world locked.
func (b *Box) newQR(desktop bool) *signInCode {
	s := &b.signin
	if s.all == nil {
		s.all = map[string]*signInCode{}
	}
	s.count++
	n := strconv.FormatUint(s.count, 10)
	started := strconv.FormatInt(b.started.UnixNano(), 36)
	q := &signInCode{
		uuid: b.hash("uuid", n, started)[:10] + "==", state: QRWaiting, desktop: desktop, made: time.Now(),
		wake: make(chan struct{}), ticket: "A" + b.hash("ticket", n, started)[:22] + "@qrticket_0",
	}
	s.all[q.uuid] = q
	s.order = append(s.order, q.uuid)
	for len(s.order) > maxQRs {
		delete(s.all, s.order[0])
		s.order = s.order[1:]
	}
	b.watch.tell(Change{What: SignInChanged})
	return q
}

func (b *Box) qrLasts() time.Duration {
	if b.behave.QRLasts > 0 {
		return b.behave.QRLasts
	}
	return 5 * time.Minute
}

// stateOf expires a code that nobody used in time.
func (b *Box) stateOf(q *signInCode) QRState {
	if q.state != QRUsed && time.Since(q.made) >= b.qrLasts() {
		q.state = QRExpired
	}
	return q.state
}

func (q *signInCode) set(s QRState) {
	q.state = s
	close(q.wake)
	q.wake = make(chan struct{})
}

func (b *Box) viewQR(q *signInCode) QR {
	v := QR{UUID: q.uuid, URL: qrBaseURL + q.uuid, State: b.stateOf(q), Push: q.push}
	if q.by != nil {
		v.Person = q.by.ID
	}
	return v
}

// CurrentQR is the code that a client showed last; ok is false if there was none.
func (b *Box) CurrentQR() (code QR, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	q, err := b.findQR("")
	if err != nil {
		return QR{}, false
	}
	return b.viewQR(q), true
}

func (b *Box) findQR(uuid string) (*signInCode, error) {
	if uuid == "" && len(b.signin.order) > 0 {
		uuid = b.signin.order[len(b.signin.order)-1]
	}
	if q := b.signin.all[uuid]; q != nil {
		return q, nil
	}
	return nil, &UnknownError{What: "QR code", Name: uuid}
}

// Scan points somebody's phone at a QR code; uuid "" is the latest, who "" the account.
func (b *Box) Scan(who, uuid string) error {
	return b.onQR(who, uuid, func(p *person, q *signInCode) error {
		if q.state != QRWaiting {
			return refuse("the QR code %s is %s", q.uuid, q.state)
		}
		q.by = p
		q.set(QRScanned)
		return nil
	})
}

// Confirm agrees, on the phone that scanned it, to the sign-in.
func (b *Box) Confirm(who, uuid string) error {
	return b.onQR(who, uuid, func(p *person, q *signInCode) error {
		if q.state != QRScanned || q.by != p {
			return refuse("the QR code %s is %s, and not for %s to confirm", q.uuid, q.state, p.ID)
		}
		q.set(QRConfirmed)
		return nil
	})
}

// Expire makes a QR code old before its time; uuid "" is the latest.
func (b *Box) Expire(uuid string) error {
	return b.onQR("", uuid, func(_ *person, q *signInCode) error {
		if q.state == QRUsed {
			return refuse("the QR code %s was used", q.uuid)
		}
		q.set(QRExpired)
		return nil
	})
}

func (b *Box) onQR(who, uuid string, fn func(*person, *signInCode) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.w.account
	if who != "" || p == nil {
		var err error
		if p, err = b.w.findPerson(who); err != nil {
			return err
		}
	}
	q, err := b.findQR(uuid)
	if err != nil {
		return err
	}
	b.stateOf(q)
	if err := fn(p, q); err != nil {
		return err
	}
	b.watch.tell(Change{What: SignInChanged, Person: p.ID})
	return nil
}
