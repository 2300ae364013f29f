package bot

import (
	"encoding/json"
	"fmt"
	"time"

	"sixtwenty/schedules"
	"sixtwenty/store"
)

// A Call is all that a feature is given. It belongs to one run and dies with it.
type Call struct {
	Event Event
	// Now is the time of the bot's world at handling. What counts for a member is Event.At, when they wrote.
	Now time.Time
	// Tx is this feature's nested transaction.
	Tx   store.Tx
	Role Role

	run      *run
	feature  *feature
	command  *command
	args     map[string]string
	settings any
	group    GroupSettings
	answers  *Chat // where what is said goes, where that is not the event's chat
	effects  []Effect
	queued   []queued // the effects as rows
	dropped  []queued // effects of before that were taken back
	asked    []string
	mentions []Mention // that were written so far
	follows  map[ChatID]bool
	codes    []Code // to be shown
	wrong    bool   // a code was
	power    Role   // that the run used beside what its command needs
	doorShut bool   // by too many wrong ones
	outcome  string // of the run, for the audit
	worked   bool
	// scheduled: the owner's schedule calls, not a person.
	scheduled bool
}

// Settings gives the feature's settings as they hold in this chat. T is the type of Feature.Settings.
func Settings[T any](c *Call) T { return c.settings.(T) }

// Who is the person behind the sender: the head of their identities, under which features keep what they derive.
func (c *Call) Who() (PersonID, error) { return HeadOf(c.Tx, c.Event.From.Person) }

// Arg is what stands for a parameter of Command.Args, "" where an optional one was left out.
func (c *Call) Arg(name string) string { return c.args[name] }

// Group are the settings of the group, or the defaults in private.
func (c *Call) Group() GroupSettings { return c.group }

// Zone is the group's time zone.
func (c *Call) Zone() *time.Location { return c.run.bot.zoneOf(c.group) }

// Day is the group's day that t belongs to.
func (c *Call) Day(t time.Time) Day { return DayOf(t, c.Zone(), c.group.DayBegins) }

// Chat is where it happened, as it is kept.
func (c *Call) Chat() (ChatRow, error) {
	row, _, err := chats.Get(c.Tx, c.Event.Chat.ID)
	return row, err
}

// ChatName is what a chat is called.
func (c *Call) ChatName(id ChatID) string {
	row, _, err := chats.Get(c.Tx, id)
	if err != nil {
		return ""
	}
	return CleanName(row.Name)
}

// Days are the working days as far as they are known.
func (c *Call) Days() *schedules.Days { return c.run.bot.days }

// Powers of the account in this chat.
func (c *Call) Powers() Powers { return c.run.bot.powersIn(c.Event.Chat.ID) }

// Name is how this chat knows a person.
func (c *Call) Name(p PersonID) string {
	name, err := NameIn(c.Tx, c.Event.Chat.ID, p)
	if err != nil {
		return CleanName("")
	}
	return name
}

// T puts a text into the chat's language.
func (c *Call) T(t Text, args ...any) string { return sprintf(t.In(c.group.Language), args) }

// Reply says something where the event happened.
func (c *Call) Reply(t Text, args ...any) { c.Say(c.T(t, args...)) }

// Say is Reply for a finished string.
func (c *Call) Say(s string) {
	if c.Event.Kind == Asked {
		c.asked = append(c.asked, s)
		return
	}
	if c.here().ID == "" { // a work that the console began in no chat: its views tell what became of it
		return
	}
	c.Send(Effect{Kind: Say, Text: s})
}

