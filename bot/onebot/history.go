package onebot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

const (
	historyPage  = 100
	historyPages = 10
	historyAge   = 24 * time.Hour   // what is older is let go
	historySlack = 30 * time.Second // what came just before the place is told again, and was seen
	historyAtOne = 4
)

type historyParams struct {
	Group wireID `json:"group_id"`
	Count int    `json:"count"`
	// Two names for where a page ends: implementations read one or the other.
	Seq     wireID `json:"message_seq,omitempty"`
	Message wireID `json:"message_id,omitempty"`
}

// A told is a message of the history.
type told struct {
	frame
	Seq wireID `json:"message_seq"`
}

// catchUp tells what was written in the bot's groups while it was away, where the implementation offers a history. Before the
// first place nothing was missed.
func (s *session) catchUp(ctx context.Context) error {
	if s.place.Heard == 0 {
		return nil
	}
	since := max(s.place.Heard-int64(historySlack/time.Second), s.clock.Now().Add(-historyAge).Unix())
	var groups []wireID
	for id := range s.rooms {
		if s.in.Follows(s.chat(id)) {
			groups = append(groups, id)
		}
	}
	missed := s.histories(ctx, groups, since)
	slices.SortStableFunc(missed, func(a, b told) int { return cmp.Compare(a.Time, b.Time) })
	for i := range missed {
		f := &missed[i].frame
		if f.UserID == s.self.ID { // whether the phone wrote it or we did, nobody can tell any more
			continue
		}
		if err := s.message(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// histories reads the groups' histories, a few at once.
func (s *session) histories(ctx context.Context, groups []wireID, since int64) (all []told) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	turns := make(chan struct{}, historyAtOne)
	for _, group := range groups {
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			list, err := s.history(ctx, group, since)
			if err != nil {
				s.log.Warn("what was missed is not known", zap.String("chat", string(s.groupID(group))), zap.Error(err))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, list...)
		})
	}
	wg.Wait()
	return all
}

const actionHistory = "get_group_msg_history"

// history reads back page by page until what is there is older than since.
func (s *session) history(ctx context.Context, group wireID, since int64) (all []told, err error) {
	seen := map[wireID]bool{}
	params := historyParams{Group: group, Count: historyPage}
	for range historyPages {
		if !s.has(actionHistory) {
			return all, nil
		}
		var page struct{ Messages []told }
		err := s.link.call(ctx, listLimit, actionHistory, params, &page)
		if r, ok := errors.AsType[*refusal](err); ok && r.code == codeNoAction {
			s.lacks.Store(actionHistory, true)
			s.log.Warn("the implementation keeps no history: what is written while the bot is away is lost")
			return all, nil
		}
		if err != nil {
			return all, err
		}
		var fresh int
		var oldest told
		var newer []told
		for _, m := range page.Messages {
			if m.MessageID == "" || seen[m.MessageID] {
				continue
			}
			seen[m.MessageID] = true
			m.PostType, m.GroupID = "message", group
			if fresh++; fresh == 1 || m.Time < oldest.Time {
				oldest = m
			}
			if m.Time >= since {
				newer = append(newer, m)
			}
		}
		all = append(newer, all...)
		if fresh == 0 || oldest.Time < since {
			break
		}
		params.Seq, params.Message = cmp.Or(oldest.Seq, oldest.MessageID), oldest.MessageID
	}
	return all, nil
}
