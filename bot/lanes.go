package bot

import (
	"cmp"
	"hash/fnv"
	"slices"
	"time"
)

// queued is what the outbox holds in memory of a row.
type queued struct {
	seq   uint64
	chat  ChatID
	class Class
	from  time.Time // not before
	text  uint64    // what it says, hashed; 0 for what is no text
}

func queuedOf(seq uint64, e Effect) queued {
	q := queued{seq: seq, chat: e.Chat, class: e.Class, from: e.NotBefore}
	if e.Kind == Say {
		h := fnv.New64a()
		_, _ = h.Write([]byte(e.Text)) // a hash takes everything
		q.text = h.Sum64()
	}
	return q
}

func (q queued) bySeq(o queued) int { return cmp.Compare(q.seq, o.seq) }

func (q queued) byTime(o queued) int { return cmp.Or(q.from.Compare(o.from), q.bySeq(o)) }

// before says whether q is more urgent than o of another chat.
func (q queued) before(o queued) bool {
	return cmp.Or(cmp.Compare(urgency(q.class), urgency(o.class)), q.bySeq(o)) < 0
}

func urgency(c Class) int {
	switch c {
	case Answer:
		return 0
	case Unasked:
		return 1
	}
	return 2
}

// A lane is one chat's effects in order. Those that must not go yet stand aside and take their place by number when their
// time has come.
type lane struct {
	ready []queued  // by number
	later []queued  // the soonest first
	next  time.Time // no send before this
	last  uint64    // the text sent last
	apart time.Time // the same text not before this
	busy  bool      // one of its effects is under way
}

// sameTextGap is how far apart the same text goes to one chat: what comes sooner the service swallows.
const sameTextGap = time.Second

// sent notes that something was tried in this chat. Where there is no pace at all, as in tests, nothing is kept apart.
func (l *lane) sent(q queued, now time.Time, pace Pace) {
	l.next = now.Add(pace.ChatGap)
	if pace.ChatGap > 0 || pace.Gap > 0 {
		l.last, l.apart = q.text, now.Add(sameTextGap)
	}
}

func (l *lane) add(q queued) {
	if q.from.IsZero() {
		l.ready = insert(l.ready, q, queued.bySeq)
		return
	}
	l.later = insert(l.later, q, queued.byTime)
}

func insert(list []queued, q queued, order func(queued, queued) int) []queued {
	if n := len(list); n == 0 || order(list[n-1], q) <= 0 {
		return append(list, q)
	}
	i, _ := slices.BinarySearchFunc(list, q, order)
	return slices.Insert(list, i, q)
}

// first is the lane's next effect, the oldest of those whose time has come, and when it may go.
func (l *lane) first(now time.Time) (q queued, from time.Time, ok bool) {
	for len(l.later) > 0 && !l.later[0].from.After(now) {
		l.ready = insert(l.ready, l.later[0], queued.bySeq)
		l.later = l.later[1:]
	}
	switch {
	case len(l.ready) > 0:
		q = l.ready[0]
	case len(l.later) > 0:
		q = l.later[0]
	default:
		return q, from, false
	}
	return q, l.free(q), true
}

// gates are before when nothing goes, answers and all else.
type gates struct{ answers, others time.Time }

func (g gates) of(c Class) time.Time {
	if c == Answer {
		return g.answers
	}
	return g.others
}

func (g gates) later(t time.Time) gates { return gates{later(g.answers, t), later(g.others, t)} }

// through is first with the gates. Where the first waits for the budget, an answer that may use what is kept for answers goes
// before it: it would be stale by then.
func (l *lane) through(now time.Time, g gates) (q queued, from time.Time, ok bool) {
	q, from, ok = l.first(now)
	if !ok || q.class == Answer || !g.others.After(now) || !g.answers.Before(g.others) {
		return q, later(from, g.of(q.class)), ok
	}
	if i := slices.IndexFunc(l.ready, func(o queued) bool { return o.class == Answer }); i >= 0 {
		q = l.ready[i]
		return q, later(l.free(q), g.answers), true
	}
	return q, later(from, g.others), true
}

// free is when the lane lets an effect go.
func (l *lane) free(q queued) time.Time {
	from := later(q.from, l.next)
	if q.text != 0 && q.text == l.last {
		from = later(from, l.apart)
	}
	return from
}

// drop takes out an effect that is done, or taken back, and says whether it was there. One that is done is the first, but for an
// answer that went before what waits for the budget: only one of a chat is under way at a time.
func (l *lane) drop(q queued) bool {
	i, ok := slices.BinarySearchFunc(l.ready, q, queued.bySeq)
	switch {
	case ok && i == 0:
		l.ready = l.ready[1:]
	case ok:
		l.ready = slices.Delete(l.ready, i, i+1)
	default:
		n := len(l.later)
		l.later = slices.DeleteFunc(l.later, func(o queued) bool { return o.seq == q.seq })
		return len(l.later) < n
	}
	return true
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// lanes are the chats for which something waits, and for a moment those that were just written to. There are as many as
// chats that speak at once, some hundreds at most, so they are looked through one by one.
type lanes map[ChatID]*lane

func (ls lanes) of(chat ChatID) *lane {
	l := ls[chat]
	if l == nil {
		l = &lane{}
		ls[chat] = l
	}
	return l
}

// pick gives what to send now, the most urgent first; or else when to look again, zero for never. Nothing goes before its gate.
func (ls lanes) pick(now time.Time, g gates) (best queued, due time.Time, ok bool) {
	for chat, l := range ls {
		if l.busy {
			continue
		}
		q, from, found := l.through(now, g)
		switch {
		case !found:
			if !later(l.next, l.apart).After(now) {
				delete(ls, chat)
			}
		case from.After(now):
			if due.IsZero() || from.Before(due) {
				due = from
			}
		case !ok || q.before(best):
			best, ok = q, true
		}
	}
	return best, due, ok
}
