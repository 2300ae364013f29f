package checkin

import (
	"context"

	"sixtwenty/bot"
)

func mineCommand() bot.Command {
	return bot.Command{
		Name: "我的打卡", Aliases: []string{"mycheckins"}, Args: "[项目]", Where: bot.InGroup,
		Summary:  bot.Text{ZH: "看自己连续多少天", EN: "your own streak"},
		Examples: []bot.Example{{Say: "/我的打卡", Reply: "…还没有打过卡…"}},
		Run:      mine,
	}
}

var (
	textMine = bot.Text{ZH: "%s连续 %d 天，最长 %d 天，共 %d 天，最近一次是 %s。", EN: "%s%d days in a row, longest %d, %d in all, last on %s."}
	textNone = bot.Text{ZH: "%s还没有打过卡，发「打卡」就开始啦。", EN: "%sNo check-ins yet. Send 打卡 to begin."}
)

func mine(_ context.Context, c *bot.Call) error {
	b, err := theBook(c, c.Arg("项目"))
	if err != nil {
		return err
	}
	head, err := c.Who()
	if err != nil {
		return err
	}
	h, ok, err := habits.Get(c.Tx, b.id, head)
	if err != nil {
		return err
	}
	if !ok {
		c.Reply(textNone, c.At())
		return nil
	}
	c.Reply(textMine, c.At(), h.Streak, h.Best, h.Total, day(c, h.Last))
	return nil
}
