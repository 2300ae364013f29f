package bot

import (
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sixtwenty/store"
)

// PersonRow is what is kept of one identity.
type PersonRow struct {
	Nick  string    `json:"nick"`
	First time.Time `json:"first"`
	// Home is the private conversation with them, once they have written there.
	Home ChatID `json:"home,omitempty"`
}

// ChatRow is what is kept of one chat.
type ChatRow struct {
	Name   string    `json:"name"`
	Group  bool      `json:"group,omitempty"`
	On     bool      `json:"on,omitempty"`    // the bot lives here
	ByHand bool      `json:"hand,omitempty"`  // the owner said so, not a pattern
	Off    time.Time `json:"off,omitzero"`    // since when it does not live here any more
	Listed time.Time `json:"listed,omitzero"` // when a whole member list was last read
	Size   int       `json:"size,omitempty"`
}

// MemberRow is one person in one group.
type MemberRow struct {
	Nick  string    `json:"nick"`
	Card  string    `json:"card,omitempty"`
	Known []string  `json:"known,omitempty"`
	Since time.Time `json:"since"`
	// Missed counts the lists in a row that lacked them; the second one makes it a leave.
	Missed int `json:"missed,omitempty"`
}

// Member gives the row with its person.
func (m MemberRow) Member(p PersonID) Member {
	return Member{Person: p, Nick: m.Nick, Card: m.Card, Known: m.Known}
}

// The tables of people: changed only by the engine, in its loop.
const (
	people  = store.Table[PersonRow]("bot/people")
	chats   = store.Table[ChatRow]("bot/chats")
	members = store.Table[MemberRow]("bot/members") // chat, person
)

// MaxMembers bounds what is read of one member list; WeChat groups hold at most 500.
const MaxMembers = 2000

// Members reads the member list kept of a chat.
func Members(r store.Reader, chat ChatID) ([]Member, error) {
	var list []Member
	rg := store.Under(chat)
	rg.Limit = MaxMembers
	for row, err := range members.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		var c ChatID
		var p PersonID
		if err := store.Split(row.Key, &c, &p); err != nil {
			return nil, err
		}
		list = append(list, row.Value.Member(p))
	}
	return list, nil
}

// Chats yields every group the bot lives in.
func Chats(r store.Reader) ([]Chat, error) {
	return groups(r, func(row ChatRow) bool { return row.On })
}

// EveryChat yields those too that it lives in no longer, of which the data are kept: what is told of somebody, or forgotten, is
// told or forgotten of them all.
func EveryChat(r store.Reader) ([]Chat, error) { return groups(r, func(ChatRow) bool { return true }) }

func groups(r store.Reader, wanted func(ChatRow) bool) ([]Chat, error) {
	var list []Chat
	for row, err := range chats.Scan(r, store.Range{}) {
		if err != nil {
			return nil, err
		}
		if !row.Value.Group || !wanted(row.Value) {
			continue
		}
		var id ChatID
		if err := store.Split(row.Key, &id); err != nil {
			return nil, err
		}
		list = append(list, Chat{ID: id, Group: true, Name: row.Value.Name})
	}
	return list, nil
}

// NameIn is how a chat knows a person; people it never saw are 朋友.
func NameIn(r store.Reader, chat ChatID, p PersonID) (string, error) {
	if m, ok, err := members.Get(r, chat, p); err != nil || ok {
		return m.Member(p).Shown(), err
	}
	row, _, err := people.Get(r, p)
	return CleanName(row.Nick), err
}

// meet keeps the chat and the sender of an event, unless they were met just so.
func (r *run) meet(e *Event) error {
	if e.Kind != Message || len(e.From.Known) > 0 {
		return r.meetAnew(e)
	}
	m := meeting{e.Chat, e.From.Person, e.From.Nick, e.From.Card}
	if _, ok := r.bot.memory.met[m]; ok {
		return nil
	}
	err := r.meetAnew(e)
	if err == nil && !e.Self {
		r.bot.memory.met[m] = struct{}{}
	}
	return err
}

func (r *run) meetAnew(e *Event) error {
	if e.Chat.ID == "" {
		return nil
	}
	if err := r.meetChat(e.Chat); err != nil {
		return err
	}
	if e.From.Person == "" || e.Self {
		return nil
	}
	if e.Kind == FriendRequest { // nobody can write to them yet
		return r.meetPerson(e.From.clipped(), "")
	}
	return r.meetMember(e.Chat, e.From)
}

