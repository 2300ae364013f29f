package onboarding

import "sixtwenty/bot"

func commands() []bot.Command {
	return []bot.Command{
		{
			Name: "欢迎语", Aliases: []string{"welcome"}, Args: "[做什么] [内容...]", Where: bot.InGroup, Who: bot.Manager,
			Summary: bot.Text{ZH: "新人会看到的欢迎语：预览、原文、设、加、删、附、去附", EN: "the welcomes: preview, raw, set, add, drop, attach, detach"},
			Examples: []bot.Example{
				{Say: "/欢迎语 预览", Reply: "欢迎 …"},
				{Say: "/欢迎语 加 {谁}你好", Reply: "…第 1 个字的 {谁} 不认识…"},
			},
			Run: welcomes,
		},
		{
			Name: "群规", Aliases: []string{"rules"}, Args: "[新的群规...]", Where: bot.InGroup,
			Summary:  bot.Text{ZH: "看群规；管理员后面写内容就是改，写「关」就没有了", EN: "the rules of the group; managers change them by writing them after it, off drops them"},
			Examples: []bot.Example{{Say: "/群规", Reply: "这个群还没有写群规…"}},
			Run:      rules,
		},
		{
			Name: "群规确认", Aliases: []string{"acknowledge"}, Args: "[词]", Where: bot.InGroup, Who: bot.Manager,
			Summary:  bot.Text{ZH: "请新人看完群规回复一个词，如 已读；写「关」就不用", EN: "newcomers acknowledge the rules with a word; off asks for none"},
			Examples: []bot.Example{{Say: "/群规确认", Reply: "新人不用确认群规…"}, {Say: "/群规确认 已读", Reply: "…先写群规…"}},
			Run:      acknowledge,
		},
		{
			Name: "入群问题", Aliases: []string{"question"}, Args: "[问题...]", Where: bot.InGroup, Who: bot.Manager,
			Summary:  bot.Text{ZH: "问新人一个问题；写「关」就不问", EN: "ask newcomers a question; off asks none"},
			Examples: []bot.Example{{Say: "/入群问题", Reply: "现在不问新人问题…"}, {Say: "/入群问题 您从哪里知道我们的？", Reply: "好的，以后会问新人：您从哪里知道我们的？…"}},
			Run:      ask,
		},
		{
			Name: "未答", Aliases: []string{"unanswered"}, Args: "[免] [谁]", Where: bot.InGroup, Who: bot.Manager,
			Summary:  bot.Text{ZH: "哪些新人还没确认群规、没回答问题；「免 谁」就不等了", EN: "newcomers who have not answered; excuse WHO ends the wait"},
			Examples: []bot.Example{{Say: "/未答", Reply: "…没有…"}, {Say: "/未答 免 @小明", Reply: "…小明 没有要回答的…"}},
			Run:      unanswered,
		},
		{
			Name: "头一周", Aliases: []string{"firstweek"}, Args: "[哪一步] [怎样...]", Where: bot.InGroup, Who: bot.Manager,
			Summary: bot.Text{ZH: "新人头一周的几步：看看，改哪一天、怎么说，或者关", EN: "the steps of the first week: show them, move, reword or switch off"},
			Examples: []bot.Example{
				{Say: "/头一周", Reply: "新人的头一周…"},
				{Say: "/头一周 提醒 5", Reply: "好的…第 5 天…"},
				{Say: "/头一周 介绍 关", Reply: "好的…不做…"},
			},
			Run: firstWeek,
		},
		{
			Name: "自我介绍", Aliases: []string{"introduce"}, Bare: true, Args: "<内容...>", Where: bot.InGroup,
			Summary:  bot.Text{ZH: "写下自己的名片", EN: "write your card"},
			Examples: []bot.Example{{Say: "自我介绍 我是小明，喜欢早起读书", Reply: "…名片…"}},
			Run:      introduce,
		},
		{
			Name: "名片", Aliases: []string{"card"}, Args: "[谁]", Where: bot.InGroup,
			Summary:  bot.Text{ZH: "是谁、从哪来、如今怎样：自己的名片，管理员可以看别人的", EN: "who, whence, and what became: your card; managers see those of others"},
			Examples: []bot.Example{{Say: "/名片", Reply: "名片：…"}},
			Run:      card,
		},
	}
}
