package wechat

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A personRow is the evidence kept of one person.
type personRow struct {
	Nick    string `json:"nick,omitempty"`
	Remark  string `json:"remark,omitempty"`
	Alias   string `json:"alias,omitempty"`
	KeyWord string `json:"keyword,omitempty"`
	Attr    int64  `json:"attr,omitempty"`
	First   string `json:"first,omitempty"` // session
	Last    string `json:"last,omitempty"`  // session
}

// A groupRow is the evidence kept of one group.
type groupRow struct {
	Name  string    `json:"name,omitempty"`
	First string    `json:"first,omitempty"`
	Last  string    `json:"last,omitempty"`
	Seen  time.Time `json:"seen,omitzero"` // when the last session first saw it
	Saved bool      `json:"saved,omitempty"`
}

// The tables of the directory: changed only by the goroutine of Run.
const (
	peopleRows = store.Table[personRow]("wechat/people")              // person
	friendRows = store.Table[struct{}]("wechat/friends")              // person: an index of those on the contact list
	groupRows  = store.Table[groupRow]("wechat/groups")               // group
	rosterRows = store.Table[[]bot.PersonID]("wechat/rosters")        // group
	cardRows   = store.Table[map[bot.PersonID]string]("wechat/cards") // group: the names chosen in it
	formerRows = store.Table[[]bot.PersonID]("wechat/former")         // group: who left, the latest last
	wireRows   = store.Table[string]("wechat/wire")                   // session, wire name → person or group
	selfRows   = store.Table[bot.PersonID]("wechat/self")             // the account's number (uin)
)

// maxFriends and maxGroups bound what one sign-in matches; WeChat allows fewer.
const (
	maxFriends = 20_000
	maxGroups  = 10_000
)

// A directory keeps lasting ids for what the service names anew at every scan. An id is durable before anybody hears of it.
type directory struct {
	db     store.DB
	names  *names
	report Report // of this session
}

// enter loads what a session called people and groups so far; nothing, for a new one.
func (d *directory) enter(ctx context.Context, session, selfWire string) error {
	n, report := newNames(session, selfWire), Report{}
	err := d.db.View(ctx, func(r store.Reader) error {
		n = newNames(session, selfWire)
		for row, err := range wireRows.Scan(r, store.Under(session)) {
			if err != nil {
				return err
			}
			var s, wire string
			if err := store.Split(row.Key, &s, &wire); err != nil {
				return err
			}
			if err := n.restore(r, wire, row.Value); err != nil {
				return err
			}
		}
		var err error
		report, _, err = reportRows.Get(r, session)
		return err
	})
	if d.names, d.report = n, report; err != nil {
		return err
	}
	return d.letGo(ctx)
}

func (n *names) restore(r store.Reader, wire, id string) error {
	n.bind(id, wire)
	if !isRoom(wire) {
		n.people[wire] = &person{wire: wire, id: bot.PersonID(id)}
		return nil
	}
	row, _, err := groupRows.Get(r, id)
	n.rooms[wire] = &room{wire: wire, id: bot.ChatID(id), name: row.Name}
	return err
}

// owner makes the account itself known. Its number is the one thing the web tells that lasts.
func (d *directory) owner(ctx context.Context, uin int64, self contact) error {
	p := d.newPlan(nil, time.Time{})
	err := d.db.View(ctx, func(r store.Reader) error {
		id, ok, err := selfRows.Get(r, uin)
		if err != nil {
			return err
		}
		if known := d.names.people[d.names.self]; known != nil {
			id, ok = known.id, true
		}
		if !ok {
			id = bot.PersonID(mint("p"))
		}
		return p.person(r, self, id)
	})
	if err != nil {
		return err
	}
	return d.commit(ctx, p, func(tx store.Tx) error {
		return selfRows.Put(tx, p.people[d.names.self].id, uin)
	})
}

// learn takes what the service lists: it finds or mints the ids, keeps them and the evidence in one commit, and only then
// makes them known. Of groups that follows says no to, only id and name are kept.
func (d *directory) learn(ctx context.Context, list []contact, follows func(bot.Chat) bool, now time.Time) error {
	if len(list) == 0 {
		return nil
	}
	for {
		p := d.newPlan(follows, now)
		if err := d.db.View(ctx, func(r store.Reader) error { return p.resolve(r, list) }); err != nil {
			return fmt.Errorf("looking up names: %w", err)
		}
		err := d.commit(ctx, p, nil)
		if !errors.Is(err, errForgotten) {
			return err
		}
		if err := d.letGo(ctx); err != nil {
			return err
		}
	}
}

func (d *directory) commit(ctx context.Context, p *plan, also func(store.Tx) error) error {
	if len(p.writes)+len(p.rows) > 0 || also != nil {
		err := d.db.Update(ctx, func(tx store.Tx) error {
			if list, err := d.marked(tx); err != nil || len(list) > 0 {
				return cmp.Or(err, errForgotten)
			}
			if err := p.apply(tx); err != nil || also == nil {
				return err
			}
			return also(tx)
		})
		if err != nil {
			return fmt.Errorf("keeping names: %w", err)
		}
	}
	p.publish()
	return nil
}

// prune forgets the names of sessions that are over. Ids and evidence stay.
func (d *directory) prune(ctx context.Context) error {
	if err := d.unmark(ctx); err != nil {
		return err
	}
	const piece = 5000
	for from := ""; ; {
		var keys []string
		var err error
		if from, keys, err = d.stale(ctx, from, piece); err != nil || (from == "" && len(keys) == 0) {
			return err
		}
		if err := d.db.Update(ctx, func(tx store.Tx) error {
			for _, k := range keys {
				if err := tx.Delete(string(wireRows), k); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
}

// stale finds up to limit names of one session that is over, at or after from. next is where to look on, "" at the end.
func (d *directory) stale(ctx context.Context, from string, limit int) (next string, keys []string, err error) {
	err = d.db.View(ctx, func(r store.Reader) error {
		next, keys = "", nil
		for row, err := range wireRows.Scan(r, store.Range{From: from, Limit: limit}) {
			if err != nil {
				return err
			}
			var session string
			if err := store.Split(row.Key, &session, nil); err != nil {
				return err
			}
			if session == d.names.session {
				next = store.Under(session).To
				return nil
			}
			keys = append(keys, row.Key)
		}
		return nil
	})
	return next, keys, err
}

// mint makes an id that was never given before.
func mint(kind string) string { return kind + strings.ToLower(rand.Text()[:12]) }
