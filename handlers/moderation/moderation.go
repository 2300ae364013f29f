// Package moderation removes and silences people, where the account can: by command, each removal with a confirmation; by the
// strikes that another feature counts, where a manager confirms; and at the gate, where a newcomer who does not answer goes by
// themselves. Where the account cannot, its commands say so and its rules rest.
package moderation

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
	Strikes int           `yaml:"strikes" help:"违规满几次就问管理员要不要移出；0 不问|ask the managers about removing somebody after so many strikes; 0 never"`
	Gate    time.Duration `yaml:"gate" help:"新人要在多久内答一道算术题，不答就移出；0s 不考|newcomers answer a sum within this time or are removed; 0s asks nothing"`
}

const (
	leastGate = time.Minute
	mostGate  = 24 * time.Hour
)

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	switch {
	case s.Strikes < 0:
		return fmt.Errorf("strikes: %d is below 0", s.Strikes)
	case s.Gate != 0 && (s.Gate < leastGate || s.Gate > mostGate):
		return fmt.Errorf("gate: %v is neither 0s nor between %v and %v", s.Gate, leastGate, mostGate)
	}
	return nil
}

// A proposal is a removal that waits for a manager's yes.
type proposal struct {
	Until  time.Time `json:"until"`
	Reason string    `json:"reason,omitempty"`
}

// A sum is what stands between a newcomer and the group.
type sum struct {
	A     int       `json:"a"`
	B     int       `json:"b"`
	Wrong int       `json:"wrong,omitempty"`
	Until time.Time `json:"until"`
}

const (
	proposals = store.Table[proposal]("moderation/proposals") // chat, person
	sums      = store.Table[sum]("moderation/sums")           // chat, person
)

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:     "moderation",
		Summary:  bot.Text{ZH: "移出、禁言、改名（账号是群管理员时）", EN: "removes, silences and renames, where the account is an administrator"},
		Settings: Settings{},
		Commands: append(removals(), touches()...),
		Watches: []bot.Watch{
			{On: "guard.strike", Summary: bot.Text{ZH: "违规多了，问要不要移出", EN: "asks about removing who has many strikes"}, Run: struck},
			{On: bot.Joined, Summary: bot.Text{ZH: "考一考新人", EN: "asks newcomers a sum"}, Run: joined},
			{On: bot.Message, Summary: bot.Text{ZH: "看新人的回答", EN: "hears the newcomers' answers"}, Run: heard},
			{On: bot.Left, Summary: bot.Text{ZH: "走了的不用再管；自己被移出就告诉机主", EN: "forgets who left, and tells the owner when it is the bot"}, Run: gone},
		},
		Timers: map[string]bot.Run{gateTimer: late},
		Forget: forget,
	}
}

// member finds the one whom a command means, and refuses those who must not be touched.
func member(c *bot.Call) (bot.Member, error) {
	m, err := c.One(c.Arg("谁"))
	if err != nil {
		return m, err
	}
	if m.Person == c.Event.From.Person {
		return bot.Member{}, bot.Refuse(textYourself)
	}
	return m, spare(c, m.Person)
}

// spare refuses to touch managers and owners.
func spare(c *bot.Call, who bot.PersonID) error {
	role, err := c.Standing(who, c.Event.Chat.ID)
	if err == nil && role > bot.Everyone {
		return bot.Refuse(textManager)
	}
	return err
}

// gone forgets what was open about people who left.
func gone(_ context.Context, c *bot.Call) error {
	for _, who := range c.Event.People {
		if err := drop(c, c.Event.Chat.ID, who); err != nil {
			return err
		}
	}
	me, err := bot.Me(c.Tx)
	if err != nil || me == "" || !slices.Contains(c.Event.People, me) {
		return err
	}
	return c.TellOwners(textOut, bot.CleanName(c.Event.Chat.Name))
}

// textOut is told where the service says that the account itself was sent away.
var textOut = bot.Text{
	ZH: "我被移出了「%s」，在那里发不了话了。记录都留着，请我回去就接着来。",
	EN: "I was removed from “%s” and can say nothing there. The records stay: invite me again and we go on.",
}

func drop(c *bot.Call, chat bot.ChatID, who bot.PersonID) error {
	if err := sums.Delete(c.Tx, chat, who); err != nil {
		return err
	}
	if err := proposals.Delete(c.Tx, chat, who); err != nil {
		return err
	}
	return c.ClearTimer(gateTimer, string(who))
}

func forget(tx store.Tx, who bot.Person) error {
	chats, err := bot.EveryChat(tx)
	if err != nil {
		return err
	}
	for _, chat := range chats {
		for _, id := range who.Identities {
			if err := proposals.Delete(tx, chat.ID, id); err != nil {
				return err
			}
			if err := sums.Delete(tx, chat.ID, id); err != nil {
				return err
			}
		}
	}
	return nil
}
