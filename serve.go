package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.uber.org/zap"
)

// listen takes the address, or, where another program has it, any free port of the same host. taken is then the address
// that was wanted.
func listen(addr string) (ln net.Listener, taken string, err error) {
	if ln, err = net.Listen("tcp", addr); err == nil {
		return ln, "", nil
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return nil, "", fmt.Errorf("listening: %w", err)
	}
	host, _, splitErr := net.SplitHostPort(addr)
	if splitErr != nil {
		return nil, "", fmt.Errorf("listening: %w", err)
	}
	if ln, err = net.Listen("tcp", net.JoinHostPort(host, "0")); err != nil {
		return nil, "", fmt.Errorf("listening: %w", err)
	}
	return ln, addr, nil
}

const (
	maxConns   = 512
	maxHeaders = 64 << 10
)

// serve answers until ctx is done, over TLS where there is a certificate. Streams to pages end with ctx, so that stopping does
// not wait for them.
func serve(ctx context.Context, ln net.Listener, h http.Handler, c Console, log *zap.Logger) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeaders,
		ErrorLog:    zap.NewStdLog(log.Named("http")),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ended := make(chan error, 1)
	go func() {
		few := &fewConns{Listener: ln, room: make(chan struct{}, maxConns)}
		if c.Cert != "" {
			ended <- server.ServeTLS(few, c.Cert, c.Key)
		} else {
			ended <- server.Serve(few)
		}
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return server.Close()
	}
	return nil
}

// fewConns takes so many connections at a time: whoever opens thousands and says nothing must not use up the files that the
// database and the account need.
type fewConns struct {
	net.Listener
	room chan struct{}
}

func (l *fewConns) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.room <- struct{}{}:
			return &oneConn{Conn: conn, left: sync.OnceFunc(func() { <-l.room })}, nil
		default:
			conn.Close()
		}
	}
}

type oneConn struct {
	net.Conn
	left func()
}

func (c *oneConn) Close() error {
	defer c.left()
	return c.Conn.Close()
}

// A gate lets in requests by the name they give this machine and by where they come from. A page of a stranger's site that makes its own
// name point here could otherwise read and play everything.
type gate struct {
	near   bool   // the address is reached from this machine alone
	public string // the host of console.url
}

func (g gate) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := hostOf(r.Host)
		ip := net.ParseIP(host)
		local := host == "localhost" || ip != nil && ip.IsLoopback()
		addr, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		this := ip != nil && addr != nil && sameHost(addr, ip)
		switch {
		case g.near && (local || this), !g.near && local && fromHere(r):
			next.ServeHTTP(w, r)
		case !g.near && forAll(r.URL.Path) && (g.public != "" && strings.EqualFold(host, g.public) || g.public == "" && this):
			next.ServeHTTP(w, r)
		default:
			http.Error(w, "this address is for this machine only; see console.url in config.yaml", http.StatusMisdirectedRequest)
		}
	})
}

// forAll says whether a path may be asked for from elsewhere: the phones of the box, metrics and profiles may not.
func forAll(path string) bool {
	return path == "/" || path == "/console" || strings.HasPrefix(path, "/console/") || path == "/healthz" || path == "/readyz"
}

func hostOf(s string) string {
	if h, _, err := net.SplitHostPort(s); err == nil {
		return h
	}
	return strings.Trim(s, "[]")
}

// localOnly refuses requests that name another host than this machine.
func localOnly(next http.Handler) http.Handler { return gate{near: true}.handler(next) }

func sameHost(local net.Addr, ip net.IP) bool {
	tcp, ok := local.(*net.TCPAddr)
	return ok && tcp.IP.Equal(ip)
}

func fromHere(r *http.Request) bool {
	ip := net.ParseIP(hostOf(r.RemoteAddr))
	return ip != nil && ip.IsLoopback()
}

// nearOnly refuses requests that come from another machine.
func nearOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !fromHere(r) {
			http.Error(w, "this address is for this machine only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
