package wechat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Who asks to be forgotten loses all evidence in the engine's commit. What this session has in memory is of the goroutine of Run,
// so a mark is left for it: until the next session nothing that is told under a marked id is believed, and the wire name, should
// it be heard again, is somebody new.

// forgottenRows are the marks.
const forgottenRows = store.Table[struct{}]("wechat/forgotten") // person

// Forget implements bot.Registrar. The account itself is nobody's member and stays.
func (a *Account) Forget(tx store.Tx, who []bot.PersonID) error {
	self := map[bot.PersonID]bool{}
	for row, err := range selfRows.Scan(tx, store.Range{}) {
		if err != nil {
			return err
		}
		self[row.Value] = true
	}
	who = slices.DeleteFunc(slices.Clone(who), func(id bot.PersonID) bool { return self[id] })
	for _, id := range who {
		if err := forgetEvidence(tx, id); err != nil {
			return fmt.Errorf("evidence of a person: %w", err)
		}
	}
	if len(who) == 0 {
		return nil
	}
	for _, forget := range []func(store.Tx, []bot.PersonID) error{forgetLists, forgetCards, forgetLastingIDs, forgetCandidates} {
		if err := forget(tx, who); err != nil {
			return fmt.Errorf("traces of a person: %w", err)
		}
	}
	return nil
}

// Forgotten implements bot.Registrar.
func (a *Account) Forgotten(r store.Reader, who bot.PersonID) (bool, error) {
	return forgottenRows.Has(r, who)
}

func forgetEvidence(tx store.Tx, id bot.PersonID) error {
	if err := peopleRows.Delete(tx, id); err != nil {
		return err
	}
	if err := friendRows.Delete(tx, id); err != nil {
		return err
	}
	if err := questionRows.Delete(tx, id); err != nil {
		return err
	}
	return forgottenRows.Put(tx, struct{}{}, id)
}

// naming yields the rows of a table that hold one of these ids. It looks at the bytes first: most rows need not be read.
func naming[T any](r store.Reader, t store.Table[T], who []bot.PersonID) (list []store.Row[T], err error) {
	var keys []string
	for p, err := range r.Scan(string(t), store.Range{}) {
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(who, func(id bot.PersonID) bool { return bytes.Contains(p.Value, []byte(`"`+id+`"`)) }) {
			keys = append(keys, p.Key)
		}
	}
	for _, key := range keys {
		for row, err := range t.Scan(r, store.Range{From: key, Limit: 1}) {
			if err != nil {
				return nil, err
			}
			list = append(list, row)
		}
	}
	return list, nil
}

// forgetLists takes them off the member lists, and off those who left.
func forgetLists(tx store.Tx, who []bot.PersonID) error {
	for _, t := range []store.Table[[]bot.PersonID]{rosterRows, formerRows} {
		rows, err := naming(tx, t, who)
		if err != nil {
			return err
		}
		for _, row := range rows {
			rest := slices.DeleteFunc(row.Value, func(id bot.PersonID) bool { return slices.Contains(who, id) })
			var group string
			if err := store.Split(row.Key, &group); err != nil {
				return err
			}
			if err := t.Put(tx, rest, group); err != nil {
				return err
			}
		}
	}
	return nil
}

func forgetCards(tx store.Tx, who []bot.PersonID) error {
	rows, err := naming(tx, cardRows, who)
	if err != nil {
		return err
	}
	for _, row := range rows {
		for _, id := range who {
			delete(row.Value, id)
		}
		var group string
		if err := store.Split(row.Key, &group); err != nil {
			return err
		}
		if err := cardRows.Put(tx, row.Value, group); err != nil {
			return err
		}
	}
	return nil
}

func forgetLastingIDs(tx store.Tx, who []bot.PersonID) error {
	rows, err := naming(tx, idRows, who)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := tx.Delete(string(idRows), row.Key); err != nil {
			return err
		}
	}
	return nil
}

// forgetCandidates takes them out of the questions about others; a question of which nobody is left is closed.
func forgetCandidates(tx store.Tx, who []bot.PersonID) error {
	rows, err := naming(tx, questionRows, who)
	if err != nil {
		return err
	}
	for _, row := range rows {
		q := row.Value
		q.Candidates = slices.DeleteFunc(q.Candidates, func(c Candidate) bool { return slices.Contains(who, c.Person) })
		if len(q.Candidates) == 0 {
			err = Answered(tx, q.Person)
		} else {
			err = questionRows.Put(tx, q, q.Person)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// errForgotten says that a plan was made before somebody in it asked to be forgotten.
var errForgotten = errors.New("somebody asked to be forgotten meanwhile")

// marked are the marks that this session has not heeded yet.
func (d *directory) marked(r store.Reader) (list []bot.PersonID, err error) {
	for row, err := range forgottenRows.Scan(r, store.Range{}) {
		if err != nil {
			return nil, err
		}
		var id bot.PersonID
		if err := store.Split(row.Key, &id); err != nil {
			return nil, err
		}
		if !d.names.forgotten[id] {
			list = append(list, id)
		}
	}
	return list, nil
}

// letGo drops from memory, and from this session's names, who asked to be forgotten since the last time. It is called before
// anything is looked up.
func (d *directory) letGo(ctx context.Context) error {
	var list []bot.PersonID
	err := d.db.View(ctx, func(r store.Reader) (err error) {
		list, err = d.marked(r)
		return err
	})
	if err != nil || len(list) == 0 {
		return err
	}
	n := d.names
	err = d.db.Update(ctx, func(tx store.Tx) error {
		for _, id := range list {
			if wire, ok := n.wires[string(id)]; ok {
				if err := wireRows.Delete(tx, n.session, wire); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forgetting names: %w", err)
	}
	for _, id := range list {
		n.forget(id)
	}
	return nil
}

// forget makes a person unknown. What was answered to them is still on its way, so the chat keeps its name till the end.
func (n *names) forget(id bot.PersonID) {
	n.forgotten[id] = true
	wire, ok := n.wires[string(id)]
	if p := n.people[wire]; !ok || p == nil || p.id != id {
		return
	}
	delete(n.people, wire)
	for _, r := range n.rooms {
		if r.knows(wire) {
			list := slices.DeleteFunc(slices.Clone(r.members), func(m member) bool { return m.wire == wire })
			r.set(memberList{members: list}, r.asked)
		}
	}
}

// unmark takes away the marks that were heeded, when nothing that was told before is on its way any more.
func (d *directory) unmark(ctx context.Context) error {
	if len(d.names.forgotten) == 0 {
		return nil
	}
	return d.db.Update(ctx, func(tx store.Tx) error {
		for id := range d.names.forgotten {
			if err := forgottenRows.Delete(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}
