package wechat

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/eatmoreapple/openwechat"
)

// echoes remember what was sent through the web. A server that tells it back as the account's own message must not make the bot
// take its own words, which may quote anybody, for the owner's. Any goroutine.
type echoes struct {
	mu   sync.Mutex
	sent map[[sha256.Size]byte]time.Time // by chat and text, or by the service's id
}

const (
	echoAge = 10 * time.Minute
	maxEcho = 4096
)

// say is called before a text is sent, since its echo can come before the answer.
func (e *echoes) say(to, text string) { e.add(echoOf("text", to, text)) }

// got is called with the id that the service gave to what was sent.
func (e *echoes) got(id string) {
	if id != "" {
		e.add(echoOf("id", id, ""))
	}
}

func (e *echoes) add(key [sha256.Size]byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	if e.sent == nil || len(e.sent) >= maxEcho {
		kept := map[[sha256.Size]byte]time.Time{}
		for k, at := range e.sent {
			if now.Sub(at) < echoAge && len(kept) < maxEcho/2 {
				kept[k] = at
			}
		}
		e.sent = kept
	}
	e.sent[key] = now
}

// heard says whether a message is such an echo. It costs the owner that a text typed on the phone, equal to one that the bot
// just sent there, is passed over.
func (e *echoes) heard(m *message, self string) bool {
	if m.FromUserName != self {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	keys := [][sha256.Size]byte{echoOf("id", m.MsgID, "")}
	if m.MsgType == openwechat.MsgTypeText {
		keys = append(keys, echoOf("text", m.ToUserName, plain(m.Content)))
	}
	for _, k := range keys {
		if at, ok := e.sent[k]; ok && time.Since(at) < echoAge {
			return true
		}
	}
	return false
}

func echoOf(kind, a, b string) [sha256.Size]byte {
	return sha256.Sum256([]byte(kind + "\x00" + a + "\x00" + b))
}
