package onebot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/zap"

	"sixtwenty/bot"
)

const (
	// maxFrame bounds what one frame may hold: the member list of a large group is far smaller.
	maxFrame = 8 << 20
	// callLimit is how long an answer is waited for.
	callLimit = 20 * time.Second
	// waitingEvents may pile up while the session asks something before it goes on.
	waitingEvents = 4096
)

// A link is one connection with the implementation.
type link struct {
	conn   *websocket.Conn
	self   wireID // as the peer said when it dialled us; "" where we dialled
	log    *zap.Logger
	events chan *frame   // never closed: more than one goroutine sends
	quiet  chan struct{} // closed when nothing more is read
	heard  atomic.Int64
	echo   atomic.Uint64
	mute   atomic.Int64 // requests in a row that were not answered
	ended  chan struct{}

	mu    sync.Mutex
	waits map[string]chan *frame // by echo
	err   error                  // why it ended
}

func newLink(conn *websocket.Conn, self wireID, log *zap.Logger) *link {
	conn.SetReadLimit(maxFrame)
	l := &link{
		conn: conn, self: self, log: log, events: make(chan *frame, waitingEvents), quiet: make(chan struct{}), ended: make(chan struct{}),
		waits: map[string]chan *frame{},
	}
	l.heard.Store(time.Now().UnixNano())
	return l
}

// read hands out frames until the connection ends.
func (l *link) read() {
	defer close(l.quiet)
	var buf bytes.Buffer
	for {
		f, err := l.next(&buf)
		if err != nil {
			l.end(err)
			return
		}
		if f == nil {
			continue
		}
		if f.isAnswer() {
			l.answered(f)
			continue
		}
		select {
		case l.events <- f:
		case <-l.ended:
			return
		}
	}
}

// next reads one frame, nil where it makes no sense. What it gives holds nothing of buf.
func (l *link) next(buf *bytes.Buffer) (*frame, error) {
	_, r, err := l.conn.Reader(context.Background())
	if err != nil {
		return nil, err
	}
	if buf.Cap() > maxFrame/8 { // one large frame is no reason to keep so much for ever
		*buf = bytes.Buffer{}
	}
	buf.Reset()
	if _, err := buf.ReadFrom(r); err != nil {
		return nil, err
	}
	l.heard.Store(time.Now().UnixNano())
	f := &frame{}
	if err := json.Unmarshal(buf.Bytes(), f); err != nil {
		l.log.Warn("a frame makes no sense and is passed over", zap.Int("bytes", buf.Len()), zap.Error(err))
		return nil, nil
	}
	return f, nil
}

// answered gives an answer to whoever waits for it. One that comes too late, or twice, is nobody's.
func (l *link) answered(f *frame) {
	l.mu.Lock()
	wait := l.waits[string(f.Echo)]
	delete(l.waits, string(f.Echo))
	l.mu.Unlock()
	if wait != nil {
		wait <- f
	}
}

// end ends the link, for a reason. Any goroutine; the first reason counts.
func (l *link) end(why error) {
	l.mu.Lock()
	if l.err != nil {
		l.mu.Unlock()
		return
	}
	l.err = why
	close(l.ended)
	l.mu.Unlock()
	_ = l.conn.CloseNow() // it is gone either way
}

// over says that the link has ended, and why.
func (l *link) over() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// silence is how long nothing was heard.
func (l *link) silence() time.Duration { return time.Since(time.Unix(0, l.heard.Load())) }

// call asks for an action and reads its data into a value, if one is given. Where the link has ended already the error is
// bot.ErrOffline, where no answer comes bot.ErrUnknown, and a *refusal where it is no.
func (l *link) call(ctx context.Context, limit time.Duration, action string, params, into any) error {
	echo := strconv.FormatUint(l.echo.Add(1), 10)
	data, err := json.Marshal(request{action, params, echo})
	if err != nil {
		return bot.Permanent(fmt.Errorf("%s: %w", action, err))
	}
	f, err := l.ask(ctx, limit, echo, data)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", action, err)
	case f.Retcode != 0 || string(f.Status) == `"failed"`:
		return refusalOf(action, f)
	case into == nil:
		return nil
	}
	if err := json.Unmarshal(f.Data, into); err != nil {
		return fmt.Errorf("%s: %w: the answer makes no sense: %w", action, bot.ErrUnknown, err)
	}
	return nil
}

var (
	errNoAnswer = errors.New("no answer within the time")
	errMute     = errors.New("the implementation answers nothing any more")
)

// maxMute is how many unanswered requests in a row end the link.
const maxMute = 3

// ask writes a request and waits for its answer.
func (l *link) ask(ctx context.Context, limit time.Duration, echo string, data []byte) (*frame, error) {
	answer := make(chan *frame, 1)
	l.mu.Lock()
	if l.err != nil {
		l.mu.Unlock()
		return nil, fmt.Errorf("%w: %w", bot.ErrOffline, l.err)
	}
	l.waits[echo] = answer
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.waits, echo)
		l.mu.Unlock()
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	// A write that hangs ends when the watchdog ends the link: its own deadline would end the link for everybody.
	if err := l.conn.Write(context.Background(), websocket.MessageText, data); err != nil {
		l.end(err)
		return nil, fmt.Errorf("%w: %w", bot.ErrUnknown, err)
	}
	select {
	case f := <-answer:
		l.mute.Store(0)
		return f, nil
	case <-l.ended:
		return nil, fmt.Errorf("%w: %w", bot.ErrUnknown, l.over())
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", bot.ErrUnknown, ctx.Err())
	case <-timer.C:
		if l.mute.Add(1) >= maxMute {
			l.end(errMute)
		}
		return nil, fmt.Errorf("%w: %w", bot.ErrUnknown, errNoAnswer)
	}
}
