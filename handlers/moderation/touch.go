package moderation

import (
	"context"
	"time"
	"unicode/utf8"

	"sixtwenty/bot"
)

const (
	mostMute = 30 * 24 * time.Hour
	mostName = 20 // characters of a name
)

// touches are the commands that change something without sending anybody away.
func touches() []bot.Command {
	return []bot.Command{
		{
			Name: "禁言", Aliases: []string{"mute"}, Args: "<谁> [多久]", Where: bot.InGroup, Who: bot.Manager, Needs: bot.PowerMute,
			Summary:  bot.Text{ZH: "让人安静一会儿，如 30分钟、2小时；不写是 10 分钟", EN: "silence somebody for a while, such as 30m or 2h; ten minutes if not said"},
			Examples: []bot.Example{{Say: "/禁言 @小明 30m", Reply: "…"}},
			Run:      mute,
		},
		{
			Name: "解禁", Aliases: []string{"unmute"}, Args: "<谁>", Where: bot.InGroup, Who: bot.Manager, Needs: bot.PowerMute,
			Summary:  bot.Text{ZH: "让人重新说话", EN: "let somebody speak again"},
			Examples: []bot.Example{{Say: "/解禁 @小明", Reply: "…"}},
			Run:      unmute,
		},
		{
			Name: "改名片", Aliases: []string{"card-of"}, Args: "<谁> [名片...]", Where: bot.InGroup, Who: bot.Manager, Needs: bot.PowerCard,
			Summary:  bot.Text{ZH: "改一个人在群里的名字；不写是去掉", EN: "change somebody's name in the group; nothing takes it away"},
			Examples: []bot.Example{{Say: "/改名片 @小明 早起的小明", Reply: "…"}},
			Run:      card,
		},
		{
			Name: "改群名", Aliases: []string{"group-name"}, Args: "<群名...>", Where: bot.InGroup, Who: bot.Manager, Needs: bot.PowerRename,
			Summary:  bot.Text{ZH: "改群的名字", EN: "rename the group"},
			Examples: []bot.Example{{Say: "/改群名 六点二十读书会", Reply: "…"}},
			Run:      rename,
		},
		{
			Name: "精华", Aliases: []string{"essence"}, Where: bot.InGroup, Who: bot.Manager, Needs: bot.PowerEssence,
			Summary:  bot.Text{ZH: "回复一条消息发 /精华，就设为精华", EN: "answer a message with it to put that among the best"},
			Examples: []bot.Example{{Say: "/精华", Reply: "…"}},
			Run:      essence,
		},
	}
}

var (
	textHowLong = bot.Text{ZH: "时长要写成 30分钟、2小时 这样，最长 30 天。", EN: "Write the time like 30m or 2h, thirty days at most."}
	textMuted   = bot.Text{ZH: "好的，%s 先安静 %s。", EN: "%s is silenced for %s."}
	textUnmuted = bot.Text{ZH: "好的，%s 可以说话了。", EN: "%s may speak again."}
	textCarded  = bot.Text{ZH: "好的，改了。", EN: "Changed."}
	textLong    = bot.Text{ZH: "名字太长了，最多 %d 个字。", EN: "That name is too long, %d characters are the most."}
	textQuote   = bot.Text{ZH: "请回复要设为精华的那条消息，写 /精华。", EN: "Answer the message that is meant with /essence."}
	textBest    = bot.Text{ZH: "好的，设为精华。", EN: "It is among the best now."}
)

func mute(_ context.Context, c *bot.Call) error {
	length := 10 * time.Minute
	if arg := c.Arg("多久"); arg != "" {
		d, ok := bot.ReadLength(arg)
		if !ok || d < time.Minute || d > mostMute {
			return bot.Refuse(textHowLong)
		}
		length = d
	}
	m, err := member(c)
	if err != nil {
		return err
	}
	c.Send(bot.Effect{Kind: bot.Mute, Who: m.Person, For: length})
	c.Reply(textMuted, m.Shown(), span(length, c.Group().Language))
	return nil
}

func unmute(_ context.Context, c *bot.Call) error {
	m, err := member(c)
	if err != nil {
		return err
	}
	c.Send(bot.Effect{Kind: bot.Mute, Who: m.Person})
	c.Reply(textUnmuted, m.Shown())
	return nil
}

func card(_ context.Context, c *bot.Call) error {
	name := c.Arg("名片")
	if utf8.RuneCountInString(name) > mostName {
		return bot.Refuse(textLong, mostName)
	}
	m, err := member(c)
	if err != nil {
		return err
	}
	c.Send(bot.Effect{Kind: bot.SetCard, Who: m.Person, Text: name})
	c.Reply(textCarded)
	return nil
}

func rename(_ context.Context, c *bot.Call) error {
	name := bot.CleanName(c.Arg("群名"))
	if utf8.RuneCountInString(name) > mostName {
		return bot.Refuse(textLong, mostName)
	}
	c.Send(bot.Effect{Kind: bot.SetName, Text: name})
	c.Reply(textCarded)
	return nil
}

func essence(_ context.Context, c *bot.Call) error {
	if c.Event.Quotes == "" {
		return bot.Refuse(textQuote)
	}
	c.Send(bot.Effect{Kind: bot.Essence, Of: c.Event.Quotes})
	c.Reply(textBest)
	return nil
}
