package wechatbox

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

// server answers plain HTTP, and CONNECT with TLS inside, on one port.
type server struct {
	b     *Box
	wx    http.Handler
	other http.Handler
	ca    *authority
	plain *http.Server
	inner *http.Server
	conns *handed
}

const headerTimeout = 10 * time.Second

// Serve answers on ln until ctx is done or the box is closed: the hosts of web WeChat over plain HTTP, and over CONNECT with TLS to
// clients that use it as their HTTPS proxy and trust [Box.CA]. Requests for other hosts go to [Box.API] where they begin with
// /box/, and else to other, or are not found where it is nil. CONNECT to any other host is refused: nothing leaves the box.
func (b *Box) Serve(ctx context.Context, ln net.Listener, other http.Handler) error {
	ca, err := b.authority()
	if err != nil {
		return err
	}
	if other == nil {
		other = http.NotFoundHandler()
	}
	mux := http.NewServeMux()
	mux.Handle("/box/", b.API())
	mux.Handle("/", other)
	s := &server{b: b, wx: b.Handler(), other: mux, ca: ca, conns: newHanded(ln.Addr())}
	errLog, err := zap.NewStdLogAt(b.log, zap.DebugLevel)
	if err != nil {
		return fmt.Errorf("wechatbox: the log of the server: %w", err)
	}
	s.plain = &http.Server{Handler: s, ReadHeaderTimeout: headerTimeout, ErrorLog: errLog}
	s.inner = &http.Server{Handler: http.HandlerFunc(s.route), ReadHeaderTimeout: headerTimeout, ErrorLog: errLog}
	return s.run(ctx, ln)
}

func (s *server) run(ctx context.Context, ln net.Listener) error {
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		select {
		case <-s.b.closed:
		case <-ctx.Done():
		case <-stop:
		}
		s.plain.Close()
		s.inner.Close()
		s.conns.Close()
	})
	wg.Go(func() { _ = s.inner.Serve(s.conns) }) // it ends with its listener, which says why
	err := s.plain.Serve(ln)
	close(stop)
	wg.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// CA is the certificate (PEM) that a client must trust to use the box over TLS.
func (b *Box) CA() ([]byte, error) {
	ca, err := b.authority()
	if err != nil {
		return nil, err
	}
	return ca.pem, nil
}

func (b *Box) authority() (*authority, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ca != nil {
		return b.ca, nil
	}
	path := ""
	if b.opts.File != "" {
		path = b.opts.File + ".ca"
	}
	ca, err := newAuthority(path)
	b.ca = ca
	return ca, err
}

func isWeChat(host string) bool { return host == "qq.com" || strings.HasSuffix(host, ".qq.com") }

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		s.connect(w, r)
		return
	}
	s.route(w, r)
}

func (s *server) route(w http.ResponseWriter, r *http.Request) {
	if isWeChat(hostOf(r)) {
		s.wx.ServeHTTP(w, r)
		return
	}
	s.other.ServeHTTP(w, r)
}

// connect plays the far end of a tunnel.
func (s *server) connect(w http.ResponseWriter, r *http.Request) {
	if !isWeChat(hostOf(r)) {
		http.Error(w, "wechatbox: only the hosts of WeChat are here", http.StatusForbidden)
		return
	}
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "wechatbox: this connection cannot become a tunnel", http.StatusInternalServerError)
		return
	}
	if _, err := conn.Write([]byte("HTTP/1.1 200 Connection Established\r\n\r\n")); err != nil {
		conn.Close()
		return
	}
	// Clients may send the first bytes of TLS along with the request.
	tunnel := &buffered{Conn: conn, in: rw.Reader}
	s.conns.hand(tls.Server(tunnel, &tls.Config{Certificates: []tls.Certificate{s.ca.host}, MinVersion: tls.VersionTLS12}))
}

// buffered is a connection of which some was read already.
type buffered struct {
	net.Conn
	in *bufio.Reader
}

func (b *buffered) Read(p []byte) (int, error) { return b.in.Read(p) }

// handed is a listener for connections that are there already.
type handed struct {
	addr net.Addr
	ch   chan net.Conn
	ctx  context.Context
	stop context.CancelFunc
}

var _ net.Listener = (*handed)(nil)

func newHanded(addr net.Addr) *handed {
	ctx, stop := context.WithCancel(context.Background())
	return &handed{addr, make(chan net.Conn), ctx, stop}
}

func (h *handed) hand(c net.Conn) {
	select {
	case h.ch <- c:
	case <-h.ctx.Done():
		c.Close()
	}
}

func (h *handed) Accept() (net.Conn, error) {
	select {
	case c := <-h.ch:
		return c, nil
	case <-h.ctx.Done():
		return nil, errors.Join(net.ErrClosed, h.ctx.Err())
	}
}

func (h *handed) Close() error {
	h.stop()
	return nil
}

func (h *handed) Addr() net.Addr { return h.addr }
