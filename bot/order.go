package bot

import (
	"context"
	"encoding/json"
	"fmt"
)

// Ordered is what an event's kind is for a command that the clock runs and nobody wrote.
const Ordered Kind = "ordered"

// Order carries out a command line (/打卡榜) in a chat after this feature is done, as if by had written it there with that
// role. Nobody is mentioned for it. A line that calls no command is refused.
func (c *Call) Order(chat Chat, by Member, role Role, line string) error {
	if c.run.bot.match(line).cmd == nil {
		return Refuse(textNoCommand, CleanName(line))
	}
	data, err := json.Marshal(role)
	if err != nil {
		return err
	}
	c.run.facts = append(c.run.facts, Event{
		ID: c.Event.ID + "/ordered", Kind: Ordered, At: c.Now, Chat: chat, From: by, Text: line, Data: data,
	})
	return nil
}

// ordered runs the command of an Order.
func (r *run) ordered(ctx context.Context, e *Event) error {
	var role Role
	if err := json.Unmarshal(e.Data, &role); err != nil {
		return fmt.Errorf("role of an order: %w", err)
	}
	hit := r.bot.match(e.Text)
	if hit.cmd == nil {
		return nil
	}
	if rests, err := r.rests(hit.cmd.feature, e.Chat.ID); err != nil || rests {
		return err
	}
	_, err := r.runCommand(ctx, e, hit, role)
	return err
}
