package referral

import (
	"context"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A prize is what somebody earned. Once given it stays theirs, whatever becomes of the credits: a code is not taken back.
type prize struct {
	Reward  string    `json:"reward"`
	Words   string    `json:"words,omitempty"`
	Code    string    `json:"code,omitempty"`
	Picture string    `json:"picture,omitempty"` // a blob
	At      time.Time `json:"at"`
}

const (
	winners = store.Table[time.Time]("referral/won") // chat, number, goal, identity whose credits earned it
	prizes  = store.Table[prize]("referral/prizes")  // identity, chat, number, goal

	giftGoal = -1 // in the place of a goal: what a newcomer gets
	anyGoal  = 0
)

var (
	textReached   = bot.Text{ZH: "恭喜 %s 邀请满 %d 位，得：%s！谢谢您把朋友带来～", EN: "%s brought %d people and earns: %s. Thank you!"}
	textGifted    = bot.Text{ZH: "新人 %s 由 %s 邀请，算数啦，新人礼：%s", EN: "%s, brought by %s, counts now and gets: %s"}
	textFetch     = bot.Text{ZH: "（领取请私聊我发 /领奖）", EN: " (To fetch it send me /prize in private.)"}
	textPrizes    = bot.Text{ZH: "您得到的：", EN: "What you earned:"}
	textPrize     = bot.Text{ZH: "\n%s %s", EN: "\n%s %s"}
	textPrizeCode = bot.Text{ZH: "，兑换码 %s", EN: ", code %s"}
	textPrizeWord = bot.Text{ZH: "\n%s", EN: "\n%s"}
	textEarned    = bot.Text{ZH: "您在「%s」的邀请活动里得到：%s", EN: "In the campaign of “%s” you earned: %s"}
	textNoPrize   = bot.Text{ZH: "还没有奖品，邀请朋友来吧～", EN: "Nothing yet. Bring your friends!"}
)

// advance looks what a newcomer's credit earns in the campaign that it counts for: a gift for them, and a step for who
// brought them.
func advance(c *bot.Call, newcomer bot.PersonID, e edge) error {
	if e.Campaign == 0 || !e.counts() {
		return nil
	}
	chat := c.Event.Chat.ID
	k, ok, err := campaigns.Get(c.Tx, chat, e.Campaign)
	if err != nil || !ok {
		return err
	}
	if err := gift(c, newcomer, e, k); err != nil {
		return err
	}
	p, err := bot.PersonOf(c.Tx, e.By)
	if err != nil {
		return err
	}
	t, err := tallyOf(c.Tx, chat, p, campaignOf(e.Campaign))
	if err != nil {
		return err
	}
	for _, s := range k.Steps {
		if t.Valid+t.Returned < s.Goal {
			break
		}
		if err := crown(c, p, e, s); err != nil {
			return err
		}
	}
	return nil
}

// gift gives a newcomer theirs, once.
func gift(c *bot.Call, newcomer bot.PersonID, e edge, k campaign) error {
	if k.Gift == "" {
		return nil
	}
	chat := c.Event.Chat.ID
	p, err := bot.PersonOf(c.Tx, newcomer)
	if err != nil {
		return err
	}
	if has, err := hasPrize(c.Tx, p, chat, e.Campaign, giftGoal); err != nil || has {
		return err
	}
	won := prize{Reward: k.Gift, At: c.Now}
	if won.Code, err = takeCode(c, giftGoal); err != nil {
		return err
	}
	text := c.T(textGifted, c.Name(newcomer), c.Name(e.By), k.Gift)
	return hand(c, p, newcomer, e.Campaign, giftGoal, won, text)
}

func hasPrize(r store.Reader, p bot.Person, chat bot.ChatID, n uint64, goal int) (bool, error) {
	for _, id := range p.Identities {
		if has, err := prizes.Has(r, id, chat, n, goal); err != nil || has {
			return has, err
		}
	}
	return false, nil
}

// crown gives the prize of a step to who brought enough people, once.
func crown(c *bot.Call, p bot.Person, e edge, s step) error {
	chat := c.Event.Chat.ID
	for _, id := range p.Identities {
		if won, err := winners.Has(c.Tx, chat, e.Campaign, s.Goal, id); err != nil || won {
			return err
		}
	}
	if err := winners.Put(c.Tx, c.Now, chat, e.Campaign, s.Goal, e.By); err != nil {
		return err
	}
	won, err := prize{Reward: s.Reward, Words: s.Words, At: c.Now}, error(nil)
	if won.Code, err = takeCode(c, s.Goal); err != nil {
		return err
	}
	if won.Code == "" {
		if err := missCode(c, e.By); err != nil {
			return err
		}
	}
	if won.Picture, _, err = pictured.Get(c.Tx, chat, e.Campaign, s.Goal); err != nil {
		return err
	}
	return hand(c, p, e.By, e.Campaign, s.Goal, won, c.T(textReached, c.Name(e.By), s.Goal, s.Reward))
}

// hand keeps a prize, thanks for it in the group, and gives it in private where that is possible.
func hand(c *bot.Call, p bot.Person, id bot.PersonID, n uint64, goal int, won prize, thanks string) error {
	if err := prizes.Put(c.Tx, won, id, c.Event.Chat.ID, n, goal); err != nil {
		return err
	}
	home, err := homeOf(c.Tx, p)
	if err != nil {
		return err
	}
	if won.private() && home == "" {
		thanks += c.T(textFetch)
	}
	c.Send(bot.Effect{Kind: bot.Say, Text: thanks, Class: bot.Unasked})
	if won.private() && home != "" {
		text := won.text(c.T, c.T(textEarned, c.ChatName(c.Event.Chat.ID), won.Reward))
		c.Send(bot.Effect{Kind: bot.Say, Chat: home, Text: text, Class: bot.Unasked})
		won.show(c, home, bot.Unasked)
	}
	return nil
}

// private says whether there is more than thanks.
func (w prize) private() bool { return w.Code != "" || w.Words != "" || w.Picture != "" }

// text adds to what is said of a prize what is for its winner alone.
func (w prize) text(say speaker, text string) string {
	if w.Code != "" {
		text += say(textPrizeCode, w.Code)
	}
	if w.Words != "" {
		text += say(textPrizeWord, w.Words)
	}
	return text
}

// show sends the picture of a prize, if it has one.
func (w prize) show(c *bot.Call, home bot.ChatID, class bot.Class) {
	if w.Picture != "" {
		c.Send(bot.Effect{Kind: bot.SendImage, Chat: home, Media: w.Picture, Name: "prize.jpg", Class: class})
	}
}

// homeOf is the private conversation with a person, "" where they never wrote there.
func homeOf(r store.Reader, p bot.Person) (bot.ChatID, error) {
	for _, id := range p.Identities {
		if home, err := bot.HomeOf(r, id); err != nil || home != "" {
			return home, err
		}
	}
	return "", nil
}

func winnersOf(c *bot.Call, n uint64, goal int) (string, error) {
	rg := store.Under(c.Event.Chat.ID, n, goal)
	rg.Limit = winnersSaid
	var names []string
	for row, err := range winners.Scan(c.Tx, rg) {
		if err != nil {
			return "", err
		}
		var who bot.PersonID
		if err := store.Split(row.Key, nil, nil, nil, &who); err != nil {
			return "", err
		}
		names = append(names, c.Name(who))
	}
	return strings.Join(names, c.T(textComma)), nil
}

// fetchPrizes gives somebody, in private, what they earned.
func fetchPrizes(_ context.Context, c *bot.Call) error {
	p, err := bot.PersonOf(c.Tx, c.Event.From.Person)
	if err != nil {
		return err
	}
	list, err := prizesOf(c.Tx, p)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.Reply(textNoPrize)
		return nil
	}
	text := c.T(textPrizes)
	for _, won := range list {
		text += won.text(c.T, c.T(textPrize, won.At.In(c.Zone()).Format(time.DateOnly), won.Reward))
	}
	c.Say(text)
	for _, won := range list {
		won.show(c, c.Event.Chat.ID, bot.Answer)
	}
	return nil
}

// prizesOf are the latest prizes of a person.
func prizesOf(r store.Reader, p bot.Person) (list []prize, err error) {
	for _, id := range p.Identities {
		rg := store.Under(id)
		rg.Limit, rg.Reverse = boardSize, true
		for row, err := range prizes.Scan(r, rg) {
			if err != nil {
				return nil, err
			}
			list = append(list, row.Value)
		}
	}
	return list[:min(len(list), boardSize)], nil
}
