package wechatbox

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// worldAPI are the calls that look at the world.
func (b *Box) worldAPI() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /box/world": question(b, func(*http.Request) (any, error) { return b.World(), nil }),
		"GET /box/group": question(b, func(r *http.Request) (any, error) { return b.Group(r.URL.Query().Get("chat")) }),
		"GET /box/chats": question(b, func(r *http.Request) (any, error) { return b.Chats(b.whoOf(r)) }),
		"GET /box/friends": question(b, func(r *http.Request) (any, error) {
			return b.Friends(b.whoOf(r))
		}),
		"GET /box/requests": question(b, func(r *http.Request) (any, error) { return b.FriendRequests(b.whoOf(r)) }),
		"GET /box/history":  question(b, b.apiHistory),
		"GET /box/sent":     question(b, b.apiSent),
		"GET /box/counts":   question(b, func(*http.Request) (any, error) { return b.Counts(), nil }),
	}
}

// whoOf is the person a question is about: ?who=, or the account.
func (b *Box) whoOf(r *http.Request) string { return b.orAccount(r.URL.Query().Get("who")) }

func (b *Box) orAccount(who string) string {
	if who != "" {
		return who
	}
	return b.Account().ID
}

func (b *Box) apiHistory(r *http.Request) (any, error) {
	v := r.URL.Query()
	limit, err := number(v.Get("limit"), 50)
	if err != nil {
		return nil, err
	}
	return b.History(b.whoOf(r), v.Get("chat"), v.Get("before"), limit)
}

// apiSent gives what was sent after number ?after=, and waits for it as long as ?wait= allows.
func (b *Box) apiSent(r *http.Request) (any, error) {
	v := r.URL.Query()
	after, err := number(v.Get("after"), 0)
	if err != nil || v.Get("wait") == "" {
		return b.SentAfter(after), err
	}
	wait, err := parseSpan(v.Get("wait"))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), min(wait, longestWait))
	defer cancel()
	list, err := b.WaitSent(ctx, after)
	if errors.Is(err, context.DeadlineExceeded) {
		return []Sent{}, nil
	}
	return list, err
}

const longestWait = time.Minute

func number(s string, or int) (int, error) {
	if s == "" {
		return or, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, refuse("%q is no number", clip(s, 40))
	}
	return n, nil
}

// rawAPI are the calls whose answers are no JSON.
func (b *Box) rawAPI() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /box/media/{id}": func(w http.ResponseWriter, r *http.Request) {
			m, err := b.Media(r.PathValue("id"))
			b.bytes(w, r, m.Data, m.MIME, err)
		},
		"GET /box/avatar/{who}": func(w http.ResponseWriter, r *http.Request) {
			data, err := b.Avatar(r.PathValue("who"))
			b.bytes(w, r, data, http.DetectContentType(data), err)
		},
		"GET /box/ca": func(w http.ResponseWriter, r *http.Request) {
			data, err := b.CA()
			b.bytes(w, r, data, "application/x-pem-file", err)
		},
		"GET /box/watch": b.apiWatch,
	}
}

// bytes answers with what people of the box sent: a browser must not take it for a page of its own.
func (b *Box) bytes(w http.ResponseWriter, r *http.Request, data []byte, mime string, err error) {
	if err != nil {
		b.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", mime)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "sandbox")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// apiWatch tells of changes as server-sent events, until the caller leaves.
func (b *Box) apiWatch(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	changes := b.Watch(r.Context())
	w.WriteHeader(http.StatusOK)
	for {
		if err := out.Flush(); err != nil {
			return
		}
		c, open := <-changes
		if !open || !writeEvent(w, c) {
			return
		}
	}
}
