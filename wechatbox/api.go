package wechatbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"go.uber.org/zap"
)

const maxAPIBody = 64 << 20 // bytes; pictures and files come in base64

// API is the control of the box over HTTP, under /box/: JSON in, JSON out, names or ids alike. docs/box.md describes it.
// It answers this machine alone, unless Options.Remote is set, and no web page of another origin.
func (b *Box) API() http.Handler {
	mux := http.NewServeMux()
	for _, routes := range []map[string]http.HandlerFunc{
		b.worldAPI(), b.talkAPI(), b.lifeAPI(), b.signInAPI(), b.clockAPI(), b.faultAPI(), b.rawAPI(),
	} {
		for pattern, serve := range routes {
			mux.HandleFunc(pattern, serve)
		}
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		b.fail(w, &UnknownError{What: "call", Name: r.Method + " " + r.URL.Path})
	})
	return http.NewCrossOriginProtection().Handler(b.guard(mux))
}

// guard keeps out other machines, and pages that reach this one by a name of their own.
func (b *Box) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !b.opts.Remote && !(fromHere(r.RemoteAddr) && isLocalName(r.Host)) {
			answer(w, http.StatusForbidden, apiError{Error: "wechatbox: the control of a box is for this machine alone; set Options.Remote to open it"})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxAPIBody)
		next.ServeHTTP(w, r)
	})
}

func fromHere(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// isLocalName refuses names that a stranger's DNS may point here.
func isLocalName(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// apiError is what every refusal says.
type apiError struct {
	Error   string   `json:"error"`
	Nearest string   `json:"nearest,omitempty"` // the name that was meant, perhaps
	IDs     []string `json:"ids,omitempty"`     // all that bear the name
}

func (b *Box) fail(w http.ResponseWriter, err error) {
	var unknown *UnknownError
	var ambiguous *AmbiguousError
	var refused *RefusedError
	var bad *badRequest
	switch {
	case errors.As(err, &unknown):
		answer(w, http.StatusNotFound, apiError{Error: err.Error(), Nearest: unknown.Nearest})
	case errors.As(err, &ambiguous):
		answer(w, http.StatusConflict, apiError{Error: err.Error(), IDs: ambiguous.IDs})
	case errors.As(err, &refused), errors.Is(err, ErrWinding):
		answer(w, http.StatusConflict, apiError{Error: err.Error()})
	case errors.As(err, &bad):
		answer(w, http.StatusBadRequest, apiError{Error: err.Error()})
	case errors.Is(err, ErrClosed):
		answer(w, http.StatusServiceUnavailable, apiError{Error: err.Error()})
	default:
		b.log.Error("a control call failed", zap.Error(err))
		answer(w, http.StatusInternalServerError, apiError{Error: err.Error()})
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return // the caller has gone; there is nobody to tell
	}
}

// badRequest is a body that cannot be read.
type badRequest struct{ err error }

func (e *badRequest) Error() string {
	return "wechatbox: the body must be one JSON object: " + e.err.Error()
}

func (e *badRequest) Unwrap() error { return e.err }

// done is the answer where there is nothing to say.
type done struct {
	OK bool `json:"ok"`
}

// control makes a handler of what to do with a body. Unknown fields are errors: they are slips of the pen.
func control[T any](b *Box, do func(r *http.Request, in T) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in T
		data, err := io.ReadAll(r.Body)
		if err == nil && len(bytes.TrimSpace(data)) > 0 {
			dec := json.NewDecoder(bytes.NewReader(data))
			dec.DisallowUnknownFields()
			if err = dec.Decode(&in); err == nil && dec.More() {
				err = errors.New("there is more after it")
			}
		}
		if err != nil {
			b.fail(w, &badRequest{err})
			return
		}
		out, err := do(r, in)
		if err != nil {
			b.fail(w, err)
			return
		}
		if out == nil {
			out = done{true}
		}
		answer(w, http.StatusOK, out)
	}
}

// question makes a handler of a call without a body.
func question(b *Box, do func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out, err := do(r)
		if err != nil {
			b.fail(w, err)
			return
		}
		answer(w, http.StatusOK, out)
	}
}

// oneOrMany is a name, or a list of them.
type oneOrMany []string

// UnmarshalJSON takes a string or an array of strings.
func (o *oneOrMany) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		*o = make(oneOrMany, 1)
		return json.Unmarshal(data, &(*o)[0])
	}
	return json.Unmarshal(data, (*[]string)(o))
}
