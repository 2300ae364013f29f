package onebot

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"go.uber.org/zap"

	"sixtwenty/bot"
)

func unmarshal(raw json.RawMessage, into any) error { return json.Unmarshal(raw, into) }

// noticeID makes an ID for what the service gives none. Without a time it happens now: the same may happen on another day.
func (s *session) noticeID(f *frame) string {
	if f.Time <= 0 {
		f.Time = s.clock.Now().Unix()
	}
	return strings.Join([]string{
		s.opts.Platform, "notice", string(s.self.ID), clip(f.NoticeType, maxWire), clip(f.SubType, maxWire), string(f.GroupID),
		string(f.UserID), string(f.OperatorID), string(f.TargetID), string(f.MessageID), strconv.FormatInt(f.Time, 10),
	}, ":")
}

// notice tells of what happened without anybody writing.
func (s *session) notice(ctx context.Context, f *frame) error {
	tell := map[string]func(context.Context, bot.Event, *frame) error{
		"group_increase": s.joined, "group_decrease": s.left, "group_admin": s.promoted, "group_card": s.renamed,
		"group_recall": s.recalled, "friend_recall": s.recalled, "friend_add": s.befriended, "notify": s.notified,
		"bot_offline": func(context.Context, bot.Event, *frame) error { s.become(bot.NeedsScan, whySignedOut); return nil },
	}[f.NoticeType]
	if tell == nil {
		s.log.Debug("a notice of an unknown kind is passed over", zap.String("kind", clip(f.NoticeType, maxWire)))
		return nil
	}
	if f.SubType == "kick_me" && f.UserID == "" {
		f.UserID = s.self.ID
	}
	if f.lacks() {
		s.log.Warn("a notice lacks what it is about and is passed over", zap.String("kind", clip(f.NoticeType, maxWire)))
		return nil
	}
	return tell(ctx, bot.Event{ID: s.noticeID(f), At: s.at(f), Chat: s.where(ctx, f)}, f)
}

// lacks says that a notice does not tell whom it is about, or where. Who came or went, the next list will say.
func (f *frame) lacks() bool {
	switch {
	case f.NoticeType == "bot_offline":
		return false
	case f.UserID == "", strings.HasPrefix(f.NoticeType, "group_") && f.GroupID == "":
		return true
	}
	return strings.HasSuffix(f.NoticeType, "_recall") && f.MessageID == ""
}

// joined tells of one who came, with the list right after, which says their name. An approval names who let them in, not who
// brought them; that stood in the request.
func (s *session) joined(ctx context.Context, e bot.Event, f *frame) error {
	e.Kind, e.Join = bot.Joined, &bot.Join{Single: true, People: []bot.PersonID{s.personID(f.UserID)}}
	key := string(f.GroupID) + ":" + string(f.UserID)
	inviter := s.invitors[key]
	delete(s.invitors, key)
	if f.SubType == "invite" && f.OperatorID != f.UserID {
		inviter = f.OperatorID
	}
	e.Join.Inviter, e.Join.SelfInvited = s.personID(inviter), inviter != "" && inviter == s.self.ID
	if e.Join.Self = f.UserID == s.self.ID; e.Join.Self {
		e.Join.People = nil
	}
	if !s.in.Follows(e.Chat) {
		return s.put(ctx, e)
	}
	r := s.room(f.GroupID)
	if _, known := r.members[f.UserID]; !known { // a list that was read for another who came holds this one too
		list, err := s.readList(ctx, askLimit, f.GroupID)
		if err != nil {
			s.log.Warn("the list after a join was not read", zap.Error(err))
			s.ask(f.GroupID)
			return s.put(ctx, e)
		}
		s.remember(list)
	}
	for _, m := range r.members {
		e.Roster = append(e.Roster, m)
	}
	return s.put(ctx, e)
}

// left tells of one who went, or was sent: here leaving is told.
func (s *session) left(ctx context.Context, e bot.Event, f *frame) error {
	e.Kind, e.People = bot.Left, []bot.PersonID{s.personID(f.UserID)}
	if r := s.rooms[f.GroupID]; r != nil {
		delete(r.members, f.UserID)
	}
	if f.UserID == s.self.ID {
		s.roles.Delete(e.Chat.ID)
	}
	return s.put(ctx, e)
}

