package moderation

import (
	"context"
	"time"

	"sixtwenty/bot"
)

// thinkIt is how long a removal waits for its confirmation: by command, and by rule.
const (
	thinkOver  = 10 * time.Minute
	ruleStands = 24 * time.Hour
)

func removals() []bot.Command {
	return []bot.Command{
		{
			Name: "移出", Aliases: []string{"踢", "remove"}, Args: "<谁> [理由...]", Where: bot.InGroup, Who: bot.Manager, Needs: bot.PowerRemove,
			Summary:  bot.Text{ZH: "把人移出群，要再确认一次", EN: "remove somebody from the group, after a confirmation"},
			Examples: []bot.Example{{Say: "/移出 @小明", Reply: "…"}},
			Run:      propose,
		},
		{
			Name: "确认移出", Aliases: []string{"confirm-removal"}, Args: "<谁>", Where: bot.InGroup, Who: bot.Manager, Needs: bot.PowerRemove,
			Summary:  bot.Text{ZH: "是的，移出", EN: "yes, remove them"},
			Examples: []bot.Example{{Say: "/确认移出 @小明", Reply: "…"}},
			Run:      confirm,
		},
	}
}

var (
	textYourself = bot.Text{ZH: "这个不能对自己用哦。", EN: "Not on yourself."}
	textManager  = bot.Text{ZH: "机主和管理员动不得，先撤了权限再说。", EN: "Not on an owner or a manager: take that away first."}
	textSure     = bot.Text{ZH: "要把 %s 移出群吗？十分钟内发 /确认移出 %s 就移，不发就当没说。", EN: "Remove %s from the group? Send /confirm-removal %s within ten minutes; otherwise nothing happens."}
	textNothing  = bot.Text{ZH: "没有等您确认的移出：先发 /移出 %s。", EN: "There is no removal to confirm: send /remove %s first."}
	textGoing    = bot.Text{ZH: "好的，移出 %s。", EN: "Removing %s."}
	textStruck   = bot.Text{ZH: "「%s」里 %s 违规 %d 次了。要移出就在群里发 /确认移出 %s，一天内有效。", EN: "In “%s” %s has %d strikes. To remove them send /confirm-removal %s there within a day."}
)

// propose keeps that somebody is to be removed, and asks whether that is meant.
func propose(_ context.Context, c *bot.Call) error {
	m, err := member(c)
	if err != nil {
		return err
	}
	p := proposal{Until: c.Now.Add(thinkOver), Reason: c.Arg("理由")}
	if err := proposals.Put(c.Tx, p, c.Event.Chat.ID, m.Person); err != nil {
		return err
	}
	c.Reply(textSure, m.Shown(), m.Shown())
	return nil
}

// confirm removes whom somebody proposed to remove. A manager may confirm what another proposed, or a rule.
func confirm(_ context.Context, c *bot.Call) error {
	m, err := member(c)
	if err != nil {
		return err
	}
	p, ok, err := proposals.Get(c.Tx, c.Event.Chat.ID, m.Person)
	if err != nil {
		return err
	}
	if !ok || c.Now.After(p.Until) {
		return bot.Refuse(textNothing, m.Shown())
	}
	if err := drop(c, c.Event.Chat.ID, m.Person); err != nil {
		return err
	}
	c.Reply(textGoing, m.Shown())
	c.Send(bot.Effect{Kind: bot.Remove, Who: m.Person})
	return nil
}

// A strike is what guard tells of an offence.
type strike struct {
	Who     bot.PersonID `json:"who"`
	Strikes int          `json:"strikes"`
}

// struck proposes to remove who has as many strikes as the owner set. The rule removes nobody: a manager does.
func struck(_ context.Context, c *bot.Call) error {
	var s strike
	if err := c.Decode(&s); err != nil {
		return err
	}
	most := bot.Settings[Settings](c).Strikes
	if most == 0 || s.Strikes < most || !c.Powers().Remove || spare(c, s.Who) != nil {
		return nil
	}
	chat := c.Event.Chat.ID
	open, _, err := proposals.Get(c.Tx, chat, s.Who)
	if err != nil || open.Until.After(c.Now) {
		return err
	}
	if err := proposals.Put(c.Tx, proposal{Until: c.Now.Add(ruleStands)}, chat, s.Who); err != nil {
		return err
	}
	return c.TellOwners(textStruck, bot.CleanName(c.Event.Chat.Name), c.Name(s.Who), s.Strikes, c.Name(s.Who))
}
