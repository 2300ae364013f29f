package guard

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/qr"
	"sixtwenty/store"
)

const (
	workCode   = "code"
	maxPicture = 10 << 20
	maxLooks   = 10 // pictures of one newcomer that are looked at in a day
)

// looked counts the pictures of a day.
type looked struct {
	Day bot.Day `json:"day"`
	N   int     `json:"n"`
}

var errTooLarge = errors.New("a larger picture is not looked at")

// A sighting is a picture to be looked at.
type sighting struct {
	Media bot.Media    `json:"media"`
	Who   bot.PersonID `json:"who"`
	At    time.Time    `json:"at"`
}

func heard(_ context.Context, c *bot.Call) error {
	e := &c.Event
	if !e.Chat.Group || e.Self || e.From.Person == "" || c.Role > bot.Everyone {
		return nil
	}
	s := bot.Settings[Settings](c)
	isNew, err := s.isNew(c)
	if err != nil {
		return err
	}
	text := strings.ToValidUTF8(e.Text[:min(len(e.Text), maxText)], "")
	if why, proof := s.judge(text, e.Media, isNew); why != "" {
		return strike(c, e.From.Person, offence{e.At, why, bot.CleanLine(proof, maxProof), bot.CleanLine(text, maxProof)})
	}
	if isNew && s.Codes && e.Media != nil && e.Media.Kind == bot.Image {
		return look(c)
	}
	return nil
}

// isNew says whether the sender joined within the first days. Who is long past them is forgotten.
func (s Settings) isNew(c *bot.Call) (bool, error) {
	since, ok, err := joins.Get(c.Tx, c.Event.Chat.ID, c.Event.From.Person)
	if err != nil || !ok {
		return false, err
	}
	stay := c.Event.At.Sub(since)
	if stay >= maxDays*24*time.Hour {
		return false, unNew(c.Tx, c.Event.Chat.ID, c.Event.From.Person)
	}
	return stay < time.Duration(s.FirstDays)*24*time.Hour, nil
}

// look has a picture looked at, off the loop.
func look(c *bot.Call) error {
	chat, who, today := c.Event.Chat.ID, c.Event.From.Person, c.Day(c.Event.At)
	l, _, err := looks.Get(c.Tx, chat, who)
	if err != nil {
		return err
	}
	if l.Day != today {
		l = looked{Day: today}
	}
	if l.N++; l.N > maxLooks {
		return nil
	}
	if err := looks.Put(c.Tx, l, chat, who); err != nil {
		return err
	}
	return c.Work(workCode, c.Event.ID, sighting{*c.Event.Media, who, c.Event.At})
}

// readCode gives what the QR code in a picture says, "" where there is none. A picture that cannot be read is no fault.
func readCode(ctx context.Context, w bot.Work) (any, error) {
	var s sighting
	if err := json.Unmarshal(w.Data, &s); err != nil {
		return nil, bot.Permanent(err)
	}
	r, err := w.Fetch(ctx, s.Media)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxPicture+1))
	if err != nil {
		return nil, fmt.Errorf("fetching a picture: %w", err)
	}
	if len(data) > maxPicture {
		return nil, bot.Permanent(errTooLarge)
	}
	text, err := qr.Read(bytes.NewReader(data))
	if err != nil {
		return "", nil
	}
	return text[:min(len(text), maxText)], nil
}

// decoded notes a picture with a code, unless whoever sent it is gone already.
func decoded(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil {
		return err
	}
	var s sighting
	if err := json.Unmarshal(done.Asked, &s); err != nil {
		return err
	}
	if done.Error != "" {
		return nil
	}
	var text string
	if err := done.Into(&text); err != nil {
		return err
	}
	proof, noted := bot.Settings[Settings](c).judgeCode(strings.ToValidUTF8(text, ""))
	if !noted {
		return nil
	}
	return strike(c, s.Who, offence{Last: s.At, Why: byCode, Proof: bot.CleanLine(proof, maxProof)})
}

// A Strike is the fact "guard.strike": somebody broke a rule, and how often they have by now.
type Strike struct {
	Who     bot.PersonID `json:"who"`
	Strikes int          `json:"strikes"`
}

// strike notes an offence.
func strike(c *bot.Call, who bot.PersonID, o offence) error {
	chat := c.Event.Chat.ID
	r, known, err := records.Get(c.Tx, chat, who)
	if err != nil {
		return err
	}
	if known {
		r.Before = append([]offence{r.offence}, r.Before...)
		r.Before = r.Before[:min(len(r.Before), remember)]
	}
	r.Strikes, r.offence = r.Strikes+1, o
	if err := records.Put(c.Tx, r, chat, who); err != nil {
		return err
	}
	in, err := stillIn(c.Tx, chat, who)
	if err != nil || !in {
		return err
	}
	if err := open.Put(c.Tx, struct{}{}, chat, who); err != nil {
		return err
	}
	s, err := standingOf(c.Tx, chat, who)
	if err != nil {
		return err
	}
	if err := c.Emit("strike", Strike{Who: who, Strikes: s.strikes}); err != nil {
		return err
	}
	return tell(c, who, s)
}

// tell lets the owner know what somebody did last, once a day.
func tell(c *bot.Call, who bot.PersonID, s standing) error {
	today := c.Day(c.Now)
	was, _, err := told.Get(c.Tx, c.Event.Chat.ID, who)
	if err != nil || was == today {
		return err
	}
	if err := told.Put(c.Tx, today, c.Event.Chat.ID, who); err != nil {
		return err
	}
	text := textTell
	if c.Powers().Remove {
		text = textTellPower
	}
	return c.TellOwners(text, bot.CleanName(c.Event.Chat.Name), c.Name(who), s.strikes, c.T(s.last.Why.text()), s.last.Proof)
}

// stillIn says whether an identity is a member: whoever left before their picture was looked at is on no list.
func stillIn(r store.Reader, chat bot.ChatID, who bot.PersonID) (bool, error) {
	return bot.IsMember(r, chat, bot.Person{Head: who, Identities: []bot.PersonID{who}})
}
