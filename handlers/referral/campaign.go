package referral

import (
	"context"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A campaign is a time in which bringing a number of people earns something. A group has one at a time. Who joined while it
// ran counts for it, also where the credit becomes valid after its end.
type campaign struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Goal   int       `json:"goal"`
	Reward string    `json:"reward"`
	Ended  bool      `json:"ended,omitempty"` // its report was given
}

// A prize is what somebody earned.
type prize struct {
	Reward string    `json:"reward"`
	Code   string    `json:"code,omitempty"`
	At     time.Time `json:"at"`
}

const (
	campaigns = store.Table[campaign]("referral/campaigns") // chat, number
	winners   = store.Table[time.Time]("referral/winners")  // chat, number, identity whose credits earned it
	prizes    = store.Table[prize]("referral/prizes")       // identity, chat, number
	prizeKeys = store.Table[string]("referral/codes")       // chat, the how-many-eth: each is given once

	timerEnd    = "campaign"
	maxLength   = 90 // days
	maxGoal     = 500
	maxCodes    = 1000
	winnersSaid = 30
)

var (
	textCampaignForm = bot.Text{ZH: "可以写：/邀请活动、/邀请活动 开 天数 目标 奖励、/邀请活动 停", EN: "Write: /campaign, /campaign start DAYS GOAL REWARD, /campaign stop"}
	textCampaignNone = bot.Text{ZH: "现在没有邀请活动。", EN: "There is no campaign just now."}
	textCampaignBusy = bot.Text{ZH: "上一个活动 %s 才结束，两个活动不能叠在一起。", EN: "The last campaign ends on %s; two do not overlap."}
	textCampaignOn   = bot.Text{ZH: "邀请活动开始啦！从现在到 %s，邀请满 %d 位新人（%s），就得：%s", EN: "A campaign begins! From now until %s, bring %d people (%s) for: %s"}
	textCampaignRule = bot.Text{ZH: "住满 %d 天%s才算", EN: "each counts after %d days%s"}
	textCampaignNow  = bot.Text{ZH: "邀请活动到 %s：满 %d 位得 %s", EN: "The campaign runs until %s: %d people for %s"}
	textCampaignLine = bot.Text{ZH: "\n%d. %s 有效 %d（待定 %d）", EN: "\n%d. %s: %d valid, %d pending"}
	textCampaignEnd  = bot.Text{ZH: "邀请活动结束啦，一共带来 %d 位新人。", EN: "The campaign is over. It brought %d people."}
	textCampaignWon  = bot.Text{ZH: "\n达成目标：%s", EN: "\nThey made it: %s"}
	textCampaignLate = bot.Text{ZH: "\n还在待定的，之后算数了照样有奖。", EN: "\nWhat is still pending counts when it becomes valid."}
	textCampaignOnly = bot.Text{ZH: "开、停活动要管理员来哦。", EN: "Only managers start and stop campaigns."}
	textReached      = bot.Text{ZH: "恭喜 %s 邀请满 %d 位，得：%s！谢谢您把朋友带来～", EN: "%s brought %d people and earns: %s. Thank you!"}
	textFetch        = bot.Text{ZH: "兑换码请私聊我发 /领奖", EN: "For your code send me /prize in private."}
	textPrizes       = bot.Text{ZH: "您得到的：", EN: "What you earned:"}
	textPrize        = bot.Text{ZH: "\n%s %s %s", EN: "\n%s %s %s"}
	textNoPrize      = bot.Text{ZH: "还没有奖品，邀请朋友来吧～", EN: "Nothing yet. Bring your friends!"}
	textCodesAway    = bot.Text{ZH: "兑换码不要发在群里，请在控制台里发。", EN: "Codes do not belong in a group; send this in the console."}
	textCodes        = bot.Text{ZH: "好的，现在有 %d 个兑换码，先到先得，每个只给一次。", EN: "There are %d codes now; each is given once."}
	textCodesMany    = bot.Text{ZH: "最多留 %d 个兑换码。", EN: "At most %d codes are kept."}
)

