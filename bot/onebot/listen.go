package onebot

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/coder/websocket"
	"go.uber.org/zap"
)

// A listener lets the implementation dial us (reverse). Of one account the newest connection counts: a peer that dials again has
// lost the one before, whether we know it yet or not.
type listener struct {
	*Account
	server http.Server
	conns  chan *link // one at most

	mu   sync.Mutex
	last *link
	self wireID // the account that is served, "" until the first has come
}

var _ source = (*listener)(nil)

func (a *Account) listen(ctx context.Context) (*listener, error) {
	network := a.opts.Network
	if network == nil {
		network = func(addr string) (net.Listener, error) { return net.Listen("tcp", addr) }
	}
	ln, err := network(a.opts.Listen)
	if err != nil {
		return nil, fmt.Errorf("listening for the implementation: %w", err)
	}
	s := &listener{Account: a, conns: make(chan *link, 1), self: wireID(a.opts.SelfID)}
	s.server = http.Server{
		Handler: s, ReadHeaderTimeout: dialLimit, ErrorLog: zap.NewStdLog(a.log), MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	go func() { _ = s.server.Serve(ln) }() // until close
	a.log.Info("waiting for the implementation", zap.Stringer("address", ln.Addr()))
	return s, nil
}

func (s *listener) next(ctx context.Context) (*link, error) {
	select {
	case l := <-s.conns:
		return l, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *listener) close() {
	_ = s.server.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != nil {
		s.last.end(errClosed)
	}
}

var (
	errClosed   = errors.New("the bot ends")
	errReplaced = errors.New("the implementation dialled again")
)

// ServeHTTP implements http.Handler: one request is one connection.
func (s *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	self := wireID(clip(r.Header.Get("X-Self-ID"), maxWire))
	if status, why := s.refuse(r, self); status != 0 {
		s.log.Warn("a connection is refused", zap.String("from", r.RemoteAddr), zap.String("why", why))
		http.Error(w, why, status)
		return
	}
	conn, err := websocket.Accept(w, r, nil) // pages of other origins are refused here
	if err != nil {
		s.log.Warn("a handshake failed", zap.String("from", r.RemoteAddr), zap.Error(err))
		return
	}
	s.offer(newLink(conn, self, s.log))
}

// refuse says why a connection must not be, or nothing.
func (s *listener) refuse(r *http.Request, self wireID) (status int, why string) {
	switch role := r.Header.Get("X-Client-Role"); {
	case s.opts.Token != "" && tokenOf(r) == "":
		return http.StatusUnauthorized, "an access token is needed"
	case s.opts.Token != "" && !same(tokenOf(r), s.opts.Token):
		return http.StatusForbidden, "the access token is wrong"
	case role != "" && !strings.EqualFold(role, "Universal"):
		return http.StatusBadRequest, "one connection for API and events is needed: set the role to Universal"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case self != "" && s.self != "" && self != s.self:
		return http.StatusForbidden, "another account is served here"
	case self == "" && s.last != nil && s.last.self != "" && s.last.over() == nil: // it could be anybody's, and would end the one that is there
		return http.StatusForbidden, "say the account in X-Self-ID: another connection did"
	}
	return 0, ""
}

// tokenOf reads the token from where the standard lets it be.
func tokenOf(r *http.Request) string {
	if _, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
		return token
	}
	return r.URL.Query().Get("access_token")
}

// same compares without telling by its time how much was right.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// offer hands a connection over, in the place of the one before.
func (s *listener) offer(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.self == "" {
		s.self = l.self
	}
	if s.last != nil {
		s.last.end(errReplaced)
	}
	s.last = l
	select {
	case <-s.conns: // nobody had taken it yet
	default:
	}
	s.conns <- l
}
