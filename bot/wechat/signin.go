package wechat

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/eatmoreapple/openwechat"

	"sixtwenty/bot"
)

// resume takes up the kept session. Where the service refuses it, it is given as last; a service that cannot be reached is
// asked again for as long as it takes, since a new scan would lose what was said meanwhile.
func (a *Account) resume(ctx context.Context, in bot.Inbox, transport http.RoundTripper) (s, last *session, err error) {
	b, err := in.Place(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the kept session: %w", err)
	}
	if b == nil {
		a.become(bot.NeedsScan, whyFirst)
		return nil, nil, nil
	}
	p, err := readPlace(b)
	if err != nil {
		a.log.Warn("no hot sign-in", zap.Error(err))
		a.become(bot.NeedsScan, whyRefused)
		return nil, nil, nil
	}
	if a.opts.SignInAgain { // that the kept session is over is known, and no new offence
		p.Scanned = time.Time{}
	}
	if s, err = p.restore(newCaller(transport, a.opts.Desktop)); err != nil {
		return nil, nil, err
	}
	err = a.patiently(ctx, 0, func() error { return a.comeBack(ctx, in, s) })
	if err == nil {
		a.become(bot.Online, whyResumed)
		return s, nil, nil
	}
	if err = barred(err, s.scanned); errors.Is(err, errBarred) || retOf(err) == 0 && !errors.Is(err, errOther) || ctx.Err() != nil {
		return nil, nil, err
	}
	a.log.Info("the kept session is refused", zap.Error(err))
	a.become(bot.NeedsScan, whyRefused)
	return nil, s, nil
}

var errOther = errors.New("the service gave the account another name, so this is another session")

func (a *Account) comeBack(ctx context.Context, in bot.Inbox, s *session) error {
	first, err := s.initial(ctx)
	if err != nil {
		return err
	}
	if first.User.UserName != s.creds.Load().self {
		return errOther
	}
	return a.enter(ctx, in, s, first)
}

// patiently does what may fail for a while: until it goes, the service refuses, the store is broken, ctx is done, or it was
// tried as often as given (0 is for ever).
func (a *Account) patiently(ctx context.Context, times int, do func() error) error {
	var retry backoff
	began := time.Now()
	for {
		err := do()
		if err == nil || ctx.Err() != nil || broken(err) || errors.Is(err, errOther) {
			return err
		}
		a.brake.failed(err)
		if ret := retOf(err); ret != 0 && ret != retTooOften || retry.failures+1 == times {
			return err
		}
		if a.State().Name != bot.NeedsScan {
			a.turn(pulse{failing: began, why: whyOf(err)}.judge(time.Now(), a.limits))
		}
		a.log.Warn("signing in is not done yet", zap.Error(err))
		if err := retry.wait(ctx); err != nil {
			return err
		}
	}
}

// scan shows codes until one is scanned and the session stands.
func (a *Account) scan(ctx context.Context, in bot.Inbox, transport http.RoundTripper) (*session, error) {
	var retry backoff
	for number := 1; ; number++ {
		began := time.Now()
		s, err := a.scanOnce(ctx, in, transport, number)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil:
			a.become(bot.Online, whyScanned)
			return s, nil
		case errors.Is(err, errExpired):
			a.become(bot.NeedsScan, whyExpired)
			if time.Since(began) >= idleRound { // else nobody could have scanned it
				retry.ok()
				continue
			}
			a.brake.failed(err)
			if err := retry.wait(ctx); err != nil {
				return nil, err
			}
			continue
		case broken(err), errors.Is(err, errBarred):
			return nil, err
		}
		a.brake.failed(err)
		a.log.Warn("the sign-in failed, trying again", zap.Error(err))
		if retOf(err) == retBarred {
			a.become(bot.NeedsScan, whyNoWeb)
		} else {
			a.become(bot.NeedsScan, whyNotSignIn)
		}
		if err := retry.wait(ctx); err != nil {
			return nil, err
		}
	}
}

var errExpired = errors.New("the code expired")

