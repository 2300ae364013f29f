package bot

import (
	"encoding/json"
	"time"
)

// Ids are ours, opaque, and last for good; only an Account makes them.
type (
	// A ChatID names a group, or the private conversation with one person.
	ChatID string
	// A PersonID names one identity: what a person did under it belongs to it for ever.
	PersonID string
)

// A Kind says what an Event is. Facts that features emit are kinds too, named "feature.fact".
type Kind string

// The kinds an account or the engine makes.
const (
	Message       Kind = "message"        // somebody wrote, spoke, or sent something
	Joined        Kind = "joined"         // the service told of people who joined (Join)
	Left          Kind = "left"           // People are members no longer
	Listed        Kind = "listed"         // a member list was read (Roster); nobody is greeted for it
	Renamed       Kind = "renamed"        // From has another name
	GroupRenamed  Kind = "group-renamed"  // Chat has another name
	FriendRequest Kind = "friend-request" // From asks to be a friend: Text is the hello, Token is for an Accept, Chat where they would talk
	Befriended    Kind = "befriended"     // From is a friend now, and Chat where to talk, whoever said yes; it may be told twice
	JoinRequest   Kind = "join-request"   // From asks to be let into the group Chat: Text is the hello, Token is for an Accept
	Invited       Kind = "invited"        // From asks the account into the group Chat, Token is for an Accept
	Recalled      Kind = "recalled"       // the message Text (an event ID) was taken back
	Tickled       Kind = "tickled"        // From tickled the account
	System        Kind = "system"         // a system text nobody understands yet
	SignedIn      Kind = "signed-in"      // the account is in; Text is the session: a new one after each scan; From is the account as a person
	Tick          Kind = "tick"           // a timer is due (made by the engine alone)
	Asked         Kind = "asked"          // the owner used the console (made by Ask alone)
)

// kinds are those that a watch can wait for, besides facts.
func kinds() []Kind {
	return []Kind{
		Message, Joined, Left, Listed, Renamed, GroupRenamed, FriendRequest, Befriended, JoinRequest, Invited,
		Recalled, Tickled, System, SignedIn, Asked,
	}
}

// An Event is one thing that happened. An account fills it and never touches it again.
type Event struct {
	// ID is the same whenever the service tells the same thing again, and unique within the account.
	ID   string
	Kind Kind
	// At is when it happened, as the service says; never when it was read.
	At   time.Time
	Chat Chat   // zero where it belongs to no chat
	From Member // zero where nobody did it
	// Self: the account's own phone did it. Nothing the service sends is better proof of the owner.
	Self bool
	// AtMe: the account was mentioned. The mention itself is already cut out of Text.
	AtMe  bool
	Text  string // Message: what was written; System: the text as it came
	Token string // of a request: what the service wants to see of an Accept; opaque, a secret, dead after the next sign-in
	// Mentions are people whom Text mentions, where the service says who they are.
	Mentions []Mention
	Quotes   string // the ID of the message that this one answers, where it is known
	Media    *Media // what was sent along
	Join     *Join  // Joined only
	// Roster is the chat's whole member list right after the event, where the account read it; nil otherwise.
	Roster []Member
	People []PersonID      // Left: who
	Data   json.RawMessage // a fact's or a tick's own
	class  Class           // of what is said about a finished work: as that of who asked for it
}

// A Chat is a group or a private conversation, as the account knows it now.
type Chat struct {
	ID    ChatID
	Group bool
	Name  string
}

// A Member is a person as one chat shows them.
type Member struct {
	Person PersonID
	Nick   string
	Card   string // the name in this group, "" where none was chosen
	// Known lists further names that the service may use for them in its texts, such as the owner's private remark. They
	// serve to recognise and are never spoken.
	Known []string
}

// Shown is the name a group knows the member by, cleaned for speaking.
func (m Member) Shown() string {
	if m.Card != "" {
		return CleanName(m.Card)
	}
	return CleanName(m.Nick)
}

// MediaKind says what was sent along with a message.
type MediaKind string

// The kinds of media.
const (
	Image MediaKind = "image"
	Voice MediaKind = "voice"
	Video MediaKind = "video"
	File  MediaKind = "file"
	Link  MediaKind = "link"
	Card  MediaKind = "card" // of a person, an official account or a mini program: Name is whose
	Other MediaKind = "other"
)

// Media describes what was sent along; its bytes are fetched by a Work, through the account, by Ref.
type Media struct {
	Kind   MediaKind
	Name   string
	Size   int64
	Length time.Duration // of a voice
	URL    string        // of a link
	Ref    string        // what Account.Fetch needs, opaque
	Blob   string        // SHA-256 of what is kept already: what the owner gave to the console
}

// A Join is a join as the service words it. Where it names people by id (Inviter, People) those are believed; names are
// resolved by the engine against the member lists before and after.
type Join struct {
	ByQR        bool
	Self        bool // the account itself joined
	SelfInvited bool // the account invited them
	InviterName string
	// Names are the joiners as written: one text that may hold several names with separators between them.
	Names   string
	Single  bool // Names is one name, whatever separators it holds
	Inviter PersonID
	People  []PersonID
}
