// Package owner is what the 机主 commands the bot with: claiming it, seeing how it is, its settings, and its voice.
package owner

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// used holds the SHA-256 of codes that were used up, and when.
const used = store.Table[time.Time]("owner/used")

// Feature declares it. code is the one-time code that makes its first sender owner; it is shown where only the owner looks.
func Feature(code string) bot.Feature {
	o := owner{code: code}
	return bot.Feature{
		Name: "owner", Needed: true,
		Summary: bot.Text{ZH: "机器人自己", EN: "the bot itself"},
		Commands: []bot.Command{
			{
				Name: "帮助", Aliases: []string{"help", "菜单", "功能"}, Bare: true, Args: "[指令]",
				Summary:  bot.Text{ZH: "看看您在这里能做什么", EN: "what you can do here"},
				Examples: []bot.Example{{Say: "/帮助", Reply: "…打卡…"}, {Say: "/help 打卡", Reply: "…打今天的卡…"}, {Say: "/帮助 全部", Reply: "…看看您在这里能做什么…"}},
				Run:      help,
			},
			{
				Name: "机主", Aliases: []string{"owner"}, Args: "<认领码>", Where: bot.InPrivate, Secret: true,
				Summary:  bot.Text{ZH: "用启动时显示的认领码成为机主", EN: "become owner with the code shown at start"},
				Examples: []bot.Example{{Say: "/机主 000000", Reply: "…不对…"}},
				Run:      o.claim,
				Exposed:  o.exposed,
			},
			{
				Name: "状态", Aliases: []string{"status"}, Who: bot.Owner,
				Summary:  bot.Text{ZH: "机器人现在怎么样", EN: "how the bot is"},
				Examples: []bot.Example{{Say: "/状态", Reply: "…待发…"}},
				Run:      status,
			},
			{
				Name: "待查", Aliases: []string{"trouble"}, Who: bot.Owner,
				Summary:  bot.Text{ZH: "哪些话没能确定发出去", EN: "what is not known to have arrived"},
				Examples: []bot.Example{{Say: "/待查", Reply: "没有失败…"}},
				Run:      trouble,
			},
			{
				Name: "重发", Aliases: []string{"resend"}, Args: "<编号>", Who: bot.Owner,
				Summary:  bot.Text{ZH: "把 /待查 里的一条再发一次", EN: "send one of /trouble once more"},
				Examples: []bot.Example{{Say: "/重发 7", Reply: "…没有…"}},
				Run:      resend,
			},
			{
				Name: "设置", Aliases: []string{"set", "settings"}, Args: "[项] [值...]", Who: bot.Host,
				Summary: bot.Text{ZH: "看或改这个群的设置：/设置 checkin 看一类；值写「默认」就恢复", EN: "show or change this chat's settings: /set checkin shows one kind; default restores"},
				Examples: []bot.Example{
					{Say: "/设置", Reply: "…都没改过…onboarding…"},
					{Say: "/设置 group", Reply: "…group.zone = Asia/Shanghai…时区…"},
					{Say: "/设置 group.day_begins 5", Reply: "…5…"},
					{Say: "/设置 group.day_begins 40", Reply: "…没有改…"},
				},
				Run: set,
			},
			{
				Name: "开关", Aliases: []string{"features"}, Args: "[开关] [功能]", Who: bot.Host, Where: bot.InGroup,
				Summary: bot.Text{ZH: "看这个群开着哪些功能，开或关一个：/开关 关 points", EN: "which features are on in this group, and on or off with one: /features off points"},
				Examples: []bot.Example{
					{Say: "/开关", Reply: "这个群的功能：…"},
					{Say: "/开关 关 没有的", Reply: "…没有「没有的」这个功能…"},
				},
				Run: features,
			},
			{
				Name: "启用", Aliases: []string{"enable"}, Who: bot.Host, Where: bot.InGroup, Always: true,
				Summary:  bot.Text{ZH: "让机器人在这个群里工作", EN: "let the bot work in this group"},
				Examples: []bot.Example{{Say: "/启用", Reply: "…为这个群服务…"}},
				Run:      enable,
			},
			{
				Name: "停用", Aliases: []string{"disable"}, Who: bot.Host, Where: bot.InGroup,
				Summary:  bot.Text{ZH: "让机器人离开这个群（数据保留）", EN: "let the bot leave this group alone (data is kept)"},
				Examples: []bot.Example{{Say: "/停用", Reply: "…不再…"}},
				Run:      disable,
			},
			{
				Name: "停", Aliases: []string{"stop"}, Who: bot.Owner, Always: true,
				Summary:  bot.Text{ZH: "所有群立刻安静", EN: "silence everything at once"},
				Examples: []bot.Example{{Say: "/停", Reply: "…安静…"}},
				Run:      stop,
			},
			{
				Name: "恢复", Aliases: []string{"resume"}, Who: bot.Owner, Always: true,
				Summary:  bot.Text{ZH: "结束安静", EN: "end the silence"},
				Examples: []bot.Example{{Say: "/恢复", Reply: "…回来了…"}},
				Run:      resume,
			},
		},
	}
}

