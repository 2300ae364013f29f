package onboarding

import (
	"context"
	"strings"
	"time"
	"unicode"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// cards are the introductions that people wrote of themselves.
const cards = store.Table[string]("onboarding/cards") // person, chat

const maxCard = 300 // characters

var (
	textWritten  = bot.Text{ZH: "%s您的名片写好啦，谢谢介绍！想改就再发一次。", EN: "%sYour card is written, thank you! Send it again to change it."}
	textTooLong  = bot.Text{ZH: "太长啦，%d 个字以内就好。", EN: "That is too long; %d characters are plenty."}
	textCard     = bot.Text{ZH: "名片：%s", EN: "Card: %s"}
	textCardLine = bot.Text{ZH: "\n%s：%s", EN: "\n%s: %s"}
	textSelf     = bot.Text{ZH: "自我介绍", EN: "In their words"}
	textSince    = bot.Text{ZH: "进群", EN: "Joined"}
	textNotYours = bot.Text{ZH: "别人的名片只有管理员能看哦。", EN: "Only managers see the cards of others."}
	textWho      = bot.Text{ZH: "群里没有叫「%s」的人。", EN: "Nobody here goes by “%s”."}
	textWhich    = bot.Text{ZH: "群里有 %[2]d 位「%[1]s」，请让其中一位先改个群昵称再试。", EN: "%[2]d people here go by “%[1]s”. Let one of them change their name in the group first."}
)

func introduce(_ context.Context, c *bot.Call) error {
	text := spoken(c.Arg("内容"))
	if n := len([]rune(text)); n > maxCard {
		return bot.Refuse(textTooLong, maxCard)
	}
	c.Reply(textWritten, c.At())
	return cards.Put(c.Tx, text, c.Event.From.Person, c.Event.Chat.ID)
}

// spoken makes what somebody wrote fit to be said again: no control or direction marks, no long gaps.
func spoken(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\u200d' || r == '\ufe0f':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// card answers the three questions about a person: who they are, where they came from, what they have become.
func card(_ context.Context, c *bot.Call) error {
	m := c.Event.From
	if name := c.Arg("谁"); name != "" {
		found, err := c.Find(name)
		if err != nil {
			return err
		}
		switch shown := bot.CleanName(strings.TrimPrefix(name, "@")); {
		case len(found) == 0:
			return bot.Refuse(textWho, shown)
		case len(found) > 1:
			return bot.Refuse(textWhich, shown, len(found))
		case found[0].Person != m.Person && c.Role < bot.Manager:
			return bot.Refuse(textNotYours)
		}
		m = found[0]
	}
	lines, err := c.About(m.Person)
	if err != nil {
		return err
	}
	text := c.T(textCard, m.Shown())
	for _, l := range lines {
		text += c.T(textCardLine, l.Name, l.Value)
	}
	c.Say(text)
	return nil
}

// about tells what somebody wrote of themselves, and when they came, group by group.
func about(r store.Reader, who bot.Person, l bot.Lang) (lines []bot.Line, err error) {
	chats, err := bot.Chats(r)
	if err != nil {
		return nil, err
	}
	for _, chat := range chats {
		for _, id := range who.Identities {
			text, _, err := cards.Get(r, id, chat.ID)
			if err != nil {
				return nil, err
			}
			if text != "" {
				lines = append(lines, bot.Line{Name: textSelf.In(l), Value: text})
			}
			s, ok, err := starts.Get(r, chat.ID, id)
			if err != nil {
				return nil, err
			}
			if ok {
				lines = append(lines, bot.Line{Name: textSince.In(l), Value: bot.CleanName(chat.Name) + " " + s.At.UTC().Format(time.DateOnly)})
			}
		}
	}
	return lines, nil
}

// forget removes what somebody wrote of themselves, and that they were new.
func forget(tx store.Tx, who bot.Person) error {
	chats, err := bot.Chats(tx)
	if err != nil {
		return err
	}
	for _, id := range who.Identities {
		for _, chat := range chats {
			if err := cards.Delete(tx, id, chat.ID); err != nil {
				return err
			}
			if err := gates.Delete(tx, chat.ID, id); err != nil {
				return err
			}
			if err := end(tx, chat.ID, id); err != nil {
				return err
			}
			if err := starts.Delete(tx, chat.ID, id); err != nil {
				return err
			}
		}
	}
	return nil
}
