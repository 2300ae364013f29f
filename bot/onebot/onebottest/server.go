// Package onebottest is the other side of OneBot v11 in memory: an implementation with people, groups and messages of its own,
// for tests of any client. It can be dialled and it can dial, over a network of pipes that also works in fake time, and it can
// be told to fail in the ways that real ones do.
package onebottest

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Options say what kind of implementation it is.
type Options struct {
	Token string
	// CQ: messages are told as strings with CQ codes, not as lists of segments.
	CQ bool
	// Beat is the time between heartbeats; zero is none.
	Beat time.Duration
	// NoVoice, NoImage: it says that it cannot send them.
	NoVoice, NoImage bool
	// Twice: every request is answered twice.
	Twice bool
	// Self: what the account itself sends is told back, as some implementations can be set to.
	Self bool
	// Now is the service's time; time.Now where nil.
	Now func() time.Time
}

// Account is the number of the account that is signed in.
const Account = 10000

// A Server is one implementation with the service behind it. Its methods may be called from any goroutine.
type Server struct {
	opts Options

	mu     sync.Mutex
	conns  map[*websocket.Conn]bool
	people map[int64]*Person
	groups map[int64]*group
	told   []map[string]any // every event of a message, for the history and for repeating
	sent   []Sent
	media  [][]byte
	last   int64 // message id
	faults faults
}

// New makes an empty service: the account is there and nobody else.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		opts: o, conns: map[*websocket.Conn]bool{}, people: map[int64]*Person{}, groups: map[int64]*group{}, last: 1000,
		faults: faults{fail: map[string]fault{}},
	}
	s.people[Account] = &Person{ID: Account, Nick: "小六"}
	return s
}

// ServeHTTP implements http.Handler: a client dials, or fetches a medium.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if data, ok := s.fetch(r.URL.Path); ok {
		_, _ = w.Write(data) // who went away does not need it
		return
	}
	if s.opts.Token != "" && r.Header.Get("Authorization") != "Bearer "+s.opts.Token {
		http.Error(w, "token", http.StatusForbidden)
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	s.serve(conn)
}

// Connect dials a client that listens, and serves it until the connection ends. Its error is that of the handshake.
func (s *Server) Connect(ctx context.Context, url string, dial func(ctx context.Context, network, addr string) (net.Conn, error)) error {
	opts := &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}},
		HTTPHeader: http.Header{"X-Self-ID": {strconv.Itoa(Account)}, "X-Client-Role": {"Universal"}},
	}
	if s.opts.Token != "" {
		opts.HTTPHeader.Set("Authorization", "Bearer "+s.opts.Token)
	}
	conn, resp, err := websocket.Dial(ctx, url, opts)
	if err != nil {
		if resp != nil {
			return &Refused{resp.StatusCode}
		}
		return err
	}
	s.serve(conn)
	return nil
}

// Refused is returned by Connect where the client says no.
type Refused struct{ Status int }

// Error implements error.
func (r *Refused) Error() string { return "refused with status " + strconv.Itoa(r.Status) }

// serve answers one connection until it ends.
func (s *Server) serve(conn *websocket.Conn) {
	conn.SetReadLimit(64 << 20)
	s.mu.Lock()
	s.conns[conn] = true
	s.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	defer func() {
		cancel()
		s.mu.Lock()
		delete(s.conns, conn)
		s.mu.Unlock()
		_ = conn.CloseNow() // it has ended
	}()
	s.write(conn, s.event("meta_event", map[string]any{"meta_event_type": "lifecycle", "sub_type": "connect"}))
	go s.beat(ctx, conn)
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return
		}
		if answer := s.answer(data); answer != nil {
			s.write(conn, answer)
			if s.opts.Twice {
				s.write(conn, answer)
			}
		}
	}
}

func (s *Server) beat(ctx context.Context, conn *websocket.Conn) {
	if s.opts.Beat == 0 {
		return
	}
	tick := time.NewTicker(s.opts.Beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if s.deaf() {
			continue
		}
		s.write(conn, s.event("meta_event", map[string]any{
			"meta_event_type": "heartbeat", "interval": s.opts.Beat.Milliseconds(), "status": map[string]any{"online": s.online(), "good": true},
		}))
	}
}

func (s *Server) event(kind string, fields map[string]any) map[string]any {
	e := map[string]any{"post_type": kind, "self_id": Account, "time": s.opts.Now().Unix()}
	for k, v := range fields {
		e[k] = v
	}
	return e
}

// write sends one frame to one client. A client that is gone misses it.
func (s *Server) write(conn *websocket.Conn, v any) {
	data, ok := v.([]byte)
	if !ok {
		data, _ = json.Marshal(v) // maps of plain values always marshal
	}
	_ = conn.Write(context.Background(), websocket.MessageText, data) // see above
}

// tell sends one frame to every client.
func (s *Server) tell(v any) {
	s.mu.Lock()
	var conns []*websocket.Conn
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		s.write(c, v)
	}
}

// Connected says whether a client is there.
func (s *Server) Connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns) > 0
}

// A Network is a network of pipes with one listener at a time.
type Network struct {
	mu    sync.Mutex
	conns chan net.Conn // nil where nobody listens
}

var errNobody = errors.New("connection refused")

// Listen is like net.Listen.
func (n *Network) Listen(string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conns = make(chan net.Conn)
	return &pipes{net: n, conns: n.conns, done: make(chan struct{})}, nil
}

// Dial is like net.Dialer.DialContext.
func (n *Network) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	n.mu.Lock()
	conns := n.conns
	n.mu.Unlock()
	if conns == nil {
		return nil, errNobody
	}
	ours, theirs := net.Pipe()
	select {
	case conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type pipes struct {
	net   *Network
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() {
		close(p.done)
		p.net.mu.Lock()
		defer p.net.mu.Unlock()
		if p.net.conns == p.conns {
			p.net.conns = nil
		}
	})
	return nil
}

func (p *pipes) Addr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "pipe" }
func (address) String() string  { return "pipe" }
