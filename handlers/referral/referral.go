// Package referral remembers who brought whom, and can explain every number it says.
//
// The facts are credits: how one identity came into one group, on what evidence, what the newcomer, others and managers said
// of it. They stay where they are, whoever is merged with whom. What they come to for a person is an edge: the first inviter
// keeps it, a manager's ruling stands above all, a doubtful one is held until somebody looks, and a join whose inviter is not
// known for sure is credited to nobody. Tallies, boards and reach follow from the edges, each change three degrees up, so
// that no question reads more than it says. Where a person came from, whoever brought them, is an arrival; what is given for
// a credit, points and the prizes of campaigns, follows from the edges that changed.
package referral

import (
	"context"
	"slices"

	"sixtwenty/bot"
	"sixtwenty/pictures"
	"sixtwenty/schedules"
)

// Settings of the feature.
type Settings struct {
	Days    int  `yaml:"days" help:"新人住满几天，邀请才算有效（0–14）|days a newcomer stays before the credit counts (0-14)"`
	Checkin bool `yaml:"checkin" help:"新人还要打过一次卡，邀请才算有效|a newcomer also has to check in once"`
	Ask     bool `yaml:"ask" help:"不知道是谁邀请的，就问一句|ask newcomers who brought them where it is not known"`
	Burst   int  `yaml:"burst" help:"一小时里一个人邀请满这么多位，再来的先等管理员看；0 不管|after so many from one inviter within an hour, further ones wait for a manager; 0 is no limit"`
	Groups  int  `yaml:"groups" help:"一周里进了这么多个群的新人，先等管理员看；0 不管|who joins so many groups within a week waits for a manager; 0 is no limit"`
	Points  int  `yaml:"points" help:"一个有效的邀请得几分；0 不给|points for a valid credit; 0 is none"`
}

const maxPoints = 1000

var textNotNumber = bot.Text{ZH: "%d 不行，要写 0 到 %d 的数", EN: "%d is not between 0 and %d"}

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	switch {
	case s.Days < 0 || s.Days > qualityDays:
		return bot.BadSetting("days", textNotNumber, s.Days, qualityDays)
	case s.Burst < 0 || s.Burst > crowd*10:
		return bot.BadSetting("burst", textNotNumber, s.Burst, crowd*10)
	case s.Groups < 0 || s.Groups > crowd:
		return bot.BadSetting("groups", textNotNumber, s.Groups, crowd)
	case s.Points < 0 || s.Points > maxPoints:
		return bot.BadSetting("points", textNotNumber, s.Points, maxPoints)
	}
	return nil
}

// Feature declares it. Its pictures are drawn by the studio that open gives.
func Feature(open pictures.Opener) bot.Feature {
	return bot.Feature{
		Name:     "referral",
		Summary:  bot.Text{ZH: "谁带来了谁", EN: "who brought whom"},
		Settings: Settings{Days: 3, Checkin: true, Ask: true, Burst: 40, Groups: 5, Points: 5},
		Commands: slices.Concat(asks(), decisions(), races(), []bot.Command{sources(), exportCommand()}),
		Watches: []bot.Watch{
			{On: bot.Joined, Summary: bot.Text{ZH: "记下新人是谁带来的", EN: "remembers who brought a newcomer"}, Run: joined},
			{On: bot.Left, Summary: bot.Text{ZH: "记下谁走了", EN: "remembers who left"}, Run: gone},
			{On: "checkin.done", Summary: bot.Text{ZH: "新人打过卡，邀请就能算数", EN: "a first check-in makes a credit count"}, Run: checked},
			{On: "checkin.undone", Summary: bot.Text{ZH: "打卡都被撤下的新人，邀请还不能算数", EN: "whose check-ins were all taken back has none"}, Run: unchecked},
			{On: bot.Message, Summary: bot.Text{ZH: "认出新人说的来源暗号", EN: "knows the words that say where newcomers came from"}, Run: heard},
			{On: bot.FriendRequest, Summary: bot.Text{ZH: "认出好友申请里的来源暗号", EN: "knows such words in friend requests"}, Run: befriended},
			{On: "history.taken", Summary: bot.Text{ZH: "收下以前的邀请人和来源", EN: "takes inviters and sources from before"}, Run: taken, Optional: true},
			{On: "referral." + workPicture, Summary: bot.Text{ZH: "发画好的图", EN: "sends what was drawn"}, Run: drawn},
			{On: "referral." + workKeep, Summary: bot.Text{ZH: "收好活动的图片", EN: "keeps the picture of a campaign"}, Run: pictureKept},
			{On: "referral." + workExport, Summary: bot.Text{ZH: "发导出的文件", EN: "sends what was exported"}, Run: exported},
		},
		Timers: map[string]bot.Run{timerRipen: ripen, timerAsk: ask, timerBegin: beginNow, timerEnd: finish},
		Jobs: []bot.Job{{
			Name: "ripen", Summary: bot.Text{ZH: "看看哪些邀请该算数了", EN: "look which credits are due"},
			Spec:   func(any) string { return "每天 4:10" }, // after a move to another account no timer is left
			Missed: schedules.Missed{Policy: schedules.Latest},
			Run:    nightly, Silent: true,
		}},
		Works: map[string]func(context.Context, bot.Work) (any, error){
			workPicture: artist(open), workKeep: bot.KeepMedia(maxMedia), workExport: export,
		},
		Keeps: bot.BlobsOf( // what is drawn or exported is sent and never again
			bot.BlobsIn(pictured, func(sum string) string { return sum }), bot.BlobsIn(prizes, func(w prize) string { return w.Picture }),
		),
		Views:  append(views(), walkView()),
		Report: news, About: about, Past: pastOf, Why: why, Identity: regroup, Forget: forget,
	}
}

