package bot

import (
	"errors"
	"reflect"
	"time"

	"sixtwenty/schedules"
	"sixtwenty/store"
)

// This file is what the owner's features need of the bot itself; others have no use for it.

// Grant binds a role to a person, in one chat or ("") everywhere, for as long as this sign-in lasts.
func (c *Call) Grant(p PersonID, chat ChatID, role Role) error {
	if err := roles.Put(c.Tx, RoleRow{Role: role, Session: c.run.session, Since: c.Now}, p, chat); err != nil {
		return err
	}
	return c.run.boundRoles()
}

// Revoke takes whatever role a person has in one chat, under any of their identities.
func (c *Call) Revoke(p PersonID, chat ChatID) error {
	who, err := PersonOf(c.Tx, p)
	if err != nil {
		return err
	}
	for _, id := range who.Identities {
		if err := roles.Delete(c.Tx, id, chat); err != nil {
			return err
		}
	}
	return nil
}

// RoleOf is what somebody may do in this chat.
func (c *Call) RoleOf(p PersonID) (Role, error) {
	return c.run.roleOf(&Event{Chat: c.Event.Chat, From: Member{Person: p}})
}

// TellOwners says something to every live owner in private.
func (c *Call) TellOwners(t Text, args ...any) error {
	return c.run.tellOwners(func(o *Call) string { return o.T(t, args...) })
}

// HasOwner says whether somebody other than the account's own phone is owner in this sign-in.
func (c *Call) HasOwner() (bool, error) {
	list, err := c.run.owners()
	return len(list) > 0, err
}

// Silence makes the bot say nothing but what the owner asks for, or ends that.
func (c *Call) Silence(on bool) error {
	if !on {
		return state.Delete(c.Tx, stateSilenced)
	}
	return state.Put(c.Tx, c.Now.Format(time.RFC3339), stateSilenced)
}

// Follow lets the bot live in this group, or no longer.
func (c *Call) Follow(on bool) error {
	chat := c.Event.Chat
	row, _, err := chats.Get(c.Tx, chat.ID)
	if err != nil {
		return err
	}
	if err := row.follow(c.Tx, chat.ID, on, c.Now); err != nil {
		return err
	}
	row.Group, row.On, row.ByHand = chat.Group, on, true
	if chat.Name != "" {
		row.Name = clip(chat.Name, maxKeptName)
	}
	if err := chats.Put(c.Tx, row, chat.ID); err != nil {
		return err
	}
	c.run.bot.memory.forget()
	if c.follows == nil {
		c.follows = map[ChatID]bool{}
	}
	c.follows[chat.ID] = on
	return c.run.planJobs(chat.ID)
}

