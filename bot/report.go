package bot

import (
	"fmt"

	"sixtwenty/store"
)

// This file is what a report on the whole account is made of.

// Report gathers what every feature has to tell the owner this morning.
func (c *Call) Report(q Query) (lines []Line, err error) {
	q.Outlook, q.Registry = c.Outlook(), c.Registry()
	for _, f := range c.run.bot.features {
		if f.Report == nil {
			continue
		}
		more, err := f.Report(c.Tx, q)
		if err != nil {
			return nil, fmt.Errorf("feature %s, report: %w", f.Name, err)
		}
		lines = append(lines, more...)
	}
	return lines, nil
}

// Look reads a feature's view by its name, such as checkin and days; nothing where there is no such feature.
func (c *Call) Look(feature, view string, q Query) (Shown, error) {
	f := c.run.bot.byName[feature]
	if f == nil {
		return Shown{}, nil
	}
	q.Outlook, q.Registry = c.Outlook(), c.Registry()
	for _, v := range f.Views {
		if v.Name == view {
			return v.Read(c.Tx, q)
		}
	}
	return Shown{}, nil
}

// Owners are the private conversations of every live owner.
func (c *Call) Owners() ([]ChatID, error) { return c.run.owners() }

// SizeOf is how many members a group had when its list was last read; 0 where it never was.
func SizeOf(r store.Reader, chat ChatID) (int, error) {
	row, _, err := chats.Get(r, chat)
	return row.Size, err
}

// ChatName is what a chat is called, cleaned for speaking.
func ChatName(r store.Reader, id ChatID) (string, error) {
	row, _, err := chats.Get(r, id)
	return CleanName(row.Name), err
}
