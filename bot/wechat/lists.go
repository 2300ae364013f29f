package wechat

import (
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
	"sixtwenty/store"
)

const (
	// maxEntryLists bounds the member lists that are read before a new session begins; the rest are read when somebody writes.
	maxEntryLists = 600
	// nightFrom and nightTo are the hours in which all lists are read anew, where WeChat's users live.
	nightFrom, nightTo = 3, 5
	// nightAge is how old a list is by then.
	nightAge = 20 * time.Hour
	// nightPause is between two requests of a night.
	nightPause = time.Minute
	// leavePause is how long after a list that lacked somebody a second one is read.
	leavePause = 5 * time.Minute
	// hintPause is how often at most a hint without details, that contacts changed, has lists read.
	hintPause = 10 * time.Minute
)

// membersOf reads the members of the groups that this session does not know yet, so that all can be found again at once. A group
// whose name says that the bot does not live there is not asked about. Where it fails, the names of groups must do.
func (a *Account) membersOf(ctx context.Context, in bot.Inbox, s *session, list []contact) error {
	skip, err := a.dir.strange(ctx, in.Follows)
	if err != nil {
		return err
	}
	at := map[string]int{}
	var wires []string
	for i, c := range list {
		if isRoom(c.UserName) && s.names.rooms[c.UserName] == nil && !skip[fold(plainName(c.NickName))] && len(wires) < maxEntryLists {
			at[c.UserName] = i
			wires = append(wires, c.UserName)
		}
	}
	for part := range slices.Chunk(wires, maxDetails) {
		if err := a.details.wait(ctx); err != nil {
			return err
		}
		got, err := s.details(ctx, part)
		if err != nil {
			if ended(err) || ctx.Err() != nil {
				return err
			}
			a.log.Warn("members cannot be read yet, groups are known by their names alone", zap.Error(err))
			return nil
		}
		for _, c := range got {
			if i, ok := at[c.UserName]; ok && c.complete() {
				list[i].MemberList, list[i].MemberCount = c.MemberList, c.MemberCount
			}
		}
	}
	return nil
}

// learn makes known what the service lists, and logs what came of it: how many were known before.
func (a *Account) learn(ctx context.Context, list []contact, follows func(bot.Chat) bool) error {
	was := a.dir.report
	if err := a.dir.learn(ctx, list, follows, time.Now()); err != nil || a.dir.report == was {
		return err
	}
	now := a.dir.report
	a.log.Info("this sign-in", zap.Int("matched", now.Matched), zap.Int("one_signal", now.OneSignal), zap.Int("unsure", now.Unsure),
		zap.Int("new", now.New), zap.Int("groups", now.Groups), zap.Int("groups_by_name", now.ByName), zap.Int("new_groups", now.NewGroups))
	return nil
}

// strange are the names of groups where the bot does not live, so far as no other group has them.
func (d *directory) strange(ctx context.Context, follows func(bot.Chat) bool) (map[string]bool, error) {
	skip := map[string]bool{}
	err := d.db.View(ctx, func(r store.Reader) error {
		clear(skip)
		ours := map[string]bool{}
		for row, err := range groupRows.Scan(r, store.Range{Limit: maxGroups}) {
			if err != nil {
				return err
			}
			var id bot.ChatID
			if err := store.Split(row.Key, &id); err != nil {
				return err
			}
			name := fold(row.Value.Name)
			if follows(bot.Chat{ID: id, Group: true, Name: row.Value.Name}) {
				ours[name] = true
			}
			skip[name] = !ours[name]
		}
		return nil
	})
	return skip, err
}

// upkeep has old member lists read at night, a second one where somebody seems to have left, and a few when the service hints that
// contacts changed without saying which. It is called between two rounds; what it does not finish is left to the next, and what
// fails to the minute after.
func (l *loop) upkeep(ctx context.Context) error {
	wanted := l.due()
	if len(wanted) == 0 {
		return nil
	}
	b := newBatch(l, nil)
	for _, r := range wanted {
		b.want(r.wire)
	}
	l.tended = time.Now()
	if err := b.learn(ctx); err != nil {
		if ended(err) || broken(err) || ctx.Err() != nil {
			return err
		}
		l.log.Info("member lists cannot be read now", zap.Error(err))
		return nil
	}
	return b.tellRead(ctx, l.clock.Now().In(chinaTime).Format("2006-01-02T15:04"))
}

// due are the groups whose lists are to be read now, as many as one request takes.
func (l *loop) due() []*room {
	rested := time.Since(l.tended)
	if rested < nightPause {
		return nil
	}
	if list := l.lacking(); len(list) > 0 {
		return list
	}
	if l.hinted && rested >= hintPause {
		l.hinted = false
		return l.oldest(time.Now().Add(-listAge))
	}
	if night := l.clock.Now().In(chinaTime); night.Hour() >= nightFrom && night.Hour() < nightTo {
		return l.oldest(time.Now().Add(-nightAge))
	}
	return nil
}

// lacking are the groups whose last list lacked somebody, a while ago.
func (l *loop) lacking() []*room {
	before := time.Now().Add(-leavePause)
	return l.longest(func(r *room) bool { return !r.lacking.IsZero() && r.lacking.Before(before) })
}

// chinaTime is where nights are reckoned; WeChat's users live there.
var chinaTime = time.FixedZone("UTC+8", 8*60*60)

// oldest are the groups whose list is older than since.
func (l *loop) oldest(since time.Time) []*room {
	return l.longest(func(r *room) bool { return r.asked.Before(since) })
}

// longest are the followed groups that fit, those first whose list is the oldest.
func (l *loop) longest(fits func(*room) bool) (list []*room) {
	for _, r := range l.s.names.rooms {
		if r.told && fits(r) && l.in.Follows(r.chat()) {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b *room) int { return a.asked.Compare(b.asked) })
	return list[:min(len(list), maxDetails)]
}

// tellRead puts the lists that were read for no message.
func (b *batch) tellRead(ctx context.Context, mark string) error {
	for _, wire := range b.wanted {
		if !b.fresh[wire] {
			continue
		}
		if err := b.in.Put(ctx, b.listed(b.s.names.rooms[wire], mark, nil)); err != nil {
			return err
		}
	}
	return nil
}
