package onebottest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Person is somebody of the service.
type Person struct {
	ID   int64
	Nick string
}

type group struct {
	id      int64
	name    string
	members []int64 // in the order of joining
	cards   map[int64]string
	roles   map[int64]string
}

// A Sent is something that the account did.
type Sent struct {
	ID     int64 // of a message
	Action string
	Group  int64
	User   int64   // whom it went to, or to whom it was done
	Text   string  // as people see it
	At     []int64 // whom it mentions
	Kind   string  // of a medium: image, record or file
	Name   string  // of a file
	File   []byte
	When   time.Time
}

// AddPerson adds somebody and gives their number.
func (s *Server) AddPerson(nick string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := Account + int64(len(s.people))
	s.people[id] = &Person{ID: id, Nick: nick}
	return id
}

// AddGroup adds a group; the first member owns it.
func (s *Server) AddGroup(name string, members ...int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := int64(600000 + len(s.groups))
	s.groups[id] = &group{id: id, name: name, members: slices.Clone(members), cards: map[int64]string{}, roles: map[int64]string{members[0]: "owner"}}
	return id
}

// SetRole makes somebody an administrator ("admin") or a mere member ("member") and tells it.
func (s *Server) SetRole(id, who int64, role string) {
	s.mu.Lock()
	s.groups[id].roles[who] = role
	s.mu.Unlock()
	kind := "unset"
	if role == "admin" {
		kind = "set"
	}
	s.Notice("group_admin", map[string]any{"sub_type": kind, "group_id": id, "user_id": who})
}

// A Segment is one piece of a message.
type Segment struct {
	Type string         `json:"type"`
	Data map[string]any `json:"data"`
}

// Text is a segment of text.
func Text(s string) Segment { return Segment{"text", map[string]any{"text": s}} }

// At is a segment that mentions somebody.
func At(who int64) Segment { return Segment{"at", map[string]any{"qq": fmt.Sprint(who)}} }

// Say lets somebody write in a group, and gives the message's id.
func (s *Server) Say(who, in int64, list ...Segment) int64 {
	return s.message(map[string]any{"message_type": "group", "sub_type": "normal", "group_id": in}, who, list)
}

// Tell lets somebody write in private.
func (s *Server) Tell(who int64, list ...Segment) int64 {
	return s.message(map[string]any{"message_type": "private", "sub_type": "friend"}, who, list)
}

func (s *Server) message(fields map[string]any, who int64, list []Segment) int64 {
	e := s.compose(fields, who, list)
	if s.online() {
		s.tell(e)
	}
	return e["message_id"].(int64)
}

// compose makes the event of a message and keeps it.
func (s *Server) compose(fields map[string]any, who int64, list []Segment) map[string]any {
	s.mu.Lock()
	s.last++
	id, p := s.last, s.people[who]
	sender := map[string]any{"user_id": who, "nickname": p.Nick}
	if g := s.groups[number(fields["group_id"])]; g != nil {
		sender["card"], sender["role"] = g.cards[who], g.role(who)
	}
	s.mu.Unlock()
	e := s.event("message", fields)
	e["message_id"], e["user_id"], e["sender"], e["font"], e["message"] = id, who, sender, 0, list
	e["raw_message"] = CQ(list)
	if s.opts.CQ {
		e["message"] = CQ(list)
	}
	if who == Account {
		e["post_type"] = "message_sent"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = append(s.told, e)
	return e
}

func (g *group) role(who int64) string {
	if r := g.roles[who]; r != "" {
		return r
	}
	return "member"
}

// CQ writes a message as a string with CQ codes.
func CQ(list []Segment) string {
	text := strings.NewReplacer("&", "&amp;", "[", "&#91;", "]", "&#93;")
	value := strings.NewReplacer("&", "&amp;", "[", "&#91;", "]", "&#93;", ",", "&#44;")
	var b strings.Builder
	for _, seg := range list {
		if seg.Type == "text" {
			b.WriteString(text.Replace(fmt.Sprint(seg.Data["text"])))
			continue
		}
		b.WriteString("[CQ:" + seg.Type)
		for _, k := range slices.Sorted(maps.Keys(seg.Data)) {
			b.WriteString("," + k + "=" + value.Replace(fmt.Sprint(seg.Data[k])))
		}
		b.WriteString("]")
	}
	return b.String()
}

// Notice tells of something that happened.
func (s *Server) Notice(kind string, fields map[string]any) {
	e := s.event("notice", fields)
	e["notice_type"] = kind
	s.tell(e)
}

// Request tells of somebody who wants to be let in.
func (s *Server) Request(kind string, fields map[string]any) {
	e := s.event("request", fields)
	e["request_type"] = kind
	s.tell(e)
}

// AskFriend lets somebody ask to be the account's friend.
func (s *Server) AskFriend(who int64, hello string) {
	s.Request("friend", map[string]any{"user_id": who, "comment": hello, "flag": fmt.Sprint("friend-", who)})
}

// befriend makes somebody a friend, by the flag of what they asked.
func (s *Server) befriend(flag string) {
	var who int64
	if _, err := fmt.Sscanf(flag, "friend-%d", &who); err == nil {
		s.Notice("friend_add", map[string]any{"user_id": who})
	}
}

// Nick is what somebody calls themselves.
func (s *Server) Nick(who int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.people[who]; p != nil {
		return p.Nick
	}
	return ""
}

// AddMedia keeps bytes that can be fetched, and gives their address.
func (s *Server) AddMedia(data []byte) (url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.media = append(s.media, data)
	return fmt.Sprint("http://implementation/media/", len(s.media)-1)
}

// fetch gives the bytes at an address.
func (s *Server) fetch(path string) ([]byte, bool) {
	var n int
	if _, err := fmt.Sscanf(path, "/media/%d", &n); err != nil {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < 0 || n >= len(s.media) {
		return nil, false
	}
	return s.media[n], true
}

// Join lets somebody into a group: by is who invited them, or who let them in where how is "approve".
func (s *Server) Join(who, in, by int64, how string) {
	s.mu.Lock()
	g := s.groups[in]
	g.members = append(g.members, who)
	s.mu.Unlock()
	s.Notice("group_increase", map[string]any{"sub_type": how, "group_id": in, "user_id": who, "operator_id": by})
}

// Leave takes somebody out of a group; by is another where they were sent away.
func (s *Server) Leave(who, in, by int64) {
	s.drop(who, in)
	how := "leave"
	if by != who {
		how = "kick"
	}
	if who == Account {
		how = "kick_me"
	}
	s.Notice("group_decrease", map[string]any{"sub_type": how, "group_id": in, "user_id": who, "operator_id": by})
}

func (s *Server) drop(who, in int64) (was bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups[in]
	was = g != nil && slices.Contains(g.members, who)
	if was {
		g.members = slices.DeleteFunc(g.members, func(m int64) bool { return m == who })
	}
	return was
}

// SetCard gives somebody another name in a group.
func (s *Server) SetCard(who, in int64, card string) {
	s.mu.Lock()
	s.groups[in].cards[who] = card
	s.mu.Unlock()
	s.Notice("group_card", map[string]any{"group_id": in, "user_id": who, "card_new": card})
}

// Sent is what the account did so far.
func (s *Server) Sent() []Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// Members are the numbers of who is in a group.
func (s *Server) Members(in int64) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.groups[in].members)
}