type owner struct{ code string }

var (
	textClaimed = bot.Text{ZH: "您好，机主！发 /帮助 看看能做什么，发 /状态 看看我怎么样。重新扫码登录后需要再认领一次。", EN: "Hello, owner! Send /help for what you can do and /status for how I am. After a new scan, claim again."}
	textWrong   = bot.Text{ZH: "认领码不对。认领码显示在启动机器人的终端里。", EN: "That code is wrong. It is shown in the terminal where the bot was started."}
	textClosed  = bot.Text{ZH: "错的次数太多了，请一小时后再试。", EN: "Too many wrong codes. Try again in an hour."}
	textAlarm   = bot.Text{ZH: "有人在猜认领码：一小时内错了十次，已经关门一小时。", EN: "Somebody is guessing codes: ten wrong ones within the hour. The door is shut for an hour."}
	textPrivate = bot.Text{ZH: "认领码请私聊发给我，别发在群里。", EN: "Send the code to me in private, not in a group."}
	textExposed = bot.Text{ZH: "认领码请私聊发给我。这个码大家都看到了，已经作废；新的在终端和控制台里。", EN: "Send the code to me in private. Everybody has seen this one, so it is void; there is a new one in the terminal and the console."}
	textUsed    = bot.Text{ZH: "这个认领码已经用过了。重新扫码或重启以后，终端里会有新的认领码。", EN: "That code was used already. After a new scan or a restart the terminal shows a new one."}
)

// claim checks the code. A wrong one is an answer, not a refusal, because the count of wrong ones must be kept.
func (o owner) claim(_ context.Context, c *bot.Call) error {
	shut, err := c.DoorShut()
	if err != nil {
		return err
	}
	if shut {
		return bot.Refuse(textClosed)
	}
	if !o.says(c) {
		return other(c)
	}
	if first, err := o.unused(c); err != nil {
		return err
	} else if !first {
		return bot.Refuse(textUsed)
	}
	if err := used.Put(c.Tx, c.Now, o.mark()); err != nil {
		return err
	}
	c.Reply(textClaimed)
	return c.Grant(c.Event.From.Person, "", bot.Owner)
}

// says whether the first code was said.
func (o owner) says(c *bot.Call) bool {
	return o.code != "" && subtle.ConstantTimeCompare([]byte(c.Arg("认领码")), []byte(o.code)) == 1
}

// unused says whether the first code was said, and never before.
func (o owner) unused(c *bot.Call) (bool, error) {
	if !o.says(c) {
		return false, nil
	}
	spent, err := used.Has(c.Tx, o.mark())
	return !spent, err
}

// mark is what is kept of a code that was used up.
func (o owner) mark() string {
	sum := sha256.Sum256([]byte(o.code))
	return hex.EncodeToString(sum[:])
}

// exposed voids a code that others read, before one of them uses it.
func (o owner) exposed(_ context.Context, c *bot.Call) error {
	first, err := o.unused(c)
	if err != nil {
		return err
	}
	if first {
		if err := used.Put(c.Tx, c.Now, o.mark()); err != nil {
			return err
		}
		c.Reply(textExposed)
		return c.NewCode(bot.Owner, "")
	}
	good, err := c.ExposedCode(c.Arg("认领码"))
	if err != nil {
		return err
	}
	if !good {
		return bot.Refuse(textPrivate)
	}
	c.Reply(textExposed)
	return nil
}

// other tries the code as one that the house made after a new scan.
func other(c *bot.Call) error {
	_, good, err := c.UseCode(c.Arg("认领码"))
	if err != nil {
		return err
	}
	if good {
		c.Reply(textClaimed)
		return nil
	}
	c.Reply(textWrong)
	shut, err := c.WrongCode()
	if err != nil || !shut {
		return err
	}
	return c.TellOwners(textAlarm)
}

var (
	textOn    = bot.Text{ZH: "好的，从现在起我为这个群服务。发 /帮助 看看能做什么。", EN: "From now on I work in this group. Send /help for what I can do."}
	textOff   = bot.Text{ZH: "好的，我不再在这个群里说话和记录，数据都留着。发 /启用 随时回来。", EN: "I no longer speak or listen in this group; its data is kept. Send /enable to bring me back."}
	textQuiet = bot.Text{ZH: "好的，全部安静了。发 /恢复 结束。", EN: "Everything is silent. Send /resume to end it."}
	textLoud  = bot.Text{ZH: "我回来了。", EN: "I am back."}
)

func enable(_ context.Context, c *bot.Call) error {
	c.Reply(textOn)
	return c.Follow(true)
}

func disable(_ context.Context, c *bot.Call) error {
	c.Reply(textOff)
	return c.Follow(false)
}

func stop(_ context.Context, c *bot.Call) error {
	c.Reply(textQuiet)
	return c.Silence(true)
}

func resume(_ context.Context, c *bot.Call) error {
	c.Reply(textLoud)
	return c.Silence(false)
}
