// Package onboarding looks after a newcomer's first week: the welcome, the rules and the question of the group, an
// introduction, a nudge towards the first check-in, and thanks to those who brought people.
//
// Only a join that the service told of greets anybody; people found in a member list are known quietly. A greeting speaks
// the name the group sees, never the name in the join text, which may be the account's own private remark. Those who come
// within a short window are greeted in one message, and a crowd not at all.
package onboarding

import (
	"context"
	"fmt"
	"time"

	"sixtwenty/bot"
	"sixtwenty/schedules"
)

// Settings of the feature.
type Settings struct {
	Welcome      string        `yaml:"welcome" help:"欢迎语，可用 {名字} {您} {群名} {人数} {第几位} {邀请人} {日期} {群规} {下次播音}；留空不欢迎|the welcome, with {name} {group} {size} {nth} {inviter} {date} {rules} {voice}; empty is none"`
	Window       time.Duration `yaml:"window" help:"这段时间内进群的人一起欢迎|people who join within this time are greeted together"`
	Cap          int           `yaml:"cap" help:"一小时最多欢迎几次，再来的攒到下一小时一起欢迎；0 不限|greetings an hour at most, further newcomers wait for the next hour; 0 is no limit"`
	Surge        int           `yaml:"surge" help:"一小时来了超过这么多人就不再欢迎，告诉机主；0 不管|beyond so many joins an hour nobody is greeted and the owner is told; 0 is no limit"`
	Rules        string        `yaml:"rules" help:"群规；留空没有|the rules of the group; empty is none"`
	Acknowledge  string        `yaml:"acknowledge" help:"新人看完群规要回复的词，如 已读；留空不用回复|word with which newcomers acknowledge the rules; empty is none"`
	Question     string        `yaml:"question" help:"新人要回答的一个问题，如「您从哪里知道我们的？」；留空不问|a question for newcomers; empty is none"`
	Answers      []string      `yaml:"answers" help:"回答里有其中一个词就算答了；留空是任何话都算|words of which an answer holds one; empty takes anything"`
	AnswerWithin time.Duration `yaml:"answer_within" help:"多久之内的话算回答，过了就等管理员处理；0s 不限|what is said within this time is an answer, later a manager decides; 0s is no limit"`
	Steps        string        `yaml:"steps" help:"新人头一周的几步每天几点做；留空不做|when the steps of the first week are taken; empty is never"`
	IntroDay     int           `yaml:"intro_day" help:"第几天请没介绍过的新人自我介绍，0 不请|day on which newcomers are asked to introduce themselves; 0 is never"`
	NudgeDay     int           `yaml:"nudge_day" help:"第几天提醒没打过卡的新人，0 不提醒|day on which newcomers without a check-in are reminded; 0 is never"`
	WeekDay      int           `yaml:"week_day" help:"第几天介绍这批新人、谢谢邀请人，0 不说|day on which newcomers are presented and inviters thanked; 0 is never"`
	Intro        string        `yaml:"intro" help:"请新人自我介绍的话，可用 {名字} {群名}；留空用现成的|how newcomers are asked to introduce themselves, with {name} {group}; empty is the built-in text"`
	Nudge        string        `yaml:"nudge" help:"提醒新人打卡的话，可用 {名字} {群名}；留空用现成的|how newcomers are reminded, with {name} {group}; empty is the built-in text"`
	Week         string        `yaml:"week" help:"介绍新人的话，可用 {新人} {邀请人} {群名}；留空用现成的|how newcomers are presented, with {newcomers} {inviters} {group}; empty is the built-in text"`
}

const (
	timerGreet = "greet"
	maxText    = 2000 // bytes of a text that people set
	maxDay     = 30
	maxWithin  = maxDay * 24 * time.Hour
	maxAck     = 40 // bytes
)

