package wechat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/eatmoreapple/openwechat"
)

// How long a call may take, in real time.
const (
	callLimit = 30 * time.Second
	pollLimit = 45 * time.Second // the server answers a long poll after 25 s
	listLimit = time.Minute
)

// The return codes that mean something to us.
const (
	retParam    = 1
	retSignOut  = 1100
	retNotIn    = 1101
	retCookie   = 1102
	retBarred   = 1203
	retTooOften = 1205
)

// A fault says what kind of failure a call met.
type fault int

const (
	faultNetwork  fault = iota // no answer
	faultNonsense              // an answer that is none
	faultRet                   // the service refuses: ret says why
)

// A callError is a failed call. It never holds a URL: URLs hold tickets.
type callError struct {
	call  string
	fault fault
	ret   int
	sent  bool // the request may have reached the service
	err   error
}

func (e *callError) Error() string {
	if e.fault == faultRet {
		return fmt.Sprintf("%s: WeChat answered %d", e.call, e.ret)
	}
	return e.call + ": " + e.err.Error()
}

func (e *callError) Unwrap() error { return e.err }

func asCall(err error) (*callError, bool) { return errors.AsType[*callError](err) }

// ended says whether err means that the session is over.
func ended(err error) bool {
	e, ok := asCall(err)
	return ok && e.fault == faultRet && (e.ret == retSignOut || e.ret == retNotIn || e.ret == retCookie)
}

func retOf(err error) int {
	if e, ok := asCall(err); ok && e.fault == faultRet {
		return e.ret
	}
	return 0
}

func nonsense(call string, format string, args ...any) error {
	return &callError{call: call, fault: faultNonsense, sent: true, err: fmt.Errorf(format, args...)}
}

func refusal(call string, ret int) error {
	return &callError{call: call, fault: faultRet, ret: ret, sent: true}
}

// A request sends one request of openwechat's.
type request func(context.Context) (*http.Response, error)

// A reply is JSON that says whether the service agreed.
type reply interface {
	base() *openwechat.BaseResponse
}

// guarded keeps a panic inside openwechat from ending the process.
func guarded[T any](fn func() (T, error)) (v T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("openwechat panicked: %v", p)
		}
	}()
	return fn()
}

// open does one call and gives the answer with its body still to read. It must be closed.
func open(ctx context.Context, call string, do request) (*http.Response, error) {
	var trip trip
	resp, err := guarded(func() (*http.Response, error) { return do(trip.trace(ctx)) })
	if err != nil {
		return nil, &callError{call: call, fault: faultNetwork, sent: trip.mayHaveSent(err), err: scrub(err)}
	}
	if resp == nil {
		return nil, nonsense(call, "no answer")
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusPartialContent {
		resp.Body.Close()
		return nil, nonsense(call, "HTTP status %d", resp.StatusCode)
	}
	return resp, nil
}

// read does one call within limit and gives the whole body.
func read(ctx context.Context, call string, limit time.Duration, do request) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	resp, err := open(ctx, call, do)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, &callError{call: call, fault: faultNetwork, sent: true, err: scrub(err)}
	}
	return body, nil
}

// answer does one call and decodes the JSON into v, of which base says whether the service agreed.
func answer(ctx context.Context, call string, limit time.Duration, v reply, do request) error {
	body, err := read(ctx, call, limit, do)
	if err != nil {
		return err
	}
	if err := decode(body, v); err != nil {
		return nonsense(call, "no JSON: %v", err)
	}
	base := v.base()
	if base == nil {
		return nonsense(call, "no BaseResponse")
	}
	if base.Ret != 0 {
		return refusal(call, int(base.Ret))
	}
	return nil
}

// agreed is embedded in every JSON answer. An answer without it is none.
type agreed struct {
	BaseResponse *openwechat.BaseResponse
}

func (a agreed) base() *openwechat.BaseResponse { return a.BaseResponse }

// scrub takes the URL out of an error of net/http.
func scrub(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// A trip remembers how far a request got.
type trip struct{ asked, connected atomic.Bool }

func (t *trip) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { t.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { t.connected.Store(true) },
	})
}