func (a *Account) scanOnce(ctx context.Context, in bot.Inbox, transport http.RoundTripper, number int) (*session, error) {
	caller := newCaller(transport, a.opts.Desktop)
	uuid, err := timed(ctx, "jslogin", callLimit, caller.GetLoginUUID)
	if err != nil {
		return nil, err
	}
	if a.opts.QR != nil {
		a.opts.QR(QR{
			URL: "https://login.weixin.qq.com/l/" + uuid, Page: "https://login.weixin.qq.com/qrcode/" + url.PathEscape(uuid), Number: number,
		})
	}
	redirect, err := a.awaitScan(ctx, caller, uuid)
	if err != nil {
		return nil, err
	}
	info, err := loginPage(ctx, caller, redirect)
	if err != nil {
		return nil, err
	}
	return a.begin(ctx, in, caller, info)
}

// loginPage turns a confirmed scan into the secrets of a session.
func loginPage(ctx context.Context, caller *openwechat.Caller, redirect *url.URL) (*openwechat.LoginInfo, error) {
	const call = "webwxnewloginpage"
	query := redirect.Query()
	query.Set("version", "v2") // answers 200 instead of a redirect to nowhere
	redirect.RawQuery = query.Encode()
	body, err := read(ctx, call, callLimit, func(ctx context.Context) (*http.Response, error) {
		return caller.Client.GetLoginInfo(ctx, redirect)
	})
	if err != nil {
		return nil, err
	}
	var info openwechat.LoginInfo
	if err := xml.Unmarshal(body, &info); err != nil {
		return nil, nonsense(call, "no XML")
	}
	if info.Ret != 0 {
		return nil, refusal(call, info.Ret)
	}
	if info.WxUin == 0 || info.WxSid == "" || info.SKey == "" {
		return nil, nonsense(call, "no session in it")
	}
	caller.Client.Domain = openwechat.WechatDomain(redirect.Host)
	return &info, nil
}

// timed does one of openwechat's sign-in calls with a deadline.
func timed[T any](ctx context.Context, call string, limit time.Duration, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	v, err := guarded(func() (T, error) { return do(ctx) })
	if err != nil {
		fault := faultNonsense
		if openwechat.IsNetworkError(err) {
			fault = faultNetwork
		}
		err = &callError{call: call, fault: fault, err: scrub(err)}
	}
	return v, err
}

// awaitScan waits until the phone has confirmed the code. Where the service answers at once, again and again, it slows down.
func (a *Account) awaitScan(ctx context.Context, caller *openwechat.Caller, uuid string) (*url.URL, error) {
	var retry backoff
	scanned := false
	for tip := "1"; ; tip = "0" {
		began := time.Now()
		resp, err := timed(ctx, "login", pollLimit, func(ctx context.Context) (openwechat.CheckLoginResponse, error) {
			return caller.CheckLogin(ctx, uuid, tip)
		})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var code openwechat.LoginCode
		if err == nil {
			code, err = resp.Code()
		}
		if err == nil && code == openwechat.LoginCodeSuccess {
			return redirectOf(resp)
		}
		switch {
		case err != nil && retry.failures >= 5:
			return nil, err
		case code == openwechat.LoginCodeTimeout:
			return nil, errExpired
		case code == openwechat.LoginCodeScanned:
			a.become(bot.NeedsScan, whyOnPhone)
		}
		if err != nil {
			a.brake.failed(err)
		}
		news := code == openwechat.LoginCodeScanned && !scanned
		if scanned = scanned || news; news || time.Since(began) >= idleRound {
			retry.ok()
			continue
		}
		if err := retry.wait(ctx); err != nil {
			return nil, err
		}
	}
}

// redirectOf is where the session begins. The secrets go there, so it must be WeChat.
func redirectOf(resp openwechat.CheckLoginResponse) (*url.URL, error) {
	u, err := guarded(resp.RedirectURL)
	if err != nil {
		return nil, nonsense("login", "no redirect")
	}
	ours := strings.HasSuffix(u.Host, ".qq.com") || strings.HasSuffix(u.Host, ".wechat.com")
	if u.Scheme != "https" || !ours {
		return nil, nonsense("login", "redirected to a host that is not WeChat's")
	}
	return u, nil
}

