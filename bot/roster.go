package bot

import (
	"maps"
	"slices"
	"time"

	"sixtwenty/store"
)

// settle brings the member list of a group the bot lives in up to date and, for a join, finds out who came and through whom.
func (r *run) settle(e *Event, on bool) (left []PersonID, err error) {
	if e.Kind == Joined {
		e.Join = e.Join.known()
	}
	if !on || !e.Chat.Group {
		return nil, nil
	}
	e.Roster = slices.DeleteFunc(slices.Clone(e.Roster[:min(len(e.Roster), MaxMembers)]), func(m Member) bool { return m.Person == "" })
	switch {
	case e.Kind == Left:
		return nil, r.unlist(e.Chat.ID, e.People)
	case e.Kind == Joined:
		return r.settleJoin(e)
	}
	return r.relist(e)
}

// known gives a copy that the engine may fill in; features are never given a nil one.
func (j *Join) known() *Join {
	if j == nil {
		return &Join{}
	}
	c := *j
	return &c
}

func (r *run) settleJoin(e *Event) (left []PersonID, err error) {
	was, err := memberRows(r.tx, e.Chat.ID)
	if err != nil {
		return nil, err
	}
	if left, err = r.relist(e); err != nil {
		return nil, err
	}
	l := lists{before: listOf(was), after: e.Roster, whole: len(e.Roster) > 0}
	if !l.whole {
		l.after = l.before
	}
	l.old = func(p PersonID) bool {
		row, ok := was[p]
		return ok && row.Since.Before(e.At.Add(-listSlack))
	}
	e.Join.Inviter, e.Join.People = resolveJoin(l, *e.Join)
	return left, nil
}

// listSlack is how far the service's clock and ours may differ: who was listed so shortly before a join may be the joiner.
const listSlack = time.Minute

func listOf(rows map[PersonID]MemberRow) []Member {
	list := make([]Member, 0, len(rows))
	for _, p := range slices.Sorted(maps.Keys(rows)) {
		list = append(list, rows[p].Member(p))
	}
	return list
}

// relist replaces the kept member list by the one that came with the event, if one did, and returns those who are gone for
// good. A list of nobody is no list: the account itself is a member.
func (r *run) relist(e *Event) (gone []PersonID, err error) {
	if len(e.Roster) == 0 {
		return nil, nil
	}
	r.bot.memory.forget()
	missing, err := memberRows(r.tx, e.Chat.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range e.Roster {
		if err := r.meetMember(e.Chat, m); err != nil {
			return nil, err
		}
		delete(missing, m.Person)
	}
	for _, p := range slices.Sorted(maps.Keys(missing)) {
		row := missing[p]
		if row.Missed++; row.Missed >= 2 {
			gone = append(gone, p)
			continue
		}
		if err := members.Put(r.tx, row, e.Chat.ID, p); err != nil {
			return nil, err
		}
	}
	if err := r.unlist(e.Chat.ID, gone); err != nil {
		return nil, err
	}
	chat, _, err := chats.Get(r.tx, e.Chat.ID)
	if err != nil {
		return nil, err
	}
	chat.Listed, chat.Size = e.At, len(e.Roster)
	return gone, chats.Put(r.tx, chat, e.Chat.ID)
}

// unlist takes people who are members no longer off the kept list.
func (r *run) unlist(chat ChatID, gone []PersonID) error {
	r.bot.memory.forget()
	for _, p := range gone {
		if err := members.Delete(r.tx, chat, p); err != nil {
			return err
		}
	}
	return nil
}

func memberRows(r store.Reader, chat ChatID) (map[PersonID]MemberRow, error) {
	rows := map[PersonID]MemberRow{}
	for row, err := range members.Scan(r, store.Under(chat)) {
		if err != nil {
			return nil, err
		}
		var p PersonID
		if err := store.Split(row.Key, nil, &p); err != nil {
			return nil, err
		}
		rows[p] = row.Value
	}
	return rows, nil
}