// promoted learns that we are an administrator, or no longer; what others are is nothing the bot keeps.
func (s *session) promoted(_ context.Context, e bot.Event, f *frame) error {
	if f.UserID != s.self.ID {
		return nil
	}
	role := "member"
	if f.SubType == "set" {
		role = "admin"
	}
	s.roles.Store(e.Chat.ID, role)
	s.log.Info("the account's role changed", zap.String("chat", string(e.Chat.ID)), zap.String("role", role))
	return nil
}

// renamed tells of another name in the group. An event without the nickname would take it away, so it is looked up.
func (s *session) renamed(ctx context.Context, e bot.Event, f *frame) error {
	if !s.in.Follows(e.Chat) {
		return nil
	}
	r := s.room(f.GroupID)
	m, known := r.members[f.UserID]
	if !known {
		info := memberInfo{ID: f.UserID}
		if err := s.link.call(ctx, askLimit, "get_group_member_info", groupParams{f.GroupID, f.UserID, true}, &info); err != nil {
			return nil // the next list will say
		}
		m = s.member(info)
	}
	m.Card = string(f.CardNew)
	if r.members != nil {
		r.members[f.UserID] = m
	}
	e.Kind, e.From = bot.Renamed, m
	return s.put(ctx, e)
}

func (s *session) recalled(ctx context.Context, e bot.Event, f *frame) error {
	e.Kind, e.Text = bot.Recalled, s.messageID(s.self.ID, e.Chat.ID, f.MessageID)
	e.From = s.known(f.GroupID, f.UserID)
	return s.put(ctx, e)
}

func (s *session) befriended(ctx context.Context, e bot.Event, f *frame) error {
	e.Kind, e.From = bot.Befriended, s.stranger(ctx, f.UserID)
	return s.put(ctx, e)
}

// notified takes in the small things: a poke at us, another name of the group.
func (s *session) notified(ctx context.Context, e bot.Event, f *frame) error {
	switch {
	case f.SubType == "poke" && f.TargetID == s.self.ID && f.UserID != s.self.ID:
		e.Kind, e.From = bot.Tickled, s.known(f.GroupID, f.UserID)
	case f.SubType == "group_name" && f.NameNew != "":
		s.room(f.GroupID).name = string(f.NameNew)
		e.Kind, e.Chat.Name, e.From = bot.GroupRenamed, string(f.NameNew), s.known(f.GroupID, f.UserID)
	default:
		return nil
	}
	return s.put(ctx, e)
}

// asks tells of somebody who wants to be let in. Of the token the first part says what an Accept has to answer.
func (s *session) asks(ctx context.Context, f *frame) error {
	e := bot.Event{
		ID: strings.Join([]string{s.opts.Platform, "request", string(s.self.ID), clip(string(f.Flag), 4*maxWire)}, ":"),
		At: s.at(f), Chat: s.where(ctx, f), Text: clip(string(f.Comment), maxRef), From: s.stranger(ctx, f.UserID),
	}
	switch {
	case f.Flag == "":
		return nil
	case f.RequestType == "friend":
		e.Kind, e.Token = bot.FriendRequest, tokenFriend+string(f.Flag)
	case f.RequestType == "group" && f.SubType == "invite":
		e.Kind, e.Token = bot.Invited, tokenInvite+string(f.Flag)
	case f.RequestType == "group":
		e.Kind, e.Token = bot.JoinRequest, tokenAdd+string(f.Flag)
		if f.Invitor != "" && len(s.invitors) < maxRooms {
			s.invitors[string(f.GroupID)+":"+string(f.UserID)] = f.Invitor
		}
	default:
		return nil
	}
	return s.put(ctx, e)
}

// known is a person as the group last showed them.
func (s *session) known(group, user wireID) bot.Member {
	if r := s.rooms[group]; r != nil {
		if m, ok := r.members[user]; ok {
			return m
		}
	}
	return bot.Member{Person: s.personID(user)}
}

// stranger is a person of whom only the number is known.
func (s *session) stranger(ctx context.Context, user wireID) bot.Member {
	info := memberInfo{ID: user}
	if err := s.link.call(ctx, askLimit, "get_stranger_info", map[string]any{"user_id": user}, &info); err != nil {
		s.log.Debug("a stranger's name is not known", zap.Error(err))
	}
	return bot.Member{Person: s.personID(user), Nick: string(info.Nick)}
}
