package wechatbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// transport hands requests to the handler in memory.
type transport struct {
	b *Box
	h http.Handler
}

var _ http.RoundTripper = (*transport)(nil)

// Transport lets an http.Client talk to the box without a socket: set it as the client's Transport and leave the URLs as they
// are. It works inside a testing/synctest bubble, if the box was made in the same bubble.
func (b *Box) Transport() http.RoundTripper { return &transport{b, b.Handler()} }

var errBroken = errors.New("wechatbox: the connection broke")

// RoundTrip lets the handler answer in a goroutine of its own, so that a client can leave at any time.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	select {
	case <-t.b.closed:
		closeBody(r)
		return nil, fmt.Errorf("wechatbox: dial %s: %w", r.URL.Host, ErrClosed)
	default:
	}
	in, err := incoming(r)
	if err != nil {
		return nil, err
	}
	out := &memory{header: http.Header{}, done: make(chan struct{})}
	go out.run(t.h, in)
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-out.done:
		return out.response(r)
	}
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		r.Body.Close()
	}
}

// incoming is the request as a server would read it. The body is read here: its owner may use it again when RoundTrip returns.
func incoming(r *http.Request) (*http.Request, error) {
	in := r.Clone(r.Context())
	in.Body = http.NoBody
	if r.Body != nil {
		data, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil {
			return nil, err
		}
		in.Body = io.NopCloser(bytes.NewReader(data))
	}
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:0"
	return in, nil
}

// memory is a ResponseWriter that keeps what is written.
type memory struct {
	header http.Header
	status int
	body   bytes.Buffer
	broken bool
	done   chan struct{}
}

var _ http.ResponseWriter = (*memory)(nil)

func (m *memory) Header() http.Header { return m.header }

func (m *memory) WriteHeader(status int) {
	if m.status == 0 {
		m.status = status
	}
}

func (m *memory) Write(p []byte) (int, error) {
	m.WriteHeader(http.StatusOK)
	return m.body.Write(p)
}

func (m *memory) run(h http.Handler, r *http.Request) {
	defer close(m.done)
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			m.broken = true
		}
	}()
	h.ServeHTTP(m, r)
}

func (m *memory) response(r *http.Request) (*http.Response, error) {
	if m.broken && m.body.Len() == 0 {
		return nil, errBroken
	}
	m.WriteHeader(http.StatusOK)
	resp := &http.Response{
		Status: strconv.Itoa(m.status) + " " + http.StatusText(m.status), StatusCode: m.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: m.header, Request: r, ContentLength: int64(m.body.Len()),
	}
	var body io.Reader = &m.body
	if m.broken {
		resp.ContentLength, _ = strconv.ParseInt(m.header.Get("Content-Length"), 10, 64)
		body = io.MultiReader(body, brokenReader{})
	}
	resp.Body = io.NopCloser(body)
	return resp, nil
}

// brokenReader ends a body that was cut off.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
