package referral

import (
	"context"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file tells where newcomers came from: it hears the words of the channels and looks at whose code they scanned.

// heard hears what people write: a newcomer's word in the group, and a stranger's to the account.
func heard(_ context.Context, c *bot.Call) error {
	if c.Event.Media != nil {
		return nil
	}
	word := fold(c.Event.Text)
	if word == "" || len(word) > maxReply || c.Event.Self || c.Event.From.Person == "" {
		return nil
	}
	if !c.Event.Chat.Group {
		known, err := isWord(c.Tx, word)
		if err != nil || !known {
			return err
		}
		return knocks.Put(c.Tx, knock{Word: word, At: moment(c.Event.At)}, c.Event.From.Person)
	}
	if done, err := replied(c); done || err != nil {
		return err
	}
	return said(c, word)
}

func isWord(r store.Reader, word string) (bool, error) {
	_, ok, err := words.First(r, store.Under(word))
	return ok, err
}

// said keeps that a newcomer named where they came from. What everybody says any day is no answer.
func said(c *bot.Call, word string) error {
	chat, me := c.Event.Chat.ID, c.Event.From.Person
	name, ok, err := words.Get(c.Tx, word, chat)
	if err != nil || !ok {
		return err
	}
	was, ok, err := credits.Get(c.Tx, chat, me)
	if err != nil || !ok || was.Channel != "" || c.Event.At.Sub(was.At) > week {
		return err
	}
	k, ok, err := channels.Get(c.Tx, chat, name)
	if err != nil || !ok {
		return err
	}
	now := was
	now.Channel = name
	c.Reply(textChannelSaid, c.At(), k.Name)
	return keep(c, me, was, now)
}

// befriended hears the word of a channel in a friend request.
func befriended(_ context.Context, c *bot.Call) error {
	hello := fold(c.Event.Text)
	if hello == "" || c.Event.From.Person == "" {
		return nil
	}
	for row, err := range words.Scan(c.Tx, store.Range{Limit: allWords}) {
		if err != nil {
			return err
		}
		var word string
		if err := store.Split(row.Key, &word, nil); err != nil {
			return err
		}
		if strings.Contains(hello, word) {
			return knocks.Put(c.Tx, knock{Word: word, At: moment(c.Event.At)}, c.Event.From.Person)
		}
	}
	return nil
}

// channelOf is the source by which somebody joins, "" where nothing tells.
func channelOf(c *bot.Call, who bot.PersonID) (string, error) {
	chat, j := c.Event.Chat.ID, c.Event.Join
	if j.SelfInvited || j.Inviter != "" {
		if name, ok, err := sharers.Get(c.Tx, chat, j.Inviter); err != nil || ok {
			return name, err
		}
	}
	k, ok, err := knocks.Get(c.Tx, who)
	if err != nil || !ok || c.Event.At.Sub(k.At) > knockLasts {
		return "", err
	}
	name, _, err := words.Get(c.Tx, k.Word, chat)
	return name, err
}

// An origin is where a person came from: a channel, or one of the ways below.
type origin string

const (
	byFriend  origin = "friend"
	byAccount origin = "account"
	byNobody  origin = "unknown"
	byChannel        = "channel/" // and the folded name
)

// An arrival is what the credits of one person come to, whoever brought them: where they came from, and whether they stayed.
type arrival struct {
	From origin    `json:"from"`
	Is   status    `json:"is"` // pending, valid or left
	At   time.Time `json:"at"`
	Day  bot.Day   `json:"day"`
	Aged bool      `json:"aged,omitempty"`
	Kept bool      `json:"kept,omitempty"` // still here after two weeks, and checks in
}

// A flow counts arrivals.
type flow struct {
	Joined int `json:"joined,omitempty"`
	Valid  int `json:"valid,omitempty"`
	Left   int `json:"left,omitempty"`
	Aged   int `json:"aged,omitempty"`   // joined two weeks ago or more
	Stayed int `json:"stayed,omitempty"` // and are still here
	Kept   int `json:"kept,omitempty"`   // and check in
}

const (
	arrivals = store.Table[arrival]("referral/arrivals") // chat, newcomer
	flows    = store.Table[flow]("referral/flows")       // chat, period, origin
)

// arrivalFor says what the credits of a person come to as an arrival. by is their edge.
func arrivalFor(list []found, by edge) (at bot.PersonID, a arrival) {
	if len(list) == 0 {
		return "", a
	}
	first, named, account := &list[0], (*found)(nil), false
	for i := range list {
		cr := &list[i]
		if earlier(cr, first) {
			first = cr
		}
		if cr.Channel != "" && (named == nil || earlier(cr, named)) {
			named = cr
		}
		account = account || cr.Sure == sureAccount
	}
	a = arrival{From: byNobody, Is: stay(first, list), At: first.At, Day: first.Day, Aged: first.Aged}
	switch {
	case named != nil:
		a.From = byChannel + origin(named.Channel)
	case by.By != "" && by.Is != void:
		a.From = byFriend
	case account:
		a.From = byAccount
	}
	a.Kept = a.Aged && a.Is != left && activeSince(list, first.At.AddDate(0, 0, qualityDays/2))
	return first.id, a
}

func earlier(a, b *found) bool {
	if !a.At.Equal(b.At) {
		return a.At.Before(b.At)
	}
	return a.id < b.id
}

func (a arrival) flow() flow {
	if a.From == "" {
		return flow{}
	}
	f := flow{Joined: 1}
	switch a.Is {
	case valid:
		f.Valid = 1
	case left:
		f.Left = 1
	}
	if a.Aged {
		f.Aged = 1
		if a.Is != left {
			f.Stayed = 1
		}
	}
	if a.Kept {
		f.Kept = 1
	}
	return f
}

func (f flow) plus(o flow, sign int) flow {
	f.Joined += sign * o.Joined
	f.Valid += sign * o.Valid
	f.Left += sign * o.Left
	f.Aged += sign * o.Aged
	f.Stayed += sign * o.Stayed
	f.Kept += sign * o.Kept
	return f
}

// settleArrival puts the arrival of a person in the place of those that were.
func settleArrival(tx store.Tx, chat bot.ChatID, p bot.Person, list []found, by edge) error {
	at, want := arrivalFor(list, by)
	for _, id := range p.Identities {
		was, _, err := arrivals.Get(tx, chat, id)
		if err != nil {
			return err
		}
		now := arrival{}
		if id == at {
			now = want
		}
		if was == now {
			continue
		}
		if now.From == "" {
			err = arrivals.Delete(tx, chat, id)
		} else {
			err = arrivals.Put(tx, now, chat, id)
		}
		if err != nil {
			return err
		}
		if err := flowOn(tx, chat, was, -1); err != nil {
			return err
		}
		if err := flowOn(tx, chat, now, 1); err != nil {
			return err
		}
	}
	return nil
}

func flowOn(tx store.Tx, chat bot.ChatID, a arrival, sign int) error {
	if a.From == "" {
		return nil
	}
	for _, per := range periods(a.Day) {
		f, _, err := flows.Get(tx, chat, per, a.From)
		if err != nil {
			return err
		}
		if f = f.plus(a.flow(), sign); f == (flow{}) {
			err = flows.Delete(tx, chat, per, a.From)
		} else {
			err = flows.Put(tx, f, chat, per, a.From)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
