// Package onebot plays the implementation side of OneBot v11 for measuring: a load of people who check in and chat, and a bare
// client as the floor.
package onebot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// The world of the load.
const (
	Groups   = 50
	People   = 5000
	self     = 10000
	patience = 15 * time.Second
)

// A Load is one implementation with its users. One client is served at a time.
type Load struct {
	// Patience is how long no answer comes before those that are waited for count as lost.
	Patience time.Duration

	ln     net.Listener
	server http.Server
	ready  chan struct{} // a client has asked who it is

	mu      sync.Mutex
	conn    *websocket.Conn
	waiting map[place]time.Time // since when an answer is waited for
	answers chan answered
	last    int64
	members []byte
}

// A place is one person in one group.
type place struct{ group, user int64 }

// An answered is one answer that came.
type answered struct {
	place
	took time.Duration
}

// Listen begins to wait for a client.
func Listen() (*Load, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &Load{Patience: patience, ln: ln, ready: make(chan struct{}), waiting: map[place]time.Time{}, answers: make(chan answered, 1<<16), last: 1000}
	l.server.Handler = l
	go func() { _ = l.server.Serve(ln) }() // until Close
	return l, nil
}

// URL is where a client dials.
func (l *Load) URL() string { return "ws://" + l.ln.Addr().String() + "/" }

// Close ends it.
func (l *Load) Close() {
	_ = l.server.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		_ = l.conn.CloseNow()
	}
}

// Ready waits until a client has signed in.
func (l *Load) Ready(ctx context.Context) error {
	select {
	case <-l.ready:
		return nil
	case <-ctx.Done():
		return errors.New("no client came")
	}
}

// ServeHTTP implements http.Handler.
func (l *Load) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	conn.SetReadLimit(1 << 20)
	l.mu.Lock()
	l.conn = conn
	l.mu.Unlock()
	ctx := context.Background()
	_ = conn.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"time":%d,"self_id":%d,"post_type":"meta_event","meta_event_type":"lifecycle","sub_type":"connect"}`, time.Now().Unix(), self))
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return
		}
		if err := conn.Write(ctx, websocket.MessageText, l.answer(data)); err != nil {
			return
		}
	}
}

type request struct {
	Action string          `json:"action"`
	Echo   json.RawMessage `json:"echo"`
	Params struct {
		Group   int64 `json:"group_id"`
		User    int64 `json:"user_id"`
		Message []struct {
			Type string `json:"type"`
			Data struct {
				QQ any `json:"qq"`
			} `json:"data"`
		} `json:"message"`
	} `json:"params"`
}

// answer does what a client asks.
func (l *Load) answer(raw []byte) []byte {
	var r request
	data, code := "null", 0
	if err := json.Unmarshal(raw, &r); err != nil {
		code = 1400
	}
	switch r.Action {
	case "send_group_msg", "send_msg":
		l.heard(r)
		data = `{"message_id":` + strconv.FormatInt(time.Now().UnixNano()&0xfffffff, 10) + `}`
	case "get_login_info":
		data = `{"user_id":10000,"nickname":"小六"}`
		l.mu.Lock()
		select {
		case <-l.ready:
		default:
			defer close(l.ready)
		}
		l.mu.Unlock()
	case "get_version_info":
		data = `{"app_name":"load","app_version":"1","protocol_version":"v11"}`
	case "get_status":
		data = `{"online":true,"good":true}`
	case "can_send_record", "can_send_image":
		data = `{"yes":true}`
	case "get_group_list":
		data = groupList()
	case "get_group_member_list":
		data = memberList(r.Params.Group)
	case "get_group_info":
		data = group(r.Params.Group)
	case "get_group_member_info":
		data = member(r.Params.Group, r.Params.User)
	case "get_friend_list", "get_guild_list":
		data = "[]"
	default:
		code = 1404
	}
	status := "ok"
	if code != 0 {
		status = "failed"
	}
	return fmt.Appendf(nil, `{"status":"%s","retcode":%d,"data":%s,"message":"","wording":"","echo":%s}`, status, code, data, r.Echo)
}

func group(id int64) string {
	return fmt.Sprintf(`{"group_id":%d,"group_name":"六点二十 %d 群"}`, id, id)
}

func groupList() string {
	list := "["
	for g := range int64(Groups) {
		if g > 0 {
			list += ","
		}
		list += group(600000 + g)
	}
	return list + "]"
}

func member(group, user int64) string {
	return fmt.Sprintf(`{"group_id":%d,"user_id":%d,"nickname":"%s","card":"","role":"member"}`, group, user, nick(user))
}

func nick(user int64) string { return "群友" + strconv.FormatInt(user, 10) }

// memberList is of those who write in a group.
func memberList(group int64) string {
	list := "[" + member(group, self)
	for i := range 4 * People {
		if p := placeOf(i); p.group == group {
			list += "," + member(group, p.user)
		}
	}
	return list + "]"
}

// placeOf is who makes the i-th check-in, and where: each person writes in four groups.
func placeOf(i int) place {
	person, round := i%People, i/People
	return place{int64(600000 + (person+13*round)%Groups), int64(20000 + person)}
}

// heard takes an answer; the client says whom it is for by mentioning them.
func (l *Load) heard(r request) {
	now := time.Now()
	for _, seg := range r.Params.Message {
		if seg.Type != "at" {
			continue
		}
		user, _ := strconv.ParseInt(fmt.Sprint(seg.Data.QQ), 10, 64)
		p := place{r.Params.Group, user}
		l.mu.Lock()
		since, ok := l.waiting[p]
		delete(l.waiting, p)
		l.mu.Unlock()
		if ok {
			l.answers <- answered{p, now.Sub(since)}
		}
		return
	}
}

// say lets a person write in a group.
func (l *Load) say(ctx context.Context, p place, text string, counts bool) error {
	l.mu.Lock()
	l.last++
	id, conn := l.last, l.conn
	if counts {
		l.waiting[p] = time.Now()
	}
	l.mu.Unlock()
	return conn.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"self_id":%d,"user_id":%d,"time":%d,"message_id":%d,"message_seq":%d,"real_id":%d,`+
		`"message_type":"group","sender":{"user_id":%d,"nickname":"%s","card":"","role":"member"},"raw_message":"%s","font":14,"sub_type":"normal",`+
		`"message":[{"type":"text","data":{"text":"%s"}}],"message_format":"array","post_type":"message","group_id":%d}`,
		self, p.user, time.Now().Unix(), id, id, id, p.user, nick(p.user), text, text, p.group))
}