// mayHaveSent says whether a failed request can have reached the service: not where no connection was had. A transport that
// does not speak to the trace is believed only if the error says that it could not dial.
func (t *trip) mayHaveSent(err error) bool {
	if t.asked.Load() {
		return t.connected.Load()
	}
	op, ok := errors.AsType[*net.OpError](err)
	return !ok || op.Op != "dial"
}

// An initial is the answer of webwxinit.
type initial struct {
	agreed
	User        contact
	ContactList []contact
	SyncKey     *openwechat.SyncKey
	SKey        string
	SystemTime  int64
}

func (s *session) initial(ctx context.Context) (*initial, error) {
	var v initial
	c := s.creds.Load()
	err := answer(ctx, "webwxinit", callLimit, &v, func(ctx context.Context) (*http.Response, error) {
		return s.caller.Client.WebInit(ctx, &c.base)
	})
	if err == nil && (v.User.UserName == "" || !validKey(v.SyncKey)) {
		err = nonsense("webwxinit", "no user or no sync key")
	}
	return &v, err
}

// notify lets the phone show that the web is in.
func (s *session) notify(ctx context.Context) error {
	var v agreed
	c := s.creds.Load()
	return answer(ctx, "webwxstatusnotify", callLimit, &v, func(ctx context.Context) (*http.Response, error) {
		return s.caller.Client.WebWxStatusNotify(ctx, &openwechat.ClientWebWxStatusNotifyOptions{
			BaseRequest: &c.base, LoginInfo: &c.login, WebInitResponse: &openwechat.WebInitResponse{User: &openwechat.User{UserName: c.self}},
		})
	})
}

const maxPages = 100

// contacts reads the contact list: friends, official accounts, and the groups that are saved to it, without their members.
func (s *session) contacts(ctx context.Context) ([]contact, error) {
	var all []contact
	c := s.creds.Load()
	for page, seq := 0, int64(0); page < maxPages; page++ {
		var v struct {
			agreed
			MemberList []contact
			Seq        int64
		}
		err := answer(ctx, "webwxgetcontact", listLimit, &v, func(ctx context.Context) (*http.Response, error) {
			return s.caller.Client.WebWxGetContact(ctx, c.login.SKey, seq)
		})
		if err != nil {
			return nil, err
		}
		all = append(all, v.MemberList...)
		if v.Seq == 0 || v.Seq == seq {
			break
		}
		seq = v.Seq
	}
	return all, nil
}

// maxDetails bounds one question for details. The service takes 50, but an answer with 50 full groups is very large.
const maxDetails = 20

// details asks for people and for groups with their members, at most maxDetails.
func (s *session) details(ctx context.Context, wires []string) ([]contact, error) {
	var v struct {
		agreed
		ContactList []contact
	}
	c := s.creds.Load()
	list := make(openwechat.Members, len(wires))
	for i, w := range wires {
		list[i] = &openwechat.User{UserName: w}
	}
	err := answer(ctx, "webwxbatchgetcontact", listLimit, &v, func(ctx context.Context) (*http.Response, error) {
		return s.caller.Client.WebWxBatchGetContact(ctx, list, &c.base)
	})
	return v.ContactList, err
}

// check waits until there is something to sync, or for about 25 s. more says which of the two.
func (s *session) check(ctx context.Context) (more bool, err error) {
	c := s.creds.Load()
	body, err := read(ctx, "synccheck", pollLimit, func(ctx context.Context) (*http.Response, error) {
		return s.caller.Client.SyncCheck(ctx, &openwechat.ClientSyncCheckOptions{
			BaseRequest: &c.base, LoginInfo: &c.login, WebInitResponse: &openwechat.WebInitResponse{SyncKey: s.key.check()},
		})
	})
	if err != nil {
		return false, err
	}
	v, err := openwechat.NewSyncCheckResponse(body)
	if err != nil {
		return false, nonsense("synccheck", "no retcode")
	}
	if err := v.Err(); err != nil {
		ret, _ := errors.AsType[openwechat.Ret](err)
		return false, refusal("synccheck", int(ret))
	}
	s.hint = v.Selector != openwechat.SelectorNewMsg
	return v.Selector != openwechat.SelectorNormal, nil
}
