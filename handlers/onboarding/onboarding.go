// Package onboarding looks after a newcomer's first week: the welcome, the rules and the question of the group, an
// introduction, a nudge towards the first check-in, and thanks to those who brought people.
//
// Only a join that the service told of greets anybody; people found in a member list are known quietly. A greeting speaks
// the name the group sees, never the name in the join text, which may be the account's own private remark. Those who come
// within a short window are greeted in one message, and a crowd not at all.
package onboarding

import (
	"fmt"
	"time"

	"sixtwenty/bot"
	"sixtwenty/schedules"
)

// Settings of the feature.
type Settings struct {
	Welcome  string        `yaml:"welcome" help:"欢迎语，可用 {名字} {群名} {人数} {邀请人} {日期} {群规}；留空不欢迎|the welcome, with {名字} {群名} {人数} {邀请人} {日期} {群规}; empty is none"`
	Window   time.Duration `yaml:"window" help:"这段时间内进群的人一起欢迎|people who join within this time are greeted together"`
	Cap      int           `yaml:"cap" help:"一小时最多欢迎几次，0 不限|greetings an hour at most; 0 is no limit"`
	Surge    int           `yaml:"surge" help:"一小时来了超过这么多人就不再欢迎，告诉机主；0 不管|beyond so many joins an hour nobody is greeted and the owner is told; 0 is no limit"`
	Rules    string        `yaml:"rules" help:"群规；留空没有|the rules of the group; empty is none"`
	Question string        `yaml:"question" help:"新人要回答的一个问题，如「请回复：我已读群规」；留空不问|a question for newcomers; empty is none"`
	Answers  []string      `yaml:"answers" help:"回答里有其中一个词就算答了；留空是任何话都算|words of which an answer holds one; empty takes anything"`
	Steps    string        `yaml:"steps" help:"新人头一周的几步每天几点做；留空不做|when the steps of the first week are taken; empty is never"`
	IntroDay int           `yaml:"intro_day" help:"第几天请没介绍过的新人自我介绍，0 不请|day on which newcomers are asked to introduce themselves; 0 is never"`
	NudgeDay int           `yaml:"nudge_day" help:"第几天提醒没打过卡的新人，0 不提醒|day on which newcomers without a check-in are reminded; 0 is never"`
	WeekDay  int           `yaml:"week_day" help:"第几天介绍这批新人、谢谢邀请人，0 不说|day on which newcomers are presented and inviters thanked; 0 is never"`
}

const (
	timerGreet = "greet"
	maxText    = 2000 // bytes of a text that people set
	maxDay     = 30
)

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	if _, err := fill(s.Welcome, map[string]string{}); err != nil {
		return fmt.Errorf("welcome: %w", err)
	}
	if s.Window < 0 || s.Window > time.Hour {
		return fmt.Errorf("window: %v is not between 0s and 1h", s.Window)
	}
	for _, text := range []struct{ name, text string }{{"welcome", s.Welcome}, {"rules", s.Rules}, {"question", s.Question}} {
		if len(text.text) > maxText {
			return fmt.Errorf("%s: %d bytes are more than %d", text.name, len(text.text), maxText)
		}
	}
	for _, n := range []struct {
		name    string
		n, most int
	}{{"cap", s.Cap, 1000}, {"surge", s.Surge, 10_000}, {"intro_day", s.IntroDay, maxDay}, {"nudge_day", s.NudgeDay, maxDay}, {"week_day", s.WeekDay, maxDay}} {
		if n.n < 0 || n.n > n.most {
			return fmt.Errorf("%s: %d is not between 0 and %d", n.name, n.n, n.most)
		}
	}
	if s.Steps == "" {
		return nil
	}
	if _, err := schedules.Parse(s.Steps); err != nil {
		return fmt.Errorf("steps: %w", err)
	}
	return nil
}

