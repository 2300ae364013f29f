// Package guard watches for adverts by the rules of the owner and makes a list of them, with the evidence. It removes nobody:
// the web cannot, and the texts say so. The list closes itself when the member list shows that somebody is gone; what they
// did is remembered should they come back.
package guard

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Settings of the feature.
type Settings struct {
	Words     []string `yaml:"words" help:"广告词：谁说了都记下来；留空没有|words of adverts, noted whoever writes them; empty is none"`
	Links     bool     `yaml:"links" help:"新人发链接就记下来|note links that newcomers send"`
	Cards     bool     `yaml:"cards" help:"新人发名片、小程序就记下来|note cards and mini programs that newcomers send"`
	Codes     bool     `yaml:"codes" help:"新人发的图片里有二维码就记下来|note pictures with a QR code that newcomers send"`
	FirstDays int      `yaml:"first_days" help:"进群几天之内算新人|days for which somebody is a newcomer"`
	Allow     []string `yaml:"allow" help:"这些网站的链接和二维码不算，如 weixin.qq.com（群和个人的二维码总是算）|sites whose links and codes are welcome, such as weixin.qq.com (codes of groups and people never are)"`
}

const (
	maxDays  = 60
	maxWords = 200
)

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	switch {
	case s.FirstDays < 0 || s.FirstDays > maxDays:
		return fmt.Errorf("first_days: %d is not between 0 and %d", s.FirstDays, maxDays)
	case len(s.Words) > maxWords:
		return fmt.Errorf("words: %d are more than %d", len(s.Words), maxWords)
	case len(s.Allow) > maxWords:
		return fmt.Errorf("allow: %d are more than %d", len(s.Allow), maxWords)
	}
	if slices.ContainsFunc(s.Words, func(w string) bool { return bot.Fold(w) == "" }) {
		return fmt.Errorf("words: one of them shows nothing")
	}
	return nil
}

// An offence is one message that broke a rule.
type offence struct {
	Last  time.Time `json:"last"`
	Why   reason    `json:"why"`
	Proof string    `json:"proof"`          // the word, the site, whose card, what the code says
	Said  string    `json:"said,omitempty"` // what was written, cut
}

// A record is what one identity did in one group: the latest offence, and some of those before, the latest first.
type record struct {
	Strikes int `json:"strikes"`
	offence
	Before []offence `json:"before,omitempty"`
}

const (
	records = store.Table[record]("guard/records")  // chat, person
	open    = store.Table[struct{}]("guard/open")   // chat, person: to be looked at
	joins   = store.Table[time.Time]("guard/joins") // chat, person: newcomers
	told    = store.Table[bot.Day]("guard/told")    // chat, person: the day on which the owner heard of them
	looks   = store.Table[looked]("guard/looks")    // chat, person: pictures that were looked at today

	listed   = 20
	remember = 4    // offences before the latest
	maxText  = 4000 // bytes of a message that are looked at
	maxProof = 40   // characters
)

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:     "guard",
		Summary:  bot.Text{ZH: "广告记下来，等人来处理", EN: "notes adverts for somebody to deal with"},
		Settings: Settings{Links: true, Cards: true, Codes: true, FirstDays: 3},
		Watches: []bot.Watch{
			{On: bot.Message, Summary: bot.Text{ZH: "看有没有广告", EN: "looks for adverts"}, Run: heard},
			{On: "guard." + workCode, Summary: bot.Text{ZH: "图片里有二维码就记下来", EN: "notes a picture with a QR code"}, Run: decoded},
			{On: bot.Joined, Summary: bot.Text{ZH: "记下新人，认出有前科的", EN: "notes newcomers, and who was noted before"}, Run: joined},
			{On: bot.Left, Summary: bot.Text{ZH: "走了的人从名单里消失", EN: "closes the list for who left"}, Run: gone},
		},
		Works: map[string]func(context.Context, bot.Work) (any, error){workCode: readCode},
		Commands: []bot.Command{
			{
				Name: "违规", Aliases: []string{"offences"}, Args: "[谁]", Where: bot.InGroup, Who: bot.Manager,
				Summary:  bot.Text{ZH: "等您处理的广告，附上证据；后面写名字看全部", EN: "adverts to be dealt with, with the evidence; with a name, all of theirs"},
				Examples: []bot.Example{{Say: "/违规", Reply: "没有要处理的…"}, {Say: "/违规 @小明", Reply: "…没有 小明 的违规…"}},
				Run:      list,
			},
			{
				Name: "放过", Aliases: []string{"pardon"}, Args: "<谁> [理由...]", Where: bot.InGroup, Who: bot.Manager,
				Summary:  bot.Text{ZH: "这不是广告，不再记着", EN: "that was no advert: forget it"},
				Examples: []bot.Example{{Say: "/放过 @小明", Reply: "…没有 小明 的违规…"}},
				Run:      pardon,
			},
		},
		Views:  views(),
		Report: report,
		About:  about, Forget: forget,
	}
}

// joined notes who is new, and tells the owner of those who were noted before.
func joined(_ context.Context, c *bot.Call) error {
	chat := c.Event.Chat.ID
	for _, who := range c.Event.Join.People {
		if err := joins.Put(c.Tx, c.Event.At, chat, who); err != nil {
			return err
		}
		s, err := standingOf(c.Tx, chat, who)
		if err != nil {
			return err
		}
		if s.strikes == 0 {
			continue
		}
		if err := open.Put(c.Tx, struct{}{}, chat, who); err != nil {
			return err
		}
		if err := c.TellOwners(textBack, bot.CleanName(c.Event.Chat.Name), c.Name(who), s.strikes, c.T(s.last.Why.text()), s.last.Proof); err != nil {
			return err
		}
	}
	return nil
}

// gone closes the list for who left. What they did stays.
func gone(_ context.Context, c *bot.Call) error {
	for _, who := range c.Event.People {
		if err := open.Delete(c.Tx, c.Event.Chat.ID, who); err != nil {
			return err
		}
		if err := unNew(c.Tx, c.Event.Chat.ID, who); err != nil {
			return err
		}
	}
	return nil
}

// unNew forgets that somebody is new.
func unNew(tx store.Tx, chat bot.ChatID, who bot.PersonID) error {
	if err := joins.Delete(tx, chat, who); err != nil {
		return err
	}
	return looks.Delete(tx, chat, who)
}

// forget removes when somebody joined, and what they did in groups they are no longer noted in: who is on a list of offences
// cannot leave it by asking to be forgotten.
func forget(tx store.Tx, who bot.Person) error {
	chats, err := bot.EveryChat(tx)
	if err != nil {
		return err
	}
	for _, chat := range chats {
		for _, id := range who.Identities {
			if err := unNew(tx, chat.ID, id); err != nil {
				return err
			}
			if noted, err := open.Has(tx, chat.ID, id); err != nil {
				return err
			} else if noted {
				continue
			}
			if err := drop(tx, chat.ID, id); err != nil {
				return err
			}
		}
	}
	return nil
}