// A Result is what a load came to.
type Result struct {
	Events, Answers, Lost int
	Took                  time.Duration
	Latencies             []time.Duration
}

// Storm lets n people check in, inFlight of them at once, with so many lines of chatter for each.
func (l *Load) Storm(ctx context.Context, n, inFlight, chatter int) (r Result, err error) {
	began := time.Now()
	flying := 0
	for i := 0; i < n || flying > 0; {
		for ; i < n && flying < inFlight; i++ {
			for c := range chatter {
				if err := l.say(ctx, placeOf((i*7+c)%(4*People)), "今天天气真好", false); err != nil {
					return r, err
				}
				r.Events++
			}
			if err := l.say(ctx, placeOf(i), "打卡", true); err != nil {
				return r, err
			}
			r.Events++
			flying++
		}
		got, lost := l.wait(ctx)
		flying -= lost
		r.Lost += lost
		if lost == 0 {
			flying--
			r.Answers++
			r.Latencies = append(r.Latencies, got.took)
		}
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
	}
	r.Took = time.Since(began)
	return r, nil
}

// Steady lets n people check in at a rate, the first after skip others.
func (l *Load) Steady(ctx context.Context, skip, n int, every time.Duration) (r Result, err error) {
	began := time.Now()
	go func() {
		for i := range n {
			time.Sleep(time.Until(began.Add(time.Duration(i) * every)))
			if l.say(ctx, placeOf(skip+i), "打卡", true) != nil {
				return
			}
		}
	}()
	for r.Answers+r.Lost < n {
		got, lost := l.wait(ctx)
		if r.Lost += lost; lost == 0 {
			r.Answers++
			r.Latencies = append(r.Latencies, got.took)
		}
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
	}
	r.Events, r.Took = n, time.Since(began)
	return r, nil
}

// wait waits for one answer. Where none comes for long, all that are waited for are lost.
func (l *Load) wait(ctx context.Context) (a answered, lost int) {
	select {
	case a = <-l.answers:
		return a, 0
	default:
	}
	timer := time.NewTimer(l.Patience)
	defer timer.Stop()
	select {
	case a = <-l.answers:
		return a, 0
	case <-ctx.Done():
		return a, 0
	case <-timer.C:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	lost = len(l.waiting)
	clear(l.waiting)
	return a, lost
}

// First lets one person check in and waits for the answer; where it is lost, another.
func (l *Load) First(ctx context.Context) error {
	for {
		r, err := l.Storm(ctx, 1, 1, 0)
		if err != nil || r.Answers > 0 {
			return err
		}
	}
}
