package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
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

// serve answers until ctx is done. Streams to pages end with ctx, so that stopping does not wait for them.
func serve(ctx context.Context, ln net.Listener, h http.Handler, log *zap.Logger) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog:    zap.NewStdLog(log.Named("http")),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ln) }()
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

// localOnly refuses requests that name another host than this machine: a page of a stranger's site that makes its own name
// point here could otherwise read and play everything.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		if ip := net.ParseIP(host); host == "localhost" || ip != nil && (ip.IsLoopback() || local != nil && sameHost(local, ip)) {
			next.ServeHTTP(w, r)
			return
		}
		http.Error(w, "this address is for this machine only", http.StatusMisdirectedRequest)
	})
}

func sameHost(local net.Addr, ip net.IP) bool {
	tcp, ok := local.(*net.TCPAddr)
	return ok && tcp.IP.Equal(ip)
}

// nearOnly refuses requests that come from another machine.
func nearOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil || !net.ParseIP(host).IsLoopback() {
			http.Error(w, "this address is for this machine only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