func races() []bot.Command {
	return []bot.Command{
		{
			Name: "邀请活动", Aliases: []string{"campaign"}, Args: "[做什么] [内容...]", Where: bot.InGroup,
			Summary: bot.Text{ZH: "看邀请活动；管理员可以开、停", EN: "the campaign; managers start and stop it"},
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
			Run:      collect,
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
	if what != "" && c.Role < bot.Manager {
		return bot.Refuse(textCampaignOnly)
	}
	switch what {
	case "":
		return showCampaign(c)
	case "开", "start":
		return startCampaign(c)
	case "停", "stop":
		return stopCampaign(c)
	}
	return bot.Refuse(textCampaignForm)
}

func startCampaign(c *bot.Call) error {
	fields := strings.SplitN(clip(c.Arg("内容")), " ", 3)
	if len(fields) < 3 {
		return bot.Refuse(textCampaignForm)
	}
	days, err := strconv.Atoi(strings.TrimSuffix(fields[0], "天"))
	goal, err2 := strconv.Atoi(fields[1])
	if err != nil || err2 != nil || days < 1 || days > maxLength || goal < 1 || goal > maxGoal {
		return bot.Refuse(textCampaignForm)
	}
	chat, at := c.Event.Chat.ID, moment(c.Event.At)
	if _, last, err := lastCampaign(c.Tx, chat); err != nil {
		return err
	} else if last.To.After(at) {
		return bot.Refuse(textCampaignBusy, date(c, last.To))
	}
	n, err := c.Tx.Next(string(campaigns))
	if err != nil {
		return err
	}
	k := campaign{From: at, To: at.AddDate(0, 0, days), Goal: goal, Reward: fields[2]}
	if err := campaigns.Put(c.Tx, k, chat, n); err != nil {
		return err
	}
	s, and := bot.Settings[Settings](c), ""
	if s.Checkin {
		and = c.T(textAndDay)
	}
	c.Reply(textCampaignOn, date(c, k.To), goal, c.T(textCampaignRule, s.Days, and), k.Reward)
	return c.SetTimer(k.To, timerEnd, "", nil)
}

func date(c *bot.Call, t time.Time) string { return t.In(c.Zone()).Format("01-02 15:04") }

func showCampaign(c *bot.Call) error {
	n, k, err := lastCampaign(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	if !k.runs(c.Event.At) {
		c.Reply(textCampaignNone)
		return nil
	}
	list, err := top(c.Tx, c.Event.Chat.ID, campaignOf(n), boardSize)
	if err != nil {
		return err
	}
	text := c.T(textCampaignNow, date(c, k.To), k.Goal, k.Reward)
	for i, p := range list {
		text += c.T(textCampaignLine, i+1, c.Name(p.who), p.Valid+p.Returned, p.Pending)
	}
	c.Say(text)
	return nil
}

func stopCampaign(c *bot.Call) error {
	n, k, err := lastCampaign(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	if !k.runs(c.Event.At) {
		return bot.Refuse(textCampaignNone)
	}
	k.To = moment(c.Event.At)
	if err := campaigns.Put(c.Tx, k, c.Event.Chat.ID, n); err != nil {
		return err
	}
	if err := c.ClearTimer(timerEnd, ""); err != nil {
		return err
	}
	return report(c, n, k)
}

// finish ends the campaign whose time is over.
func finish(_ context.Context, c *bot.Call) error {
	n, k, err := lastCampaign(c.Tx, c.Event.Chat.ID)
	if err != nil || n == 0 || k.Ended {
		return err
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
	var names []string
	rg := store.Under(chat, n)
	rg.Limit = winnersSaid
	for row, err := range winners.Scan(c.Tx, rg) {
		if err != nil {
			return err
		}
		var who bot.PersonID
		if err := store.Split(row.Key, nil, nil, &who); err != nil {
			return err
		}
		names = append(names, c.Name(who))
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
	if len(names) > 0 {
		text += c.T(textCampaignWon, strings.Join(names, c.T(textComma)))
	}
	if waits > 0 {
		text += c.T(textCampaignLate)
	}
	c.Say(text)
	return nil
}

// advance looks whether the inviter of a person has reached the goal of the campaign that the person counts for.
func advance(c *bot.Call, newcomer bot.Person) error {
	chat := c.Event.Chat.ID
	_, e, err := edgeOf(c.Tx, chat, newcomer)
	if err != nil || e.Campaign == 0 || e.Is != valid && e.Is != returned {
		return err
	}
	k, ok, err := campaigns.Get(c.Tx, chat, e.Campaign)
	if err != nil || !ok {
		return err
	}
	p, err := bot.PersonOf(c.Tx, e.By)
	if err != nil {
		return err
	}
	t, err := tallyOf(c.Tx, chat, p, campaignOf(e.Campaign))
	if err != nil || t.Valid+t.Returned < k.Goal {
		return err
	}
	for _, id := range p.Identities {
		if won, err := winners.Has(c.Tx, chat, e.Campaign, id); err != nil || won {
			return err
		}
	}
	return crown(c, e, k)
}

// crown gives the prize of a campaign.
func crown(c *bot.Call, e edge, k campaign) error {
	chat := c.Event.Chat.ID
	if err := winners.Put(c.Tx, c.Now, chat, e.Campaign, e.By); err != nil {
		return err
	}
	won := prize{Reward: k.Reward, At: c.Now}
	row, ok, err := prizeKeys.First(c.Tx, store.Under(chat))
	if err != nil {
		return err
	}
	text := c.T(textReached, c.Name(e.By), k.Goal, k.Reward)
	if ok {
		won.Code, text = row.Value, text+c.T(textFetch)
		if err := c.Tx.Delete(string(prizeKeys), row.Key); err != nil {
			return err
		}
	}
	c.Send(bot.Effect{Kind: bot.Say, Text: text, Class: bot.Unasked})
	return prizes.Put(c.Tx, won, e.By, chat, e.Campaign)
}

// addCodes keeps codes. They are worth something, so they are taken from the console alone.
func addCodes(_ context.Context, c *bot.Call) error {
	if c.Event.Kind != bot.Asked {
		return bot.Refuse(textCodesAway)
	}
	chat, have := c.Event.Chat.ID, 0
	rg := store.Under(chat)
	rg.Limit = maxCodes
	for _, err := range prizeKeys.Scan(c.Tx, rg) {
		if err != nil {
			return err
		}
		have++
	}
	for _, code := range strings.Fields(c.Arg("码")) {
		if have++; have > maxCodes {
			return bot.Refuse(textCodesMany, maxCodes)
		}
		n, err := c.Tx.Next(string(prizeKeys))
		if err != nil {
			return err
		}
		if err := prizeKeys.Put(c.Tx, clip(code), chat, n); err != nil {
			return err
		}
	}
	c.Reply(textCodes, have)
	return nil
}

// collect tells somebody, in private, what they earned.
func collect(_ context.Context, c *bot.Call) error {
	p, err := bot.PersonOf(c.Tx, c.Event.From.Person)
	if err != nil {
		return err
	}
	text := ""
	for _, id := range p.Identities {
		rg := store.Under(id)
		rg.Limit = boardSize
		for row, err := range prizes.Scan(c.Tx, rg) {
			if err != nil {
				return err
			}
			text += c.T(textPrize, row.Value.At.In(c.Zone()).Format(time.DateOnly), row.Value.Reward, row.Value.Code)
		}
	}
	if text == "" {
		c.Reply(textNoPrize)
		return nil
	}
	c.Say(c.T(textPrizes) + text)
	return nil
}
