package bot

import (
	"context"
	"errors"
	"io"
	"time"
)

// An Account is one signed-in account of a messaging service.
type Account interface {
	Doer
	// Run signs in and gives every event to in, in order, until ctx is done or the service ends the session for good
	// (ErrSignedOut). The engine calls it once, in a goroutine of its own.
	Run(ctx context.Context, in Inbox) error
	// Powers may be called from any goroutine and must not block.
	Powers() Powers
	// Fetch opens what was sent along with a message. Any goroutine; the caller closes.
	Fetch(ctx context.Context, m Media) (io.ReadCloser, error)
}

// An Inbox takes what happened. Its methods are for the goroutine of Account.Run.
type Inbox interface {
	// Put waits while the bot is behind. The event is durable once a later Mark has returned.
	Put(ctx context.Context, e Event) error
	// Mark keeps the account's place in the stream in the commit that covers all that was Put before, and waits for it.
	// An error means the place was not kept: read the stream again from the last one.
	Mark(ctx context.Context, place []byte) error
	// Place is what the last Mark kept, nil at first.
	Place(ctx context.Context) ([]byte, error)
	// Follows says whether the bot lives in the group. Of other groups the account keeps no people and no texts.
	Follows(c Chat) bool
}

// A Doer does effects.
type Doer interface {
	// Do makes one attempt. It is called by the outbox, for one effect of a chat at a time.
	//
	// ErrOffline is no attempt: the effect waits. ErrNotReady: nothing was sent, and it is tried until the effect expires.
	// ErrUnknown: perhaps it was done. Permanent is not tried again. ErrTooOften slows everything down. Any other error is
	// tried a few times more, with the same Effect.ID.
	Do(ctx context.Context, e Effect) (Receipt, error)
}

var (
	ErrOffline   = errors.New("the account is not signed in")
	ErrNotReady  = errors.New("what comes before the sending failed")
	ErrUnknown   = errors.New("the answer was lost, perhaps it was sent")
	ErrTooOften  = errors.New("the service says: too often")
	ErrSignedOut = errors.New("the service ended the session")
)

// Permanent marks an error that no further attempt can cure.
func Permanent(err error) error { return &permanent{err} }

// IsPermanent says whether err, or what it wraps, was marked by Permanent.
func IsPermanent(err error) bool {
	_, ok := errors.AsType[*permanent](err)
	return ok
}

type permanent struct{ error }

func (p *permanent) Unwrap() error { return p.error }

// A Preparer is an Account that can do the slow part of an effect ahead, such as an upload, so that at the minute only the
// sending is left. Prepare says nothing to anybody, may be called from any goroutine, and may fail without harm.
type Preparer interface {
	Prepare(ctx context.Context, e Effect) error
}

// A Receipt names what was sent, for recall and for the record.
type Receipt struct {
	Sent string    `json:"sent,omitempty"` // the service's id of the message
	At   time.Time `json:"at"`
}

// Powers are what the account can really do. Features degrade by them, visibly.
type Powers struct {
	Voice      bool // true voice messages
	Mention    bool // mentions that notify
	LastingIDs bool // the service's own ids last
	Leaves     bool // leaving is told, not found by comparing lists
	Remove     bool // removing people from a group
	Mute       bool // silencing people for a while
	Rename     bool // naming a group
	Card       bool // choosing somebody's name in a group
	Essence    bool // putting a message among the best of a group
}

// A Local is an Account whose powers are not the same everywhere: an administrator here may be nobody there. Any goroutine;
// PowersIn must not block.
type Local interface {
	PowersIn(chat ChatID) Powers
}

// powersIn is what the account can do in a chat.
func (b *Bot) powersIn(chat ChatID) Powers {
	if l, ok := b.account.(Local); ok {
		return l.PowersIn(chat)
	}
	return b.account.Powers()
}

// A Power names one of Powers, for Command.Needs.
type Power string

// The powers a command can need.
const (
	PowerVoice   Power = "voice"
	PowerRemove  Power = "remove"
	PowerMute    Power = "mute"
	PowerRename  Power = "rename"
	PowerCard    Power = "card"
	PowerEssence Power = "essence"
)

// Has says whether p is among the powers; the empty power always is.
func (ps Powers) Has(p Power) bool {
	switch p {
	case "":
		return true
	case PowerVoice:
		return ps.Voice
	case PowerRemove:
		return ps.Remove
	case PowerMute:
		return ps.Mute
	case PowerRename:
		return ps.Rename
	case PowerCard:
		return ps.Card
	case PowerEssence:
		return ps.Essence
	}
	return false
}

// allPowers is what a command may need.
func allPowers() Powers {
	return Powers{Voice: true, Remove: true, Mute: true, Rename: true, Card: true, Essence: true}
}
