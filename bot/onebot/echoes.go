package onebot

import (
	"crypto/sha256"
	"strings"
	"sync"
	"time"
	"unicode"

	"sixtwenty/bot"
)

// echoes remember what we sent. Implementations may tell it back as the account's own message, before or after their answer, and
// it must not be taken for the owner's word: it may quote anybody. Any goroutine.
type echoes struct {
	mu   sync.Mutex
	sent map[[sha256.Size]byte]time.Time // by chat and gist, or by the service's id
}

const (
	echoAge = 10 * time.Minute
	maxEcho = 4096
)

// say is called before a message is sent, since its echo can come before the answer.
func (e *echoes) say(chat bot.ChatID, list []outSegment) {
	var parts []segment
	for _, seg := range list {
		parts = append(parts, seg.in())
	}
	e.add(echoOf(chat, gist(parts)))
}

// got is called with the id that the service gave to what was sent.
func (e *echoes) got(chat bot.ChatID, id wireID) { e.add(echoOf(chat, "\x00\x00"+string(id))) }

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

// heard says whether a message of the account's own is such an echo. It costs the owner that what the phone writes, equal to what
// the bot just said there, is passed over.
func (e *echoes) heard(chat bot.ChatID, id wireID, list []segment) bool {
	keys := [][sha256.Size]byte{echoOf(chat, "\x00\x00"+string(id)), echoOf(chat, gist(list))}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, k := range keys {
		if at, ok := e.sent[k]; ok && time.Since(at) < echoAge {
			return true
		}
	}
	return false
}

// gist is what stays of a message however an implementation writes it: blanks around mentions come and go.
func gist(list []segment) string {
	var b strings.Builder
	for _, seg := range list {
		switch seg.Type {
		case "text":
			b.WriteString(strings.Map(func(r rune) rune {
				if unicode.IsSpace(r) {
					return -1
				}
				return r
			}, string(seg.Data.Text)))
		case "at":
			b.WriteString("\x00at " + string(seg.Data.QQ))
		default:
			b.WriteString("\x00" + seg.Type)
		}
	}
	return b.String()
}

func echoOf(chat bot.ChatID, what string) [sha256.Size]byte {
	return sha256.Sum256([]byte(string(chat) + "\x00" + what))
}
