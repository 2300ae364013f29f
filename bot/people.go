package bot

import (
	"maps"
	"path"
	"slices"
	"time"

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

// Chats yields every chat the bot lives in.
func Chats(r store.Reader) ([]Chat, error) {
	var list []Chat
	for row, err := range chats.Scan(r, store.Range{}) {
		if err != nil {
			return nil, err
		}
		if !row.Value.Group || !row.Value.On {
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

// meet keeps the chat and the sender of an event. It says whether the bot lives in that chat.
func (r *run) meet(e *Event) (bool, error) {
	if e.Chat.ID == "" {
		return true, nil
	}
	chat, err := r.meetChat(e.Chat)
	if err != nil || !chat.On {
		return false, err
	}
	if e.From.Person == "" || e.Self {
		return true, nil
	}
	return true, r.meetMember(e.Chat, e.From)
}

func (r *run) meetChat(c Chat) (ChatRow, error) {
	row, known, err := chats.Get(r.tx, c.ID)
	if err != nil {
		return row, err
	}
	was := row
	if !known {
		row = ChatRow{Group: c.Group, On: !c.Group || r.bot.matches(c.Name)}
	}
	if c.Name != "" {
		row.Name = c.Name
	}
	if known && row == was {
		return row, nil
	}
	if err := chats.Put(r.tx, row, c.ID); err != nil {
		return row, err
	}
	if !row.Group || row.On == was.On {
		return row, nil
	}
	r.out.follow(c.ID, row.On)
	return row, r.planJobs(c.ID)
}

// matches says whether one of the patterns of config.yaml names the group.
func (b *Bot) matches(name string) bool {
	return slices.ContainsFunc(b.opts.Groups, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return ok && err == nil
	})
}

func (r *run) meetMember(c Chat, m Member) error {
	p, known, err := people.Get(r.tx, m.Person)
	if err != nil {
		return err
	}
	was := p
	if p.Nick = m.Nick; !known {
		p.First = r.now
	}
	if !c.Group {
		p.Home = c.ID
	}
	if p != was || !known {
		if err := people.Put(r.tx, p, m.Person); err != nil {
			return err
		}
	}
	if !c.Group {
		return nil
	}
	row, known, err := members.Get(r.tx, c.ID, m.Person)
	if err != nil {
		return err
	}
	if known && row.Nick == m.Nick && row.Card == m.Card && row.Missed == 0 && slices.Equal(row.Known, m.Known) {
		return nil
	}
	if !known {
		row.Since = r.now
	}
	row.Nick, row.Card, row.Known, row.Missed = m.Nick, m.Card, m.Known, 0
	return members.Put(r.tx, row, c.ID, m.Person)
}

// relist replaces the kept member list by the one that came with the event, and returns those who are gone for good.
func (r *run) relist(e *Event) (gone []PersonID, err error) {
	before, err := memberRows(r.tx, e.Chat.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range e.Roster {
		if err := r.meetMember(e.Chat, m); err != nil {
			return nil, err
		}
		delete(before, m.Person)
	}
	for _, p := range slices.Sorted(maps.Keys(before)) {
		row := before[p]
		if row.Missed++; row.Missed < 2 {
			err = members.Put(r.tx, row, e.Chat.ID, p)
		} else {
			gone = append(gone, p)
			err = members.Delete(r.tx, e.Chat.ID, p)
		}
		if err != nil {
			return nil, err
		}
	}
	chat, _, err := chats.Get(r.tx, e.Chat.ID)
	if err != nil {
		return nil, err
	}
	chat.Listed, chat.Size = e.At, len(e.Roster)
	return gone, chats.Put(r.tx, chat, e.Chat.ID)
}

func memberRows(r store.Reader, chat ChatID) (map[PersonID]MemberRow, error) {
	rows := map[PersonID]MemberRow{}
	for row, err := range members.Scan(r, store.Under(chat)) {
		if err != nil {
			return nil, err
		}
		var c ChatID
		var p PersonID
		if err := store.Split(row.Key, &c, &p); err != nil {
			return nil, err
		}
		rows[p] = row.Value
	}
	return rows, nil
}
