package wechat

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/eatmoreapple/openwechat"
)

const (
	// listAge is how old a member list may be before a message of somebody unknown, or an odd system text, has it read again.
	listAge = 30 * time.Second
	// maxStumbles is how often a batch waits for lists that cannot be read; then it goes on without them.
	maxStumbles = 3
)

// A batch is one answer of webwxsync on its way in.
type batch struct {
	*loop
	messages []*message
	changed  []contact
	wanted   []string            // wire names to ask the service about
	asked    map[string]bool     // of these, the ones without an answer yet
	loads    []contact           // people to make known without asking
	carrier  map[string]*message // by group: the message whose event takes its list along
	first    map[string]*message
	nicks    map[string]string // of friends who changed, before
	fresh    map[string]bool   // groups whose list was read for this batch and not told yet
}

func newBatch(l *loop, changed []contact) *batch {
	return &batch{
		loop: l, changed: changed, asked: map[string]bool{}, carrier: map[string]*message{},
		first: map[string]*message{}, nicks: map[string]string{}, fresh: map[string]bool{},
	}
}

// batch puts all events of an answer. What must be known first is asked in few requests and kept in one commit.
func (l *loop) batch(ctx context.Context, v *synced) error {
	if err := l.dir.letGo(ctx); err != nil {
		return err
	}
	b := newBatch(l, v.ModContactList)
	for _, raw := range v.AddMsgList {
		m, err := readMessage(raw)
		if err != nil {
			l.log.Warn("a message cannot be read, it is passed over", zap.Int("bytes", len(raw)))
			continue
		}
		b.messages = append(b.messages, m)
	}
	if err := b.learn(ctx); err != nil {
		return err
	}
	if err := b.unknownTexts(ctx); err != nil {
		return err
	}
	if err := b.tell(ctx); err != nil {
		return err
	}
	return b.tellChanges(ctx)
}

// learn makes known everybody whom the batch speaks of.
func (b *batch) learn(ctx context.Context) error {
	for _, m := range b.messages {
		b.needs(m)
	}
	for _, c := range b.changed {
		b.needsChange(c)
	}
	list, err := b.fetch(ctx)
	if err != nil {
		if b.stumbles++; b.stumbles < maxStumbles || ended(err) || ctx.Err() != nil {
			return err
		}
		b.log.Warn("names cannot be looked up, going on without", zap.Error(err))
	}
	b.stumbles = 0
	list = append(list, b.loads...)
	if err := b.Account.learn(ctx, list, b.in.Follows); err != nil {
		return err
	}
	for _, c := range list {
		if r := b.s.names.rooms[c.UserName]; r != nil && c.complete() && b.in.Follows(r.chat()) {
			b.fresh[c.UserName] = true
		}
	}
	return nil
}

// needs finds out what must be known before a message can be translated.
func (b *batch) needs(m *message) {
	n := b.s.names
	partner := m.partner(n.self)
	if m.MsgType == openwechat.MsgTypeVerify {
		b.load(contact{
			UserName: m.RecommendInfo.UserName, NickName: m.RecommendInfo.NickName, Alias: m.RecommendInfo.Alias, wxid: wxidOf(m),
		})
		return
	}
	if m.MsgType == typeStatus || !n.talks(partner) {
		return
	}
	if !isRoom(partner) {
		b.needsPerson(partner)
		return
	}
	if b.first[partner] == nil {
		b.first[partner] = m
	}
	b.needsRoom(partner, m)
}

// needsRoom asks for a group that is new, and for the members of one that is followed if they were never read, or if somebody
// writes whom the list lacks.
func (b *batch) needsRoom(wire string, m *message) {
	r := b.s.names.rooms[wire]
	if r == nil {
		b.want(wire)
	} else if !b.in.Follows(r.chat()) {
		return
	}
	if m.MsgType == openwechat.MsgTypeSys {
		b.needsList(wire, r, m)
	}
	sender, _ := m.split()
	if r != nil && (!r.told || r.stale || sender != "" && !r.knows(sender)) {
		b.wantAgain(r)
	}
	if sender != "" {
		b.needsSender(sender, wire)
	}
}

// needsList asks for the members after a system text, and has that text's event carry them.
func (b *batch) needsList(wire string, r *room, m *message) {
	switch n := readNotice(m.Content); n.kind {
	case noticeJoin:
		b.want(wire)
		if c := b.carrier[wire]; c == nil || readNotice(c.Content).kind != noticeJoin {
			b.carrier[wire] = m
		}
	case noticeUnknown, noticeRemove, noticeRename, noticeDismiss:
		if n.kind == noticeRename {
			b.want(wire)
		} else if r != nil {
			b.wantAgain(r)
		}
		if b.carrier[wire] == nil {
			b.carrier[wire] = m
		}
	}
}

func (b *batch) needsPerson(wire string) {
	switch p := b.s.names.people[wire]; {
	case p == nil:
		b.want(wire)
	case !p.read:
		b.load(contact{UserName: wire})
	}
}

// needsSender makes those known whom no list names: they may have left since they wrote.
func (b *batch) needsSender(wire, group string) {
	if p := b.s.names.people[wire]; p == nil || !p.read {
		b.load(contact{UserName: wire, group: group})
	}
}

func (b *batch) needsChange(c contact) {
	if !isRoom(c.UserName) {
		if p := b.s.names.people[c.UserName]; p != nil {
			b.nicks[c.UserName] = p.row.Nick
		}
		c.stranger = c.UserName == b.s.names.self
		b.loads = append(b.loads, c)
		return
	}
	r := b.s.names.rooms[c.UserName]
	if r == nil {
		b.want(c.UserName)
	} else if b.in.Follows(r.chat()) {
		r.stale = true
		b.wantAgain(r)
	}
}

func (b *batch) want(wire string) {
	if !b.asked[wire] {
		b.asked[wire] = true
		b.wanted = append(b.wanted, wire)
	}
}

func (b *batch) wantAgain(r *room) {
	if time.Since(r.asked) >= listAge {
		b.want(r.wire)
	}
}

func (b *batch) load(c contact) {
	c.stranger = true
	b.loads = append(b.loads, c)
}

// fetch asks the service about all that is wanted. Whoever it does not know is made known by the name alone.
func (b *batch) fetch(ctx context.Context) (list []contact, err error) {
	for i := 0; i < len(b.wanted); i += maxDetails {
		wires := b.wanted[i:min(i+maxDetails, len(b.wanted))]
		var got []contact
		if err = b.details.wait(ctx); err != nil {
			return list, err
		}
		if got, err = b.s.details(ctx, wires); err != nil {
			break
		}
		for _, wire := range wires {
			if r := b.s.names.rooms[wire]; r != nil {
				r.asked = time.Now()
			}
		}
		for _, c := range got {
			if b.asked[c.UserName] {
				c.stranger = true
				list = append(list, c)
				delete(b.asked, c.UserName)
			}
		}
	}
	for _, wire := range b.wanted {
		if b.asked[wire] {
			list = append(list, contact{UserName: wire, stranger: true})
		}
	}
	return list, err
}
