package referral

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file keeps what a campaign gives in private: codes, each of which is given once, and pictures.

const (
	codes    = store.Table[string]("referral/codes")    // chat, goal, the how-many-eth
	spent    = store.Table[int]("referral/codes/given") // chat: how many were given
	pictured = store.Table[string]("referral/pictures") // chat, number, goal: a blob

	maxCodes = 1000             // of a group and goal
	fresh    = 10 * time.Minute // how long what was sent can be set
	workKeep = "keep"
	maxMedia = 5 << 20
)

var (
	textCodesAway = bot.Text{ZH: "兑换码不要发在群里，请在控制台里发。", EN: "Codes do not belong in a group; send this in the console."}
	textCodes     = bot.Text{ZH: "好的，现在有 %d 个兑换码，先到先得，每个只给一次。", EN: "There are %d codes now; each is given once."}
	textCodesMany = bot.Text{ZH: "最多留 %d 个兑换码。", EN: "At most %d codes are kept."}
	textCodesOut  = bot.Text{ZH: "「%s」邀请活动的兑换码用完了，%s 得了奖没有拿到码。请在控制台发 /兑换码 补上，再私下给 TA。", EN: "The campaign of “%s” is out of codes: %s earned one and has none. Add some with /codes in the console, and send theirs by hand."}
	textSendFirst = bot.Text{ZH: "请先把图片发给我（群里或私聊都行，十分钟内），再发 /邀请活动 图 目标", EN: "Send me the picture first (here or in private, within ten minutes), and then /campaign picture GOAL"}
	textKeeping   = bot.Text{ZH: "好的，正在存这张图…", EN: "Keeping the picture…"}
	textNotKept   = bot.Text{ZH: "这张图没能取下来，请再发一次。", EN: "The picture could not be fetched. Please send it again."}
	textPictureIs = bot.Text{ZH: "存好了，满 %d 位的人会收到这张图。", EN: "Kept: whoever brings %d people gets it."}
)

// codesFor reads for which goal the codes of a command are: 3位, 新人, or any.
func codesFor(list []string) (goal int, rest []string) {
	switch first := strings.ToLower(list[0]); {
	case first == "新人" || first == "newcomer":
		return giftGoal, list[1:]
	case strings.HasSuffix(first, "位"):
		if n, ok := goalOf(first); ok {
			return n, list[1:]
		}
	}
	return anyGoal, list
}

// addCodes keeps codes. They are worth something, so they are taken from the console alone.
func addCodes(_ context.Context, c *bot.Call) error {
	if c.Event.Kind != bot.Asked {
		return bot.Refuse(textCodesAway)
	}
	goal, list := codesFor(strings.Fields(c.Arg("码")))
	have, err := codesLeft(c.Tx, c.Event.Chat.ID, goal)
	if err != nil {
		return err
	}
	for _, code := range list {
		if have++; have > maxCodes {
			return bot.Refuse(textCodesMany, maxCodes)
		}
		n, err := c.Tx.Next(string(codes))
		if err != nil {
			return err
		}
		if err := codes.Put(c.Tx, clip(code), c.Event.Chat.ID, goal, n); err != nil {
			return err
		}
	}
	c.Reply(textCodes, have)
	return nil
}

func codesLeft(r store.Reader, chat bot.ChatID, goal int) (n int, err error) {
	rg := store.Under(chat, goal)
	rg.Limit = maxCodes
	for _, err := range codes.Scan(r, rg) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// takeCode takes the next code for a goal, or one that is for any.
func takeCode(c *bot.Call, goal int) (string, error) {
	chat := c.Event.Chat.ID
	row, ok, err := codes.First(c.Tx, store.Under(chat, goal))
	if err == nil && !ok && goal != giftGoal {
		row, ok, err = codes.First(c.Tx, store.Under(chat, anyGoal))
	}
	if err != nil || !ok {
		return "", err
	}
	n, _, err := spent.Get(c.Tx, chat)
	if err != nil {
		return "", err
	}
	if err := spent.Put(c.Tx, n+1, chat); err != nil {
		return "", err
	}
	return row.Value, c.Tx.Delete(string(codes), row.Key)
}

// missCode tells the owner that somebody got no code in a group that gives them.
func missCode(c *bot.Call, who bot.PersonID) error {
	given, err := spent.Has(c.Tx, c.Event.Chat.ID)
	if err != nil || !given {
		return err
	}
	return c.TellOwners(textCodesOut, c.ChatName(c.Event.Chat.ID), c.Name(who))
}

// A framing is the work of keeping a picture for a step.
type framing struct {
	Media    bot.Media `json:"media"`
	Campaign uint64    `json:"campaign"`
	Goal     int       `json:"goal"`
}

// keepPicture sets what the manager sent last as what a step gives.
func keepPicture(c *bot.Call) error {
	n, k, err := running(c)
	if err != nil {
		return err
	}
	goal, ok := goalOf(strings.TrimSpace(c.Arg("内容")))
	if !ok || k.at(goal) < 0 {
		return bot.Refuse(textCampaignGoal, bot.CleanName(c.Arg("内容")))
	}
	m, ok, err := c.LastSent(fresh)
	if err != nil {
		return err
	}
	if !ok || m.Kind != bot.Image {
		return bot.Refuse(textSendFirst)
	}
	c.Reply(textKeeping)
	key := string(c.Event.Chat.ID) + "/" + strconv.FormatUint(n, 10) + "/" + strconv.Itoa(goal)
	return c.Work(workKeep, key, framing{m, n, goal})
}

// pictureKept sets the picture of a step when it is kept.
func pictureKept(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil {
		return err
	}
	if done.Error != "" {
		c.Reply(textNotKept)
		return nil
	}
	var ask framing
	if err := json.Unmarshal(done.Asked, &ask); err != nil {
		return err
	}
	var sum string
	if err := done.Into(&sum); err != nil {
		return err
	}
	c.Reply(textPictureIs, ask.Goal)
	return pictured.Put(c.Tx, sum, c.Event.Chat.ID, ask.Campaign, ask.Goal)
}
