// Package schedule says what the owner wants said later: /定时 at a time in words people use, /广播 now to many groups.
//
// An entry is a row with its next time; a durable timer wakes it. What is sent becomes effects in the commit that moves the
// entry on, so whatever crashes, a firing is made once: late within the grace, or else skipped and told.
package schedule

import (
	"context"
	"errors"
	"time"

	"sixtwenty/bot"
	"sixtwenty/pictures"
)

// Settings of the feature.
type Settings struct {
	Grace time.Duration `yaml:"grace" help:"错过的定时，多久之内还补发|for how long a missed message is still sent"`
}

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	if s.Grace < 0 || s.Grace > 24*time.Hour {
		return errors.New("grace: expected 0s to 24h")
	}
	return nil
}

const (
	timerFire  = "fire"
	timerFeed  = "feed"
	timerCheck = "check"
	workTake   = "take"
	workDraw   = "draw"
)

// Feature declares it; studio draws its pictures.
func Feature(studio pictures.Opener) bot.Feature {
	return bot.Feature{
		Name:     "schedule",
		Summary:  bot.Text{ZH: "定时发消息、群发", EN: "messages by the clock, and to many groups"},
		Settings: Settings{Grace: 30 * time.Minute},
		Commands: []bot.Command{
			{
				Name: "定时", Aliases: []string{"schedule"}, Args: "[什么时候发什么...]", Who: bot.Manager,
				Summary: bot.Text{ZH: "定时发消息或执行指令，如：/定时 工作日 8:00 早安", EN: "say something by the clock, as: /schedule 工作日 8:00 早安"},
				Examples: []bot.Example{
					{Say: "/定时", Reply: "还没有定时…"},
					{Say: "/定时 每天 7:00 早安", Reply: "好的，定时 1：每天 7:00…接下来：明天 07:00、后天 07:00、11月24日 周二 07:00…"},
					{Say: "/定时 早上好", Reply: "…没看懂是什么时候…每天 6:20…"},
					{Say: "/定时 停 7", Reply: "…没有定时 7…"},
				},
				Run: timed,
			},
			{
				Name: "广播", Aliases: []string{"broadcast"}, Args: "[内容...]", Who: bot.Owner,
				Summary: bot.Text{ZH: "马上发到多个群：先给您看，说「确定」才发", EN: "send to many groups now: shown first, sent when you say 确定"},
				Examples: []bot.Example{
					{Say: "/广播 明天停课一天", Reply: "要发到 1 个群…确定…"},
					{Say: "/广播 进度", Reply: "…没有广播…"},
				},
				Run: blast,
			},
			{
				Name: "预演", Aliases: []string{"rehearse"}, Args: "[几天] [图]", Who: bot.Owner,
				Summary:  bot.Text{ZH: "接下来几天会发什么：哪天没语音、撞车、发不完", EN: "what the coming days send, and what will not go well"},
				Examples: []bot.Example{{Say: "/预演", Reply: "接下来 7 天…"}, {Say: "/预演 40天", Reply: "…1 到 31 天…"}},
				Run:      rehearse,
			},
			{
				Name: "标签", Aliases: []string{"tag"}, Args: "[标签...]", Who: bot.Owner,
				Summary: bot.Text{ZH: "给群贴标签，定时和广播可以发给「给:#标签」", EN: "tag a group, so that schedules and broadcasts can be to:#tag"},
				Examples: []bot.Example{
					{Say: "/标签", Reply: "这个群还没有标签…"},
					{Say: "/标签 早读 北京", Reply: "…#北京 #早读"},
				},
				Run: tag,
			},
		},
		Timers: map[string]bot.Run{timerFire: fire, timerFeed: feed, timerCheck: check},
		Works:  map[string]func(context.Context, bot.Work) (any, error){workTake: take, workDraw: artist(studio)},
		Keeps:  bot.BlobsIn(entries, func(e entry) string { return e.What.Media }),
		Jobs: []bot.Job{{
			Name: "arm", Summary: bot.Text{ZH: "核对定时", EN: "check the timers"}, Run: arm, Silent: true,
			Spec: func(any) string { return "每天 3:50" },
		}},
		Watches: []bot.Watch{
			{On: bot.Message, Summary: bot.Text{ZH: "接着问的内容和确定", EN: "takes what was asked for, and the yes"}, Run: hear},
			{On: "schedule." + workTake, Summary: bot.Text{ZH: "收下要定时发的图片和文件", EN: "takes media to be sent later"}, Run: taken},
			{On: "schedule." + workDraw, Summary: bot.Text{ZH: "发预演的图", EN: "sends the picture of the rehearsal"}, Run: drawn},
		},
		Views:  views(),
		Report: comingLines,
		Forget: forget,
	}
}
