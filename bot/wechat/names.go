package wechat

import (
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"sixtwenty/bot"
)

// names are what this session calls people and groups. They belong to the goroutine of Run, but for wireOf.
type names struct {
	session string
	self    string // the account's own wire name
	people  map[string]*person
	rooms   map[string]*room
	// forgotten are those who asked to be forgotten in this session, under the ids they had.
	forgotten map[bot.PersonID]bool

	mu    sync.RWMutex
	wires map[string]string // by id of a person or group
}

func newNames(session, self string) *names {
	return &names{
		session: session, self: self,
		people: map[string]*person{}, rooms: map[string]*room{}, wires: map[string]string{}, forgotten: map[bot.PersonID]bool{},
	}
}

// wireOf is what this session calls a chat. Any goroutine.
func (n *names) wireOf(chat bot.ChatID) (string, bool) {
	id, _ := strings.CutPrefix(string(chat), "c/")
	n.mu.RLock()
	defer n.mu.RUnlock()
	wire, ok := n.wires[id]
	return wire, ok
}

// bind makes id known under a name.
func (n *names) bind(id, wire string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wires[id] = wire
}

func (n *names) bound(id string) bool {
	_, ok := n.wires[id] // only this goroutine writes
	return ok
}

// talks says whether a name is a chat to listen to: a group, or a person who is no official account.
func (n *names) talks(wire string) bool {
	if !isPerson(wire) {
		return isRoom(wire)
	}
	if p := n.people[wire]; p != nil && p.read {
		return !p.official && wire != n.self
	}
	return !looksOfficial(wire) && wire != n.self
}

// me is the account itself.
func (n *names) me() bot.Member {
	if p := n.people[n.self]; p != nil {
		return p.member("")
	}
	return bot.Member{}
}

// A room is a group as this session knows it.
type room struct {
	wire    string
	id      bot.ChatID
	name    string
	members []member       // as last read; nil before
	index   map[string]int // by wire name
	asked   time.Time      // when the service was last asked for the list
	told    bool           // a list was given to the engine in this run
	stale   bool           // the service said that the group changed since
	// lacking is when a list first lacked somebody who was on the one before: a second one decides.
	lacking time.Time
}

type member struct {
	*person
	card string
}

func (r *room) chat() bot.Chat { return bot.Chat{ID: r.id, Group: true, Name: r.name} }

// A memberList is what the service gave as the members of a group; some answers lack some of them.
type memberList struct {
	members  []member
	complete bool
}

func (r *room) set(list memberList, now time.Time) {
	switch {
	case !list.complete:
	case !r.lacking.IsZero(): // this one decides
		r.lacking = time.Time{}
	case r.lacks(list.members):
		r.lacking = now
	}
	r.members, r.asked, r.stale = list.members, now, !list.complete
	r.index = make(map[string]int, len(list.members))
	for i, m := range list.members {
		r.index[m.wire] = i
	}
}

// lacks says whether somebody of the present list is not on another.
func (r *room) lacks(list []member) bool {
	here := make(map[string]bool, len(list))
	for _, m := range list {
		here[m.wire] = true
	}
	return slices.ContainsFunc(r.members, func(m member) bool { return !here[m.wire] })
}

// untold forgets when lists were read that only served to find people again: the engine is given its own.
func (n *names) untold() {
	for _, r := range n.rooms {
		r.asked = time.Time{}
	}
}

func (r *room) knows(wire string) bool {
	_, ok := r.index[wire]
	return ok
}

// memberOr is the member of this name as the group shows them, or other.
func (r *room) memberOr(wire string, other bot.Member) bot.Member {
	i, ok := r.index[wire]
	if !ok {
		return other
	}
	return r.members[i].member(r.members[i].card)
}

// roster is the whole list for an event, nil if none was read.
func (r *room) roster() []bot.Member {
	if r.members == nil {
		return nil
	}
	list := make([]bot.Member, len(r.members))
	for i, m := range r.members {
		list[i] = m.member(m.card)
	}
	return list
}

// named is the one member who is shown by this name, or nobody.
func (r *room) named(shown string) bot.Member {
	want := fold(shown)
	if want == "" {
		return bot.Member{}
	}
	var found bot.Member
	for _, m := range r.members {
		if fold(m.card) != want && fold(m.row.Nick) != want && fold(m.row.Remark) != want {
			continue
		}
		if found.Person != "" {
			return bot.Member{}
		}
		found = m.member(m.card)
	}
	return found
}

// cutMention takes the mentions of the account out of a text and says whether there was one. WeChat ends a mention with U+2005,
// some clients with a blank or nothing: then the longest name of a member that fits is the one that is meant.
func (r *room) cutMention(self, text string) (rest string, found bool) {
	if !strings.Contains(text, "@") {
		return text, false
	}
	i, ok := r.index[self]
	if !ok {
		return text, false
	}
	for _, mine := range []string{r.members[i].card, r.members[i].row.Nick} {
		if mine == "" {
			continue
		}
		for at := 0; ; {
			j := strings.Index(text[at:], "@"+mine)
			if j < 0 {
				break
			}
			at += j
			if r.meansOther(text[at+1:], mine) {
				at++
				continue
			}
			text, found = text[:at]+cutMentionEnd(text[at+1+len(mine):]), true
		}
	}
	if found {
		text = strings.TrimSpace(text)
	}
	return text, found
}

// meansOther says whether text, which begins with mine, begins with the longer name of another member.
func (r *room) meansOther(text, mine string) bool {
	if end := text[len(mine):]; end == "" || strings.HasPrefix(end, "\u2005") {
		return false
	}
	return slices.ContainsFunc(r.members, func(m member) bool {
		for _, name := range []string{m.card, m.row.Nick} {
			if len(name) > len(mine) && strings.HasPrefix(text, name) {
				return true
			}
		}
		return false
	})
}

func cutMentionEnd(s string) string {
	if c, n := utf8.DecodeRuneInString(s); c == '\u2005' || c == ' ' || c == '\u00a0' {
		return s[n:]
	}
	return s
}