// SetFor changes a setting for this group, or with "" goes back to what config.yaml says. The error is for the owner.
func (c *Call) SetFor(name, field, value string) error {
	f := c.run.bot.byName[name]
	if f == nil || f.base == nil {
		return Refuse(textNoSetting, name+"."+field)
	}
	probe := reflect.New(reflect.TypeOf(f.base)).Elem()
	now, err := c.run.effective(f, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	probe.Set(reflect.ValueOf(now))
	to, ok := fieldByName(probe, field)
	if !ok {
		return Refuse(textNoSetting, name+"."+field)
	}
	if onlyInConfig(probe, field) {
		return Refuse(textInConfig, name+"."+field)
	}
	c.run.bot.memory.forget()
	if value == "" {
		err = overrides.Delete(c.Tx, name, c.Event.Chat.ID, field)
	} else {
		if err := setField(to, value); err != nil {
			return Refuse(textBadSetting, name+"."+field, c.why(err))
		}
		if name == groupFeature && field == "off" {
			if err := c.run.bot.checkOff(value); err != nil {
				return Refuse(textBadSetting, name+"."+field, c.why(err))
			}
		}
		if err := checkSettings(probe.Interface()); err != nil {
			return Refuse(textBadSetting, name+"."+field, c.why(err))
		}
		err = overrides.Put(c.Tx, override{Value: value, By: c.Event.From.Person, At: c.Now}, name, c.Event.Chat.ID, field)
	}
	if err != nil {
		return err
	}
	if was, ok := now.(GroupSettings); ok {
		if err := c.run.switched(c.Event.Chat.ID, was); err != nil {
			return err
		}
	}
	return c.run.replan(f, c.Event.Chat.ID)
}

// why puts what is wrong with a value into the chat's language, where it has one.
func (c *Call) why(err error) string {
	if r, ok := errors.AsType[*refusal](err); ok {
		return c.T(r.text, r.args...)
	}
	if f, ok := errors.AsType[interface {
		error
		In(l Lang) string
	}](err); ok {
		return f.In(c.group.Language)
	}
	if s, ok := errors.AsType[*schedules.SyntaxError](err); ok && c.group.Language == ZH {
		return s.Chinese()
	}
	return err.Error()
}

var (
	textNoSetting  = Text{"没有「%s」这一项设置，发 /设置 看看有哪些。", "There is no setting %s; send /set for the list."}
	textInConfig   = Text{"「%s」只能在 config.yaml 里改。", "%s can be changed in config.yaml only."}
	textBadSetting = Text{"「%s」没有改：%v", "%s is unchanged: %v"}
)

// replan sets a feature's jobs anew, in the transaction that changed what they depend on.
func (r *run) replan(f *feature, chat ChatID) error {
	if f.Name == groupFeature {
		return r.planJobs(chat)
	}
	row, ok, err := chats.Get(r.tx, chat)
	if err != nil || !ok || !row.On || !row.Group {
		return err
	}
	for i := range f.Jobs {
		if err := r.planJob(f, &f.Jobs[i], Chat{ID: chat, Group: true, Name: row.Name}, r.now); err != nil {
			return err
		}
	}
	return nil
}

// SettingsHere lists what can be set, as it holds in this chat.
func (c *Call) SettingsHere() ([]Setting, error) {
	return c.run.bot.SettingsIn(c.Tx, c.Event.Chat.ID)
}

// A Chapter is the commands of one feature.
type Chapter struct {
	Title    Text
	Commands []Command
}

// Help lists the commands that the sender may use where they are, by feature; those of the feature that asks come last.
func (c *Call) Help() []Chapter {
	var list []Chapter
	var last []Chapter
	for _, f := range c.run.bot.features {
		if c.group.Without(f.Name) {
			continue
		}
		ch := Chapter{Title: f.Summary}
		for i := range f.Commands {
			cmd := &command{Command: &f.Commands[i], feature: f}
			if cmd.refuse(&c.Event, c.Role, c.Powers(), c.group.Language) == nil {
				ch.Commands = append(ch.Commands, f.Commands[i])
			}
		}
		switch {
		case len(ch.Commands) == 0:
		case f == c.feature:
			last = append(last, ch)
		default:
			list = append(list, ch)
		}
	}
	return append(list, last...)
}

// Command finds a command by a name or an alias, with or without the slash.
func (c *Call) Command(name string) (Command, bool) {
	if rest, ok := cutSlash(name); ok {
		name = rest
	}
	cmd := c.run.bot.commands[foldCommand(name)]
	if cmd == nil {
		return Command{}, false
	}
	return *cmd.Command, true
}

// FeatureOf names the feature that a command belongs to, "" where there is no such command.
func (c *Call) FeatureOf(command string) string {
	cmd := c.run.bot.commands[foldCommand(command)]
	if cmd == nil {
		return ""
	}
	return cmd.feature.Name
}

// Called is what the command goes by in a language.
func (cmd Command) Called(l Lang) string { return cmd.called(l) }

// Usage is how the command is written in a language.
func (cmd Command) Usage(l Lang) string { return cmd.usage(l) }

// Status is how the bot is, for /状态 and the console.
func (c *Call) Status() Status { return c.run.bot.Status() }

// ownersChats are where the live owners can be told something.
func (r *run) owners() ([]ChatID, error) {
	var list []ChatID
	rg := store.Range{Limit: MaxMembers}
	for row, err := range roles.Scan(r.tx, rg) {
		if err != nil {
			return nil, err
		}
		var p PersonID
		var chat ChatID
		if err := store.Split(row.Key, &p, &chat); err != nil {
			return nil, err
		}
		if row.Value.Role != Owner || row.Value.Session != r.session || chat != "" {
			continue
		}
		who, _, err := people.Get(r.tx, p)
		if err != nil {
			return nil, err
		}
		if who.Home != "" {
			list = append(list, who.Home)
		}
	}
	return list, nil
}

// newsLasts is how long what the owners are told waits for the account: what went wrong while it was cut off is what they must hear
// when it is back.
const newsLasts = 24 * time.Hour

// tellOwners says something to every live owner in private.
func (r *run) tellOwners(text func(c *Call) string) error {
	list, err := r.owners()
	if err != nil {
		return err
	}
	for _, home := range list {
		c, err := r.newCall(nil, Event{Chat: Chat{ID: home}, At: r.now}, Everyone)
		if err != nil {
			return err
		}
		c.Send(Effect{Kind: Say, Text: text(c), Expires: r.now.Add(newsLasts)})
		if err := r.write(c); err != nil {
			return err
		}
		r.keep(c)
	}
	return nil
}

// Today is the day it is in a chat. Any goroutine.
func (b *Bot) Today(r store.Reader, chat ChatID) (Day, error) {
	_, day, err := b.Here(r, chat)
	return day, err
}

// Views lists what the features show. Any goroutine.
func (b *Bot) Views() []FeatureView {
	var list []FeatureView
	for _, f := range b.features {
		for _, v := range f.Views {
			list = append(list, FeatureView{Feature: f.Name, Summary: f.Summary, View: b.ahead(v)})
		}
	}
	return list
}

// A FeatureView is a View with the feature it belongs to.
type FeatureView struct {
	Feature string
	Summary Text
	View
}

// Silenced says whether the bot says nothing but what the owner asks for.
func (c *Call) Silenced() (bool, error) { return state.Has(c.Tx, stateSilenced) }

// Quiet says whether a moment lies within the quiet hours of this group's zone.
func (c *Call) Quiet(t time.Time) bool { return !c.QuietEnd(t).IsZero() }

// QuietEnd is when the quiet hours end that a moment lies in; zero where it lies in none.
func (c *Call) QuietEnd(t time.Time) time.Time { return c.run.bot.quiet.end(t.In(c.Zone())) }

// ZoneOf is the zone of another chat.
func (c *Call) ZoneOf(chat ChatID) (*time.Location, error) {
	g, err := c.run.groupSettings(chat)
	if err != nil {
		return nil, err
	}
	return c.run.bot.zoneOf(g), nil
}
