package referral

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A campaign is a time in which bringing a number of people earns something. A group has one at a time. Who joined while it
// ran counts for it, also where the credit becomes valid after its end.
type campaign struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	First bot.Day   `json:"first"` // the group's days of From and To
	Last  bot.Day   `json:"last"`
	Steps []step    `json:"steps"`           // the nearest goal first
	Gift  string    `json:"gift,omitempty"`  // for a newcomer whose credit counts
	Ended bool      `json:"ended,omitempty"` // its report was given
}

// A step is one goal, and what reaching it earns.
type step struct {
	Goal   int    `json:"goal"`
	Reward string `json:"reward"`
	Words  string `json:"words,omitempty"` // said in private to whoever reaches it
}

const (
	campaigns = store.Table[campaign]("referral/campaigns") // chat, number

	timerEnd    = "campaign"
	maxLength   = 90 // days
	maxGoal     = 500
	maxSteps    = 5
	winnersSaid = 30
	catchUp     = 10 * time.Minute // after an outage
)

var (
	textCampaignForm = bot.Text{
		ZH: "可以写：/邀请活动、/邀请活动 开 天数（或 12月1日至12月7日） 目标 奖励、/邀请活动 加 目标 奖励、/邀请活动 新人 奖励、/邀请活动 私信 目标 内容、/邀请活动 图 目标、/邀请活动 停",
		EN: "Write: /campaign, /campaign start DAYS (or 12-01..12-07) GOAL REWARD, /campaign add GOAL REWARD, /campaign newcomer REWARD, /campaign private GOAL WORDS, /campaign picture GOAL, /campaign stop",
	}
	textCampaignNone  = bot.Text{ZH: "现在没有邀请活动。", EN: "There is no campaign just now."}
	textCampaignBusy  = bot.Text{ZH: "上一个活动 %s 才结束，两个活动不能叠在一起。", EN: "The last campaign ends on %s; two do not overlap."}
	textCampaignOn    = bot.Text{ZH: "邀请活动开始啦！从现在到 %s，邀请满 %d 位新人（%s），就得：%s", EN: "A campaign begins! From now until %s, bring %d people (%s) for: %s"}
	textCampaignRule  = bot.Text{ZH: "住满 %d 天%s才算", EN: "each counts after %d days%s"}
	textCampaignNow   = bot.Text{ZH: "邀请活动到 %s：%s", EN: "The campaign runs until %s: %s"}
	textCampaignStep  = bot.Text{ZH: "满 %d 位得 %s", EN: "%d people for %s"}
	textCampaignGift  = bot.Text{ZH: "，新人得 %s", EN: "; newcomers get %s"}
	textCampaignLine  = bot.Text{ZH: "\n%d. %s 有效 %d（待定 %d）", EN: "\n%d. %s: %d valid, %d pending"}
	textCampaignEnd   = bot.Text{ZH: "邀请活动结束啦，一共带来 %d 位新人。", EN: "The campaign is over. It brought %d people."}
	textCampaignWon   = bot.Text{ZH: "\n满 %d 位（%s）：%s", EN: "\n%d people (%s): %s"}
	textCampaignLate  = bot.Text{ZH: "\n还在待定的，之后算数了照样有奖。", EN: "\nWhat is still pending counts when it becomes valid."}
	textCampaignOnly  = bot.Text{ZH: "开、停活动要管理员来哦。", EN: "Only managers start and stop campaigns."}
	textCampaignMore  = bot.Text{ZH: "好的，邀请满 %d 位，得：%s", EN: "Done: %d people for %s"}
	textCampaignSteps = bot.Text{ZH: "最多设 %d 档。", EN: "There are at most %d goals."}
	textCampaignNew   = bot.Text{ZH: "好的，邀请算数的时候，新人也得：%s（已经算数的不补）", EN: "Done: a newcomer whose credit counts gets %s (from now on)"}
	textCampaignSay   = bot.Text{ZH: "好的，满 %d 位的人会收到这段私信。", EN: "Done: whoever brings %d people is told so in private."}
	textCampaignGoal  = bot.Text{ZH: "没有满 %s 位这一档，发 /邀请活动 看看。", EN: "There is no goal of %s; see /campaign."}
)

