package wechatbox

import "iter"

// records is the whole world as the records that make it, each after those it points to.
func (w *world) records(clock *ClockState) iter.Seq[rec] {
	return func(yield func(rec) bool) {
		_ = yield(rec{Clock: clock}) && w.peopleRecords(yield) && w.groupRecords(yield) && w.mediaRecords(yield) &&
			w.messageRecords(yield) && w.accountRecords(yield)
	}
}

func (w *world) peopleRecords(yield func(rec) bool) bool {
	for _, p := range w.people {
		if !yield(rec{Person: &personRec{p.idx, p.Person}}) {
			return false
		}
	}
	if w.account != nil && !yield(rec{Account: &w.account.idx}) {
		return false
	}
	for _, p := range w.people {
		for _, q := range w.friendsOf(p) {
			if !yield(rec{Friend: &friendRec{Of: p.idx, Who: q.idx, Remark: p.friends[q.idx]}}) {
				return false
			}
		}
	}
	return true
}

func (w *world) groupRecords(yield func(rec) bool) bool {
	for _, g := range w.groups {
		if !yield(rec{Group: &groupRec{g.idx, g.id, g.name, g.owner, g.gone}}) {
			return false
		}
		for who, was := range g.past {
			if !yield(rec{Member: &memberRec{Group: g.idx, Who: who, Since: was.since, Until: was.until}}) {
				return false
			}
		}
		for _, m := range g.members {
			if !yield(rec{Member: &memberRec{Group: g.idx, Who: m.p.idx, Card: m.card, By: m.by, Since: m.since}}) {
				return false
			}
		}
		for who := range g.saved {
			if !yield(rec{Saved: &savedRec{g.idx, who, true}}) {
				return false
			}
		}
	}
	return true
}

func (w *world) mediaRecords(yield func(rec) bool) bool {
	for _, id := range w.media.order {
		m := w.media.byID[id]
		if !yield(rec{Media: &mediaRec{Media: *m}}) {
			return false
		}
	}
	return true
}

func (w *world) messageRecords(yield func(rec) bool) bool {
	chats := map[*chat]bool{}
	for i := range w.messages.len() {
		m := w.messages.get(i)
		if m == nil {
			continue
		}
		if !yield(rec{Message: m.rec()}) {
			return false
		}
		if chats[m.chat] {
			continue
		}
		chats[m.chat] = true
		for who, seq := range m.chat.reads {
			if !yield(rec{Read: &readRec{m.chat.ref(), who, seq}}) {
				return false
			}
		}
	}
	return true
}

func (m *message) rec() *messageRec {
	r := &messageRec{
		Seq: m.seq, Chat: m.chat.ref(), At: m.at, Text: m.text, Body: m.body, Notice: m.notice,
		Only: m.only, Recall: m.recall,
	}
	if m.from != nil {
		r.From = &m.from.idx
	}
	return r
}

func (w *world) accountRecords(yield func(rec) bool) bool {
	for _, r := range w.requests {
		if !yield(rec{Request: r}) {
			return false
		}
	}
	for _, a := range w.accounts {
		if !yield(rec{Queue: &queueRec{Of: a.p.idx, Key: a.queue.base}}) {
			return false
		}
		for i := range a.queue.len() {
			if !yield(rec{Queue: w.queueRecord(a, i)}) {
				return false
			}
		}
		if a.s != nil && !yield(rec{Session: &a.s.sessionRec}) {
			return false
		}
	}
	for i := range w.sent.len() {
		s := w.sent.get(i)
		if !yield(rec{Sent: &s}) {
			return false
		}
	}
	return true
}

func (w *world) queueRecord(a *account, i int) *queueRec {
	q := a.queue.get(i)
	r := &queueRec{Of: a.p.idx, Key: a.queue.base + uint64(i), Kind: q.kind, Idx: q.idx}
	if q.m == nil {
		return r
	}
	r.Seq = q.m.seq
	if w.messages.at(r.Seq) != q.m {
		r.Old = q.m.rec()
	}
	return r
}
