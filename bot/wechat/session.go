package wechat

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/eatmoreapple/openwechat"
)

// A session is one sign-in. The goroutine of Run owns it; Do and Fetch may use caller, creds, names.wireOf and uploads.
type session struct {
	id      string // ours: a new one after each scan
	at      time.Time
	scanned time.Time // when the account last signed in anew, in real time
	caller  *openwechat.Caller
	creds   atomic.Pointer[creds] // never changed in place
	key     syncKeys
	names   *names
	hint    bool // the last synccheck spoke of contacts or groups (4, 6, 7), not of messages
	uploads uploads
	kept    map[string][]cookie // what the session was restored with
	cancel  func(error)         // ends it, with the reason
}

// creds are what every call proves itself with.
type creds struct {
	login openwechat.LoginInfo
	base  openwechat.BaseRequest
	self  string // the account's own wire name
}

// syncKeys say up to where the stream was read. Some servers want another key for synccheck than for webwxsync.
type syncKeys struct {
	Sync  *openwechat.SyncKey `json:"sync"`
	Check *openwechat.SyncKey `json:"check,omitempty"`
}

// check is what synccheck is asked with.
func (k syncKeys) check() *openwechat.SyncKey {
	if validKey(k.Check) {
		return k.Check
	}
	return k.Sync
}

// validKey says whether a sync key can be used: openwechat panics on one whose count is not the length of its list.
func validKey(k *openwechat.SyncKey) bool {
	return k != nil && k.Count > 0 && k.Count == len(k.List)
}

// A place is what Mark keeps: all that a hot sign-in needs. It is secret.
type place struct {
	Session  string              `json:"session"`
	At       time.Time           `json:"at"`
	Scanned  time.Time           `json:"scanned,omitzero"`
	Domain   string              `json:"domain"`
	Uin      int64               `json:"uin"`
	Sid      string              `json:"sid"`
	Skey     string              `json:"skey"`
	Ticket   string              `json:"ticket"`
	DeviceID string              `json:"device"`
	Self     string              `json:"self"`
	Key      syncKeys            `json:"key"`
	Cookies  map[string][]cookie `json:"cookies"` // by host
}

type cookie struct {
	Name  string `json:"n"`
	Value string `json:"v"`
}

// readPlace checks a kept place before it is believed.
func readPlace(b []byte) (*place, error) {
	var p place
	if err := json.Unmarshal(b, &p); err != nil {
		return nil, errors.New("the kept session cannot be read")
	}
	if p.Session == "" || p.Domain == "" || p.Sid == "" || !validKey(p.Key.Sync) {
		return nil, errors.New("the kept session is incomplete")
	}
	return &p, nil
}

// place is where the session stands now.
func (s *session) place() ([]byte, error) {
	c := s.creds.Load()
	return json.Marshal(place{
		Session: s.id, At: s.at, Scanned: s.scanned, Domain: string(s.caller.Client.Domain), Uin: c.login.WxUin, Sid: c.login.WxSid, Skey: c.login.SKey,
		Ticket: c.login.PassTicket, DeviceID: c.base.DeviceID, Self: c.self, Key: s.key, Cookies: s.cookies(),
	})
}

// restore makes a session of a kept place.
func (p *place) restore(caller *openwechat.Caller) (*session, error) {
	s := &session{id: p.Session, at: p.At, scanned: p.Scanned, caller: caller, key: p.Key, kept: p.Cookies}
	s.uploads.init()
	caller.Client.Domain = openwechat.WechatDomain(p.Domain)
	s.creds.Store(&creds{
		login: openwechat.LoginInfo{WxUin: p.Uin, WxSid: p.Sid, SKey: p.Skey, PassTicket: p.Ticket},
		base:  openwechat.BaseRequest{Uin: p.Uin, Sid: p.Sid, Skey: p.Skey, DeviceID: p.DeviceID},
		self:  p.Self,
	})
	if err := s.setCookies(p.Cookies); err != nil {
		return nil, err
	}
	return s, nil
}

// hosts are all that a session talks to, the main one first.
func (s *session) hosts() []string {
	d := s.caller.Client.Domain
	return []string{d.BaseHost(), d.FileHost(), d.SyncHost()}
}

const cookiePath = "/cgi-bin/mmwebwx-bin/"

// openJar makes the jar's entry for every host. openwechat's jar adds them to a map without a lock, so this must be done before
// another goroutine sends.
func (s *session) openJar() error {
	for _, host := range s.hosts() {
		u, err := url.Parse(host + cookiePath)
		if err != nil {
			return fmt.Errorf("no URL: %w", err)
		}
		s.caller.Client.Jar().SetCookies(u, nil)
	}
	return nil
}

// cookies are those of the main host, and of the others what is theirs alone.
func (s *session) cookies() map[string][]cookie {
	all := map[string][]cookie{}
	main := map[string]bool{}
	for i, host := range s.hosts() {
		u, err := url.Parse(host + cookiePath)
		if err != nil {
			continue
		}
		for _, c := range s.caller.Client.Jar().Cookies(u) {
			if i > 0 && main[c.Name] {
				continue
			}
			main[c.Name] = true
			all[host] = append(all[host], cookie{c.Name, c.Value})
		}
	}
	if len(all) == 0 { // better the old ones than none: without them the next hot sign-in fails
		return s.kept
	}
	return all
}

// setCookies puts kept cookies back with the domains that WeChat gives them (the data ticket is for all of qq.com, the rest for
// the main host and below), so that a renewed cookie replaces the kept one instead of standing beside it.
func (s *session) setCookies(kept map[string][]cookie) error {
	if err := s.openJar(); err != nil {
		return err
	}
	main := string(s.caller.Client.Domain)
	for _, host := range s.hosts() {
		u, err := url.Parse(host + cookiePath)
		if err != nil {
			return fmt.Errorf("no URL: %w", err)
		}
		var list []*http.Cookie
		for _, c := range kept[host] {
			hc := &http.Cookie{Name: c.Name, Value: c.Value, Path: "/"}
			if u.Hostname() == main {
				hc.Domain = main
			}
			if c.Name == dataTicket {
				_, hc.Domain, _ = strings.Cut(main, ".")
			}
			list = append(list, hc)
		}
		s.caller.Client.Jar().SetCookies(u, list)
	}
	return nil
}

// dataTicket is the cookie without which nothing is uploaded or downloaded.
const dataTicket = "webwx_data_ticket"
