package owner

import (
	"context"
	"strings"

	"sixtwenty/bot"
)

var (
	textHelp     = bot.Text{ZH: "您在这里可以用：", EN: "You can use here:"}
	textChapter  = bot.Text{ZH: "\n【%s】", EN: "\n%s:"}
	textHelpEnd  = bot.Text{ZH: "\n发「/帮助 打卡」看一个怎么写，发「/帮助 全部」看所有的说明。", EN: "\nSend “/help checkin” for one of them, “/help all” for all they do."}
	textHelpLine = bot.Text{ZH: "\n%s　%s", EN: "\n%s  %s"}
	textBare     = bot.Text{ZH: "（也可以直接发「%s」）", EN: " (or just “%s”)"}
	textAlso     = bot.Text{ZH: "\n别名：%s", EN: "\nAlso: %s"}
	textSample   = bot.Text{ZH: "\n例：%s", EN: "\nExample: %s"}
	textNoHelp   = bot.Text{ZH: "没有 /%s 这个指令，发 /帮助 看看能做什么。", EN: "There is no /%s. Send /help for the list."}
)

func help(_ context.Context, c *bot.Call) error {
	name := c.Arg("指令")
	long := name == "全部" || strings.EqualFold(name, "all")
	if name != "" && !long {
		return helpOn(c, name)
	}
	text := c.T(textHelp)
	for _, ch := range c.Help() {
		text += c.T(textChapter, c.T(ch.Title))
		for _, cmd := range ch.Commands {
			if long {
				text += c.T(textHelpLine, cmd.Usage(c.Group().Language), c.T(cmd.Summary))
			} else {
				text += " /" + cmd.Called(c.Group().Language)
			}
		}
	}
	if !long {
		text += c.T(textHelpEnd)
	}
	c.Say(text)
	return nil
}

func helpOn(c *bot.Call, name string) error {
	cmd, ok := c.Command(name)
	if !ok {
		return bot.Refuse(textNoHelp, bot.CleanName(name))
	}
	text := cmd.Usage(c.Group().Language) + "\n" + c.T(cmd.Summary)
	if cmd.Bare {
		text += c.T(textBare, cmd.Called(c.Group().Language))
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