// Send asks for an effect. Where it names no chat, class or expiry they are those of the event: an answer to who wrote, a
// broadcast of a job, unasked of all else; about a finished work those of who asked for it. The ID is the engine's.
func (c *Call) Send(e Effect) {
	if e.Chat == "" {
		e.Chat = c.here().ID
	}
	if e.Class == "" {
		e.Class = c.class()
	}
	hushed := e.Class == Unasked && !e.Loud
	if end := c.QuietEnd(later(c.Now, e.NotBefore)); hushed && !end.IsZero() {
		e.NotBefore = end
	}
	if e.Expires.IsZero() {
		from := c.Now
		if e.Class == Answer {
			from = c.Event.At // who asked an hour ago does not wait any more
		}
		if e.NotBefore.After(from) {
			from = e.NotBefore
		}
		e.Expires = from.Add(e.Class.lifetime())
	}
	if from := c.run.bot.quiet.begin(later(c.Now, e.NotBefore).In(c.Zone())); hushed && from.Before(e.Expires) {
		e.Hush = from
	}
	if e.Kind == Say && e.Chat == c.Event.Chat.ID && len(c.mentions) > 0 {
		e.Mentions = c.mentionsIn(e.Text)
	}
	e.Loud = e.Loud || (c.command != nil && c.Role == Owner)
	c.effects = append(c.effects, e)
}

// Stale says that whoever asked does not wait for an answer any more, so that no work needs to begin for it.
func (c *Call) Stale() bool {
	return c.class() == Answer && c.Now.Sub(c.Event.At) > Answer.lifetime()
}

func (c *Call) class() Class {
	switch {
	case c.Event.class != "":
		return c.Event.class
	case c.Event.Kind == Ordered: // the owner scheduled it, nobody waits for it
		return Broadcast
	case c.command != nil || c.Event.Kind == Message:
		return Answer
	case c.scheduled:
		return Broadcast
	}
	return Unasked
}

// After sets one of the feature's timers: its function runs once, d from now, with data as Event.Data, in this chat. A timer with
// the same name and key in the same chat is replaced, so setting it twice is setting it once.
func (c *Call) After(d time.Duration, name, key string, data any) error {
	return c.SetTimer(c.Now.Add(d), name, key, data)
}

// SetTimer is After with a moment instead of a wait.
func (c *Call) SetTimer(at time.Time, name, key string, data any) error {
	if _, ok := c.feature.Timers[name]; !ok {
		return fmt.Errorf("feature %s has no timer %q", c.feature.Name, name)
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("timer %s: %w", name, err)
	}
	t := timerRow{Due: at, Feature: c.feature.Name, Name: name, Chat: c.Event.Chat, Data: raw}
	return setTimer(c.Tx, t, "timer", c.feature.Name, name, c.Event.Chat.ID, key)
}

// ClearTimer forgets a timer; one that is not set is no error.
func (c *Call) ClearTimer(name, key string) error {
	return clearTimer(c.Tx, "timer", c.feature.Name, name, c.Event.Chat.ID, key)
}

// Work asks for one of the feature's works. Its result comes back as the fact "feature.name".
func (c *Call) Work(name, key string, data any) error {
	if _, ok := c.feature.Works[name]; !ok {
		return fmt.Errorf("feature %s has no work %q", c.feature.Name, name)
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("work %s: %w", name, err)
	}
	c.worked = true
	w := workRow{Data: raw, Chat: c.here(), Asked: c.Now, After: c.Now, Class: c.class()}
	return putWork(c.Tx, w, store.Key(c.feature.Name, name, key))
}

// Decode reads a fact's or a tick's data.
func (c *Call) Decode(into any) error {
	if err := json.Unmarshal(c.Event.Data, into); err != nil {
		return fmt.Errorf("data of %s: %w", c.Event.Kind, err)
	}
	return nil
}

// Emit tells a fact to whoever watches "feature.fact", in this same transaction, after this feature is done.
func (c *Call) Emit(fact string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("fact %s: %w", fact, err)
	}
	e := c.Event
	e.Kind, e.Data, e.class = Kind(c.feature.Name+"."+fact), raw, ""
	c.run.facts = append(c.run.facts, e)
	return nil
}

func sprintf(format string, args []any) string {
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(singular(format, args), args...)
}
