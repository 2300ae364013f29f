package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"github.com/eatmoreapple/openwechat"
)

// A synced is the answer of webwxsync. openwechat's own type lacks the changed contacts.
type synced struct {
	agreed
	AddMsgList     []json.RawMessage
	ModContactList []contact
	DelContactList []contact
	SyncKey        *openwechat.SyncKey
	SyncCheckKey   *openwechat.SyncKey
	ContinueFlag   int
	SKey           string
}

// next is the key that this answer leads to.
func (v *synced) next() syncKeys {
	k := syncKeys{Sync: v.SyncKey}
	if validKey(v.SyncCheckKey) {
		k.Check = v.SyncCheckKey
	}
	return k
}

func (v *synced) empty() bool {
	return len(v.AddMsgList) == 0 && len(v.ModContactList) == 0 && len(v.DelContactList) == 0
}

// sync reads what is new after the session's key, and moves nothing: the caller does, once it is kept.
func (s *session) sync(ctx context.Context) (*synced, error) {
	var v synced
	c := s.creds.Load()
	err := answer(ctx, "webwxsync", callLimit, &v, func(ctx context.Context) (*http.Response, error) {
		return s.caller.Client.WebWxSync(ctx, &openwechat.ClientWebWxSyncOptions{
			BaseRequest: &c.base, LoginInfo: &c.login, WebInitResponse: &openwechat.WebInitResponse{SyncKey: s.key.Sync},
		})
	})
	if err != nil {
		return nil, err
	}
	if !validKey(v.SyncKey) {
		return nil, nonsense("webwxsync", "no usable sync key")
	}
	return &v, nil
}

// renew takes a new skey, where the service gives one. Whoever is sending with the old one is not disturbed.
func (s *session) renew(skey string) {
	was := s.creds.Load()
	if skey == "" || skey == was.login.SKey {
		return
	}
	c := *was
	c.login.SKey, c.base.Skey = skey, skey
	s.creds.Store(&c)
}

// mark names a position in the stream, for the ids of events that WeChat gives none.
func (k syncKeys) mark() string {
	b, err := json.Marshal(k.Sync)
	if err != nil { // numbers always marshal
		panic(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}
