package phone

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"sixtwenty/wechatbox"
)

// listen opens a stream and returns the events that it brings, as "name data".
func (t *table) listen(ctx context.Context) <-chan string {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.srv.URL+"/phone/live", nil)
	t.ok(err)
	res, err := http.DefaultClient.Do(req)
	t.ok(err)
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%s %v", res.Status, res.Header)
	}
	events := make(chan string, 100)
	go func() {
		defer res.Body.Close()
		defer close(events)
		var name string
		for in := bufio.NewScanner(res.Body); in.Scan(); {
			if after, ok := strings.CutPrefix(in.Text(), "event: "); ok {
				name = after
			}
			if data, ok := strings.CutPrefix(in.Text(), "data: "); ok {
				events <- name + " " + data
			}
		}
	}()
	return events
}

// next is the data of the next event of this name.
func (t *table) next(events <-chan string, name string) string {
	t.Helper()
	for {
		select {
		case e, ok := <-events:
			if !ok {
				t.Fatalf("the stream ended before %q", name)
			}
			if data, found := strings.CutPrefix(e, name+" "); found {
				return data
			}
		case <-t.Context().Done():
			t.Fatalf("no %q came", name)
		}
	}
}

func TestAPageIsToldWhatToLookAtAgain(t0 *testing.T) {
	t := lay(t0)
	events := t.listen(t.Context())
	var clock clockView
	t.ok(json.Unmarshal([]byte(t.next(events, "clock")), &clock))
	if clock.Speed != 1 || clock.Offset != 8*60*60 || clock.At == 0 {
		t.Errorf("got %+v", clock)
	}
	t.next(events, "bar")
	t.does("say", "who", "xiaoming", "chat", club, "text", "打卡")
	if got := t.next(events, "change"); got != `{"what":"message","group":"dushuhui"}` {
		t.Errorf("got %s", got)
	}
	t.does("say", "who", "xiaoming", "chat", "linlaoshi", "text", "老师好")
	if got := t.next(events, "change"); !strings.Contains(got, "linlaoshi") || !strings.Contains(got, "xiaoming") || strings.Contains(got, "老师好") {
		t.Errorf("got %s", got)
	}
	t.does("read", "who", "linlaoshi", "chat", "xiaoming")
	if got := t.next(events, "change"); got != `{"what":"read","person":"linlaoshi","with":"xiaoming"}` {
		t.Errorf("got %s", got)
	}
	if status, _ := t.post("/phone/clock/speed", "speed", "60"); status != http.StatusOK {
		t.Fatal(status)
	}
	for clock.Speed != 60 {
		t.ok(json.Unmarshal([]byte(t.next(events, "clock")), &clock))
	}
}

func TestStreamsEndWithTheDesk(t0 *testing.T) {
	t := lay(t0)
	events := t.listen(t.Context())
	t.next(events, "bar")
	t.ok(t.desk.Close())
	for range events {
	}
}

func TestStreamsEndWithTheBox(t0 *testing.T) {
	t := lay(t0)
	events := t.listen(t.Context())
	t.next(events, "bar")
	t.ok(t.box.Close())
	for range events {
	}
	if status, r := t.post("/phone/act/say", "who", "susu", "chat", club, "text", "在吗"); status != http.StatusServiceUnavailable {
		t.Errorf("%d %+v", status, r)
	}
}

func TestStreamsAreBounded(t0 *testing.T) {
	t := lay(t0)
	for range maxStreams {
		t.desk.seats <- struct{}{}
	}
	if res, body := t.get("/phone/live"); res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "太多") {
		t.Errorf("%s %q", res.Status, body)
	}
	for range maxStreams {
		<-t.desk.seats
	}
	ctx, leave := context.WithCancel(t.Context())
	t.next(t.listen(ctx), "bar")
	leave()
	t.desk.Close()
	t.srv.Close()
	if n := len(t.desk.seats); n != 0 {
		t.Errorf("%d seats are still taken", n)
	}
}

func TestAFloodIsToldOnce(t *testing.T) {
	var d Desk
	rec := &countingWriter{header: http.Header{}}
	s := &stream{w: rec, rc: http.NewResponseController(rec)}
	flood := make(chan wechatbox.Change, 1000)
	for range 1000 {
		flood <- wechatbox.Change{What: wechatbox.MessageChanged, Group: club, Message: "x"}
	}
	close(flood)
	d.tell(t.Context(), s, <-flood, flood)
	if rec.n != 1 {
		t.Errorf("told %d times", rec.n)
	}
}

type countingWriter struct {
	header http.Header
	n      int
}

func (w *countingWriter) Header() http.Header              { return w.header }
func (w *countingWriter) WriteHeader(int)                  {}
func (w *countingWriter) Flush()                           {}
func (w *countingWriter) SetWriteDeadline(time.Time) error { return nil }
func (w *countingWriter) Write(p []byte) (int, error) {
	w.n++
	return io.Discard.Write(p)
}
