package bot

import "time"

// EffectKind says what an Effect does.
type EffectKind string

// The effects every account tries to do.
const (
	Say       EffectKind = "say"
	SendImage EffectKind = "image"
	SendFile  EffectKind = "file"
	SendVoice EffectKind = "voice"  // true voice with PowerVoice, a file without
	Recall    EffectKind = "recall" // takes back what was sent; services allow it for two minutes or so
	// Accept says yes to a friend request. Of is its Event.Token and Chat its Event.Chat, so what is asked for in the same
	// chat after it is said after it. A request of before the last sign-in fails for good; to accept twice does no harm.
	Accept EffectKind = "accept"
)

// The effects of which each needs a power.
const (
	Remove  EffectKind = "remove"   // puts Who out of the group
	Mute    EffectKind = "mute"     // silences Who there For so long; zero lets them speak again
	SetName EffectKind = "set-name" // names the group Text
	SetCard EffectKind = "set-card" // names Who Text in the group; "" is their own name
	Essence EffectKind = "essence"  // puts the message Of among the best of the group
)

// A Class says how an effect is treated when it waits, ages, or its outcome is not known.
type Class string

// The classes, most urgent first.
const (
	Answer    Class = "answer"    // somebody waits for it; stale after ten minutes; never doubled
	Unasked   Class = "unasked"   // the bot speaks by itself; stale after an hour; never doubled
	Broadcast Class = "broadcast" // the owner scheduled it; stale after half an hour; sent once more if unsure
)

// An Effect is one thing to do in the account: a row of the outbox. ID stays the same for every attempt.
type Effect struct {
	ID    string     `json:"id"`
	Kind  EffectKind `json:"kind"`
	Chat  ChatID     `json:"chat"`
	Text  string     `json:"text,omitempty"`
	Media string     `json:"media,omitempty"` // the SHA-256 of a blob kept before
	Name  string     `json:"name,omitempty"`  // of the file, as the chat shows it
	// Mentions are the people whom Text mentions; they hear of it where the account has that power.
	Mentions []Mention     `json:"mentions,omitempty"`
	Who      PersonID      `json:"who,omitempty"` // Remove, Mute, SetCard
	For      time.Duration `json:"for,omitempty"` // Mute
	Class    Class         `json:"class"`
	// Tag names what the effect is a part of, such as one broadcast; Parts tells what became of all its parts.
	Tag string `json:"tag,omitempty"`
	Of  string `json:"of,omitempty"` // Recall: Receipt.Sent of what is taken back; Accept: Event.Token of the request; Essence: as Recall, or Event.Quotes
	// Loud: said even while the bot is silenced, because the owner asked for it.
	Loud      bool      `json:"loud,omitempty"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Expires   time.Time `json:"expires,omitzero"`
	// Hush is when the quiet hours of the chat begin, where it may still wait then: it is put off to their end.
	Hush time.Time `json:"hush,omitzero"`
}

// lifetime is how long an effect of the class is worth doing.
func (c Class) lifetime() time.Duration {
	switch c {
	case Answer:
		return 10 * time.Minute
	case Broadcast:
		return 30 * time.Minute
	}
	return time.Hour
}
