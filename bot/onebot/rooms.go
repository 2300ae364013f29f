package onebot

import (
	"context"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
)

// A room is what is known of a group; of one that the bot does not live in, its name alone.
type room struct {
	name    string
	members map[wireID]bot.Member
	asked   bool // its list is being read, or was in this session
}

const (
	listLimit = 15 * time.Second
	listEvery = 6 * time.Hour
	listPause = 100 * time.Millisecond // between two lists: there is no hurry, for the service nor for us
	maxRooms  = 5000
)

type groupInfo struct {
	ID   wireID `json:"group_id"`
	Name loose  `json:"group_name"`
}

type memberInfo struct {
	ID   wireID `json:"user_id"`
	Nick loose  `json:"nickname"`
	Card loose  `json:"card"`
	Role loose  `json:"role"`
}

// A memberList is a list that was read.
type memberList struct {
	group   wireID
	members []memberInfo
}

func (s *session) room(group wireID) *room {
	r := s.rooms[group]
	if r == nil {
		if len(s.rooms) >= maxRooms { // a peer that makes up groups
			clear(s.rooms)
		}
		r = &room{}
		s.rooms[group] = r
	}
	return r
}

func (a *Account) member(m memberInfo) bot.Member {
	return bot.Member{Person: a.personID(m.ID), Nick: string(m.Nick), Card: string(m.Card)}
}

// nameIn says what a group knows a person by.
func (s *session) nameIn(group wireID) func(wireID) string {
	return func(user wireID) string {
		if r := s.rooms[group]; r != nil {
			return r.members[user].Shown()
		}
		return ""
	}
}

// named learns a group's name by the way, or asks for it where it is not known at all: patterns of names say where the bot lives.
func (s *session) named(ctx context.Context, group wireID, name string) {
	r := s.room(group)
	if name != "" {
		r.name = name
	}
	if r.name != "" || r.asked {
		return
	}
	var info groupInfo
	if err := s.link.call(ctx, askLimit, "get_group_info", groupParams{Group: group}, &info); err != nil {
		s.log.Warn("a group's name is not known", zap.Error(err))
		r.asked = true
	}
	r.name = string(info.Name)
}

type groupParams struct {
	Group   wireID `json:"group_id"`
	User    wireID `json:"user_id,omitempty"`
	NoCache bool   `json:"no_cache,omitempty"`
}

// ask lets the list of a group be read beside the stream, once in a session.
func (s *session) ask(group wireID) {
	r := s.room(group)
	if r.asked {
		return
	}
	select {
	case s.want <- group:
		r.asked = true
	default:
	}
}

// tend reads the lists that are wanted, and our own role there. It has a goroutine of its own and gives what it read to the
// stream.
func (s *session) tend(ctx context.Context) {
	again := time.NewTicker(listEvery)
	defer again.Stop()
	var all []wireID
	for {
		select {
		case group := <-s.want:
			all = append(all, group)
			s.tendTo(ctx, group)
		case <-again.C:
			for _, group := range all {
				if s.tendTo(ctx, group); ctx.Err() != nil {
					return
				}
			}
		case <-s.link.ended:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (s *session) tendTo(ctx context.Context, group wireID) {
	s.askRole(ctx, group)
	list, err := s.readList(ctx, listLimit, group)
	if err != nil {
		s.log.Warn("a member list was not read", zap.String("chat", string(s.groupID(group))), zap.Error(err))
		return
	}
	select {
	case s.link.events <- &frame{list: list}:
	case <-s.link.ended:
	case <-ctx.Done():
	}
	select {
	case <-time.After(listPause):
	case <-s.link.ended:
	case <-ctx.Done():
	}
}

// askRole asks what we are in a group: it decides what we may do to others there.
func (s *session) askRole(ctx context.Context, group wireID) {
	var own memberInfo
	if err := s.link.call(ctx, listLimit, "get_group_member_info", groupParams{group, s.self.ID, true}, &own); err != nil {
		s.log.Warn("the account's own role is not known", zap.String("chat", string(s.groupID(group))), zap.Error(err))
		return
	}
	s.roles.Store(s.groupID(group), string(own.Role))
}

func (s *session) readList(ctx context.Context, limit time.Duration, group wireID) (*memberList, error) {
	list := &memberList{group: group}
	err := s.link.call(ctx, limit, "get_group_member_list", groupParams{Group: group, NoCache: true}, &list.members)
	return list, err
}

// listed takes a list in and tells it to the bot.
func (s *session) listed(ctx context.Context, list *memberList) error {
	now := s.clock.Now()
	e := bot.Event{
		ID:   string(s.groupID(list.group)) + "/listed/" + now.Format(time.RFC3339Nano),
		Kind: bot.Listed, At: now, Chat: s.chat(list.group), Roster: s.remember(list),
	}
	return s.in.Put(ctx, e)
}

// remember keeps who is in a group and gives the list as the house writes it.
func (s *session) remember(list *memberList) []bot.Member {
	r := s.room(list.group)
	r.members = make(map[wireID]bot.Member, len(list.members))
	roster := make([]bot.Member, 0, len(list.members))
	for _, m := range list.members[:min(len(list.members), bot.MaxMembers)] {
		if m.ID == "" {
			continue
		}
		if m.ID == s.self.ID && m.Role != "" {
			s.roles.Store(s.groupID(list.group), string(m.Role))
		}
		r.members[m.ID] = s.member(m)
		roster = append(roster, r.members[m.ID])
	}
	return roster
}

// Powers implements bot.Account.
func (a *Account) Powers() bot.Powers { return *a.powers.Load() }

// PowersIn implements bot.Local: whom we may touch depends on our role in the group, and an action that the implementation turned
// out not to have is no power.
func (a *Account) PowersIn(chat bot.ChatID) bot.Powers {
	ps := a.Powers()
	role, _ := a.roles.Load(chat)
	if role != "owner" && role != "admin" {
		return ps
	}
	ps.Remove, ps.Mute, ps.Rename = a.has(actionRemove), a.has(actionMute), a.has(actionSetName)
	ps.Card, ps.Essence = a.has(actionSetCard), a.has(actionEssence)
	return ps
}

func (a *Account) has(action string) bool {
	_, lacks := a.lacks.Load(action)
	return !lacks
}