func races() []bot.Command {
	return []bot.Command{
		{
			Name: "邀请活动", Aliases: []string{"campaign"}, Args: "[做什么] [内容...]", Where: bot.InGroup,
			Summary: bot.Text{ZH: "看邀请活动；管理员可以开、停、加档、设新人奖励和私信", EN: "the campaign; managers start and stop it, add goals, a gift for newcomers and private words"},
			Examples: []bot.Example{
				{Say: "/邀请活动", Reply: "现在没有邀请活动。"},
				{Say: "/邀请活动 开 7 3 一本书", Reply: "…要管理员来哦…"},
			},
			Run: manage,
		},
		{
			Name: "兑换码", Aliases: []string{"codes"}, Args: "<码...>", Where: bot.InGroup, Who: bot.Manager, Secret: true,
			Summary:  bot.Text{ZH: "给邀请活动存兑换码（在控制台里）", EN: "keep codes for campaigns (in the console)"},
			Examples: []bot.Example{{Say: "/兑换码 A1 A2", Reply: "…不要发在群里…"}},
			Run:      addCodes,
		},
		{
			Name: "领奖", Aliases: []string{"prize"}, Where: bot.InPrivate,
			Summary:  bot.Text{ZH: "看看邀请活动得了什么", EN: "what you earned in campaigns"},
			Examples: []bot.Example{{Say: "/领奖", Reply: "还没有奖品…"}},
			Run:      fetchPrizes,
		},
	}
}

func (k campaign) runs(at time.Time) bool { return !at.Before(k.From) && at.Before(k.To) }

// lastCampaign is the latest campaign of a group, number 0 where there was none.
func lastCampaign(r store.Reader, chat bot.ChatID) (n uint64, k campaign, err error) {
	rg := store.Under(chat)
	rg.Reverse = true
	row, ok, err := campaigns.First(r, rg)
	if err != nil || !ok {
		return 0, k, err
	}
	return n, row.Value, store.Split(row.Key, nil, &n)
}

// manage is /邀请活动.
func manage(_ context.Context, c *bot.Call) error {
	what := c.Arg("做什么")
	if what != "" && !c.Power(bot.Manager) {
		return bot.Refuse(textCampaignOnly)
	}
	switch strings.ToLower(what) {
	case "":
		return showCampaign(c)
	case "开", "start":
		return startCampaign(c)
	case "停", "stop":
		return stopCampaign(c)
	case "图", "picture":
		return keepPicture(c)
	case "加", "add", "新人", "newcomer", "私信", "private":
		return changeCampaign(c, strings.ToLower(what))
	}
	return bot.Refuse(textCampaignForm)
}

// running is the campaign that runs now or is to come; where none is, the person is told.
func running(c *bot.Call) (n uint64, k campaign, err error) {
	n, k, err = lastCampaign(c.Tx, c.Event.Chat.ID)
	if err == nil && !k.To.After(c.Event.At) {
		err = bot.Refuse(textCampaignNone)
	}
	return n, k, err
}

func goalOf(s string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSuffix(s, "位"))
	return n, err == nil && n >= 1 && n <= maxGoal
}

func startCampaign(c *bot.Call) error {
	fields := strings.SplitN(clip(c.Arg("内容")), " ", 3)
	if len(fields) < 3 {
		return bot.Refuse(textCampaignForm)
	}
	goal, ok := goalOf(fields[1])
	if !ok {
		return bot.Refuse(textCampaignForm)
	}
	k, err := campaign{Steps: []step{{Goal: goal, Reward: fields[2]}}}.spanned(c, fields[0])
	if err != nil {
		return err
	}
	if err := endLast(c, moment(c.Event.At)); err != nil {
		return err
	}
	n, err := c.Tx.Next(string(campaigns))
	if err != nil {
		return err
	}
	if err := campaigns.Put(c.Tx, k, c.Event.Chat.ID, n); err != nil {
		return err
	}
	if err := k.announce(c); err != nil {
		return err
	}
	return c.SetTimer(k.To, timerEnd, "", nil)
}

// endLast reports the campaign before, if that is still to be done, and refuses another while it runs or is to come.
func endLast(c *bot.Call, at time.Time) error {
	n, last, err := lastCampaign(c.Tx, c.Event.Chat.ID)
	switch {
	case err != nil || n == 0:
		return err
	case last.To.After(at):
		return bot.Refuse(textCampaignBusy, date(c, last.To))
	case last.Ended:
		return nil
	}
	return report(c, n, last)
}

// changeCampaign adds to the campaign that runs.
func changeCampaign(c *bot.Call, what string) error {
	n, k, err := running(c)
	if err != nil {
		return err
	}
	text := clip(c.Arg("内容"))
	if text == "" {
		return bot.Refuse(textCampaignForm)
	}
	if what == "新人" || what == "newcomer" {
		k.Gift = text
		c.Reply(textCampaignNew, text)
		return campaigns.Put(c.Tx, k, c.Event.Chat.ID, n)
	}
	number, text, _ := strings.Cut(text, " ")
	goal, ok := goalOf(number)
	if !ok || text == "" {
		return bot.Refuse(textCampaignForm)
	}
	if what == "加" || what == "add" {
		err = k.add(step{Goal: goal, Reward: text})
		c.Reply(textCampaignMore, goal, text)
	} else {
		err = k.say(goal, text)
		c.Reply(textCampaignSay, goal)
	}
	if err != nil {
		return err
	}
	return campaigns.Put(c.Tx, k, c.Event.Chat.ID, n)
}