// meetChat keeps the name of a chat the bot lives in, and begins its jobs when it is new.
func (r *run) meetChat(c Chat) error {
	if _, ok := r.bot.memory.chats[c]; ok {
		return nil
	}
	err := r.meetChatAnew(c)
	if err == nil {
		r.bot.memory.chats[c] = struct{}{}
	}
	return err
}

func (r *run) meetChatAnew(c Chat) error {
	row, known, err := chats.Get(r.tx, c.ID)
	if err != nil {
		return err
	}
	was := row
	if !known {
		row = ChatRow{Group: c.Group, On: true}
	}
	if c.Name != "" {
		row.Name = clip(c.Name, maxKeptName)
	}
	if known && row == was {
		return nil
	}
	r.bot.memory.unmeet(known)
	if err := chats.Put(r.tx, row, c.ID); err != nil || known || !c.Group {
		return err
	}
	r.out.follow(c.ID, true)
	return r.planJobs(c.ID)
}

// matches says whether one of the patterns of config.yaml names the group. A slash in a name is a character like any other,
// not the border it is in a path.
func (b *Bot) matches(name string) bool {
	return slices.ContainsFunc(b.opts.Groups, func(pattern string) bool {
		ok, err := path.Match(noSlash(pattern), noSlash(name))
		return ok && err == nil
	})
}

func noSlash(s string) string { return strings.ReplaceAll(s, "/", "\x00") }

// maxKeptName and maxKnown bound what a service can make the bot keep of one name, and of how many.
const (
	maxKeptName = 256 // bytes
	maxKnown    = 8
)

// clip cuts s to at most so many bytes, not within a character.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

func (m Member) clipped() Member {
	m.Nick, m.Card = clip(m.Nick, maxKeptName), clip(m.Card, maxKeptName)
	if len(m.Known) == 0 {
		return m
	}
	known := make([]string, 0, maxKnown)
	for _, name := range m.Known[:min(maxKnown, len(m.Known))] {
		known = append(known, clip(name, maxKeptName))
	}
	m.Known = known
	return m
}

// meetMember keeps how a chat shows a person. An event that does not say their name leaves it as it was.
func (r *run) meetMember(c Chat, m Member) error {
	m = m.clipped()
	if !c.Group {
		return r.meetPerson(m, c.ID)
	}
	row, known, err := members.Get(r.tx, c.ID, m.Person)
	if err != nil || known && row.shows(m) {
		return err // who is on the list is known as a person too
	}
	if err := r.meetPerson(m, ""); err != nil {
		return err
	}
	return r.enrol(c.ID, m, row, known)
}

// shows says that a row tells all that an event does of a member; an event may not say their name.
func (row MemberRow) shows(m Member) bool {
	same := row.Nick == m.Nick && row.Card == m.Card && slices.Equal(row.Known, m.Known)
	return row.Missed == 0 && (same || m.nameless())
}

func (m Member) nameless() bool { return m.Nick == "" && m.Card == "" }

// meetPerson keeps a person's nickname, and where they can be talked to in private if that is known.
func (r *run) meetPerson(m Member, home ChatID) error {
	p, known, err := people.Get(r.tx, m.Person)
	if err != nil {
		return err
	}
	was := p
	if !known {
		p.First = r.now
	}
	if m.Nick != "" {
		p.Nick = m.Nick
	}
	if home != "" {
		p.Home = home
	}
	if p == was && known {
		return nil
	}
	r.bot.memory.unmeet(known)
	if err := r.note(m.Person, p.Nick); err != nil {
		return err
	}
	return people.Put(r.tx, p, m.Person)
}

// enrol keeps a person in the member list of a group.
func (r *run) enrol(chat ChatID, m Member, row MemberRow, known bool) error {
	r.bot.memory.unmeet(known)
	if !known {
		row.Since = r.now
	}
	if row.Missed = 0; !m.nameless() {
		row.Nick, row.Card, row.Known = m.Nick, m.Card, m.Known
	}
	if err := r.note(m.Person, m.Nick, m.Card); err != nil {
		return err
	}
	return members.Put(r.tx, row, chat, m.Person)
}

// Me is the account itself as a person, "" before its first sign-in. It is on the member lists of its groups.
func Me(r store.Reader) (PersonID, error) {
	me, _, err := state.Get(r, stateMe)
	return PersonID(me), err
}

// HomeOf is the private conversation with a person, "" where they never wrote there.
func HomeOf(r store.Reader, who PersonID) (ChatID, error) {
	row, _, err := people.Get(r, who)
	return row.Home, err
}
