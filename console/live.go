package console

import (
	"fmt"
	"net/http"
	"time"
)

const (
	maxStreams = 32
	calm       = time.Second      // between two words of news
	heartbeat  = 25 * time.Second // so that a stream that is dead is found
	writeWait  = 10 * time.Second
)

// stream tells an open page, as long as it is looked at, that something was committed. What, the page asks itself: it fetches its own
// address and takes the parts that changed.
func (c *console) stream(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet { // GET's pattern takes HEAD too, and a HEAD would hold a place for nothing
		http.Error(w, "a stream is read with GET", http.StatusMethodNotAllowed)
		return
	}
	select {
	case c.open <- struct{}{}:
		defer func() { <-c.open }()
	default:
		w.Header().Set("Retry-After", "60")
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // nothing more is read; a deadline would end the stream
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	word := "retry: 5000\n\n"
	for {
		changed := c.Bot.Changed() // before the word, so that nothing falls between them
		_ = out.SetWriteDeadline(time.Now().Add(writeWait))
		if _, err := fmt.Fprint(w, word); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-time.After(heartbeat):
			word = ": still here\n\n"
		case <-changed:
			word = "event: change\ndata: .\n\n"
			select {
			case <-r.Context().Done():
				return
			case <-time.After(calm):
			}
		}
		if c.Door != nil && !c.Door.Open(r) {
			return
		}
	}
}
