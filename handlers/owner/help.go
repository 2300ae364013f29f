package owner

import (
	"context"
	"strings"

	"sixtwenty/bot"
)

var (
	textHelp     = bot.Text{ZH: "您在这里可以用：", EN: "You can use here:"}
	textHelpLine = bot.Text{ZH: "\n%s　%s", EN: "\n%s  %s"}
	textBare     = bot.Text{ZH: "（也可以直接发「%s」）", EN: " (or just “%s”)"}
	textAlso     = bot.Text{ZH: "\n别名：%s", EN: "\nAlso: %s"}
	textSample   = bot.Text{ZH: "\n例：%s", EN: "\nExample: %s"}
	textNoHelp   = bot.Text{ZH: "没有 /%s 这个指令，发 /帮助 看看能做什么。", EN: "There is no /%s. Send /help for the list."}
)

func help(_ context.Context, c *bot.Call) error {
	if name := c.Arg("指令"); name != "" {
		return helpOn(c, name)
	}
	text := c.T(textHelp)
	for _, cmd := range c.Help() {
		text += c.T(textHelpLine, cmd.Usage(), c.T(cmd.Summary))
	}
	c.Say(text)
	return nil
}

func helpOn(c *bot.Call, name string) error {
	cmd, ok := c.Command(name)
	if !ok {
		return bot.Refuse(textNoHelp, bot.CleanName(name))
	}
	text := cmd.Usage() + "\n" + c.T(cmd.Summary)
	if cmd.Bare {
		text += c.T(textBare, cmd.Name)
	}
	if len(cmd.Aliases) > 0 {
		text += c.T(textAlso, strings.Join(cmd.Aliases, "、"))
	}
	for _, e := range cmd.Examples {
		text += c.T(textSample, e.Say)
	}
	c.Say(text)
	return nil
}
