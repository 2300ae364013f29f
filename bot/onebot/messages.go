package onebot

import (
	"context"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
)

// take takes in one thing that the implementation told, or that was read meanwhile.
func (s *session) take(ctx context.Context, f *frame) error {
	switch {
	case f.list != nil:
		return s.listed(ctx, f.list)
	case f.SelfID != "" && f.SelfID != s.self.ID:
		return nil // several accounts may share an implementation
	}
	switch f.PostType {
	case "message", "message_sent":
		return s.message(ctx, f)
	case "notice":
		return s.notice(ctx, f)
	case "request":
		return s.asks(ctx, f)
	case "meta_event":
		return s.meta(ctx, f)
	}
	s.log.Debug("an event of an unknown kind is passed over", zap.String("kind", clip(f.PostType, maxWire)))
	return nil
}

// at is when it happened, as the service says; a time that cannot be is now.
func (s *session) at(f *frame) time.Time {
	now := s.clock.Now()
	if at := time.Unix(f.Time, 0); f.Time > 0 && at.Before(now.Add(time.Hour)) {
		return at
	}
	return now
}

// where is the chat that a frame belongs to.
func (s *session) where(ctx context.Context, f *frame) bot.Chat {
	if f.GroupID != "" && f.MessageType != "private" { // a temporary session names the group it came from
		s.named(ctx, f.GroupID, string(f.GroupName))
		return s.chat(f.GroupID)
	}
	other := f.UserID
	if other == s.self.ID && f.TargetID != "" { // written by the account's own phone
		other = f.TargetID
	}
	return bot.Chat{ID: s.privateID(other), Name: string(f.Sender.Nickname)}
}

// message tells of a message: of its text first, and of what was sent along each by itself.
func (s *session) message(ctx context.Context, f *frame) error {
	if f.MessageID == "" || f.UserID == "" {
		return nil
	}
	list, err := segmentsOf(f.Message)
	if err != nil {
		s.log.Warn("a message makes no sense and is passed over", zap.Error(err))
		return nil
	}
	chat := s.where(ctx, f)
	own := f.UserID == s.self.ID
	if own && s.echoes.heard(chat.ID, f.MessageID, list) {
		return nil
	}
	if chat.Group && s.in.Follows(chat) {
		s.ask(f.GroupID)
	}
	e := bot.Event{
		ID: s.messageID(s.self.ID, chat.ID, f.MessageID), Kind: bot.Message, At: s.at(f), Chat: chat, Self: own,
		From: bot.Member{Person: s.personID(f.UserID), Nick: string(f.Sender.Nickname), Card: string(f.Sender.Card)},
	}
	if f.SubType == "notice" {
		e.Kind, e.From, e.Self = bot.System, bot.Member{}, false
	}
	if !chat.Group {
		e.From.Card = ""
	}
	group := f.GroupID
	if !chat.Group {
		group = ""
	}
	return s.tell(ctx, e, s.read(list, s.self.ID, group, s.nameIn(group)))
}

func (s *session) tell(ctx context.Context, e bot.Event, c content) error {
	e.AtMe, e.Mentions = c.atMe, c.mentions
	if c.quotes != "" {
		e.Quotes = s.messageID(s.self.ID, e.Chat.ID, c.quotes)
	}
	id, n := e.ID, 0
	if c.text != "" || len(c.media) == 0 {
		e.Text, n = c.text, 1
		if err := s.put(ctx, e); err != nil {
			return err
		}
		e.Text, e.Mentions = "", nil
	}
	for i := range c.media {
		if e.Media = &c.media[i]; n > 0 {
			e.ID = partID(id, n)
		}
		if n++; e.Kind == bot.System {
			break
		}
		if err := s.put(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// meta takes in what the implementation says of itself. An account that comes back behind a connection that stayed has missed what
// was written meanwhile.
func (s *session) meta(ctx context.Context, f *frame) error {
	if f.MetaType != "heartbeat" {
		return nil
	}
	s.beat = min(max(0, time.Duration(f.Interval)*time.Millisecond), time.Hour)
	var status struct{ Online *bool }
	if unmarshal(f.Status, &status) != nil || status.Online == nil {
		return nil
	}
	if !*status.Online {
		s.become(bot.NeedsScan, whySignedOut)
		return nil
	}
	away := s.State().Name == bot.NeedsScan
	s.become(bot.Online, whyConnected)
	if away {
		return s.catchUp(ctx)
	}
	return nil
}