// afterScan is how often a call is tried after a scan; each scan costs a person's time.
const afterScan = 8

// begin makes a session of a confirmed scan.
func (a *Account) begin(ctx context.Context, in bot.Inbox, caller *openwechat.Caller, info *openwechat.LoginInfo) (*session, error) {
	device, err := deviceID()
	if err != nil {
		return nil, err
	}
	s := &session{id: "s" + strings.ToLower(rand.Text()[:12]), scanned: time.Now(), caller: caller}
	s.uploads.init()
	s.creds.Store(&creds{
		login: *info,
		base:  openwechat.BaseRequest{Uin: info.WxUin, Sid: info.WxSid, Skey: info.SKey, DeviceID: device},
	})
	if err := s.openJar(); err != nil {
		return nil, err
	}
	var first *initial
	if err := a.patiently(ctx, afterScan, func() (err error) {
		first, err = s.initial(ctx)
		return err
	}); err != nil {
		return nil, barred(err, s.scanned)
	}
	c := *s.creds.Load()
	c.self = first.User.UserName
	s.creds.Store(&c)
	s.key = syncKeys{Sync: first.SyncKey}
	if s.at = a.clock.Now(); first.SystemTime > 0 {
		s.at = time.Unix(first.SystemTime, 0)
	}
	err = a.patiently(ctx, afterScan, func() error { return a.enter(ctx, in, s, first) })
	return s, barred(err, s.scanned)
}

// enter brings a session to where the stream can be read: the phone is told, names are known and kept, the place is marked.
func (a *Account) enter(ctx context.Context, in bot.Inbox, s *session, first *initial) error {
	c := s.creds.Load()
	if err := a.dir.enter(ctx, s.id, c.self); err != nil {
		return fmt.Errorf("loading names: %w", err)
	}
	s.names = a.dir.names
	if err := s.notify(ctx); err != nil { // the phone then shows nothing; all else works
		a.log.Warn("the phone was not told", zap.Error(err))
	}
	list, err := s.contacts(ctx)
	if err != nil {
		return err
	}
	first.User.stranger = true
	if err := a.dir.owner(ctx, c.login.WxUin, first.User); err != nil {
		return err
	}
	list = listed(list, first.ContactList)
	if err := a.membersOf(ctx, in, s, list); err != nil {
		return err
	}
	if err := a.learn(ctx, list, in.Follows); err != nil {
		return err
	}
	s.names.untold()
	e := bot.Event{ID: "signed-in/" + s.id, Kind: bot.SignedIn, At: s.at, From: s.names.me(), Text: s.id}
	if err := in.Put(ctx, e); err != nil {
		return err
	}
	if err := s.introduce(ctx, in); err != nil {
		return err
	}
	place, err := s.place()
	if err != nil {
		return err
	}
	if err := in.Mark(ctx, place); err != nil {
		return err
	}
	return a.dir.prune(ctx)
}

// introduce tells of the groups that the bot lives in, so that what is due in them by the clock needs nobody to write first.
func (s *session) introduce(ctx context.Context, in bot.Inbox) error {
	var list []bot.Chat
	for _, r := range s.names.rooms {
		if c := r.chat(); in.Follows(c) {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b bot.Chat) int { return cmp.Compare(a.ID, b.ID) })
	for _, c := range list {
		e := bot.Event{ID: "met/" + s.id + "/" + string(c.ID), Kind: bot.Listed, At: s.at, Chat: c}
		if err := in.Put(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// listed is the contact list, and of the recent chats the groups that are not saved to it.
func listed(list, recent []contact) []contact {
	have := make(map[string]bool, len(list))
	for _, c := range list {
		have[c.UserName] = true
	}
	all := slices.Clone(list)
	for _, c := range recent {
		if isRoom(c.UserName) && !have[c.UserName] {
			c.stranger = true
			all = append(all, c)
		}
	}
	for i := range all {
		all[i].MemberList = nil
	}
	return all
}

// deviceID is how this client calls itself, for as long as the session lasts.
func deviceID() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1e15))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("e%015d", n), nil
}
