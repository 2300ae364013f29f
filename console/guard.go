package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// policy lets a page have its own style, script, pictures, recordings and stream, and nothing from anywhere else: whatever a
// nickname holds, it can be no more than text.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// guard stands before every page: who may come in, what they may send, and what browsers may make of the answer.
func (c *console) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	return cross.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		harden(w.Header())
		if !c.inside(r) && !open(r.URL.Path) {
			c.sendAway(w, r)
			return
		}
		within, most := readWithin, int64(maxForm)
		if r.URL.Path == "/console/bring" {
			within, most = bringTime, maxUpload+maxForm
		}
		// Servers that cannot set a deadline, as those of tests, have none.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(within))
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(answerTo(w, r), r)
	}))
}

func harden(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cache-Control", "no-store")
}

// liveHeader marks what a page fetches by itself.
const liveHeader = "X-Sixtwenty-Live"

func (c *console) inside(r *http.Request) bool {
	switch {
	case c.Door == nil:
		return true
	case r.Header.Get(liveHeader) != "":
		return c.Door.Open(r)
	}
	return c.Door.Inside(r)
}

// open says whether a path is for those too who are still outside.
func open(path string) bool {
	switch path {
	case "/console/enter", "/console/language", "/console/console.css", "/console/console.js":
		return true
	}
	return false
}

// sendAway shows the way in to who wanted a page, and no to everything else.
func (c *console) sendAway(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.URL.Path == "/console/live" {
		http.Error(w, "sign in first", http.StatusUnauthorized)
		return
	}
	http.Redirect(w, r, "/console/enter?to="+url.QueryEscape(ours(r.URL.RequestURI())), http.StatusSeeOther)
}

// ours is an address if it is one of the console's own pages, else its first: nobody is sent elsewhere.
func ours(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.ContainsAny(to, "\\\r\n\t") {
		return "/console"
	}
	if u.Path != "/console" && !strings.HasPrefix(u.Path, "/console/") || strings.Contains(u.Path, "//") || strings.Contains(u.Path, "..") {
		return "/console"
	}
	return to
}