var (
	textNotShort   = bot.Text{ZH: "有 %d 字节，最多 %d 字节（一个汉字是三个）", EN: "%d bytes are more than %d"}
	textNotBetween = bot.Text{ZH: "%v 不行，要在 0s 和 %v 之间", EN: "%v is not between 0s and %v"}
	textNotNumber  = bot.Text{ZH: "%d 不行，要写 0 到 %d 的数", EN: "%d is not between 0 and %d"}
)

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	for _, t := range []struct {
		name, text string
		known      []placeholder
	}{
		{"welcome", s.Welcome, ofWelcome()},
		{"intro", s.Intro, ofStep()},
		{"nudge", s.Nudge, ofStep()},
		{"week", s.Week, ofWeek()},
		{"rules", s.Rules, nil},
		{"question", s.Question, nil},
	} {
		if len(t.text) > maxText {
			return bot.BadSetting(t.name, textNotShort, len(t.text), maxText)
		}
		if t.known == nil { // a plain text
			continue
		}
		if err := checkTemplate(t.text, t.known); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	if s.Window < 0 || s.Window > time.Hour {
		return bot.BadSetting("window", textNotBetween, s.Window, time.Hour)
	}
	if s.AnswerWithin < 0 || s.AnswerWithin > maxWithin {
		return bot.BadSetting("answer_within", textNotBetween, s.AnswerWithin, maxWithin)
	}
	if len(s.Acknowledge) > maxAck {
		return bot.BadSetting("acknowledge", textNotShort, len(s.Acknowledge), maxAck)
	}
	return s.checkNumbers()
}

func (s Settings) checkNumbers() error {
	for _, n := range []struct {
		name    string
		n, most int
	}{{"cap", s.Cap, 1000}, {"surge", s.Surge, 10_000}, {"intro_day", s.IntroDay, maxDay}, {"nudge_day", s.NudgeDay, maxDay}, {"week_day", s.WeekDay, maxDay}} {
		if n.n < 0 || n.n > n.most {
			return bot.BadSetting(n.name, textNotNumber, n.n, n.most)
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

// textWelcome is the welcome where nobody wrote another.
var textWelcome = bot.Text{
	ZH: "欢迎 {名字} 加入「{群名}」！{您}是{第几位}群友，{邀请人}。\n下次语音：{下次播音}。发「打卡」开始您的第一天，发 /帮助 看看我能做什么。",
	EN: "Welcome to “{group}”, {name}! You are the {nth} member, {inviter}.\nNext voice: {voice}. Send 打卡 for your first day, and /help to see what I can do.",
}

// Defaults are the settings where nobody says otherwise.
func Defaults() Settings {
	return Settings{
		Welcome: textWelcome.ZH, Window: 20 * time.Second, Cap: 20, Surge: 60, AnswerWithin: 72 * time.Hour,
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
			{On: bot.Message, Summary: bot.Text{ZH: "听新人的回答和介绍", EN: "hears a newcomer's answer and introduction"}, Run: heard},
			{On: "checkin.done", Summary: bot.Text{ZH: "打过卡的新人不用提醒", EN: "whoever checked in needs no nudge"}, Run: checked},
			{On: "onboarding." + workKeep, Summary: bot.Text{ZH: "存好欢迎时发的图片或文件", EN: "keeps what a welcome is sent with"}, Run: kept},
		},
		Timers: map[string]bot.Run{timerGreet: greet, timerSteps: steps},
		Jobs: []bot.Job{{
			Name: "steps", Summary: bot.Text{ZH: "新人的头一周", EN: "the steps of the first week"}, Seldom: true,
			Spec:   func(s any) string { return s.(Settings).Steps },
			Missed: schedules.Missed{Policy: schedules.Latest, Grace: 2 * time.Hour},
			Run:    steps,
		}},
		Works:    map[string]func(context.Context, bot.Work) (any, error){workKeep: bot.KeepMedia(maxMedia)},
		Keeps:    bot.BlobsIn(media, func(a attachment) string { return a.Media }),
		Commands: commands(),
		Views:    views(),
		About:    about, Past: past, Report: report, Forget: forget,
	}
}