func asks() []bot.Command {
	return []bot.Command{
		{
			Name: "邀请榜", Aliases: []string{"invites"}, Args: "[范围] [图]", Where: bot.InGroup,
			Summary: bot.Text{ZH: "谁邀请的人最多：周、月、季、总、质量；后面写「图」画出来", EN: "who brought the most: week, month, season, all, quality; add picture to have it drawn"},
			Examples: []bot.Example{
				{Say: "/邀请榜", Reply: "…还没有…"},
				{Say: "/邀请榜 年", Reply: "…不认识…"},
			},
			Run: board,
		},
		{
			Name: "我的邀请", Aliases: []string{"myinvites"}, Where: bot.InGroup,
			Summary:  bot.Text{ZH: "自己邀请了谁、是谁邀请的", EN: "whom you brought, and who brought you"},
			Examples: []bot.Example{{Say: "/我的邀请", Reply: "…还没有邀请过…"}},
			Run:      mine,
		},
		{
			Name: "邀请树", Aliases: []string{"invitetree"}, Args: "[谁] [图]", Where: bot.InGroup,
			Summary:  bot.Text{ZH: "邀请的人又邀请了谁；写「全群」看整个群，后面写「图」画出来", EN: "whom they brought, and whom those did; all for the group, add picture to have it drawn"},
			Examples: []bot.Example{{Say: "/邀请树", Reply: "…还没有邀请过…"}, {Say: "/邀请树 @小明 图", Reply: "小明 还没有邀请过…"}},
			Run:      tree,
		},
		{
			Name: "查邀请", Aliases: []string{"inviteof"}, Args: "<谁>", Where: bot.InGroup,
			Summary:  bot.Text{ZH: "一位群友是谁邀请的，凭什么", EN: "who brought a member, and on what evidence"},
			Examples: []bot.Example{{Say: "/查邀请 @小明", Reply: "没有记着 小明…"}},
			Run:      look,
		},
		{
			Name: "邀请人", Aliases: []string{"invitedby"}, Args: "<谁>", Where: bot.InGroup,
			Summary:  bot.Text{ZH: "新人说出是谁邀请自己来的", EN: "as a newcomer, say who brought you"},
			Examples: []bot.Example{{Say: "/邀请人 @阿杰", Reply: "…没有您进群的记录…"}},
			Run:      answer,
		},
		{
			Name: "认领邀请", Aliases: []string{"claiminvite"}, Args: "<谁>", Where: bot.InGroup,
			Summary:  bot.Text{ZH: "说这位新人是自己邀请来的", EN: "say that you brought this newcomer"},
			Examples: []bot.Example{{Say: "/认领邀请 @阿杰", Reply: "…没有 阿杰 进群的记录…"}},
			Run:      claim,
		},
	}
}

func decisions() []bot.Command {
	return []bot.Command{
		{
			Name: "邀请待办", Aliases: []string{"invitetodo"}, Who: bot.Manager, Where: bot.InGroup,
			Summary:  bot.Text{ZH: "哪些邀请要管理员来定", EN: "credits that wait for a manager"},
			Examples: []bot.Example{{Say: "/邀请待办", Reply: "没有要定的…"}},
			Run:      todo,
		},
		{
			Name: "判邀请", Aliases: []string{"rule"}, Args: "<新人> <邀请人> <理由...>", Who: bot.Manager, Where: bot.InGroup,
			Summary: bot.Text{ZH: "定下新人是谁邀请的；写「无」就不算数", EN: "decide who brought a newcomer; none makes the credit void"},
			Examples: []bot.Example{
				{Say: "/判邀请 @小明 @阿杰 当面问过", Reply: "…小明 算 阿杰 邀请的…"},
				{Say: "/判邀请 @小明 无 小号", Reply: "…小明 的邀请不算数…"},
			},
			Run: rule,
		},
		{
			Name: "撤销判定", Aliases: []string{"unrule"}, Args: "<编号>", Who: bot.Manager, Where: bot.InGroup,
			Summary:  bot.Text{ZH: "收回一次邀请判定", EN: "take a ruling back"},
			Examples: []bot.Example{{Say: "/撤销判定 7", Reply: "…没有编号 7…"}},
			Run:      unrule,
		},
		{
			Name: "奖励邀请", Aliases: []string{"bonusinvites"}, Args: "<谁> <数> <理由...>", Who: bot.Manager, Where: bot.InGroup,
			Summary:  bot.Text{ZH: "给一位群友的邀请加几个（可以是负数）", EN: "add to a member's invitations, or take away"},
			Examples: []bot.Example{{Say: "/奖励邀请 @小明 2 帮忙办活动", Reply: "…小明 的邀请加 2…"}},
			Run:      reward,
		},
	}
}