// Defaults are the settings where nobody says otherwise.
func Defaults() Settings {
	return Settings{
		Welcome: "欢迎 {名字} 加入「{群名}」！您是第 {人数} 位群友，{邀请人}。\n每天早上 6:20 有一段语音，发「打卡」开始您的第一天，发 /帮助 看看我能做什么。",
		Window:  20 * time.Second, Cap: 20, Surge: 60,
		Steps: "每天 19:30", IntroDay: 1, NudgeDay: 3, WeekDay: 7,
	}
}

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:     "onboarding",
		Summary:  bot.Text{ZH: "新人的第一周", EN: "a newcomer's first week"},
		Settings: Defaults(),
		Watches: []bot.Watch{
			{On: bot.Joined, Summary: bot.Text{ZH: "新人进群，稍等一起欢迎", EN: "notes who joined, to greet them together"}, Run: joined},
			{On: bot.Left, Summary: bot.Text{ZH: "走了的人不再打扰", EN: "leaves alone who left"}, Run: gone},
			{On: bot.Message, Summary: bot.Text{ZH: "听新人的回答", EN: "hears a newcomer's answer"}, Run: heard},
			{On: "checkin.done", Summary: bot.Text{ZH: "打过卡的新人不用提醒", EN: "whoever checked in needs no nudge"}, Run: checked},
		},
		Timers: map[string]bot.Run{timerGreet: greet},
		Jobs: []bot.Job{{
			Name: "steps", Summary: bot.Text{ZH: "新人的头一周", EN: "the steps of the first week"},
			Spec:   func(s any) string { return s.(Settings).Steps },
			Missed: schedules.Missed{Policy: schedules.Latest, Grace: 2 * time.Hour},
			Run:    steps,
		}},
		Commands: commands(),
		About:    about, Forget: forget,
	}
}

func commands() []bot.Command {
	return []bot.Command{
		{
			Name: "欢迎语", Aliases: []string{"welcome"}, Args: "[做什么] [内容...]", Where: bot.InGroup, Who: bot.Manager,
			Summary: bot.Text{ZH: "看新人会看到的欢迎语；设、加、删", EN: "show the welcomes as a newcomer sees them; set, add, drop"},
			Examples: []bot.Example{
				{Say: "/欢迎语", Reply: "欢迎 …"},
				{Say: "/欢迎语 加 {谁}你好", Reply: "…第 1 个字的 {谁} 不认识…"},
			},
			Run: welcomes,
		},
		{
			Name: "群规", Aliases: []string{"rules"}, Args: "[新的群规...]", Where: bot.InGroup,
			Summary:  bot.Text{ZH: "看群规；管理员后面写内容就是改", EN: "the rules of the group; managers change them by writing them after it"},
			Examples: []bot.Example{{Say: "/群规", Reply: "这个群还没有写群规…"}},
			Run:      rules,
		},
		{
			Name: "未答", Aliases: []string{"unanswered"}, Where: bot.InGroup, Who: bot.Manager,
			Summary:  bot.Text{ZH: "哪些新人还没回答问题", EN: "newcomers who have not answered the question"},
			Examples: []bot.Example{{Say: "/未答", Reply: "…没有…"}},
			Run:      unanswered,
		},
		{
			Name: "自我介绍", Aliases: []string{"introduce"}, Bare: true, Args: "<内容...>", Where: bot.InGroup,
			Summary:  bot.Text{ZH: "写下自己的名片", EN: "write your card"},
			Examples: []bot.Example{{Say: "自我介绍 我是小明，喜欢早起读书", Reply: "…名片…"}},
			Run:      introduce,
		},
		{
			Name: "名片", Aliases: []string{"card"}, Args: "[谁]", Where: bot.InGroup,
			Summary:  bot.Text{ZH: "自己的名片；管理员可以看别人的", EN: "your card; managers see those of others"},
			Examples: []bot.Example{{Say: "/名片", Reply: "…"}},
			Run:      card,
		},
	}
}
