package onebot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
)

// A session is what is known while one connection lasts. It belongs to the goroutine of Run, save tend.
type session struct {
	*Account
	in    bot.Inbox
	link  *link
	self  me
	place place
	dirty bool          // something was put since the last mark
	beat  time.Duration // between heartbeats; zero where there are none
	want  chan wireID   // groups whose list is to be read
}

// me is who the account is.
type me struct {
	ID   wireID `json:"user_id"`
	Nick loose  `json:"nickname"`
}

// A place is how far the stream was taken in: what the service dates after it may have been missed.
type place struct {
	Self  wireID `json:"self"`
	Heard int64  `json:"heard"` // Unix seconds, by the service
}

const (
	markEvery = 2 * time.Second
	// silenceLimit is how long nothing may be heard where there are no heartbeats; where there are, three may be missed.
	silenceLimit = time.Minute
	leastSilence = 15 * time.Second
	probeLimit   = 10 * time.Second
	askLimit     = 5 * time.Second // of what the stream waits for
)

// serve lives through one connection.
func (a *Account) serve(ctx context.Context, in bot.Inbox, l *link) error {
	ctx, cancel := context.WithCancel(ctx)
	reading, tending := make(chan struct{}), make(chan struct{})
	go func() { defer close(reading); l.read() }()
	s := &session{Account: a, in: in, link: l, want: make(chan wireID, 256)}
	defer func() { l.end(errClosed); cancel(); <-reading }()
	if err := s.signIn(ctx); err != nil {
		return err
	}
	a.live.Store(l)
	defer a.live.CompareAndSwap(l, nil)
	go func() { defer close(tending); s.tend(ctx) }()
	defer func() { l.end(errClosed); cancel(); <-tending }()
	err := s.run(ctx)
	if ctx.Err() != nil { // nobody would answer a mark any more; what came after the last one is told again, and was seen
		return err
	}
	return errors.Join(err, s.mark(ctx))
}

func (s *session) run(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	tick := time.NewTicker(markEvery)
	defer tick.Stop()
	for {
		select {
		case f := <-s.link.events:
			if err := s.take(ctx, f); err != nil {
				return err
			}
		case <-s.link.quiet:
			return s.drain(ctx)
		case <-tick.C:
			if err := s.mark(ctx); err != nil {
				return err
			}
			s.watch(ctx)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// drain takes what was read before the link ended, and says why it did.
func (s *session) drain(ctx context.Context) error {
	for {
		select {
		case f := <-s.link.events:
			if err := s.take(ctx, f); err != nil {
				return err
			}
		default:
			return s.link.over()
		}
	}
}

// signIn asks who we are, where, and what can be done here.
func (s *session) signIn(ctx context.Context) error {
	if err := s.link.call(ctx, askLimit, "get_login_info", nil, &s.self); err != nil {
		return err
	}
	if want := wireID(s.opts.SelfID); s.self.ID == "" || want != "" && want != s.self.ID || s.link.self != "" && s.link.self != s.self.ID {
		return fmt.Errorf("%w: %s", errWrongAccount, s.self.ID)
	}
	raw, err := s.in.Place(ctx)
	if err != nil {
		return err
	}
	if json.Unmarshal(raw, &s.place) != nil || s.place.Self != s.self.ID { // of another account, or none
		s.place = place{Self: s.self.ID}
	}
	s.askPowers(ctx)
	return ctx.Err()
}

// askPowers asks all at once. What is not answered is not assumed.
func (s *session) askPowers(ctx context.Context) {
	var version struct {
		Name    loose `json:"app_name"`
		Version loose `json:"app_version"`
	}
	var record, image struct{ Yes bool }
	var groups []groupInfo
	var wg sync.WaitGroup
	for action, into := range map[string]any{
		"get_version_info": &version, "can_send_record": &record, "can_send_image": &image, "get_group_list": &groups,
	} {
		wg.Go(func() {
			if err := s.link.call(ctx, askLimit, action, nil, into); err != nil {
				s.log.Warn("a question is not answered", zap.String("action", action), zap.Error(err))
			}
		})
	}
	wg.Wait()
	s.lacks.Clear()
	s.noPics.Store(!image.Yes)
	s.powers.Store(&bot.Powers{Voice: record.Yes, Mention: true, LastingIDs: true, Leaves: true})
	for _, g := range groups {
		s.room(g.ID).name = string(g.Name)
	}
	s.log.Info("signed in", zap.String("implementation", clip(string(version.Name), maxWire)),
		zap.String("version", clip(string(version.Version), maxWire)), zap.String("self", string(s.self.ID)),
		zap.Int("groups", len(groups)), zap.Bool("voice", record.Yes), zap.Bool("image", image.Yes))
}

// begin tells that the account is in, and what happened while it was not.
func (s *session) begin(ctx context.Context) error {
	s.become(bot.Online, whyConnected)
	now := s.clock.Now()
	e := bot.Event{
		ID:   strings.Join([]string{s.opts.Platform, "signed-in", string(s.self.ID), now.Format(time.RFC3339Nano)}, ":"),
		Kind: bot.SignedIn, At: now, From: bot.Member{Person: s.personID(s.self.ID), Nick: string(s.self.Nick)}, Text: strings.Join([]string{"onebot", s.opts.Platform, string(s.self.ID)}, ":"),
	}
	if err := s.in.Put(ctx, e); err != nil {
		return err
	}
	if s.place.Heard == 0 { // first contact: from now on something can be missed
		s.place.Heard, s.dirty = now.Unix(), true
	} else if err := s.catchUp(ctx); err != nil {
		return err
	}
	for id, r := range s.rooms {
		r.asked = false
		if s.in.Follows(s.chat(id)) {
			s.ask(id)
		}
	}
	return nil
}

// put gives an event to the bot and remembers how far the service's time is.
func (s *session) put(ctx context.Context, e bot.Event) error {
	if err := s.in.Put(ctx, e); err != nil {
		return err
	}
	s.dirty = true
	s.place.Heard = max(s.place.Heard, min(e.At.Unix(), s.clock.Now().Unix()))
	return nil
}

// mark keeps the place, if anything came since the last one.
func (s *session) mark(ctx context.Context) error {
	if !s.dirty {
		return nil
	}
	raw, err := json.Marshal(s.place)
	if err != nil {
		return err
	}
	if err := s.in.Mark(ctx, raw); err != nil {
		return err
	}
	s.dirty = false
	return nil
}

var errSilent = errors.New("nothing is heard any more")

// watch ends a link on which nothing is heard, not even an answer to a question.
func (s *session) watch(ctx context.Context) {
	limit := silenceLimit
	if s.beat > 0 {
		limit = max(3*s.beat, leastSilence)
	}
	if s.link.silence() < limit {
		return
	}
	if err := s.link.call(ctx, probeLimit, "get_status", nil, nil); errors.Is(err, bot.ErrUnknown) {
		s.link.end(errSilent)
	}
}

// chat is a group as it is known now.
func (s *session) chat(group wireID) bot.Chat {
	c := bot.Chat{ID: s.groupID(group), Group: true}
	if r := s.rooms[group]; r != nil {
		c.Name = r.name
	}
	return c
}