// add sets what reaching a goal earns.
func (k *campaign) add(s step) error {
	if i := k.at(s.Goal); i >= 0 {
		k.Steps[i].Reward = s.Reward
		return nil
	}
	if len(k.Steps) >= maxSteps {
		return bot.Refuse(textCampaignSteps, maxSteps)
	}
	k.Steps = append(k.Steps, s)
	slices.SortFunc(k.Steps, func(a, b step) int { return a.Goal - b.Goal })
	return nil
}

// say sets what is said in private to whoever reaches a goal.
func (k *campaign) say(goal int, words string) error {
	i := k.at(goal)
	if i < 0 {
		return bot.Refuse(textCampaignGoal, strconv.Itoa(goal))
	}
	k.Steps[i].Words = words
	return nil
}

func (k *campaign) at(goal int) int {
	return slices.IndexFunc(k.Steps, func(s step) bool { return s.Goal == goal })
}

func date(c *bot.Call, t time.Time) string { return t.In(c.Zone()).Format("01-02 15:04") }

// promises says what a campaign gives.
func (k campaign) promises(say speaker) string {
	var list []string
	for _, s := range k.Steps {
		list = append(list, say(textCampaignStep, s.Goal, s.Reward))
	}
	text := strings.Join(list, say(textComma))
	if k.Gift != "" {
		text += say(textCampaignGift, k.Gift)
	}
	return text
}

func showCampaign(c *bot.Call) error {
	n, k, err := lastCampaign(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	switch {
	case !k.To.After(c.Event.At):
		c.Reply(textCampaignNone)
		return nil
	case !k.runs(c.Event.At):
		c.Reply(textCampaignComes, date(c, k.From), date(c, k.To), k.promises(c.T))
		return nil
	}
	list, err := top(c.Tx, c.Event.Chat.ID, campaignOf(n), boardSize)
	if err != nil {
		return err
	}
	text := c.T(textCampaignNow, date(c, k.To), k.promises(c.T))
	for i, p := range list {
		text += c.T(textCampaignLine, i+1, c.Name(p.who), p.Valid+p.Returned, p.Pending)
	}
	c.Say(text)
	return nil
}

func stopCampaign(c *bot.Call) error {
	n, k, err := running(c)
	if err != nil {
		return err
	}
	if err := errors.Join(c.ClearTimer(timerEnd, ""), c.ClearTimer(timerBegin, "")); err != nil {
		return err
	}
	if !k.runs(c.Event.At) {
		c.Reply(textCampaignOff)
		return campaigns.Delete(c.Tx, c.Event.Chat.ID, n)
	}
	k.To, k.Last = moment(c.Event.At), c.Day(c.Event.At)
	if err := campaigns.Put(c.Tx, k, c.Event.Chat.ID, n); err != nil {
		return err
	}
	return report(c, n, k)
}

// finish ends the campaign whose time is over. Where the bot was out of touch then, it waits until the joins of that time are read.
func finish(_ context.Context, c *bot.Call) error {
	n, k, err := lastCampaign(c.Tx, c.Event.Chat.ID)
	if err != nil || n == 0 || k.Ended {
		return err
	}
	out, err := c.Outages(c.Now.Add(-catchUp), c.Now)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(out, func(o bot.Outage) bool { return o.From.Before(k.To) }) {
		return c.After(catchUp, timerEnd, "", nil)
	}
	return report(c, n, k)
}

// report tells how a campaign ended, once.
func report(c *bot.Call, n uint64, k campaign) error {
	chat := c.Event.Chat.ID
	k.Ended = true
	if err := campaigns.Put(c.Tx, k, chat, n); err != nil {
		return err
	}
	list, err := top(c.Tx, chat, campaignOf(n), maxGoal)
	if err != nil {
		return err
	}
	all, waits := 0, 0
	for _, p := range list {
		all, waits = all+p.total(), waits+p.Pending
	}
	text := c.T(textCampaignEnd, all)
	for _, s := range k.Steps {
		names, err := winnersOf(c, n, s.Goal)
		if err != nil {
			return err
		}
		if names != "" {
			text += c.T(textCampaignWon, s.Goal, s.Reward, names)
		}
	}
	if waits > 0 {
		text += c.T(textCampaignLate)
	}
	sayInGroup(c, text)
	return nil
}
