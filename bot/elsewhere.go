package bot

import "context"

// In runs fn as if the event had happened in a group: the settings, the zone, the timers and the facts are that group's. What
// is said, and what the works bring, still goes where the event did happen. Who is blocked in the group is not heard there, and
// nobody where the feature is off.
func (c *Call) In(ctx context.Context, group Chat, fn Run) error {
	there := c.Event
	there.Chat = group
	role, err := c.run.roleOf(&there)
	if err != nil || role == Blocked {
		return err
	}
	settings, err := c.run.effective(c.feature, group.ID)
	if err != nil {
		return err
	}
	of, err := c.run.groupSettings(group.ID)
	if err != nil {
		return err
	}
	if of.Without(c.feature.Name) {
		return nil
	}
	here := c.here()
	back := *c
	defer func() {
		c.Event, c.Role, c.settings, c.group, c.answers = back.Event, back.Role, back.settings, back.group, back.answers
	}()
	c.Event, c.Role, c.settings, c.group, c.answers = there, role, settings, of, &here
	return fn(ctx, c)
}

// Private says whether one person alone hears what is said.
func (c *Call) Private() bool { return !c.here().Group }

// here is where what is said goes.
func (c *Call) here() Chat {
	if c.answers != nil {
		return *c.answers
	}
	return c.Event.Chat
}
